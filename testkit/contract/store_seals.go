package contract

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// sealNext seals at most limit items that wait, as a sealer does, and gives how many.
func sealNext(ctx context.Context, tx ports.Tx, limit int) (int, error) {
	last, err := tx.Seals.Lock(ctx)
	if err != nil {
		return 0, err
	}
	waited, err := tx.Seals.Waiting(ctx, 0, limit)
	if err != nil {
		return 0, err
	}
	return len(waited), tx.Seals.Add(ctx, waited, chained(last, waited...))
}

// chained seals items after a seal.
func chained(last journal.Seal, waited ...journal.Waiting) (all []journal.Seal) {
	for _, w := range waited {
		last = last.Next(w.Item)
		all = append(all, last)
	}
	return all
}

// sealAll seals everything that waits.
func sealAll(t tester, s ports.Store) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		_, err := sealNext(ctx, tx, 1_000)
		return err
	})
}

// sealed gives the chain, from its begin or after a position.
func sealed(t tester, s ports.Store) []journal.Seal {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) ([]journal.Seal, error) { return v.Journal.Seals(ctx, 0, 1_000) })
}

// requireChain recomputes the sequence of everything.
func requireChain(t tester, s ports.Store) {
	t.Helper()
	auditor := journal.NewAuditor()
	require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		entries, one := v.Ledger.Entries(ctx, "", 10_000)
		events, two := v.Journal.Events(ctx, "", 10_000)
		seals, three := v.Journal.Seals(ctx, 0, 10_000)
		waiting, four := v.Journal.Waiting(ctx, 0, 10_000)
		for _, r := range entries {
			auditor.Item(itemOf(r.Entry))
		}
		each(events, auditor.Event)
		each(seals, auditor.Seal)
		each(waiting, auditor.Waiting)
		return first(failed(one), failed(two), failed(three), failed(four))
	}))
	require.Empty(t, auditor.Findings())
}

func failed(err error) func() error { return func() error { return err } }

func sealLock(t *testing.T, s ports.Store) {
	lock := func() journal.Seal {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (journal.Seal, error) { return tx.Seals.Lock(ctx) })
	}
	require.Equal(t, journal.Seal{}, lock())
	tell(t, s, event(1), event(2))
	require.Equal(t, journal.Seal{}, lock(), "what waits is not in the chain")
	sealAll(t, s)
	require.Equal(t, journal.Seal{}.Next(event(1).Item()).Next(event(2).Item()), lock())
	inside(t, s, func(ctx context.Context, tx ports.Tx) (journal.Seal, error) {
		last, err := tx.Seals.Lock(ctx)
		if again, err := tx.Seals.Lock(ctx); err != nil || again != last {
			return last, errUnseen
		}
		return last, err
	})
}

func sealPages(t *testing.T, s ports.Store) {
	for n := range 12 { // ten comes after nine
		tell(t, s, event(20-n))
		sealAll(t, s)
	}
	all := sealed(t, s)
	require.Len(t, all, 12)
	for n, seal := range all {
		require.EqualValues(t, n+1, seal.Position)
		require.Equal(t, event(20-n).Item(), seal.Item)
	}
	requirePages(t, s, all, func(ctx context.Context, v ports.View, after journal.Seal, limit int) ([]journal.Seal, error) {
		return v.Journal.Seals(ctx, after.Position, limit)
	})
	requireChain(t, s)
}

func sealTakes(t *testing.T, s ports.Store) {
	tell(t, s, event(3), event(1))
	record(t, s, give(2, 7, 1))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		if _, err := sealNext(ctx, tx, 2); err != nil {
			return err
		}
		left, err := tx.Seals.Waiting(ctx, 0, 9)
		if len(left) != 1 {
			return errUnseen
		}
		return err
	})
	requireWaiting(t, s, itemOf(give(2, 7, 1)))
	require.Equal(t, chained(journal.Seal{}, journal.Waiting{Item: event(3).Item()}, journal.Waiting{Item: event(1).Item()}), sealed(t, s))
	requireChain(t, s)
	sealAll(t, s)
	require.Empty(t, waiting(t, s))
	sealAll(t, s) // nothing waits: nothing is sealed, and nothing is wrong
	require.Len(t, sealed(t, s), 3)
	requireChain(t, s)
}

func sealAbandoned(t *testing.T, s ports.Store) {
	tell(t, s, event(1), event(2))
	was := waiting(t, s)
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error {
		_, err := sealNext(ctx, tx, 9)
		return err
	})
	require.Equal(t, was, waiting(t, s), "with the turns they had")
	require.Empty(t, sealed(t, s))
	sealAll(t, s)
	require.Len(t, sealed(t, s), 2)
	requireChain(t, s)
}

func sealTaken(t *testing.T, s ports.Store) {
	tell(t, s, event(1))
	sealAll(t, s)
	tell(t, s, event(2), event(3))
	waits, kept := waiting(t, s), sealed(t, s)
	next := chained(kept[0], waits...)
	twice := slices.Clone(next)
	twice[1].Position = twice[0].Position
	for name, seals := range map[string][]journal.Seal{
		"from_the_begin": chained(journal.Seal{}, waits...),
		"each_twice":     twice,
	} {
		refuse(t, s, journal.ErrSealed, func(ctx context.Context, tx ports.Tx) error { return tx.Seals.Add(ctx, waits, seals) })
		require.Equal(t, kept, sealed(t, s), name)
		require.Equal(t, waits, waiting(t, s), name)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Seals.Add(ctx, waits, next) })
	requireChain(t, s)
}

func sealStray(t *testing.T, s ports.Store) {
	tell(t, s, event(1), event(2))
	waits := waiting(t, s)
	never := journal.Waiting{Turn: waits[1].Turn + 1_000, Item: event(9).Item()}
	late := waits[0]
	late.Turn = never.Turn
	for name, stray := range map[string][]journal.Waiting{
		"never_written":        {never},
		"beside_one_that_does": {waits[0], never},
		"twice":                {waits[0], waits[0]},
		"with_another_turn":    {late},
	} {
		require.ErrorIs(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			_ = tx.Seals.Add(ctx, stray, chained(journal.Seal{}, stray...)) // swallowed on purpose
			return nil
		}), journal.ErrSealed, name)
		require.Empty(t, sealed(t, s), name)
		require.Equal(t, waits, waiting(t, s), name)
	}
	sealAll(t, s)
	kept := sealed(t, s)
	refuse(t, s, journal.ErrSealed, func(ctx context.Context, tx ports.Tx) error {
		return tx.Seals.Add(ctx, waits[:1], chained(kept[1], waits[:1]...)) // it waits no longer
	})
	require.Equal(t, kept, sealed(t, s))
}

// sealOther adds seals that are not of the items beside them.
func sealOther(t *testing.T, s ports.Store) {
	tell(t, s, event(1), event(2))
	waits := waiting(t, s)
	next := chained(journal.Seal{}, waits...)
	for name, seals := range map[string][]journal.Seal{
		"one_too_few":  next[:1],
		"one_too_many": chained(journal.Seal{}, append(waiting(t, s), waits[0])...),
		"exchanged":    {next[1], next[0]},
		"of_another":   {next[0], next[0].Next(event(9).Item())},
	} {
		refuse(t, s, journal.ErrSealed, func(ctx context.Context, tx ports.Tx) error { return tx.Seals.Add(ctx, waits, seals) })
		require.Empty(t, sealed(t, s), name)
		require.Equal(t, waits, waiting(t, s), name)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Seals.Add(ctx, waits, next) })
	requireChain(t, s)
}

// sealLockRace has everybody seal one item after the seal that Lock gave: nobody finds it moved on.
func sealLockRace(t *testing.T, s ports.Store) {
	for n := range racers {
		tell(t, s, event(n))
	}
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		_, err := sealNext(ctx, tx, 1)
		return err
	}))
	require.Len(t, sealed(t, s), racers)
	require.Empty(t, waiting(t, s))
	requireChain(t, s)
}

// sealRace has eight sealers work while everybody writes, until nothing waits.
func sealRace(t *testing.T, s ports.Store) {
	var sealers sync.WaitGroup
	written := make(chan struct{})
	errs := make([]error, 8)
	for i := range errs {
		sealers.Go(func() {
			last := false
			for range 100 * racers { // many times what it takes: a store that never runs dry fails, and does not hang
				n, err := ports.Write(t.Context(), s, func(ctx context.Context, tx ports.Tx) (int, error) { return sealNext(ctx, tx, 5) })
				if errs[i] = err; err != nil || n == 0 && last {
					return
				}
				select {
				case <-written:
					last = true
				default:
				}
			}
		})
	}
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		return first(
			func() error { return tx.Ledger.Record(ctx, give(n, 1, 1)) },
			func() error { return tx.Outbox.Add(ctx, event(2*n), event(2*n+1)) },
		)
	})
	close(written)
	sealers.Wait()
	requireAllWon(t, answers)
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Empty(t, waiting(t, s))
	require.Len(t, sealed(t, s), 3*racers)
	requireChain(t, s)
}

// sealRacePosition has everybody seal an item of its own at the first position, without a lock.
func sealRacePosition(t *testing.T, s ports.Store) {
	for n := range racers {
		tell(t, s, event(n))
	}
	waits := waiting(t, s)
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		return tx.Seals.Add(ctx, waits[n:n+1], chained(journal.Seal{}, waits[n]))
	})
	requireWinners(t, 1, journal.ErrSealed, answers)
	require.Len(t, sealed(t, s), 1)
	require.Len(t, waiting(t, s), racers-1)
	requireChain(t, s)
}
