package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// Payouts takes requests to be paid and settles them on chain.
type Payouts struct{ c Config }

// PayoutDetail is a payout with every try to pay it.
type PayoutDetail struct {
	Payout   payouts.Payout
	Attempts []payouts.Attempt
}

// PayoutRequest is what a payee asks for.
type PayoutRequest struct {
	Amount      money.Amount
	Destination identity.Wallet // of the caller's account; empty for the wallet of the session
	Answer      *Answer         // to a challenge that Challenge gave for the same amount and destination; nil where none is needed
}

// Request is RequestTo for an amount to the wallet of the session, without an answer.
func (p *Payouts) Request(ctx context.Context, by Caller, amount money.Amount) (payouts.Payout, error) {
	return p.RequestTo(ctx, by, PayoutRequest{Amount: amount})
}

// RequestTo sets amount and the fee aside and asks for amount to be paid to a wallet of the caller's
// account. An amount of payouts.StepUpFrom or more, and the first payout to a wallet that was linked later,
// need the answer of a settled wallet to a challenge of exactly this request: without one they are
// payouts.ErrStepUp. An answer is good for one payout, for ever. What was refused spends none.
func (p *Payouts) RequestTo(ctx context.Context, by Caller, asked PayoutRequest) (payouts.Payout, error) {
	if err := by.inPerson(); err != nil {
		return payouts.Payout{}, err
	}
	now := p.c.Clock.Now()
	agreed, refused := p.agreed(ctx, by, asked, now)
	return once(ctx, p.c, by, "request_payout", func(ctx context.Context, tx ports.Tx) (payouts.Payout, error) {
		if refused != nil { // only now: an answer that was kept comes back whatever became of its challenge
			return payouts.Payout{}, refused
		}
		payout, err := p.open(ctx, tx, by, asked, agreed, now)
		if err != nil {
			return payouts.Payout{}, err
		}
		reserved, err := payout.Reserved()
		if err != nil {
			return payouts.Payout{}, err
		}
		if err := tx.Payouts.Put(ctx, payout); err != nil {
			return payouts.Payout{}, err
		}
		if err := mustSpend(ctx, tx, by.Account, reserved); err != nil {
			return payouts.Payout{}, err
		}
		e, err := p.c.entry(ledger.KindPayoutRequest, "payout:"+string(payout.ID), now, nil,
			ledger.Move(ledger.Available(by.Account), ledger.Payout(payout.ID), reserved))
		if err != nil {
			return payouts.Payout{}, err
		}
		if err := tx.Ledger.Record(ctx, e); err != nil {
			return payouts.Payout{}, err
		}
		tell := []news{moved(journal.PayoutRequested, payout, requestedOf(payout))}
		if agreed != nil {
			tell = append(tell, moved(journal.PayoutSteppedUp, payout, agreedOf(payout, *agreed)))
		}
		return payout, p.c.tell(ctx, tx, now, tell...)
	})
}

// Cancel takes a payout of the caller's back, as long as it does not wait for the treasury.
func (p *Payouts) Cancel(ctx context.Context, by Caller, id payouts.ID) (payouts.Payout, error) {
	if err := by.inPerson(); err != nil {
		return payouts.Payout{}, err
	}
	return once(ctx, p.c, by, "cancel_payout", func(ctx context.Context, tx ports.Tx) (payouts.Payout, error) {
		payout, err := tx.Payouts.Lock(ctx, id)
		if err == nil && payout.Account != payouts.AccountID(by.Account) {
			err = payouts.ErrNotFound
		}
		if err != nil {
			return payouts.Payout{}, err
		}
		if payout, err = payout.Cancel(p.c.Clock.Now()); err != nil {
			return payouts.Payout{}, err
		}
		tell, err := p.giveBack(ctx, tx, payout)
		if err != nil {
			return payouts.Payout{}, err
		}
		return payout, p.c.tell(ctx, tx, payout.ChangedAt, append(tell, moved(journal.PayoutCanceled, payout, nil))...)
	})
}

// giveBack stores a payout that ended without effect and returns what was set aside, debts first: of those
// it tells.
func (p *Payouts) giveBack(ctx context.Context, tx ports.Tx, payout payouts.Payout) ([]news, error) {
	reserved, err := payout.Reserved()
	if err != nil {
		return nil, err
	}
	postings, tell, err := credit(ctx, tx, ledger.Payout(payout.ID), attribution.AccountID(payout.Account), reserved)
	if err != nil {
		return nil, err
	}
	if err := tx.Payouts.Put(ctx, payout); err != nil {
		return nil, err
	}
	e, err := p.c.entry(ledger.KindPayoutReturn, "payout_return:"+string(payout.ID), payout.ChangedAt, nil, postings...)
	if err != nil {
		return nil, err
	}
	return tell, tx.Ledger.Record(ctx, e)
}

// Payout gives a payout of the caller's with its attempts.
func (p *Payouts) Payout(ctx context.Context, by Caller, id payouts.ID) (PayoutDetail, error) {
	return ports.Read(ctx, p.c.Store, func(ctx context.Context, v ports.View) (PayoutDetail, error) {
		payout, err := v.Payouts.Get(ctx, id)
		if err == nil && payout.Account != payouts.AccountID(by.Account) {
			err = payouts.ErrNotFound
		}
		if err != nil {
			return PayoutDetail{}, err
		}
		attempts, err := v.Attempts.List(ctx, id)
		return PayoutDetail{Payout: payout, Attempts: attempts}, err
	})
}

// List pages through the caller's payouts in the order of their ids.
func (p *Payouts) List(ctx context.Context, by Caller, after payouts.ID, limit int) ([]payouts.Payout, error) {
	return ports.Read(ctx, p.c.Store, func(ctx context.Context, v ports.View) ([]payouts.Payout, error) {
		return v.Payouts.ListByAccount(ctx, payouts.AccountID(by.Account), after, limit)
	})
}
