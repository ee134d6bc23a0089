package contract

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

func ledgerTests() map[string]storeTest {
	return map[string]storeTest{
		"record_appends_the_entry_and_moves_the_balances":  ledgerRecord,
		"an_abandoned_entry_was_never_there":               ledgerAbandoned,
		"balance_is_zero_where_nothing_ever_stood":         ledgerNothing,
		"balance_inside_the_unit_sees_what_it_recorded":    ledgerInside,
		"assets_stand_apart":                               ledgerAssets,
		"the_same_movement_again_is_err_entry_exists":      ledgerExists,
		"another_movement_is_err_reference_reused":         ledgerReused,
		"a_floor_holds_to_the_unit":                        ledgerFloor,
		"places_without_a_floor_go_below_zero":             ledgerNoFloor,
		"a_balance_that_does_not_fit_is_err_overflow":      ledgerOverflow,
		"an_entry_that_breaks_a_rule_is_err_entry":         ledgerInvalid,
		"an_entry_id_that_is_taken_is_err_entry":           ledgerID,
		"record_all_is_record_in_order":                    ledgerAll,
		"record_all_keeps_all_or_none":                     ledgerAllOrNone,
		"the_first_refused_entry_names_the_fault":          ledgerAllFirst,
		"striped_addresses_are_read_as_sums":               ledgerStripes,
		"a_striped_floor_is_drawn_across_stripes":          ledgerDraw,
		"lock_gives_balances_in_the_order_asked":           ledgerLock,
		"lock_holds_what_never_stood_anywhere":             ledgerLockNothing,
		"lock_holds_in_whatever_order_it_is_asked":         ledgerLockOrders,
		"pages_give_each_row_once_in_order":                ledgerPages,
		"neither_side_keeps_what_it_was_handed":            ledgerCopies,
		"exactly_as_many_as_there_is_money_for_win":        ledgerRaceFloor,
		"exactly_as_many_draw_from_stripes_as_they_hold":   ledgerRaceDraw,
		"of_one_movement_raced_one_is_recorded":            ledgerRaceExists,
		"of_many_movements_with_one_reference_one_is_kept": ledgerRaceReused,
		"movements_both_ways_at_once_all_arrive":           ledgerRaceBothWays,
	}
}

var (
	staked   = ledger.Staked(pool(0).ID)
	budget   = ledger.Budget(program(0).ID)
	pending  = ledger.Pending(program(0).ID)
	treasure = ledger.Fees()
)

// booked makes the n-th entry, with a reference of its own.
func booked(n int, kind ledger.Kind, postings ...ledger.Posting) ledger.Entry {
	id := numbered[ledger.EntryID]("ent", n)
	e, err := ledger.NewEntry(id, kind, fmt.Sprintf("reference %d", n), later(n), postings, map[string]string{"n": fmt.Sprint(n)})
	if err != nil {
		panic(err)
	}
	return e
}

func stake(n int, amount money.Amount, from int) ledger.Entry {
	return booked(n, ledger.KindStake, ledger.Move(available(from), staked, amount))
}

// again is the same movement, named and dated anew.
func again(e ledger.Entry, n int) ledger.Entry {
	e = e.Clone()
	e.ID, e.At = numbered[ledger.EntryID]("ent", n), later(n)
	return e
}

func record(t tester, s ports.Store, entries ...ledger.Entry) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, entries) })
}

// refuseEntry records in a unit of its own and asks for the fault, also of RecordAll.
func refuseEntry(t tester, s ports.Store, want error, e ledger.Entry) {
	t.Helper()
	refuse(t, s, want, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, e) })
	refuse(t, s, want, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, []ledger.Entry{e}) })
}

func recorded(t tester, s ports.Store) []ledger.Record {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) ([]ledger.Record, error) {
		return v.Ledger.Entries(ctx, "", 1_000)
	})
}

func balance(t tester, s ports.Store, a ledger.Address) money.Amount {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (money.Amount, error) {
		return v.Ledger.Balance(ctx, a, ledger.TWIST)
	})
}

func requireBalance(t tester, s ports.Store, want money.Amount, a ledger.Address) {
	t.Helper()
	require.Equal(t, want, balance(t, s, a), "%s", a)
}

// requireSound recomputes everything that the journal says, and asks that it all adds up to zero and
// stands in the sequence.
func requireSound(t tester, s ports.Store) {
	t.Helper()
	const limit = 10_000
	verifier := ledger.NewVerifier()
	require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		records, err := v.Ledger.Entries(ctx, "", limit)
		if err != nil {
			return err
		}
		lines, err := v.Ledger.Lines(ctx, ledger.Line{}, limit)
		if err != nil {
			return err
		}
		standings, err := v.Ledger.Standings(ctx, ledger.Key{}, limit)
		each(records, verifier.Entry)
		each(lines, verifier.Line)
		each(standings, verifier.Standing)
		return err
	}))
	require.Empty(t, verifier.Findings())
	for asset, sum := range verifier.Sums() {
		require.Zero(t, sum, asset)
	}
	requireChain(t, s)
}

func each[V any](rows []V, use func(V)) {
	for _, row := range rows {
		use(row)
	}
}

func ledgerRecord(t *testing.T, s ports.Store) {
	e := give(1, 7, 1)
	record(t, s, e)
	lines, err := e.Apply(func(k ledger.Key) ledger.Standing { return ledger.Standing{Key: k} })
	require.NoError(t, err)
	require.Equal(t, []ledger.Record{{Entry: e, Digest: e.Digest(), Lines: lines}}, recorded(t, s))
	requireBalance(t, s, 7, available(1))
	requireBalance(t, s, -7, ledger.World())
	requireSound(t, s)
}

func ledgerAbandoned(t *testing.T, s ports.Store) {
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, give(1, 7, 1)) })
	require.Empty(t, recorded(t, s))
	requireBalance(t, s, 0, available(1))
	record(t, s, give(1, 8, 1)) // id and reference are free
	requireBalance(t, s, 8, available(1))
	requireSound(t, s)
}

func ledgerNothing(t *testing.T, s ports.Store) {
	for _, a := range []ledger.Address{ledger.World(), available(1), staked, treasure, ledger.Gas()} {
		for _, asset := range ledger.Assets() {
			require.Zero(t, view(t, s, func(ctx context.Context, v ports.View) (money.Amount, error) { return v.Ledger.Balance(ctx, a, asset) }))
		}
	}
}

func ledgerInside(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	got := inside(t, s, func(ctx context.Context, tx ports.Tx) ([]money.Amount, error) {
		if err := tx.Ledger.RecordAll(ctx, []ledger.Entry{give(2, 5, 1), stake(3, 4, 1)}); err != nil {
			return nil, err
		}
		one, err := tx.Ledger.Balance(ctx, available(1), ledger.TWIST)
		if err != nil {
			return nil, err
		}
		two, err := tx.Ledger.Balance(ctx, ledger.World(), ledger.TWIST)
		if err != nil {
			return nil, err
		}
		locked, err := tx.Ledger.Lock(ctx, staked)
		return append(locked, one, two), err
	})
	require.Equal(t, []money.Amount{4, 8, -12}, got)
}

func ledgerAssets(t *testing.T, s ports.Store) {
	burn := ledger.Posting{Source: ledger.Gas(), Destination: ledger.World(), Asset: ledger.SOL, Amount: 5}
	record(t, s, give(1, 7, 1), booked(2, ledger.KindGas, burn))
	got := inside(t, s, func(ctx context.Context, tx ports.Tx) ([]money.Amount, error) {
		locked, err := tx.Ledger.Lock(ctx, ledger.World(), ledger.Gas())
		if err != nil {
			return nil, err
		}
		sol, err := tx.Ledger.Balance(ctx, ledger.World(), ledger.SOL)
		return append(locked, sol), err
	})
	require.Equal(t, []money.Amount{-7, 0, 5}, got, "Lock gives TWIST")
	requireSound(t, s)
}

func ledgerExists(t *testing.T, s ports.Store) {
	drain := stake(2, 7, 1)
	record(t, s, give(1, 7, 1), drain)
	refuseEntry(t, s, ledger.ErrEntryExists, drain)
	refuseEntry(t, s, ledger.ErrEntryExists, again(drain, 3)) // the funds are gone by now
	refuse(t, s, ledger.ErrEntryExists, func(ctx context.Context, tx ports.Tx) error {
		return tx.Ledger.RecordAll(ctx, []ledger.Entry{give(4, 7, 1), again(give(4, 7, 1), 5)})
	})
	refuse(t, s, ledger.ErrEntryExists, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Ledger.Record(ctx, give(4, 7, 1)) },
			func() error { return tx.Ledger.Record(ctx, again(give(4, 7, 1), 5)) },
		)
	})
	require.Len(t, recorded(t, s), 2)
	requireBalance(t, s, 0, available(1))
	requireSound(t, s)
}

func ledgerReused(t *testing.T, s ports.Store) {
	drain := stake(2, 7, 1)
	record(t, s, give(1, 7, 1), drain)
	for name, change := range map[string]func(e *ledger.Entry){
		"amount":   func(e *ledger.Entry) { e.Postings[0].Amount = 6 },
		"source":   func(e *ledger.Entry) { e.Postings[0].Source = available(2) },
		"postings": func(e *ledger.Entry) { e.Postings = append(e.Postings, e.Postings[0]) },
		"metadata": func(e *ledger.Entry) { e.Metadata["n"] = "other" },
		"kind": func(e *ledger.Entry) {
			e.Kind, e.Postings = ledger.KindDeposit, []ledger.Posting{ledger.Move(ledger.World(), available(1), 7)}
		},
	} {
		t.Log(name)
		other := again(drain, 3)
		change(&other)
		refuseEntry(t, s, ledger.ErrReferenceReused, other)
	}
	refuse(t, s, ledger.ErrReferenceReused, func(ctx context.Context, tx ports.Tx) error {
		other := again(give(4, 7, 1), 5)
		other.Postings[0].Amount = 6
		return tx.Ledger.RecordAll(ctx, []ledger.Entry{give(4, 7, 1), other})
	})
	require.Len(t, recorded(t, s), 2)
}

func ledgerFloor(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	refuseEntry(t, s, ledger.ErrInsufficientFunds, stake(2, 8, 1))
	refuseEntry(t, s, ledger.ErrInsufficientFunds, stake(2, 1, 2))
	requireBalance(t, s, 7, available(1))
	record(t, s, stake(2, 7, 1))
	requireBalance(t, s, 0, available(1))
	refuseEntry(t, s, ledger.ErrInsufficientFunds, stake(3, 1, 1))
	requireSound(t, s)
}

func ledgerNoFloor(t *testing.T, s ports.Store) {
	owed := ledger.Owed(accountID(1))
	record(t, s, booked(1, ledger.KindClawback, ledger.Move(owed, ledger.Receivable(program(0).ID), 9)))
	requireBalance(t, s, -9, owed)
	requireSound(t, s)
}

func ledgerOverflow(t *testing.T, s ports.Store) {
	record(t, s, give(1, money.Max, 1))
	refuseEntry(t, s, money.ErrOverflow, give(2, 1, 1))
	requireBalance(t, s, money.Max, available(1))
	require.Len(t, recorded(t, s), 1)
}

func ledgerInvalid(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	for name, spoil := range map[string]func(e *ledger.Entry){
		"no posting":   func(e *ledger.Entry) { e.Postings = nil },
		"zero":         func(e *ledger.Entry) { e.Postings[0].Amount = 0 },
		"negative":     func(e *ledger.Entry) { e.Postings[0].Amount = -1 },
		"no reference": func(e *ledger.Entry) { e.Reference = "" },
		"no id":        func(e *ledger.Entry) { e.ID = "" },
		"no time":      func(e *ledger.Entry) { e.At = time.Time{} },
		"no place":     func(e *ledger.Entry) { e.Postings[0].Destination = ledger.Address{} },
		"wrong flow":   func(e *ledger.Entry) { e.Postings[0].Destination = treasure },
	} {
		t.Log(name)
		e := stake(2, 7, 1)
		spoil(&e)
		refuseEntry(t, s, ledger.ErrEntry, e)
	}
	require.Len(t, recorded(t, s), 1)
}

func ledgerID(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	refuseEntry(t, s, ledger.ErrEntry, again(give(2, 7, 1), 1))
	refuse(t, s, ledger.ErrEntry, func(ctx context.Context, tx ports.Tx) error {
		return tx.Ledger.RecordAll(ctx, []ledger.Entry{give(2, 7, 1), again(give(3, 7, 1), 2)})
	})
	require.Len(t, recorded(t, s), 1)
	requireSound(t, s)
}
