package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// sessions keeps sessions.
type sessions struct{ *unit }

// sessionRow is a session.
type sessionRow struct {
	ID          identity.SessionID
	Account     identity.AccountID
	Wallet      identity.Wallet
	Challenge   identity.ChallengeID
	Roles       roles
	OpenedAt    time.Time
	ExpiresAt   time.Time
	EndsAt      time.Time
	Client      hash
	RefreshKey  hash
	RefreshHash hash
	Generation  int64
	RefreshedAt *time.Time
	EndedAt     *time.Time
	EndedBy     *identity.Ending
}

const sessionColumns = `id, account, wallet, challenge, array_to_string(roles, ' ') AS roles, opened_at, expires_at, ends_at,
	client, refresh_key, refresh_hash, generation, refreshed_at, ended_at, ended_by`

func (r sessionRow) value() identity.Session {
	s := identity.Session{
		ID: r.ID, Account: r.Account, Wallet: r.Wallet, Challenge: r.Challenge, Roles: r.Roles,
		OpenedAt: r.OpenedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), EndsAt: r.EndsAt.UTC(), EndedAt: orZero(r.EndedAt),
		Renewal: identity.Renewal{
			Client: identity.Client{Digest: identity.Digest(r.Client.Digest)}, Generation: r.Generation, At: orZero(r.RefreshedAt),
			Key: identity.Digest(r.RefreshKey.Digest), Current: identity.Digest(r.RefreshHash.Digest),
		},
	}
	if r.EndedBy != nil {
		s.EndedBy = *r.EndedBy
	}
	return s
}

// Get gives a session.
func (t sessions) Get(ctx context.Context, id identity.SessionID) (identity.Session, error) {
	return get[sessionRow](ctx, t.unit, identity.ErrSessionNotFound, `SELECT `+sessionColumns+` FROM sessions WHERE id = $1`, string(id))
}

// Lock gives a session and holds it.
func (t sessions) Lock(ctx context.Context, id identity.SessionID) (identity.Session, error) {
	return get[sessionRow](ctx, t.unit, identity.ErrSessionNotFound,
		`SELECT `+sessionColumns+` FROM sessions WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// ListAlive pages through the sessions of an account. It reads and sorts all that are alive, which are few, and none
// of those that came to their end, which grow for ever.
func (t sessions) ListAlive(ctx context.Context, account identity.AccountID, now time.Time, after identity.SessionID, limit int) ([]identity.Session, error) {
	return list[sessionRow](ctx, t.unit, `
		SELECT `+sessionColumns+` FROM sessions
		WHERE account = $1 AND ended_at IS NULL AND ends_at > $2 AND id > $3 ORDER BY id LIMIT $4`,
		string(account), now, spot(string(after)), most(limit))
}

// ListByAccount pages through all sessions of an account.
func (t sessions) ListByAccount(ctx context.Context, account identity.AccountID, after identity.SessionID, limit int) ([]identity.Session, error) {
	return list[sessionRow](ctx, t.unit, `SELECT `+sessionColumns+` FROM sessions WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(account), spot(string(after)), most(limit))
}

// Add opens a session.
func (t sessions) Add(ctx context.Context, s identity.Session) error {
	return t.run(ctx, nil, `
		INSERT INTO sessions (id, account, wallet, challenge, roles, opened_at, expires_at, ends_at,
			client, refresh_key, refresh_hash, generation, refreshed_at, ended_at, ended_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		string(s.ID), string(s.Account), string(s.Wallet), string(s.Challenge), words(s.Roles), s.OpenedAt, s.ExpiresAt, s.EndsAt,
		orNull(s.Renewal.Client.Digest), orNull(s.Renewal.Key), orNull(s.Renewal.Current), s.Renewal.Generation, unlessZero(s.Renewal.At),
		unlessZero(s.EndedAt), unlessEmpty(string(s.EndedBy)))
}

// Put replaces what changes of a session.
func (t sessions) Put(ctx context.Context, s identity.Session) error {
	return t.run(ctx, nil, `
		UPDATE sessions SET roles = $2, ends_at = $3, generation = $4, refresh_hash = $5, refreshed_at = $6, ended_at = $7, ended_by = $8
		WHERE id = $1`,
		string(s.ID), words(s.Roles), s.EndsAt, s.Renewal.Generation, orNull(s.Renewal.Current), unlessZero(s.Renewal.At),
		unlessZero(s.EndedAt), unlessEmpty(string(s.EndedBy)))
}

// EndAll ends the sessions of an account, which it holds in the order of their ids.
func (t sessions) EndAll(ctx context.Context, account identity.AccountID, why identity.Ending, now time.Time) (int, error) {
	ended, _, err := find[countRow](ctx, t.unit, `
		WITH held AS (
			SELECT id FROM sessions WHERE account = $1 AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE
		), ended AS (
			UPDATE sessions AS s SET ended_at = $2, ended_by = $3 FROM held WHERE s.id = held.id RETURNING s.id
		)
		SELECT count(*) FROM ended`, string(account), now, string(why))
	return ended, err
}

// orNull is 32 bytes, or nothing where they are zero.
func orNull(b identity.Digest) any {
	if b == (identity.Digest{}) {
		return nil
	}
	return b[:]
}

// unlessZero is a moment, or nothing.
func unlessZero(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

// unlessEmpty is a text, or nothing.
func unlessEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// orZero is a moment, the zero time where there is none.
func orZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.UTC()
}
