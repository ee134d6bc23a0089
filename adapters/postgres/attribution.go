package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// programs keeps programs.
type programs struct{ *unit }

// programRow is a program.
type programRow struct {
	ID       attribution.ProgramID
	Merchant attribution.AccountID
	Name     string
	Rate     money.Bps
	WindowNs int64
	HoldNs   int64
	OpenedAt time.Time
	ClosedAt *time.Time
	Model    attribution.Model
	RefundNs int64
	Flat     money.Amount
	Rates    document[[]rateJSON]
	BoundNs  int64
}

const programColumns = `id, merchant, name, rate, window_ns, hold_ns, opened_at, closed_at, model, refund_ns, flat, rates, bound_ns`

func (r programRow) value() attribution.Program {
	return attribution.Program{
		ID: r.ID, Merchant: r.Merchant, Name: r.Name, Rate: r.Rate,
		Window: time.Duration(r.WindowNs), Hold: time.Duration(r.HoldNs), OpenedAt: r.OpenedAt.UTC(), ClosedAt: orZero(r.ClosedAt), Model: r.Model,
		Refunds: time.Duration(r.RefundNs), Bound: time.Duration(r.BoundNs), Flat: r.Flat, Rates: ratesOf(r.Rates),
	}
}

// Get gives a program.
func (p programs) Get(ctx context.Context, id attribution.ProgramID) (attribution.Program, error) {
	return get[programRow](ctx, p.unit, attribution.ErrProgramNotFound, `
		SELECT `+programColumns+` FROM programs WHERE id = $1`, string(id))
}

// Lock gives a program and holds it.
func (p programs) Lock(ctx context.Context, id attribution.ProgramID) (attribution.Program, error) {
	return get[programRow](ctx, p.unit, attribution.ErrProgramNotFound, `SELECT `+programColumns+` FROM programs WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// Put replaces a program's settings and its end.
func (p programs) Put(ctx context.Context, v attribution.Program) error {
	return p.replace(ctx, attribution.ErrProgramNotFound, `
		UPDATE programs SET rate = $2, window_ns = $3, hold_ns = $4, closed_at = $5, model = $6, refund_ns = $7, flat = $8,
			rates = $9::text::jsonb, bound_ns = $10 WHERE id = $1`,
		string(v.ID), int64(v.Rate), int64(v.Window), int64(v.Hold), unlessZero(v.ClosedAt), string(v.Model), int64(v.Refunds), int64(v.Flat), ratesArgument(v.Rates), int64(v.Bound))
}

// All pages through the programs.
func (p programs) All(ctx context.Context, after attribution.ProgramID, limit int) ([]attribution.Program, error) {
	return list[programRow](ctx, p.unit, `
		SELECT `+programColumns+` FROM programs WHERE id > $1 ORDER BY id LIMIT $2`,
		spot(string(after)), most(limit))
}

// ListByMerchant pages through the programs of a merchant.
func (p programs) ListByMerchant(ctx context.Context, merchant attribution.AccountID, after attribution.ProgramID, limit int) ([]attribution.Program, error) {
	return list[programRow](ctx, p.unit, `
		SELECT `+programColumns+` FROM programs WHERE merchant = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(merchant), spot(string(after)), most(limit))
}

// Add opens a program.
func (p programs) Add(ctx context.Context, v attribution.Program) error {
	return p.run(ctx, nil, `
		INSERT INTO programs (`+programColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::jsonb, $13)`,
		string(v.ID), string(v.Merchant), v.Name, int64(v.Rate), int64(v.Window), int64(v.Hold), v.OpenedAt, unlessZero(v.ClosedAt), string(v.Model), int64(v.Refunds), int64(v.Flat), ratesArgument(v.Rates), int64(v.Bound))
}

// debts keeps what holders owe.
type debts struct{ *unit }

// debtRow is a debt.
type debtRow struct {
	Holder  attribution.AccountID
	Program attribution.ProgramID
	Owed    money.Amount
	Since   time.Time
}

func (r debtRow) value() attribution.Debt {
	return attribution.Debt{Holder: r.Holder, Program: r.Program, Owed: r.Owed, Since: r.Since.UTC()}
}

// Lock holds a holder's debts, which may not be made yet, and gives them as they stand once they are held.
func (d debts) Lock(ctx context.Context, holder attribution.AccountID) ([]attribution.Debt, error) {
	return list[debtRow](ctx, d.unit, `SELECT holder, program, owed, since FROM hold_debts($1)`, string(holder))
}

// All pages through the debts.
func (d debts) All(ctx context.Context, after attribution.Debt, limit int) ([]attribution.Debt, error) {
	holder, program := spots(string(after.Holder), string(after.Program))
	return list[debtRow](ctx, d.unit, `
		SELECT holder, program, owed, since FROM debts WHERE (holder, program) > ($1, $2) ORDER BY holder, program LIMIT $3`,
		holder, program, most(limit))
}

// ListByHolder pages through the debts of a holder.
func (d debts) ListByHolder(ctx context.Context, holder attribution.AccountID, after attribution.ProgramID, limit int) ([]attribution.Debt, error) {
	return list[debtRow](ctx, d.unit, `
		SELECT holder, program, owed, since FROM debts WHERE holder = $1 AND program > $2 ORDER BY program LIMIT $3`,
		string(holder), spot(string(after)), most(limit))
}

// Put keeps a debt, or removes one that is paid.
func (d debts) Put(ctx context.Context, v attribution.Debt) error {
	if v.Owed == 0 {
		return d.run(ctx, nil, `DELETE FROM debts WHERE holder = $1 AND program = $2`, string(v.Holder), string(v.Program))
	}
	return d.run(ctx, nil, `
		INSERT INTO debts (holder, program, owed, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (holder, program) DO UPDATE SET owed = excluded.owed, since = excluded.since`,
		string(v.Holder), string(v.Program), int64(v.Owed), v.Since)
}
