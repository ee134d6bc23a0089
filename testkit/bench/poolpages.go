package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/twist-platform/twist/adapters/postgres"
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
	return comparing{
		close: func(ctx context.Context) error { return errors.Join(store.Close(), d.drop(ctx)) },
		parts: []part{{
			unit: "pages", goals: []goal{below(20 * time.Millisecond), shown(ours, bareSelect)},
			sides: []side{
				{name: bareSelect, run: b.bare(pgbench{url: d.url, script: script("pools_bare.sql"), clients: callersAtOnce, with: map[string]int{"pools": pools - 100}})},
				{name: ours, run: func(ctx context.Context, d time.Duration) (sample, error) {
					return callers(ctx, callersAtOnce, d, page)
				}},
			},
		}},
	}, d.settle(ctx)
}
