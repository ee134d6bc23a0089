package twist

import (
	"context"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// QueryMost is how many characters a query has at most.
const QueryMost = 100

// ErrQueryTooLong means that a query is longer than any name.
var ErrQueryTooLong = fault.New(fault.Invalid, "query_too_long", "a query has at most 100 characters")

// Listing is a pool as it is found: with whose it is and its figures.
type Listing = ports.Listing

// Search finds pools, and gives at most limit of them behind a place in the order of the search. A query is
// looked for in username, display name and bio of the influencer, whatever its case and punctuation; the
// empty one finds everybody. It fails with ErrQueryTooLong, or as Search.Check says.
//
// A pool that is found is as it stands. Orders and filters by what is staked and by how many go by its figures,
// which ComputeFigures has follow. APY and trend are of whole days: they were
// computed since midnight, or, until ComputeFigures has come to a pool, on the day that its figures name.
func (s *Staking) Search(ctx context.Context, q staking.Search, query string, behind staking.Place, limit int) ([]ports.Listing, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(query) > QueryMost {
		return nil, ErrQueryTooLong
	}
	needle, says := identity.Needle(query)
	if query != "" && !says { // punctuation alone is in nobody's name
		return nil, nil
	}
	epoch := staking.EpochOf(s.c.Clock.Now(), s.c.Epoch)
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]ports.Listing, error) {
		found, err := v.Listings.Search(ctx, q, needle, behind, limit)
		for i := range found {
			found[i].Pool, _, _ = found[i].Pool.Roll(epoch)
		}
		return found, err
	})
}

// Listing gives a pool with whose it is and its figures, or ErrPoolNotFound.
func (s *Staking) Listing(ctx context.Context, id staking.PoolID) (ports.Listing, error) {
	epoch := staking.EpochOf(s.c.Clock.Now(), s.c.Epoch)
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) (ports.Listing, error) {
		found, err := v.Listings.Get(ctx, id)
		found.Pool, _, _ = found.Pool.Roll(epoch)
		return found, err
	})
}

// HistoryDays is how many days a history has.
const HistoryDays = 30

// History gives the last HistoryDays days of a pool, today last, or ErrPoolNotFound. A day on which nothing
// happened is there too.
func (s *Staking) History(ctx context.Context, id staking.PoolID) ([]staking.DayEnd, error) {
	today := staking.DayOf(s.c.Clock.Now())
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]staking.DayEnd, error) {
		pool, err := v.Pools.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		days, err := v.PoolDays.Since(ctx, []staking.PoolID{id}, today-HistoryDays+1)
		return staking.History(pool, days, today, HistoryDays), err
	})
}

// figuresPage is how many pools' figures are computed at once.
const figuresPage = 500

// ComputeFigures computes the figures of every pool that moved since they were, or of which they are not of
// today, and gives of how many.
// It may run at any time and twice at once: figures are a function of days that are over.
func (s *Staking) ComputeFigures(ctx context.Context) (int, error) {
	today := staking.DayOf(s.c.Clock.Now())
	done := 0
	var after staking.PoolID
	for {
		figures, err := ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]staking.Figures, error) {
			return figuresOf(ctx, v, today, after)
		})
		if err != nil || len(figures) == 0 {
			return done, err
		}
		err = s.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return tx.PoolFigures.Put(ctx, figures) })
		if err != nil {
			return done, err
		}
		done += len(figures)
		after = figures[len(figures)-1].Pool
	}
}

// figuresOf computes the figures of a page of pools, in one snapshot: days are counted back from how a pool
// stands.
func figuresOf(ctx context.Context, v ports.View, today staking.Day, after staking.PoolID) ([]staking.Figures, error) {
	pools, err := v.Listings.Stale(ctx, today, after, figuresPage)
	if err != nil || len(pools) == 0 {
		return nil, err
	}
	ids := make([]staking.PoolID, len(pools))
	for i, pool := range pools {
		ids[i] = pool.ID
	}
	all, err := v.PoolDays.Since(ctx, ids, today-staking.APYDays)
	if err != nil {
		return nil, err
	}
	days := make(map[staking.PoolID][]staking.PoolDay, len(pools))
	for _, d := range all {
		days[d.Pool] = append(days[d.Pool], d)
	}
	figures := make([]staking.Figures, len(pools))
	for i, pool := range pools {
		figures[i] = staking.FiguresOf(pool, days[pool.ID], today)
	}
	return figures, nil
}
