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
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// P-03, P-04, P-07, I-01, I-02: thirty-two actors at once, in whatever weather, stake, leave by way of cooldowns,
// claim, take tickets back and have them paid, give to fans, and pause and resume pools, while the job pays what
// is due. After each round every fan has what was brought in or earned, in one place or another, to the unit: and
// the pools' ledger accounts are what positions, tickets and what has accrued make. In the end the pools are
// closed and left, and nothing is in them.
func TestStormCooldowns(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	names, fans := []string{"ada", "bea"}, []string{"fay", "gil", "hal", "ike", "joe", "kim", "lou", "max"}
	var pools [2]staking.PoolID
	for i, name := range names {
		pools[i] = p.pool(name, 2_000)
		wait := day
		_, err := p.Staking.ChangePool(p.ctx(), p.signIn(name), pools[i], twist.PoolChange{Cooldown: &wait})
		require.NoError(t, err)
		p.deposit(name, testkit.TWIST(1_000))
	}
	for _, fan := range fans {
		p.deposit(fan, testkit.TWIST(500))
		p.stake(fan, pools[0], testkit.TWIST(20)) // under no cooldown
	}
	brought := p.cooldownTotal(names, fans, pools)
	p.rounds(func(round int) {
		p.clock.Advance(day)
		inStorm(p, 32, func(i int, on *twist.Platform) (struct{}, error) {
			for k := range 3 {
				if err := p.cools(on, fmt.Sprintf("%d-%d-%d", round, i, k), i+k*7+round, names, fans, pools); err != nil {
					return struct{}{}, err
				}
			}
			return struct{}{}, nil
		})
		require.Equal(t, brought, p.cooldownTotal(names, fans, pools))
	})
	p.requireHit(&p.storm.again)
	p.emptied(names, fans, pools)
	require.Equal(t, brought, p.cooldownTotal(names, fans, pools))
	p.audit()
}

// cools is one thing that somebody does.
func (p *stormy) cools(on *twist.Platform, key string, n int, names, fans []string, pools [2]staking.PoolID) error {
	fan, pool := p.signIn(fans[n%len(fans)]), pools[n/3%2]
	owner := p.signIn(names[n/3%2])
	if n%11 == 10 {
		_, err := insist(p, repeatable, on.Staking.ReleaseDue)
		return err
	}
	_, err := commits(p, on, under("%s", key), func(ctx context.Context, on *twist.Platform) (any, error) {
		switch n % 11 {
		case 0, 1, 2:
			return on.Staking.Stake(ctx, fan, pool, testkit.TWIST(int64(3+n%5))+money.Amount(n))
		case 3, 4:
			return on.Staking.Leave(ctx, fan, pool, testkit.TWIST(int64(1+n%7)))
		case 5:
			return on.Staking.Claim(ctx, fan, pool)
		case 6, 7:
			return p.ends(ctx, on, fan, n%2 == 0)
		case 8:
			return on.Staking.Distribute(ctx, owner, pool, staking.Source(key), money.Amount(1_000_003*(n+1)))
		}
		if n%2 == 0 {
			return on.Staking.PausePool(ctx, owner, pool)
		}
		return on.Staking.ResumePool(ctx, owner, pool)
	})
	_, _, err = unless[any](nil, err, ledger.ErrInsufficientFunds, staking.ErrInsufficientStake, staking.ErrRemainder, staking.ErrPositionNotFound,
		staking.ErrPoolNotActive, staking.ErrNothingToClaim, staking.ErrNoWeight, staking.ErrTicketOver, staking.ErrTicketNotFound,
		staking.ErrCooldownActive, staking.ErrPoolTransition, staking.ErrBelowMinimum)
	return err
}

// ends ends the last of a fan's tickets, one way or the other.
func (p *stormy) ends(ctx context.Context, on *twist.Platform, fan twist.Caller, back bool) (any, error) {
	all, err := on.Staking.Tickets(ctx, fan, "", 1_000)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, staking.ErrTicketNotFound
	}
	if back {
		return on.Staking.CancelExit(ctx, fan, all[len(all)-1].ID)
	}
	return on.Staking.Withdraw(ctx, fan, all[len(all)-1].ID)
}

// cooldownTotal is all that these people have: at hand, staked, cooling, and as rewards that nobody has claimed. It
// holds the ledger accounts of the pools against their rows on the way.
func (p *stormy) cooldownTotal(names, fans []string, pools [2]staking.PoolID) (all money.Amount) {
	p.t.Helper()
	for _, name := range append(append([]string{}, names...), fans...) {
		all = sum(p.t, all, p.balances(name).Available)
	}
	for _, id := range pools {
		var staked, cooling, claimable money.Amount
		for _, fan := range fans {
			holdings, err := p.Staking.Positions(p.ctx(), p.signIn(fan), "", 10)
			require.NoError(p.t, err)
			for _, h := range holdings {
				if h.Position.Pool == id {
					staked, claimable = sum(p.t, staked, h.Position.Staked()), sum(p.t, claimable, h.Claimable)
				}
			}
			tickets, err := ports.Read(p.ctx(), p.store, func(ctx context.Context, v ports.View) ([]staking.Ticket, error) {
				return v.Tickets.ListByAccount(ctx, staking.AccountID(p.signIn(fan).Account), "", 1_000)
			})
			require.NoError(p.t, err)
			for _, t := range tickets {
				if t.Pool == id && t.State == staking.Cooling {
					cooling = sum(p.t, cooling, t.Amount)
				}
			}
		}
		rewards := p.at(ledger.Rewards(id))
		require.Equal(p.t, staked, p.at(ledger.Staked(id)))
		require.Equal(p.t, cooling, p.at(ledger.Cooling(id)))
		require.LessOrEqual(p.t, claimable, rewards)
		require.Less(p.t, rewards, sum(p.t, claimable, money.Amount(len(fans)+1)), "what nobody can claim yet are fractions")
		all = sum(p.t, all, sum(p.t, sum(p.t, staked, cooling), rewards))
	}
	return all
}

// emptied closes the pools and lets everybody leave, whose tickets the job pays.
func (p *stormy) emptied(names, fans []string, pools [2]staking.PoolID) {
	p.t.Helper()
	for i, id := range pools {
		_, err := p.Staking.ClosePool(p.ctx(), p.signIn(names[i]), id)
		require.NoError(p.t, err)
	}
	for _, fan := range fans {
		holdings, err := p.Staking.Positions(p.ctx(), p.signIn(fan), "", 10)
		require.NoError(p.t, err)
		for _, h := range holdings {
			if staked := h.Position.Staked(); staked > 0 {
				p.leave(fan, h.Position.Pool, staked)
			}
		}
	}
	p.clock.Advance(day)
	_, err := p.Staking.ReleaseDue(p.ctx())
	require.NoError(p.t, err)
	for _, id := range pools {
		for _, at := range []ledger.Address{ledger.Staked(id), ledger.Cooling(id), ledger.Rewards(id)} {
			require.Zero(p.t, p.at(at), at)
		}
		require.Zero(p.t, p.poolNow(id).Stakers)
	}
}
