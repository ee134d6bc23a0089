package contract

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/ports"
)

// errAbandoned is how a suite ends a unit of work that must leave no trace.
var errAbandoned = errors.New("the suite abandons this unit of work")

// storeTest is one subtest on a store of its own.
type storeTest = func(t *testing.T, s ports.Store)

// storeTests runs each test in parallel on a store of its own.
func storeTests(t *testing.T, open func(t *testing.T) ports.Store, tests map[string]storeTest) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

// tester is what the hands need of a test: a *testing.T is one, and so is a *rapid.T.
type tester interface {
	require.TestingT
	Helper()
	Context() context.Context
}

// write runs fn in a unit of work that must commit.
func write(t tester, s ports.Store, fn func(ctx context.Context, tx ports.Tx) error) {
	t.Helper()
	require.NoError(t, s.Write(t.Context(), fn))
}

// abandon runs fn, which must succeed, in a unit of work that ends in an error.
func abandon(t tester, s ports.Store, fn func(ctx context.Context, tx ports.Tx) error) {
	t.Helper()
	require.ErrorIs(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return errAbandoned
	}), errAbandoned)
}

// refuse runs fn in a unit of work that must fail with want.
func refuse(t tester, s ports.Store, want error, fn func(ctx context.Context, tx ports.Tx) error) {
	t.Helper()
	require.ErrorIs(t, s.Write(t.Context(), fn), want)
}

// inside gives what fn reads in a unit of work that commits.
func inside[T any](t tester, s ports.Store, fn func(ctx context.Context, tx ports.Tx) (T, error)) T {
	t.Helper()
	got, err := ports.Write(t.Context(), s, fn)
	require.NoError(t, err)
	return got
}

// view gives what fn reads in a snapshot.
func view[T any](t tester, s ports.Store, fn func(ctx context.Context, v ports.View) (T, error)) T {
	t.Helper()
	got, err := ports.Read(t.Context(), s, fn)
	require.NoError(t, err)
	return got
}

// contend runs fn in racers units of work at once, each with a number of its own, and gives what they
// answered by that number.
func contend(t tester, s ports.Store, fn func(ctx context.Context, tx ports.Tx, n int) error) []error {
	t.Helper()
	var turn atomic.Int32
	answers := make([]error, racers)
	race(func() {
		n := int(turn.Add(1)) - 1
		answers[n] = s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return fn(ctx, tx, n) })
	})
	return answers
}

// requireWinners asks that so many of the racers won, and that every other lost by the same fault.
func requireWinners(t tester, want int, lost error, answers []error) {
	t.Helper()
	won := 0
	for _, err := range answers {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, lost)
	}
	require.Equal(t, want, won)
}

// requireAllWon asks that every racer did its work.
func requireAllWon(t tester, answers []error) {
	t.Helper()
	requireWinners(t, racers, nil, answers)
}

// found makes two answers of a Find one.
type found[V any] struct {
	row V
	ok  bool
}

func find[V any](row V, ok bool, err error) (found[V], error) { return found[V]{row, ok}, err }

// absent is what Find gives of nothing.
func absent[V any]() found[V] { return found[V]{} }

// present is what Find gives of a row.
func present[V any](row V) found[V] { return found[V]{row, true} }

// requirePages reads a list by pages of every size and asks for each row once, in order. The page read is
// overwritten each time: it belongs to the caller.
func requirePages[V any](t tester, s ports.Store, want []V, page func(ctx context.Context, v ports.View, after V, limit int) ([]V, error)) {
	t.Helper()
	for limit := 1; limit <= len(want)+1; limit++ {
		got := view(t, s, func(ctx context.Context, v ports.View) ([]V, error) {
			var all []V
			var after V
			for {
				rows, err := page(ctx, v, after, limit)
				if err != nil || len(rows) == 0 {
					return all, err
				}
				if len(rows) > limit || len(all) > len(want) {
					return nil, errors.New("a page is longer than its limit, or the pages do not end")
				}
				all = append(all, rows...)
				after = rows[len(rows)-1]
				clear(rows)
			}
		})
		require.Equal(t, want, got, "pages of %d", limit)
	}
	requireFirst(t, s, nil, 0, page)
}

// requireFirst asks for the first page of a limit.
func requireFirst[V any](t tester, s ports.Store, want []V, limit int, page func(ctx context.Context, v ports.View, after V, limit int) ([]V, error)) {
	t.Helper()
	got := view(t, s, func(ctx context.Context, v ports.View) ([]V, error) {
		var none V
		return page(ctx, v, none, limit)
	})
	if len(want) == 0 {
		require.Empty(t, got)
		return
	}
	require.Equal(t, want, got)
}

// errUnseen is a unit of work that does not see what it wrote.
var errUnseen = errors.New("the unit does not see what it wrote")
