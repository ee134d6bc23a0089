package boot

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// However many ask whether a store answers, it is asked once, and again when a second has passed.
func TestReadinessAsksOnce(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	letGo, begun := make(chan error), make(chan struct{}, 1)
	r := &readiness{now: func() time.Time { return time.Unix(1000, 0) }, ask: func(ctx context.Context) error {
		asked.Add(1)
		begun <- struct{}{}
		return errors.Join(<-letGo, ctx.Err())
	}}
	gone, leave := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { first <- r.check(gone) }()
	<-begun
	var waiting sync.WaitGroup
	answers := make(chan error, 100)
	for range cap(answers) {
		waiting.Go(func() { answers <- r.check(t.Context()) })
	}
	leave()
	require.ErrorIs(t, <-first, context.Canceled, "who goes does not wait")
	letGo <- nil
	waiting.Wait()
	close(answers)
	for err := range answers {
		require.NoError(t, err, "that the first went away ends nothing")
	}
	require.EqualValues(t, 1, asked.Load())
}

// What was found is remembered for a second, a failure as well.
func TestReadinessRemembers(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	found, asked := error(nil), 0
	r := &readiness{now: func() time.Time { return now }, ask: func(context.Context) error { asked++; return found }}
	errDown := errors.New("it does not answer")
	for range 1000 {
		require.NoError(t, r.check(t.Context()))
	}
	require.Equal(t, 1, asked)
	found, now = errDown, now.Add(remembered-1)
	require.NoError(t, r.check(t.Context()))
	now = now.Add(1)
	for range 1000 {
		require.ErrorIs(t, r.check(t.Context()), errDown)
	}
	require.Equal(t, 2, asked)
	found, now = nil, now.Add(-time.Hour)
	require.NoError(t, r.check(t.Context()), "a clock that went back remembers nothing")
	require.Equal(t, 3, asked)
}
