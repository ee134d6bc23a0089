// Package worker is the table of jobs: what runs, how often, and what a failure does.
//
// A job is one use case that finds its own rows; the worker only calls it. Its invariant: a job that
// fails, or dies half-way, is simply run again, because every use case here may run twice.
package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
)

// Job is a use case that is called again and again.
type Job struct {
	Name   string
	Every  time.Duration
	Within time.Duration                      // the longest that one run may take
	Run    func(context.Context) (int, error) // gives how much it did
}

// Jobs is the table. Of two jobs, the one whose result the other uses comes first.
func Jobs(p *twist.Platform) []Job {
	return []Job{
		{Name: "deposits", Every: 5 * time.Second, Within: 2 * time.Minute, Run: p.Ledger.CreditDeposits},
		{Name: "debts", Every: 30 * time.Second, Within: 5 * time.Minute, Run: p.Attribution.CollectDebts},
		{Name: "funding", Every: 30 * time.Second, Within: 5 * time.Minute, Run: p.Attribution.FundWaiting},
		{Name: "reviews", Every: 30 * time.Second, Within: 5 * time.Minute, Run: p.Attribution.SettleHeld},
		{Name: "approvals", Every: 30 * time.Second, Within: 5 * time.Minute, Run: p.Attribution.ApproveDue},
		{Name: "bonuses", Every: time.Minute, Within: 5 * time.Minute, Run: p.Attribution.AssessBonuses},
		{Name: "bonus_payments", Every: time.Minute, Within: 5 * time.Minute, Run: p.Attribution.PayBonuses},
		{Name: "cooldowns", Every: 30 * time.Second, Within: 5 * time.Minute, Run: p.Staking.ReleaseDue},
		{Name: "compounding", Every: time.Minute, Within: 5 * time.Minute, Run: p.Staking.CompoundDue},
		{Name: "payouts", Every: 2 * time.Second, Within: 2 * time.Minute, Run: p.Payouts.Advance},
		{Name: "people.mail", Every: 5 * time.Second, Within: 5 * time.Minute, Run: p.Identity.SendMails},
		{Name: "figures", Every: time.Minute, Within: 5 * time.Minute, Run: p.Staking.ComputeFigures},
		{Name: "clicks", Every: time.Minute, Within: 5 * time.Minute, Run: p.Attribution.RotateClicks},
		{Name: "seal", Every: 2 * time.Second, Within: 2 * time.Minute, Run: p.Ledger.Seal},
	}
}

// Once runs every job once, in the order of the table, and gives how much they did. The first failure
// ends it.
func Once(ctx context.Context, jobs []Job) (int, error) {
	done := 0
	for _, job := range jobs {
		n, err := attempt(ctx, job)
		done += n
		if err != nil {
			return done, fmt.Errorf("job %s: %w", job.Name, err)
		}
	}
	return done, nil
}

// Run calls every job at its period until ctx ends, and returns when the last one has stopped. A failure
// is logged with its code, and the job runs again after its period.
func Run(ctx context.Context, jobs []Job, log *slog.Logger) {
	var running sync.WaitGroup
	for _, job := range jobs {
		running.Go(func() { repeat(ctx, job, log) })
	}
	running.Wait()
}

func repeat(ctx context.Context, job Job, log *slog.Logger) {
	ticker := time.NewTicker(job.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if ctx.Err() != nil {
			return // both were ready: a stop comes first
		}
		// What a job began it may finish: a stop is no reason to leave a step half known.
		done, err := attempt(context.WithoutCancel(ctx), job)
		switch {
		case err != nil:
			log.ErrorContext(ctx, "job failed", slog.String("job", job.Name), slog.String("code", fault.Of(err).Code()), slog.String("error", err.Error()))
		case done > 0:
			log.InfoContext(ctx, "job done", slog.String("job", job.Name), slog.Int("count", done))
		}
	}
}

// attempt runs a job for as long as it may take: one that waits for an answer which never comes would keep
// itself from running again, and the process from stopping. It makes a failure of a panic: a unit of work
// that panicked left no trace, and the other jobs have nothing to do with it.
func attempt(ctx context.Context, job Job) (done int, err error) {
	ctx, cancel := context.WithTimeout(ctx, job.Within)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			err = fault.ErrInternal.Saying("panic: %v", cause)
		}
	}()
	return job.Run(ctx)
}
