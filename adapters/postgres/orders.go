package postgres

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// orders adds up conversions and commissions.
type orders struct{ *unit }

// Sums that do not fit are cut off: a statistic must not fail for them.
const (
	lostOfIt  = `CASE state WHEN 'waived' THEN gross WHEN 'rejected' THEN gross ELSE reversed END`
	orderSums = `sum(conversions)::bigint AS conversions, least(sum(amount), 9223372036854775807)::bigint AS amount,
		least(sum(commission), 9223372036854775807)::bigint AS commission, least(sum(lost), 9223372036854775807)::bigint AS lost`

	ordersOfProgram = `
		SELECT n, ` + orderSums + ` FROM (
			SELECT width_bucket(at, $2::timestamptz[]) AS n, count(*) AS conversions, sum(amount) AS amount, 0 AS commission, 0 AS lost FROM conversions
			WHERE program = $1 AND at >= ($2::timestamptz[])[1] AND at < $3 GROUP BY 1
			UNION ALL
			SELECT width_bucket(earned_at, $2::timestamptz[]), 0, 0, sum(gross), sum(` + lostOfIt + `) FROM commissions
			WHERE program = $1 AND earned_at >= ($2::timestamptz[])[1] AND earned_at < $3 GROUP BY 1
		) AS o GROUP BY n`
	ordersOfLink = `
		SELECT n, ` + orderSums + ` FROM (
			SELECT width_bucket(earned_at, $2::timestamptz[]) AS n, 1 AS conversions, amount, gross AS commission, ` + lostOfIt + ` AS lost FROM commissions
			WHERE link = $1 AND link <> '' AND earned_at >= ($2::timestamptz[])[1] AND earned_at < $3 -- a constant, so that the index fits
				AND program = $4
		) AS o GROUP BY n`
)

// ordersRow is what came of orders.
type ordersRow struct {
	N           int
	Link        attribution.LinkID
	Conversions int64
	Amount      money.Amount
	Commission  money.Amount
	Lost        money.Amount
}

func (r ordersRow) value() ordersRow { return r }

func (r ordersRow) orders() attribution.Orders {
	return attribution.Orders{Conversions: r.Conversions, Amount: r.Amount, Commission: r.Commission, Lost: r.Lost}
}

// Sum adds up the orders of periods.
func (o orders) Sum(ctx context.Context, program attribution.ProgramID, link attribution.LinkID, periods []attribution.Period) ([]attribution.Orders, error) {
	all := make([]attribution.Orders, len(periods))
	if len(periods) == 0 {
		return all, nil
	}
	starts, end := bounds(periods)
	statement, args := ordersOfProgram, []any{string(program), starts, end}
	if link != "" {
		statement, args = ordersOfLink, []any{string(link), starts, end, string(program)}
	}
	rows, err := list[ordersRow](ctx, o.unit, statement, args...)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		all[r.N-1] = r.orders()
	}
	return all, nil
}

const (
	sumLinks = `
		SELECT link, ` + orderSums + ` FROM (
			SELECT link, 1 AS conversions, amount, gross AS commission, ` + lostOfIt + ` AS lost FROM commissions
			WHERE link <> '' AND earned_at >= $2 AND earned_at < $3 AND ($4::text[] IS NULL OR link = ANY ($4::text[])) AND `
	sumGrouped     = ` = $1) AS o GROUP BY link ORDER BY `
	byConversions  = `2 DESC, link LIMIT $5`
	byCommission   = `least(sum(commission), 9223372036854775807) - least(sum(lost), 9223372036854775807) DESC, link LIMIT $5`
	programsOrders = sumLinks + `program` + sumGrouped + byConversions
	holdersOrders  = sumLinks + `holder` + sumGrouped + byConversions
	bothsOrders    = sumLinks + `program = $6 AND holder` + sumGrouped + byConversions
	bothsEarned    = sumLinks + `program = $6 AND holder` + sumGrouped + byCommission
	programsEarned = sumLinks + `program` + sumGrouped + byCommission
	holdersEarned  = sumLinks + `holder` + sumGrouped + byCommission
)

// SumLinks adds up the orders of links, and gives the greatest first.
func (o orders) SumLinks(ctx context.Context, of attribution.Whose, period attribution.Period, by attribution.Ranking, only []attribution.LinkID, limit int) ([]attribution.LinkOrders, error) {
	statement, owner := ofWhose(of, programsOrders, holdersOrders, bothsOrders)
	if by == attribution.RankCommission {
		statement, owner = ofWhose(of, programsEarned, holdersEarned, bothsEarned)
	}
	rows, err := list[ordersRow](ctx, o.unit, statement,
		append([]any{owner, period.From, period.To, linkTexts(only), most(limit)}, inProgram(of)...)...)
	var all []attribution.LinkOrders
	for _, r := range rows {
		all = append(all, attribution.LinkOrders{Link: r.Link, Orders: r.orders()})
	}
	return all, err
}

// Commissions pages through the commissions of a program.
func (o orders) Commissions(ctx context.Context, program attribution.ProgramID, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	return list[commissionRow](ctx, o.unit, `
		SELECT `+commissionColumns+` FROM commissions WHERE program = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(program), spot(string(after)), most(limit))
}
