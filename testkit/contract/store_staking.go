package contract

import (
	"context"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func stakingTests() map[string]storeTest {
	tests := map[string]storeTest{
		"get_and_lock_give_a_pool_or_err_pool_not_found": seeded(poolGet),
		"get_all_gives_pools_in_the_order_asked_or_err":  seeded(poolGetAll),
		"an_influencer_finds_its_pool":                   seeded(poolByInfluencer),
		"pools_are_listed_in_the_order_of_their_ids":     seeded(poolPages),
		"put_replaces_a_pool":                            seeded(poolPut),
		"lock_holds_the_pool":                            seeded(poolLockRace),
		"lock_holds_the_positions_of_the_pool":           seeded(poolLockPositions),
		"lock_holds_the_activations_of_the_pool":         seeded(poolLockActivations),
		"lock_holds_the_tickets_of_the_pool":             seeded(poolLockTickets),
	}
	maps.Copy(tests, positionTests())
	maps.Copy(tests, ticketTests())
	maps.Copy(tests, poolDayTests())
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
	require.Equal(t, pool(0), inside(t, s, func(ctx context.Context, tx ports.Tx) (staking.Pool, error) {
		return tx.Pools.Lock(ctx, pool(0).ID)
	}))
	refuse(t, s, staking.ErrPoolNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Pools.Lock(ctx, pool(9).ID)) })
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Pools.Get(ctx, pool(9).ID))
	}), staking.ErrPoolNotFound)
}

func poolGetAll(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return crowd(ctx, tx, 11, 12) },
			func() error { return tx.Pools.Add(ctx, pool(12)) },
			func() error { return tx.Pools.Add(ctx, pool(11)) },
		)
	})
	get := func(numbers ...int) ([]staking.Pool, error) {
		var ids []staking.PoolID
		for _, n := range numbers {
			ids = append(ids, pool(n).ID)
		}
		return ports.Read(t.Context(), s, func(ctx context.Context, v ports.View) ([]staking.Pool, error) { return v.Pools.GetAll(ctx, ids) })
	}
	for _, numbers := range [][]int{{0}, {12, 0, 11}, {11, 12, 0}, {11, 0, 11, 11}} {
		want := make([]staking.Pool, len(numbers))
		for i, n := range numbers {
			want[i] = pool(n)
		}
		all, err := get(numbers...)
		require.NoError(t, err)
		require.Equal(t, want, all)
	}
	none, err := get()
	require.NoError(t, err)
	require.Empty(t, none)
	for _, numbers := range [][]int{{9}, {0, 9}, {9, 11, 12}} {
		_, err := get(numbers...)
		require.ErrorIs(t, err, staking.ErrPoolNotFound)
	}
}

func poolByInfluencer(t *testing.T, s ports.Store) {
	look := func(n int) found[staking.Pool] {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[staking.Pool], error) {
			return find(tx.Pools.FindByInfluencer(ctx, pool(n).Influencer))
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
	refuse(t, s, staking.ErrPoolNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Pools.Put(ctx, pool(9)) })
	next := pool(0)
	next.State, next.Epoch, next.Settings, next.Next = staking.Closed, -3, staking.Settings{Share: 7, Minimum: staking.MinimumDefault}, staking.Settings{}
	next.ClosedAt, next.Suspended = later(9), ""
	next.Active, next.Waiting, next.Cooling, next.Funded, next.Paid, next.Returned, next.Stakers = 1, 2, 9, 4, 3, 0, 5
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
		return v.Positions.All(ctx, staking.Position{}, 2)
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
	all := view(t, s, func(ctx context.Context, v ports.View) ([]staking.Activation, error) {
		return v.Positions.AllActivations(ctx, staking.Activation{}, 2)
	})
	require.Len(t, all, 1)
	require.EqualValues(t, racers, all[0].Weight)
}
