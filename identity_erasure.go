package twist

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// ErasureAsked is what a wallet is asked to sign, and what its account gives up by that.
type ErasureAsked struct {
	identity.Challenge

	GivesUp money.Amount // zero, or a remainder that no payout could bring out
}

// ErasureChallenge asks a settled wallet of the caller's account to agree that the account is erased; an empty
// signer is the wallet of the session. What the account has left and could never be paid, the text says to the
// unit: it is given up with the account. The answer goes to Erase with the same amount. What is open of the account
// is told by Erase: a wallet that signs is needed to know it.
func (i *Identity) ErasureChallenge(ctx context.Context, by Caller, signer identity.Wallet) (ErasureAsked, error) {
	now, id := i.c.Clock.Now(), identity.ErasureID(i.c.IDs.New("ers"))
	s, err := i.c.look(ctx, by)
	if err != nil {
		return ErasureAsked{}, err
	}
	signs, err := s.signer(cmp.Or(signer, by.Wallet), now)
	if err != nil {
		return ErasureAsked{}, err
	}
	stands, err := (&Ledger{i.c}).Balances(ctx, by)
	if err != nil {
		return ErasureAsked{}, err
	}
	var gives money.Amount
	if stands.Owed == 0 && payouts.IsRemainder(stands.Available) { // what is owed is repaid first
		gives = stands.Available
	}
	challenge, err := i.c.challenge(ctx, i.askErasure(by, id, gives), string(signs.Wallet))
	return ErasureAsked{challenge, gives}, err
}

// askErasure is what a wallet is asked to sign.
func (i *Identity) askErasure(by Caller, id identity.ErasureID, gives money.Amount) identity.Ask {
	if gives == 0 {
		return identity.AskErasure(by.Account, id, "")
	}
	return identity.AskErasure(by.Account, id, payouts.RemainderText(gives, i.c.Mint))
}

// Erase erases the caller's account, for good, on the answer of a settled wallet of its own. In one unit of work
// its sessions and API keys end, its wallets leave it and may sign in again as somebody new, its pool closes, and
// what it told and was told is deleted. What stays is its id, in the ledger, the journal and what other people
// have. While anything of it is open it is identity.ErrNotErasable, which names all of that, and nothing happens.
//
// What the wallet agreed to give up becomes the platform's in the same unit. An amount other than the text's is
// identity.ErrChallengeMismatch; if the account has another by now, more or less, it is
// payouts.ErrRemainderChanged, and nothing happens.
//
// A caller whose session is over is identity.ErrSessionEnded: so is whoever asks a second time.
func (i *Identity) Erase(ctx context.Context, by Caller, answer Answer, givesUp money.Amount) error {
	if err := by.inPerson(); err != nil {
		return err
	}
	now := i.c.Clock.Now()
	challenge, err := i.c.answered(ctx, answer, now, func(c identity.Challenge) identity.Ask {
		return i.askErasure(by, identity.ErasureID(c.Subject), givesUp)
	})
	if err != nil {
		return err
	}
	defer i.known.dropAccount(by.Account)
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		e := erasure{Identity: i, tx: tx, by: by, now: now, gives: givesUp}
		return first(e.agree(ctx, challenge), steps(ctx, e.office, e.leave, e.forget, e.closePool, e.settled, e.book, func(ctx context.Context) error {
			return e.giveUp(ctx, challenge)
		}, func(ctx context.Context) error {
			return e.end(ctx, challenge)
		})...)
	})
}

// steps binds the steps of a unit of work to its context.
func steps(ctx context.Context, all ...func(context.Context) error) []func() error {
	bound := make([]func() error, len(all))
	for n, step := range all {
		bound[n] = func() error { return step(ctx) }
	}
	return bound
}

// erasure is one account on its way out, inside a unit of work. Its steps come in the order in which writers
// lock; those that look whether it may go at all come last, once nobody else can move anything of it.
type erasure struct {
	*Identity

	tx         ports.Tx
	by         Caller
	now        time.Time
	gives      money.Amount // what the wallet agreed to give up
	account    identity.Account
	wallets    identity.Wallets
	influencer identity.Influencer // zero where it is none
	pool       staking.PoolID      // empty where it has none
	rest       []ledger.Posting
	open       []identity.Obstacle
	tell       []news
}

// agree holds the account, and spends the answer of a wallet that may sign for it.
func (e *erasure) agree(ctx context.Context, challenge identity.Challenge) error {
	if _, err := e.tx.Accounts.Lock(ctx, e.by.Account); err != nil {
		return instead(err, identity.ErrAccountNotFound, identity.ErrSessionEnded)
	}
	s, err := stand(ctx, e.tx, e.by)
	if err != nil {
		return err
	}
	if _, err := s.signer(challenge.Wallet, e.now); err != nil { // it may have been unlinked since it was asked
		return err
	}
	e.account, e.wallets = s.account, s.wallets
	if err := e.tx.Assents.Add(ctx, challenge.Assent(e.now)); err != nil {
		return err
	}
	session, err := e.tx.Sessions.Lock(ctx, e.by.Session)
	if err == nil && session.Account != e.by.Account {
		err = identity.ErrSessionNotFound
	}
	if err != nil {
		return instead(err, identity.ErrSessionNotFound, identity.ErrSessionEnded)
	}
	return session.Alive(e.now)
}

// office takes the account's roles, unless it decides about others: an operator leaves traces in what other
// people have, and is let go by somebody else first.
func (e *erasure) office(ctx context.Context) error {
	configured, err := e.configured(ctx, e.tx, e.account.ID)
	if err != nil {
		return err
	}
	if e.account.InOffice(configured) {
		e.open = append(e.open, identity.ObstacleOffice)
	}
	id := string(e.account.ID)
	for _, role := range e.account.Roles {
		e.tell = append(e.tell, news{journal.RoleRevoked, id, id, facts{"role": string(role), "by": id}})
	}
	return e.tx.Accounts.Erase(ctx, e.account.Erase(e.now))
}

// leave takes the wallets off the account, and ends its sessions and keys.
func (e *erasure) leave(ctx context.Context) error {
	id := string(e.account.ID)
	for _, w := range e.wallets {
		if err := e.tx.Wallets.Remove(ctx, w.Wallet); err != nil {
			return err
		}
		e.tell = append(e.tell, news{journal.WalletUnlinked, id, id, facts{"wallet": string(w.Wallet), "linked": micros(w.LinkedAt)}})
	}
	ended, err := e.tx.Sessions.EndAll(ctx, e.account.ID, identity.SignedOut, e.now)
	if err != nil {
		return err
	}
	if ended > 0 {
		e.tell = append(e.tell, news{journal.SessionsEnded, id, id, facts{"why": string(identity.SignedOut), "by": id, "count": strconv.Itoa(ended)}})
	}
	revoked, err := e.tx.APIKeys.RevokeAll(ctx, e.account.ID, e.now)
	if err != nil {
		return err
	}
	if revoked > 0 {
		e.tell = append(e.tell, news{journal.APIKeysRevoked, id, id, facts{"by": id, "count": strconv.Itoa(revoked)}})
	}
	return nil
}

// forget deletes what the account told and was told. Its influencer is read without a lock, which comes in its
// turn: nobody registers one while the account is locked.
func (e *erasure) forget(ctx context.Context) (err error) {
	if e.influencer, _, err = e.tx.Influencers.FindByAccount(ctx, e.account.ID); err != nil {
		return err
	}
	return e.tx.Erasures.Forget(ctx, e.account.ID)
}

// closePool closes the account's pool, in which nobody may have a stake, or one that cools. What no division could
// share goes to the platform: whoever is erased has no tokens.
func (e *erasure) closePool(ctx context.Context) error {
	if e.influencer.ID == "" {
		return nil
	}
	found, ok, err := e.tx.Pools.FindByInfluencer(ctx, staking.InfluencerID(e.influencer.ID))
	if err != nil || !ok {
		return err
	}
	before, err := lockRolled(ctx, e.c, e.tx, found.ID, e.now)
	if err != nil {
		return err
	}
	pool := before
	if pool.Staked() > 0 || pool.Cooling > 0 {
		e.open = append(e.open, identity.ObstaclePool)
	}
	if pool.State == staking.Closed {
		return nil // what was left in it has been paid, or will be when the last one leaves
	}
	e.pool = pool.ID
	id, account := string(pool.ID), string(e.account.ID)
	if pool, err = pool.Close(e.now); err != nil {
		return err
	}
	e.tell = append(e.tell, news{journal.PoolClosed, id, account, nil})
	pool, rest, err := pool.TakeRemainder()
	if err != nil {
		return err
	}
	if rest.Positive() {
		e.rest = []ledger.Posting{ledger.Move(ledger.Rewards(pool.ID), ledger.Fees(), rest)}
		e.tell = append(e.tell, news{journal.RemainderPaid, id, account, facts{"amount": rest.String()}})
	}
	if err := e.tx.Pools.Put(ctx, pool); err != nil {
		return err
	}
	return countDay(ctx, e.tx, before, pool, "", e.now)
}

// book books what was left in the pool: its turn comes after the account's own rows of the ledger.
func (e *erasure) book(ctx context.Context) error {
	if len(e.rest) == 0 {
		return nil
	}
	entry, err := e.c.entry(ledger.KindRemainder, remainderReference(e.pool), e.now, nil, e.rest...)
	if err != nil {
		return err
	}
	return e.tx.Ledger.Record(ctx, entry)
}

// settled returns identity.ErrNotErasable for what is open. It holds the account's rows of the ledger first:
// whoever moves something of it passes there, so that it has been before, and is seen, or finds nothing.
func (e *erasure) settled(ctx context.Context) error {
	rows, err := e.tx.Ledger.Lock(ctx, ledger.Available(e.account.ID), ledger.Owed(e.account.ID))
	if err != nil {
		return err
	}
	switch {
	case e.gives == 0 && rows[0] != 0:
		e.open = append(e.open, identity.ObstacleBalance)
	case rows[0] != e.gives:
		return payouts.ErrRemainderChanged.Saying("it has %s, and %s was agreed to", rows[0], e.gives)
	case e.gives != 0 && !payouts.IsRemainder(e.gives): // no text says so
		return fault.ErrInternal.Saying("%s could be paid out and is given up", e.gives)
	}
	if rows[1] != 0 {
		e.open = append(e.open, identity.ObstacleDebt)
	}
	open, err := e.tx.Erasures.Open(ctx, e.account.ID, e.now)
	if err != nil {
		return err
	}
	return identity.MayErase(append(e.open, open...))
}

// giveUp books what the wallet agreed to give up, of the row that settled holds: nothing is left.
func (e *erasure) giveUp(ctx context.Context, by identity.Challenge) error {
	if e.gives == 0 {
		return nil
	}
	id := string(e.account.ID)
	entry, err := e.c.entry(ledger.KindGivenUp, "given_up:"+id, e.now, map[string]string{"erasure": by.Subject},
		ledger.Move(ledger.Available(e.account.ID), ledger.Fees(), e.gives))
	if err != nil {
		return err
	}
	e.tell = append(e.tell, news{journal.RemainderGivenUp, id, id, facts{"erasure": by.Subject, "amount": e.gives.String(), "entry": string(entry.ID)}})
	return e.tx.Ledger.Record(ctx, entry)
}

// end tells of the erasure, and takes from the audit log whence the account came, this last time too.
func (e *erasure) end(ctx context.Context, by identity.Challenge) error {
	id := string(e.account.ID)
	e.tell = append(e.tell, news{journal.AccountErased, id, id, facts{"erasure": by.Subject, "challenge": string(by.ID)}})
	if err := e.c.tell(ctx, e.tx, e.now, e.tell...); err != nil {
		return err
	}
	return e.tx.Audit.Forget(ctx, e.account.ID)
}

// holdLiving keeps the caller's account, and others whose ids are given, from being erased until the unit ends, and
// gives the others. A caller whose account was erased is identity.ErrSessionEnded: a token may outlive that by
// CallerLife. It takes no other lock before it than an outcome's.
func holdLiving(ctx context.Context, tx ports.Tx, by Caller, others ...identity.AccountID) ([]identity.Account, error) {
	held, err := tx.Accounts.Hold(ctx, append([]identity.AccountID{by.Account}, others...)...)
	if err != nil {
		return nil, err
	}
	if held[0].Erased() {
		return nil, identity.ErrSessionEnded
	}
	return held[1:], nil
}
