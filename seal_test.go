package twist_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// verified is what the library says of its own store.
func (w *world) verified() twist.Verification {
	w.t.Helper()
	v, err := w.Ledger.Verify(w.ctx())
	require.NoError(w.t, err)
	return v
}

// Everything that happened has its position once a run has ended, and the next run goes on from there.
func TestSealSealsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sealed, err := w.Ledger.Seal(t.Context())
	require.NoError(t, err)
	require.Zero(t, sealed, "nothing happened yet")
	require.Zero(t, w.verified().Head)

	w.deposit("fay", reserved)
	v := w.verified()
	require.EqualValues(t, 1, v.Entries)
	require.EqualValues(t, 3, v.Events, "an account, a session and a deposit")
	require.EqualValues(t, 4, v.Unsealed)
	w.seal()
	v = w.verified()
	require.EqualValues(t, 4, v.Head.Position)
	require.Zero(t, v.Unsealed)
	first := v.Head

	w.payout("fay", 10_000_000_000)
	require.Equal(t, first, w.verified().Head, "what waits is not in the chain")
	w.seal()
	v = w.verified()
	require.EqualValues(t, 6, v.Head.Position)
	kept, err := twist.Verify(t.Context(), w.store, first, v.Head)
	require.NoError(t, err)
	require.Empty(t, kept.Findings)
	sealed, err = w.Ledger.Seal(t.Context())
	require.NoError(t, err)
	require.Zero(t, sealed)
	require.Equal(t, v, w.verified())
	w.sound()
}

// tellMany writes n events into a store.
func tellMany(t *testing.T, s ports.Store, n int) {
	t.Helper()
	require.NoError(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		for i := range n {
			e := journal.Event{ID: journal.EventID(numbered("evt_", i)), Kind: journal.SessionOpened, Subject: "pos_1", At: testkit.Start}
			if err := tx.Outbox.Add(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

// A backlog is sealed in units of a thousand: as many as it takes, and none for nothing.
func TestSealWorksInUnits(t *testing.T) {
	t.Parallel()
	for items, units := range map[int]int{0: 1, 1: 1, 999: 1, 1_000: 2, 1_001: 2, 2_500: 3} {
		w := newWorld(t)
		tellMany(t, w.store, items)
		plan := &plan{}
		sealed, err := w.another(plan.into).Ledger.Seal(t.Context())
		require.NoError(t, err)
		require.Equal(t, items, sealed)
		require.Equal(t, units, plan.calls, "%d items", items)
		w.sound()
	}
}

// A run that fails half-way has sealed what it says, or its last unit more; the next one finishes.
func TestSealGoesOnAfterAFault(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		w := newWorld(t)
		tellMany(t, w.store, 2_500)
		sealed, err := w.another((&plan{at: 2, after: after}).into).Ledger.Seal(t.Context())
		require.ErrorIs(t, err, errCrash)
		require.Equal(t, 1_000, sealed)
		rest, err := w.Ledger.Seal(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[bool]int{false: 1_500, true: 500}[after], rest)
		w.sound()
	}
}

// Processes that seal together make one chain of everything, each item once.
func TestSealersTogetherMakeOneChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tellMany(t, w.store, 500)
	done, errs := together(8, func(int) (int, error) { return w.another().Ledger.Seal(w.ctx()) })
	requireAll(t, errs)
	total := 0
	for _, n := range done {
		total += n
	}
	require.Equal(t, 500, total)
	require.EqualValues(t, 500, w.verified().Head.Position)
	w.sound()
}

// endless is a store in which a thousand items more always wait.
type endless struct {
	ports.Store

	units int
}

func (e *endless) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	e.units++
	return fn(ctx, ports.Tx{Seals: e})
}

func (e *endless) Lock(context.Context) (journal.Seal, error) { return journal.Seal{}, nil }

func (e *endless) Waiting(_ context.Context, _ int64, limit int) ([]journal.Waiting, error) {
	return make([]journal.Waiting, limit), nil
}

func (e *endless) Add(_ context.Context, waited []journal.Waiting, seals []journal.Seal) error {
	if len(waited) != len(seals) || seals[len(seals)-1].Position != int64(len(seals)) {
		return errors.New("that is no chain")
	}
	return nil
}

// A run ends, whatever is written meanwhile.
func TestSealEnds(t *testing.T) {
	t.Parallel()
	store := &endless{Store: memory.New()}
	w := newWorld(t, func(c *twist.Config) { c.Store = store })
	sealed, err := w.Ledger.Seal(t.Context())
	require.NoError(t, err)
	require.Equal(t, 100_000, sealed)
	require.Equal(t, 100, store.units)
}
