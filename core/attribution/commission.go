package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Faults of a commission.
var (
	ErrCommissionNotFound = fault.New(fault.NotFound, "commission_not_found", "there is no such commission")
	ErrCommissionState    = fault.New(fault.Conflict, "commission_state", "the commission is not in a state that allows this")
	ErrState              = fault.New(fault.Invalid, "commission_state_unknown", "there is no such state of a commission")
	ErrOnHold             = fault.New(fault.Conflict, "commission_on_hold", "the commission is still in its hold")
	ErrReason             = fault.New(fault.Invalid, "commission_reason_invalid", "a reason is one line of 1 to 500 characters")
	ErrCommissionOwn      = fault.New(fault.Forbidden, "commission_own", "nobody decides as an operator about what they earn or pay")
)

// Commission is what a conversion owes one influencer, her fans and the platform together, with every number
// that decided it, so that it can be computed again whatever the program says later.
type Commission struct {
	ID         CommissionID
	Conversion ConversionID
	Program    ProgramID
	Influencer InfluencerID
	Holder     AccountID
	Link       LinkID // what statistics count the order for; empty when it was earned before that was kept
	Pool       PoolID // empty when the influencer had none
	Order      money.Amount
	Rate       money.Bps // of the order, for all its commissions together; zero where several or a flat one decided
	FeeRate    money.Bps // of the commission, to the platform
	FansShare  money.Bps // of the rest, to the pool
	Gross      money.Amount
	Reversed   money.Amount // of Gross, by all refunds so far
	Kept       money.Amount // of Gross, what refunds would have taken back and was final by then; only what was shared is
	State      State
	Reason     string       // why it is held or was rejected, or why it will be held once it is funded; else empty
	Alert      AlertID      // of which it is held or was rejected; empty where a person decided, or nobody
	Fee        money.Amount // what is outstanding of each part; zero before approval
	Fans       money.Amount
	Net        money.Amount
	EarnedAt   time.Time
	MatureAt   time.Time // the end of the hold
	FinalAt    time.Time // the end of the refund window: from then on nothing that was shared is taken back
	ApprovedAt time.Time // when it was shared; zero: it was not
}

// Earn is the commission of one credit of a conversion. The pool and its share are those in force now. A credit of
// nothing earns none, which is for the caller to see.
func Earn(id CommissionID, c Conversion, p Program, credit Credit, pool PoolID, share money.Bps) Commission {
	return Commission{
		ID: id, Conversion: c.ID, Program: p.ID, Influencer: credit.Influencer, Holder: credit.Holder, Link: credit.Link, Pool: pool,
		Order: c.Order.Amount, Rate: credit.Rate, FeeRate: PlatformFee, FansShare: share, Gross: credit.Amount,
		State: Unfunded, EarnedAt: c.At, MatureAt: c.At.Add(p.Hold), FinalAt: c.At.Add(p.Refunds),
	}
}

// Outstanding is what has not been reversed of the commission.
func (c Commission) Outstanding() (money.Amount, error) { return c.Gross.Sub(c.Reversed) }

// Lost is what of the commission nobody will ever be paid: what refunds took back, or all of one that was waived or
// rejected.
func (c Commission) Lost() money.Amount {
	if c.State == Waived || c.State == Rejected {
		return c.Gross
	}
	return c.Reversed
}

// Fund moves an unfunded commission on once its amount was set aside: to pending, or to held where somebody is to look
// at it.
func (c Commission) Fund() (Commission, error) {
	next, err := c.State.After(ActFund)
	if err == nil && c.Reason != "" {
		next, err = next.After(ActHold)
	}
	if err != nil {
		return Commission{}, err
	}
	c.State = next
	return c, nil
}

// Waive gives up a commission that nobody has funded, and with it that somebody is to look at it.
func (c Commission) Waive() (Commission, error) {
	next, err := c.State.After(ActWaive)
	if err != nil {
		return Commission{}, err
	}
	c.State, c.Reason, c.Alert = next, "", ""
	return c, nil
}

// Approve shares what is outstanding after the hold, as ApproveEarly does.
func (c Commission) Approve(now time.Time, weighted bool) (Commission, error) {
	if _, err := c.State.After(ActApprove); err != nil {
		return Commission{}, err
	}
	if now.Before(c.MatureAt) {
		return Commission{}, ErrOnHold
	}
	return c.ApproveEarly(now, weighted)
}

// ApproveEarly shares what is outstanding, whenever it is, which is for its merchant to decide: the fee is floored, then
// the fans' part of the rest is floored, and the influencer has what remains. Without anyone whose stake counts, the
// fans' part is the influencer's.
func (c Commission) ApproveEarly(now time.Time, weighted bool) (Commission, error) {
	next, err := c.State.After(ActApprove)
	if err != nil {
		return Commission{}, err
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
	c.State, c.Fee, c.Fans, c.Net, c.ApprovedAt = next, fee, fans, net, now.UTC()
	return c, nil
}

// refundable is what a refund has not been held against of the commission: neither taken back, nor kept because it was
// final.
func (c Commission) refundable() (money.Amount, error) {
	left, err := c.Outstanding()
	if err != nil {
		return 0, err
	}
	return left.Sub(c.Kept)
}

// Reversible returns ErrRefundWindow when the commission was shared and its refund window is over, which is the one that
// it was earned under: from then on it is nobody's risk any more. What was not shared can always be taken back.
func (c Commission) Reversible(now time.Time) error {
	if c.State == Approved && !now.Before(c.FinalAt) {
		return ErrRefundWindow
	}
	return nil
}
