package staking

import (
	"time"

	"github.com/twist-platform/twist/core/money"
)

// Day numbers the UTC days since 1970-01-01; earlier ones are negative.
type Day int64

// DayOf is the UTC day that holds t. It is defined as EpochOf is.
func DayOf(t time.Time) Day { return Day(EpochOf(t, 24*time.Hour)) }

// Time is the moment at which the day begins.
func (d Day) Time() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// PoolDay is what a pool took in, let out and shared during one UTC day. It holds sums and no state, so
// that it does not matter in which order what happened around midnight is counted: what stood in the pool
// at the end of a day follows from what stands in it now and from the days between. A sum stops at
// money.Max, because nobody may be kept from leaving by a figure.
type PoolDay struct {
	Pool          PoolID
	Day           Day
	In            money.Amount // staked
	Out           money.Amount // left
	Rewards       money.Amount // shared
	Gifts         money.Amount // of that, by hand
	Distributions int64        // how often
	Joined        int64        // positions that became ones with a stake
	Left          int64        // positions that no longer have one
}

// DayBetween is what one operation adds to a day of its pool, and false when it adds nothing.
func DayBetween(before, after Pool, day Day) (PoolDay, bool) {
	d := PoolDay{
		Pool: after.ID, Day: day,
		In: grown(before.Staked(), after.Staked()), Out: grown(after.Staked(), before.Staked()), Rewards: grown(before.Funded, after.Funded),
		Joined: max(0, after.Stakers-before.Stakers), Left: max(0, before.Stakers-after.Stakers),
	}
	if d.Rewards > 0 {
		d.Distributions = 1
	}
	return d, d != PoolDay{Pool: d.Pool, Day: d.Day}
}

// grown is by how much to is more than from, both of which a pool holds.
func grown(from, to money.Amount) money.Amount {
	if to <= from {
		return 0
	}
	return difference(to, from)
}

// Earned is what was shared and no gift: a yield is of that, because a gift says nothing about the next day.
func (d PoolDay) Earned() money.Amount { return difference(d.Rewards, d.Gifts) }

// Plus adds what happened on the same day.
func (d PoolDay) Plus(more PoolDay) PoolDay {
	d.In, d.Out = capped(d.In, more.In), capped(d.Out, more.Out)
	d.Rewards, d.Gifts = capped(d.Rewards, more.Rewards), capped(d.Gifts, more.Gifts)
	d.Distributions += more.Distributions
	d.Joined += more.Joined
	d.Left += more.Left
	return d
}

// capped is a + b, or money.Max where that is less.
func capped(a, b money.Amount) money.Amount {
	sum, err := a.Add(b)
	if err != nil {
		return money.Max
	}
	return sum
}

// difference is a − b of two amounts that are not negative, which always fits.
func difference(a, b money.Amount) money.Amount {
	d, err := a.Sub(b)
	if err != nil {
		return 0
	}
	return d
}

// within is n, or the nearest that a pool can hold.
func within(n money.Amount) money.Amount { return max(n, 0) }

// DayEnd is a day and how the pool stood at its end, or stands where it is not over.
type DayEnd struct {
	PoolDay

	Staked  money.Amount
	Stakers int64
	APY     Yield // what the day alone would come to in a year
}

// History lists count days of a pool, today last; a day on which nothing happened is there too. It counts
// back from the pool as it stands: days are those of the pool from the first asked for until the last
// there is, each at most once, in any order.
func History(pool Pool, days []PoolDay, today Day, count int) []DayEnd {
	known := make(map[Day]PoolDay, len(days))
	staked, stakers := pool.Staked(), pool.Stakers
	for _, d := range days {
		known[d.Day] = d
		if d.Day > today { // somebody whose clock is ahead was here
			staked, stakers = capped(staked, difference(d.Out, d.In)), stakers-d.Joined+d.Left
		}
	}
	staked, stakers = within(staked), max(0, stakers) // of several days together: each alone could seem to take more than there was
	all := make([]DayEnd, count)
	for i := count - 1; i >= 0; i-- {
		day := today - Day(count-1-i)
		d := known[day]
		d.Pool, d.Day = pool.ID, day
		all[i] = DayEnd{PoolDay: d, Staked: staked, Stakers: stakers, APY: APY(d.Earned(), U128{Lo: uint64(staked)})}
		staked, stakers = d.before(staked, stakers)
	}
	return all
}

// before is how a pool stood before a day at whose end it stood so.
func (d PoolDay) before(staked money.Amount, stakers int64) (money.Amount, int64) {
	net := difference(d.Out, d.In)
	return within(capped(staked, net)), max(0, stakers-d.Joined+d.Left)
}
