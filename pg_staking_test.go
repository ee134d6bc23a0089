package twist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// moved is what one stake or exit did, by the answer to it.
type moved struct {
	fan, pool int
	staked    money.Amount // less than zero: left
}

// P-03, P-04, P-05, P-07, I-01: fans who stake in two pools and leave them, each in several places at once
// and crosswise, have in the end what the answers they got add up to, and so have the pools.
func TestStormStakesAndExits(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	pools := [2]staking.PoolID{p.pool("ada", 2_000), p.pool("bea", 2_000)}
	fans := []string{"fay", "gil", "hal"}
	has, in := make([]money.Amount, len(fans)), map[[2]int]money.Amount{}
	for i, fan := range fans {
		has[i] = testkit.TWIST(100)
		p.deposit(fan, has[i])
	}
	p.rounds(func(round int) {
		for _, moves := range inStorm(p, 12, func(i int, on *twist.Platform) (done []moved, err error) {
			for k := range 4 {
				m := moved{fan: i % len(fans), pool: (i/len(fans) + k) % 2, staked: testkit.TWIST(int64(10 + i))}
				if (i+k)%3 == 0 {
					m.staked = m.staked.Neg()
				}
				ok, err := p.move(on, under("%d-%d-%d", round, i, k), p.signIn(fans[m.fan]), pools[m.pool], m.staked)
				if err != nil {
					return nil, err
				}
				if ok {
					done = append(done, m)
				}
			}
			return done, nil
		}) {
			for _, m := range moves {
				has[m.fan] = difference(t, has[m.fan], m.staked)
				in[[2]int{m.fan, m.pool}] = sum(t, in[[2]int{m.fan, m.pool}], m.staked)
			}
		}
		for i, fan := range fans {
			p.requireAvailable(fan, has[i])
		}
		p.requireStakes(pools, fans, in)
	}, &p.wire.lost, &p.storm.again)
	require.Len(t, in, 6)
}

// move stakes an amount, or takes one out that is less than zero, and reports whether it was allowed.
func (p *stormy) move(on *twist.Platform, key manner, by twist.Caller, pool staking.PoolID, amount money.Amount) (bool, error) {
	answer, err := commits(p, on, key, func(ctx context.Context, on *twist.Platform) (twist.StakeMoved, error) {
		if amount < 0 {
			return on.Staking.Leave(ctx, by, pool, amount.Neg())
		}
		return on.Staking.Stake(ctx, by, pool, amount)
	})
	_, ok, err := unless(answer, err, ledger.ErrInsufficientFunds, staking.ErrInsufficientStake, staking.ErrRemainder, staking.ErrPositionNotFound)
	return ok, err
}

// requireStakes holds what stands in pools and positions.
func (p *stormy) requireStakes(pools [2]staking.PoolID, fans []string, in map[[2]int]money.Amount) {
	p.t.Helper()
	for n, id := range pools {
		var staked money.Amount
		stakers := int64(0)
		for i, fan := range fans {
			stands := in[[2]int{i, n}]
			if staked = sum(p.t, staked, stands); stands > 0 {
				stakers++
			}
			holdings, err := p.Staking.Positions(p.ctx(), p.signIn(fan), "", 10)
			require.NoError(p.t, err)
			for _, h := range holdings {
				if h.Position.Pool == id {
					require.Equal(p.t, stands, h.Position.Staked(), fan)
				}
			}
		}
		pool := p.poolNow(id)
		require.Equal(p.t, staked, pool.Staked())
		require.Equal(p.t, stakers, pool.Stakers)
		require.Equal(p.t, staked, p.at(ledger.Staked(id)))
	}
}

// P-27, I-06: a stake, a payout and a program that each take all of one balance, from twelve places at once:
// one has it, and the others are refused.
func TestStormSpendsABalanceOnce(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	pool := p.pool("ada", 2_000)
	p.rounds(func(round int) {
		name := numbered("fan", round)
		p.deposit(name, reserved)
		program := p.world.program(name, 0)
		by := p.signIn(name)
		spent := 0
		for _, ok := range inStorm(p, 12, func(i int, on *twist.Platform) (bool, error) {
			answer, err := commits(p, on, under("%d", i), func(ctx context.Context, on *twist.Platform) (any, error) {
				switch i % 3 {
				case 0:
					return on.Staking.Stake(ctx, by, pool, reserved)
				case 1:
					return on.Payouts.Request(ctx, by, payouts.Minimum)
				}
				return on.Attribution.Fund(ctx, by, program, reserved)
			})
			_, ok, err := unless(answer, err, ledger.ErrInsufficientFunds)
			return ok, err
		}) {
			if ok {
				spent++
			}
		}
		require.Equal(t, 1, spent)
		p.requireAvailable(name, 0)
	})
}

// P-07, P-17: one call that 64 make at once under one key, each until it is answered, happens once, and all
// have its answer.
func TestStormEqualCallsActOnce(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	pool := p.pool("ada", 2_000)
	fay := p.deposit("fay", testkit.TWIST(1_000))
	p.rounds(func(round int) {
		answers := inStorm(p, 64, func(i int, on *twist.Platform) (twist.StakeMoved, error) {
			return commits(p, on, under("round-%d", round), func(ctx context.Context, on *twist.Platform) (twist.StakeMoved, error) {
				return on.Staking.Stake(ctx, fay, pool, testkit.TWIST(7))
			})
		})
		for _, answer := range answers {
			require.Equal(t, answers[0], answer)
		}
		staked := testkit.TWIST(7 * int64(round+1))
		require.Equal(t, staked, p.poolNow(pool).Staked())
		p.requireAvailable("fay", difference(t, testkit.TWIST(1_000), staked))
	}, &p.wire.lost)
}

// P-07: a call without a key that is made once happens once when it is answered, and otherwise at most once:
// nothing below the caller repeats what may have happened.
func TestStormCallsWithoutKeysAreNotRepeated(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	pool := p.pool("ada", 2_000)
	fay := p.deposit("fay", testkit.TWIST(1_000))
	all, unanswered := int64(0), int64(0)
	p.rounds(func(int) {
		var known, open int64
		for _, answered := range inStorm(p, 24, func(_ int, on *twist.Platform) (bool, error) {
			_, err := on.Staking.Stake(p.ctx(), fay, pool, testkit.TWIST(1))
			return cameBack(err)
		}) {
			if known++; !answered {
				known, open = known-1, open+1
			}
		}
		now := p.storm.count(t, `SELECT count(*) FROM entries WHERE kind = 'stake'`)
		require.GreaterOrEqual(t, now, all+known)
		require.LessOrEqual(t, now, all+known+open)
		require.Equal(t, testkit.TWIST(now), p.poolNow(pool).Staked())
		all, unanswered = now, unanswered+open
	}, &p.wire.lost, &p.storm.again)
	require.Positive(t, unanswered)
}

// cameBack reports whether there was an answer, which was no refusal.
func cameBack(err error) (bool, error) {
	if err != nil && passing(err) {
		return false, nil
	}
	return err == nil, err
}
