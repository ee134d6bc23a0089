package twist

import (
	"context"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// countDay counts what an operation did to a pool into the day on which it did it, by the clock that dates
// its entry, of that kind or of none. Every operation on a pool that stores it calls this under the pool's lock; one that moved
// nothing, as a claim does, costs nothing.
func countDay(ctx context.Context, tx ports.Tx, before, after staking.Pool, by ledger.Kind, now time.Time) error {
	d, happened := staking.DayBetween(before, after, staking.DayOf(now))
	if !happened {
		return nil
	}
	if by == ledger.KindDistribution {
		d.Gifts = d.Rewards
	}
	return tx.PoolDays.Add(ctx, d)
}

// poolDay names a day of a pool.
type poolDay struct {
	pool string
	day  staking.Day
}

// movedOn takes what an entry moved into and out of pools, from which their days can be computed again.
func (a *audit) movedOn(e ledger.Entry) {
	net := map[ledger.Address]money.Amount{}
	for _, p := range e.Postings {
		net[p.Destination] = a.sum(net[p.Destination], p.Amount)
		net[p.Source] = a.minus(net[p.Source], p.Amount)
	}
	for at, amount := range net {
		var d staking.PoolDay
		switch at.Place() {
		case "pool:*:staked":
			d.In, d.Out = max(amount, 0), max(amount.Neg(), 0)
		case "pool:*:rewards":
			d.Rewards = max(amount, 0)
			if amount > 0 {
				d.Distributions = 1
			}
			if e.Kind == ledger.KindDistribution {
				d.Gifts = d.Rewards
			}
		}
		if d != (staking.PoolDay{}) {
			_, rest, _ := strings.Cut(at.String(), ":")
			pool, _, _ := strings.Cut(rest, ":")
			key := poolDay{pool, staking.DayOf(e.At)}
			a.days[key] = a.days[key].Plus(d)
		}
	}
}

// daysOf holds the days of a pool against what entries moved, each day to the last unit. Who joined and who
// left on which day no entry says: all days together make the stakers there are.
func (a *audit) daysOf(p staking.Pool, days []staking.PoolDay) {
	var stakers int64
	for _, d := range days {
		key := poolDay{string(p.ID), d.Day}
		want := a.days[key]
		want.Pool, want.Day, want.Joined, want.Left = d.Pool, d.Day, d.Joined, d.Left
		if d != want || d == (staking.PoolDay{Pool: d.Pool, Day: d.Day}) {
			a.journal.Report("day_wrong", "pool "+string(p.ID), "day %d says %+v, and entries make %+v", d.Day, d, want)
		}
		delete(a.days, key)
		stakers += d.Joined - d.Left
	}
	if stakers != p.Stakers {
		a.journal.Report("day_wrong", "pool "+string(p.ID), "its days make %d stakers, and it has %d", stakers, p.Stakers)
	}
}

// undated reports days on which entries moved something and that have no row.
func (a *audit) undated() {
	for key := range a.days {
		a.journal.Report("day_missing", "pool "+key.pool, "entries moved something on day %d", key.day)
	}
}
