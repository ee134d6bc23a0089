package staking

import "github.com/twist-platform/twist/core/money"

const (
	trendDays           = 7     // how many whole days a trend is taken from
	trendCut  money.Bps = 1_000 // of what stood before: more makes a trend
)

// Trend says where a pool is going.
type Trend string

// The trends.
const (
	// Up has grown by more than a tenth.
	Up Trend = "up"
	// Down has shrunk by more than a tenth.
	Down Trend = "down"
	// Stable is neither.
	Stable Trend = "stable"
)

// Trends lists every trend.
func Trends() []Trend { return []Trend{Up, Down, Stable} }

// TrendOf compares what was staked less what left, net, with what stood in the pool before. What is staked
// and taken out again counts for nothing. A tenth itself is stable; a pool that was empty and is not goes up.
func TrendOf(net, before money.Amount) Trend {
	tenth, err := before.Share(trendCut, money.Down)
	switch {
	case err != nil:
		return Stable
	case net > tenth:
		return Up
	case net < tenth.Neg():
		return Down
	default:
		return Stable
	}
}

// Figures are what is told of a pool beside how it stands, and what a search goes by. APY, Net and Before are
// of whole days, those before Day, so that they are the same all day long for everybody who asks. Staked and
// Stakers are how the pool stood when the figures were computed: pools that are paged through in their order
// keep their places while they move.
type Figures struct {
	Pool   PoolID
	Day    Day          // the first day that they know nothing of
	APY    Yield        // of the last APYDays days
	Net    money.Amount // staked less left in the last seven days
	Before money.Amount // what stood in the pool before those

	Staked  money.Amount
	Stakers int64
}

// Trend is the pool's over the last seven days.
func (f Figures) Trend() Trend { return TrendOf(f.Net, f.Before) }

// StandingOf is the figures of a pool of which no day was computed: how it stands.
func StandingOf(pool Pool) Figures {
	return Figures{Pool: pool.ID, Staked: pool.Staked(), Stakers: pool.Stakers}
}

// FiguresOf computes the figures of a pool on a day. Days are as for History, from APYDays days before on.
func FiguresOf(pool Pool, days []PoolDay, today Day) Figures {
	f := StandingOf(pool)
	f.Day = today
	var earned money.Amount
	var weight U128
	past := History(pool, days, today, APYDays+1)[:APYDays]
	for _, d := range past {
		earned = capped(earned, d.Earned())
		if sum, err := weight.Add(U128{Lo: uint64(d.Staked)}); err == nil { // thirty amounts always fit
			weight = sum
		}
	}
	f.APY = APY(earned, weight)
	f.Before = past[APYDays-trendDays-1].Staked
	f.Net = difference(past[APYDays-1].Staked, f.Before)
	return f
}
