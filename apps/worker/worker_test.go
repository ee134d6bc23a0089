package worker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/worker"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

var errDown = fault.New(fault.Unavailable, "chain_down", "the chain did not answer").Because(errors.New("dial tcp"))

// table is the real table over an empty platform.
func table(t *testing.T) []worker.Job {
	t.Helper()
	system, err := boot.New(t.Context(), boot.Config{
		Site:  identity.Site{Domain: "localhost", URI: "http://localhost", ChainID: identity.Localnet, Statement: "Sign in."},
		Epoch: time.Hour,
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return system.Jobs()
}

// I-11: every job has a name of its own, a period, and something that runs.
func TestJobs(t *testing.T) {
	t.Parallel()
	jobs := table(t)
	var names []string
	for _, job := range jobs {
		require.NotContains(t, names, job.Name)
		names = append(names, job.Name)
		require.GreaterOrEqual(t, job.Every, time.Second, job.Name)
		require.LessOrEqual(t, job.Every, time.Minute, "%s: nobody waits longer", job.Name)
		require.Greater(t, job.Within, job.Every, job.Name)
		require.LessOrEqual(t, job.Within, 5*time.Minute, "%s: a stop waits no longer", job.Name)
		for range 2 {
			done, err := job.Run(t.Context())
			require.NoError(t, err, job.Name)
			require.Zero(t, done, "%s: there is nothing to do", job.Name)
		}
	}
	require.Equal(t, []string{"deposits", "debts", "funding", "reviews", "approvals", "bonuses", "bonus_payments", "cooldowns", "compounding", "payouts", "people.mail", "figures", "clicks", "seal"}, names, "the one whose result another uses comes first")
	done, err := worker.Once(t.Context(), jobs)
	require.NoError(t, err)
	require.Zero(t, done)
}

func TestOnceStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	var ran []string
	job := func(name string, done int, err error) worker.Job {
		return worker.Job{Name: name, Within: time.Minute, Run: func(context.Context) (int, error) {
			ran = append(ran, name)
			return done, err
		}}
	}
	done, err := worker.Once(t.Context(), []worker.Job{job("one", 2, nil), job("two", 3, errDown), job("three", 4, nil)})
	require.ErrorIs(t, err, errDown)
	require.EqualError(t, err, "job two: the chain did not answer: dial tcp")
	require.Equal(t, 5, done, "what it did before it failed counts")
	require.Equal(t, []string{"one", "two"}, ran)

	done, err = worker.Once(t.Context(), nil)
	require.NoError(t, err)
	require.Zero(t, done)
}

// started runs the jobs in the bubble at hand, until stop is called and has returned.
func started(jobs ...worker.Job) (log *bytes.Buffer, stop func()) {
	log = &bytes.Buffer{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		worker.Run(ctx, jobs, slog.New(slog.NewTextHandler(log, nil)))
		close(done)
	}()
	return log, func() { cancel(); <-done }
}

func TestRunKeepsThePeriods(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var fast, slow []time.Duration
		log, stop := started(
			worker.Job{Name: "fast", Every: 2 * time.Second, Within: time.Minute, Run: func(context.Context) (int, error) {
				fast = append(fast, time.Since(begin))
				return 0, nil
			}},
			worker.Job{Name: "slow", Every: 5 * time.Second, Within: time.Minute, Run: func(context.Context) (int, error) {
				slow = append(slow, time.Since(begin))
				return 7, nil
			}},
		)
		time.Sleep(11 * time.Second) // in the bubble: no time passes outside
		stop()
		require.Equal(t, []time.Duration{2e9, 4e9, 6e9, 8e9, 10e9}, fast)
		require.Equal(t, []time.Duration{5e9, 10e9}, slow)
		require.Contains(t, log.String(), `level=INFO msg="job done" job=slow count=7`)
		require.NotContains(t, log.String(), "job=fast", "what did nothing says nothing")
	})
}

func TestAFailureIsLoggedAndTheJobGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		runs, others := 0, 0
		log, stop := started(
			worker.Job{Name: "failing", Every: time.Second, Within: time.Minute, Run: func(context.Context) (int, error) {
				if runs++; runs == 2 {
					return 0, errors.New("of nobody")
				}
				return 1, errDown
			}},
			worker.Job{Name: "other", Every: time.Second, Within: time.Minute, Run: func(context.Context) (int, error) { others++; return 0, nil }},
		)
		time.Sleep(3500 * time.Millisecond)
		stop()
		require.Equal(t, 3, runs)
		require.Equal(t, 3, others)
		require.Contains(t, log.String(), `level=ERROR msg="job failed" job=failing code=chain_down error="the chain did not answer: dial tcp"`)
		require.Contains(t, log.String(), `code=internal error="of nobody"`)
		require.Equal(t, 3, bytes.Count(log.Bytes(), []byte("job failed")))
	})
}

func TestAPanicIsAFailureOfItsJobAlone(t *testing.T) {
	t.Parallel()
	broken := worker.Job{Name: "broken", Every: time.Second, Within: time.Minute, Run: func(context.Context) (int, error) { panic("of a bug") }}
	synctest.Test(t, func(t *testing.T) {
		others := 0
		log, stop := started(broken, worker.Job{Name: "other", Every: time.Second, Within: time.Minute, Run: func(context.Context) (int, error) { others++; return 0, nil }})
		time.Sleep(2500 * time.Millisecond)
		stop()
		require.Equal(t, 2, others)
		require.Contains(t, log.String(), `msg="job failed" job=broken code=internal`)
		require.Contains(t, log.String(), "panic: of a bug")
	})
	_, err := worker.Once(t.Context(), []worker.Job{broken})
	require.ErrorIs(t, err, fault.Internal)
}

// A stop waits for what runs, lets it finish undisturbed, and starts nothing more, although the time for
// it had come while it waited.
func TestStopWaitsAndNothingRunsAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var begun, finished atomic.Int64
		long := worker.Job{Every: time.Second, Within: time.Minute, Run: func(ctx context.Context) (int, error) {
			begun.Add(1)
			time.Sleep(10 * time.Second)
			finished.Add(1)
			return 0, ctx.Err()
		}}
		const n = 20
		log, stop := started(slices.Repeat([]worker.Job{long}, n)...)
		time.Sleep(5 * time.Second)
		require.EqualValues(t, n, begun.Load())
		require.Zero(t, finished.Load())
		begin := time.Now()
		stop()
		require.Equal(t, 6*time.Second, time.Since(begin), "as long as the job had left")
		require.EqualValues(t, n, finished.Load())
		time.Sleep(time.Minute)
		require.EqualValues(t, n, begun.Load())
		require.Empty(t, log.String(), "its context was not taken away")
	})
}

// A job that waits for what never comes is ended, logged, and runs again; a stop need not wait for ever.
func TestARunThatDoesNotEndIsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		log, stop := started(worker.Job{Name: "stuck", Every: time.Second, Within: 10 * time.Second, Run: func(ctx context.Context) (int, error) {
			runs++
			<-ctx.Done()
			return 0, errDown.Because(ctx.Err())
		}})
		time.Sleep(25 * time.Second)
		begin := time.Now()
		stop()
		require.Equal(t, 3, runs)
		require.Less(t, time.Since(begin), 10*time.Second)
		require.Contains(t, log.String(), `msg="job failed" job=stuck code=chain_down error="the chain did not answer: context deadline exceeded"`)
	})
	_, err := worker.Once(t.Context(), []worker.Job{{Name: "stuck", Within: time.Millisecond, Run: func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}}})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestStopBeforeTheFirstRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, stop := started(worker.Job{Name: "never", Every: time.Hour, Within: time.Minute, Run: func(context.Context) (int, error) {
			t.Error("it ran")
			return 0, nil
		}})
		begin := time.Now()
		stop()
		require.Equal(t, begin, time.Now(), "at once")
	})
}
