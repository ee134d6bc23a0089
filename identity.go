package twist

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Identity opens sessions and registers influencers.
type Identity struct{ c Config }

// SignedIn is what a signed challenge earns.
type SignedIn struct {
	Session identity.Session
	Claims  identity.Claims
	Token   string // a secret: it is never stored or logged
}

// Challenge asks a wallet to sign. The answer goes to SignIn.
func (i *Identity) Challenge(ctx context.Context, wallet string) (identity.Challenge, error) {
	w, err := identity.ParseWallet(wallet)
	if err != nil {
		return identity.Challenge{}, err
	}
	id := identity.ChallengeID(i.c.IDs.New("chal"))
	challenge, err := identity.IssueChallenge(i.c.Site, id, w, i.c.Random.Text(identity.NonceLength), i.c.Clock.Now())
	if err != nil {
		return identity.Challenge{}, err
	}
	return challenge, i.c.Challenges.Put(ctx, challenge)
}

// SignIn opens a session for the wallet that signed the challenge, and its account on the first time.
// A challenge opens at most one session: it is taken after its answer was found right, and the store
// refuses a second session of the same challenge even if a cache gives it out twice.
func (i *Identity) SignIn(ctx context.Context, id identity.ChallengeID, message, signature []byte) (SignedIn, error) {
	now := i.c.Clock.Now()
	challenge, err := i.c.Challenges.Attempt(ctx, id)
	if err != nil {
		return SignedIn{}, err
	}
	if err := challenge.Answer(now, message, signature); err != nil {
		return SignedIn{}, err
	}
	if challenge, err = i.c.Challenges.Take(ctx, id); err != nil {
		return SignedIn{}, err
	}

	open := func(ctx context.Context, tx ports.Tx) (identity.Session, error) {
		return i.open(ctx, tx, challenge, now)
	}
	session, err := ports.Write(ctx, i.c.Store, open)
	if errors.Is(err, identity.ErrWalletTaken) { // the wallet's first two sign-ins met: the other opened the account
		session, err = ports.Write(ctx, i.c.Store, open)
	}
	if err != nil {
		return SignedIn{}, err
	}

	claims, err := session.Claims(identity.TokenID(i.c.IDs.New("tok")), now)
	if err != nil {
		return SignedIn{}, err
	}
	token, err := i.c.Tokens.Issue(ctx, claims)
	return SignedIn{Session: session, Claims: claims, Token: token}, err
}

// open opens the session of a challenge that was taken, and its account on the first time.
func (i *Identity) open(ctx context.Context, tx ports.Tx, challenge identity.Challenge, now time.Time) (identity.Session, error) {
	var tell []news
	account, known, err := tx.Accounts.FindByWallet(ctx, challenge.Wallet)
	if err != nil {
		return identity.Session{}, err
	}
	if !known {
		account = identity.OpenAccount(identity.AccountID(i.c.IDs.New("acct")), challenge, now)
		if err := tx.Accounts.Add(ctx, account); err != nil {
			return identity.Session{}, err
		}
		tell = append(tell, news{journal.AccountOpened, string(account.ID), string(account.ID), facts{"wallet": string(account.Wallet)}})
	}
	session, err := identity.OpenSession(identity.SessionID(i.c.IDs.New("sess")), account, challenge, i.roles(challenge.Wallet), now)
	if err != nil {
		return identity.Session{}, err
	}
	if err := tx.Sessions.Add(ctx, session); err != nil {
		return identity.Session{}, err
	}
	tell = append(tell, news{journal.SessionOpened, string(session.ID), string(account.ID), facts{"wallet": string(session.Wallet)}})
	return session, i.c.tell(ctx, tx, now, tell...)
}

// roles are what a wallet may do: an operator is one by configuration.
func (i *Identity) roles(w identity.Wallet) []identity.Role {
	if slices.Contains(i.c.Operators, w) {
		return []identity.Role{identity.RoleUser, identity.RoleOperator}
	}
	return []identity.Role{identity.RoleUser}
}

// Verify gives the caller a token speaks for.
func (i *Identity) Verify(ctx context.Context, token string) (Caller, error) {
	claims, err := i.c.Tokens.Verify(ctx, token, i.c.Clock.Now())
	if err != nil {
		return Caller{}, err
	}
	return Caller{Account: claims.Account, Wallet: claims.Wallet, Roles: claims.Roles}, nil
}

// Keys gives the public keys that verify tokens.
func (i *Identity) Keys(ctx context.Context) ([]identity.PublicKey, error) {
	return i.c.Tokens.Keys(ctx)
}

// Account gives the caller's account.
func (i *Identity) Account(ctx context.Context, by Caller) (identity.Account, error) {
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) (identity.Account, error) {
		return v.Accounts.Get(ctx, by.Account)
	})
}

// Register makes the caller an influencer under a username of its own.
func (i *Identity) Register(ctx context.Context, by Caller, username, displayName string) (identity.Influencer, error) {
	id := identity.InfluencerID(i.c.IDs.New("infl"))
	influencer, err := identity.RegisterInfluencer(id, by.Account, username, displayName, i.c.Clock.Now())
	if err != nil {
		return identity.Influencer{}, err
	}
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (identity.Influencer, error) {
		if err := tx.Influencers.Add(ctx, influencer); err != nil {
			return identity.Influencer{}, err
		}
		return influencer, i.c.tell(ctx, tx, influencer.RegisteredAt, news{
			journal.InfluencerRegistered, string(id), string(by.Account), facts{"username": influencer.Username},
		})
	})
}

// Influencer gives an influencer by username, whatever its case.
func (i *Identity) Influencer(ctx context.Context, username string) (identity.Influencer, error) {
	return ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) (identity.Influencer, error) {
		found, ok, err := v.Influencers.FindByUsername(ctx, username)
		if err == nil && !ok {
			err = identity.ErrInfluencerNotFound
		}
		return found, err
	})
}
