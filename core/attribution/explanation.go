package attribution

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// RuleVersion is that of the rules in this package: what decides about conversions from now on. A change of them that
// gives another answer for the same clicks is a new version, and the old one stays for what it decided.
const RuleVersion = 2

// Rule is what decided about a conversion, as it was when the order was reported: what a program says later changes
// nothing.
type Rule struct {
	Version int           // RuleVersion, or 0 for what was decided before touches were kept
	Model   Model         // divides the pot
	Window  time.Duration // how long a touch counts
	Rate    money.Bps     // of each line, which makes the pot; zero when Flat does
	Flat    money.Amount
	Rates   []Rate    // those for products and tiers that its lines could have earned by
	Until   time.Time // when the program was closed; zero while it was open
}

// For is the rule without the rates that no line of an order can earn by.
func (r Rule) For(o Order) Rule {
	var rates []Rate
	for _, rate := range r.Rates {
		if slices.ContainsFunc(o.Lines(), func(i Item) bool { return rate.fits(i.Product, rate.Tier) }) {
			rates = append(rates, rate)
		}
	}
	r.Rates = rates
	return r
}

// Tiered reports that it matters to which tier somebody belongs who brought the order.
func (r Rule) Tiered() bool {
	return slices.ContainsFunc(r.Rates, func(rate Rate) bool { return rate.Tier != "" })
}

// Evidence is what an order was attributed by.
type Evidence string

// The evidence there is.
const (
	// ByPromo: the order names a promo code, and is its influencer's or nobody's.
	ByPromo Evidence = "promo"
	// ByClick: the order names a click, and all clicks of its visitor are considered.
	ByClick Evidence = "click"
	// ByCustomer: the order names neither, and is that of whom its customer is bound to.
	ByCustomer Evidence = "customer"
	// ByNothing: the order names nothing, and earns nothing.
	ByNothing Evidence = "none"
)

// Evidences lists all evidence, the strongest first.
func Evidences() []Evidence { return []Evidence{ByPromo, ByClick, ByCustomer, ByNothing} }

// evidence is what the conversion was attributed by.
func (c Conversion) evidence() Evidence {
	switch {
	case c.Promoted:
		return ByPromo
	case c.Order.Click != "":
		return ByClick
	case c.Bound:
		return ByCustomer
	default:
		return ByNothing
	}
}

// Explanation is why a conversion earns what for whom: all that went into it, and all that follows. It is computed
// from what is kept with the conversion and from nothing else.
type Explanation struct {
	Conversion ConversionID
	Evidence   Evidence
	Rule       Rule
	Pot        money.Amount // what the order earns for all together, at the best tier of those who brought it; nobody's when no touch counts
	Earnings   []Earning    // how, for each tier of those who brought it
	Touches    []Weighed
	More       bool // the visitor had clicks beyond those
	Credits    []Credit
}

// Weighed is a touch with its weight, which is nothing when it does not count.
type Weighed struct {
	Touch

	Weight uint64
}

// Credit is the part of one influencer in a pot: that of all touches of hers together.
type Credit struct {
	Influencer InfluencerID
	Holder     AccountID
	Link       LinkID       // of hers, the one with the latest touch that has a part: what statistics count the order for
	Tier       Tier         // empty where no rate asks for it
	Rate       money.Bps    // the one by which all lines earn for her; zero where there are several or a flat one
	Weight     uint64       // of the weights of all together
	Share      money.Bps    // for people to read: those of all credits make up the whole
	Amount     money.Amount // her part of the pot of her tier; at equal tiers those of all make up the pot
}

// Explain decides about a conversion, from its order, its rule and its touches: the pot is divided by the weights of
// the touches that count, each influencer's added up, by the largest remainder. Equal remainders go by a hash of the
// conversion and the influencer, which favours nobody and is the same on every replay. Where those who brought it are of
// different tiers, each has her part of what the order earns at hers, and never more than of what it earns at the best:
// so each has her exact part to within a unit, and all together no more than that pot. A rule that means nothing is its
// fault.
func (c Conversion) Explain(touches []Touch) (Explanation, error) {
	e := Explanation{Conversion: c.ID, Evidence: c.evidence(), Rule: c.Rule, More: c.More}
	var err error
	if e.Touches, err = c.Weigh(touches); err != nil {
		return Explanation{}, err
	}
	if e.Earnings, err = c.earnings(e.Touches); err != nil {
		return Explanation{}, err
	}
	for _, earning := range e.Earnings {
		e.Pot = max(e.Pot, earning.Pot)
	}
	e.Credits, err = divide(c.ID, e.Earnings, e.Touches)
	return e, err
}

// Weigh gives touches in the order of their times, each with its weight by the rule of the conversion; nobody's tier
// matters to it. A model that there is not is ErrModel.
func (c Conversion) Weigh(touches []Touch) ([]Weighed, error) {
	ordered := slices.Clone(touches)
	inOrder(ordered)
	var counted []Touch
	at := c.At
	for _, touch := range ordered {
		if touch.Reason != Counted {
			continue
		}
		counted = append(counted, touch)
		if touch.At.After(at) { // only the click that the order names counts later than it was reported
			at = touch.At
		}
	}
	weights, err := c.Rule.Model.weights(counted, at)
	if err != nil {
		return nil, err
	}
	var weighed []Weighed
	for _, touch := range ordered {
		w := Weighed{Touch: touch}
		if touch.Reason == Counted {
			w.Weight, weights = weights[0], weights[1:]
		}
		weighed = append(weighed, w)
	}
	return weighed, nil
}

// earnings is what the conversion earns for each tier among the touches that have a part in it, in their order; for no
// tier where none has.
func (c Conversion) earnings(touches []Weighed) ([]Earning, error) {
	var tiers []Tier
	for _, touch := range touches {
		if touch.Weight > 0 && !slices.Contains(tiers, touch.Tier) {
			tiers = append(tiers, touch.Tier)
		}
	}
	if len(tiers) == 0 {
		tiers = []Tier{""}
	}
	var all []Earning
	for _, tier := range tiers {
		e, err := c.earning(tier)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// ErrTouchesNotKept means that a conversion was decided before touches were kept: what another model would have made of
// them, nobody knows.
var ErrTouchesNotKept = fault.New(fault.Conflict, "touches_not_kept", "what else was considered was not kept when this order was reported")

// Replay is Explain under another model: what would have been. It changes nothing. Of a conversion of rule version 0 it
// is ErrTouchesNotKept.
func (c Conversion) Replay(touches []Touch, model Model) (Explanation, error) {
	if c.Rule.Version == 0 {
		return Explanation{}, ErrTouchesNotKept
	}
	c.Rule.Model = model
	return c.Explain(touches)
}

// Of is what an explanation says to one influencer: her own touches and credit, and neither the others nor the pot, nor
// what was bought.
func (e Explanation) Of(holder AccountID) Explanation {
	e.Pot, e.Earnings = 0, nil
	e.Touches = slices.DeleteFunc(slices.Clone(e.Touches), func(t Weighed) bool { return t.Holder != holder })
	e.Credits = slices.DeleteFunc(slices.Clone(e.Credits), func(c Credit) bool { return c.Holder != holder })
	return e
}

// Touch is the latest touch that has a part in the conversion, or none.
func (e Explanation) Touch() ClickID {
	for _, touch := range slices.Backward(e.Touches) {
		if touch.Weight > 0 {
			return touch.Click
		}
	}
	return ""
}

// divide adds up the weights of each influencer and divides the pot of her tier by them.
func divide(id ConversionID, earnings []Earning, touches []Weighed) ([]Credit, error) {
	var credits []Credit
	for _, touch := range touches {
		if touch.Weight == 0 {
			continue
		}
		i := slices.IndexFunc(credits, func(c Credit) bool { return c.Influencer == touch.Influencer })
		if i < 0 {
			i, credits = len(credits), append(credits, Credit{Influencer: touch.Influencer, Holder: touch.Holder, Tier: touch.Tier})
		}
		credits[i].Weight += touch.Weight
		credits[i].Link = touch.Link // touches come in the order of their times
	}
	if len(credits) == 0 {
		return nil, nil
	}
	slices.SortFunc(credits, func(a, b Credit) int { return drawn(id, a.Influencer, b.Influencer) })
	weights := make([]money.Amount, len(credits))
	for i, c := range credits {
		weights[i] = money.Amount(c.Weight)
	}
	shares, err := money.Split(money.Amount(money.Whole), weights)
	if err != nil {
		return nil, err
	}
	for i := range credits {
		credits[i].Share = money.Bps(shares[i])
	}
	best := slices.MaxFunc(earnings, func(a, b Earning) int { return cmp.Compare(a.Pot, b.Pot) })
	bound, err := money.Split(best.Pot, weights)
	if err != nil {
		return nil, err
	}
	for _, earning := range earnings {
		amounts, err := money.Split(earning.Pot, weights)
		if err != nil {
			return nil, err
		}
		for i, credit := range credits {
			if credit.Tier == earning.Tier {
				// by the largest remainder somebody's part of less can be a unit more than of more
				credits[i].Amount, credits[i].Rate = min(amounts[i], bound[i]), earning.Rate()
			}
		}
	}
	return credits, nil
}

// drawn orders influencers for a unit that falls to one of several with an equal right to it: by a hash, so that it is
// somebody else's in every conversion, and the same one's whenever it is asked.
func drawn(id ConversionID, a, b InfluencerID) int {
	lot := func(of InfluencerID) string {
		sum := sha256.Sum256([]byte(string(id) + string(of)))
		return string(sum[:])
	}
	return strings.Compare(lot(a), lot(b))
}
