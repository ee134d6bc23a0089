package contract

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func positionTests() map[string]storeTest {
	return map[string]storeTest{
		"put_creates_or_replaces_a_position":              seeded(positionPut),
		"put_leaves_a_position_what_it_was_opened_with":   seeded(positionOpened),
		"positions_are_listed_by_account_and_by_pool":     seeded(positionPages),
		"positions_to_compound_are_listed_by_their_turns": seeded(positionTurns),
		"put_creates_replaces_or_removes_an_activation":   seeded(activationPut),
		"activations_are_listed_by_pool_and_epoch":        seeded(activationPages),
		"activations_are_found_for_positions":             seeded(activationsOf),
	}
}

func positionOpened(t *testing.T, s ports.Store) {
	want := position(1)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Positions.Put(ctx, want) })
	other := want
	other.ID, other.OpenedAt, other.Claimed = position(9).ID, later(9), 77
	want.Claimed = 77
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Positions.Put(ctx, other) })
	require.Equal(t, present(want), inside(t, s, func(ctx context.Context, tx ports.Tx) (found[staking.Position], error) {
		return find(tx.Positions.Find(ctx, want.Pool, want.Account))
	}))
}

func positionPut(t *testing.T, s ports.Store) {
	look := func(n int) found[staking.Position] {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[staking.Position], error) {
			return find(tx.Positions.Find(ctx, pool(0).ID, position(n).Account))
		})
	}
	next := position(1)
	next.Active, next.Waiting, next.WaitingEpoch, next.Claimed = 1, 2, -3, 4
	next.Index, next.Owed, next.Terms = staking.U128{Lo: 5}, staking.U128{Hi: 6}, staking.Terms{}
	for _, p := range []staking.Position{position(1), next} {
		was := look(1)
		put := func(ctx context.Context, tx ports.Tx) error {
			if err := tx.Positions.Put(ctx, p); err != nil {
				return err
			}
			now, known, err := tx.Positions.Find(ctx, p.Pool, p.Account)
			if !known || now != p {
				return errUnseen
			}
			return err
		}
		abandon(t, s, put)
		require.Equal(t, was, look(1))
		write(t, s, put)
		require.Equal(t, present(p), look(1))
	}
	require.Equal(t, absent[staking.Position](), look(2))
}

func positionPages(t *testing.T, s ports.Store) {
	// Accounts run against ids, and pools take turns, so that no other order gives the same lists.
	var all, ofAccount []staking.Position
	for _, n := range []int{11, 12, 13, 14} {
		own, away := position(n), position(50-n)
		own.Account, away.Pool, away.Account = position(25-n).Account, pool(n).ID, position(2).Account
		all, ofAccount = append(all, own), append([]staking.Position{away}, ofAccount...)
	}
	for _, n := range []int{3, 2, 1, 0} { // pool 11 is that of position 39
		all = append(all, ofAccount[n])
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return crowd(ctx, tx, 11, 12, 13, 14) },
			func() error { return putAll(ctx, tx.Pools.Add, pool(14), pool(12), pool(13), pool(11)) },
			func() error {
				return putAll(ctx, tx.Positions.Put, all[3], all[5], all[1], all[7], all[4], all[2], all[0], all[6])
			},
		)
	})
	requirePages(t, s, all, func(ctx context.Context, v ports.View, after staking.Position, limit int) ([]staking.Position, error) {
		return v.Positions.All(ctx, after, limit)
	})
	requirePages(t, s, ofAccount, func(ctx context.Context, v ports.View, after staking.Position, limit int) ([]staking.Position, error) {
		return v.Positions.ListByAccount(ctx, position(2).Account, after.ID, limit)
	})
	rest := view(t, s, func(ctx context.Context, v ports.View) ([]staking.Position, error) {
		return v.Positions.All(ctx, staking.Position{Pool: pool(0).ID, ID: position(13).ID}, 2)
	})
	require.Equal(t, all[3:5], rest, "the list begins after a place, in whatever pool it is")
}

func positionTurns(t *testing.T, s ports.Store) {
	// Ids run against moments; two have the same; one never has a turn, and one not yet.
	var due []staking.Position
	for i, n := range []int{14, 12, 13, 11} {
		p := position(n)
		p.CompoundAt = later(i + 1)
		due = append(due, p)
	}
	due[2].CompoundAt = due[1].CompoundAt
	early, never := position(15), position(16)
	early.CompoundAt, never.CompoundAt = later(9), time.Time{}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return crowd(ctx, tx, 11, 12, 13, 14, 15, 16) },
			func() error { return putAll(ctx, tx.Positions.Put, due[2], early, due[0], never, due[3], due[1]) },
		)
	})
	requirePages(t, s, due, func(ctx context.Context, v ports.View, behind staking.Position, limit int) ([]staking.Position, error) {
		return v.Positions.Compounding(ctx, due[3].CompoundAt, behind, limit)
	})
	require.Equal(t, due[:3], view(t, s, func(ctx context.Context, v ports.View) ([]staking.Position, error) {
		return v.Positions.Compounding(ctx, due[3].CompoundAt.Add(-time.Microsecond), staking.Position{}, 9)
	}))
	due[0].CompoundAt = time.Time{}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Positions.Put(ctx, due[0]) })
	require.Equal(t, due[1:], view(t, s, func(ctx context.Context, v ports.View) ([]staking.Position, error) {
		return v.Positions.Compounding(ctx, due[3].CompoundAt, staking.Position{}, 9)
	}), "put replaces it also by none")
}

func activationPut(t *testing.T, s ports.Store) {
	look := func() found[staking.Activation] {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[staking.Activation], error) {
			return find(tx.Positions.FindActivation(ctx, pool(0).ID, 7))
		})
	}
	next, over := activation(7), activation(7)
	next.Index, next.Weight, over.Weight = staking.U128{Hi: 1, Lo: 2}, 3, 0
	for _, step := range []struct {
		put  staking.Activation
		want found[staking.Activation]
	}{
		{over, absent[staking.Activation]()}, // removing what is absent succeeds
		{activation(7), present(activation(7))},
		{next, present(next)},
		{over, absent[staking.Activation]()},
		{next, present(next)},
	} {
		was := look()
		put := func(ctx context.Context, tx ports.Tx) error {
			if err := tx.Positions.PutActivation(ctx, step.put); err != nil {
				return err
			}
			now, err := find(tx.Positions.FindActivation(ctx, pool(0).ID, 7))
			if now != step.want {
				return errUnseen
			}
			return err
		}
		abandon(t, s, put)
		require.Equal(t, was, look())
		write(t, s, put)
		require.Equal(t, step.want, look())
	}
}

// putActivations keeps activations of pool 0 and of pool 1, which it adds, at four epochs each.
func putActivations(t *testing.T, s ports.Store) (all []staking.Activation) {
	t.Helper()
	for n := range 2 {
		for _, epoch := range []int{-2, 3, 7, 10} {
			a := activation(epoch)
			a.Pool, a.Weight = pool(n).ID, money.Amount(60+epoch)
			a.Index.Lo = uint64(n)
			all = append(all, a)
		}
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Pools.Add(ctx, pool(1)) },
			func() error {
				return putAll(ctx, tx.Positions.PutActivation, all[5], all[1], all[3], all[0], all[7], all[4], all[6], all[2])
			},
		)
	})
	return all
}

func activationPages(t *testing.T, s ports.Store) {
	all := putActivations(t, s)
	requirePages(t, s, all, func(ctx context.Context, v ports.View, after staking.Activation, limit int) ([]staking.Activation, error) {
		return v.Positions.AllActivations(ctx, after, limit)
	})
	rest := view(t, s, func(ctx context.Context, v ports.View) ([]staking.Activation, error) {
		return v.Positions.AllActivations(ctx, staking.Activation{Pool: pool(0).ID, Epoch: 8}, 2)
	})
	require.Equal(t, all[3:5], rest, "the activation to begin after may be removed by now")
}

func activationsOf(t *testing.T, s ports.Store) {
	all := putActivations(t, s)
	waits := func(n, epoch int) staking.Position {
		p := position(n) // it need not be stored
		p.Pool, p.WaitingEpoch = pool(n).ID, staking.Epoch(epoch)
		return p
	}
	look := func(of ...staking.Position) []staking.Activation {
		return view(t, s, func(ctx context.Context, v ports.View) ([]staking.Activation, error) {
			return v.Positions.FindActivations(ctx, of)
		})
	}
	none := staking.Activation{}
	require.Equal(t,
		[]staking.Activation{all[7], all[0], none, all[4], all[0], none},
		look(waits(1, 10), waits(0, -2), waits(0, 8), waits(1, -2), waits(0, -2), waits(9, 3)))
	require.Equal(t, []staking.Activation{none}, look(waits(1, 0)))
	require.Empty(t, look())
}
