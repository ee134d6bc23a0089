package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/staking"
)

func poolPages() figure {
	return figure{
		6, "A page of pools out of 100,000", "8 callers ask `Staking.Pools` for 50 pools after one that is drawn; nothing is cached between the use case and the\n" +
			"rows. The baseline is the bare SELECT, without the snapshot that a use case reads from.",
		openPoolPages,
	}
}

const bareSelect = "bare SELECT"

func openPoolPages(ctx context.Context, b *bench) (comparing, error) {
	const pools, callersAtOnce = 100_000, 8
	d, err := b.database(ctx, "pools")
	if err != nil {
		return comparing{}, err
	}
	for _, file := range []string{"people.sql", "pools.sql"} {
		if err := d.load(ctx, file, map[string]int{"people": pools, "pools": pools}); err != nil {
			return comparing{}, err
		}
	}
	if err := d.load(ctx, "positions_spread.sql", map[string]int{"people": holders, "spread": 1_010}); err != nil {
		return comparing{}, err
	}
	store, err := d.store(ctx, postgres.Options{})
	if err != nil {
		return comparing{}, err
	}
	s, err := assemble(store, store.Clicks())
	if err != nil {
		return comparing{}, err
	}
	page := func(ctx context.Context, _ int) error {
		after := staking.PoolID(numbered("pool", 1+rand.IntN(pools-100)))
		found, err := s.Staking.Pools(ctx, after, 50)
		if err == nil && len(found) != 50 {
			err = errors.New("a page is not full")
		}
		return err
	}
	parts := []part{{
		title: "in the order of their ids", unit: "pages", goals: []goal{below(20 * time.Millisecond), shown(ours, bareSelect)},
		sides: []side{
			{name: bareSelect, run: b.bare(pgbench{url: d.url, script: script("pools_bare.sql"), clients: callersAtOnce, with: map[string]int{"pools": pools - 100}})},
			{name: ours, run: func(ctx context.Context, d time.Duration) (sample, error) {
				return callers(ctx, callersAtOnce, d, page)
			}},
		},
	}}
	for _, sort := range staking.Sorts() {
		parts = append(parts, part{
			title: "searched as much as can be, by " + string(sort), unit: "pages",
			sides: []side{{name: ours, run: func(ctx context.Context, d time.Duration) (sample, error) {
				return callers(ctx, callersAtOnce, d, searchPage(s, sort))
			}}},
		})
	}
	parts = append(parts, atRate(s, page), portfolio(s, page))
	return comparing{
		close: func(ctx context.Context) error { return errors.Join(store.Close(), d.drop(ctx)) },
		parts: parts,
	}, d.settle(ctx)
}

const (
	// searchRate is how many searches a second come whether or not earlier ones were answered.
	searchRate = 200
	// holders is how many accounts have a position in each of a thousand pools.
	holders = 50
)

// atRate is what somebody waits for a page while others search, too, in every order in turn.
func atRate(s *system, page func(context.Context, int) error) part {
	sorts := staking.Sorts()
	searches := make([]func(context.Context, int) error, len(sorts))
	for i, sort := range sorts {
		searches[i] = searchPage(s, sort)
	}
	const byID = "a page in the order of ids, as often"
	return part{
		title: "searched, 200 a second, in every order", unit: "pages", goals: []goal{below(20 * time.Millisecond), shown(ours, byID)},
		sides: []side{
			{name: byID, run: func(ctx context.Context, d time.Duration) (sample, error) { return paced(ctx, searchRate, d, page) }},
			{name: ours, run: func(ctx context.Context, d time.Duration) (sample, error) {
				return paced(ctx, searchRate, d, func(ctx context.Context, n int) error { return searches[n%len(sorts)](ctx, n/len(sorts)) })
			}},
		},
	}
}

// portfolio is a portfolio of a thousand positions, which is one statement.
func portfolio(s *system, page func(context.Context, int) error) part {
	const byID = "a page of 50 pools"
	return part{
		title: "a portfolio of 1,000 positions, one caller", unit: "portfolios", goals: []goal{shown(ours, byID)},
		sides: []side{
			{name: byID, run: func(ctx context.Context, d time.Duration) (sample, error) { return callers(ctx, 1, d, page) }},
			{name: ours, run: func(ctx context.Context, d time.Duration) (sample, error) {
				return callers(ctx, 1, d, func(ctx context.Context, _ int) error {
					by := twist.Caller{Account: identity.AccountID(numbered("acct", 1+rand.IntN(holders)))}
					all, err := s.Staking.Portfolio(ctx, by, "", 50)
					if err == nil && all.Active != 1_000 {
						err = errors.New("a portfolio is not whole")
					}
					return err
				})
			}},
		},
	}
}

// searchPage asks for a page of 50 in an order: from a place that is drawn, of all pools or of those of two
// tiers, and one time in four by a name, which a few, one in ninety, one in nine or all of them have.
func searchPage(s *system, sort staking.Sort) func(ctx context.Context, n int) error {
	names := []string{"influencer", "4711", "influencer 77", "influencer 7"}
	return func(ctx context.Context, n int) error {
		q, query := staking.Search{Sort: sort}, ""
		if n%2 == 1 {
			q.Tiers = []staking.Tier{staking.Bronze, staking.Silver}
		}
		if rand.IntN(4) == 0 {
			query = names[rand.IntN(len(names))]
		}
		at := staking.Place{Key: 3 + rand.Int64N(highest(sort)), Pool: "pool_"}
		if sort == staking.ByOpening {
			at = staking.Place{}
		}
		found, err := s.Staking.Search(ctx, q, query, at, 50)
		if err == nil && query == "" && n%2 == 0 && len(found) != 50 {
			err = errors.New("a page is not full")
		}
		return err
	}
}

// highest is the largest key that a drawn place of an order has: behind it there are enough.
func highest(sort staking.Sort) int64 {
	switch sort {
	case staking.ByAPY:
		return 4_999
	case staking.ByStakers:
		return 999
	default:
		return 999_000_000_000
	}
}
