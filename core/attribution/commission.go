package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// State is where a commission stands. docs/states.md draws the machine.
type State string

// The states.
const (
	// Unfunded: earned, but the program's budget was short. Funded oldest first.
	Unfunded State = "unfunded"
	// Pending: set aside until the hold is over.
	Pending State = "pending"
	// Approved: shared between platform, fans and influencer. From here on it is money like any other.
	Approved State = "approved"
	// Reversed: all of it was taken back. Terminal.
	Reversed State = "reversed"
	// Waived: its influencer gave it up while it was unfunded. Terminal.
	Waived State = "waived"
)

// States lists every state.
func States() []State { return []State{Unfunded, Pending, Approved, Reversed, Waived} }

// Faults of a commission.
var (
	ErrCommissionNotFound = fault.New(fault.NotFound, "commission_not_found", "there is no such commission")
	ErrCommissionState    = fault.New(fault.Conflict, "commission_state", "the commission is not in a state that allows this")
	ErrOnHold             = fault.New(fault.Conflict, "commission_on_hold", "the commission is still in its hold")
)

// Commission is what a conversion owes an influencer, with every number that decided it, so that it
// can be computed again whatever the program says later.
type Commission struct {
	ID         CommissionID
	Conversion ConversionID
	Program    ProgramID
	Influencer InfluencerID
	Holder     AccountID
	Pool       PoolID // empty when the influencer had none
	Order      money.Amount
	Rate       money.Bps // of the order
	FeeRate    money.Bps // of the commission, to the platform
	FansShare  money.Bps // of the rest, to the pool
	Gross      money.Amount
	Reversed   money.Amount // of Gross, by all refunds so far
	State      State
	Fee        money.Amount // what is outstanding of each part; zero before approval
	Fans       money.Amount
	Net        money.Amount
	EarnedAt   time.Time
	MatureAt   time.Time // the end of the hold
}

// Earn computes the commission of a conversion: floor(order · rate). It reports false when that is
// nothing. The pool and its share are those in force now.
func Earn(id CommissionID, c Conversion, p Program, touch Click, pool PoolID, share money.Bps) (Commission, bool, error) {
	gross, err := c.Order.Amount.Share(p.Rate, money.Down)
	if err != nil || gross == 0 {
		return Commission{}, false, err
	}
	return Commission{
		ID: id, Conversion: c.ID, Program: p.ID, Influencer: touch.Influencer, Holder: touch.Holder, Pool: pool,
		Order: c.Order.Amount, Rate: p.Rate, FeeRate: PlatformFee, FansShare: share, Gross: gross,
		State: Unfunded, EarnedAt: c.At, MatureAt: c.At.Add(p.Hold),
	}, true, nil
}

// Outstanding is what has not been reversed of the commission.
func (c Commission) Outstanding() (money.Amount, error) { return c.Gross.Sub(c.Reversed) }

// Fund moves an unfunded commission to pending, once its amount was set aside.
func (c Commission) Fund() (Commission, error) {
	if c.State != Unfunded {
		return Commission{}, ErrCommissionState.Saying("it is %s", c.State)
	}
	c.State = Pending
	return c, nil
}

// Waive gives up a commission that nobody has funded.
func (c Commission) Waive() (Commission, error) {
	if c.State != Unfunded {
		return Commission{}, ErrCommissionState.Saying("it is %s", c.State)
	}
	c.State = Waived
	return c, nil
}

// Approve shares what is outstanding after the hold: the fee is floored, then the fans' part of the
// rest is floored, and the influencer has what remains. Without anyone whose stake counts, the fans'
// part is the influencer's.
func (c Commission) Approve(now time.Time, weighted bool) (Commission, error) {
	if c.State != Pending {
		return Commission{}, ErrCommissionState.Saying("it is %s", c.State)
	}
	if now.Before(c.MatureAt) {
		return Commission{}, ErrOnHold
	}
	total, err := c.Outstanding()
	if err != nil {
		return Commission{}, err
	}
	fee, err := total.Share(c.FeeRate, money.Down)
	if err != nil {
		return Commission{}, err
	}
	rest, _ := total.Sub(fee) // a share is at most its whole
	var fans money.Amount
	if weighted && c.Pool != "" {
		if fans, err = rest.Share(c.FansShare, money.Down); err != nil {
			return Commission{}, err
		}
	}
	net, _ := rest.Sub(fans)
	c.State, c.Fee, c.Fans, c.Net = Approved, fee, fans, net
	return c, nil
}

// Reversible returns ErrRefundWindow when the commission was shared and its order is too old: from then on
// it is nobody's risk any more. What was not shared can always be taken back.
func (c Commission) Reversible(now time.Time) error {
	if c.State == Approved && !now.Before(c.EarnedAt.Add(RefundWindow)) {
		return ErrRefundWindow
	}
	return nil
}

// Reversal is what one refund undoes of a commission. While it is pending, Total goes back to the budget.
// After approval Fee and Net do; the fans keep what they were given, and what is missing of Total is borne
// by the merchant, who chose the hold. Nobody gives back more than they got.
type Reversal struct {
	Total money.Amount
	Fee   money.Amount // from the platform
	Net   money.Amount // from the influencer
}

// Reverse takes back what belongs to the refunds so far. The total is cumulative,
// floor(gross · refunded / order) − reversed, so that rounding never leaves a residue and a full refund
// reverses everything. After approval it is split with what is outstanding of each part as weights:
// no part ever rises, and the last refund leaves zero. More than the order is ErrRefundExceeds; less
// than at the last refund is a bug of ours.
func (c Commission) Reverse(refunded money.Amount) (Commission, Reversal, error) {
	if refunded > c.Order {
		return Commission{}, Reversal{}, ErrRefundExceeds
	}
	due, err := c.Gross.Scale(refunded, c.Order, money.Down)
	if err != nil {
		return Commission{}, Reversal{}, err
	}
	var r Reversal
	if r.Total, err = due.Sub(c.Reversed); err != nil {
		return Commission{}, Reversal{}, err
	}
	switch {
	case r.Total < 0:
		return Commission{}, Reversal{}, fault.ErrInternal.Saying("refunds of %s reverse less than before", c.ID)
	case c.State == Approved:
		parts, err := money.Split(r.Total, []money.Amount{c.Fee, c.Fans, c.Net})
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
	c.Reversed = due
	if c.Reversed == c.Gross && c.State != Waived {
		c.State = Reversed
	}
	return c, r, nil
}
