package contract

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// Store is the specification of ports.Store and of everything that a ports.Tx and a ports.View hand out.
// What open returns is empty, and shares nothing with what it returned before.
func Store(t *testing.T, open func(t *testing.T) ports.Store) {
	for name, tests := range map[string]map[string]storeTest{
		"unit":        unitTests(),
		"ledger":      ledgerTests(),
		"batch":       batchTests(),
		"people":      peopleTests(),
		"sessions":    sessionTests(),
		"wallets":     walletTests(),
		"api_keys":    apiKeyTests(),
		"staking":     stakingTests(),
		"listings":    listingTests(),
		"attribution": attributionTests(),
		"settlement":  settlementTests(),
		"outcomes":    outcomeTests(),
		"journal":     journalTests(),
		"audit":       auditTests(),
		"fraud":       fraudTests(),
		"erasure":     erasureTests(),
		"lists":       accountListTests(),
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); storeTests(t, open, tests) })
	}
}

func unitTests() map[string]storeTest {
	return map[string]storeTest{
		"nil_commits_everything":                      unitCommits,
		"an_error_rolls_everything_back":              unitRollsBack,
		"a_panic_leaves_no_trace":                     unitPanics,
		"the_error_of_fn_comes_back":                  unitErrors,
		"the_result_of_fn_comes_back":                 unitResults,
		"a_failed_write_spoils_the_unit":              unitSpoiled,
		"a_failed_read_spoils_nothing":                unitReadFails,
		"by_a_text_nothing_can_hold_nothing_is_found": seeded(unitTexts),
		"a_page_goes_on_after_any_text":               seeded(unitPlaces),
		"a_page_goes_on_after_any_text_of_two":        seeded(unitPairs),
		"a_text_nothing_can_hold_hides_no_other":      seeded(unitAmong),
		"a_unit_inside_another_is_err_nested":         unitNested,
		"nothing_works_after_fn_has_returned":         unitOver,
		"an_ended_context_starts_nothing":             unitNotStarted,
		"a_context_that_ends_leaves_no_trace":         unitCanceled,
		"what_is_not_committed_is_seen_by_nobody":     unitHidden,
		"a_read_sees_one_snapshot":                    unitSnapshot,
		"reads_among_writers_see_whole_units":         unitWhole,
		"writers_of_the_same_row_lose_nothing":        unitSerial,
		"an_id_in_use_is_refused_and_replaces_none":   seeded(unitIDs),
	}
}

// give credits an account with an arrival from outside.
func give(n int, amount money.Amount, to int) ledger.Entry {
	return booked(n, ledger.KindDeposit, ledger.Move(ledger.World(), available(to), amount))
}

func available(n int) ledger.Address { return ledger.Available(accountID(n)) }

func unitCommits(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Accounts.Add(ctx, account(1)) },
			func() error { return tx.Ledger.Record(ctx, give(1, 7, 1)) },
		)
	})
	requireBalance(t, s, 7, available(1))
	requireAccount(t, s, present(account(1)))
}

// requireAccount asks for account 1.
func requireAccount(t *testing.T, s ports.Store, want found[identity.Account]) {
	t.Helper()
	require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) (found[identity.Account], error) {
		a, err := v.Accounts.Get(ctx, account(1).ID)
		if errors.Is(err, identity.ErrAccountNotFound) {
			return absent[identity.Account](), nil
		}
		return present(a), err
	}))
}

// requireTraceless asks for a store in which neither account 1 nor any entry stands, and which works.
func requireTraceless(t *testing.T, s ports.Store) {
	t.Helper()
	requireAccount(t, s, absent[identity.Account]())
	require.Empty(t, recorded(t, s))
	requireBalance(t, s, 0, available(1))
	requireBalance(t, s, 0, ledger.World())
	unitCommits(t, s)
}

// both writes two rows that belong together.
func both(ctx context.Context, tx ports.Tx) error {
	return first(
		func() error { return tx.Accounts.Add(ctx, account(1)) },
		func() error { return tx.Ledger.Record(ctx, give(1, 7, 1)) },
	)
}

func unitRollsBack(t *testing.T, s ports.Store) {
	abandon(t, s, both)
	requireTraceless(t, s)
}

func unitPanics(t *testing.T, s ports.Store) {
	require.PanicsWithValue(t, "in fn", func() {
		_ = s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			if err := both(ctx, tx); err != nil {
				return err
			}
			panic("in fn")
		})
	})
	require.PanicsWithValue(t, "in fn", func() {
		_ = s.Read(t.Context(), func(context.Context, ports.View) error { panic("in fn") })
	})
	requireTraceless(t, s)
}

func unitErrors(t *testing.T, s ports.Store) {
	mine := errors.New("mine")
	require.ErrorIs(t, s.Write(t.Context(), func(context.Context, ports.Tx) error { return mine }), mine)
	require.ErrorIs(t, s.Read(t.Context(), func(context.Context, ports.View) error { return mine }), mine)

	faulty := s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Accounts.Get(ctx, account(1).ID)
		return err
	})
	require.ErrorIs(t, faulty, identity.ErrAccountNotFound)
}

func unitResults(t *testing.T, s ports.Store) {
	got, err := ports.Write(t.Context(), s, func(ctx context.Context, tx ports.Tx) (int, error) { return 7, both(ctx, tx) })
	require.NoError(t, err)
	require.Equal(t, 7, got)
	write(t, s, linkWallet(1, 1))
	got, err = ports.Write(t.Context(), s, func(ctx context.Context, tx ports.Tx) (int, error) { return 7, linkWallet(1, 1)(ctx, tx) })
	require.ErrorIs(t, err, identity.ErrWalletTaken)
	require.Zero(t, got, "what failed has no result")

	got, err = ports.Read(t.Context(), s, func(context.Context, ports.View) (int, error) { return 7, nil })
	require.NoError(t, err)
	require.Equal(t, 7, got)
	got, err = ports.Read(t.Context(), s, func(context.Context, ports.View) (int, error) { return 7, errAbandoned })
	require.ErrorIs(t, err, errAbandoned)
	require.Zero(t, got)
}

func unitSpoiled(t *testing.T, s ports.Store) {
	var later, read error
	refuse(t, s, ledger.ErrInsufficientFunds, func(ctx context.Context, tx ports.Tx) error {
		if err := both(ctx, tx); err != nil {
			return err
		}
		_ = tx.Ledger.Record(ctx, stake(2, 8, 1)) // swallowed on purpose
		later = tx.Accounts.Add(ctx, account(2))
		_, read = tx.Ledger.Balance(ctx, available(1), ledger.TWIST)
		return nil
	})
	require.ErrorIs(t, later, ports.ErrSpoiled)
	require.ErrorIs(t, read, ports.ErrSpoiled)
	requireTraceless(t, s)
}

// unitReadFails: what is absent, also under a lock, is an answer like any other.
func unitReadFails(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		_, account := tx.Accounts.Lock(ctx, account(1).ID)
		_, session := tx.Sessions.Lock(ctx, session(1).ID)
		_, conversion := tx.Conversions.Lock(ctx, conversion(1).ID)
		_, pool := tx.Pools.Lock(ctx, pool(1).ID)
		_, payout := tx.Payouts.Lock(ctx, payout(1).ID)
		if account == nil || session == nil || conversion == nil || pool == nil || payout == nil {
			return errors.New("it gave what is not there")
		}
		return both(ctx, tx)
	})
	requireBalance(t, s, 7, available(1))
}

func unitNested(t *testing.T, s ports.Store) {
	idle := func(context.Context, ports.Tx) error { return nil }
	look := func(context.Context, ports.View) error { return nil }
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := s.Write(ctx, idle); !errors.Is(err, ports.ErrNested) {
			return errors.Join(errors.New("a write in a write"), err)
		}
		if err := s.Read(ctx, look); !errors.Is(err, ports.ErrNested) {
			return errors.Join(errors.New("a read in a write"), err)
		}
		return both(ctx, tx)
	})
	requireBalance(t, s, 7, available(1))
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, _ ports.View) error { return s.Write(ctx, idle) }), ports.ErrNested)
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, _ ports.View) error { return s.Read(ctx, look) }), ports.ErrNested)
}
