package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// Challenges is ports.Challenges over the database of a Store, for all processes that share it. It stands
// outside the unit of work: each method is one statement, which is there or not as a whole. It keeps them in a
// table that is not logged, so a server that crashes forgets them, and one that is shut down does not.
type Challenges struct{ store *Store }

// Challenges gives what keeps challenges.
func (s *Store) Challenges() *Challenges { return &Challenges{s} }

// challengeRow is a challenge.
type challengeRow struct {
	ID        identity.ChallengeID
	Purpose   identity.Purpose
	Account   identity.AccountID
	Subject   string
	Wallet    identity.Wallet
	Domain    string
	URI       string
	ChainID   identity.ChainID
	Statement string
	Nonce     string
	IssuedAt  time.Time
	ExpiresAt time.Time
	Attempts  int
}

const challengeColumns = `id, purpose, account, subject, wallet, domain, uri, chain_id, statement, nonce, issued_at, expires_at, attempts`

func (r challengeRow) value() identity.Challenge {
	return identity.Challenge{
		ID: r.ID, Purpose: r.Purpose, Account: r.Account, Subject: r.Subject, Wallet: r.Wallet,
		Domain: r.Domain, URI: r.URI, ChainID: r.ChainID,
		Statement: r.Statement, Nonce: r.Nonce, IssuedAt: r.IssuedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), Attempts: r.Attempts,
	}
}

// sweep is how many expired challenges one Put drops at most. It adds one, so those that nobody answered
// never pile up, and none pays for a pile.
const sweep = 16

// Put keeps the challenge, and drops some of those that expired at its IssuedAt. It waits for no other: what
// another statement works on is left to the next Put.
func (c *Challenges) Put(ctx context.Context, v identity.Challenge) error {
	args := []any{
		string(v.ID), string(v.Purpose), string(v.Account), v.Subject, string(v.Wallet), v.Domain, v.URI, string(v.ChainID),
		v.Statement, v.Nonce, v.IssuedAt, v.ExpiresAt, v.Attempts, sweep,
	}
	if !storable(args) {
		return ErrText
	}
	_, err := c.store.db.DB.ExecContext(ctx, `
		WITH expired AS (
			SELECT id FROM challenges WHERE expires_at <= $11 AND id <> $1
			ORDER BY expires_at LIMIT $14 FOR UPDATE SKIP LOCKED
		), dropped AS (
			DELETE FROM challenges WHERE id IN (SELECT id FROM expired)
		)
		INSERT INTO challenges (`+challengeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (id) DO UPDATE SET
			purpose = excluded.purpose, account = excluded.account, subject = excluded.subject, wallet = excluded.wallet, domain = excluded.domain, uri = excluded.uri,
			chain_id = excluded.chain_id, statement = excluded.statement, nonce = excluded.nonce,
			issued_at = excluded.issued_at, expires_at = excluded.expires_at, attempts = excluded.attempts`, args...)
	if err != nil {
		return translate(err)
	}
	return nil
}

// Get gives the challenge, or ErrChallengeUnknown.
func (c *Challenges) Get(ctx context.Context, id identity.ChallengeID) (identity.Challenge, error) {
	return c.one(ctx, id, `SELECT `+challengeColumns+` FROM challenges WHERE id = $1`)
}

// Attempt counts one attempt and gives the challenge with the new count, or ErrChallengeUnknown.
func (c *Challenges) Attempt(ctx context.Context, id identity.ChallengeID) (identity.Challenge, error) {
	return c.one(ctx, id, `UPDATE challenges SET attempts = attempts + 1 WHERE id = $1 RETURNING `+challengeColumns)
}

// Take removes the challenge and gives it to one caller; the others get ErrChallengeUnknown.
func (c *Challenges) Take(ctx context.Context, id identity.ChallengeID) (identity.Challenge, error) {
	return c.one(ctx, id, `DELETE FROM challenges WHERE id = $1 RETURNING `+challengeColumns)
}

// one carries out a statement on one challenge. Of those that meet on its row the next waits for the one
// before it, and sees the row as that one left it, or none.
func (c *Challenges) one(ctx context.Context, id identity.ChallengeID, statement string) (identity.Challenge, error) {
	if !holds(string(id)) {
		return identity.Challenge{}, identity.ErrChallengeUnknown
	}
	rows, err := c.store.db.DB.QueryContext(ctx, statement, string(id))
	if err != nil {
		return identity.Challenge{}, translate(err)
	}
	var found []challengeRow
	if err := c.store.db.ScanRows(ctx, rows, &found); err != nil {
		return identity.Challenge{}, translate(err)
	}
	if len(found) == 0 {
		return identity.Challenge{}, identity.ErrChallengeUnknown
	}
	return found[0].value(), nil
}
