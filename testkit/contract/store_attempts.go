package contract

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// attemptsOf gives a payout's attempts, by a unit of work and by a snapshot.
func attemptsOf(t *testing.T, s ports.Store, n int) []payouts.Attempt {
	t.Helper()
	one := view(t, s, func(ctx context.Context, v ports.View) ([]payouts.Attempt, error) {
		return v.Attempts.List(ctx, payout(n).ID)
	})
	two := inside(t, s, func(ctx context.Context, tx ports.Tx) ([]payouts.Attempt, error) {
		return tx.Attempts.List(ctx, payout(n).ID)
	})
	require.Equal(t, one, two)
	return one
}

func addAttempts(t *testing.T, s ports.Store, rows ...payouts.Attempt) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Attempts.Add, rows...) })
}

// payoutLockRace has everybody sign the next attempt unless one is live: a payout is signed once.
func payoutLockRace(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		if _, err := tx.Payouts.Lock(ctx, payout(0).ID); err != nil {
			return err
		}
		there, err := tx.Attempts.List(ctx, payout(0).ID)
		if err != nil || len(there) > 0 {
			return err
		}
		return tx.Attempts.Add(ctx, attempt(n+1, payouts.Live))
	}))
	require.Len(t, attemptsOf(t, s, 0), 1)
}

func attemptOrder(t *testing.T, s ports.Store) {
	other := attempt(4, payouts.Live)
	other.Payout = payout(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, payout(1)) })
	addAttempts(t, s, attempt(10, payouts.Dead), attempt(2, payouts.Reverted), other, attempt(1, payouts.Landed), attempt(11, payouts.Live))
	require.Equal(t, []payouts.Attempt{
		attempt(1, payouts.Landed), attempt(2, payouts.Reverted), attempt(10, payouts.Dead), attempt(11, payouts.Live),
	}, attemptsOf(t, s, 0))
	require.Equal(t, []payouts.Attempt{other}, attemptsOf(t, s, 1))
	requirePages(t, s, append(attemptsOf(t, s, 0), other), func(ctx context.Context, v ports.View, after payouts.Attempt, limit int) ([]payouts.Attempt, error) {
		return v.Attempts.All(ctx, after, limit)
	})
	require.Empty(t, attemptsOf(t, s, 9))
}

func attemptPut(t *testing.T, s ports.Store) {
	refuse(t, s, payouts.ErrNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Attempts.Put(ctx, attempt(1, payouts.Dead)) })
	addAttempts(t, s, attempt(1, payouts.Live))
	put := func(ctx context.Context, tx ports.Tx) error { return tx.Attempts.Put(ctx, attempt(1, payouts.Landed)) }
	abandon(t, s, put)
	require.Equal(t, []payouts.Attempt{attempt(1, payouts.Live)}, attemptsOf(t, s, 0))
	write(t, s, put)
	require.Equal(t, []payouts.Attempt{attempt(1, payouts.Landed)}, attemptsOf(t, s, 0))
}

func attemptNext(t *testing.T, s ports.Store) {
	for n, over := range []payouts.AttemptState{payouts.Dead, payouts.Reverted} {
		addAttempts(t, s, attempt(n+1, payouts.Live))
		refuse(t, s, payouts.ErrAttemptLive, func(ctx context.Context, tx ports.Tx) error {
			return tx.Attempts.Add(ctx, attempt(n+2, payouts.Live))
		})
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Attempts.Put(ctx, attempt(n+1, over)) })
	}
	addAttempts(t, s, attempt(3, payouts.Live))
	require.Len(t, attemptsOf(t, s, 0), 3)
}

func attemptCopies(t *testing.T, s ports.Store) {
	want := attempt(1, payouts.Live)
	spoil := func(a payouts.Attempt, use func(context.Context, payouts.Attempt) error) func(context.Context) error {
		return func(ctx context.Context) error {
			a.Raw = slices.Clone(a.Raw)
			defer clear(a.Raw)
			return use(ctx, a)
		}
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return spoil(want, tx.Attempts.Add)(ctx) })
	for range 2 {
		got := attemptsOf(t, s, 0)
		require.Equal(t, []payouts.Attempt{want}, got)
		clear(got[0].Raw)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return spoil(want, tx.Attempts.Put)(ctx) })
	require.Equal(t, []payouts.Attempt{want}, attemptsOf(t, s, 0))
}
