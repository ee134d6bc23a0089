package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// wallets keeps which wallet is linked to which account.
type wallets struct{ *unit }

// walletRow is a linked wallet.
type walletRow struct {
	Wallet   identity.Wallet
	Account  identity.AccountID
	LinkedAt time.Time
}

func (r walletRow) value() identity.LinkedWallet {
	return identity.LinkedWallet{Wallet: r.Wallet, Account: r.Account, LinkedAt: r.LinkedAt.UTC()}
}

// Find gives a linked wallet.
func (w wallets) Find(ctx context.Context, wallet identity.Wallet) (identity.LinkedWallet, bool, error) {
	return find[walletRow](ctx, w.unit, `SELECT wallet, account, linked_at FROM wallets WHERE wallet = $1`, string(wallet))
}

// shared looks up, for each of two accounts, the wallets that it has, was opened by or was paid to: of its payouts, however
// many there are, one for each destination, which the index gives one after the other. They are intersected and not joined: a
// plan that expects few would compare each with each.
const shared = `
	WITH RECURSIVE paid AS (
		SELECT a.account, (SELECT min(destination) FROM payouts AS p WHERE p.account = a.account) AS destination
		FROM (VALUES ($1::text COLLATE "C"), ($2::text COLLATE "C")) AS a (account)
		UNION ALL
		SELECT account, (SELECT min(destination) FROM payouts AS p WHERE p.account = paid.account AND p.destination > paid.destination)
		FROM paid WHERE destination IS NOT NULL
	), used AS (
		SELECT account, destination AS wallet FROM paid WHERE destination IS NOT NULL
		UNION ALL SELECT account, wallet FROM wallets WHERE account IN ($1, $2)
		UNION ALL SELECT id, wallet FROM accounts WHERE id IN ($1, $2)
	)
	SELECT true AS exists FROM (SELECT wallet FROM used WHERE account = $1 INTERSECT SELECT wallet FROM used WHERE account = $2) AS common LIMIT 1`

// Shared reports whether two accounts have or had a wallet in common.
func (w wallets) Shared(ctx context.Context, one, other identity.AccountID) (bool, error) {
	_, some, err := find[existsRow](ctx, w.unit, shared, string(one), string(other))
	return some, err
}

// List gives the wallets of an account.
func (w wallets) List(ctx context.Context, account identity.AccountID) (identity.Wallets, error) {
	return list[walletRow](ctx, w.unit, `
		SELECT wallet, account, linked_at FROM wallets WHERE account = $1 ORDER BY wallet`, string(account))
}

// Lock holds the wallets of an account, which may be none yet, and gives them as they stand once they are
// held.
func (w wallets) Lock(ctx context.Context, account identity.AccountID) (identity.Wallets, error) {
	return list[walletRow](ctx, w.unit, `SELECT wallet, account, linked_at FROM hold_wallets($1)`, string(account))
}

// All pages through the linked wallets.
func (w wallets) All(ctx context.Context, after identity.Wallet, limit int) ([]identity.LinkedWallet, error) {
	return list[walletRow](ctx, w.unit, `
		SELECT wallet, account, linked_at FROM wallets WHERE wallet > $1 ORDER BY wallet LIMIT $2`, spot(string(after)), most(limit))
}

// Add links a wallet.
func (w wallets) Add(ctx context.Context, v identity.LinkedWallet) error {
	return w.run(ctx, nil, `INSERT INTO wallets (wallet, account, linked_at) VALUES ($1, $2, $3)`,
		string(v.Wallet), string(v.Account), v.LinkedAt)
}

// Remove unlinks a wallet.
func (w wallets) Remove(ctx context.Context, wallet identity.Wallet) error {
	if w.usable() && !holds(string(wallet)) {
		return nil // no row has it
	}
	return w.run(ctx, nil, `DELETE FROM wallets WHERE wallet = $1`, string(wallet))
}

// assents keeps which challenges were spent.
type assents struct{ *unit }

// Add keeps an assent.
func (c assents) Add(ctx context.Context, v identity.Assent) error {
	return c.run(ctx, nil, `INSERT INTO assents (challenge, purpose, account, at) VALUES ($1, $2, $3, $4)`,
		string(v.Challenge), string(v.Purpose), string(v.Account), v.At)
}
