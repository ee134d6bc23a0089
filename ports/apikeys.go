package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// APIKeyReader reads API keys.
type APIKeyReader interface {
	// Get gives a key, or ErrAPIKeyNotFound.
	Get(ctx context.Context, id identity.APIKeyID) (identity.APIKey, error)
	// ListByAccount gives at most limit keys of an account, ended ones too, in the order of their ids, after
	// the one named.
	ListByAccount(ctx context.Context, account identity.AccountID, after identity.APIKeyID, limit int) ([]identity.APIKey, error)
}

// APIKeys keeps API keys for ever. Whoever adds one holds its account's lock.
type APIKeys interface {
	// Add keeps a new key.
	Add(ctx context.Context, k identity.APIKey) error
	// Lock gives a key, or ErrAPIKeyNotFound, and holds it.
	Lock(ctx context.Context, id identity.APIKeyID) (identity.APIKey, error)
	// Put keeps when a key was revoked; the rest stays as it was. One that was revoked is not changed any
	// more: that is internal.
	Put(ctx context.Context, k identity.APIKey) error
	// CountAlive gives how many keys of an account are alive at a moment.
	CountAlive(ctx context.Context, account identity.AccountID, now time.Time) (int, error)
	// RevokeAll revokes every key of an account that is alive at a moment, as identity.APIKey.Revoke does, and
	// gives how many those were. The others stay as they are.
	RevokeAll(ctx context.Context, account identity.AccountID, now time.Time) (int, error)
}
