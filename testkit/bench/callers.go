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
