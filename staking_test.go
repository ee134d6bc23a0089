package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// P-01, P-02, I-02: of 50 claims at the same moment one pays, all of it, and the pool owes that much less.
func TestConcurrentClaimsPayOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)
	given := s.distribute("order-1", testkit.TWIST(100)).Fans
	fay := s.signIn("fay")

	moved, errs := together(50, func(int) (twist.StakeMoved, error) { return s.Staking.Claim(s.ctx(), fay, s.pool) })
	requireRefused(t, errs, 1, staking.ErrNothingToClaim)
	var paid money.Amount
	for _, m := range moved {
		paid = sum(t, paid, m.Rewards)
	}
	require.Equal(t, given, paid)
	s.requireAvailable("fay", given)
	require.Zero(t, s.at(ledger.Rewards(s.pool)))
	s.sound()
}

// P-03, P-05, I-01: 200 stakes of ten fans at the same moment are all there, in the pool, in the positions
// and in the journal.
func TestConcurrentStakesSumExactly(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	const fans, each = 10, 20
	callers := make([]twist.Caller, fans)
	for i := range fans {
		callers[i] = s.deposit(numbered("fan", i), testkit.TWIST(each))
	}
	_, errs := together(fans*each, func(i int) (twist.StakeMoved, error) {
		return s.Staking.Stake(s.ctx(), callers[i%fans], s.pool, testkit.TWIST(1))
	})
	requireAll(t, errs)
	pool := s.poolNow(s.pool)
	require.Equal(t, testkit.TWIST(fans*each), pool.Staked())
	require.Equal(t, int64(fans), pool.Stakers)
	require.Equal(t, testkit.TWIST(fans*each), s.at(ledger.Staked(s.pool)))
	for i := range fans {
		holdings, err := s.Staking.Positions(t.Context(), callers[i], "", 10)
		require.NoError(t, err)
		require.Len(t, holdings, 1)
		require.Equal(t, testkit.TWIST(each), holdings[0].Position.Staked())
		s.requireAvailable(numbered("fan", i), 0)
	}
	s.sound()
}

// P-04, P-05, I-01: of 50 full exits at the same moment one pays, and the count falls by one.
func TestConcurrentExitsPayOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", testkit.TWIST(5))
	s.fan("gil", testkit.TWIST(7))
	fay := s.signIn("fay")
	_, errs := together(50, func(int) (twist.StakeMoved, error) {
		return s.Staking.Leave(s.ctx(), fay, s.pool, testkit.TWIST(5))
	})
	requireRefused(t, errs, 1, staking.ErrPositionNotFound)
	s.requireAvailable("fay", testkit.TWIST(5))
	pool := s.poolNow(s.pool)
	require.Equal(t, testkit.TWIST(7), pool.Staked())
	require.Equal(t, int64(1), pool.Stakers)
	s.sound()
}

// P-06: a stake after a full exit is visible, counts, earns and can be claimed, in the row of before.
func TestRestakeAfterExit(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)
	s.distribute("order-1", testkit.TWIST(100))
	left := s.leave("fay", s.pool, even)
	require.Equal(t, money.Amount(3_600_000_000), left.Rewards)
	require.Zero(t, s.poolNow(s.pool).Stakers)

	again := s.stake("fay", s.pool, even)
	require.Equal(t, left.Position.ID, again.Position.ID)
	require.Equal(t, int64(1), again.Pool.Stakers)
	s.clock.Advance(day)
	s.distribute("order-2", testkit.TWIST(100))
	require.Equal(t, money.Amount(3_600_000_000), s.claim("fay", s.pool))
	s.sound()
}

// P-11, I-05: a stake made to catch a distribution has nothing of it, also when it stays; who leaves keeps
// what had accrued.
func TestLateStakerEarnsNothingOfThePast(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)
	first, second := s.earn("order-1", testkit.TWIST(100)), s.earn("order-2", testkit.TWIST(100))
	s.clock.Advance(hold)
	s.fan("gil", even) // in the very epoch of the distribution, and just before it
	approved, err := s.Attribution.ApproveDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, approved)
	given := sum(t, s.conversion(first).Commissions[0].Fans, s.conversion(second).Commissions[0].Fans)

	s.clock.Advance(day) // by now gil's stake counts
	_, err = s.Staking.Claim(t.Context(), s.signIn("gil"), s.pool)
	require.ErrorIs(t, err, staking.ErrNothingToClaim)
	require.Equal(t, given, s.leave("fay", s.pool, even).Rewards)
	s.distribute("order-3", testkit.TWIST(100))
	require.Equal(t, money.Amount(3_600_000_000), s.claim("gil", s.pool))
	s.sound()
}

// P-13, I-09: the tier is what is staked says, the moment it is staked and the moment it is gone.
func TestTierMovesBothWaysWithTheStake(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.deposit("fay", testkit.TWIST(50_000))
	tier := func() staking.Tier { return staking.TierOf(s.poolNow(s.pool).Staked()) }
	require.Equal(t, staking.Bronze, tier())
	for _, step := range []struct {
		in, out int64
		then    staking.Tier
	}{
		{in: 999, then: staking.Bronze},
		{in: 1, then: staking.Silver},
		{in: 9_000, then: staking.Gold},
		{in: 40_000, then: staking.Platinum},
		{out: 1, then: staking.Gold},
		{out: 39_999, then: staking.Gold},
		{out: 9_000, then: staking.Silver},
		{out: 1_000, then: staking.Bronze},
	} {
		var moved twist.StakeMoved
		if step.in > 0 {
			moved = s.stake("fay", s.pool, testkit.TWIST(step.in))
		} else {
			moved = s.leave("fay", s.pool, testkit.TWIST(step.out))
		}
		require.Equal(t, step.then, staking.TierOf(moved.Pool.Staked()))
		require.Equal(t, step.then, tier())
	}
	s.sound()
}

// P-14: an amount that cannot be meant is the caller's mistake, answered before anything moves.
func TestAmountsThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	fay, shop := s.deposit("fay", testkit.TWIST(100_000_001)), s.signIn("shop")
	converted := s.earn("order-1", testkit.TWIST(1))
	most := sum(t, staking.Maximum, 1)
	stake := func(amount money.Amount) error {
		_, err := s.Staking.Stake(s.ctx(), fay, s.pool, amount)
		return err
	}
	leave := func(amount money.Amount) error {
		_, err := s.Staking.Leave(s.ctx(), fay, s.pool, amount)
		return err
	}
	fund := func(amount money.Amount) error {
		_, err := s.Attribution.Fund(s.ctx(), shop, s.program, amount)
		return err
	}
	withdraw := func(amount money.Amount) error {
		_, err := s.Attribution.Withdraw(s.ctx(), shop, s.program, amount)
		return err
	}
	payout := func(amount money.Amount) error {
		_, err := s.Payouts.Request(s.ctx(), fay, amount)
		return err
	}
	refund := func(amount money.Amount) error {
		_, err := s.Attribution.Refund(s.ctx(), shop, converted.Conversion.ID, "r", amount)
		return err
	}
	order := func(amount money.Amount) error {
		_, err := s.Attribution.ReportConversion(s.ctx(), shop, orderOf(s.program, "order-2", amount, ""))
		return err
	}
	s.stake("fay", s.pool, testkit.TWIST(1))
	for name, call := range map[string]func(money.Amount) error{
		"stake": stake, "leave": leave, "fund": fund, "withdraw": withdraw, "payout": payout, "refund": refund, "order": order,
	} {
		for _, amount := range []money.Amount{0, -1, money.Min} {
			require.ErrorIs(t, call(amount), fault.Invalid, "%s of %s", name, amount)
		}
		if name != "order" && name != "payout" {
			require.ErrorIs(t, call(money.Max), fault.Invalid, name)
		}
	}
	require.ErrorIs(t, stake(99_999_999), staking.ErrBelowMinimum)
	require.ErrorIs(t, stake(most), staking.ErrAboveMaximum)
	require.ErrorIs(t, stake(staking.Maximum), staking.ErrAboveMaximum) // with what is there already
	require.NoError(t, order(money.Max))
	s.requireAvailable("fay", testkit.TWIST(100_000_000))
	s.sound()
}

// Nobody stakes in their own pool, only influencers open one, and only one each.
func TestPoolsBelongToTheirInfluencer(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ada := s.deposit("ada", testkit.TWIST(10))
	_, err := s.Staking.Stake(t.Context(), ada, s.pool, testkit.TWIST(1))
	require.ErrorIs(t, err, staking.ErrOwnPool)
	_, err = s.Staking.OpenPool(t.Context(), s.signIn("fay"), staking.Settings{Share: 0, Minimum: staking.MinimumFloor})
	require.ErrorIs(t, err, twist.ErrNotInfluencer)
	_, err = s.Staking.OpenPool(t.Context(), s.signIn("fay"), staking.Settings{Share: 9_000, Minimum: 0})
	require.ErrorIs(t, err, twist.ErrNotInfluencer)

	bea := s.signIn("bea")
	_, err = s.Identity.Register(t.Context(), bea, registration("bea"))
	require.NoError(t, err)
	_, errs := together(16, func(int) (staking.Pool, error) {
		return s.Staking.OpenPool(s.ctx(), bea, staking.Settings{Share: 2_000, Minimum: staking.MinimumFloor})
	})
	requireRefused(t, errs, 1, staking.ErrPoolExists)
	_, err = s.Staking.Pool(t.Context(), "pool_none")
	require.ErrorIs(t, err, staking.ErrPoolNotFound)
	_, err = s.Staking.Stake(t.Context(), ada, "pool_none", testkit.TWIST(1))
	require.ErrorIs(t, err, staking.ErrPoolNotFound)
	s.requireAvailable("ada", testkit.TWIST(10))
}

// A machine whose clock is far behind lets nothing new into a pool that is ahead of it, and keeps nobody in: nobody earns
// twice or early.
func TestClockThatJumpsBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)
	s.distribute("order-1", testkit.TWIST(100))
	s.clock.Advance(-hold) // far behind the epoch of the pool
	gil := s.deposit("gil", even)
	_, err := s.Staking.Stake(t.Context(), gil, s.pool, even)
	require.ErrorIs(t, err, staking.ErrPoolAhead)
	require.Equal(t, money.Amount(3_600_000_000), s.claim("fay", s.pool))
	s.requireFound("pool_ahead")
	s.clock.Advance(hold)
	s.stake("gil", s.pool, even)
	_, err = s.Staking.Claim(t.Context(), gil, s.pool)
	require.ErrorIs(t, err, staking.ErrNothingToClaim)
	s.sound()
	s.clock.Advance(day)
	s.distribute("order-2", testkit.TWIST(100))
	require.Equal(t, money.Amount(1_800_000_000), s.claim("gil", s.pool))
	require.Equal(t, money.Amount(1_800_000_000), s.claim("fay", s.pool))
	s.sound()
}

// P-12: reads answer on empty pools, on real ones, and foresee the next operation: what can be claimed is
// what a claim then pays, whatever epoch has passed unnoticed.
func TestReadsForeseeTheClaim(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	require.Zero(t, s.poolNow(s.pool).Staked())
	none, err := s.Staking.Positions(t.Context(), s.signIn("fay"), "", 10)
	require.NoError(t, err)
	require.Empty(t, none)

	s.fan("fay", testkit.TWIST(3))
	s.fan("gil", testkit.TWIST(7))
	for i := range 3 {
		s.clock.Advance(day)
		require.Equal(t, testkit.TWIST(10), s.poolNow(s.pool).Active)
		s.distribute(numbered("order-", i), testkit.TWIST(11))
		for _, name := range []string{"fay", "gil"} {
			holdings, err := s.Staking.Positions(t.Context(), s.signIn(name), "", 10)
			require.NoError(t, err)
			require.Positive(t, holdings[0].Claimable)
			require.Equal(t, holdings[0].Claimable, s.claim(name, s.pool))
		}
	}
	s.sound()
}
