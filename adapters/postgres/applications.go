package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// applications keeps applications.
type applications struct{ *unit }

// applicationRow is an application.
type applicationRow struct {
	ID        identity.ApplicationID
	Account   identity.AccountID
	Kind      identity.ApplicationKind
	Text      string
	State     identity.ApplicationState
	Reason    string
	DecidedBy identity.AccountID
	MadeAt    time.Time
	DecidedAt *time.Time
	Name      string
}

const applicationColumns = `id, account, kind, text, state, reason, decided_by, made_at, decided_at, name`

func (r applicationRow) value() identity.Application {
	return identity.Application{
		ID: r.ID, Account: r.Account, Kind: r.Kind, Text: r.Text, State: r.State, Reason: r.Reason, DecidedBy: r.DecidedBy,
		MadeAt: r.MadeAt.UTC(), DecidedAt: orZero(r.DecidedAt), Name: r.Name,
	}
}

// Get gives an application.
func (a applications) Get(ctx context.Context, id identity.ApplicationID) (identity.Application, error) {
	return get[applicationRow](ctx, a.unit, identity.ErrApplicationNotFound, `SELECT `+applicationColumns+` FROM applications WHERE id = $1`, string(id))
}

// ListByAccount pages through an account's applications.
func (a applications) ListByAccount(ctx context.Context, account identity.AccountID, after identity.ApplicationID, limit int) ([]identity.Application, error) {
	return list[applicationRow](ctx, a.unit, `
		SELECT `+applicationColumns+` FROM applications WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(account), spot(string(after)), most(limit))
}

// ListByState pages through the applications in a state.
func (a applications) ListByState(ctx context.Context, state identity.ApplicationState, after identity.ApplicationID, limit int) ([]identity.Application, error) {
	return list[applicationRow](ctx, a.unit, `
		SELECT `+applicationColumns+` FROM applications WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(state), spot(string(after)), most(limit))
}

// Lock gives an application and holds it.
func (a applications) Lock(ctx context.Context, id identity.ApplicationID) (identity.Application, error) {
	return get[applicationRow](ctx, a.unit, identity.ErrApplicationNotFound,
		`SELECT `+applicationColumns+` FROM applications WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// Add makes an application.
func (a applications) Add(ctx context.Context, v identity.Application) error {
	return a.run(ctx, nil, `
		INSERT INTO applications (`+applicationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, applicationValues(v)...)
}

// Put replaces an application.
func (a applications) Put(ctx context.Context, v identity.Application) error {
	return a.replace(ctx, identity.ErrApplicationNotFound, `
		UPDATE applications SET (`+applicationColumns+`) = ROW ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) WHERE id = $1`, applicationValues(v)...)
}

func applicationValues(v identity.Application) []any {
	return []any{
		string(v.ID), string(v.Account), string(v.Kind), v.Text, string(v.State), v.Reason, string(v.DecidedBy), v.MadeAt, unlessZero(v.DecidedAt), v.Name,
	}
}
