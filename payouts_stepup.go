package twist

import (
	"cmp"
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// Challenge asks a settled wallet of the caller's account to agree to a payout; an empty signer is the
// wallet of the session. The text states the whole intent. The answer goes to RequestTo with the same
// amount and destination.
func (p *Payouts) Challenge(ctx context.Context, by Caller, asked PayoutRequest, signer identity.Wallet) (identity.Challenge, error) {
	now := p.c.Clock.Now()
	intent := intentOf(by, payouts.ID(p.c.IDs.New("po")), asked)
	if err := intent.Check(); err != nil {
		return identity.Challenge{}, err
	}
	s, err := p.c.look(ctx, by)
	if err != nil {
		return identity.Challenge{}, err
	}
	if _, err := s.payee(identity.Wallet(intent.Destination), now); err != nil {
		return identity.Challenge{}, err
	}
	signs, err := s.signer(cmp.Or(signer, by.Wallet), now)
	if err != nil {
		return identity.Challenge{}, err
	}
	return p.c.challenge(ctx, p.ask(intent), string(signs.Wallet))
}

// intentOf is what the caller asks for, under the id that the payout will have.
func intentOf(by Caller, id payouts.ID, asked PayoutRequest) payouts.Intent {
	return payouts.Intent{
		Payout: id, Account: payouts.AccountID(by.Account),
		Destination: payouts.Address(cmp.Or(asked.Destination, by.Wallet)), Amount: asked.Amount,
	}
}

// ask is what a wallet is asked to sign for an intent.
func (p *Payouts) ask(i payouts.Intent) identity.Ask {
	return identity.AskStepUp(identity.AccountID(i.Account), string(i.Payout), i.Text(p.c.Mint))
}

// agreed gives the challenge by which a wallet agreed to exactly what is asked, or nil where nothing was
// answered.
func (p *Payouts) agreed(ctx context.Context, by Caller, asked PayoutRequest, now time.Time) (*identity.Challenge, error) {
	if asked.Answer == nil {
		return nil, nil //nolint:nilnil // no answer is no fault
	}
	challenge, err := p.c.answered(ctx, *asked.Answer, now, func(c identity.Challenge) identity.Ask {
		return p.ask(intentOf(by, payouts.ID(c.Subject), asked))
	})
	return &challenge, err
}

// open opens a payout, if what was shown for it is enough, and spends the challenge that was answered.
func (p *Payouts) open(ctx context.Context, tx ports.Tx, by Caller, asked PayoutRequest, agreed *identity.Challenge, now time.Time) (payouts.Payout, error) {
	s, err := stand(ctx, tx, by)
	if err != nil {
		return payouts.Payout{}, err
	}
	var id payouts.ID
	if agreed != nil {
		id = payouts.ID(agreed.Subject)
	} else {
		id = payouts.ID(p.c.IDs.New("po"))
	}
	intent := intentOf(by, id, asked)
	to, err := s.payee(identity.Wallet(intent.Destination), now)
	if err != nil {
		return payouts.Payout{}, err
	}
	shown, err := shown(ctx, tx, s, to, agreed, now)
	if err != nil {
		return payouts.Payout{}, err
	}
	return payouts.Request(intent, shown, now)
}

// shown is what the account has shown for a payout to one of its wallets.
func shown(ctx context.Context, tx ports.Tx, s standing, to identity.LinkedWallet, agreed *identity.Challenge, now time.Time) (payouts.Assurance, error) {
	if agreed != nil {
		if _, err := s.signer(agreed.Wallet, now); err != nil { // it may have been unlinked since it was asked
			return payouts.Unshown, err
		}
		return payouts.SteppedUp, tx.Assents.Add(ctx, agreed.Assent(now))
	}
	if s.account.OpenedBy(to) {
		return payouts.KnownDestination, nil
	}
	before, err := tx.Payouts.HasRequested(ctx, payouts.AccountID(to.Account), payouts.Address(to.Wallet), to.LinkedAt)
	if err != nil || !before {
		return payouts.Unshown, err
	}
	return payouts.KnownDestination, nil
}
