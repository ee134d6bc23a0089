package staking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

func TestADayIsOneOfUTC(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	day := staking.DayOf(midnight)
	require.Equal(t, midnight, day.Time())
	require.Equal(t, day, staking.DayOf(midnight.Add(24*time.Hour-1)))
	require.Equal(t, day-1, staking.DayOf(midnight.Add(-1)))
	require.Equal(t, day, staking.DayOf(midnight.In(time.FixedZone("", -11*60*60))))
	require.Equal(t, staking.Day(-1), staking.DayOf(time.Unix(-1, 0)))
	require.Equal(t, time.Unix(0, 0).UTC(), staking.Day(0).Time())
}

func TestWhatAnOperationAddsToADay(t *testing.T) {
	t.Parallel()
	before := staking.Pool{ID: "pool_1", Active: 5, Waiting: 5, Funded: 7, Stakers: 2}
	change := func(to func(*staking.Pool)) staking.PoolDay {
		after := before
		to(&after)
		d, happened := staking.DayBetween(before, after, 9)
		require.Equal(t, happened, d != staking.PoolDay{Pool: "pool_1", Day: 9})
		d.Pool, d.Day = "", 0
		return d
	}
	require.Equal(t, staking.PoolDay{In: 3, Joined: 1}, change(func(p *staking.Pool) { p.Waiting, p.Stakers = 8, 3 }))
	require.Equal(t, staking.PoolDay{Out: 10, Left: 2}, change(func(p *staking.Pool) { p.Active, p.Waiting, p.Stakers = 0, 0, 0 }))
	require.Equal(t, staking.PoolDay{Rewards: 2, Distributions: 1}, change(func(p *staking.Pool) { p.Funded = 9 }))
	require.Zero(t, change(func(p *staking.Pool) { p.Paid, p.Epoch, p.Active, p.Waiting = 4, 3, 10, 0 }), "a claim, or the beginning of an epoch")
}

// P-12, I-01: whatever happened to a pool, counting back from how it stands gives how it stood at the end of
// each day, in whatever order the days come, and the days without anything are there.
func TestHistoryCountsBackToWhatWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const today, count = 100, 10
		pool := staking.Pool{ID: "pool_1"}
		kept := map[staking.Day]staking.PoolDay{}
		ends := map[staking.Day]staking.Pool{}
		for day := staking.Day(today - 2*count); day <= today+3; day++ {
			for range rapid.IntRange(0, 3).Draw(t, "operations") {
				was := pool
				switch rapid.IntRange(0, 2).Draw(t, "kind") {
				case 0:
					amount := money.Amount(rapid.Int64Range(1, 1_000).Draw(t, "in"))
					pool.Waiting, _ = pool.Waiting.Add(amount)
					pool.Stakers += int64(rapid.IntRange(0, 1).Draw(t, "joins"))
				case 1:
					pool.Waiting = money.Amount(rapid.Int64Range(0, int64(pool.Waiting)).Draw(t, "stays"))
					pool.Stakers -= min(pool.Stakers, int64(rapid.IntRange(0, 1).Draw(t, "leaves")))
				default:
					pool.Funded, _ = pool.Funded.Add(money.Amount(rapid.Int64Range(1, 50).Draw(t, "shared")))
				}
				if d, happened := staking.DayBetween(was, pool, day); happened {
					if before, ok := kept[day]; ok {
						d = before.Plus(d)
					}
					kept[day] = d
				}
			}
			ends[day] = pool
		}
		var days []staking.PoolDay
		for day, d := range kept {
			if day > today-count || rapid.Bool().Draw(t, "an earlier one too") {
				days = append(days, d)
			}
		}
		history := staking.History(pool, days, today, count)
		require.Len(t, history, count)
		for i, end := range history {
			day := staking.Day(today - count + 1 + i)
			want := kept[day]
			want.Pool, want.Day = pool.ID, day
			require.Equal(t, want, end.PoolDay)
			require.Equal(t, ends[day].Staked(), end.Staked)
			require.Equal(t, ends[day].Stakers, end.Stakers)
			require.Equal(t, staking.APY(end.Earned(), staking.U128{Lo: uint64(end.Staked)}), end.APY)
		}
	})
}

// Figures are of the thirty whole days before: what happens today changes nothing, nor does what is older.
func TestFiguresAreOfWholeDays(t *testing.T) {
	t.Parallel()
	const twist = money.Amount(1_000_000_000)
	pool := staking.Pool{ID: "pool_1", Active: 1_000 * twist}
	reward := func(day staking.Day) []staking.PoolDay {
		return []staking.PoolDay{{Pool: pool.ID, Day: day, Rewards: twist, Distributions: 1}}
	}
	require.Equal(t, staking.Figures{Pool: pool.ID, Day: 100, APY: 122, Before: pool.Active, Staked: pool.Active}, staking.FiguresOf(pool, reward(99), 100))
	require.EqualValues(t, 122, staking.FiguresOf(pool, reward(70), 100).APY, "the oldest day")
	require.Zero(t, staking.FiguresOf(pool, reward(69), 100).APY)
	require.Zero(t, staking.FiguresOf(pool, reward(100), 100).APY, "today")
	require.Zero(t, staking.FiguresOf(pool, nil, 100).APY)
	given := []staking.PoolDay{{Pool: pool.ID, Day: 99, Rewards: 3 * twist, Gifts: 2 * twist, Distributions: 2}}
	require.EqualValues(t, 122, staking.FiguresOf(pool, given, 100).APY, "a gift is no yield")
	require.Equal(t, staking.APY(twist, staking.U128{Lo: uint64(pool.Active)}), staking.History(pool, given, 99, 1)[0].APY)
	given[0].Gifts = given[0].Rewards
	require.Zero(t, staking.FiguresOf(pool, given, 100).APY)
	require.Zero(t, staking.FiguresOf(staking.Pool{}, reward(99), 100).APY, "nobody is there")

	flow := func(day staking.Day, in, out money.Amount) staking.Figures {
		return staking.FiguresOf(pool, []staking.PoolDay{{Day: day, In: in, Out: out}}, 100)
	}
	half := pool.Active / 2
	require.Equal(t, staking.Figures{Pool: pool.ID, Day: 100, Net: half, Before: half, Staked: pool.Active}, flow(93, half, 0))
	require.Equal(t, staking.Up, flow(93, half, 0).Trend())
	require.Equal(t, staking.Stable, flow(92, half, 0).Trend(), "before the seven days")
	require.Equal(t, staking.Stable, flow(100, half, 0).Trend(), "today")
	require.Equal(t, staking.Down, flow(99, 0, half).Trend())
	require.Equal(t, staking.Stable, flow(99, half, half).Trend(), "in and out again")
	require.Equal(t, staking.Figures{Pool: pool.ID, Day: 100, Net: pool.Active, Staked: pool.Active},
		flow(99, money.Max, 0), "a sum that was cut off makes nothing negative")
}
