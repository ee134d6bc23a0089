package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// conversions keeps conversions and their refunds.
type conversions struct{ *unit }

// conversionRow is a conversion.
type conversionRow struct {
	ID       attribution.ConversionID
	Program  attribution.ProgramID
	OrderID  string
	Amount   money.Amount
	Currency string
	Click    attribution.ClickID
	Touch    attribution.ClickID
	Refunded money.Amount
	At       time.Time
	Rule     int
	Model    attribution.Model
	WindowNs int64
	Rate     money.Bps
	Flat     money.Amount
	Rates    document[[]rateJSON]
	Items    document[[]itemJSON]
	Promoted bool
	More     bool
	Until    *time.Time
	Bound    bool
}

const conversionColumns = `id, program, order_id, amount, currency, click, touch, refunded, at, rule, model, window_ns, rate, flat, rates, items, promoted, more, until, bound`

func (r conversionRow) value() attribution.Conversion {
	return attribution.Conversion{
		ID: r.ID, Promoted: r.Promoted, Bound: r.Bound, More: r.More, Touch: r.Touch, Refunded: r.Refunded, At: r.At.UTC(),
		Order: attribution.Order{Program: r.Program, ID: r.OrderID, Amount: r.Amount, Currency: r.Currency, Click: r.Click, Items: itemsOf(r.Items)},
		Rule:  attribution.Rule{Version: r.Rule, Model: r.Model, Window: time.Duration(r.WindowNs), Rate: r.Rate, Flat: r.Flat, Rates: ratesOf(r.Rates), Until: orZero(r.Until)},
	}
}

// refundRow is a refund.
type refundRow struct {
	Conversion attribution.ConversionID
	ID         string
	Amount     money.Amount
	Reversed   money.Amount
	At         time.Time
	Kept       money.Amount
}

const refundColumns = `conversion, id, amount, reversed, at, kept`

func (r refundRow) value() attribution.Refund {
	return attribution.Refund{Conversion: r.Conversion, ID: r.ID, Amount: r.Amount, Reversed: r.Reversed, Kept: r.Kept, At: r.At.UTC()}
}

// Get gives a conversion.
func (c conversions) Get(ctx context.Context, id attribution.ConversionID) (attribution.Conversion, error) {
	return get[conversionRow](ctx, c.unit, attribution.ErrConversionNotFound,
		`SELECT `+conversionColumns+` FROM conversions WHERE id = $1`, string(id))
}

// Lock gives a conversion and holds it; whoever writes its commissions holds it first.
func (c conversions) Lock(ctx context.Context, id attribution.ConversionID) (attribution.Conversion, error) {
	return get[conversionRow](ctx, c.unit, attribution.ErrConversionNotFound,
		`SELECT `+conversionColumns+` FROM conversions WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// List pages through the conversions.
func (c conversions) List(ctx context.Context, after attribution.ConversionID, limit int) ([]attribution.Conversion, error) {
	return list[conversionRow](ctx, c.unit,
		`SELECT `+conversionColumns+` FROM conversions WHERE id > $1 ORDER BY id LIMIT $2`, spot(string(after)), most(limit))
}

// ListByProgram pages through the conversions of a program.
func (c conversions) ListByProgram(ctx context.Context, program attribution.ProgramID, after attribution.ConversionID, limit int) ([]attribution.Conversion, error) {
	return list[conversionRow](ctx, c.unit,
		`SELECT `+conversionColumns+` FROM conversions WHERE program = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(program), spot(string(after)), most(limit))
}

const conversionValues = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::text::jsonb, $16::text::jsonb, $17, $18, $19, $20`

func conversionArguments(v attribution.Conversion) []any {
	return []any{
		string(v.ID), string(v.Order.Program), v.Order.ID, int64(v.Order.Amount), v.Order.Currency, string(v.Order.Click),
		string(v.Touch), int64(v.Refunded), v.At, v.Rule.Version, string(v.Rule.Model), int64(v.Rule.Window), int64(v.Rule.Rate),
		int64(v.Rule.Flat), ratesArgument(v.Rule.Rates), itemsArgument(v.Order.Items),
		v.Promoted, v.More, unlessZero(v.Rule.Until), v.Bound,
	}
}

// Add keeps a new conversion.
func (c conversions) Add(ctx context.Context, v attribution.Conversion) error {
	return c.run(ctx, nil, `INSERT INTO conversions (`+conversionColumns+`) VALUES (`+conversionValues+`)`, conversionArguments(v)...)
}

// Put replaces a conversion.
func (c conversions) Put(ctx context.Context, v attribution.Conversion) error {
	return c.replace(ctx, attribution.ErrConversionNotFound, `UPDATE conversions SET (`+conversionColumns+`) = ROW (`+conversionValues+`) WHERE id = $1`, conversionArguments(v)...)
}

// Refunds gives a conversion's refunds.
func (c conversions) Refunds(ctx context.Context, id attribution.ConversionID, after string, limit int) ([]attribution.Refund, error) {
	return list[refundRow](ctx, c.unit, `
		SELECT `+refundColumns+` FROM refunds WHERE conversion = $1 AND id > $2 ORDER BY id LIMIT $3`, string(id), spot(after), most(limit))
}

// AllRefunds pages through all refunds, conversion by conversion.
func (c conversions) AllRefunds(ctx context.Context, after attribution.Refund, limit int) ([]attribution.Refund, error) {
	conversion, id := spots(string(after.Conversion), after.ID)
	return list[refundRow](ctx, c.unit, `
		SELECT `+refundColumns+` FROM refunds WHERE (conversion, id) > ($1, $2) ORDER BY conversion, id LIMIT $3`,
		conversion, id, most(limit))
}

// AddRefund keeps a refund.
func (c conversions) AddRefund(ctx context.Context, r attribution.Refund) error {
	return c.run(ctx, nil, `INSERT INTO refunds (`+refundColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
		string(r.Conversion), r.ID, int64(r.Amount), int64(r.Reversed), r.At, int64(r.Kept))
}
