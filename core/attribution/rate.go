package attribution

import (
	"cmp"
	"slices"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Tier is the rank of an influencer's pool when an order was reported; empty where it decided nothing.
type Tier string

// The tiers.
const (
	Bronze   Tier = "BRONZE" // also of an influencer without a pool
	Silver   Tier = "SILVER"
	Gold     Tier = "GOLD"
	Platinum Tier = "PLATINUM"
)

// Tiers lists every tier, lowest first.
func Tiers() []Tier { return []Tier{Bronze, Silver, Gold, Platinum} }

// MaxRates is how many rates a program may have beside its own.
const MaxRates = 100

// Faults of rates.
var (
	ErrRates   = fault.New(fault.Invalid, "commission_rates_invalid", "a program has at most 100 rates, each for a product, a tier or both, and one for each of them")
	ErrTier    = fault.New(fault.Invalid, "tier_invalid", "a tier is BRONZE, SILVER, GOLD or PLATINUM")
	ErrProduct = fault.New(fault.Invalid, "product_id_invalid", "a product's id has 3 to 50 small letters, digits and hyphens")
)

// ProductID is a merchant's own name of what is sold.
type ProductID string

// Check returns ErrProduct unless the id has 3 to 50 small letters, digits and hyphens.
func (p ProductID) Check() error {
	const least, most = 3, 50
	if len(p) < least || len(p) > most {
		return ErrProduct
	}
	for _, c := range []byte(p) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return ErrProduct
		}
	}
	return nil
}

// Rate is what a line of an order earns: a part of its amount, or a flat amount.
type Rate struct {
	Product ProductID // the lines it is for; empty for all
	Tier    Tier      // the influencers it is for; empty for all
	Bps     money.Bps // of the line's amount; zero when it is flat
	Flat    money.Amount
}

// check returns ErrRate unless the rate is a part or a flat amount and not both, ErrProduct or ErrTier.
func (r Rate) check() error {
	switch {
	case r.Bps < 0 || r.Bps > money.Whole || r.Flat < 0 || (r.Bps == 0) == (r.Flat == 0):
		return ErrRate
	case r.Tier != "" && !slices.Contains(Tiers(), r.Tier):
		return ErrTier
	case r.Product != "":
		return r.Product.Check()
	}
	return nil
}

// Earns is what a line of an amount earns by the rate, rounded down, and never more than the line.
func (r Rate) Earns(line money.Amount) (money.Amount, error) {
	if r.Flat > 0 {
		return min(r.Flat, line), nil
	}
	return line.Share(r.Bps, money.Down)
}

// fits reports a rate that a line of a product can earn by at a tier.
func (r Rate) fits(product ProductID, tier Tier) bool {
	return (r.Product == "" || r.Product == product) && (r.Tier == "" || r.Tier == tier)
}

// special is how special a rate is: one for a product and a tier more than one for a product, and that more than one
// for a tier.
func (r Rate) special() int {
	special := 0
	if r.Product != "" {
		special += 2
	}
	if r.Tier != "" {
		special++
	}
	return special
}

// byPlace orders rates by what they are for.
func byPlace(a, b Rate) int {
	return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Tier, b.Tier))
}

// Priced gives the program other rates, all of them: its own, for every line of every order, and special ones. Orders to
// come are judged by them. A line earns by the one that gives most for it. It fails with ErrProgramClosed, ErrRate, ErrRates,
// ErrProduct or ErrTier.
func (p Program) Priced(own Rate, special []Rate) (Program, error) {
	if !p.ClosedAt.IsZero() {
		return Program{}, ErrProgramClosed
	}
	if own.special() > 0 || len(special) > MaxRates {
		return Program{}, ErrRates
	}
	if err := own.check(); err != nil {
		return Program{}, err
	}
	ordered := slices.SortedFunc(slices.Values(special), byPlace)
	for i, r := range ordered {
		if err := r.check(); err != nil {
			return Program{}, err
		}
		if r.special() == 0 || i > 0 && byPlace(ordered[i-1], r) == 0 {
			return Program{}, ErrRates
		}
	}
	p.Rate, p.Flat, p.Rates = own.Bps, own.Flat, ordered
	return p, nil
}
