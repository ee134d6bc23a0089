package twist_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// keyOf is a key as the API makes one: a digest of the request stands for its body.
func keyOf(value string, request byte) twist.Key {
	return twist.Key{Value: value, Request: [32]byte{request}}
}

// P-07: a stake whose answer was lost is made again under its key: it counts once, and the second answer
// is the first.
func TestStakeRetriedUnderItsKeyCountsOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	fay := s.deposit("fay", testkit.TWIST(10))
	store := &faulty{Store: s.store, plan: &plan{at: 1, after: true}}
	s.start(func(c *twist.Config) { c.Store = store })
	_, err := s.Staking.Stake(twist.WithKey(t.Context(), keyOf("k", 1)), fay, s.pool, testkit.TWIST(4))
	require.ErrorIs(t, err, errCrash, "committed, and the answer was lost")

	s.start()
	ctx := twist.WithKey(t.Context(), keyOf("k", 1))
	first, err := s.Staking.Stake(ctx, fay, s.pool, testkit.TWIST(4))
	require.NoError(t, err)
	require.True(t, twist.Replayed(ctx))
	s.requireAvailable("fay", testkit.TWIST(6))
	s.stake("fay", s.pool, testkit.TWIST(1)) // without a key it is another stake

	again, err := s.Staking.Stake(twist.WithKey(t.Context(), keyOf("k", 1)), fay, s.pool, testkit.TWIST(4))
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, testkit.TWIST(5), s.poolNow(s.pool).Staked())
	s.sound()
}

// P-07, P-17: fifty equal calls under one key at the same moment act once and all get the answer, one of
// them as its own.
func TestEqualCallsActOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	fay := s.deposit("fay", testkit.TWIST(100))
	type answer struct {
		moved    twist.StakeMoved
		replayed bool
	}
	got, errs := together(50, func(int) (answer, error) {
		ctx := twist.WithKey(s.ctx(), keyOf("k", 1))
		moved, err := s.Staking.Stake(ctx, fay, s.pool, testkit.TWIST(100))
		return answer{moved, twist.Replayed(ctx)}, err
	})
	requireAll(t, errs)
	own := 0
	for _, a := range got {
		require.Equal(t, got[0].moved, a.moved)
		if !a.replayed {
			own++
		}
	}
	require.Equal(t, 1, own)
	s.requireAvailable("fay", 0)
	s.sound()
}

// A key belongs to one account, one operation and one request; a refusal keeps nothing.
func TestKeysAreScoped(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	fay, gil := s.deposit("fay", testkit.TWIST(10)), s.deposit("gil", testkit.TWIST(10))
	stake := func(by twist.Caller, key twist.Key) error {
		_, err := s.Staking.Stake(twist.WithKey(s.ctx(), key), by, s.pool, testkit.TWIST(5))
		return err
	}
	require.NoError(t, stake(fay, keyOf("k", 1)))
	require.ErrorIs(t, stake(fay, keyOf("k", 2)), ports.ErrKeyReused)
	require.NoError(t, stake(gil, keyOf("k", 2)), "another account")
	_, err := s.Staking.Leave(twist.WithKey(s.ctx(), keyOf("k", 2)), fay, s.pool, testkit.TWIST(5))
	require.NoError(t, err, "another operation")
	require.NoError(t, stake(fay, keyOf("again", 1)))
	require.NoError(t, stake(fay, keyOf("and-again", 1)))
	require.ErrorIs(t, stake(fay, keyOf("poor", 1)), ledger.ErrInsufficientFunds)
	s.deposit("fay", testkit.TWIST(5))
	require.NoError(t, stake(fay, keyOf("poor", 1)), "the refusal was not kept")
	require.Equal(t, testkit.TWIST(20), s.poolNow(s.pool).Staked())
	s.sound()
}

// A key that cannot be one is refused, and does not silently mean that there is none.
func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	fay := s.deposit("fay", testkit.TWIST(10))
	for _, value := range []string{"", " ", "a b", "ä", "a\n", strings.Repeat("k", 256)} {
		_, err := s.Staking.Stake(twist.WithKey(s.ctx(), keyOf(value, 1)), fay, s.pool, testkit.TWIST(5))
		require.ErrorIs(t, err, twist.ErrKey, "%q", value)
	}
	s.requireAvailable("fay", testkit.TWIST(10))
	_, err := s.Staking.Stake(twist.WithKey(s.ctx(), keyOf(strings.Repeat("k", 255), 1)), fay, s.pool, testkit.TWIST(5))
	require.NoError(t, err)
	s.sound()
}

// Every use case that moves money, and every one that makes something, acts once under a key: the second
// call gives the answer of the first, field for field.
func TestEveryKeyedCallIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)
	s.distribute("order-1", testkit.TWIST(500))
	fay, ada, shop := s.deposit("fay", testkit.TWIST(50)), s.signIn("ada"), s.deposit("shop", testkit.TWIST(1))
	bea := s.signIn("bea")
	_, err := s.Identity.Register(t.Context(), bea, registration("bea"))
	require.NoError(t, err)
	second := s.world.pool("cat", 0)
	payout := s.payout("fay", payouts.Minimum)
	for name, call := range map[string]func(context.Context) (any, error){
		"open_pool": func(ctx context.Context) (any, error) {
			return s.Staking.OpenPool(ctx, bea, staking.Settings{Share: 2_000, Minimum: staking.MinimumFloor})
		},
		"stake": func(ctx context.Context) (any, error) { return s.Staking.Stake(ctx, fay, s.pool, testkit.TWIST(2)) },
		"claim": func(ctx context.Context) (any, error) { return s.Staking.Claim(ctx, fay, s.pool) },
		"leave": func(ctx context.Context) (any, error) { return s.Staking.Leave(ctx, fay, s.pool, testkit.TWIST(1)) },
		"rebalance": func(ctx context.Context) (any, error) {
			return s.Staking.Rebalance(ctx, fay, staking.ModeEqual, targets([]staking.PoolID{s.pool, second}))
		},
		"open_program": func(ctx context.Context) (any, error) {
			return s.Attribution.OpenProgram(ctx, shop, twist.NewProgram{Name: "second", Rate: 1})
		},
		"withdraw": func(ctx context.Context) (any, error) { return s.Attribution.Withdraw(ctx, shop, s.program, 5) },
		"fund":     func(ctx context.Context) (any, error) { return s.Attribution.Fund(ctx, shop, s.program, 3) },
		"link": func(ctx context.Context) (any, error) {
			return s.Attribution.MakeLink(ctx, ada, attribution.NewLink{Program: s.program, Destination: "https://shop.example/x?y=1"})
		},
		"links": func(ctx context.Context) (any, error) {
			return s.Attribution.MakeLinks(ctx, ada, []attribution.NewLink{{Program: s.program, Destination: "https://shop.example/1"}, {Program: s.program, Destination: "https://shop.example/2"}})
		},
		"payout": func(ctx context.Context) (any, error) { return s.Payouts.Request(ctx, ada, payouts.Minimum) },
		"cancel": func(ctx context.Context) (any, error) { return s.Payouts.Cancel(ctx, fay, payout.ID) },
	} {
		first := twist.WithKey(t.Context(), keyOf("k", 1))
		want, err := call(first)
		require.NoError(t, err, name)
		require.False(t, twist.Replayed(first), name)
		told := len(s.told())
		again := twist.WithKey(t.Context(), keyOf("k", 1))
		got, err := call(again)
		require.Len(t, s.told(), told, "%s: told once", name)
		require.NoError(t, err, name)
		require.True(t, twist.Replayed(again), name)
		require.Equal(t, want, got, name)
	}
	s.sound()
}

// An order and a refund are their own keys: one in the context changes nothing, and what they answer again
// says so.
func TestNaturalKeysStandAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	shop, click := s.signIn("shop"), s.click(s.code)
	report := func(ctx context.Context, id string) (twist.Converted, error) {
		return s.Attribution.ReportConversion(ctx, shop, orderOf(s.program, id, testkit.TWIST(10), click))
	}
	for _, id := range []string{"order-1", "order-2"} { // one key for both
		ctx := twist.WithKey(t.Context(), keyOf("k", 1))
		_, err := report(ctx, id)
		require.NoError(t, err)
		require.False(t, twist.Replayed(ctx))
	}
	ctx := twist.WithReplays(t.Context())
	_, err := report(ctx, "order-2")
	require.NoError(t, err)
	require.True(t, twist.Replayed(ctx))
	require.False(t, twist.Replayed(t.Context()))
	_, err = report(ctx, "order-3")
	require.NoError(t, err)
	require.False(t, twist.Replayed(ctx))
	earned, err := s.Attribution.Commissions(t.Context(), s.signIn("ada"), "", 10)
	require.NoError(t, err)
	require.Len(t, earned, 3)
	require.Equal(t, attribution.Pending, earned[0].State)
	s.sound()
}
