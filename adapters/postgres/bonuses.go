package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// bonuses keeps bonuses.
type bonuses struct{ *unit }

// bonusRow is a bonus.
type bonusRow struct {
	ID          attribution.BonusID
	Influencer  attribution.InfluencerID
	Holder      attribution.AccountID
	Month       attribution.Month
	Kind        attribution.BonusKind
	Conversions int64
	Tier        attribution.Tier
	Fees        money.Amount
	Amount      money.Amount
	State       attribution.BonusState
	DueAt       time.Time
	ShortAt     *time.Time
	EndedAt     *time.Time
}

const bonusColumns = `id, influencer, holder, month, kind, conversions, tier, fees, amount, state, due_at, short_at, ended_at`

func (r bonusRow) value() attribution.Bonus {
	return attribution.Bonus{
		ID: r.ID, Influencer: r.Influencer, Holder: r.Holder, Month: r.Month, Kind: r.Kind, Conversions: r.Conversions, Tier: r.Tier,
		Fees: r.Fees, Amount: r.Amount, State: r.State, DueAt: r.DueAt.UTC(), ShortAt: orZero(r.ShortAt), EndedAt: orZero(r.EndedAt),
	}
}

// ListByHolder pages through a holder's bonuses.
func (b bonuses) ListByHolder(ctx context.Context, holder attribution.AccountID, after attribution.BonusID, limit int) ([]attribution.Bonus, error) {
	return list[bonusRow](ctx, b.unit, `
		SELECT `+bonusColumns+` FROM bonuses WHERE holder = $1 AND id > $2 ORDER BY id LIMIT $3`, string(holder), spot(string(after)), most(limit))
}

// List pages through the bonuses in a state.
func (b bonuses) List(ctx context.Context, state attribution.BonusState, after attribution.BonusID, limit int) ([]attribution.Bonus, error) {
	if state == "" {
		return list[bonusRow](ctx, b.unit, `SELECT `+bonusColumns+` FROM bonuses WHERE id > $1 ORDER BY id LIMIT $2`, spot(string(after)), most(limit))
	}
	return list[bonusRow](ctx, b.unit, `
		SELECT `+bonusColumns+` FROM bonuses WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3`, string(state), spot(string(after)), most(limit))
}

// achievedRow is what counts for an influencer.
type achievedRow struct {
	Influencer  attribution.InfluencerID
	Holder      attribution.AccountID
	Conversions int64
	Fees        money.Amount
}

func (r achievedRow) value() attribution.Achieved {
	return attribution.Achieved{Influencer: r.Influencer, Holder: r.Holder, Achievement: attribution.Achievement{Conversions: r.Conversions, Fees: r.Fees}}
}

// countsIn is attribution.Commission.CountsIn of the month that begins at $1, with attribution.BonusFee as $2. The month
// that a commission was settled in is what an index knows.
const countsIn = `state = 'approved' AND settled_month(approved_at, final_at, earned_at) = $1::date AND fee >= $2`

// Achieved pages through the influencers of whom many commissions count.
func (b bonuses) Achieved(ctx context.Context, month attribution.Month, least int64, after attribution.InfluencerID, limit int) ([]attribution.Achieved, error) {
	return list[achievedRow](ctx, b.unit, `
		SELECT influencer, max(holder) AS holder, count(*) AS conversions, sum(fee)::bigint AS fees FROM commissions
		WHERE `+countsIn+` AND influencer > $3
		GROUP BY influencer HAVING count(*) >= $4 ORDER BY influencer LIMIT $5`,
		month.Period().From, int64(attribution.BonusFee), spot(string(after)), least, most(limit))
}

// assessmentRow is a month that was assessed.
type assessmentRow struct {
	Month attribution.Month
	At    time.Time
}

func (r assessmentRow) value() attribution.Assessment {
	return attribution.Assessment{Month: r.Month, At: r.At.UTC()}
}

// Assessments lists the months that were assessed.
func (b bonuses) Assessments(ctx context.Context) ([]attribution.Assessment, error) {
	return list[assessmentRow](ctx, b.unit, `SELECT month, at FROM assessments ORDER BY month`)
}

// countedRow is what counts for one influencer.
type countedRow struct {
	Conversions int64
	Fees        money.Amount
}

func (r countedRow) value() attribution.Achievement { return attribution.Achievement(r) }

// Count gives what counts for an influencer in a month.
func (b bonuses) Count(ctx context.Context, influencer attribution.InfluencerID, month attribution.Month) (attribution.Achievement, error) {
	counted, _, err := find[countedRow](ctx, b.unit, `
		SELECT count(*) AS conversions, coalesce(sum(fee), 0)::bigint AS fees FROM commissions WHERE `+countsIn+` AND influencer = $3`,
		month.Period().From, int64(attribution.BonusFee), string(influencer))
	return counted, err
}

// Lock gives a bonus and holds it.
func (b bonuses) Lock(ctx context.Context, id attribution.BonusID) (attribution.Bonus, error) {
	return get[bonusRow](ctx, b.unit, attribution.ErrBonusNotFound, `SELECT `+bonusColumns+` FROM bonuses WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// Add keeps a new bonus.
func (b bonuses) Add(ctx context.Context, v attribution.Bonus) error {
	return b.run(ctx, nil, `INSERT INTO bonuses (`+bonusColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		string(v.ID), string(v.Influencer), string(v.Holder), string(v.Month), string(v.Kind), v.Conversions, string(v.Tier), int64(v.Fees), int64(v.Amount),
		string(v.State), v.DueAt, unlessZero(v.ShortAt), unlessZero(v.EndedAt))
}

// Put replaces what became of a bonus.
func (b bonuses) Put(ctx context.Context, v attribution.Bonus) error {
	return b.replace(ctx, attribution.ErrBonusNotFound, `UPDATE bonuses SET state = $2, short_at = $3, ended_at = $4 WHERE id = $1`,
		string(v.ID), string(v.State), unlessZero(v.ShortAt), unlessZero(v.EndedAt))
}

// Assess keeps that a month was assessed.
func (b bonuses) Assess(ctx context.Context, a attribution.Assessment) error {
	return b.run(ctx, nil, `INSERT INTO assessments (month, at) VALUES ($1, $2)`, string(a.Month), a.At)
}
