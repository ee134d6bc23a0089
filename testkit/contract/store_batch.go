package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

func batchTests() map[string]storeTest {
	return map[string]storeTest{
		"an_entry_twice_in_a_batch_is_err_entry_exists":  batchTwice,
		"a_refused_entry_hides_behind_no_id":             batchBehindID,
		"of_one_entry_the_reference_is_asked_first":      batchAskedFirst,
		"of_a_batch_the_first_refused_decides":           batchFirstRefused,
		"an_entry_whose_sums_do_not_fit_is_err_overflow": batchSums,
		"no_entries_on_a_spoiled_unit_are_err_spoiled":   batchNothing,
	}
}

// named gives an entry another id.
func named(e ledger.Entry, n int) ledger.Entry {
	e = e.Clone()
	e.ID = numbered[ledger.EntryID]("ent", n)
	return e
}

// refuseBatch records a batch in a unit of its own, and one by one in another, and asks both for the fault.
func refuseBatch(t *testing.T, s ports.Store, want error, batch ...ledger.Entry) {
	t.Helper()
	refuse(t, s, want, func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.RecordAll(ctx, batch) })
	refuse(t, s, want, func(ctx context.Context, tx ports.Tx) error {
		for _, e := range batch {
			if err := tx.Ledger.Record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func batchTwice(t *testing.T, s ports.Store) {
	e := give(1, 7, 1)
	refuseBatch(t, s, ledger.ErrEntryExists, e, e)
	refuseBatch(t, s, ledger.ErrEntryExists, e, give(2, 1, 2), e)
	refuseBatch(t, s, ledger.ErrEntryExists, e, named(e, 2))
	require.Empty(t, recorded(t, s))
	record(t, s, e)
	requireBalance(t, s, 7, available(1))
	requireSound(t, s)
}

// batchBehindID has an entry that was recorded before under the id of one that is new.
func batchBehindID(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	refuseBatch(t, s, ledger.ErrEntryExists, named(give(1, 7, 1), 2), give(2, 1, 1))
	refuseBatch(t, s, ledger.ErrEntryExists, give(2, 1, 1), named(give(1, 7, 1), 2))
	other := named(give(1, 7, 1), 2)
	other.Postings[0].Amount = 8
	refuseBatch(t, s, ledger.ErrReferenceReused, other, give(2, 1, 1))
	require.Len(t, recorded(t, s), 1)
	requireBalance(t, s, 7, available(1))
	requireSound(t, s)
}

// batchAskedFirst: of one entry the reference decides, then floors and sums, then the id.
func batchAskedFirst(t *testing.T, s ports.Store) {
	record(t, s, give(1, money.Max, 1))
	refuseBatch(t, s, ledger.ErrEntryExists, give(1, money.Max, 1))
	refuseBatch(t, s, ledger.ErrEntryExists, named(give(1, money.Max, 1), 2))
	refuseBatch(t, s, ledger.ErrInsufficientFunds, named(stake(2, 1, 2), 1))
	refuseBatch(t, s, money.ErrOverflow, named(give(2, 1, 1), 1))
	refuseBatch(t, s, ledger.ErrEntry, named(stake(2, 1, 1), 1))
	require.Len(t, recorded(t, s), 1)
}

// batchFirstRefused asks every reason before every other, each at a place of its own.
func batchFirstRefused(t *testing.T, s ports.Store) {
	record(t, s, give(0, 3, 2), give(1, money.Max, 1)) // the world has nothing left to give
	reused := named(give(0, 3, 2), 13)
	reused.Postings[0].Amount = 2
	reasons := map[error]ledger.Entry{
		ledger.ErrEntryExists:       named(give(0, 3, 2), 11),
		ledger.ErrReferenceReused:   reused,
		ledger.ErrInsufficientFunds: stake(14, 4, 2),
		money.ErrOverflow:           booked(15, ledger.KindLeave, ledger.Move(staked, available(1), 1)),
		ledger.ErrEntry:             named(stake(16, 1, 2), 0),
	}
	for want, first := range reasons {
		for _, second := range reasons {
			refuseBatch(t, s, want, stake(20, 1, 2), first, second)
			refuseBatch(t, s, want, first, second, stake(20, 1, 2))
		}
	}
	require.Len(t, recorded(t, s), 2)
}

// batchSums: an entry that no row could hold is refused for what it says, unless its reference is taken.
func batchSums(t *testing.T, s ports.Store) {
	record(t, s, give(1, 7, 1))
	much := give(2, money.Max, 1)
	much.Postings = append(much.Postings, much.Postings[0])
	refuseBatch(t, s, money.ErrOverflow, much)
	refuseBatch(t, s, money.ErrOverflow, give(3, 1, 1), much, stake(4, 100, 1))
	much.Reference = give(1, 7, 1).Reference
	refuseBatch(t, s, ledger.ErrReferenceReused, much)
	refuseBatch(t, s, ledger.ErrReferenceReused, give(3, 1, 1), much)
	require.Len(t, recorded(t, s), 1)
}

func batchNothing(t *testing.T, s ports.Store) {
	record(t, s)
	require.ErrorIs(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		require.ErrorIs(t, tx.Ledger.Record(ctx, stake(1, 1, 1)), ledger.ErrInsufficientFunds)
		require.ErrorIs(t, tx.Ledger.RecordAll(ctx, nil), ports.ErrSpoiled)
		return nil
	}), ledger.ErrInsufficientFunds)
	require.Empty(t, recorded(t, s))
}
