package main

import (
	"context"
	"errors"
	"time"
)

func sealing() figure {
	return figure{
		9, "Sealing", "`Ledger.Seal` gives 50,000 waiting entries their positions, digests and hashes, 1,000 in a unit of work. The baseline\n" +
			"moves as many rows in one statement each and hashes every row by itself, without a chain.",
		openSealing,
	}
}

func openSealing(ctx context.Context, b *bench) (comparing, error) {
	const items, unit = 50_000, 1_000
	l, err := b.ledgerOn(ctx, "seals")
	if err != nil {
		return comparing{}, err
	}
	store := &timed{Store: l.store}
	s, err := assemble(store, l.store.Clicks())
	if err != nil {
		return comparing{}, err
	}
	if _, err := s.Ledger.Seal(ctx); err != nil { // what filling the ledger left
		return comparing{}, err
	}
	round := 0
	prep := func(ctx context.Context) error {
		round++
		return l.load(ctx, "waiting.sql", map[string]int{"round": round, "items": items})
	}
	return comparing{close: l.close, parts: []part{{
		unit: "entries", goals: []goal{shown(ours, sameRows)},
		sides: []side{
			{name: sameRows, each: unit, prep: prep, run: b.bare(pgbench{url: l.url, script: script("seal_same.sql"), clients: 1, calls: items / unit})},
			{name: ours, each: unit, prep: prep, run: func(ctx context.Context, _ time.Duration) (sample, error) { return seal(ctx, s, store, items, unit) }},
		},
	}}}, nil
}

// seal seals everything that waits.
func seal(ctx context.Context, s *system, store *timed, items, unit int) (sample, error) {
	store.waits = nil
	before, err := ownCPU()
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	n, err := s.Ledger.Seal(ctx)
	took := time.Since(began)
	after, failed := ownCPU()
	if err == nil && n != items {
		err = errors.New("not everything was sealed")
	}
	return sample{calls: n / unit, took: took, waits: store.waits, client: after - before}, errors.Join(err, failed)
}
