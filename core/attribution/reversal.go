package attribution

import (
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Reversal is what one refund undoes of a commission. While it is pending, Total goes back to the budget.
// After approval Fee and Net do; the fans keep what they were given, and what is missing of Total is borne
// by the merchant, who chose the hold. Nobody gives back more than they got. Of one that is final nothing does, and Kept is
// what would have.
type Reversal struct {
	Total money.Amount
	Kept  money.Amount
	Fee   money.Amount // from the platform
	Net   money.Amount // from the influencer
}

// Plus adds up two.
func (r Reversal) Plus(more Reversal) (sum Reversal, err error) {
	for _, part := range []struct {
		to   *money.Amount
		a, b money.Amount
	}{{&sum.Total, r.Total, more.Total}, {&sum.Kept, r.Kept, more.Kept}, {&sum.Fee, r.Fee, more.Fee}, {&sum.Net, r.Net, more.Net}} {
		if *part.to, err = part.a.Add(part.b); err != nil {
			return Reversal{}, err
		}
	}
	return sum, nil
}

// Reverse takes back at a moment what belongs to the refunds so far of all commissions of one conversion, and gives each
// as it stands afterwards with what was undone of it, in the order given. The total is cumulative,
// floor(gross of all · refunded / order) − reversed and kept of all, so that rounding never leaves a residue and a full
// refund reverses everything. It is split over the commissions with what no refund has reached of each as weights, and what
// falls to an approved one over its parts in the same way: nothing ever rises, and the last refund leaves zero. What falls to
// one that is final is kept, and nobody else gives it instead. Where that is all that is left the refund is
// ErrRefundWindow. More than the order is ErrRefundExceeds; less than at the last refund is a bug of ours.
func Reverse(all []Commission, refunded money.Amount, now time.Time) ([]Commission, []Reversal, error) {
	if err := late(all, now); err != nil {
		return nil, nil, err
	}
	totals, err := reversals(all, refunded)
	if err != nil {
		return nil, nil, err
	}
	after, undone := make([]Commission, len(all)), make([]Reversal, len(all))
	for i, c := range all {
		if c.Reversible(now) != nil {
			undone[i].Kept = totals[i]
			after[i] = c
			after[i].Kept, err = c.Kept.Add(totals[i])
		} else {
			after[i], undone[i], err = c.reverse(totals[i])
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return after, undone, nil
}

// late returns ErrRefundWindow when commissions are final and of the others nothing is left that anybody has.
func late(all []Commission, now time.Time) (refusal error) {
	for _, c := range all {
		if err := c.Reversible(now); err != nil {
			refusal = err
		} else if left, err := c.refundable(); err != nil || left.Positive() && c.State != Rejected && c.State != Waived {
			return err
		}
	}
	return refusal
}

// reversals is what falls to each commission.
func reversals(all []Commission, refunded money.Amount) ([]money.Amount, error) {
	totals := make([]money.Amount, len(all))
	if len(all) == 0 {
		return totals, nil
	}
	var gross, reached money.Amount
	lots := make([]int, len(all)) // the commissions in the order in which a unit left over is theirs
	weights := make([]money.Amount, len(all))
	for i, c := range all {
		if refunded > c.Order {
			return nil, ErrRefundExceeds
		}
		left, err := c.refundable()
		if err == nil {
			gross, err = gross.Add(c.Gross)
		}
		if err == nil {
			reached, err = reached.Add(c.Reversed)
		}
		if err == nil {
			reached, err = reached.Add(c.Kept)
		}
		if err != nil {
			return nil, err
		}
		lots[i], weights[i] = i, left
	}
	due, err := gross.Scale(refunded, all[0].Order, money.Down)
	if err != nil {
		return nil, err
	}
	total, err := due.Sub(reached)
	switch {
	case err != nil:
		return nil, err
	case total < 0:
		return nil, fault.ErrInternal.Saying("refunds of %s reverse less than before", all[0].Conversion)
	case total == 0: // also when nothing is left
		return totals, nil
	}
	slices.SortFunc(lots, func(i, j int) int { return drawn(all[i].Conversion, all[i].Influencer, all[j].Influencer) })
	ordered := make([]money.Amount, len(all))
	for k, i := range lots {
		ordered[k] = weights[i]
	}
	parts, err := money.Split(total, ordered)
	if err != nil {
		return nil, err
	}
	for k, i := range lots {
		totals[i] = parts[k]
	}
	return totals, nil
}

// reverse undoes so much of a commission.
func (c Commission) reverse(total money.Amount) (Commission, Reversal, error) {
	r := Reversal{Total: total}
	if total == 0 {
		return c, r, nil
	}
	if c.State == Approved {
		parts, err := money.Split(total, []money.Amount{c.Fee, c.Fans, c.Net})
		if err != nil {
			return Commission{}, Reversal{}, err
		}
		for i, part := range []*money.Amount{&c.Fee, &c.Fans, &c.Net} {
			if parts[i] > *part {
				return Commission{}, Reversal{}, fault.ErrInternal.Saying("%s has less than is taken back", c.ID)
			}
			*part, _ = part.Sub(parts[i])
		}
		r.Fee, r.Net = parts[0], parts[2]
	}
	var err error
	if c.Reversed, err = c.Reversed.Add(total); err != nil {
		return Commission{}, Reversal{}, err
	}
	if c.Reversed < c.Gross {
		return c, r, nil
	}
	if c.State, err = c.State.After(ActReverse); err != nil {
		return Commission{}, Reversal{}, err
	}
	if c.State == Reversed { // there is nothing left to look at
		c.Reason, c.Alert = "", ""
	}
	return c, r, nil
}
