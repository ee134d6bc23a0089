package postgres

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/identity"
)

// audit keeps the audit log.
type audit struct{ *unit }

// auditJSON is a record as Add sends it.
type auditJSON struct {
	ID        identity.AuditID   `json:"id"`
	At        time.Time          `json:"at"`
	Account   identity.AccountID `json:"account"`
	Session   identity.SessionID `json:"session"`
	Action    string             `json:"action"`
	Subject   string             `json:"subject"`
	Code      string             `json:"code"`
	RequestID string             `json:"request_id"`
	IP        netip.Addr         `json:"ip"`
	UserAgent string             `json:"user_agent"`
}

// Add keeps records.
func (a audit) Add(ctx context.Context, records ...identity.AuditRecord) error {
	rows := make([]auditJSON, len(records))
	for i, r := range records {
		if err := r.Check(); err != nil {
			return a.refuse(err)
		}
		r.At = r.At.UTC()
		rows[i] = auditJSON(r)
	}
	batch, err := json.Marshal(rows)
	if err != nil {
		return a.refuse(err)
	}
	return a.run(ctx, nil, `
		INSERT INTO audit (id, at, account, session, action, subject, code, request_id, ip, user_agent)
		SELECT id, at, account, session, action, subject, code, request_id, ip, user_agent
		FROM jsonb_to_recordset($1::text::jsonb) AS (id text, at timestamptz, account text, session text, action text, subject text,
			code text, request_id text, ip inet, user_agent text)`, string(batch))
}

// auditRow is a record.
type auditRow struct {
	ID        identity.AuditID
	At        time.Time
	Account   identity.AccountID
	Session   identity.SessionID
	Action    string
	Subject   string
	Code      string
	RequestID string
	IP        peer
	UserAgent string
}

func (r auditRow) value() identity.AuditRecord {
	return identity.AuditRecord{
		ID: r.ID, At: r.At.UTC(), Account: r.Account, Session: r.Session, Action: r.Action, Subject: r.Subject, Code: r.Code,
		RequestID: r.RequestID, IP: r.IP.Addr, UserAgent: r.UserAgent,
	}
}

// peer reads an address, as host() writes it.
type peer struct{ netip.Addr }

// Scan reads it, or says ErrUnreadable.
func (p *peer) Scan(column any) error {
	if column == nil { // of an account that was erased
		return nil
	}
	written, err := text(column)
	if err != nil {
		return err
	}
	if p.Addr, err = netip.ParseAddr(written); err != nil {
		return ErrUnreadable.Because(err)
	}
	return nil
}

// Forget takes from the records of an erased account what says from where they came.
func (a audit) Forget(ctx context.Context, account identity.AccountID) error {
	if a.usable() && !holds(string(account)) {
		return nil // no row has it
	}
	return a.run(ctx, nil, `
		UPDATE audit SET ip = NULL, user_agent = '' WHERE account = $1 AND (ip IS NOT NULL OR user_agent <> '')`, string(account))
}

// List pages through the records, the newest first.
func (a audit) List(ctx context.Context, account identity.AccountID, before identity.AuditID, limit int) ([]identity.AuditRecord, error) {
	if account == "" {
		return list[auditRow](ctx, a.unit, `
			SELECT id, at, account, session, action, subject, code, request_id, host(ip) AS ip, user_agent
			FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2`, below(string(before)), most(limit))
	}
	return list[auditRow](ctx, a.unit, `
		SELECT id, at, account, session, action, subject, code, request_id, host(ip) AS ip, user_agent
		FROM audit WHERE account = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, string(account), below(string(before)), most(limit))
}

// below is the text below which a falling list begins: the end of all texts where none is given, and else
// what has the same place in the order of names. What ends in a zero byte stands above what is before it.
func below(s string) string {
	if s == "" {
		return string(utf8.MaxRune)
	}
	if before, _, zero := strings.Cut(s, "\x00"); zero {
		return spot(before) + "\x01"
	}
	return spot(s)
}
