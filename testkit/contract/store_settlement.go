package contract

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

func settlementTests() map[string]storeTest {
	tests := map[string]storeTest{
		"the_cursor_is_zero_at_first_and_never_moves_back":    cursorMoves,
		"the_farthest_of_many_cursors_stays":                  cursorRace,
		"an_arrival_is_known_by_signature_and_index":          seeded(depositKeys),
		"deposits_are_listed_by_signature_and_index":          seeded(depositPages),
		"get_and_lock_give_a_payout_or_payouts_err_not_found": seeded(payoutGet),
		"put_creates_or_replaces_a_payout":                    seeded(payoutPut),
		"payouts_are_listed_in_the_order_of_their_ids":        seeded(payoutPages),
		"payouts_in_given_states_come_those_changed_first":    seeded(payoutStates),
		"those_that_wait_for_a_person_are_listed_apart":       seeded(payoutWaiting),
		"a_payout_that_is_not_sound_is_internal":              seeded(payoutSound),
		"lock_holds_the_attempts_of_the_payout":               seeded(payoutLockRace),
		"a_payee_that_was_asked_for_is_known":                 seeded(payoutRequested),
		"attempts_come_in_the_order_of_their_numbers":         seeded(attemptOrder),
		"put_replaces_an_attempt":                             seeded(attemptPut),
		"an_attempt_that_is_over_lets_the_next_one_in":        seeded(attemptNext),
		"neither_side_keeps_the_bytes_of_an_attempt":          seeded(attemptCopies),
	}
	depositOfArrival.prove("the_deposit_of_an_arrival", tests)
	attemptAlive.prove("the_live_attempt_of_a_payout", tests)
	attemptOfNumber.prove("the_attempt_of_a_number", tests)
	attemptOfSignature.prove("the_attempt_of_a_signature", tests)
	return tests
}

var depositOfArrival = unique[payouts.Deposit]{
	taken: payouts.ErrDepositExists,
	row: func(n int) payouts.Deposit {
		d := deposit(n)
		d.Arrival.Signature, d.Arrival.Index = "sigOfAll", 7
		return d
	},
	add: func(ctx context.Context, tx ports.Tx, _ int, row payouts.Deposit) error {
		return tx.Deposits.Add(ctx, row)
	},
	find: func(ctx context.Context, tx ports.Tx) (payouts.Deposit, bool, error) {
		return tx.Deposits.Find(ctx, "sigOfAll", 7)
	},
}

// attempts makes the key of an attempt that is found among those of its payout.
func attemptsThat(row func(n int) payouts.Attempt, is func(payouts.Attempt) bool) unique[payouts.Attempt] {
	return unique[payouts.Attempt]{
		taken: payouts.ErrAttemptLive,
		row:   row,
		add: func(ctx context.Context, tx ports.Tx, _ int, row payouts.Attempt) error {
			return tx.Attempts.Add(ctx, row)
		},
		find: func(ctx context.Context, tx ports.Tx) (payouts.Attempt, bool, error) {
			all, err := tx.Attempts.List(ctx, payout(0).ID)
			at := slices.IndexFunc(all, is)
			if err != nil || at < 0 {
				return payouts.Attempt{}, false, err
			}
			return all[at], true, nil
		},
	}
}

var attemptAlive = attemptsThat(
	func(n int) payouts.Attempt { return attempt(n, payouts.Live) },
	func(a payouts.Attempt) bool { return a.State == payouts.Live },
)

var attemptOfNumber = attemptsThat(
	func(n int) payouts.Attempt { a := attempt(n, payouts.Dead); a.N = 5; return a },
	func(a payouts.Attempt) bool { return a.N == 5 },
)

// attemptOfSignature is of another payout each time: a signature pays once.
var attemptOfSignature = unique[payouts.Attempt]{
	taken: payouts.ErrAttemptLive,
	row: func(n int) payouts.Attempt {
		a := attempt(n, payouts.Live)
		a.Payout, a.Signature = payout(apart+n).ID, "sigOfAll"
		return a
	},
	add: func(ctx context.Context, tx ports.Tx, n int, row payouts.Attempt) error {
		return first(
			func() error { return tx.Payouts.Put(ctx, payout(apart+n)) },
			func() error { return tx.Attempts.Add(ctx, row) },
		)
	},
	find: func(ctx context.Context, tx ports.Tx) (payouts.Attempt, bool, error) {
		for n := range racers + 1 {
			all, err := tx.Attempts.List(ctx, payout(apart+n).ID)
			if err != nil || len(all) > 0 {
				return append(all, payouts.Attempt{})[0], err == nil, err
			}
		}
		return payouts.Attempt{}, false, nil
	},
}

func cursor(t *testing.T, s ports.Store) uint64 {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (uint64, error) { return v.Deposits.Cursor(ctx) })
}

func putCursor(slot uint64) func(context.Context, ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Deposits.PutCursor(ctx, slot) }
}

func cursorMoves(t *testing.T, s ports.Store) {
	require.Zero(t, cursor(t, s))
	for _, step := range []struct{ put, want uint64 }{{0, 0}, {10, 10}, {10, 10}, {9, 10}, {0, 10}, {1 << 40, 1 << 40}} {
		write(t, s, putCursor(step.put))
		require.Equal(t, step.want, cursor(t, s))
	}
	abandon(t, s, putCursor(1<<41))
	require.EqualValues(t, 1<<40, cursor(t, s))
}

func cursorRace(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		return putCursor(uint64(n+1))(ctx, tx)
	}))
	require.EqualValues(t, racers, cursor(t, s))
}

func depositKeys(t *testing.T, s ports.Store) {
	one, two, three := deposit(1), deposit(2), deposit(1)
	two.Arrival.Signature, two.Account, two.Purpose = one.Arrival.Signature, "", payouts.ForBonuses // nobody was named
	two.Arrival.Index++
	three.Arrival.Signature = "SIGdeposit_0001"
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Deposits.Add, one, two, three) })
	for _, want := range []payouts.Deposit{one, two, three} {
		require.Equal(t, present(want), inside(t, s, func(ctx context.Context, tx ports.Tx) (found[payouts.Deposit], error) {
			return find(tx.Deposits.Find(ctx, want.Arrival.Signature, want.Arrival.Index))
		}))
	}
	unknown := one.Arrival
	unknown.Index = 9
	require.Equal(t, absent[payouts.Deposit](), inside(t, s, func(ctx context.Context, tx ports.Tx) (found[payouts.Deposit], error) {
		return find(tx.Deposits.Find(ctx, unknown.Signature, unknown.Index))
	}))
	booked := func(arrivals ...payouts.Arrival) []bool {
		return view(t, s, func(ctx context.Context, v ports.View) ([]bool, error) { return v.Deposits.Booked(ctx, arrivals) })
	}
	bare := payouts.Arrival{Signature: two.Arrival.Signature, Index: two.Arrival.Index} // nothing else names it
	require.Equal(t, []bool{true, false, true, true, true, false, true},
		booked(three.Arrival, unknown, one.Arrival, bare, two.Arrival, deposit(2).Arrival, one.Arrival))
	require.Empty(t, booked())
}

func depositPages(t *testing.T, s ports.Store) {
	// Signatures mind their case; indexes are numbers: 2 is before 10.
	of := func(signature payouts.Signature, index, to int) payouts.Deposit {
		d := deposit(index)
		d.Arrival.Signature, d.Arrival.Index, d.Account = signature, index, payouts.AccountID(accountID(to))
		return d
	}
	all := []payouts.Deposit{of("A", 2, 0), of("A", 10, 1), of("B", 0, 0), of("Za", 0, 1), of("a", 1, 0), of("b", 0, 0)}
	mine := slices.DeleteFunc(slices.Clone(all), func(d payouts.Deposit) bool { return d.Account != all[0].Account })
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Deposits.Add, all[5], all[1], all[3], all[2], all[0], all[4])
	})
	requirePages(t, s, all, func(ctx context.Context, v ports.View, after payouts.Deposit, limit int) ([]payouts.Deposit, error) {
		return v.Deposits.List(ctx, after, limit)
	})
	requirePages(t, s, mine, func(ctx context.Context, v ports.View, after payouts.Deposit, limit int) ([]payouts.Deposit, error) {
		return v.Deposits.ListByAccount(ctx, all[0].Account, after, limit)
	})
}

func getPayout(t *testing.T, s ports.Store, n int) payouts.Payout {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) (payouts.Payout, error) {
		return v.Payouts.Get(ctx, payout(n).ID)
	})
}

func payoutGet(t *testing.T, s ports.Store) {
	require.Equal(t, payout(0), getPayout(t, s, 0))
	require.Equal(t, payout(0), inside(t, s, func(ctx context.Context, tx ports.Tx) (payouts.Payout, error) {
		return tx.Payouts.Lock(ctx, payout(0).ID)
	}))
	refuse(t, s, payouts.ErrNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Payouts.Lock(ctx, payout(9).ID)) })
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
		return got(v.Payouts.Get(ctx, payout(9).ID))
	}), payouts.ErrNotFound)
}

func payoutPut(t *testing.T, s ports.Store) {
	next := payout(1)
	next.State, next.Attempt, next.FailureCode, next.ChangedAt = payouts.Failed, 3, "insufficient_lamports", later(99)
	create := func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, payout(1)) }
	replace := func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Payouts.Put(ctx, next); err != nil {
			return err
		}
		now, err := tx.Payouts.Lock(ctx, next.ID)
		if now != next {
			return errUnseen
		}
		return err
	}
	abandon(t, s, create)
	refuse(t, s, payouts.ErrNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Payouts.Lock(ctx, payout(1).ID)) })
	write(t, s, create)
	require.Equal(t, payout(1), getPayout(t, s, 1))
	abandon(t, s, replace)
	require.Equal(t, payout(1), getPayout(t, s, 1))
	write(t, s, replace)
	require.Equal(t, next, getPayout(t, s, 1))
}

func payoutRequested(t *testing.T, s ports.Store) {
	ended := payout(1)
	ended.Destination, ended.State, ended.RequestedAt = payouts.Address(wallet(1)), payouts.Canceled, later(5)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, ended) })
	for _, test := range []struct {
		account, to, after int
		want               bool
	}{
		{0, 0, -1, true}, {0, 0, 0, false}, {0, 1, -1, true}, {0, 1, 4, true}, {0, 1, 5, false}, {1, 0, -1, false}, {0, 2, -1, false},
	} {
		require.Equal(t, test.want, inside(t, s, func(ctx context.Context, tx ports.Tx) (bool, error) {
			return tx.Payouts.HasRequested(ctx, payouts.AccountID(accountID(test.account)), payouts.Address(wallet(test.to)), later(test.after))
		}), "%+v", test)
	}
	require.True(t, inside(t, s, func(ctx context.Context, tx ports.Tx) (bool, error) {
		if err := tx.Payouts.Put(ctx, payouts.Payout{
			ID: "po_more", Account: payouts.AccountID(accountID(1)), Destination: "elsewhere", Amount: 1, State: payouts.Requested,
			RequestedAt: later(1), ChangedAt: later(1),
		}); err != nil {
			return false, err
		}
		return tx.Payouts.HasRequested(ctx, payouts.AccountID(accountID(1)), "elsewhere", later(0))
	}), "the unit sees what it wrote")
}

func payoutPages(t *testing.T, s ports.Store) {
	all, mine := []payouts.Payout{payout(0)}, []payouts.Payout{payout(0)}
	for n := 1; n < 6; n++ {
		p := payout(n)
		if n%2 == 1 {
			p.Account = payouts.AccountID(accountID(1))
		} else {
			mine = append(mine, p)
		}
		all = append(all, p)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Payouts.Put, all[5], all[2], all[4], all[1], all[3])
	})
	requirePages(t, s, all, func(ctx context.Context, v ports.View, after payouts.Payout, limit int) ([]payouts.Payout, error) {
		return v.Payouts.List(ctx, after.ID, limit)
	})
	requirePages(t, s, mine, func(ctx context.Context, v ports.View, after payouts.Payout, limit int) ([]payouts.Payout, error) {
		return v.Payouts.ListByAccount(ctx, mine[0].Account, after.ID, limit)
	})
}

func payoutStates(t *testing.T, s ports.Store) {
	in := func(n int, state payouts.State, changed int) payouts.Payout {
		p := payout(n)
		p.State, p.ChangedAt = state, later(changed)
		return p
	}
	signed, sent, alsoSent := in(1, payouts.Signed, 9), in(3, payouts.Broadcast, 5), in(2, payouts.Broadcast, 5)
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Payouts.Put, signed, sent, alsoSent, in(4, payouts.Queued, 1), in(5, payouts.Settled, 2))
	})
	want := []payouts.Payout{alsoSent, sent, signed}
	flying := func(ctx context.Context, v ports.View, behind payouts.Payout, limit int) ([]payouts.Payout, error) {
		return v.Payouts.ListByState(ctx, []payouts.State{payouts.Signed, payouts.Broadcast}, behind, limit)
	}
	requirePages(t, s, want, flying)
	for limit := range len(want) + 2 {
		requireFirst(t, s, want[:min(limit, len(want))], limit, flying)
	}
	requireFirst(t, s, nil, 9, func(ctx context.Context, v ports.View, _ payouts.Payout, limit int) ([]payouts.Payout, error) {
		return v.Payouts.ListByState(ctx, nil, payouts.Payout{}, limit)
	})
}
