package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// apiKeys keeps API keys.
type apiKeys struct{ *unit }

// apiKeyRow is an API key.
type apiKeyRow struct {
	ID        identity.APIKeyID
	Account   identity.AccountID
	Name      string
	Digest    hash
	Scopes    scopes
	PerMinute int
	MadeAt    time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
}

//nolint:gosec // columns of a table, and no key
const apiKeyColumns = `id, account, name, digest, array_to_string(scopes, ' ') AS scopes, per_minute, made_at, expires_at, revoked_at`

func (r apiKeyRow) value() identity.APIKey {
	return identity.APIKey{
		ID: r.ID, Account: r.Account, Name: r.Name, Digest: identity.Digest(r.Digest.Digest), Scopes: r.Scopes,
		PerMinute: r.PerMinute, MadeAt: r.MadeAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), RevokedAt: orZero(r.RevokedAt),
	}
}

// scopes are names of scopes, which travel as words.
type scopes []identity.Scope

// Scan reads scopes, or returns ErrUnreadable.
func (s *scopes) Scan(column any) error {
	joined, err := text(column)
	if err != nil {
		return err
	}
	*s = nil
	for _, word := range strings.Fields(joined) {
		scope := identity.Scope(word)
		if !slices.Contains(identity.Scopes(), scope) {
			return ErrUnreadable.Saying("there is no scope %q", word)
		}
		*s = append(*s, scope)
	}
	return nil
}

// Get gives a key.
func (k apiKeys) Get(ctx context.Context, id identity.APIKeyID) (identity.APIKey, error) {
	return get[apiKeyRow](ctx, k.unit, identity.ErrAPIKeyNotFound, `SELECT `+apiKeyColumns+` FROM api_keys WHERE id = $1`, string(id))
}

// Lock gives a key and holds it.
func (k apiKeys) Lock(ctx context.Context, id identity.APIKeyID) (identity.APIKey, error) {
	return get[apiKeyRow](ctx, k.unit, identity.ErrAPIKeyNotFound,
		`SELECT `+apiKeyColumns+` FROM api_keys WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// ListByAccount pages through the keys of an account.
func (k apiKeys) ListByAccount(ctx context.Context, account identity.AccountID, after identity.APIKeyID, limit int) ([]identity.APIKey, error) {
	return list[apiKeyRow](ctx, k.unit, `
		SELECT `+apiKeyColumns+` FROM api_keys WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(account), spot(string(after)), most(limit))
}

// CountAlive counts the keys of an account.
func (k apiKeys) CountAlive(ctx context.Context, account identity.AccountID, now time.Time) (int, error) {
	alive, _, err := find[countRow](ctx, k.unit, `
		SELECT count(*) FROM api_keys WHERE account = $1 AND revoked_at IS NULL AND expires_at > $2`, string(account), now)
	return alive, err
}

// Add keeps a key.
func (k apiKeys) Add(ctx context.Context, v identity.APIKey) error {
	return k.run(ctx, nil, `
		INSERT INTO api_keys (id, account, name, digest, scopes, per_minute, made_at, expires_at, revoked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(v.ID), string(v.Account), v.Name, v.Digest[:], words(v.Scopes), v.PerMinute, v.MadeAt, v.ExpiresAt, unlessZero(v.RevokedAt))
}

// Put keeps when a key was revoked.
func (k apiKeys) Put(ctx context.Context, v identity.APIKey) error {
	return k.run(ctx, nil, `UPDATE api_keys SET revoked_at = $2 WHERE id = $1`, string(v.ID), unlessZero(v.RevokedAt))
}

// RevokeAll revokes the keys of an account, which it holds in the order of their ids.
func (k apiKeys) RevokeAll(ctx context.Context, account identity.AccountID, now time.Time) (int, error) {
	revoked, _, err := find[countRow](ctx, k.unit, `
		WITH held AS (
			SELECT id FROM api_keys WHERE account = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY id FOR NO KEY UPDATE
		), revoked AS (
			UPDATE api_keys AS k SET revoked_at = $2 FROM held WHERE k.id = held.id RETURNING k.id
		)
		SELECT count(*) FROM revoked`, string(account), now)
	return revoked, err
}
