package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// book carries out a verdict, in one unit of work.
func (p *Payouts) book(ctx context.Context, payout payouts.Payout, attempt payouts.Attempt, verdict payouts.Verdict) error {
	switch verdict.Fate {
	case payouts.FateLanded, payouts.FateReverted:
		return p.settle(ctx, payout, attempt, verdict)
	case payouts.FateSeen:
		if payout.State == payouts.Confirmed {
			return errUnchanged
		}
		return p.to(ctx, payout, payouts.Confirmed)
	case payouts.FateDead:
		return p.bury(ctx, payout, attempt)
	case payouts.FateUnproven, payouts.FateOpen:
		switch {
		case payout.State == payouts.Confirmed: // a fork took it back
			return p.to(ctx, payout, payouts.Broadcast)
		case payout.State == payouts.Broadcast && verdict.Fate == payouts.FateUnproven:
			return p.to(ctx, payout, payouts.Unproven)
		}
	}
	return errUnchanged
}

// bury ends an attempt that is proven dead; its payout waits for the next one.
func (p *Payouts) bury(ctx context.Context, payout payouts.Payout, attempt payouts.Attempt) error {
	return p.change(ctx, payout, func(ctx context.Context, tx ports.Tx) error {
		next, err := payout.Retry(p.c.Clock.Now())
		if err != nil {
			return err
		}
		attempt.State = payouts.Dead
		if err := tx.Payouts.Put(ctx, next); err != nil {
			return err
		}
		if err := tx.Attempts.Put(ctx, attempt); err != nil {
			return err
		}
		return p.c.tell(ctx, tx, next.ChangedAt,
			moved(journal.AttemptDead, next, signedAs(attempt)), moved(journal.PayoutQueued, next, nil))
	})
}

// settle ends an attempt that is final: it books what reached the payee or gives back what did not,
// and what the try cost.
func (p *Payouts) settle(ctx context.Context, payout payouts.Payout, attempt payouts.Attempt, verdict payouts.Verdict) error {
	return p.change(ctx, payout, func(ctx context.Context, tx ports.Tx) error {
		now := p.c.Clock.Now()
		attempt.Gas = verdict.Gas
		var tell []news
		var err error
		if verdict.Fate == payouts.FateLanded {
			attempt.State = payouts.Landed
			tell, err = p.paid(ctx, tx, payout, attempt, now)
		} else {
			attempt.State = payouts.Reverted
			var failed payouts.Payout
			if failed, err = payout.To(payouts.Failed, now); err == nil {
				failed.FailureCode = verdict.Failure
				tell, err = p.giveBack(ctx, tx, failed)
				tell = append(tell, failure(failed))
			}
		}
		if err != nil {
			return err
		}
		if err := tx.Attempts.Put(ctx, attempt); err != nil {
			return err
		}
		if err := p.burn(ctx, tx, attempt, now); err != nil {
			return err
		}
		return p.c.tell(ctx, tx, now, tell...)
	})
}

// burn books what a try cost.
func (p *Payouts) burn(ctx context.Context, tx ports.Tx, attempt payouts.Attempt, now time.Time) error {
	if attempt.Gas == 0 {
		return nil
	}
	e, err := p.c.entry(ledger.KindGas, "gas:"+string(attempt.Signature), now, map[string]string{"payout": string(attempt.Payout)},
		ledger.Posting{Source: ledger.Gas(), Destination: ledger.World(), Asset: ledger.SOL, Amount: attempt.Gas})
	if err != nil {
		return err
	}
	return tx.Ledger.Record(ctx, e)
}

// signedAs names an attempt by the signature the chain knows it by.
func signedAs(a payouts.Attempt) facts { return facts{"signature": foreign(string(a.Signature))} }

// failure tells why a payout failed.
func failure(p payouts.Payout) news {
	return moved(journal.PayoutFailed, p, facts{"code": foreign(p.FailureCode)})
}

// paid books a payout that reached its payee, and tells of it.
func (p *Payouts) paid(ctx context.Context, tx ports.Tx, payout payouts.Payout, by payouts.Attempt, now time.Time) ([]news, error) {
	settled, err := payout.To(payouts.Settled, now)
	if err != nil {
		return nil, err
	}
	if err := tx.Payouts.Put(ctx, settled); err != nil {
		return nil, err
	}
	e, err := p.c.entry(ledger.KindSettlement, "settlement:"+string(payout.ID), settled.ChangedAt, nil,
		ledger.Move(ledger.Payout(payout.ID), ledger.World(), payout.Amount),
		ledger.Move(ledger.Payout(payout.ID), ledger.Fees(), payout.Fee))
	if err != nil {
		return nil, err
	}
	of := signedAs(by)
	of["fee"] = payout.Fee.String()
	return []news{moved(journal.PayoutSettled, settled, of)}, tx.Ledger.Record(ctx, e)
}
