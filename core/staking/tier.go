package staking

import (
	"math"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Tier is the rank of a pool, a function of all that is staked in it and of nothing else: it rises and
// falls with the stake. Tiers compare with <.
type Tier uint8

// The tiers, lowest first.
const (
	// Bronze is where every pool begins.
	Bronze Tier = iota
	// Silver begins at 1,000 TWIST.
	Silver
	// Gold begins at 10,000 TWIST.
	Gold
	// Platinum begins at 50,000 TWIST.
	Platinum
)

// ShareMaximum is the most that any pool may give its fans.
const ShareMaximum money.Bps = 5_000

// Faults of what a tier allows.
var (
	ErrShareAboveMaximum = fault.New(fault.Invalid, "revenue_share_above_maximum", "Revenue share cannot exceed 50%")
	ErrShareAboveTier    = fault.New(fault.Conflict, "revenue_share_above_tier", "the revenue share is above what the pool's tier allows")
	ErrLinkLimit         = fault.New(fault.Conflict, "link_limit", "the influencer has as many active links as the tier allows")
)

// Tiers lists every tier, lowest first.
func Tiers() []Tier { return []Tier{Bronze, Silver, Gold, Platinum} }

// tiers is the table behind the methods of Tier.
var tiers = [...]struct { //nolint:gochecknoglobals // a constant table
	name string
	from money.Amount
	cap  money.Bps
	most int // active links
}{
	Bronze:   {"BRONZE", 0, 2_000, 10},
	Silver:   {"SILVER", 1_000_000_000_000, 3_000, 50},
	Gold:     {"GOLD", 10_000_000_000_000, 4_000, 200},
	Platinum: {"PLATINUM", 50_000_000_000_000, ShareMaximum, unlimited},
}

// unlimited is more links than anybody makes.
const unlimited = math.MaxInt

// TierOf is the tier of a pool in which staked base units stand.
func TierOf(staked money.Amount) Tier {
	tier := Bronze
	for _, next := range Tiers() {
		if staked >= next.From() {
			tier = next
		}
	}
	return tier
}

// String is the tier's name in capitals, as clients know it. It panics for a tier that does not exist.
func (t Tier) String() string { return tiers[t].name }

// From is the stake in base units at which the tier begins.
func (t Tier) From() money.Amount { return tiers[t].from }

// ShareCap is the largest revenue share that may be set while a pool is in this tier.
func (t Tier) ShareCap() money.Bps { return tiers[t].cap }

// LinkLimit is how many links an influencer of this tier may have active when another is made, and false
// when as many as wanted.
func (t Tier) LinkLimit() (int, bool) { return tiers[t].most, tiers[t].most != unlimited }

// CheckLinks returns nil when an influencer with so many active links may make another, while staked base
// units stand in the pool, and ErrLinkLimit otherwise. Links that a higher tier allowed stay.
func CheckLinks(active int, staked money.Amount) error {
	if tier := TierOf(staked); active >= tiers[tier].most {
		return ErrLinkLimit.Saying("%d is the most in %s", tiers[tier].most, tier)
	}
	return nil
}

// CheckShare returns nil when share may be set on a pool in which staked base units stand. Otherwise
// it is ErrShareAboveMaximum, ErrShareAboveTier, or money.ErrBps for a negative share.
func CheckShare(share money.Bps, staked money.Amount) error {
	tier := TierOf(staked)
	switch {
	case share > ShareMaximum:
		return ErrShareAboveMaximum
	case share > tier.ShareCap():
		return ErrShareAboveTier.Saying("%d bps is the most in %s", tier.ShareCap(), tier)
	default:
		return share.Check()
	}
}
