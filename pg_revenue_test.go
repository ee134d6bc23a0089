package twist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// earnings reports n orders of 100 TWIST, and lets their hold pass.
func (s shopping) earnings(n, round int) (all []twist.Converted) {
	s.t.Helper()
	click := s.click(s.scene.code)
	for i := range n {
		all = append(all, s.order(s.scene.program, numbered(numbered("order-", round)+"-", i), testkit.TWIST(100), click))
	}
	s.clock.Advance(hold)
	return all
}

// approvals is a worker that approves what is due, until it gets an answer.
func (s shopping) approvals(on *twist.Platform) error {
	_, err := insist(s.stormy, repeatable, on.Attribution.ApproveDue)
	return err
}

// P-01, P-02, P-08, P-33, I-02, I-04: workers who approve the same commissions share each once, while fans
// claim from several places: the platform, the influencer and the fans have their parts to the unit.
func TestStormApprovalsShareOnce(t *testing.T) {
	t.Parallel()
	s := newShopping(t, testkit.TWIST(10_000))
	fans := []string{"fay", "gil"}
	for _, fan := range fans {
		s.scene.fan(fan, even)
	}
	s.clock.Advance(day)
	const orders = 6
	claimed := map[string]money.Amount{}
	s.rounds(func(round int) {
		s.earnings(orders, round)
		for i, paid := range inStorm(s.stormy, 10, func(i int, on *twist.Platform) (money.Amount, error) {
			if i >= 6 {
				return 0, s.approvals(on)
			}
			return s.claims(on, round, i, s.callers[fans[i%2]])
		}) {
			claimed[fans[i%2]] = sum(t, claimed[fans[i%2]], paid)
		}
		shared := int64(orders * (round + 1))
		require.Equal(t, testkit.TWIST(2*shared), s.at(ledger.Fees()))
		s.requireAvailable("ada", money.Amount(14_400_000_000*shared))
		for _, fan := range fans {
			if s.claimable(fan) > 0 {
				claimed[fan] = sum(t, claimed[fan], s.claim(fan, s.scene.pool))
			}
			require.Equal(t, money.Amount(1_800_000_000*shared), claimed[fan], fan)
			s.requireAvailable(fan, claimed[fan])
		}
		require.Zero(t, s.at(ledger.Rewards(s.scene.pool)))
	}, &s.wire.lost, &s.storm.again)
}

// claims claims a few times, and gives what was paid.
func (s shopping) claims(on *twist.Platform, round, i int, by twist.Caller) (paid money.Amount, err error) {
	for k := range 3 {
		moved, err := commits(s.stormy, on, under("%d-%d-%d", round, i, k), func(ctx context.Context, on *twist.Platform) (twist.StakeMoved, error) {
			return on.Staking.Claim(ctx, by, s.scene.pool)
		})
		_, ok, err := unless(moved, err, staking.ErrNothingToClaim)
		if err != nil {
			return 0, err
		}
		if ok {
			paid = sum(s.t, paid, moved.Rewards)
		}
	}
	return paid, nil
}

// claimable is what a fan of ada's could claim.
func (s shopping) claimable(fan string) money.Amount {
	s.t.Helper()
	holdings, err := s.Staking.Positions(s.ctx(), s.signIn(fan), "", 10)
	require.NoError(s.t, err)
	require.LessOrEqual(s.t, len(holdings), 1)
	if len(holdings) == 0 {
		return 0
	}
	return holdings[0].Claimable
}

// P-02, P-10, I-02, I-03: while fans stake, leave and claim, revenue is shared among those who are
// there: whatever the order, the parts of each commission make it up, and what the pool was given is what it
// paid and still owes.
func TestStormRevenueMeetsExits(t *testing.T) {
	t.Parallel()
	s := newShopping(t, testkit.TWIST(10_000))
	fans := []string{"fay", "gil", "hal"}
	has := map[string]money.Amount{}
	for _, fan := range fans {
		s.deposit(fan, testkit.TWIST(300))
		s.stake(fan, s.scene.pool, testkit.TWIST(100))
		has[fan] = testkit.TWIST(200)
	}
	s.clock.Advance(day)
	var paid money.Amount
	var orders []twist.Converted
	s.rounds(func(round int) {
		orders = append(orders, s.earnings(3, round)...)
		for i, moves := range inStorm(s.stormy, 8, func(i int, on *twist.Platform) ([]twist.StakeMoved, error) {
			if i >= 6 {
				return nil, s.approvals(on)
			}
			return s.moves(on, round, i, s.callers[fans[i%3]])
		}) {
			for _, m := range moves {
				paid = sum(t, paid, m.Rewards)
				has[fans[i%3]] = sum(t, has[fans[i%3]], m.Rewards, m.Principal)
			}
		}
		for _, fan := range fans {
			s.requireAvailable(fan, has[fan])
		}
		s.requireShared(orders, paid)
	}, &s.wire.lost, &s.storm.again)
	require.Positive(t, paid)
}

// moves stakes, leaves and claims in turn, and gives what was allowed; the principal of a stake is negative.
func (s shopping) moves(on *twist.Platform, round, i int, by twist.Caller) (done []twist.StakeMoved, err error) {
	const amount money.Amount = 13_000_000_001
	for k := range 3 {
		m, err := commits(s.stormy, on, under("%d-%d-%d", round, i, k), func(ctx context.Context, on *twist.Platform) (twist.StakeMoved, error) {
			switch (i + k + round) % 4 {
			case 0:
				return on.Staking.Stake(ctx, by, s.scene.pool, amount)
			case 1:
				return on.Staking.Claim(ctx, by, s.scene.pool)
			}
			return on.Staking.Leave(ctx, by, s.scene.pool, amount)
		})
		_, ok, err := unless(m, err, ledger.ErrInsufficientFunds, staking.ErrNothingToClaim, staking.ErrInsufficientStake, staking.ErrRemainder)
		if err != nil {
			return nil, err
		}
		if (i+k+round)%4 == 0 {
			m.Principal = m.Principal.Neg()
		}
		if ok {
			done = append(done, m)
		}
	}
	return done, nil
}

// requireShared holds that all orders are shared to the unit, and the pool's part is paid or owed.
func (s shopping) requireShared(orders []twist.Converted, paid money.Amount) {
	s.t.Helper()
	var fees, fans, net money.Amount
	for _, o := range orders {
		c := s.scene.conversion(o).Commissions[0]
		require.Equal(s.t, attribution.Approved, c.State)
		require.Equal(s.t, c.Gross, sum(s.t, c.Fee, c.Fans, c.Net))
		fees, fans, net = sum(s.t, fees, c.Fee), sum(s.t, fans, c.Fans), sum(s.t, net, c.Net)
	}
	pool := s.poolNow(s.scene.pool)
	require.Equal(s.t, fans, pool.Funded)
	require.Equal(s.t, paid, pool.Paid)
	require.Equal(s.t, difference(s.t, fans, paid), s.at(ledger.Rewards(s.scene.pool)))
	require.Equal(s.t, fees, s.at(ledger.Fees()))
	s.requireAvailable("ada", net)
}
