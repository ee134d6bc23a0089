package twist_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// P-03, P-04, P-07, I-01, I-06: fans move stakes crosswise between the same three pools, in whatever weather and in
// every order of the pools, while they stake, leave, claim and are given rewards. After each round everybody has what
// was brought in, in one place or another, to the unit, and the pools' ledger accounts are what their rows make.
func TestStormRebalances(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	names, fans := []string{"ada", "bea", "cat"}, []string{"fay", "gil", "hal", "ike"}
	var pools []staking.PoolID
	for _, name := range names {
		pools = append(pools, p.pool(name, 2_000))
		p.deposit(name, testkit.TWIST(10))
	}
	for _, fan := range fans {
		p.deposit(fan, testkit.TWIST(100))
		p.stake(fan, pools[0], testkit.TWIST(30))
	}
	brought := p.heldIn(names, fans, pools)
	_, errs := together(8, func(i int) (done any, err error) { // in calm: whatever order they are named in, nobody waits for each other
		for k := range 5 {
			a, b := pools[(i+k)%3], pools[(i+k+1+i%2)%3]
			if done, err = p.wild[i%2].Staking.Rebalance(p.ctx(), p.signIn(fans[i%len(fans)]), staking.ModeEqual, targets([]staking.PoolID{a, b})); err != nil {
				_, _, err = unless(done, err, staking.ErrPositionNotFound)
			}
		}
		return done, err
	})
	requireAll(t, errs)
	require.Zero(t, p.storm.again.Load())
	p.rounds(func(round int) {
		p.clock.Advance(day)
		moved := inStorm(p, 16, func(i int, on *twist.Platform) (moved money.Amount, err error) {
			for k := range 3 {
				more, err := p.crosses(on, fmt.Sprintf("%d-%d-%d", round, i, k), i+5*k+round, names, fans, pools)
				if err != nil {
					return 0, err
				}
				moved += more
			}
			return moved, nil
		})
		require.NotZero(t, sum(t, moved...), "some of them moved something")
		require.Equal(t, brought, p.heldIn(names, fans, pools))
	}, &p.storm.again)
}

// crosses is one thing that somebody does, and how much a rebalance moved by it.
func (p *stormy) crosses(on *twist.Platform, key string, n int, names, fans []string, pools []staking.PoolID) (money.Amount, error) {
	fan, pool := p.signIn(fans[n%len(fans)]), pools[n%len(pools)]
	answer, err := commits(p, on, under("%s", key), func(ctx context.Context, on *twist.Platform) (any, error) {
		switch n % 9 {
		case 0:
			return on.Staking.Stake(ctx, fan, pool, testkit.TWIST(2)+money.Amount(n))
		case 1:
			return on.Staking.Leave(ctx, fan, pool, testkit.TWIST(3))
		case 2:
			return on.Staking.Claim(ctx, fan, pool)
		case 3:
			return on.Staking.Distribute(ctx, p.signIn(names[n%len(names)]), pool, staking.Source(key), money.Amount(1_000_003+n))
		case 4:
			return on.Staking.Rebalance(ctx, fan, staking.ModeEqual, targets([]staking.PoolID{pools[2], pools[0]}))
		}
		shares := []money.Bps{money.Bps(n*1_237%5_000) + 1_000, 2_000}
		return on.Staking.Rebalance(ctx, fan, staking.ModeCustom, targets(
			[]staking.PoolID{pools[n%3], pools[(n+1)%3], pools[(n+2)%3]}, shares[0], shares[1], 10_000-shares[0]-shares[1],
		))
	})
	answer, ok, err := unless(answer, err, ledger.ErrInsufficientFunds, staking.ErrInsufficientStake, staking.ErrRemainder, staking.ErrPositionNotFound,
		staking.ErrNothingToClaim, staking.ErrNoWeight, staking.ErrRebalancePool)
	done, moved := answer.(twist.Rebalanced)
	if !ok || !moved {
		return 0, err
	}
	return done.Moved, err
}

// heldIn is all that these people have: at hand, staked, and as rewards that nobody has claimed. It holds the ledger
// accounts of the pools against their positions on the way.
func (p *stormy) heldIn(names, fans []string, pools []staking.PoolID) (all money.Amount) {
	p.t.Helper()
	for _, name := range append(append([]string{}, names...), fans...) {
		all = sum(p.t, all, p.balances(name).Available)
	}
	staked := map[staking.PoolID]money.Amount{}
	for _, fan := range fans {
		holdings, err := p.Staking.Positions(p.ctx(), p.signIn(fan), "", 10)
		require.NoError(p.t, err)
		for _, h := range holdings {
			staked[h.Position.Pool] = sum(p.t, staked[h.Position.Pool], h.Position.Staked())
		}
	}
	for _, id := range pools {
		require.Equal(p.t, staked[id], p.at(ledger.Staked(id)))
		all = sum(p.t, all, staked[id], p.at(ledger.Rewards(id)))
	}
	return all
}
