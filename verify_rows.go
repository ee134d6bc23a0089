package twist

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// commissions checks every conversion with what it considered and its refunds, and every commission against its
// conversion and its entries.
func (a *audit) commissions(ctx context.Context) error {
	refunds := &beside[attribution.Refund]{
		read: func(after attribution.Refund) ([]attribution.Refund, error) {
			return a.view.Conversions.AllRefunds(ctx, after, verifyPage)
		},
		owner: func(row attribution.Refund) string { return string(row.Conversion) },
		stray: func(row attribution.Refund) { a.orphan("refund", row.ID, "conversion", string(row.Conversion)) },
	}
	commissions := &beside[attribution.Commission]{
		read: func(after attribution.Commission) ([]attribution.Commission, error) {
			return a.view.Commissions.All(ctx, after, verifyPage)
		},
		owner: func(row attribution.Commission) string { return string(row.Conversion) },
		stray: func(row attribution.Commission) {
			a.orphan("commission", string(row.ID), "conversion", string(row.Conversion))
		},
	}
	touches := &beside[attribution.Touch]{
		read: func(after attribution.Touch) ([]attribution.Touch, error) {
			return a.view.Touches.All(ctx, after, verifyPage)
		},
		owner: func(row attribution.Touch) string { return string(row.Conversion) },
		stray: func(row attribution.Touch) {
			a.orphan("touch", string(row.Click), "conversion", string(row.Conversion))
		},
	}
	var last attribution.ConversionID
	err := pages(func() ([]attribution.Conversion, error) { return a.view.Conversions.List(ctx, last, verifyPage) }, func(c attribution.Conversion) error {
		last = c.ID
		var refunded, reversed, kept money.Amount
		var considered []attribution.Touch
		var earned []attribution.Commission
		err := first(
			refunds.of(string(c.ID), func(r attribution.Refund) {
				refunded, reversed, kept = a.sum(refunded, r.Amount), a.sum(reversed, r.Reversed), a.sum(kept, r.Kept)
				a.refundReported(c, r)
			}),
			func() error {
				return touches.of(string(c.ID), func(row attribution.Touch) { considered = append(considered, row) })
			},
			func() error {
				return commissions.of(string(c.ID), func(row attribution.Commission) { earned = append(earned, row) })
			},
		)
		a.conversionReported(c, considered)
		a.decided(c, considered, earned)
		for _, row := range earned {
			a.commission(c, row)
		}
		a.refunded(c, earned, refunded, reversed, kept)
		return err
	})
	return first(err, refunds.rest, touches.rest, commissions.rest)
}

// refunded holds a conversion against its refunds: what they gave back, and what they say was reversed and kept, which was
// taken of its commissions, or was final, and together is the refunds' part of them.
func (a *audit) refunded(c attribution.Conversion, commissions []attribution.Commission, refunded, reversed, kept money.Amount) {
	where := "conversion " + string(c.ID)
	a.same(where, "refunded", c.Refunded, refunded)
	if refunded > c.Order.Amount {
		a.journal.Report("refunded_too_much", where, "%s of %s", refunded, c.Order.Amount)
	}
	var gross, taken, final money.Amount
	for _, row := range commissions {
		gross, taken, final = a.sum(gross, row.Gross), a.sum(taken, row.Reversed), a.sum(final, row.Kept)
	}
	due, err := gross.Scale(c.Refunded, c.Order.Amount, money.Down)
	a.same(where, "reversed and kept", a.sum(taken, final), a.sound(where, due, err))
	a.same(where, "reversed", reversed, taken)
	a.same(where, "kept", kept, final)
}

// commission computes a commission again, from its conversion and from its entries.
func (a *audit) commission(conversion attribution.Conversion, c attribution.Commission) {
	where := "commission " + string(c.ID)
	a.commissionEarned(c)
	a.commissionWaived(c)
	a.fate(c)
	if c.State != attribution.Waived && c.State != attribution.Rejected && (c.State == attribution.Reversed) != (c.Reversed == c.Gross) {
		a.journal.Report("row_wrong", where, "it is %s, and %s of %s are reversed", c.State, c.Reversed, c.Gross)
	}
	a.same(where, "order", c.Order, conversion.Order.Amount)

	f := a.flow(c)
	if !f.approvedAt.Equal(c.ApprovedAt) {
		a.journal.Report("row_wrong", where, "it was approved at %s, and its entry says %s", c.ApprovedAt, f.approvedAt)
	}
	outstanding, err := c.Outstanding()
	outstanding = a.sound(where, outstanding, err)
	parts := a.sum(a.sum(c.Fee, c.Fans), c.Net)
	pending := a.minus(a.minus(a.minus(f.funded, f.refunded), f.approved), f.rejected)
	switch c.State {
	case attribution.Unfunded, attribution.Waived:
		a.same(where, "funding", f.funded, 0)
	case attribution.Pending, attribution.Held:
		a.same(where, "pending amount", pending, outstanding)
		a.owes(ledger.Pending(c.Program), outstanding)
	case attribution.Approved, attribution.Reversed, attribution.Rejected:
		a.same(where, "pending amount", pending, 0)
		if c.State == attribution.Approved && f.approved == 0 {
			a.journal.Report("row_wrong", where, "it is approved, and no entry shared it")
		}
		if f.approved > 0 {
			a.same(where, "fee", c.Fee, a.minus(f.fee, f.clawedFee))
			kept := a.minus(f.fans, c.Fans) // of what was reversed, by the fans
			a.same(where, "shared amount", a.minus(a.minus(f.approved, f.clawed), kept), outstanding)
		}
	}
	if f.approved == 0 || c.State.Stands() || c.State == attribution.Rejected {
		a.same(where, "shared amount", parts, 0)
	} else {
		a.same(where, "shared amount", parts, outstanding)
	}
}

// flow is what the entries of a commission moved, and the parts of what was approved and clawed back.
type flow struct {
	funded, refunded, rejected, approved, fee, fans, clawed, clawedFee money.Amount

	approvedAt time.Time
}

func (a *audit) flow(c attribution.Commission) (f flow) {
	where := "commission " + string(c.ID)
	parts := map[ledger.Kind]*money.Amount{ // the kinds that readJournal keeps for a commission
		ledger.KindConversion: &f.funded, ledger.KindRefund: &f.refunded, ledger.KindRejection: &f.rejected,
		ledger.KindApproval: &f.approved, ledger.KindClawback: &f.clawed,
	}
	for _, e := range a.commissioned[string(c.ID)] {
		a.within(e, ledger.Budget(c.Program), ledger.Pending(c.Program), ledger.Receivable(c.Program),
			ledger.Available(c.Holder), ledger.Owed(c.Holder), ledger.Fees(), ledger.Rewards(c.Pool))
		for name, said := range terms(c) {
			if e.Metadata[name] != said {
				a.journal.Report("terms_differ", where, "entry %s says %s %s and the row %s", e.ID, name, e.Metadata[name], said)
			}
		}
		var total money.Amount
		for _, p := range e.Postings {
			if e.Kind != ledger.KindApproval || p.Source == ledger.Pending(c.Program) { // else it nets a debt
				total = a.sum(total, p.Amount)
			}
			if e.Kind == ledger.KindClawback && p.Source == ledger.Fees() {
				f.clawedFee = a.sum(f.clawedFee, p.Amount)
			}
		}
		*parts[e.Kind] = a.sum(*parts[e.Kind], total)
		if e.Kind == ledger.KindApproval {
			f.fee, f.fans = a.approval(c, e, total)
			f.approvedAt = e.At
		}
	}
	delete(a.commissioned, string(c.ID))
	return f
}

// approval computes the shares of an approved commission again, and gives the platform's and the fans'.
func (a *audit) approval(c attribution.Commission, e ledger.Entry, total money.Amount) (fee, fans money.Amount) {
	where := "commission " + string(c.ID)
	for _, p := range e.Postings {
		switch p.Destination {
		case ledger.Fees():
			fee = p.Amount
		case ledger.Rewards(c.Pool):
			fans = p.Amount
		}
	}
	want, err := total.Share(c.FeeRate, money.Down)
	a.same(where, "fee", fee, a.sound(where, want, err))
	if want, err = a.minus(total, fee).Share(c.FansShare, money.Down); fans != 0 {
		a.same(where, "fans' part", fans, a.sound(where, want, err))
		a.inTime(c, e)
	}
	return fee, fans
}

// inTime reports a commission that was shared with the fans though it was earned after their pool was closed. One that
// was shared first is none: clocks differ, by as much as they may.
func (a *audit) inTime(c attribution.Commission, shared ledger.Entry) {
	closed, over := a.closed[c.Pool]
	if over && !c.EarnedAt.Before(closed) && shared.At.After(closed.Add(2*ports.ClockTolerance)) {
		a.journal.Report("row_wrong", "commission "+string(c.ID), "it was earned after its pool was closed, and shared with the fans")
	}
}

// payouts checks every payout and its attempts against their entries.
func (a *audit) payouts(ctx context.Context) error {
	attempts := &beside[payouts.Attempt]{
		read: func(after payouts.Attempt) ([]payouts.Attempt, error) {
			return a.view.Attempts.All(ctx, after, verifyPage)
		},
		owner: func(row payouts.Attempt) string { return string(row.Payout) },
		stray: func(row payouts.Attempt) { a.orphan("attempt", fmt.Sprint(row.N), "payout", string(row.Payout)) },
	}
	var last payouts.ID
	err := pages(func() ([]payouts.Payout, error) { return a.view.Payouts.List(ctx, last, verifyPage) }, func(p payouts.Payout) error {
		last = p.ID
		a.payout(p)
		var all []payouts.Attempt
		err := attempts.of(string(p.ID), func(row payouts.Attempt) { all = append(all, row) })
		a.attempts(p, all)
		return err
	})
	return first(err, attempts.rest)
}

func (a *audit) payout(p payouts.Payout) {
	where := "payout " + string(p.ID)
	a.payoutRequested(p)
	a.payoutSteppedUp(p)
	a.payoutDecided(p)
	reserved, err := p.Reserved()
	reserved = a.sound(where, reserved, err)
	box := ledger.Payout(p.ID)
	a.expect("payout:"+string(p.ID), ledger.Move(ledger.Available(p.Account), box, reserved))
	switch p.State {
	case payouts.Settled:
		a.expect("settlement:"+string(p.ID), ledger.Move(box, ledger.World(), p.Amount), ledger.Move(box, ledger.Fees(), p.Fee))
	case payouts.Canceled, payouts.Rejected, payouts.Failed:
		a.owes(box, 0)
		reference := "payout_return:" + string(p.ID)
		a.within(a.entries[reference], box, ledger.Available(p.Account), ledger.Owed(p.Account))
		var back money.Amount
		for _, posting := range a.entries[reference].Postings {
			if posting.Source == box {
				back = a.sum(back, posting.Amount)
			}
		}
		delete(a.entries, reference)
		a.same(where, "returned amount", back, reserved)
	case payouts.Requested, payouts.Approved, payouts.Queued, payouts.Signed, payouts.Broadcast, payouts.Confirmed, payouts.Unproven:
		a.owes(box, reserved)
	}
}

// attempts checks the tries of a payout: what came before the last one is dead, and the last stands where
// the payout does.
func (a *audit) attempts(p payouts.Payout, attempts []payouts.Attempt) {
	where := "payout " + string(p.ID)
	a.same(where, "number of attempts", money.Amount(p.Attempt), money.Amount(len(attempts)))
	allowed := lastAttempt(p.State)
	if len(attempts) == 0 && !slices.Contains(allowed, payouts.Dead) { // where nothing was tried, nothing need have died
		a.journal.Report("attempts_wrong", where, "it is %s and has no attempt", p.State)
	}
	for i, t := range attempts {
		a.attemptSigned(p, t)
		a.same(where, "number of an attempt", money.Amount(t.N), money.Amount(i+1))
		if earlier := i < len(attempts)-1; (earlier && t.State != payouts.Dead) || (!earlier && !slices.Contains(allowed, t.State)) {
			a.journal.Report("attempts_wrong", where, "it is %s and attempt %d is %s", p.State, t.N, t.State)
		}
		if t.Gas != 0 {
			a.expect("gas:"+string(t.Signature), ledger.Posting{
				Source: ledger.Gas(), Destination: ledger.World(), Asset: ledger.SOL, Amount: t.Gas,
			})
		}
	}
}

// lastAttempt lists where the last attempt of a payout in a state may stand.
func lastAttempt(s payouts.State) []payouts.AttemptState {
	switch s {
	case payouts.Signed, payouts.Broadcast, payouts.Confirmed, payouts.Unproven:
		return []payouts.AttemptState{payouts.Live}
	case payouts.Settled:
		return []payouts.AttemptState{payouts.Landed}
	case payouts.Failed: // without effect on chain, or before another try
		return []payouts.AttemptState{payouts.Reverted, payouts.Dead}
	case payouts.Requested, payouts.Approved, payouts.Queued, payouts.Canceled, payouts.Rejected:
	}
	return []payouts.AttemptState{payouts.Dead}
}

// same reports a number that is not what it should be.
func (a *audit) same(where, what string, is, want money.Amount) {
	if is != want {
		a.journal.Report("row_wrong", where, "its %s is %s and should be %s", what, is, want)
	}
}

// sound reports arithmetic that failed, which only a wrong row can cause.
func (a *audit) sound(where string, n money.Amount, err error) money.Amount {
	if err != nil {
		a.journal.Report("row_wrong", where, "%v", err)
	}
	return n
}

func (a *audit) sum(x, y money.Amount) money.Amount {
	n, err := x.Add(y)
	return a.sound(fmt.Sprintf("%s + %s", x, y), n, err)
}

func (a *audit) minus(x, y money.Amount) money.Amount {
	n, err := x.Sub(y)
	return a.sound(fmt.Sprintf("%s - %s", x, y), n, err)
}
