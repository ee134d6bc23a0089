package twist

import (
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// Waiting gives at most limit payouts that wait for a second person, the oldest first, after the one named. It
// is for operators.
func (p *Payouts) Waiting(ctx context.Context, after payouts.ID, limit int) ([]payouts.Payout, error) {
	return ports.Read(ctx, p.c.Store, func(ctx context.Context, v ports.View) ([]payouts.Payout, error) {
		return v.Payouts.ListWaiting(ctx, after, limit)
	})
}

// Approve is the second person's agreement to a payout that waits for it. A caller who is neither operator nor
// administrator is identity.ErrRoleTooHigh, one whose session is over identity.ErrSessionEnded, and the payee,
// as whose wallets show it, payouts.ErrDecisionOwn. A payout that does not wait is payouts.ErrDecided, but for
// whoever approved it, who is shown it as it stands.
func (p *Payouts) Approve(ctx context.Context, by Caller, id payouts.ID) (payouts.Payout, error) {
	return p.judge(ctx, by, id, journal.PayoutApproved, func(waits payouts.Payout, now time.Time) (payouts.Payout, bool, error) {
		return waits.Approve(payouts.AccountID(by.Account), now)
	})
}

// Reject is the second person's refusal, for a reason that the payee is shown, and gives back what was set
// aside. It refuses callers and payouts, and repeats, as Approve does; a bad reason is payouts.ErrReason.
func (p *Payouts) Reject(ctx context.Context, by Caller, id payouts.ID, reason string) (payouts.Payout, error) {
	return p.judge(ctx, by, id, journal.PayoutRejected, func(waits payouts.Payout, now time.Time) (payouts.Payout, bool, error) {
		return waits.Reject(payouts.AccountID(by.Account), reason, now)
	})
}

func (p *Payouts) judge(ctx context.Context, by Caller, id payouts.ID, kind journal.Kind, rule func(payouts.Payout, time.Time) (payouts.Payout, bool, error)) (payouts.Payout, error) {
	if err := by.inPerson(); err != nil {
		return payouts.Payout{}, err
	}
	now := p.c.Clock.Now()
	return ports.Write(ctx, p.c.Store, func(ctx context.Context, tx ports.Tx) (payouts.Payout, error) {
		if _, _, err := p.c.decider(ctx, tx, by, "", now); err != nil {
			return payouts.Payout{}, err
		}
		waits, err := tx.Payouts.Lock(ctx, id)
		if err != nil {
			return payouts.Payout{}, err
		}
		decided, changed, err := rule(waits, now)
		if err != nil || !changed {
			return decided, err
		}
		if err := apart(ctx, tx, by.Account, waits); err != nil {
			return payouts.Payout{}, err
		}
		var tell []news
		if decided.State == payouts.Rejected {
			tell, err = p.giveBack(ctx, tx, decided)
		} else {
			err = tx.Payouts.Put(ctx, decided)
		}
		if err != nil {
			return payouts.Payout{}, err
		}
		return decided, p.c.tell(ctx, tx, now, append(tell, moved(kind, decided, decidedOf(decided)))...)
	})
}

// apart returns payouts.ErrDecisionOwn for a second person who is the first one again, in another account: whom
// the payout would reach, whose wallet opened the payee's account, or whose own first wallet is the payee's now.
// Whoever keeps two accounts apart from the beginning passes.
func apart(ctx context.Context, tx ports.Tx, by identity.AccountID, p payouts.Payout) error {
	second, err := tx.Accounts.Get(ctx, by)
	if err != nil {
		return err
	}
	payee, err := tx.Accounts.Get(ctx, identity.AccountID(p.Account))
	if err != nil {
		return err
	}
	theirs := []identity.Wallet{payee.Wallet, identity.Wallet(p.Destination)}
	if slices.Contains(theirs, second.Wallet) {
		return payouts.ErrDecisionOwn
	}
	for _, wallet := range append(theirs, second.Wallet) {
		linked, known, err := tx.Wallets.Find(ctx, wallet)
		if err != nil {
			return err
		}
		if other := wallet == second.Wallet; known && (!other && linked.Account == by || other && linked.Account == payee.ID) {
			return payouts.ErrDecisionOwn
		}
	}
	return nil
}
