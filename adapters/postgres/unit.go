package postgres

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/twist-platform/twist/ports"
)

// unit is one unit of work: a transaction, which every repository handed to fn shares.
type unit struct {
	db     *bun.DB
	tx     bun.Tx
	failed error // what the first statement that failed was translated to
	cause  error // and what the driver said of it
	over   bool
}

func (u *unit) writer() ports.Tx {
	return ports.Tx{
		Outcomes: outcomes{u}, Accounts: accounts{u}, Wallets: wallets{u}, Assents: assents{u}, Sessions: sessions{u},
		APIKeys: apiKeys{u}, Applications: applications{u},
		Influencers: influencers{u}, Emails: emails{u}, Mails: mails{u}, Programs: programs{u}, Links: links{u}, Reservations: reservations{u},
		Erasures: erasures{u}, Conversions: conversions{u}, Touches: touches{u}, Bindings: bindings{u}, Commissions: commissions{u},
		Bonuses: bonuses{u},
		Pools:   pools{u}, Positions: positions{u}, Tickets: tickets{u}, PoolDays: poolDays{u}, PoolFigures: listings{u},
		Conducts: conducts{u}, Alerts: alerts{u}, Deposits: deposits{u}, Payouts: payoutBook{u},
		Attempts: attempts{u}, Debts: debts{u}, Ledger: book{u}, Outbox: outbox{u}, Audit: audit{u}, Seals: seals{u},
	}
}

func (u *unit) reader() ports.View {
	return ports.View{
		Accounts: accounts{u}, Wallets: wallets{u}, Sessions: sessions{u}, APIKeys: apiKeys{u}, Applications: applications{u},
		Influencers: influencers{u}, Emails: emails{u}, Mails: mails{u},
		Programs: programs{u}, Links: links{u}, Reservations: reservations{u},
		Conversions: conversions{u}, Touches: touches{u}, Bindings: bindings{u}, Commissions: commissions{u}, Bonuses: bonuses{u},
		Orders: orders{u}, Waiting: waiting{u}, Pools: pools{u}, Positions: positions{u}, Tickets: tickets{u}, PoolDays: poolDays{u},
		Listings: listings{u}, Alerts: alerts{u},
		Deposits: deposits{u}, Payouts: payoutBook{u}, Attempts: attempts{u}, Debts: debts{u}, Ledger: book{u},
		Journal: sequence{u}, Audit: audit{u},
	}
}

// run carries out one statement and puts its rows, if it has a place for them, into a slice of models. A
// transaction in which a statement failed is lost as a whole: whatever comes after is ports.ErrSpoiled.
func (u *unit) run(ctx context.Context, into any, statement string, args ...any) error {
	if !u.usable() {
		return ports.ErrSpoiled
	}
	if !storable(args) {
		return u.fail(ErrText)
	}
	if err := u.send(ctx, into, statement, args); err != nil {
		return u.fail(err)
	}
	return nil
}

// replace carries out a statement that changes one row, whose absence is a fault: a change that met nothing
// would be lost without a word.
func (u *unit) replace(ctx context.Context, absent error, statement string, args ...any) error {
	if !u.usable() {
		return ports.ErrSpoiled
	}
	if !storable(args) {
		return u.fail(ErrText)
	}
	done, err := u.tx.Tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return u.fail(err)
	}
	rows, err := done.RowsAffected()
	if err != nil {
		return u.fail(err)
	}
	if rows == 0 {
		return u.fail(absent)
	}
	return nil
}

// send goes past bun on the way out: bun writes arguments into the text, and every text would be parsed
// and planned anew. On the way back bun maps rows to models.
func (u *unit) send(ctx context.Context, into any, statement string, args []any) error {
	if into == nil {
		_, err := u.tx.Tx.ExecContext(ctx, statement, args...)
		return err
	}
	rows, err := u.tx.Tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	return u.db.ScanRows(ctx, rows, into) // which closes them
}

// refuse spoils the unit for a reason of our own, unless it is over.
func (u *unit) refuse(reason error) error {
	if !u.usable() {
		return ports.ErrSpoiled
	}
	return u.fail(reason)
}

// usable reports that the unit has neither ended nor failed.
func (u *unit) usable() bool { return !u.over && u.failed == nil }

// fail spoils the unit and gives the fault that its caller sees.
func (u *unit) fail(cause error) error {
	u.cause, u.failed = cause, translate(cause)
	return u.failed
}
