package twist

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// Answer is what a wallet answered to a challenge.
type Answer struct {
	Challenge identity.ChallengeID
	Message   []byte // the bytes that the wallet signed
	Signature []byte
	Other     []byte // another reading of the text that Signature was read from; nil where there is one reading
}

// WalletDetail is a wallet of an account, and from when on it may sign for payouts and be paid.
type WalletDetail struct {
	identity.LinkedWallet

	SettlesAt time.Time
}

// challenge asks a wallet, and remembers what. Whoever asks too often is limit.ErrLimited.
func (c Config) challenge(ctx context.Context, ask identity.Ask, address string) (identity.Challenge, error) {
	w, err := identity.ParseWallet(address)
	if err != nil {
		return identity.Challenge{}, err
	}
	now := c.Clock.Now()
	if err := c.mayAsk(ctx, w, now); err != nil {
		return identity.Challenge{}, err
	}
	id := identity.ChallengeID(c.IDs.New("chal"))
	challenge, err := identity.IssueChallenge(c.Site, ask, id, w, c.Random.Text(identity.NonceLength), now)
	if err != nil {
		return identity.Challenge{}, err
	}
	return challenge, c.Challenges.Put(ctx, challenge)
}

// answered counts an attempt and gives the challenge, if it was issued for what is asked and this is its
// answer. It spends nothing.
func (c Config) answered(ctx context.Context, a Answer, now time.Time, ask func(identity.Challenge) identity.Ask) (identity.Challenge, error) {
	challenge, err := c.Challenges.Attempt(ctx, a.Challenge)
	if err != nil {
		return identity.Challenge{}, err
	}
	if err := challenge.Serves(ask(challenge)); err != nil {
		return identity.Challenge{}, err
	}
	err = challenge.Answer(now, a.Message, a.Signature)
	if a.Other != nil && errors.Is(err, identity.ErrSignature) { // the same attempt: a text of which the wallet decides what it says
		err = challenge.Answer(now, a.Message, a.Other)
	}
	return challenge, err
}

// holder finds the account that a wallet is linked to, and holds that: whoever unlinks the wallet comes
// before, and is seen, or after, and ends what was begun.
func holder(ctx context.Context, tx ports.Tx, wallet identity.Wallet) (account identity.Account, linked identity.LinkedWallet, known bool, err error) {
	linked, known, err = tx.Wallets.Find(ctx, wallet)
	if err != nil || !known {
		return account, linked, false, err
	}
	held, err := tx.Wallets.Lock(ctx, linked.Account)
	if err != nil {
		return account, linked, false, err
	}
	if linked, err = held.Get(wallet); errors.Is(err, identity.ErrWalletNotFound) { // it was unlinked in between
		return account, linked, false, nil
	}
	account, err = tx.Accounts.Get(ctx, linked.Account)
	return account, linked, true, err
}

// standing is an account and its wallets, as they stand.
type standing struct {
	account identity.Account
	wallets identity.Wallets
}

// stand gives the standing of the caller's account and holds its wallets.
func stand(ctx context.Context, tx ports.Tx, by Caller) (standing, error) {
	account, err := tx.Accounts.Get(ctx, by.Account)
	if err != nil {
		return standing{}, err
	}
	wallets, err := tx.Wallets.Lock(ctx, by.Account)
	if err != nil {
		return standing{}, err
	}
	return standing{account, wallets}, standing{account, wallets}.speaks(by)
}

// look is stand without holding anything.
func (c Config) look(ctx context.Context, by Caller) (standing, error) {
	return ports.Read(ctx, c.Store, func(ctx context.Context, v ports.View) (s standing, err error) {
		if s.account, err = v.Accounts.Get(ctx, by.Account); err != nil {
			return s, err
		}
		if s.wallets, err = v.Wallets.List(ctx, by.Account); err != nil {
			return s, err
		}
		return s, s.speaks(by)
	})
}

// speaks returns identity.ErrSessionEnded for a caller whose wallet was unlinked: a token may outlive that
// by minutes, in which it must not link another wallet or move money.
func (s standing) speaks(by Caller) error {
	if err := by.inPerson(); err != nil {
		return err
	}
	if _, err := s.wallets.Get(by.Wallet); err != nil {
		return identity.ErrSessionEnded
	}
	return nil
}

// signer gives a wallet that may sign for payouts.
func (s standing) signer(wallet identity.Wallet, now time.Time) (identity.LinkedWallet, error) {
	linked, err := s.wallets.Get(wallet)
	if err == nil && now.Before(linked.SettlesAt(s.account)) {
		err = identity.ErrWalletCooling.Saying("it can from %s on", moment(linked.SettlesAt(s.account)))
	}
	return linked, err
}

// payee gives a wallet that may be paid.
func (s standing) payee(wallet identity.Wallet, now time.Time) (identity.LinkedWallet, error) {
	linked, err := s.wallets.Get(wallet)
	if err != nil {
		return identity.LinkedWallet{}, payouts.ErrNotLinked
	}
	if at := linked.SettlesAt(s.account); now.Before(at) {
		return identity.LinkedWallet{}, payouts.ErrCooling.Saying("it can be paid from %s on", moment(at))
	}
	return linked, nil
}

// moment writes a time for a caller to read.
func moment(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func (s standing) detail(w identity.LinkedWallet) WalletDetail {
	return WalletDetail{w, w.SettlesAt(s.account)}
}

// Wallets gives the wallets of the caller's account in the order of their addresses.
func (i *Identity) Wallets(ctx context.Context, by Caller) ([]WalletDetail, error) {
	s, err := i.c.look(ctx, by)
	if err != nil {
		return nil, err
	}
	var all []WalletDetail
	for _, w := range s.wallets {
		all = append(all, s.detail(w))
	}
	return all, nil
}

// LinkChallenge asks a wallet to join the caller's account, which the text names. Whether the wallet is
// free is told only to whoever signs for it.
func (i *Identity) LinkChallenge(ctx context.Context, by Caller, address string) (identity.Challenge, error) {
	if _, err := i.c.look(ctx, by); err != nil {
		return identity.Challenge{}, err
	}
	return i.c.challenge(ctx, identity.AskLink(by.Account), address)
}

// Link adds the wallet that answered to the caller's account. It may sign in at once; it settles after
// identity.WalletCooldown. A wallet that is linked already, also to the caller, is ErrWalletTaken.
func (i *Identity) Link(ctx context.Context, by Caller, answer Answer) (WalletDetail, error) {
	now := i.c.Clock.Now()
	challenge, err := i.c.answered(ctx, answer, now, func(identity.Challenge) identity.Ask { return identity.AskLink(by.Account) })
	if err != nil {
		return WalletDetail{}, err
	}
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (WalletDetail, error) {
		s, err := stand(ctx, tx, by)
		if err != nil {
			return WalletDetail{}, err
		}
		linked, err := s.wallets.Link(challenge, now)
		if err != nil {
			return WalletDetail{}, err
		}
		if err := tx.Assents.Add(ctx, challenge.Assent(now)); err != nil {
			return WalletDetail{}, err
		}
		if err := tx.Wallets.Add(ctx, linked); err != nil {
			return WalletDetail{}, err
		}
		return s.detail(linked), i.c.tell(ctx, tx, now, news{
			journal.WalletLinked, string(by.Account), string(by.Account),
			facts{"wallet": string(linked.Wallet), "challenge": string(challenge.ID)},
		})
	})
}

// Unlink takes a wallet off the caller's account and ends every session of that, the caller's too: who may
// have opened one with the wallet is out, and the others sign in again. Payouts on their way to it go on;
// whoever signs in with it from now on opens an account of its own. One that is not there is
// ErrWalletNotFound, and the last one that has settled ErrLastWallet.
func (i *Identity) Unlink(ctx context.Context, by Caller, wallet identity.Wallet) error {
	now := i.c.Clock.Now()
	defer i.known.dropAccount(by.Account)
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		s, err := stand(ctx, tx, by)
		if err != nil {
			return err
		}
		leaves, err := s.wallets.Unlink(s.account, wallet, now)
		if err != nil {
			return err
		}
		if err := tx.Wallets.Remove(ctx, leaves.Wallet); err != nil {
			return err
		}
		tell := []news{{
			journal.WalletUnlinked, string(by.Account), string(by.Account),
			facts{"wallet": string(leaves.Wallet), "linked": micros(leaves.LinkedAt)},
		}}
		ended, err := tx.Sessions.EndAll(ctx, by.Account, identity.Revoked, now)
		if err != nil {
			return err
		}
		if ended > 0 {
			tell = append(tell, news{
				journal.SessionsEnded, string(by.Account), string(by.Account),
				facts{"why": string(identity.Revoked), "by": string(by.Account), "count": strconv.Itoa(ended)},
			})
		}
		return i.c.tell(ctx, tx, now, tell...)
	})
}
