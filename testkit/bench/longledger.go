package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// before is how many entries the long ledger has: two lines each make ten million.
const before = 5_000_000

func longLedger() figure {
	return figure{
		8, "A ledger of 10,000,000 lines", "Figure 1 on two ledgers: one that has just begun, and one in which every holder and pool has a history of 1,000 lines\n" +
			"with their versions and balances. The history was written by statements over sets, with the indexes made\n" +
			"after it and its statistics taken; nothing of it waits for a seal.",
		openLongLedger,
	}
}

func openLongLedger(ctx context.Context, b *bench) (comparing, error) {
	short, err := b.ledgerOn(ctx, "short")
	if err != nil {
		return comparing{}, err
	}
	long, err := b.ledgerOn(ctx, "long")
	if err != nil {
		return comparing{}, err
	}
	if err := long.history(ctx, before); err != nil {
		return comparing{}, err
	}
	name := func(s side, name string) side {
		s.name = name
		return s
	}
	const begun, longer, bare = "ours, just begun", "ours, 10,000,000 lines", sameRows + ", 10,000,000 lines"
	return comparing{
		close: func(ctx context.Context) error { return errors.Join(short.close(ctx), long.close(ctx)) },
		parts: []part{{
			unit: "entries", goals: []goal{within(1.3, longer, begun), shown(longer, bare)},
			sides: []side{
				long.script(bare, "one_same.sql", many, 1, spread), name(short.single(many, spread), begun), name(long.single(many, spread), longer),
			},
		}},
	}, nil
}

// history gives the ledger so many entries more, between its holders and pools in turn, as if they had been
// recorded one after the other. Entries and lines are written side by side, and then their indexes.
func (l *ledgerBench) history(ctx context.Context, entries int) error {
	began := time.Now()
	with := map[string]int{"entries": entries, "half": half}
	files := []string{"history_entries.sql", "history_lines.sql"}
	failed := make([]error, len(files))
	var both sync.WaitGroup
	for i, file := range files {
		both.Go(func() {
			d, err := l.again(ctx)
			if err == nil {
				err = errors.Join(d.load(ctx, file, with), d.conn.Close(ctx))
			}
			failed[i] = err
		})
	}
	both.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	if err := l.load(ctx, "history_balances.sql", with); err != nil {
		return err
	}
	err := l.settle(ctx)
	l.say("a history of %s entries in %v", count(float64(entries)), time.Since(began).Round(time.Second))
	return err
}
