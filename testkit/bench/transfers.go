package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// half of the ledger accounts are holders', and half are pools'.
const half = 5_000

// many is how many call at once where nothing else is said.
const many = 32

// ledgerBench is a ledger with its accounts, ready to move value from any holder to any pool.
type ledgerBench struct {
	*database

	store *postgres.Store
	names memory.IDs
	hours *memory.Clock
}

// numbered is the name of the i-th thing of a kind, as the loading scripts write it.
func numbered(prefix string, i int) string { return fmt.Sprintf("%s_%026d", prefix, i) }

func holder(i int) ledger.Address   { return ledger.Available(numbered("acct", i)) }
func stakedIn(i int) ledger.Address { return ledger.Staked(numbered("pool", i)) }

// ledgerOn makes a database in which every holder has more than it will ever move, and every pool something.
func (b *bench) ledgerOn(ctx context.Context, name string) (*ledgerBench, error) {
	d, err := b.database(ctx, name)
	if err != nil {
		return nil, err
	}
	l, err := d.ledger(ctx)
	if err != nil {
		return nil, errors.Join(err, d.drop(ctx))
	}
	return l, nil
}

func (d *database) ledger(ctx context.Context) (*ledgerBench, error) {
	clock := &memory.Clock{}
	l := &ledgerBench{database: d, names: memory.IDs{Clock: clock}, hours: clock}
	var err error
	if l.store, err = d.store(ctx, postgres.Options{}); err != nil {
		return nil, err
	}
	const enough = 100_000_000_000_000 // times half of the holders fits an amount
	for from := 1; from <= half; from += 1_000 {
		var entries []ledger.Entry
		for i := from; i < from+1_000; i++ {
			entries = append(
				entries,
				l.entry(ledger.KindDeposit, ledger.Move(ledger.World(), holder(i), enough)),
				l.entry(ledger.KindStake, ledger.Move(holder(i), stakedIn(i), 1)),
			)
		}
		err := l.store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, entries) })
		if err != nil {
			return nil, err
		}
	}
	if _, err := d.conn.Exec(ctx, script("bare_schema.sql")); err != nil {
		return nil, err
	}
	return l, d.settle(ctx)
}

func (l *ledgerBench) close(ctx context.Context) error {
	return errors.Join(l.store.Close(), l.drop(ctx))
}

func (l *ledgerBench) entry(kind ledger.Kind, postings ...ledger.Posting) ledger.Entry {
	return entryOf(l.names, l.hours, kind, postings...)
}

// entryOf builds an entry as a use case does. One that breaks a rule is a mistake of this program.
func entryOf(ids memory.IDs, clock *memory.Clock, kind ledger.Kind, postings ...ledger.Posting) ledger.Entry {
	id := ledger.EntryID(ids.New("ent"))
	e, err := ledger.NewEntry(id, kind, string(kind)+":"+string(id), clock.Now(), postings, nil)
	if err != nil {
		panic("bench: " + err.Error())
	}
	return e
}

// path is between which accounts a call moves value.
type path struct{ sources, destinations int }

// spread is the whole of them.
var spread = path{half, half}

// stake moves a little between two accounts that are drawn.
func (l *ledgerBench) stake(of path) ledger.Entry {
	amount := money.Amount(1 + rand.IntN(1_000))
	return l.entry(ledger.KindStake, ledger.Move(holder(1+rand.IntN(of.sources)), stakedIn(1+rand.IntN(of.destinations)), amount))
}

// single is ours with one entry per call.
func (l *ledgerBench) single(n int, of path) side {
	return side{name: ours, run: func(ctx context.Context, lasts time.Duration) (sample, error) {
		return callers(ctx, n, lasts, func(ctx context.Context, _ int) error {
			e := l.stake(of)
			return l.store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, e) })
		})
	}}
}

// batch is ours with many entries per call.
func (l *ledgerBench) batch(n, entries int) side {
	return side{name: ours, each: entries, run: func(ctx context.Context, lasts time.Duration) (sample, error) {
		return callers(ctx, n, lasts, func(ctx context.Context, _ int) error {
			all := make([]ledger.Entry, entries)
			for i := range all {
				all[i] = l.stake(spread)
			}
			return l.store.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, all) })
		})
	}}
}

// script is a baseline on the same database.
func (l *ledgerBench) script(name, file string, n, each int, of path) side {
	return side{name: name, each: each, run: l.bare(pgbench{
		url: l.url, script: script(file), clients: n, with: map[string]int{"sources": of.sources, "destinations": of.destinations},
	})}
}

// sides are the two baselines and ours, with one entry per call.
func (l *ledgerBench) sides(n int, of path) []side {
	return []side{
		l.script(sameRows, "one_same.sql", n, 1, of), l.script(bareRows, "one_bare.sql", n, 1, of), l.single(n, of),
	}
}

func oneEntry() figure {
	return figure{
		1, "One entry per call", "32 callers record one entry each with `Store.Write` and `Ledger.Record`, spread over 10,000 ledger\n" +
			"accounts. *" + sameRows + "* writes the same rows of the same schema, past the same triggers: the entry, its two\n" +
			"lines, two balances, and what waits for a seal. *" + bareRows + "* moves two balances and keeps one row of a\n" +
			"transfer, in three columns and without a history.",
		func(ctx context.Context, b *bench) (comparing, error) {
			l, err := b.ledgerOn(ctx, "one")
			if err != nil {
				return comparing{}, err
			}
			return comparing{close: l.close, parts: []part{{
				unit: "entries", sides: l.sides(many, spread),
				goals: []goal{atLeast(0.6, sameRows), shown(ours, bareRows)},
			}}}, nil
		},
	}
}

func manyEntries() figure {
	return figure{
		2, "A hundred entries per call", "Callers record 100 entries each with `Store.Write` and `Ledger.RecordAll`. The baselines draw and write\n" +
			"as many transfers in one statement over sets, which holds its balances in order as ours does.",
		func(ctx context.Context, b *bench) (comparing, error) {
			l, err := b.ledgerOn(ctx, "batch")
			if err != nil {
				return comparing{}, err
			}
			c := comparing{close: l.close}
			for _, n := range []int{8, 1} {
				c.parts = append(c.parts, part{
					title: callersOf(n), unit: "entries",
					sides: []side{
						l.script(sameRows, "batch_same.sql", n, 100, spread), l.script(bareRows, "batch_bare.sql", n, 100, spread), l.batch(n, 100),
					},
					goals: []goal{atLeast(0.5, sameRows), shown(ours, bareRows)},
				})
			}
			return c, nil
		},
	}
}

func callersOf(n int) string {
	if n == 1 {
		return "1 caller"
	}
	return fmt.Sprintf("%d callers", n)
}

func idle() figure {
	return figure{
		3, "Alone on an idle server", "One caller records one entry per call: what is left is latency, of which the disk's is the same for all.",
		func(ctx context.Context, b *bench) (comparing, error) {
			l, err := b.ledgerOn(ctx, "idle")
			if err != nil {
				return comparing{}, err
			}
			return comparing{close: l.close, parts: []part{{
				unit: "entries", sides: l.sides(1, spread), goals: []goal{shown(ours, sameRows), shown(ours, bareRows)},
			}}}, nil
		},
	}
}

func hot() figure {
	return figure{
		4, "One hot ledger account", "32 callers record one entry each, all into one pool, or all out of one holder's balance, which has a floor.\n" +
			"Whoever writes the hot row holds it until its commit is on disk: the disk decides how many there are.",
		func(ctx context.Context, b *bench) (comparing, error) {
			l, err := b.ledgerOn(ctx, "hot")
			if err != nil {
				return comparing{}, err
			}
			goals := []goal{shown(ours, sameRows), shown(ours, bareRows)}
			return comparing{close: l.close, parts: []part{
				{title: "all into one pool", unit: "entries", sides: l.sides(many, path{half, 1}), goals: goals},
				{title: "all out of one holder", unit: "entries", sides: l.sides(many, path{1, half}), goals: goals},
			}}, nil
		},
	}
}
