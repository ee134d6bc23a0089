package boot

import (
	"context"
	"sync"
	"time"
)

// The bounds of asking whether a store answers.
const (
	remembered = time.Second     // how long an answer is given again
	patience   = 5 * time.Second // how long a question may take
)

// readiness asks a store whether it answers, at most once a second and never twice at a time, however many
// ask: a probe is not limited, and costs strangers nothing.
type readiness struct {
	ask func(context.Context) error
	now func() time.Time

	mu     sync.Mutex
	newest *question
}

// question is one that was asked. Its err is there once done is closed.
type question struct {
	at   time.Time
	done chan struct{}
	err  error
}

// check gives what the newest question found, and asks another if that one is old. Whoever asks first asks for
// all, so the question does not end with the request that caused it.
func (r *readiness) check(ctx context.Context) error {
	q := r.current(ctx)
	select {
	case <-q.done:
		return q.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *readiness) current(ctx context.Context) *question {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if q := r.newest; q != nil {
		select {
		case <-q.done:
			if age := now.Sub(q.at); age >= 0 && age < remembered {
				return q
			}
		default:
			return q // nobody knows yet
		}
	}
	q := &question{at: now, done: make(chan struct{})}
	r.newest = q
	go func() {
		defer close(q.done)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		q.err = r.ask(ctx)
	}()
	return q
}
