package twist

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Verify gives the caller a token speaks for: the session must be alive, and the roles are those that the
// account has now. What another process changed is known after CallerLife at the latest, what this one
// changed at once. A bad token is identity.ErrToken or ErrTokenExpired, a session that is over
// identity.ErrSessionEnded; a store that cannot be asked lets nobody in.
//
// A text that begins like an API key is one, and nothing of it is believed longer than the call: one that is
// none of ours is identity.ErrAPIKey, one that expired or was revoked identity.ErrAPIKeyEnded, one whose quota
// is spent limit.ErrLimited.
func (i *Identity) Verify(ctx context.Context, token string) (Caller, error) {
	now := i.c.Clock.Now()
	if identity.IsAPIKey(token) {
		return i.verifyKey(ctx, token, now)
	}
	claims, err := i.c.Tokens.Verify(ctx, token, now)
	if err != nil {
		return Caller{}, err
	}
	if known, ok := i.known.find(claims.Session, now); ok && known.Account == claims.Account {
		return known, nil
	}
	began := i.known.began()
	session, account, err := i.holder(ctx, claims.Session)
	if err != nil {
		return Caller{}, err
	}
	if session.Account != claims.Account {
		return Caller{}, identity.ErrToken
	}
	if err := session.Alive(now); err != nil {
		return Caller{}, err
	}
	caller := Caller{
		Account: session.Account, Session: session.ID, Wallet: session.Wallet,
		Roles: identity.RolesOf(account, session.Wallet, i.c.Operators),
	}
	i.known.keep(began, caller, now, session.EndsAt)
	return caller, nil
}

// holder reads a session and its account in one snapshot. A session that is not there is one that has ended.
func (i *Identity) holder(ctx context.Context, id identity.SessionID) (session identity.Session, account identity.Account, err error) {
	err = i.c.Store.Read(ctx, func(ctx context.Context, v ports.View) (err error) {
		if session, err = v.Sessions.Get(ctx, id); err != nil {
			return instead(err, identity.ErrSessionNotFound, identity.ErrSessionEnded)
		}
		account, err = v.Accounts.Get(ctx, session.Account)
		return err
	})
	return session, account, err
}

// refreshed is what a unit of work made of a refresh token: its result, or a refusal that is kept with it.
type refreshed struct {
	identity.Refreshed

	signed  SignedIn
	refused error
}

// Refresh gives the next tokens of a session for its current refresh token, to the client that signed in. An
// answer that was lost is given again for identity.RefreshGrace. A malformed client is identity.ErrClient, a
// token that is none of ours identity.ErrRefreshToken, a session that is over identity.ErrSessionEnded.
//
// A token that was used before, or that another client brings, ends the session for whoever holds it: that is
// stored, although the answer is identity.ErrRefreshReused.
func (i *Identity) Refresh(ctx context.Context, token, client string) (SignedIn, error) {
	now := i.c.Clock.Now()
	by, err := identity.ParseClient(client)
	if err != nil {
		return SignedIn{}, err
	}
	presented, err := identity.ParseRefreshToken(token)
	if err != nil {
		return SignedIn{}, err
	}
	got, err := ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (refreshed, error) {
		got, err := i.refresh(ctx, tx, presented, by, now)
		if err != nil || got.refused != nil {
			return got, err
		}
		got.signed, err = i.issue(ctx, got.Session, got.Token.Text(), now) // a rotation whose answer cannot be made is none
		return got, err
	})
	if !errors.Is(err, identity.ErrRefreshToken) { // a forger makes nobody forget anything
		i.known.drop(presented.Session) // its roles are read anew, and it may have ended
	}
	if err != nil {
		return SignedIn{}, err
	}
	return got.signed, got.refused
}

// refresh is Refresh inside the unit of work, which has an end to keep when it refuses.
func (i *Identity) refresh(ctx context.Context, tx ports.Tx, presented identity.RefreshToken, by identity.Client, now time.Time) (refreshed, error) {
	session, err := tx.Sessions.Lock(ctx, presented.Session)
	if err != nil {
		return refreshed{}, instead(err, identity.ErrSessionNotFound, identity.ErrRefreshToken)
	}
	account, err := tx.Accounts.Get(ctx, session.Account)
	if err != nil {
		return refreshed{}, err
	}
	got, err := session.Refresh(presented, by, identity.RolesOf(account, session.Wallet, i.c.Operators), now)
	if got.Session.EndedBy == identity.Reused {
		return refreshed{refused: err}, i.keepEnded(ctx, tx, got.Session, Caller{}, now)
	}
	if err != nil || !got.Rotated {
		return refreshed{Refreshed: got}, err
	}
	if err := tx.Sessions.Put(ctx, got.Session); err != nil {
		return refreshed{}, err
	}
	return refreshed{Refreshed: got}, i.c.tell(ctx, tx, now, news{
		journal.SessionRefreshed, string(session.ID), string(session.Account),
		facts{"generation": strconv.FormatInt(got.Session.Renewal.Generation, 10)},
	})
}

// keepEnded keeps a session that has just ended, and tells of it.
func (i *Identity) keepEnded(ctx context.Context, tx ports.Tx, ended identity.Session, by Caller, now time.Time) error {
	if err := tx.Sessions.Put(ctx, ended); err != nil {
		return err
	}
	return i.c.tell(ctx, tx, now, news{
		journal.SessionEnded, string(ended.ID), string(ended.Account), facts{"why": string(ended.EndedBy), "by": string(by.Account)},
	})
}

// SignOut ends the caller's session: its refresh token and its access tokens are good no more. A session that
// has ended already stays as it is.
func (i *Identity) SignOut(ctx context.Context, by Caller) error {
	return i.end(ctx, by, by.Session, identity.SignedOut)
}

// RevokeSession ends one of the caller's sessions. One that is somebody else's, or never was, is
// identity.ErrSessionNotFound.
func (i *Identity) RevokeSession(ctx context.Context, by Caller, id identity.SessionID) error {
	why := identity.Revoked
	if id == by.Session {
		why = identity.SignedOut
	}
	return i.end(ctx, by, id, why)
}

func (i *Identity) end(ctx context.Context, by Caller, id identity.SessionID, why identity.Ending) error {
	if err := by.inPerson(); err != nil {
		return err
	}
	now := i.c.Clock.Now()
	defer i.known.drop(id)
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		session, err := tx.Sessions.Lock(ctx, id)
		if err != nil {
			return err
		}
		if session.Account != by.Account {
			return identity.ErrSessionNotFound
		}
		session, ended := session.End(why, now)
		if !ended {
			return nil
		}
		return i.keepEnded(ctx, tx, session, by, now)
	})
}

// SignOutAll ends every session of the caller's account that nobody has ended, this one too, and gives how many that
// were: no clock decides, because another process may still let in what is over by this one's.
func (i *Identity) SignOutAll(ctx context.Context, by Caller) (int, error) {
	if err := by.inPerson(); err != nil {
		return 0, err
	}
	now := i.c.Clock.Now()
	defer i.known.dropAccount(by.Account)
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (int, error) {
		if _, err := tx.Accounts.Get(ctx, by.Account); err != nil {
			return 0, err
		}
		return i.endAll(ctx, tx, by, by.Account, identity.SignedOut, now)
	})
}

// RevokeAccount ends every session of an account, as SignOutAll does, on an operator's decision, and gives how many
// that were; it revokes its API keys too. Its wallet can sign in again. An account that does not exist is
// identity.ErrAccountNotFound; a caller who is neither operator nor administrator is identity.ErrRoleTooHigh, as
// is an operator where it takes an administrator: about operators, administrators and the wallets of
// Config.Operators. A caller whose session is over is identity.ErrSessionEnded.
func (i *Identity) RevokeAccount(ctx context.Context, by Caller, account identity.AccountID) (int, error) {
	if err := by.inPerson(); err != nil {
		return 0, err
	}
	now := i.c.Clock.Now()
	defer i.known.dropAccount(account)
	return ports.Write(ctx, i.c.Store, func(ctx context.Context, tx ports.Tx) (int, error) {
		with, barred, err := i.c.decider(ctx, tx, by, account, now) // which holds both: nobody makes a key meanwhile
		if err != nil {
			return 0, err
		}
		configured, err := i.configured(ctx, tx, account)
		if err != nil {
			return 0, err
		}
		if err := barred.MayBar(configured, with); err != nil {
			return 0, err
		}
		return i.endAll(ctx, tx, by, account, identity.Barred, now)
	})
}

// endAll ends the sessions of an account inside a unit of work, and its API keys where an operator decided so.
func (i *Identity) endAll(ctx context.Context, tx ports.Tx, by Caller, account identity.AccountID, why identity.Ending, now time.Time) (int, error) {
	var tell []news
	ended, err := tx.Sessions.EndAll(ctx, account, why, now)
	if err != nil {
		return 0, err
	}
	if ended > 0 {
		tell = append(tell, news{
			journal.SessionsEnded, string(account), string(account),
			facts{"why": string(why), "by": string(by.Account), "count": strconv.Itoa(ended)},
		})
	}
	if why == identity.Barred {
		revoked, err := tx.APIKeys.RevokeAll(ctx, account, now)
		if err != nil {
			return 0, err
		}
		if revoked > 0 {
			tell = append(tell, news{
				journal.APIKeysRevoked, string(account), string(account),
				facts{"by": string(by.Account), "count": strconv.Itoa(revoked)},
			})
		}
	}
	return ended, i.c.tell(ctx, tx, now, tell...)
}

// Sessions gives at most limit of the caller's sessions that are alive, in the order of their ids, after the
// one named, without what their refresh tokens are held against.
func (i *Identity) Sessions(ctx context.Context, by Caller, after identity.SessionID, limit int) ([]identity.Session, error) {
	if err := by.inPerson(); err != nil {
		return nil, err
	}
	now := i.c.Clock.Now()
	found, err := ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) ([]identity.Session, error) {
		return v.Sessions.ListAlive(ctx, by.Account, now, after, limit)
	})
	for n := range found {
		found[n] = found[n].Bare()
	}
	return found, err
}
