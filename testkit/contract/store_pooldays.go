package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func poolDayTests() map[string]storeTest {
	return map[string]storeTest{
		"add_creates_a_day_or_adds_to_it":             seeded(poolDayAdd),
		"a_sum_of_a_day_stops_at_the_most":            seeded(poolDayMost),
		"days_are_found_of_pools_and_listed_by_pools": seeded(poolDayPages),
		"adders_of_one_day_lose_nothing":              seeded(poolDayRace),
	}
}

// poolDay is day n of pool 0.
func poolDay(n int) staking.PoolDay {
	a := func(more int) money.Amount { return money.Amount(n*n + more) }
	return staking.PoolDay{
		Pool: pool(0).ID, Day: staking.Day(n), In: a(1), Out: a(2), Rewards: a(3), Gifts: a(1),
		Distributions: int64(n*n) + 4, Joined: int64(n*n) + 5, Left: int64(n*n) + 6,
	}
}

func daysSince(t *testing.T, s ports.Store, from staking.Day, pools ...staking.PoolID) []staking.PoolDay {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) ([]staking.PoolDay, error) {
		return v.PoolDays.Since(ctx, pools, from)
	})
}

func poolDayAdd(t *testing.T, s ports.Store) {
	var want []staking.PoolDay
	for _, step := range []staking.PoolDay{poolDay(-3), {Pool: pool(0).ID, Day: -3, In: 7}, {Pool: pool(0).ID, Day: -3, Rewards: 2, Gifts: 1, Distributions: 2, Left: 3}} {
		add := func(ctx context.Context, tx ports.Tx) error { return tx.PoolDays.Add(ctx, step) }
		abandon(t, s, add)
		require.Equal(t, want, daysSince(t, s, -3, pool(0).ID))
		write(t, s, add)
		if want == nil {
			want = []staking.PoolDay{step}
		} else {
			want[0] = want[0].Plus(step)
		}
		require.Equal(t, want, daysSince(t, s, -3, pool(0).ID))
	}
}

func poolDayMost(t *testing.T, s ports.Store) {
	most := staking.PoolDay{Pool: pool(0).ID, Day: 1, In: money.Max, Out: money.Max, Rewards: money.Max, Gifts: money.Max}
	for _, step := range []staking.PoolDay{poolDay(1), most, most} {
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.PoolDays.Add(ctx, step) })
	}
	want := poolDay(1)
	want.In, want.Out, want.Rewards, want.Gifts = money.Max, money.Max, money.Max, money.Max
	require.Equal(t, []staking.PoolDay{want}, daysSince(t, s, 1, pool(0).ID))
}

func poolDayPages(t *testing.T, s ports.Store) {
	var all []staking.PoolDay
	for _, n := range []int{0, 11} {
		for _, day := range []int{-2, 0, 3, 10} {
			d := poolDay(day)
			d.Pool = pool(n).ID
			all = append(all, d)
		}
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return crowd(ctx, tx, 11) },
			func() error { return tx.Pools.Add(ctx, pool(11)) },
			func() error {
				return putAll(ctx, tx.PoolDays.Add, all[3], all[5], all[1], all[7], all[4], all[2], all[0], all[6])
			},
		)
	})
	requirePages(t, s, all, func(ctx context.Context, v ports.View, after staking.PoolDay, limit int) ([]staking.PoolDay, error) {
		return v.PoolDays.All(ctx, after, limit)
	})
	require.Equal(t, all, daysSince(t, s, -2, pool(11).ID, pool(0).ID, pool(11).ID))
	require.Equal(t, []staking.PoolDay{all[6], all[7]}, daysSince(t, s, 1, pool(11).ID), "from a day on which nothing happened")
	require.Equal(t, all[:1], daysSince(t, s, -2, pool(0).ID, "\x00", "\xff")[:1], "a name that none can have hides no other")
	require.Empty(t, daysSince(t, s, -2))
	require.Empty(t, daysSince(t, s, 11, pool(0).ID, pool(9).ID))
}

func poolDayRace(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		if _, err := tx.Pools.Lock(ctx, pool(0).ID); err != nil {
			return err
		}
		return tx.PoolDays.Add(ctx, staking.PoolDay{Pool: pool(0).ID, Day: 5, In: money.Amount(n + 1), Joined: 1})
	}))
	want := staking.PoolDay{Pool: pool(0).ID, Day: 5, In: racers * (racers + 1) / 2, Joined: racers}
	require.Equal(t, []staking.PoolDay{want}, daysSince(t, s, 5, pool(0).ID))
}
