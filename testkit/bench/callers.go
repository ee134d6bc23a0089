package main

import (
	"context"
	"sync"
	"time"
)

// callers lets n of them call again and again until the time is over, and once at least: each waits for its
// answer before it calls again. The first failure ends all.
func callers(ctx context.Context, n int, lasts time.Duration, call func(ctx context.Context, caller int) error) (sample, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	waits := make([][]time.Duration, n)
	before, err := ownCPU()
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			for ctx.Err() == nil {
				called := time.Now()
				if err := call(ctx, i); err != nil {
					stop(err)
					return
				}
				waits[i] = append(waits[i], time.Since(called))
				if time.Since(began) >= lasts {
					return
				}
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	after, err := ownCPU()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	s := sample{took: took, client: after - before}
	for _, w := range waits {
		s.waits = append(s.waits, w...)
	}
	s.calls = len(s.waits)
	return s, err
}

// paced makes so many calls a second at even distances until the time is over, whether or not earlier ones
// were answered. A call is timed from when it was due: what waited because the machine was behind waited.
func paced(ctx context.Context, perSecond int, lasts time.Duration, call func(ctx context.Context, n int) error) (sample, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	apart := time.Second / time.Duration(perSecond)
	waits := make([]time.Duration, max(1, int(lasts/apart)))
	before, err := ownCPU()
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	var all sync.WaitGroup
	for n := range waits {
		due := began.Add(time.Duration(n) * apart)
		time.Sleep(time.Until(due))
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			if err := call(ctx, n); err != nil {
				stop(err)
			}
			waits[n] = time.Since(due)
		})
	}
	all.Wait()
	took := time.Since(began)
	after, err := ownCPU()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return sample{calls: len(waits), took: took, waits: waits, client: after - before}, err
}
