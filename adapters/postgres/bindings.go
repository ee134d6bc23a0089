package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// bindings keeps which customers are bound to whom.
type bindings struct{ *unit }

// bindingRow is a binding.
type bindingRow struct {
	Program    attribution.ProgramID
	Customer   attribution.Customer
	Link       attribution.LinkID
	Influencer attribution.InfluencerID
	Holder     attribution.AccountID
	Conversion attribution.ConversionID
	Commission attribution.CommissionID
	At         time.Time
	Until      time.Time
}

const bindingColumns = `program, customer, link, influencer, holder, conversion, commission, at, until`

func (r bindingRow) value() attribution.Binding {
	b := attribution.Binding(r)
	b.At, b.Until = b.At.UTC(), b.Until.UTC()
	return b
}

// Find gives the binding of a customer.
func (b bindings) Find(ctx context.Context, program attribution.ProgramID, customer attribution.Customer) (attribution.Binding, bool, error) {
	return find[bindingRow](ctx, b.unit, `SELECT `+bindingColumns+` FROM bindings WHERE program = $1 AND customer = $2 AND commission = ''`, string(program), string(customer))
}

// Bind keeps a binding, unless there is one that binds: of two at once the second waits, and sees the first.
func (b bindings) Bind(ctx context.Context, v attribution.Binding) error {
	return b.run(ctx, nil, `
		INSERT INTO bindings AS kept (`+bindingColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (program, customer, commission) DO UPDATE
			SET (link, influencer, holder, conversion, at, until) = ROW (excluded.link, excluded.influencer, excluded.holder, excluded.conversion, excluded.at, excluded.until)
			WHERE kept.until <= excluded.at`,
		string(v.Program), string(v.Customer), string(v.Link), string(v.Influencer), string(v.Holder), string(v.Conversion),
		string(v.Commission), v.At, v.Until)
}

// Take gives the binding that waits for a commission, and drops it.
func (b bindings) Take(ctx context.Context, commission attribution.CommissionID) (attribution.Binding, bool, error) {
	return find[bindingRow](ctx, b.unit, `DELETE FROM bindings WHERE commission = $1 AND commission <> '' RETURNING `+bindingColumns, string(commission))
}

// Unbind drops the binding that an order made to a holder.
func (b bindings) Unbind(ctx context.Context, by attribution.ConversionID, holder attribution.AccountID) error {
	return b.run(ctx, nil, `DELETE FROM bindings WHERE holder = $1 AND conversion = $2`, string(holder), string(by))
}

// Forget drops bindings that are over. Who binds a customer anew at this moment keeps the row, which is left alone.
func (b bindings) Forget(ctx context.Context, now time.Time, limit int) (int, error) {
	forgotten, _, err := find[countRow](ctx, b.unit, `
		WITH forgotten AS (
			DELETE FROM bindings WHERE (program, customer, commission) IN (
				SELECT program, customer, commission FROM bindings WHERE until <= $1 ORDER BY until LIMIT $2 FOR UPDATE SKIP LOCKED)
			RETURNING customer
		)
		SELECT count(*) FROM forgotten`, now, most(limit))
	return forgotten, err
}
