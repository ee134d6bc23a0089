package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// commissions keeps commissions.
type commissions struct{ *unit }

// commissionRow is a commission.
type commissionRow struct {
	ID         attribution.CommissionID
	Conversion attribution.ConversionID
	Program    attribution.ProgramID
	Influencer attribution.InfluencerID
	Holder     attribution.AccountID
	Pool       attribution.PoolID
	Amount     money.Amount
	Rate       money.Bps
	FeeRate    money.Bps
	FansShare  money.Bps
	Gross      money.Amount
	Reversed   money.Amount
	State      attribution.State
	Reason     string
	Alert      attribution.AlertID
	Fee        money.Amount
	Fans       money.Amount
	Net        money.Amount
	EarnedAt   time.Time
	MatureAt   time.Time
	FinalAt    *time.Time // nil: after the default refund window
	Link       attribution.LinkID
	ApprovedAt *time.Time
	Kept       money.Amount
}

const commissionColumns = `id, conversion, program, influencer, holder, pool, amount, rate, fee_rate, fans_share,
	gross, reversed, state, reason, alert, fee, fans, net, earned_at, mature_at, final_at, link, approved_at, kept`

func (r commissionRow) value() attribution.Commission {
	final := r.EarnedAt.Add(attribution.DefaultRefundWindow)
	if r.FinalAt != nil {
		final = *r.FinalAt
	}
	return attribution.Commission{
		ID: r.ID, Conversion: r.Conversion, Program: r.Program, Influencer: r.Influencer, Holder: r.Holder, Link: r.Link, Pool: r.Pool,
		Order: r.Amount, Rate: r.Rate, FeeRate: r.FeeRate, FansShare: r.FansShare, Gross: r.Gross, Reversed: r.Reversed, Kept: r.Kept,
		State: r.State, Reason: r.Reason, Alert: r.Alert, Fee: r.Fee, Fans: r.Fans, Net: r.Net, EarnedAt: r.EarnedAt.UTC(), MatureAt: r.MatureAt.UTC(), FinalAt: final.UTC(), ApprovedAt: orZero(r.ApprovedAt),
	}
}

// Get gives a commission.
func (c commissions) Get(ctx context.Context, id attribution.CommissionID) (attribution.Commission, error) {
	return get[commissionRow](ctx, c.unit, attribution.ErrCommissionNotFound, `SELECT `+commissionColumns+` FROM commissions WHERE id = $1`, string(id))
}

// ListByConversion gives a conversion's commissions.
func (c commissions) ListByConversion(ctx context.Context, id attribution.ConversionID) ([]attribution.Commission, error) {
	return list[commissionRow](ctx, c.unit, `
		SELECT `+commissionColumns+` FROM commissions WHERE conversion = $1 ORDER BY id`, string(id))
}

// All pages through all commissions, conversion by conversion.
func (c commissions) All(ctx context.Context, after attribution.Commission, limit int) ([]attribution.Commission, error) {
	conversion, id := spots(string(after.Conversion), string(after.ID))
	return list[commissionRow](ctx, c.unit, `
		SELECT `+commissionColumns+` FROM commissions WHERE (conversion, id) > ($1, $2) ORDER BY conversion, id LIMIT $3`,
		conversion, id, most(limit))
}

// ListByHolder pages through a holder's commissions.
func (c commissions) ListByHolder(ctx context.Context, holder attribution.AccountID, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	return list[commissionRow](ctx, c.unit, `
		SELECT `+commissionColumns+` FROM commissions WHERE holder = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(holder), spot(string(after)), most(limit))
}

// Due gives pending commissions whose hold is over.
func (c commissions) Due(ctx context.Context, now time.Time, behind attribution.Commission, limit int) ([]attribution.Commission, error) {
	return list[commissionRow](ctx, c.unit, `
		SELECT `+commissionColumns+` FROM commissions WHERE state = 'pending' AND mature_at <= $1 AND (mature_at, id) > ($2, $3)
		ORDER BY mature_at, id LIMIT $4`, now, behind.MatureAt, spot(string(behind.ID)), most(limit))
}

// ListByState pages through the commissions in a state.
func (c commissions) ListByState(ctx context.Context, program attribution.ProgramID, state attribution.State, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	if program == "" {
		return list[commissionRow](ctx, c.unit, `
			SELECT `+commissionColumns+` FROM commissions WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3`,
			string(state), spot(string(after)), most(limit))
	}
	return list[commissionRow](ctx, c.unit, `
		SELECT `+commissionColumns+` FROM commissions WHERE program = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4`,
		string(program), string(state), spot(string(after)), most(limit))
}

// HasUnfunded reports whether a program has a commission that waits.
func (c commissions) HasUnfunded(ctx context.Context, program attribution.ProgramID) (bool, error) {
	_, some, err := find[existsRow](ctx, c.unit, `
		SELECT true AS exists FROM commissions WHERE program = $1 AND state = 'unfunded' LIMIT 1`, string(program))
	return some, err
}

// CountEarned counts what a holder earned in a program since a moment.
func (c commissions) CountEarned(ctx context.Context, program attribution.ProgramID, holder attribution.AccountID, since time.Time, limit int) (int, error) {
	row, _, err := find[countRow](ctx, c.unit, `
		SELECT count(*) FROM (
			SELECT 1 FROM commissions
			WHERE holder = $1 AND earned_at >= $2 AND program = $3 AND state NOT IN ('rejected', 'reversed') LIMIT $4
		) AS c`, string(holder), since, string(program), most(limit))
	return row, err
}

// existsRow is there or not.
type existsRow struct{ Exists bool }

func (r existsRow) value() bool { return r.Exists }

// Put keeps a commission.
func (c commissions) Put(ctx context.Context, v attribution.Commission) error {
	return c.run(ctx, nil, `
		INSERT INTO commissions (`+commissionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
		ON CONFLICT (id) DO UPDATE SET (`+commissionColumns+`)
			= ROW ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
		string(v.ID), string(v.Conversion), string(v.Program), string(v.Influencer), string(v.Holder), string(v.Pool),
		int64(v.Order), int64(v.Rate), int64(v.FeeRate), int64(v.FansShare), int64(v.Gross), int64(v.Reversed), string(v.State), v.Reason, string(v.Alert),
		int64(v.Fee), int64(v.Fans), int64(v.Net), v.EarnedAt, v.MatureAt, v.FinalAt, string(v.Link), unlessZero(v.ApprovedAt), int64(v.Kept))
}
