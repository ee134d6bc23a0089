package postgres

import (
	"context"
	"math"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// poolDays counts what happens to pools.
type poolDays struct{ *unit }

// poolDayRow is a day of a pool.
type poolDayRow struct {
	Pool          staking.PoolID
	Day           staking.Day
	StakedIn      money.Amount
	StakedOut     money.Amount
	Rewards       money.Amount
	Gifts         money.Amount
	Distributions int64
	Joined        int64
	Gone          int64
}

const poolDayColumns = `pool, day, staked_in, staked_out, rewards, gifts, distributions, joined, gone`

func (r poolDayRow) value() staking.PoolDay {
	return staking.PoolDay{
		Pool: r.Pool, Day: r.Day, In: r.StakedIn, Out: r.StakedOut, Rewards: r.Rewards, Gifts: r.Gifts, Distributions: r.Distributions,
		Joined: r.Joined, Left: r.Gone,
	}
}

// Since gives the days of pools.
func (p poolDays) Since(ctx context.Context, pools []staking.PoolID, from staking.Day) ([]staking.PoolDay, error) {
	asked := make([]string, 0, len(pools))
	for _, id := range pools {
		if holds(string(id)) { // of another there is none
			asked = append(asked, string(id))
		}
	}
	return list[poolDayRow](ctx, p.unit, `
		SELECT `+poolDayColumns+` FROM pool_days WHERE pool = ANY ($1) AND day >= $2 ORDER BY pool, day`, asked, int64(from))
}

// All pages through all days, pool by pool.
func (p poolDays) All(ctx context.Context, after staking.PoolDay, limit int) ([]staking.PoolDay, error) {
	pool, day := spotAt(string(after.Pool), int64(after.Day), math.MaxInt64)
	return list[poolDayRow](ctx, p.unit, `
		SELECT `+poolDayColumns+` FROM pool_days WHERE (pool, day) > ($1, $2) ORDER BY pool, day LIMIT $3`, pool, day, most(limit))
}

// Add counts into a day. Of sums, what does not fit is cut off: a stake must not fail for them.
func (p poolDays) Add(ctx context.Context, d staking.PoolDay) error {
	return p.run(ctx, nil, `
		INSERT INTO pool_days AS old (`+poolDayColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (pool, day) DO UPDATE SET
			staked_in = old.staked_in + least(excluded.staked_in, 9223372036854775807 - old.staked_in),
			staked_out = old.staked_out + least(excluded.staked_out, 9223372036854775807 - old.staked_out),
			rewards = old.rewards + least(excluded.rewards, 9223372036854775807 - old.rewards),
			gifts = old.gifts + least(excluded.gifts, 9223372036854775807 - old.gifts),
			distributions = old.distributions + excluded.distributions,
			joined = old.joined + excluded.joined, gone = old.gone + excluded.gone`,
		string(d.Pool), int64(d.Day), int64(d.In), int64(d.Out), int64(d.Rewards), int64(d.Gifts), d.Distributions, d.Joined, d.Left)
}
