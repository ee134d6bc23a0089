package staking

import (
	"slices"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// ErrSearch means that a search asks for what no pool can have, or in an order that there is not.
var ErrSearch = fault.New(fault.Invalid, "search_invalid", "the search cannot be carried out")

// Sort is the order of a search: always the largest first, and among equals one that stays.
type Sort string

// The orders.
const (
	// ByStaked begins with the pool in which most is staked.
	ByStaked Sort = "total_staked"
	// ByStakers begins with the pool that has the most stakers.
	ByStakers Sort = "staker_count"
	// ByAPY begins with the highest yield.
	ByAPY Sort = "apy"
	// ByTier begins with the highest tier, and in a tier with what is staked. A tier follows from that, so it
	// is the order of ByStaked.
	ByTier Sort = "tier"
	// ByOpening begins with the youngest pool.
	ByOpening Sort = "newest"
	// ByTrend begins with the pool in which most was staked, less what left it, in the last seven days. It
	// counts tokens and not percent: a small pool cannot be made to lead by a small stake.
	ByTrend Sort = "trending"
)

// Sorts lists every order.
func Sorts() []Sort { return []Sort{ByStaked, ByStakers, ByAPY, ByTier, ByOpening, ByTrend} }

// Search says which pools are looked for. Its zero value but for Sort looks for all.
type Search struct {
	Sort      Sort
	MinStaked money.Amount
	MinAPY    Yield
	Tiers     []Tier // any when there is none
	State     State  // any when empty
}

// Check returns nil for a search that can be carried out, and ErrSearch otherwise.
func (s Search) Check() error {
	switch {
	case !slices.Contains(Sorts(), s.Sort):
		return ErrSearch.Saying("there is no order %q", string(s.Sort))
	case s.MinStaked < 0:
		return ErrSearch.Saying("nobody stakes less than nothing")
	case s.MinAPY < 0, s.MinAPY > APYMaximum:
		return ErrSearch.Saying("a yield is between 0 and %d basis points", APYMaximum)
	case s.State != "" && !slices.Contains(States(), s.State):
		return ErrSearch.Saying("there is no state %q", string(s.State))
	}
	for _, t := range s.Tiers {
		if !slices.Contains(Tiers(), t) {
			return ErrSearch.Saying("there is no tier %d", uint8(t))
		}
	}
	return nil
}

// Range is the amounts from Low up to, and without, High; money.Max, above which there is none, is in it.
type Range struct{ Low, High money.Amount }

// Ranges are the amounts staked in pools of the tiers looked for, two at most, since there are four tiers and
// those that touch are one; none when any will do.
func (s Search) Ranges() []Range {
	var all []Range
	for _, tier := range Tiers() {
		if !slices.Contains(s.Tiers, tier) {
			continue
		}
		r := Range{tier.From(), money.Max}
		if next := tier + 1; int(next) < len(Tiers()) {
			r.High = next.From()
		}
		if last := len(all) - 1; last >= 0 && all[last].High == r.Low {
			all[last].High = r.High
			continue
		}
		all = append(all, r)
	}
	return all
}

// Finds reports whether a pool is one of those looked for. What is staked in it is what its figures say, as
// in the order.
func (s Search) Finds(p Pool, f Figures) bool {
	staked := f.Staked
	return staked >= s.MinStaked && f.APY >= s.MinAPY && (s.State == "" || p.State == s.State) &&
		(len(s.Tiers) == 0 || slices.Contains(s.Tiers, TierOf(staked)))
}

// Place is where a pool stands in an order: before all that have a smaller key, or the same and a smaller id.
type Place struct {
	Key  int64
	Pool PoolID
}

// Place is the pool's in this order, by its figures. It is 0 where there is no such order.
func (s Sort) Place(p Pool, f Figures) Place {
	at := Place{Pool: p.ID}
	switch s {
	case ByStaked, ByTier:
		at.Key = int64(f.Staked)
	case ByStakers:
		at.Key = f.Stakers
	case ByAPY:
		at.Key = int64(f.APY)
	case ByOpening:
		at.Key = p.OpenedAt.UnixMicro()
	case ByTrend:
		at.Key = int64(f.Net)
	}
	return at
}
