package contract

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

func ledgerAll(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1), stake(2, 7, 1), booked(3, ledger.KindLeave, ledger.Move(staked, available(2), 7)))
	requireBalance(t, s, 7, available(2))
	require.Len(t, recorded(t, s), 3)
	record(t, s) // nothing is recorded, and nothing is wrong
	refuse(t, s, ledger.ErrInsufficientFunds, func(ctx context.Context, tx ports.Tx) error {
		return tx.Ledger.RecordAll(ctx, []ledger.Entry{stake(4, 7, 1), give(5, 7, 1)}) // too early by one
	})
	requireSound(t, s)
}

func ledgerAllOrNone(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	for _, last := range []ledger.Entry{stake(3, 13, 1), again(give(1, 7, 1), 3), again(give(1, 7, 2), 3), {}} {
		require.Error(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			_ = tx.Ledger.RecordAll(ctx, []ledger.Entry{give(2, 5, 1), last}) // swallowed on purpose
			return nil
		}))
	}
	requireBalance(t, s, 7, available(1))
	require.Len(t, recorded(t, s), 1)
	requireSound(t, s)
}

func ledgerAllFirst(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	over, exists, reused := stake(2, 8, 1), again(give(1, 7, 1), 3), again(give(1, 6, 1), 4)
	reused.Metadata = map[string]string{"n": "other"}
	for _, c := range []struct {
		want    error
		entries []ledger.Entry
	}{
		{ledger.ErrInsufficientFunds, []ledger.Entry{over, exists, reused, {}}},
		{ledger.ErrEntryExists, []ledger.Entry{exists, reused, {}, over}},
		{ledger.ErrReferenceReused, []ledger.Entry{reused, {}, over, exists}},
		{ledger.ErrEntry, []ledger.Entry{{}, over, exists, reused}},
	} {
		refuse(t, s, c.want, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, c.entries) })
	}
}

// earn brings money to the platform's fees, on the stripe that the entry's id chooses.
func earn(n int, amount money.Amount) []ledger.Entry {
	return []ledger.Entry{
		give(10*n, amount, 1),
		booked(10*n+1, ledger.KindFund, ledger.Move(available(1), budget, amount)),
		booked(10*n+2, ledger.KindConversion, ledger.Move(budget, pending, amount)),
		booked(10*n+3, ledger.KindApproval, ledger.Move(pending, treasure, amount)),
	}
}

// drawn takes fees back.
func drawn(n int, amount money.Amount) ledger.Entry {
	return booked(n, ledger.KindClawback, ledger.Move(treasure, budget, amount))
}

// stripesOf lists the rows of an address that hold something.
func stripesOf(t *testing.T, s ports.Store, a ledger.Address) []ledger.Standing {
	t.Helper()
	all := view(t, s, func(ctx context.Context, v ports.View) ([]ledger.Standing, error) {
		return v.Ledger.Standings(ctx, ledger.Key{}, 10_000)
	})
	return slices.DeleteFunc(all, func(row ledger.Standing) bool { return row.Address != a || row.Balance == 0 })
}

func ledgerStripes(t *testing.T, s ports.Store) {
	for n := range 40 {
		record(t, s, earn(n, 1)...)
	}
	requireBalance(t, s, 40, treasure)
	requireBalance(t, s, -40, ledger.World())
	require.Greater(t, len(stripesOf(t, s, treasure)), 1, "they spread")
	require.Greater(t, len(stripesOf(t, s, ledger.World())), 1)
	requireSound(t, s)
}

func ledgerDraw(t *testing.T, s ports.Store) {
	for n := range 40 {
		record(t, s, earn(n, 1)...)
	}
	refuseEntry(t, s, ledger.ErrInsufficientFunds, drawn(1_000, 41))
	requireBalance(t, s, 40, treasure)
	record(t, s, drawn(1_000, 39))
	requireBalance(t, s, 1, treasure)
	record(t, s, drawn(1_001, 1))
	require.Empty(t, stripesOf(t, s, treasure))
	refuseEntry(t, s, ledger.ErrInsufficientFunds, drawn(1_002, 1))
	requireSound(t, s)
}

func ledgerLock(t *testing.T, s ports.Store) {
	record(t, s, earn(1, 3)...)
	record(t, s, give(2, 7, 1), give(3, 5, 2))
	got := inside(t, s, func(ctx context.Context, tx ports.Tx) ([]money.Amount, error) {
		return tx.Ledger.Lock(ctx, treasure, available(2), budget, available(1), ledger.World(), available(2))
	})
	require.Equal(t, []money.Amount{3, 5, 0, 7, -15, 5}, got)
	require.Empty(t, inside(t, s, func(ctx context.Context, tx ports.Tx) ([]money.Amount, error) { return tx.Ledger.Lock(ctx) }))
}

// ledgerLockNothing has everybody fill a place if it is empty: only who held it first finds it so.
func ledgerLockNothing(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		stands, err := tx.Ledger.Lock(ctx, available(1))
		if err != nil || stands[0] != 0 {
			return err
		}
		return tx.Ledger.Record(ctx, give(n, 7, 1))
	}))
	requireBalance(t, s, 7, available(1))
	require.Len(t, recorded(t, s), 1)
	requireSound(t, s)
}

// ledgerLockOrders has everybody hold two places, half of them the other way round, and add what they saw.
func ledgerLockOrders(t *testing.T, s ports.Store) {
	seen := make([]money.Amount, racers)
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		order := []ledger.Address{available(1), available(2)}
		if n%2 == 0 {
			slices.Reverse(order)
		}
		stands, err := tx.Ledger.Lock(ctx, order...)
		if err != nil {
			return err
		}
		seen[n] = stands[(n+1)%2]
		return tx.Ledger.RecordAll(ctx, []ledger.Entry{give(n, 1, 1), give(n+1_000, 1, 2)})
	}))
	slices.Sort(seen)
	for n, amount := range seen {
		require.EqualValues(t, n, amount, "two held it at once")
	}
	requireSound(t, s)
}

func ledgerPages(t *testing.T, s ports.Store) {
	// a1 is before a, because a colon is above a digit; x_b is before xa, because an underscore is below a letter.
	for n, id := range []string{"xa", "a", "x_b", "a1", "x1b"} {
		deposit := booked(n, ledger.KindDeposit, ledger.Move(ledger.World(), ledger.Available(id), 7))
		deposit.ID = ledger.EntryID(id)
		record(t, s, deposit, booked(100+n, ledger.KindFund, ledger.Move(ledger.Available(id), budget, 3)))
	}
	records := recorded(t, s)
	require.Len(t, records, 10)
	require.True(t, slices.IsSortedFunc(records, func(a, b ledger.Record) int { return cmp.Compare(a.Entry.ID, b.Entry.ID) }))
	requirePages(t, s, records, func(ctx context.Context, v ports.View, after ledger.Record, limit int) ([]ledger.Record, error) {
		return v.Ledger.Entries(ctx, after.Entry.ID, limit)
	})

	var lines []ledger.Line
	for _, r := range records {
		lines = append(lines, r.Lines...)
	}
	slices.SortFunc(lines, func(a, b ledger.Line) int {
		return cmp.Or(a.Compare(b.Key), cmp.Compare(a.Version, b.Version))
	})
	requirePages(t, s, lines, func(ctx context.Context, v ports.View, after ledger.Line, limit int) ([]ledger.Line, error) {
		return v.Ledger.Lines(ctx, after, limit)
	})

	var standings []ledger.Standing
	for i, l := range lines {
		if i+1 == len(lines) || lines[i+1].Key != l.Key {
			standings = append(standings, ledger.Standing{Key: l.Key, Version: l.Version, Balance: l.After})
		}
	}
	requirePages(t, s, standings, func(ctx context.Context, v ports.View, after ledger.Standing, limit int) ([]ledger.Standing, error) {
		return v.Ledger.Standings(ctx, after.Key, limit)
	})
}

func ledgerCopies(t *testing.T, s ports.Store) {
	want := give(1, 7, 1)
	spoil := func(e ledger.Entry) {
		e.Postings[0].Amount, e.Metadata["n"] = 9, "changed"
		e.Metadata["more"] = "added"
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		one, more := want.Clone(), []ledger.Entry{give(2, 5, 1)}
		if err := tx.Ledger.Record(ctx, one); err != nil {
			return err
		}
		spoil(one)
		if err := tx.Ledger.RecordAll(ctx, more); err != nil {
			return err
		}
		spoil(more[0])
		return nil
	})
	for range 2 {
		got := recorded(t, s)
		require.Equal(t, want, got[0].Entry)
		require.Equal(t, give(2, 5, 1), got[1].Entry)
		spoil(got[0].Entry)
		clear(got[0].Lines)
	}
	requireSound(t, s)
}

// enough is for how many racers there is money.
const enough = 20

func ledgerRaceFloor(t *testing.T, s ports.Store) {
	record(t, s, give(1_000, 3*enough+2, 1))
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error { return tx.Ledger.Record(ctx, stake(n, 3, 1)) })
	requireWinners(t, enough, ledger.ErrInsufficientFunds, answers)
	requireBalance(t, s, 2, available(1))
	requireBalance(t, s, 3*enough, staked)
	require.Len(t, recorded(t, s), enough+1)
	requireSound(t, s)
}

func ledgerRaceDraw(t *testing.T, s ports.Store) {
	for n := range enough {
		record(t, s, earn(n, 1)...)
	}
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error { return tx.Ledger.Record(ctx, drawn(1_000+n, 1)) })
	requireWinners(t, enough, ledger.ErrInsufficientFunds, answers)
	requireBalance(t, s, 0, treasure)
	requireSound(t, s)
}

func ledgerRaceExists(t *testing.T, s ports.Store) {
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		return tx.Ledger.Record(ctx, again(give(1_000, 7, 1), n))
	})
	requireWinners(t, 1, ledger.ErrEntryExists, answers)
	requireBalance(t, s, 7, available(1))
	requireSound(t, s)
}

func ledgerRaceReused(t *testing.T, s ports.Store) {
	answers := contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		e := give(n, money.Amount(n+1), 1)
		e.Reference = "one for all"
		return tx.Ledger.Record(ctx, e)
	})
	requireWinners(t, 1, ledger.ErrReferenceReused, answers)
	winner := slices.Index(answers, nil)
	requireBalance(t, s, money.Amount(winner+1), available(1))
	requireSound(t, s)
}

func ledgerRaceBothWays(t *testing.T, s ports.Store) {
	record(t, s, give(1_000, racers, 1), give(1_001, racers, 2), stake(1_002, racers, 1))
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		if n%2 == 0 {
			return tx.Ledger.Record(ctx, stake(n, 1, 2))
		}
		return tx.Ledger.Record(ctx, booked(n, ledger.KindLeave, ledger.Move(staked, available(2), 1)))
	}))
	requireBalance(t, s, racers, staked)
	requireBalance(t, s, racers, available(2))
	requireSound(t, s)
}
