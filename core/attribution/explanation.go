package attribution

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// RuleVersion is that of the rules in this package: what decides about conversions from now on. A change of them that
// gives another answer for the same clicks is a new version, and the old one stays for what it decided.
const RuleVersion = 1

// Rule is what decided about a conversion, as it was when the order was reported: what a program says later changes
// nothing.
type Rule struct {
	Version int           // RuleVersion, or 0 for what was decided before touches were kept
	Model   Model         // divides the pot
	Window  time.Duration // how long a touch counts
	Rate    money.Bps     // of the order, which makes the pot
}

// Evidence is what an order was attributed by.
type Evidence string

// The evidence there is.
const (
	// ByClick: the order names a click, and all clicks of its visitor are considered.
	ByClick Evidence = "click"
	// ByNothing: the order names nothing, and earns nothing.
	ByNothing Evidence = "none"
)

// Evidence is what the order was attributed by.
func (o Order) Evidence() Evidence {
	if o.Click == "" {
		return ByNothing
	}
	return ByClick
}

// Explanation is why a conversion earns what for whom: all that went into it, and all that follows. It is computed
// from what is kept with the conversion and from nothing else.
type Explanation struct {
	Conversion ConversionID
	Evidence   Evidence
	Rule       Rule
	Pot        money.Amount // what the order earns for all together; nobody's when no touch counts
	Touches    []Weighed
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
	Weight     uint64       // of the weights of all together
	Share      money.Bps    // for people to read: those of all credits make up the whole
	Amount     money.Amount // of the pot: those of all credits make it up
}

// Explain decides about a conversion, from its order, its rule and its touches: the pot is divided by the weights of
// the touches that count, each influencer's added up, by the largest remainder. Equal remainders go by a hash of the
// conversion and the influencer, which favours nobody and is the same on every replay. A rule that means nothing is
// its fault.
func (c Conversion) Explain(touches []Touch) (Explanation, error) {
	e := Explanation{Conversion: c.ID, Evidence: c.Order.Evidence(), Rule: c.Rule}
	var err error
	if e.Pot, err = c.Order.Amount.Share(c.Rule.Rate, money.Down); err != nil {
		return Explanation{}, err
	}
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
		return Explanation{}, err
	}
	for _, touch := range ordered {
		w := Weighed{Touch: touch}
		if touch.Reason == Counted {
			w.Weight, weights = weights[0], weights[1:]
		}
		e.Touches = append(e.Touches, w)
	}
	e.Credits, err = divide(c.ID, e.Pot, e.Touches)
	return e, err
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

// Of is what an explanation says to one influencer: her own touches and credit, and neither the others nor the pot.
func (e Explanation) Of(holder AccountID) Explanation {
	e.Pot = 0
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

// divide adds up the weights of each influencer and divides a pot by them.
func divide(id ConversionID, pot money.Amount, touches []Weighed) ([]Credit, error) {
	var credits []Credit
	for _, touch := range touches {
		if touch.Weight == 0 {
			continue
		}
		i := slices.IndexFunc(credits, func(c Credit) bool { return c.Influencer == touch.Influencer })
		if i < 0 {
			i, credits = len(credits), append(credits, Credit{Influencer: touch.Influencer, Holder: touch.Holder})
		}
		credits[i].Weight += touch.Weight
	}
	if len(credits) == 0 {
		return nil, nil
	}
	slices.SortFunc(credits, func(a, b Credit) int { return drawn(id, a.Influencer, b.Influencer) })
	weights := make([]money.Amount, len(credits))
	for i, c := range credits {
		weights[i] = money.Amount(c.Weight)
	}
	amounts, err := money.Split(pot, weights)
	if err != nil {
		return nil, err
	}
	shares, err := money.Split(money.Amount(money.Whole), weights)
	if err != nil {
		return nil, err
	}
	for i := range credits {
		credits[i].Amount, credits[i].Share = amounts[i], money.Bps(shares[i])
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
