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
	Staked      money.Amount
	Counted     int64
}

func (r listingRow) value() ports.Listing {
	figures := staking.Figures{Pool: r.ID, Day: r.FiguresDay, APY: r.Apy, Net: r.Net, Before: r.Before, Staked: r.Staked, Stakers: r.Counted}
	return ports.Listing{Pool: r.poolRow.value(), Figures: figures, Username: r.Username, DisplayName: r.DisplayName, Verified: r.Verified}
}

// A search is one statement for each order, so that each reads its index from where the page begins: $1 and
// $2 are that place, $3 is how many, and the rest is what is looked for. All of it but state and name stands
// in pool_figures, whose rows are short; pools and influencers are read for the page alone.
const (
	listed = `SELECT ` + listingColumns + ` FROM (
		SELECT p.*, coalesce(i.username, '') AS username, i.display_name, i.verified, i.search,
			f.day AS figures_day, f.apy, f.net, f.before, f.staked, f.stakers AS counted
		FROM `
	joined = ` AS f JOIN pools AS p ON p.id = f.pool JOIN influencers AS i ON i.id = f.influencer`

	figures = `(SELECT f.* FROM pool_figures AS f`
	first   = `(SELECT f.* FROM `
	// Each pool's influencer is looked at alone: whoever plans for the search would read all of them.
	whose  = `, LATERAL (SELECT FROM influencers AS i WHERE i.id = f.influencer AND i.search LIKE '%' || $11 || '%' OFFSET 0) AS i`
	sought = ` AND f.staked >= $4 AND f.apy >= $5 AND (f.staked BETWEEN $7 AND $8 OR f.staked BETWEEN $9 AND $10)`
	anyhow = ` AND $6 = ''`
	stands = ` AND f.pool IN (SELECT s.id FROM pools AS s WHERE s.state = $6)`
	among  = ` AND f.influencer = ANY ($11::text[])`
	upTo   = ` LIMIT $3)`
	found  = `) AS found`
	atMost = ` LIMIT $12)`

	behindStaked  = ` WHERE (f.staked, f.pool) < ($1, $2)`
	behindStakers = ` WHERE (f.stakers, f.pool) < ($1, $2)`
	behindOpening = ` WHERE (f.opened_at, f.pool) < ($1, $2)`
	behindAPY     = ` WHERE (f.apy, f.pool) < ($1, $2)`
	behindTrend   = ` WHERE (f.net, f.pool) < ($1, $2)`

	inStaked  = ` ORDER BY f.staked DESC, f.pool DESC`
	inStakers = ` ORDER BY f.stakers DESC, f.pool DESC`
	inOpening = ` ORDER BY f.opened_at DESC, f.pool DESC`
	inAPY     = ` ORDER BY f.apy DESC, f.pool DESC`
	inTrend   = ` ORDER BY f.net DESC, f.pool DESC`

	soStaked  = ` ORDER BY staked DESC, id DESC`
	soStakers = ` ORDER BY counted DESC, id DESC`
	soOpening = ` ORDER BY opened_at DESC, id DESC`
	soAPY     = ` ORDER BY apy DESC, id DESC`
	soTrend   = ` ORDER BY net DESC, id DESC`
)

// searching is the statements of one order: for any name; for a name that many have, so that it is found
// among the first of the order; for those whose names were looked up; and for a name that many have, and
// none of the first.
type searching struct{ all, first, among, named string }

// searchedBy puts together the statements of one order, of constants, for pools in any state and in one.
func searchedBy(behind, order, so string) map[bool]searching {
	both := map[bool]searching{}
	for any, state := range map[bool]string{true: anyhow, false: stands} {
		where := behind + sought + state
		both[any] = searching{
			listed + figures + where + order + upTo + joined + found + so,
			listed + first + figures + where + order + upTo + ` AS f` + whose + order + atMost + joined + found + so,
			listed + figures + where + among + order + upTo + joined + found + so,
			listed + figures + whose + where + order + upTo + joined + found + so,
		}
	}
	return both
}

var searches = map[staking.Sort]map[bool]searching{ //nolint:gochecknoglobals // a constant table
	staking.ByStaked:  searchedBy(behindStaked, inStaked, soStaked),
	staking.ByTier:    searchedBy(behindStaked, inStaked, soStaked), // a tier follows from what is staked
	staking.ByStakers: searchedBy(behindStakers, inStakers, soStakers),
	staking.ByOpening: searchedBy(behindOpening, inOpening, soOpening),
	staking.ByAPY:     searchedBy(behindAPY, inAPY, soAPY),
	staking.ByTrend:   searchedBy(behindTrend, inTrend, soTrend),
}

const (
	// firstPages is among how many pages of an order a name is first looked for, and morePages among how many when so many
	// of the first have it that a page is likely to be full: it is rare that a name has to be looked up that many have.
	firstPages, morePages, often = 4, 80, 40 // one in forty
	// fewNames is how many influencers are looked up by name.
	fewNames = 2_000
)

// Get gives a listing.
func (l listings) Get(ctx context.Context, id staking.PoolID) (ports.Listing, error) {
	return get[listingRow](ctx, l.unit, staking.ErrPoolNotFound, listed+`pool_figures`+joined+` WHERE f.pool = $1`+found, string(id))
}

// Search gives a page of what is looked for. The statement is planned for its values: how many pools have
// what is looked for decides by which index they are best read.
func (l listings) Search(ctx context.Context, s staking.Search, needle string, behind staking.Place, limit int) ([]ports.Listing, error) {
	statements, ok := searches[s.Sort][s.State == ""]
	if !ok || !holds(needle) {
		return nil, nil
	}
	one, two := staking.Range{High: money.Max}, staking.Range{}
	switch ranges := s.Ranges(); len(ranges) {
	case 1:
		one = ranges[0]
	case 2:
		one, two = ranges[0], ranges[1]
	}
	args := []any{
		pgx.QueryExecModeCacheDescribe, placeOf(s.Sort, behind), string(utf8.MaxRune), most(limit),
		int64(s.MinStaked), int64(s.MinAPY), string(s.State), int64(one.Low), last(one), int64(two.Low), last(two),
	}
	if behind != (staking.Place{}) {
		args[2] = spot(string(behind.Pool))
	}
	if needle == "" {
		return list[listingRow](ctx, l.unit, statements.all, args...)
	}
	for _, pages := range []int{firstPages, morePages} {
		args[3] = pages * most(limit)
		page, err := list[listingRow](ctx, l.unit, statements.first, append(args, needle, most(limit))...)
		if err != nil || len(page) >= limit {
			return page, err
		}
		if len(page)*often < pages*limit {
			break
		}
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

// last is the largest amount of a range.
func last(r staking.Range) int64 {
	if r.High == money.Max {
		return int64(r.High)
	}
	most, _ := r.High.Sub(1) // a range ends above nothing
	return int64(most)
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

// Stale gives pools whose figures are old. Whatever moved since figures were computed today was counted
// into today, or, when it took long to commit, into yesterday.
func (l listings) Stale(ctx context.Context, day staking.Day, after staking.PoolID, limit int) ([]staking.Pool, error) {
	return list[poolRow](ctx, l.unit, `
		SELECT `+poolColumns+` FROM pools WHERE id = ANY (ARRAY(
			(SELECT pool FROM pool_figures WHERE day < $1 AND pool > $2 ORDER BY pool LIMIT $3)
			UNION
			(SELECT d.pool FROM pool_days AS d WHERE d.day >= $1 - 1 AND d.pool > $2 AND (
				SELECT (f.staked, f.stakers) <> (p.active + p.waiting, p.stakers)
				FROM pools AS p JOIN pool_figures AS f ON f.pool = p.id WHERE p.id = d.pool
			) ORDER BY d.pool LIMIT $3)
		)) ORDER BY id LIMIT $3`, int64(day), spot(string(after)), most(limit))
}

// Put replaces the figures of pools.
func (l listings) Put(ctx context.Context, figures []staking.Figures) error {
	var pools []string
	var days, apys, nets, befores, staked, stakers []int64
	for _, f := range figures {
		if !holds(string(f.Pool)) {
			continue // there is no such pool
		}
		pools, days, apys = append(pools, string(f.Pool)), append(days, int64(f.Day)), append(apys, int64(f.APY))
		nets, befores = append(nets, int64(f.Net)), append(befores, int64(f.Before))
		staked, stakers = append(staked, int64(f.Staked)), append(stakers, f.Stakers)
	}
	return l.run(ctx, nil, `
		WITH held AS MATERIALIZED (SELECT pool FROM pool_figures WHERE pool = ANY ($1) ORDER BY pool FOR NO KEY UPDATE)
		UPDATE pool_figures AS f SET day = k.day, apy = k.apy, net = k.net, before = k.before,
			staked = k.staked, stakers = k.stakers
		FROM held JOIN unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
			AS k (pool, day, apy, net, before, staked, stakers) USING (pool)
		WHERE f.pool = held.pool AND f.day <= k.day`, pools, days, apys, nets, befores, staked, stakers)
}
