package twist

import (
	"context"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
)

// MadeKey is a new API key and its text.
type MadeKey struct {
	Key  identity.APIKey // without the digest of its secret
	Text string          // a secret: it is given this once, never stored or logged
}

// MakeKey makes an API key of the caller's account. Terms that break a rule are identity.ErrAPIKeyTerms; an
// account that has identity.MaxAPIKeys alive is ErrTooManyAPIKeys. The session that asks must be alive in the
// unit of work, or it is ErrSessionEnded: a session that was ended leaves no key behind. An API key makes none:
// that is ErrScopeMissing.
func (i *Identity) MakeKey(ctx context.Context, by Caller, terms identity.APIKeyTerms) (MadeKey, error) {
	if err := by.inPerson(); err != nil {
		return MadeKey{}, err
	}
	now := i.c.Clock.Now()
	id := identity.APIKeyID(i.c.IDs.New("key"))
	key, text, err := identity.MakeAPIKey(id, by.Account, terms, i.c.Random.Text(identity.APIKeyEntropy), now)
	if err != nil {
		return MadeKey{}, err
	}
	err = i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return i.keepKey(ctx, tx, by, key, now) })
	if err != nil {
		return MadeKey{}, err
	}
	return MadeKey{Key: key.Bare(), Text: text}, nil
}

// keepKey holds the account, so that of many who count its keys each sees what the one before made.
func (i *Identity) keepKey(ctx context.Context, tx ports.Tx, by Caller, key identity.APIKey, now time.Time) error {
	if _, err := tx.Accounts.Lock(ctx, by.Account); err != nil {
		return err
	}
	session, err := tx.Sessions.Lock(ctx, by.Session)
	if err != nil {
		return instead(err, identity.ErrSessionNotFound, identity.ErrSessionEnded)
	}
	if session.Account != by.Account {
		return identity.ErrSessionEnded
	}
	if err := session.Alive(now); err != nil {
		return err
	}
	alive, err := tx.APIKeys.CountAlive(ctx, by.Account, now)
	if err != nil {
		return err
	}
	if alive >= identity.MaxAPIKeys {
		return identity.ErrTooManyAPIKeys
	}
	if err := tx.APIKeys.Add(ctx, key); err != nil {
		return err
	}
	return i.c.tell(ctx, tx, now, news{
		journal.APIKeyMade, string(key.ID), string(key.Account),
		facts{"scopes": joined(key.Scopes), "per_minute": strconv.Itoa(key.PerMinute), "expires": micros(key.ExpiresAt)},
	})
}

func joined(scopes []identity.Scope) (all string) {
	for _, s := range scopes {
		if all != "" {
			all += " "
		}
		all += string(s)
	}
	return all
}

// APIKeys gives at most limit of the caller's API keys, ended ones too, in the order of their ids, after the one
// named, without the digests of their secrets. An API key that asks is identity.ErrScopeMissing.
func (i *Identity) APIKeys(ctx context.Context, by Caller, after identity.APIKeyID, limit int) ([]identity.APIKey, error) {
	if err := by.inPerson(); err != nil {
		return nil, err
	}
	found, err := ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) ([]identity.APIKey, error) {
		return v.APIKeys.ListByAccount(ctx, by.Account, after, limit)
	})
	for n := range found {
		found[n] = found[n].Bare()
	}
	return found, err
}

// RevokeKey ends one of the caller's API keys, at once and in every process. One that was revoked already stays
// as it is; one that is somebody else's, or never was, is identity.ErrAPIKeyNotFound. An API key revokes none, not
// even itself: that is identity.ErrScopeMissing.
func (i *Identity) RevokeKey(ctx context.Context, by Caller, id identity.APIKeyID) error {
	if err := by.inPerson(); err != nil {
		return err
	}
	now := i.c.Clock.Now()
	return i.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		key, err := tx.APIKeys.Lock(ctx, id)
		if err != nil {
			return err
		}
		if key.Account != by.Account {
			return identity.ErrAPIKeyNotFound
		}
		key, revoked := key.Revoke(now)
		if !revoked {
			return nil
		}
		if err := tx.APIKeys.Put(ctx, key); err != nil {
			return err
		}
		return i.c.tell(ctx, tx, now, news{journal.APIKeyRevoked, string(id), string(key.Account), facts{"by": string(by.Account)}})
	})
}

// verifyKey gives the caller an API key speaks for. The key is read at every call, so that one that was revoked is
// good nowhere. Its quota is taken last: who has no secret spends none of it.
func (i *Identity) verifyKey(ctx context.Context, text string, now time.Time) (Caller, error) {
	id, secret, err := identity.ParseAPIKey(text)
	if err != nil {
		return Caller{}, err
	}
	var key identity.APIKey
	var account identity.Account
	err = i.c.Store.Read(ctx, func(ctx context.Context, v ports.View) (err error) {
		if key, err = v.APIKeys.Get(ctx, id); err != nil {
			return instead(err, identity.ErrAPIKeyNotFound, identity.ErrAPIKey)
		}
		account, err = v.Accounts.Get(ctx, key.Account)
		return err
	})
	if err != nil {
		return Caller{}, err
	}
	if err := key.Proven(secret, now); err != nil {
		return Caller{}, err
	}
	if err := i.takeOf(ctx, key, now); err != nil {
		return Caller{}, err
	}
	return Caller{Account: key.Account, Key: key.ID, Scopes: key.Scopes, Roles: identity.RolesOfAPIKey(account)}, nil
}

// takeOf takes one of what a key may call in a minute.
func (i *Identity) takeOf(ctx context.Context, key identity.APIKey, now time.Time) error {
	per := (time.Minute / time.Duration(key.PerMinute)).Truncate(time.Microsecond)
	verdict, err := i.c.Limiter.Take(ctx, "api_key:"+string(key.ID), limit.Quota{Burst: key.PerMinute, Per: per}, now)
	if err != nil {
		return err
	}
	if !verdict.Allowed {
		return limit.ErrLimited
	}
	return nil
}
