package postgres

import (
	"context"
	"math"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// listings finds pools, and keeps their figures.
type listings struct{ *unit }

// listingRow is a pool with whose it is and its figures.
type listingRow struct {
	poolRow

	Username    string
	DisplayName string
	Verified    bool
	FiguresDay  staking.Day
	Apy         staking.Yield
	Net         money.Amount
	Before      money.Amount
}

func (r listingRow) value() ports.Listing {
	figures := staking.Figures{Pool: r.ID, Day: r.FiguresDay, APY: r.Apy, Net: r.Net, Before: r.Before}
	if figures.Day == 0 {
		figures = staking.Figures{} // they were never computed
	}
	return ports.Listing{Pool: r.poolRow.value(), Figures: figures, Username: r.Username, DisplayName: r.DisplayName, Verified: r.Verified}
}

// A search is one statement for each order, so that each reads its index from where the page begins: $1 and
// $2 are that place, $3 is how many, and the rest is what is looked for.
const (
	listed = `SELECT ` + listingColumns + ` FROM (
		SELECT p.*, coalesce(i.username, '') AS username, i.display_name, i.verified, i.search, f.day AS figures_day, f.apy, f.net, f.before
		FROM pools AS p JOIN pool_figures AS f ON f.pool = p.id JOIN influencers AS i ON i.id = p.influencer `
	sought = ` AND p.active + p.waiting >= $4 AND f.apy >= $5 AND ($6 = '' OR p.state = $6)
		AND (cardinality($7::bigint[]) = 0 OR EXISTS (
			SELECT FROM unnest($7::bigint[], $8::bigint[]) AS r (low, high) WHERE p.active + p.waiting >= low AND p.active + p.waiting < high))`
	named = ` AND i.search LIKE '%' || $9 || '%'`
	among = ` AND p.influencer = ANY ($9::text[])`

	byStaked  = listed + `WHERE (p.active + p.waiting, p.id) < ($1, $2)` + sought
	byStakers = listed + `WHERE (p.stakers, p.id) < ($1, $2)` + sought
	byOpening = listed + `WHERE (p.opened_at, p.id) < ($1, $2)` + sought
	byAPY     = listed + `WHERE (f.apy, f.pool) < ($1, $2)` + sought
	byTrend   = listed + `WHERE (f.net, f.pool) < ($1, $2)` + sought

	inStaked  = ` ORDER BY p.active + p.waiting DESC, p.id DESC LIMIT $3) AS found`
	inStakers = ` ORDER BY p.stakers DESC, p.id DESC LIMIT $3) AS found`
	inOpening = ` ORDER BY p.opened_at DESC, p.id DESC LIMIT $3) AS found`
	inAPY     = ` ORDER BY f.apy DESC, f.pool DESC LIMIT $3) AS found`
	inTrend   = ` ORDER BY f.net DESC, f.pool DESC LIMIT $3) AS found`

	first       = ` WHERE search LIKE '%' || $9 || '%'`
	soByStaked  = ` ORDER BY active + waiting DESC, id DESC`
	soByStakers = ` ORDER BY stakers DESC, id DESC`
	soByOpening = ` ORDER BY opened_at DESC, id DESC`
	soByAPY     = ` ORDER BY apy DESC, id DESC`
	soByTrend   = ` ORDER BY net DESC, id DESC`
	atMost      = ` LIMIT $10`
)

// searching is the statements of one order: for any name; for a name that many have, so that it is found
// among the first of the order; for those whose names were looked up; and for a name that many have, and
// none of the first.
type searching struct{ all, first, among, named string }

// searchedBy puts together the statements of one order, of constants.
func searchedBy(where, order, last string) searching {
	return searching{where + order + last, where + order + first + last + atMost, where + among + order + last, where + named + order + last}
}

var searches = map[staking.Sort]searching{ //nolint:gochecknoglobals // a constant table
	staking.ByStaked:  searchedBy(byStaked, inStaked, soByStaked),
	staking.ByTier:    searchedBy(byStaked, inStaked, soByStaked), // a tier follows from what is staked
	staking.ByStakers: searchedBy(byStakers, inStakers, soByStakers),
	staking.ByOpening: searchedBy(byOpening, inOpening, soByOpening),
	staking.ByAPY:     searchedBy(byAPY, inAPY, soByAPY),
	staking.ByTrend:   searchedBy(byTrend, inTrend, soByTrend),
}

const (
	// firstPages is among how many pages of an order a name is first looked for.
	firstPages = 10
	// fewNames is how many influencers are looked up by name.
	fewNames = 10_000
)

// Get gives a listing.
func (l listings) Get(ctx context.Context, id staking.PoolID) (ports.Listing, error) {
	return get[listingRow](ctx, l.unit, staking.ErrPoolNotFound, listed+`WHERE p.id = $1) AS found`, string(id))
}

// Search gives a page of what is looked for. The statement is planned for its values: how many pools have
// what is looked for decides by which index they are best read.
func (l listings) Search(ctx context.Context, s staking.Search, needle string, behind staking.Place, limit int) ([]ports.Listing, error) {
	statements, ok := searches[s.Sort]
	if !ok || !holds(needle) {
		return nil, nil
	}
	lows, highs := []int64{}, []int64{}
	for _, r := range s.Ranges() {
		lows, highs = append(lows, int64(r.Low)), append(highs, int64(r.High))
	}
	args := []any{
		pgx.QueryExecModeCacheDescribe, placeOf(s.Sort, behind), string(utf8.MaxRune), most(limit),
		int64(s.MinStaked), int64(s.MinAPY), string(s.State), lows, highs,
	}
	if behind != (staking.Place{}) {
		args[2] = spot(string(behind.Pool))
	}
	if needle == "" {
		return list[listingRow](ctx, l.unit, statements.all, args...)
	}
	args[3] = firstPages * most(limit)
	page, err := list[listingRow](ctx, l.unit, statements.first, append(args, needle, most(limit))...)
	if err != nil || len(page) >= limit {
		return page, err
	}
	args[3] = most(limit)
	found, err := list[nameRow](ctx, l.unit, `
		SELECT id FROM influencers WHERE search_grams(search) @> $1::integer[] AND search LIKE '%' || $2 || '%' LIMIT $3`,
		pgx.QueryExecModeCacheDescribe, grams(needle), needle, fewNames+1)
	switch {
	case err != nil || len(found) == 0:
		return nil, err
	case len(found) > fewNames:
		return list[listingRow](ctx, l.unit, statements.named, append(args, needle)...)
	}
	return list[listingRow](ctx, l.unit, statements.among, append(args, found)...)
}

// placeOf is the key of a place as the column has it that an order goes by.
func placeOf(s staking.Sort, behind staking.Place) any {
	first := behind == staking.Place{}
	if s == staking.ByOpening {
		if first {
			return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		return time.UnixMicro(behind.Key).UTC()
	}
	if first {
		return int64(math.MaxInt64)
	}
	return behind.Key
}

// grams are the numbers under which search_grams files what a needle is part of.
func grams(needle string) (all []int32) {
	if len(needle) == 2 { // a space, and the letter that begins a word
		return []int32{int32(needle[0])<<8 | int32(needle[1])}
	}
	for i := range len(needle) - 2 {
		all = append(all, int32(needle[i])<<16|int32(needle[i+1])<<8|int32(needle[i+2]))
	}
	return all
}

// nameRow is the id of an influencer.
type nameRow struct{ ID string }

func (r nameRow) value() string { return r.ID }

// Stale gives pools whose figures are old.
func (l listings) Stale(ctx context.Context, day staking.Day, after staking.PoolID, limit int) ([]staking.Pool, error) {
	return list[poolRow](ctx, l.unit, `
		SELECT `+poolColumns+` FROM pools WHERE id IN (
			SELECT pool FROM pool_figures WHERE day < $1 AND pool > $2 ORDER BY pool LIMIT $3
		) ORDER BY id`, int64(day), spot(string(after)), most(limit))
}

// Put replaces the figures of pools.
func (l listings) Put(ctx context.Context, figures []staking.Figures) error {
	var pools []string
	var days, apys, nets, befores []int64
	for _, f := range figures {
		if !holds(string(f.Pool)) {
			continue // there is no such pool
		}
		pools, days, apys = append(pools, string(f.Pool)), append(days, int64(f.Day)), append(apys, int64(f.APY))
		nets, befores = append(nets, int64(f.Net)), append(befores, int64(f.Before))
	}
	return l.run(ctx, nil, `
		WITH held AS MATERIALIZED (SELECT pool FROM pool_figures WHERE pool = ANY ($1) ORDER BY pool FOR NO KEY UPDATE)
		UPDATE pool_figures AS f SET day = k.day, apy = k.apy, net = k.net, before = k.before
		FROM held JOIN unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS k (pool, day, apy, net, before) USING (pool)
		WHERE f.pool = held.pool AND f.day <= k.day`, pools, days, apys, nets, befores)
}
