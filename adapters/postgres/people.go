package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// accounts keeps accounts.
type accounts struct{ *unit }

// accountRow is an account.
type accountRow struct {
	ID       identity.AccountID
	Wallet   identity.Wallet
	Roles    roles
	OpenedAt time.Time
	ErasedAt *time.Time
}

const accountColumns = `id, wallet, array_to_string(roles, ' ') AS roles, opened_at, erased_at`

func (r accountRow) value() identity.Account {
	return identity.Account{ID: r.ID, Wallet: r.Wallet, Roles: r.Roles, OpenedAt: r.OpenedAt.UTC(), ErasedAt: orZero(r.ErasedAt)}
}

// Get gives an account.
func (a accounts) Get(ctx context.Context, id identity.AccountID) (identity.Account, error) {
	return get[accountRow](ctx, a.unit, identity.ErrAccountNotFound,
		`SELECT `+accountColumns+` FROM accounts WHERE id = $1`, string(id))
}

// Lock gives an account and holds it.
func (a accounts) Lock(ctx context.Context, id identity.AccountID) (identity.Account, error) {
	return get[accountRow](ctx, a.unit, identity.ErrAccountNotFound,
		`SELECT `+accountColumns+` FROM accounts WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// All pages through the accounts.
func (a accounts) All(ctx context.Context, after identity.AccountID, limit int) ([]identity.Account, error) {
	return list[accountRow](ctx, a.unit, `SELECT `+accountColumns+` FROM accounts WHERE id > $1 ORDER BY id LIMIT $2`, spot(string(after)), most(limit))
}

// Add opens an account.
func (a accounts) Add(ctx context.Context, account identity.Account) error {
	return a.run(ctx, nil, `INSERT INTO accounts (id, wallet, roles, opened_at) VALUES ($1, $2, $3, $4)`,
		string(account.ID), string(account.Wallet), words(account.Roles), account.OpenedAt)
}

// PutRoles replaces the roles of an account.
func (a accounts) PutRoles(ctx context.Context, account identity.Account) error {
	return a.run(ctx, nil, `UPDATE accounts SET roles = $2 WHERE id = $1`, string(account.ID), words(account.Roles))
}

// Hold gives accounts and keeps everybody from locking them.
func (a accounts) Hold(ctx context.Context, ids ...identity.AccountID) ([]identity.Account, error) {
	found, err := list[accountRow](ctx, a.unit,
		`SELECT `+accountColumns+` FROM accounts WHERE id = ANY ($1) ORDER BY id FOR SHARE`, words(ids))
	if err != nil {
		return nil, err
	}
	known := make(map[identity.AccountID]identity.Account, len(found))
	for _, account := range found {
		known[account.ID] = account
	}
	all := make([]identity.Account, len(ids))
	for i, id := range ids {
		account, ok := known[id]
		if !ok {
			return nil, identity.ErrAccountNotFound
		}
		all[i] = account
	}
	return all, nil
}

// Erase keeps when an account was erased.
func (a accounts) Erase(ctx context.Context, account identity.Account) error {
	return a.run(ctx, nil, `UPDATE accounts SET roles = '{}', erased_at = $2 WHERE id = $1`, string(account.ID), account.ErasedAt)
}

// words makes plain text of names.
func words[T ~string](names []T) []string {
	plain := make([]string, len(names))
	for i, name := range names {
		plain[i] = string(name)
	}
	return plain
}
