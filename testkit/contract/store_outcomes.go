package contract

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/ports"
)

func outcomeTests() map[string]storeTest {
	tests := map[string]storeTest{
		"lock_of_a_key_without_an_outcome_gives_none":            seeded(outcomeAbsent),
		"a_key_is_of_one_account_and_operation":                  seeded(outcomeKeys),
		"calls_under_other_keys_disturb_nobody":                  seeded(outcomeKeysRace),
		"of_equal_calls_one_acts_and_the_others_see_its_outcome": seeded(outcomeLockRace),
		"neither_side_keeps_an_answer":                           seeded(outcomeCopies),
	}
	outcomeOfKey.prove("the_outcome_of_a_key", tests)
	return tests
}

var outcomeOfKey = unique[ports.Outcome]{
	taken: ports.ErrOutcomeExists,
	row:   func(n int) ports.Outcome { o := outcome(n); o.Key = "one key"; return o },
	add: func(ctx context.Context, tx ports.Tx, _ int, row ports.Outcome) error {
		return tx.Outcomes.Add(ctx, row)
	},
	find: func(ctx context.Context, tx ports.Tx) (ports.Outcome, bool, error) {
		return tx.Outcomes.Lock(ctx, accountID(0), "staking.stake", "one key")
	},
}

// lockOutcome locks the key of an outcome and gives what stands there.
func lockOutcome(ctx context.Context, tx ports.Tx, o ports.Outcome) (found[ports.Outcome], error) {
	return find(tx.Outcomes.Lock(ctx, o.Account, o.Operation, o.Key))
}

func lookOutcome(t *testing.T, s ports.Store, o ports.Outcome) found[ports.Outcome] {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[ports.Outcome], error) { return lockOutcome(ctx, tx, o) })
}

// outcomeAbsent locks again what was locked, in the same unit and after it: a lock leaves nothing behind.
func outcomeAbsent(t *testing.T, s ports.Store) {
	for range 2 {
		got := inside(t, s, func(ctx context.Context, tx ports.Tx) (found[ports.Outcome], error) {
			if there, err := lockOutcome(ctx, tx, outcome(1)); err != nil || there.ok {
				return there, err
			}
			return lockOutcome(ctx, tx, outcome(1))
		})
		require.Equal(t, absent[ports.Outcome](), got)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Outcomes.Add(ctx, outcome(1)) })
	require.Equal(t, present(outcome(1)), lookOutcome(t, s, outcome(1)))
	require.Equal(t, absent[ports.Outcome](), lookOutcome(t, s, outcome(2)))
}

// apartOutcome is an outcome whose key differs from that of any other number in account, operation or text.
func apartOutcome(n int) ports.Outcome {
	o := outcome(n)
	o.Account, o.Operation, o.Key = accountID(n&1), fmt.Sprintf("operation.%d", n>>1&1), fmt.Sprintf("key %02d", n>>2)
	return o
}

func outcomeKeys(t *testing.T, s ports.Store) {
	for n := range 2 * 2 * 2 {
		require.Equal(t, absent[ports.Outcome](), lookOutcome(t, s, apartOutcome(n)))
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Outcomes.Add(ctx, apartOutcome(n)) })
	}
	for n := range 2 * 2 * 2 {
		require.Equal(t, present(apartOutcome(n)), lookOutcome(t, s, apartOutcome(n)))
	}
}

// outcomeKeysRace has everybody act under a key of their own, many of which differ in the account or in
// the operation alone.
func outcomeKeysRace(t *testing.T, s ports.Store) {
	record(t, s, give(1_000, racers, 1))
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		there, err := lockOutcome(ctx, tx, apartOutcome(n))
		if err != nil || there.ok {
			return err
		}
		return first(
			func() error { return tx.Ledger.Record(ctx, stake(n, 1, 1)) },
			func() error { return tx.Outcomes.Add(ctx, apartOutcome(n)) },
		)
	}))
	for n := range racers {
		require.Equal(t, present(apartOutcome(n)), lookOutcome(t, s, apartOutcome(n)))
	}
	requireBalance(t, s, 0, available(1))
	requireBalance(t, s, racers, staked)
}

// outcomeLockRace has everybody make the same call, for which there is money once. Whoever acts second
// would be refused by the ledger or by Add, and nobody is.
func outcomeLockRace(t *testing.T, s ports.Store) {
	record(t, s, give(1_000, 3, 1))
	seen := make([]found[ports.Outcome], racers)
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		there, err := find(outcomeOfKey.find(ctx, tx))
		seen[n] = there
		if err != nil || there.ok {
			return err
		}
		return first(
			func() error { return tx.Ledger.Record(ctx, stake(n, 3, 1)) },
			func() error { return outcomeOfKey.put(n)(ctx, tx) },
		)
	}))
	acted := slices.IndexFunc(seen, func(there found[ports.Outcome]) bool { return !there.ok })
	require.NotEqual(t, -1, acted, "somebody acts")
	for n, there := range seen {
		if n != acted {
			require.Equal(t, present(outcomeOfKey.row(acted)), there, "racer %d", n)
		}
	}
	require.Equal(t, present(outcomeOfKey.row(acted)), outcomeOfKey.look(t, s))
	require.Len(t, recorded(t, s), 2)
	requireBalance(t, s, 0, available(1))
	requireBalance(t, s, 3, staked)
	requireSound(t, s)
}

func outcomeCopies(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		o := outcome(1)
		o.Answer = slices.Clone(o.Answer)
		defer clear(o.Answer)
		return tx.Outcomes.Add(ctx, o)
	})
	for range 2 {
		got := lookOutcome(t, s, outcome(1))
		require.Equal(t, present(outcome(1)), got)
		clear(got.row.Answer)
	}
}
