package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

func distribution() figure {
	return figure{
		7, "Sharing with a million positions", "`Attribution.ApproveDue` shares commissions, one after the other: of each, a part goes to the fans of the influencer's\n" +
			"pool, by one step of its reward index. Four pools have 10, 1,000, 100,000 and 1,000,000 positions.",
		openDistribution,
	}
}

// The pools: the baseline is the small one.
const (
	few              = 10
	aThousand        = 1_000
	aHundredThousand = 100_000
	million          = 1_000_000
)

// sharing is a database with a program whose commissions wait for their approval.
type sharing struct {
	*database
	*system

	store *timed
	inner *postgres.Store
	made  int // commissions so far
}

// timed is a store that keeps how long each unit of work took.
type timed struct {
	ports.Store

	waits []time.Duration
}

// Write is the store's.
func (t *timed) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	began := time.Now()
	err := t.Store.Write(ctx, fn)
	t.waits = append(t.waits, time.Since(began))
	return err
}

func openDistribution(ctx context.Context, b *bench) (comparing, error) {
	s, err := b.sharing(ctx)
	if err != nil {
		return comparing{}, err
	}
	small, large := fmt.Sprintf("to %s positions", count(few)), "ours, to "+count(million)
	return comparing{
		close: func(ctx context.Context) error { return errors.Join(s.inner.Close(), s.drop(ctx)) },
		parts: []part{{
			unit: "approvals", goals: []goal{within(2, large, small)},
			sides: []side{
				s.approvals(small, 1), s.approvals("to "+count(aThousand)+" positions", 2),
				s.approvals("to "+count(aHundredThousand)+" positions", 3), s.approvals(large, 4),
			},
		}},
	}, nil
}

func (b *bench) sharing(ctx context.Context) (*sharing, error) {
	d, err := b.database(ctx, "sharing")
	if err != nil {
		return nil, err
	}
	for _, step := range []struct {
		file string
		with map[string]int
	}{
		{"people.sql", map[string]int{"people": million}},
		{"pools.sql", map[string]int{"pools": 4}},
		{"positions.sql", map[string]int{"pool": 1, "positions": few}},
		{"positions.sql", map[string]int{"pool": 2, "positions": aThousand}},
		{"positions.sql", map[string]int{"pool": 3, "positions": aHundredThousand}},
		{"positions.sql", map[string]int{"pool": 4, "positions": million}},
		{"programs.sql", map[string]int{"programs": 1}},
	} {
		if err := d.load(ctx, step.file, step.with); err != nil {
			return nil, err
		}
	}
	s := &sharing{database: d}
	if s.inner, err = d.store(ctx, postgres.Options{}); err != nil {
		return nil, err
	}
	s.store = &timed{Store: s.inner}
	if s.system, err = assemble(s.store, s.inner.Clicks()); err != nil {
		return nil, err
	}
	if err := s.setAside(ctx); err != nil {
		return nil, err
	}
	return s, d.settle(ctx)
}

// setAside puts enough into what the program has pending.
func (s *sharing) setAside(ctx context.Context) error {
	merchant, program := numbered("acct", 1), numbered("prog", 1)
	enough := testkit.TWIST(1_000_000_000)
	entries := []ledger.Entry{
		entryOf(s.ids, s.clock, ledger.KindDeposit, ledger.Move(ledger.World(), ledger.Available(merchant), enough)),
		entryOf(s.ids, s.clock, ledger.KindFund, ledger.Move(ledger.Available(merchant), ledger.Budget(program), enough)),
		entryOf(s.ids, s.clock, ledger.KindConversion, ledger.Move(ledger.Budget(program), ledger.Pending(program), enough)),
	}
	return s.inner.Write(ctx, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, entries) })
}

// approvals approves in each round what a busy machine needs about so long for.
func (s *sharing) approvals(name string, pool int) side {
	const perSecond = 400
	return side{
		name: name,
		prep: func(ctx context.Context) error {
			n := perSecond * int(s.round.Seconds()+1)
			from := s.made + 1
			s.made += n
			return s.load(ctx, "commissions.sql", map[string]int{"pool": pool, "from": from, "to": s.made})
		},
		run: func(ctx context.Context, _ time.Duration) (sample, error) { return s.approveAll(ctx) },
	}
}

// approveAll runs the job until there is nothing left to approve.
func (s *sharing) approveAll(ctx context.Context) (sample, error) {
	s.store.waits = nil
	before, err := ownCPU()
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	all := 0
	for {
		n, err := s.Attribution.ApproveDue(ctx)
		if err != nil {
			return sample{}, err
		}
		if n == 0 {
			break
		}
		all += n
	}
	took := time.Since(began)
	after, err := ownCPU()
	return sample{calls: all, took: took, waits: s.store.waits, client: after - before}, err
}
