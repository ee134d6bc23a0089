package memory

import (
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

// errRevoked refuses to change a key that was revoked. It is internal, because whoever writes one asked it.
var errRevoked = fault.ErrInternal.Saying("the API key was revoked")

type apiKeys struct{ *unit }

func cloneAPIKey(k identity.APIKey) identity.APIKey {
	k.Scopes = slices.Clone(k.Scopes)
	return k
}

// Get gives a key.
func (k apiKeys) Get(_ context.Context, id identity.APIKeyID) (identity.APIKey, error) {
	s, err := k.read()
	if err != nil {
		return identity.APIKey{}, err
	}
	return orFault(s.apiKeys, id, identity.ErrAPIKeyNotFound)
}

// Lock is Get: whoever writes here is alone.
func (k apiKeys) Lock(ctx context.Context, id identity.APIKeyID) (identity.APIKey, error) {
	return k.Get(ctx, id)
}

// ListByAccount pages through the keys of an account.
func (k apiKeys) ListByAccount(_ context.Context, account identity.AccountID, after identity.APIKeyID, limit int) ([]identity.APIKey, error) {
	s, err := k.read()
	if err != nil {
		return nil, err
	}
	return s.apiKeys.list(after, limit, func(v identity.APIKey) bool { return v.Account == account }), nil
}

func keysAliveOf(account identity.AccountID, now time.Time) func(identity.APIKey) bool {
	return func(v identity.APIKey) bool { return v.Account == account && v.Alive(now) == nil }
}

// CountAlive counts the keys of an account.
func (k apiKeys) CountAlive(_ context.Context, account identity.AccountID, now time.Time) (int, error) {
	s, err := k.read()
	if err != nil {
		return 0, err
	}
	return len(s.apiKeys.where(keysAliveOf(account, now))), nil
}

// Add keeps a key.
func (k apiKeys) Add(_ context.Context, key identity.APIKey) error {
	return k.write(func(s *state) error { return s.apiKeys.add(key, errIDTaken) })
}

// Put keeps when a key was revoked.
func (k apiKeys) Put(_ context.Context, key identity.APIKey) error {
	return k.write(func(s *state) error {
		kept, ok := s.apiKeys.get(key.ID)
		if !ok {
			return nil
		}
		if !kept.RevokedAt.IsZero() {
			return errRevoked
		}
		kept.RevokedAt = key.RevokedAt
		s.apiKeys.put(kept)
		return nil
	})
}

// RevokeAll revokes the keys of an account.
func (k apiKeys) RevokeAll(_ context.Context, account identity.AccountID, now time.Time) (revoked int, err error) {
	err = k.write(func(s *state) error {
		alive := s.apiKeys.where(keysAliveOf(account, now))
		revoked = len(alive)
		for _, v := range alive {
			v, _ = v.Revoke(now)
			s.apiKeys.put(v)
		}
		return nil
	})
	return revoked, err
}
