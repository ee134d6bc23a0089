package postgres

import (
	"context"
	"strings"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// ownRow is a position with the listing of its pool.
type ownRow struct {
	Position     positionRow `bun:"embed:h_"`
	Listing      listingRow  `bun:"embed:l_"`
	Cooling      money.Amount
	AwaitedIndex wide
	AwaitedEpoch staking.Epoch
	Awaited      money.Amount // the weight; zero where none was kept
}

func (r ownRow) value() ports.Held {
	h := ports.Held{Position: r.Position.value(), Cooling: r.Cooling, Listing: r.Listing.value()}
	if r.Awaited > 0 {
		h.Awaited = staking.Activation{Pool: h.Position.Pool, Epoch: r.AwaitedEpoch, Index: r.AwaitedIndex.U128, Weight: r.Awaited}
	}
	return h
}

const (
	listingRest    = `, username, display_name, verified, figures_day, apy, net, before, staked, counted`
	listingColumns = poolColumns + listingRest
)

// ownStatement reads positions first, so that however many there are elsewhere, only those of a page meet
// their pools.
//
//nolint:gochecknoglobals // a constant
var ownStatement = `SELECT ` + under("h", positionNames) + `, ` + under("l", poolNames+listingRest) + `,
		coalesce(t.cooling, 0) AS cooling, coalesce(a.reward_index, 0)::text AS awaited_index, coalesce(a.epoch, 0) AS awaited_epoch, coalesce(a.weight, 0) AS awaited
	FROM (SELECT ` + positionColumns + ` FROM positions WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3) AS h
	JOIN (
		SELECT ` + listingColumns + ` FROM (
			SELECT p.*, coalesce(i.username, '') AS username, i.display_name, i.verified, f.day AS figures_day, f.apy, f.net, f.before,
				f.staked, f.stakers AS counted
			FROM pools AS p JOIN pool_figures AS f ON f.pool = p.id JOIN influencers AS i ON i.id = p.influencer
		) AS p
	) AS l ON l.id = h.pool
	LEFT JOIN (
		SELECT position, sum(amount)::bigint AS cooling FROM tickets WHERE account = $1 AND state = 'cooling' GROUP BY position
	) AS t ON t.position = h.id
	LEFT JOIN activations AS a ON a.pool = h.pool AND a.epoch = h.waiting_epoch
	ORDER BY h.id`

// under gives columns of a table in a statement that has others of the same name: h.id AS h_id.
func under(table, names string) string {
	var named []string
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		named = append(named, table+"."+name+" AS "+table+"_"+name)
	}
	return strings.Join(named, ", ")
}

// Held gives an account's positions with their pools.
func (l listings) Held(ctx context.Context, account staking.AccountID, after staking.PositionID, limit int) ([]ports.Held, error) {
	return list[ownRow](ctx, l.unit, ownStatement, string(account), spot(string(after)), most(limit))
}
