package twist_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// cooldowns is a stormy world with two pools of influencers', fans of both, and a program through which revenue
// comes.
type cooldowns struct {
	*stormy

	owners, fans []string
	pools        [2]staking.PoolID
	program      attribution.ProgramID
	codes        [2]string // of the owners' links
}

func newCooldowns(t *testing.T) cooldowns {
	p := cooldowns{
		stormy: newStormy(t), owners: []string{"ada", "bea"},
		fans: []string{"fay", "gil", "hal", "ike", "joe", "kim", "lou", "max"},
	}
	p.storm.sums = &sums{db: p.storm.db}
	shop := p.deposit("shop", testkit.TWIST(5_000))
	program, err := p.Attribution.OpenProgram(p.ctx(), shop, twist.NewProgram{Name: "no hold", Rate: 2_000})
	require.NoError(t, err)
	p.program = program.ID
	p.fund("shop", p.program, testkit.TWIST(5_000))
	for i, name := range p.owners {
		p.pools[i] = p.pool(name, 2_000)
		wait := day
		_, err := p.Staking.ChangePool(p.ctx(), p.signIn(name), p.pools[i], twist.PoolChange{Cooldown: &wait})
		require.NoError(t, err)
		p.deposit(name, testkit.TWIST(1_000))
		p.codes[i] = p.link(name, p.program)
	}
	for _, fan := range p.fans {
		p.deposit(fan, testkit.TWIST(500))
		p.stake(fan, p.pools[0], testkit.TWIST(20)) // under no cooldown
	}
	for _, fan := range p.fans[:4] {
		_, err := p.Staking.SetCompounding(p.ctx(), p.signIn(fan), p.pools[0], true)
		require.NoError(t, err)
	}
	return p
}

// P-03, P-04, P-07, P-10, I-01, I-02, I-03: thirty-two actors at once, in whatever weather, stake, leave by way of
// cooldowns, claim, take tickets back and have them paid, give to fans, approve revenue, announce other settings,
// pause and resume pools, and say that what they earn is staked again, while the jobs pay what is due and stake what
// was earned, each turn once. After every unit of work of theirs, done or
// not, the pools' ledger accounts are exactly what positions, tickets and what has accrued make. After each round
// every unit that was brought in is somewhere; in the end the pools are closed and left, and nothing is in them.
func TestStormCooldowns(t *testing.T) {
	t.Parallel()
	const actors, each = 32, 3
	p := newCooldowns(t)
	brought := p.total()
	p.roundsOf(stormsOf(t), func(round int) {
		p.clock.Advance(day)
		for i, code := range p.codes {
			p.order(p.program, fmt.Sprintf("order-%d-%d", round, i), testkit.TWIST(17)+1, p.click(code))
		}
		inStorm(p.stormy, actors, func(i int, on *twist.Platform) (struct{}, error) {
			for k := range each {
				if err := p.acts(on, fmt.Sprintf("%d-%d-%d", round, i, k), i*each+k+round*5); err != nil {
					return struct{}{}, err
				}
			}
			return struct{}{}, nil
		})
		require.Equal(t, brought, p.total())
	}, &p.storm.again)
	require.Positive(t, p.storm.count(t, `SELECT count(*) FROM entries WHERE kind = 'compound'`))
	require.Zero(t, p.storm.count(t, `SELECT count(*) FROM (
		SELECT FROM entries WHERE kind = 'compound' GROUP BY metadata ->> 'position', at HAVING count(*) > 1) AS twice`), "a day has a turn, and was one moment")
	p.emptied()
	require.Equal(t, brought, p.total())
	p.audit()
	p.storm.sums.require(t)
	require.Greater(t, p.storm.sums.looked.Load(), int64(rounds*actors*each))
	t.Logf("the sums were compared %d times", p.storm.sums.looked.Load())
}

// stormsOf is how often a scenario is run: more often by `make long`.
func stormsOf(t *testing.T) int {
	t.Helper()
	return max(rounds, int(seeds(t, 0)/50))
}

// acts is one thing that somebody does.
func (p cooldowns) acts(on *twist.Platform, key string, n int) error {
	which := n / 3 % 2
	fan, owner, pool := p.signIn(p.fans[n/2%len(p.fans)]), p.signIn(p.owners[which]), p.pools[which]
	switch n % 17 {
	case 12:
		_, err := insist(p.stormy, repeatable, on.Staking.ReleaseDue)
		return err
	case 13:
		_, err := insist(p.stormy, repeatable, on.Attribution.ApproveDue)
		return err
	case 14, 15:
		_, err := insist(p.stormy, repeatable, on.Staking.CompoundDue)
		return err
	case 16:
		set, err := insist(p.stormy, repeatable, func(ctx context.Context) (staking.Position, error) {
			return on.Staking.SetCompounding(ctx, fan, pool, n%5 > 0)
		})
		_, _, err = unless(set, err, staking.ErrPositionNotFound)
		return err
	}
	_, err := commits(p.stormy, on, under("%s", key), func(ctx context.Context, on *twist.Platform) (any, error) {
		switch n % 17 {
		case 0, 1, 2:
			return on.Staking.Stake(ctx, fan, pool, testkit.TWIST(int64(3+n%5))+money.Amount(n))
		case 3, 4, 5:
			return on.Staking.Leave(ctx, fan, pool, testkit.TWIST(int64(1+n%7)))
		case 6:
			return on.Staking.Claim(ctx, fan, pool)
		case 7, 8:
			return p.ends(ctx, on, fan, n%2 == 0)
		case 9:
			return on.Staking.Distribute(ctx, owner, pool, staking.Source(key), money.Amount(1_000_003*(n+1)))
		case 10:
			wait, least, share := time.Duration(n%3)*day, testkit.TWIST(int64(1+n%2)), money.Bps(1_000+n)
			return on.Staking.ChangePool(ctx, owner, pool, twist.PoolChange{Cooldown: &wait, Minimum: &least, Share: &share})
		}
		if n%4 == 3 {
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
func (p cooldowns) ends(ctx context.Context, on *twist.Platform, fan twist.Caller, back bool) (any, error) {
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

// total is all that these people have: at hand, staked, cooling, as rewards that nobody has claimed, in a budget, and
// what became the platform's. It holds the ledger accounts of the pools against what is shown of their rows on the way.
func (p cooldowns) total() money.Amount {
	p.t.Helper()
	f := p.funds("shop", p.program)
	all := sum(p.t, f.Budget, f.Pending, p.at(ledger.Fees()), p.balances("shop").Available)
	for _, name := range slices.Concat(p.owners, p.fans) {
		all = sum(p.t, all, p.balances(name).Available)
	}
	for _, id := range p.pools {
		var staked, claimable money.Amount
		for _, fan := range p.fans {
			holdings, err := p.Staking.Positions(p.ctx(), p.signIn(fan), "", 10)
			require.NoError(p.t, err)
			for _, h := range holdings {
				if h.Position.Pool == id {
					staked, claimable = sum(p.t, staked, h.Position.Staked()), sum(p.t, claimable, h.Claimable)
				}
			}
		}
		rewards := p.at(ledger.Rewards(id))
		require.Equal(p.t, staked, p.at(ledger.Staked(id)))
		require.LessOrEqual(p.t, claimable, rewards)
		require.Less(p.t, rewards, sum(p.t, claimable, money.Amount(len(p.fans)+1)), "what nobody can claim yet are fractions")
		all = sum(p.t, all, staked, p.at(ledger.Cooling(id)), rewards)
	}
	return all
}

// emptied closes the pools and lets everybody leave, whose tickets the job pays.
func (p cooldowns) emptied() {
	p.t.Helper()
	for i, id := range p.pools {
		_, err := p.Staking.ClosePool(p.ctx(), p.signIn(p.owners[i]), id)
		require.NoError(p.t, err)
	}
	for _, fan := range p.fans {
		holdings, err := p.Staking.Positions(p.ctx(), p.signIn(fan), "", 10)
		require.NoError(p.t, err)
		for _, h := range holdings {
			if staked := h.Position.Staked(); staked > 0 {
				p.leave(fan, h.Position.Pool, staked)
			}
		}
	}
	p.clock.Advance(2 * day) // the longest that any of it cools
	_, err := p.Staking.ReleaseDue(p.ctx())
	require.NoError(p.t, err)
	for _, id := range p.pools {
		for _, at := range []ledger.Address{ledger.Staked(id), ledger.Cooling(id), ledger.Rewards(id)} {
			require.Zero(p.t, p.at(at), at)
		}
		require.Zero(p.t, p.poolNow(id).Stakers)
	}
}
