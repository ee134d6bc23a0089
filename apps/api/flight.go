package api

import (
	"context"
	"sync"
	"time"

	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
)

// flight runs something costly once for all who ask while it is under way: they get its result, and never are two
// under way in this process. It is nobody's: who asked first may leave, and the others have their result.
type flight[T any] struct {
	within time.Duration // the longest that it may take
	run    func(context.Context) (T, error)

	mu    sync.Mutex
	under *landing[T] // nil while nothing is under way
}

// landing is one run, whose result is there once done is closed.
type landing[T any] struct {
	done   chan struct{}
	result T
	err    error
}

// join gives the result of the run that is under way, or of a new one. Who waits for another's may leave. What takes
// too long is rpc.ErrTimeout, for all of them.
func (f *flight[T]) join(ctx context.Context) (T, error) {
	f.mu.Lock()
	l := f.under
	if l == nil {
		l = &landing[T]{done: make(chan struct{}), err: fault.ErrInternal} // unless it returns
		f.under = l
		f.mu.Unlock()
		return f.fly(ctx, l)
	}
	f.mu.Unlock()
	select {
	case <-l.done:
		return l.result, l.err
	case <-ctx.Done():
		var none T
		return none, rpc.ErrTimeout.Because(ctx.Err())
	}
}

// fly runs in the goroutine of who asked first: a panic is that request's.
func (f *flight[T]) fly(ctx context.Context, l *landing[T]) (T, error) {
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.under = nil
		close(l.done)
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.within)
	defer cancel()
	l.result, l.err = f.run(ctx)
	if l.err != nil && ctx.Err() != nil {
		l.err = rpc.ErrTimeout.Because(l.err)
	}
	return l.result, l.err
}
