package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func stakingTests() map[string]storeTest {
	tests := map[string]storeTest{
		"get_and_lock_give_a_pool_or_err_pool_not_found": seeded(poolGet),
		"an_influencer_finds_its_pool":                   seeded(poolByInfluencer),
		"pools_are_listed_in_the_order_of_their_ids":     seeded(poolPages),
		"put_replaces_a_pool":                            seeded(poolPut),
		"lock_holds_the_pool":                            seeded(poolLockRace),
		"lock_holds_the_positions_of_the_pool":           seeded(poolLockPositions),
		"lock_holds_the_activations_of_the_pool":         seeded(poolLockActivations),
		"put_creates_or_replaces_a_position":             seeded(positionPut),
		"positions_are_listed_by_pool_and_by_account":    seeded(positionPages),
		"put_creates_replaces_or_removes_an_activation":  seeded(activationPut),
		"activations_come_in_the_order_of_their_epochs":  seeded(activationOrder),
	}
	poolOfInfluencer.prove("the_pool_of_an_influencer", tests)
	return tests
}

var poolOfInfluencer = unique[staking.Pool]{
	taken: staking.ErrPoolExists,
	row: func(n int) staking.Pool {
		p := pool(apart + n)
		p.Influencer = pool(1).Influencer
		p.Owner = pool(1).Owner
		return p
	},
	add: func(ctx context.Context, tx ports.Tx, _ int, row staking.Pool) error { return tx.Pools.Add(ctx, row) },
	find: func(ctx context.Context, tx ports.Tx) (staking.Pool, bool, error) {
		return tx.Pools.FindByInfluencer(ctx, pool(1).Influencer)
	},
}

// getPool gives pool 0 as it stands.
func getPool(t *testing.T, s ports.Store) staking.Pool {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (staking.Pool, error) { return v.Pools.Get(ctx, pool(0).ID) })
}

func poolGet(t *testing.T, s ports.Store) {
	require.Equal(t, pool(0), getPool(t, s))
	for _, get := range []func(ports.Tx) func(context.Context, staking.PoolID) (staking.Pool, error){
		func(tx ports.Tx) func(context.Context, staking.PoolID) (staking.Pool, error) { return tx.Pools.Get },
		func(tx ports.Tx) func(context.Context, staking.PoolID) (staking.Pool, error) { return tx.Pools.Lock },
	} {
		require.Equal(t, pool(0), inside(t, s, func(ctx context.Context, tx ports.Tx) (staking.Pool, error) {
			return get(tx)(ctx, pool(0).ID)
		}))
		refuse(t, s, staking.ErrPoolNotFound, func(ctx context.Context, tx ports.Tx) error { return got(get(tx)(ctx, pool(9).ID)) })
	}
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Pools.Get(ctx, pool(9).ID))
	}), staking.ErrPoolNotFound)
}

func poolByInfluencer(t *testing.T, s ports.Store) {
	look := func(n int) found[staking.Pool] {
		return view(t, s, func(ctx context.Context, v ports.View) (found[staking.Pool], error) {
			return find(v.Pools.FindByInfluencer(ctx, pool(n).Influencer))
		})
	}
	require.Equal(t, present(pool(0)), look(0))
	require.Equal(t, absent[staking.Pool](), look(1))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		p := pool(0)
		p.Stakers++
		return tx.Pools.Put(ctx, p)
	})
	require.Equal(t, pool(0).Stakers+1, look(0).row.Stakers, "it gives the pool as it is now")
}

// crowd adds the accounts and influencers of some numbers, on top of those of seed.
func crowd(ctx context.Context, tx ports.Tx, numbers ...int) error {
	for _, n := range numbers {
		if err := tx.Accounts.Add(ctx, account(n)); err != nil {
			return err
		}
		if err := tx.Influencers.Add(ctx, influencer(n)); err != nil {
			return err
		}
	}
	return nil
}

func poolPages(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := crowd(ctx, tx, 14, 12, 13, 11); err != nil {
			return err
		}
		for _, n := range []int{14, 12, 13, 11} {
			if err := tx.Pools.Add(ctx, pool(n)); err != nil {
				return err
			}
		}
		return nil
	})
	requirePages(t, s, []staking.Pool{pool(0), pool(11), pool(12), pool(13), pool(14)},
		func(ctx context.Context, v ports.View, after staking.Pool, limit int) ([]staking.Pool, error) {
			return v.Pools.List(ctx, after.ID, limit)
		})
}

func poolPut(t *testing.T, s ports.Store) {
	next := pool(0)
	next.State, next.Share, next.Minimum, next.Epoch = staking.Closed, 7, staking.MinimumDefault, -3
	next.Active, next.Waiting, next.Funded, next.Paid, next.Stakers = 1, 2, 3, 4, 5
	next.Index, next.Carry = staking.U128{Hi: 6, Lo: 7}, staking.U128{Lo: 8}
	put := func(ctx context.Context, tx ports.Tx) error { return tx.Pools.Put(ctx, next) }
	abandon(t, s, put)
	require.Equal(t, pool(0), getPool(t, s))
	write(t, s, put)
	require.Equal(t, next, getPool(t, s))
}

func poolLockRace(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		p, err := tx.Pools.Lock(ctx, pool(0).ID)
		if err != nil {
			return err
		}
		p.Stakers++
		return tx.Pools.Put(ctx, p)
	}))
	require.Equal(t, pool(0).Stakers+racers, getPool(t, s).Stakers)
}

// poolLockPositions has everybody open the same position unless it is there, and grow it.
func poolLockPositions(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		if _, err := tx.Pools.Lock(ctx, pool(0).ID); err != nil {
			return err
		}
		p, known, err := tx.Positions.Find(ctx, pool(0).ID, position(1).Account)
		if !known {
			p = position(1)
			p.ID, p.Claimed = position(n).ID, 0
		}
		if err == nil {
			p.Claimed, err = p.Claimed.Add(1)
		}
		if err != nil {
			return err
		}
		return tx.Positions.Put(ctx, p)
	}))
	all := view(t, s, func(ctx context.Context, v ports.View) ([]staking.Position, error) {
		return v.Positions.ListByPool(ctx, pool(0).ID, "", 2)
	})
	require.Len(t, all, 1)
	require.EqualValues(t, racers, all[0].Claimed)
}

func poolLockActivations(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		if _, err := tx.Pools.Lock(ctx, pool(0).ID); err != nil {
			return err
		}
		a, known, err := tx.Positions.FindActivation(ctx, pool(0).ID, 7)
		if !known {
			a = activation(7)
			a.Weight = 0
		}
		if err == nil {
			a.Weight, err = a.Weight.Add(1)
		}
		if err != nil {
			return err
		}
		return tx.Positions.PutActivation(ctx, a)
	}))
	require.Equal(t, []money.Amount{racers}, weights(t, s))
}

// weights gives those of pool 0's activations, in the order in which they come.
func weights(t *testing.T, s ports.Store) (all []money.Amount) {
	t.Helper()
	rows := view(t, s, func(ctx context.Context, v ports.View) ([]staking.Activation, error) {
		return v.Positions.Activations(ctx, pool(0).ID)
	})
	for _, a := range rows {
		all = append(all, a.Weight)
	}
	return all
}

func positionPut(t *testing.T, s ports.Store) {
	look := func(n int) found[staking.Position] {
		one := view(t, s, func(ctx context.Context, v ports.View) (found[staking.Position], error) {
			return find(v.Positions.Find(ctx, pool(0).ID, position(n).Account))
		})
		two := inside(t, s, func(ctx context.Context, tx ports.Tx) (found[staking.Position], error) {
			return find(tx.Positions.Find(ctx, pool(0).ID, position(n).Account))
		})
		require.Equal(t, one, two)
		return one
	}
	next := position(1)
	next.Active, next.Waiting, next.WaitingEpoch, next.Claimed = 1, 2, -3, 4
	next.Index, next.Owed = staking.U128{Lo: 5}, staking.U128{Hi: 6}
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
	var ofPool, ofAccount []staking.Position
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := crowd(ctx, tx, 11, 12, 13, 14); err != nil {
			return err
		}
		for _, n := range []int{14, 12, 13, 11} {
			if err := tx.Pools.Add(ctx, pool(n)); err != nil {
				return err
			}
			own := position(n)
			own.Account = position(25 - n).Account
			away := position(50 + n)
			away.Pool, away.Account = pool(n).ID, position(2).Account
			if err := first(
				func() error { return tx.Positions.Put(ctx, own) },
				func() error { return tx.Positions.Put(ctx, away) },
			); err != nil {
				return err
			}
		}
		return nil
	})
	for _, n := range []int{11, 12, 13, 14} {
		own, away := position(n), position(50+n)
		own.Account, away.Pool, away.Account = position(25-n).Account, pool(n).ID, position(2).Account
		ofPool, ofAccount = append(ofPool, own), append(ofAccount, away)
	}
	requirePages(t, s, ofPool, func(ctx context.Context, v ports.View, after staking.Position, limit int) ([]staking.Position, error) {
		return v.Positions.ListByPool(ctx, pool(0).ID, after.ID, limit)
	})
	requirePages(t, s, ofAccount, func(ctx context.Context, v ports.View, after staking.Position, limit int) ([]staking.Position, error) {
		return v.Positions.ListByAccount(ctx, position(2).Account, after.ID, limit)
	})
}

func activationPut(t *testing.T, s ports.Store) {
	look := func() found[staking.Activation] {
		one := view(t, s, func(ctx context.Context, v ports.View) (found[staking.Activation], error) {
			return find(v.Positions.FindActivation(ctx, pool(0).ID, 7))
		})
		two := inside(t, s, func(ctx context.Context, tx ports.Tx) (found[staking.Activation], error) {
			return find(tx.Positions.FindActivation(ctx, pool(0).ID, 7))
		})
		require.Equal(t, one, two)
		return one
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

func activationOrder(t *testing.T, s ports.Store) {
	require.Empty(t, weights(t, s))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Pools.Add(ctx, pool(1)); err != nil {
			return err
		}
		for _, epoch := range []int{3, 10, -2, 7} {
			a, other := activation(epoch), activation(epoch)
			a.Weight, other.Pool = money.Amount(epoch+100), pool(1).ID
			if err := first(
				func() error { return tx.Positions.PutActivation(ctx, a) },
				func() error { return tx.Positions.PutActivation(ctx, other) },
			); err != nil {
				return err
			}
		}
		return nil
	})
	require.Equal(t, []money.Amount{98, 103, 107, 110}, weights(t, s))
}
