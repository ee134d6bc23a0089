package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
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

// Request sets amount and the fee aside and asks for amount to be paid to the wallet that the caller's
// account belongs to.
func (p *Payouts) Request(ctx context.Context, by Caller, amount money.Amount) (payouts.Payout, error) {
	if err := by.inPerson(); err != nil {
		return payouts.Payout{}, err
	}
	now := p.c.Clock.Now()
	return once(ctx, p.c, by, "request_payout", func(ctx context.Context, tx ports.Tx) (payouts.Payout, error) {
		account, err := tx.Accounts.Get(ctx, by.Account)
		if err != nil {
			return payouts.Payout{}, err
		}
		id := payouts.ID(p.c.IDs.New("po"))
		payout, err := payouts.Request(id, payouts.AccountID(by.Account), payouts.Address(account.Wallet), amount, now)
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
		e, err := p.c.entry(ledger.KindPayoutRequest, "payout:"+string(id), now, nil,
			ledger.Move(ledger.Available(by.Account), ledger.Payout(id), reserved))
		if err != nil {
			return payouts.Payout{}, err
		}
		if err := tx.Ledger.Record(ctx, e); err != nil {
			return payouts.Payout{}, err
		}
		return payout, p.c.tell(ctx, tx, now, moved(journal.PayoutRequested, payout, requestedOf(payout)))
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
