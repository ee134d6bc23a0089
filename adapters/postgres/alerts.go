package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fraud"
)

// alerts keeps alerts.
type alerts struct{ *unit }

// alertRow is an alert.
type alertRow struct {
	ID         fraud.AlertID
	Kind       fraud.Kind
	Subject    string
	Account    fraud.AccountID
	Severity   fraud.Severity
	Score      int
	Rules      document[[]fraud.Name]
	Count      int64
	Clicks     int64
	Excess     int64
	Status     fraud.Status
	OpenedAt   time.Time
	LastAt     time.Time
	ResolvedBy fraud.AccountID
	ResolvedAt *time.Time
}

const alertColumns = `id, kind, subject, account, severity, score, to_jsonb(rules) AS rules, count, clicks, excess, status, opened_at, last_at,
	coalesce(resolved_by, '') AS resolved_by, resolved_at`

func (r alertRow) value() fraud.Alert {
	return fraud.Alert{
		ID: r.ID, Kind: r.Kind, Subject: r.Subject, Account: r.Account, Severity: r.Severity, Score: r.Score, Rules: r.Rules.content,
		Count: r.Count, Clicks: r.Clicks, Excess: r.Excess, Status: r.Status, OpenedAt: r.OpenedAt.UTC(), LastAt: r.LastAt.UTC(), ResolvedBy: r.ResolvedBy, ResolvedAt: orZero(r.ResolvedAt),
	}
}

// ListByStatus pages through the alerts of a status.
func (a alerts) ListByStatus(ctx context.Context, status fraud.Status, after fraud.AlertID, limit int) ([]fraud.Alert, error) {
	return list[alertRow](ctx, a.unit, `
		SELECT `+alertColumns+` FROM alerts WHERE status = $1 AND id > $2 ORDER BY id LIMIT $3`, string(status), spot(string(after)), most(limit))
}

// ListByAccount pages through the alerts of an account.
func (a alerts) ListByAccount(ctx context.Context, account fraud.AccountID, after fraud.AlertID, limit int) ([]fraud.Alert, error) {
	return list[alertRow](ctx, a.unit, `
		SELECT `+alertColumns+` FROM alerts WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`, string(account), spot(string(after)), most(limit))
}

// CountOpen counts the open alerts of each kind, which have an index of their own.
func (a alerts) CountOpen(ctx context.Context) (map[fraud.Kind]int, error) {
	var rows []struct {
		Kind fraud.Kind
		N    int
	}
	if err := a.run(ctx, &rows, `SELECT kind, count(*) AS n FROM alerts WHERE status = 'open' GROUP BY kind`); err != nil {
		return nil, err
	}
	n := map[fraud.Kind]int{}
	for _, row := range rows {
		n[row.Kind] = row.N
	}
	return n, nil
}

// Get gives an alert.
func (a alerts) Get(ctx context.Context, id fraud.AlertID) (fraud.Alert, error) {
	return get[alertRow](ctx, a.unit, fraud.ErrAlertNotFound, `SELECT `+alertColumns+` FROM alerts WHERE id = $1`, string(id))
}

// Lock gives an alert and holds it.
func (a alerts) Lock(ctx context.Context, id fraud.AlertID) (fraud.Alert, error) {
	return get[alertRow](ctx, a.unit, fraud.ErrAlertNotFound, `SELECT `+alertColumns+` FROM alerts WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// LockOpen gives the open alert about a subject and holds it.
func (a alerts) LockOpen(ctx context.Context, kind fraud.Kind, subject string) (fraud.Alert, bool, error) {
	return find[alertRow](ctx, a.unit, `
		SELECT `+alertColumns+` FROM alerts WHERE kind = $1 AND subject = $2 AND status = 'open' FOR NO KEY UPDATE`, string(kind), subject)
}

// Known reports whether an alert about a subject is open, and whether one was dismissed since a moment.
func (a alerts) Known(ctx context.Context, account fraud.AccountID, kind fraud.Kind, subject string, since time.Time) (open, dismissed bool, err error) {
	known, err := list[knownRow](ctx, a.unit, `
		SELECT DISTINCT status FROM alerts
		WHERE account = $1 AND kind = $2 AND subject = $3 AND (status = 'open' OR status = 'dismissed' AND resolved_at >= $4)`,
		string(account), string(kind), subject, since)
	return slices.Contains(known, fraud.Open), slices.Contains(known, fraud.Dismissed), err
}

// knownRow is a status that an alert has.
type knownRow struct{ Status fraud.Status }

func (r knownRow) value() fraud.Status { return r.Status }

// Add opens an alert.
func (a alerts) Add(ctx context.Context, v fraud.Alert) error {
	return a.run(ctx, nil, `
		INSERT INTO alerts (id, kind, subject, account, severity, score, rules, count, status, opened_at, last_at, resolved_by, resolved_at, clicks, excess)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, ''), $13, $14, $15)`,
		string(v.ID), string(v.Kind), v.Subject, string(v.Account), string(v.Severity), v.Score, words(v.Rules), v.Count, string(v.Status),
		v.OpenedAt, v.LastAt, string(v.ResolvedBy), unlessZero(v.ResolvedAt), v.Clicks, v.Excess)
}

// Put replaces what was found and what became of an alert.
func (a alerts) Put(ctx context.Context, v fraud.Alert) error {
	return a.replace(ctx, fraud.ErrAlertNotFound, `
		UPDATE alerts SET severity = $2, score = $3, rules = $4, count = $5, status = $6, last_at = $7, resolved_by = nullif($8, ''), resolved_at = $9, clicks = $10, excess = $11
		WHERE id = $1`,
		string(v.ID), string(v.Severity), v.Score, words(v.Rules), v.Count, string(v.Status), v.LastAt, string(v.ResolvedBy), unlessZero(v.ResolvedAt),
		v.Clicks, v.Excess)
}
