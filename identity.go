package twist

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Identity opens, renews and ends sessions, decides who calls and what they may do, registers
// influencers, proves how they are reached and decides what they apply for.
type Identity struct {
	c     Config
	known callers
}

// SignedIn is what a signed challenge or a refresh token earns.
type SignedIn struct {
	Session identity.Session // without what its refresh tokens are held against
	Claims  identity.Claims
	Token   string // a secret: it is never stored or logged
	Refresh string // the same; empty where the client did not name itself
}

// Challenge asks a wallet to sign. The answer goes to SignIn. Whoever asks too often is limit.ErrLimited.
func (i *Identity) Challenge(ctx context.Context, wallet string) (identity.Challenge, error) {
	return i.c.challenge(ctx, identity.AskSignIn(i.c.Site), wallet)
}

// SignIn opens a session for the wallet that signed the challenge, and its account on the first time.
// A challenge opens at most one session: it is taken after its answer was found right, and the store
// refuses a second session of the same challenge even if a cache gives it out twice.
//
// The client is the secret by which an installation is recognized when it refreshes; one that cannot be such a
// secret is identity.ErrClient. Without one the session has no refresh token, and ends with its access token.
func (i *Identity) SignIn(ctx context.Context, a Answer, client string) (SignedIn, error) {
	now := i.c.Clock.Now()
	with, err := i.renewal(client)
	if err != nil {
		return SignedIn{}, err
	}
	challenge, err := i.c.answered(ctx, a, now, func(identity.Challenge) identity.Ask {
		return identity.AskSignIn(i.c.Site)
	})
	if err != nil {
		return SignedIn{}, err
	}
	if challenge, err = i.c.Challenges.Take(ctx, a.Challenge); err != nil {
		return SignedIn{}, err
	}

	open := func(ctx context.Context, tx ports.Tx) (opened, error) {
		return i.open(ctx, tx, challenge, with, now)
	}
	got, err := ports.Write(ctx, i.c.Store, open)
	if errors.Is(err, identity.ErrWalletTaken) { // the wallet's first two sign-ins met: the other opened the account
		got, err = ports.Write(ctx, i.c.Store, open)
	}
	if err != nil {
		return SignedIn{}, err
	}
	return i.issue(ctx, got.session, got.refresh, now)
}

// issue writes the access token of a session.
func (i *Identity) issue(ctx context.Context, session identity.Session, refresh string, now time.Time) (SignedIn, error) {
	claims, err := session.Claims(identity.TokenID(i.c.IDs.New("tok")), now)
	if err != nil {
		return SignedIn{}, err
	}
	token, err := i.c.Tokens.Issue(ctx, claims)
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{Session: session.Bare(), Claims: claims, Token: token, Refresh: refresh}, nil
}

// renewal is with what a session begins to be renewable; nil is a session that is not.
type renewal func(s identity.Session, now time.Time) (identity.Session, identity.RefreshToken, error)

// renewal draws what the refresh tokens of a client's session are made of, once: a unit of work may run twice.
func (i *Identity) renewal(client string) (renewal, error) {
	if client == "" {
		return nil, nil
	}
	by, err := identity.ParseClient(client)
	if err != nil {
		return nil, err
	}
	drawn := i.c.Random.Text(identity.RefreshEntropy)
	return func(s identity.Session, now time.Time) (identity.Session, identity.RefreshToken, error) {
		return s.Renewable(by, drawn, now)
	}, nil
}

// opened is a session and the text of its first refresh token, if it has one.
type opened struct {
	session identity.Session
	refresh string
}

// open opens the session of a challenge that was taken, and its account on the first time.
func (i *Identity) open(ctx context.Context, tx ports.Tx, challenge identity.Challenge, with renewal, now time.Time) (opened, error) {
	var tell []news
	account, linked, known, err := holder(ctx, tx, challenge.Wallet)
	if err != nil {
		return opened{}, err
	}
	if !known {
		account = identity.OpenAccount(identity.AccountID(i.c.IDs.New("acct")), challenge, now)
		linked = account.FirstWallet()
		if err := tx.Accounts.Add(ctx, account); err != nil {
			return opened{}, err
		}
		if err := tx.Wallets.Add(ctx, linked); err != nil {
			return opened{}, err
		}
		tell = append(tell, news{journal.AccountOpened, string(account.ID), string(account.ID), facts{"wallet": string(account.Wallet)}})
	}
	roles := identity.RolesOf(account, challenge.Wallet, i.c.Operators)
	session, err := identity.OpenSession(identity.SessionID(i.c.IDs.New("sess")), linked, challenge, roles, now)
	if err != nil {
		return opened{}, err
	}
	got := opened{session: session}
	if with != nil {
		var token identity.RefreshToken
		if got.session, token, err = with(session, now); err != nil {
			return opened{}, err
		}
		got.refresh = token.Text()
	}
	if err := tx.Sessions.Add(ctx, got.session); err != nil {
		return opened{}, err
	}
	tell = append(tell, news{journal.SessionOpened, string(session.ID), string(account.ID), facts{"wallet": string(session.Wallet)}})
	return got, i.c.tell(ctx, tx, now, tell...)
}

// Keys gives the public keys that verify tokens.
func (i *Identity) Keys(ctx context.Context) ([]identity.PublicKey, error) {
	return i.c.Tokens.Keys(ctx, i.c.Clock.Now())
}

// Account gives the caller's account.
func (i *Identity) Account(ctx context.Context, by Caller) (identity.Account, error) {
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) (identity.Account, error) {
		return v.Accounts.Get(ctx, by.Account)
	})
}
