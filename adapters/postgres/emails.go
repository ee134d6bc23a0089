package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// emails keeps how accounts are reached.
type emails struct{ *unit }

// emailRow is how an account is reached.
type emailRow struct {
	Account      identity.AccountID
	Verified     identity.EmailAddress
	VerifiedAt   *time.Time
	Verification identity.VerificationID
	Pending      identity.EmailAddress
	Token        hash
	PendingAt    *time.Time
	ExpiresAt    *time.Time
	Asked        int
	AskedSince   *time.Time
}

const emailColumns = `account, verified, verified_at, verification, pending, token, pending_at, expires_at, asked, asked_since`

func (r emailRow) value() identity.Email {
	return identity.Email{
		Account: r.Account, Verified: r.Verified, VerifiedAt: orZero(r.VerifiedAt),
		Pending: identity.Verification{
			ID: r.Verification, Address: r.Pending, Token: identity.TokenHash(r.Token.Digest),
			AskedAt: orZero(r.PendingAt), ExpiresAt: orZero(r.ExpiresAt),
		},
		Asked: r.Asked, AskedSince: orZero(r.AskedSince),
	}
}

// FindByAccount gives an account's email.
func (e emails) FindByAccount(ctx context.Context, account identity.AccountID) (identity.Email, bool, error) {
	return find[emailRow](ctx, e.unit, `SELECT `+emailColumns+` FROM emails WHERE account = $1`, string(account))
}

// Verified gives the addresses that accounts have proven.
func (e emails) Verified(ctx context.Context, accounts ...identity.AccountID) ([]identity.EmailAddress, error) {
	asked := make([]string, len(accounts))
	for i, account := range accounts {
		asked[i] = string(account)
	}
	rows, err := list[provenRow](ctx, e.unit, `SELECT account, verified FROM emails WHERE account = ANY ($1) AND verified <> ''`, asked)
	all := make([]identity.EmailAddress, len(accounts))
	for i, account := range accounts {
		for _, r := range rows {
			if r.Account == account {
				all[i] = r.Verified
			}
		}
	}
	return all, err
}

// provenRow is an address that an account has proven.
type provenRow struct {
	Account  identity.AccountID
	Verified identity.EmailAddress
}

func (r provenRow) value() provenRow { return r }

// Lock gives an account's email and holds it.
func (e emails) Lock(ctx context.Context, account identity.AccountID) (identity.Email, bool, error) {
	return find[emailRow](ctx, e.unit, `SELECT `+emailColumns+` FROM emails WHERE account = $1 FOR NO KEY UPDATE`, string(account))
}

// Put keeps an account's email.
func (e emails) Put(ctx context.Context, v identity.Email) error {
	var token []byte
	if v.Pending.Token != (identity.TokenHash{}) {
		token = v.Pending.Token[:]
	}
	return e.run(ctx, nil, `
		INSERT INTO emails (`+emailColumns+`, verified_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (account) DO UPDATE SET (`+emailColumns+`, verified_key) = ROW ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		string(v.Account), string(v.Verified), unlessZero(v.VerifiedAt), string(v.Pending.ID), string(v.Pending.Address), token,
		unlessZero(v.Pending.AskedAt), unlessZero(v.Pending.ExpiresAt), v.Asked, unlessZero(v.AskedSince), v.Verified.Key())
}

// mails keeps the outbox of mail.
type mails struct{ *unit }

// mailRow is a mail.
type mailRow struct {
	ID           identity.MailID
	Account      identity.AccountID
	Verification identity.VerificationID
	State        identity.MailState
	Tries        int
	DueAt        time.Time
	Fault        string
	QueuedAt     time.Time
	ChangedAt    time.Time
}

const mailColumns = `id, account, verification, state, tries, due_at, fault, queued_at, changed_at`

func (r mailRow) value() identity.Mail {
	return identity.Mail{
		ID: r.ID, Account: r.Account, Verification: r.Verification, State: r.State, Tries: r.Tries, DueAt: r.DueAt.UTC(),
		Fault: r.Fault, QueuedAt: r.QueuedAt.UTC(), ChangedAt: r.ChangedAt.UTC(),
	}
}

// Due gives the mails that are due, those due first first.
func (m mails) Due(ctx context.Context, now time.Time, limit int) ([]identity.Mail, error) {
	return list[mailRow](ctx, m.unit, `
		SELECT `+mailColumns+` FROM mails WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT $2`, now, most(limit))
}

// ListByState pages through the mails in a state.
func (m mails) ListByState(ctx context.Context, state identity.MailState, after identity.MailID, limit int) ([]identity.Mail, error) {
	return list[mailRow](ctx, m.unit, `
		SELECT `+mailColumns+` FROM mails WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(state), spot(string(after)), most(limit))
}

// ListByAccount pages through the mails of an account.
func (m mails) ListByAccount(ctx context.Context, account identity.AccountID, after identity.MailID, limit int) ([]identity.Mail, error) {
	return list[mailRow](ctx, m.unit, `SELECT `+mailColumns+` FROM mails WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(account), spot(string(after)), most(limit))
}

// Lock gives a mail and holds it.
func (m mails) Lock(ctx context.Context, id identity.MailID) (identity.Mail, error) {
	return get[mailRow](ctx, m.unit, identity.ErrMailNotFound,
		`SELECT `+mailColumns+` FROM mails WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// Add owes a mail.
func (m mails) Add(ctx context.Context, v identity.Mail) error {
	return m.run(ctx, nil, `INSERT INTO mails (`+mailColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, mailValues(v)...)
}

// Put replaces a mail.
func (m mails) Put(ctx context.Context, v identity.Mail) error {
	return m.replace(ctx, identity.ErrMailNotFound, `UPDATE mails SET (`+mailColumns+`) = ROW ($1, $2, $3, $4, $5, $6, $7, $8, $9) WHERE id = $1`, mailValues(v)...)
}

func mailValues(v identity.Mail) []any {
	return []any{
		string(v.ID), string(v.Account), string(v.Verification), string(v.State), v.Tries, v.DueAt, v.Fault, v.QueuedAt, v.ChangedAt,
	}
}
