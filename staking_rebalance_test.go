package twist_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// targets are pools of a rebalance with their shares.
func targets(pools []staking.PoolID, shares ...money.Bps) (all []staking.Target) {
	for i, pool := range pools {
		all = append(all, staking.Target{Pool: pool})
		if len(shares) > 0 {
			all[i].Share = shares[i]
		}
	}
	return all
}

// rebalance moves what fay has staked.
func (w *world) rebalance(mode staking.Mode, of []staking.Target) twist.Rebalanced {
	w.t.Helper()
	done, err := w.Staking.Rebalance(w.ctx(), w.signIn("fay"), mode, of)
	require.NoError(w.t, err)
	return done
}

// threePools has three pools, in the first of which fay has 30 TWIST and in the second 3.
func threePools(t testing.TB) (*world, []staking.PoolID) {
	t.Helper()
	w := newWorld(t)
	pools := []staking.PoolID{w.pool("ada", 2_000), w.pool("bea", 2_000), w.pool("cat", 2_000)}
	w.deposit("fay", testkit.TWIST(40))
	w.stake("fay", pools[0], testkit.TWIST(30))
	w.stake("fay", pools[1], testkit.TWIST(3))
	w.clock.Advance(day)
	return w, pools
}

// richRebalances has a rebalance that moved in three pools, one that left one of them whole, and a stake that is part
// of none.
func richRebalances(w *world) {
	pools := []staking.PoolID{w.pool("ada", 2_000), w.pool("bea", 2_000), w.pool("cat", 2_000)}
	w.deposit("fay", testkit.TWIST(40))
	w.stake("fay", pools[0], testkit.TWIST(30)+1)
	w.deposit("gil", testkit.TWIST(15))
	for _, pool := range pools {
		w.stake("gil", pool, testkit.TWIST(5))
	}
	w.seal()
	w.clock.Advance(day)
	w.deposit("ada", testkit.TWIST(5))
	_, err := w.Staking.Distribute(w.ctx(), w.signIn("ada"), pools[0], "gift", testkit.TWIST(1)+1)
	require.NoError(w.t, err)
	w.rebalance(staking.ModeEqual, targets(pools))
	w.clock.Advance(day)
	w.rebalance(staking.ModeCustom, targets(pools[:2], 0, 10_000))
	w.stake("fay", pools[0], testkit.TWIST(2))
}

// P-03, P-04, I-01: the plan says what will be and does nothing; the act does exactly that, pays what was earned in a
// pool that is left whole, and everything stands to the unit.
func TestRebalanceIsWhatItsPlanSays(t *testing.T) {
	t.Parallel()
	w, pools := threePools(t)
	w.deposit("ada", testkit.TWIST(1))
	_, err := w.Staking.Distribute(w.ctx(), w.signIn("ada"), pools[0], "gift", 101)
	require.NoError(t, err)
	fay, told := w.signIn("fay"), len(w.told())
	asked := targets(pools, 0, 3_333, 6_667)
	planned, err := w.Staking.PlanRebalance(t.Context(), fay, staking.ModeCustom, asked)
	require.NoError(t, err)
	require.Len(t, w.told(), told, "a plan tells nothing")
	require.Equal(t, testkit.TWIST(30), w.poolNow(pools[0]).Staked())

	done := w.rebalance(staking.ModeCustom, asked)
	require.Equal(t, testkit.TWIST(33), done.Total)
	require.Equal(t, testkit.TWIST(30), done.Moved)
	require.Equal(t, money.Amount(100), done.Rewards, "101 do not divide by what is staked: the fraction is carried")
	for i := range done.Shifts {
		require.NotEmpty(t, done.Shifts[i].Entry)
		done.Shifts[i].Entry = ""
	}
	require.Equal(t, "reb_", done.ID[:4])
	done.ID = ""
	require.Equal(t, planned, done)
	w.requireAvailable("fay", testkit.TWIST(7)+100)
	stands := map[staking.PoolID]money.Amount{pools[0]: 0, pools[1]: 10_998_900_000, pools[2]: 22_001_100_000}
	for id, amount := range stands {
		require.Equal(t, amount, w.at(ledger.Staked(id)))
	}
	w.sound()
	require.Equal(t, []journal.Kind{journal.Left, journal.Staked, journal.Staked, journal.Rebalanced}, kindsOf(w.told()[told:]))

	still := w.rebalance(staking.ModeCustom, asked)
	require.Zero(t, still.Moved)
	require.Empty(t, still.ID)
	require.Len(t, w.told(), told+4, "what stands as it should is left, and nobody is told")
	w.sound()
}

func kindsOf(events []journal.Event) (kinds []journal.Kind) {
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// A rebalance that one pool refuses moves nothing in any other, and says which and why; so does its plan.
func TestRebalanceIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w, pools := threePools(t)
	wait := time.Hour
	_, err := w.Staking.ChangePool(t.Context(), w.signIn("bea"), pools[1], twist.PoolChange{Cooldown: &wait})
	require.NoError(t, err)
	w.clock.Advance(day)
	w.stake("fay", pools[1], testkit.TWIST(3))
	_, err = w.Staking.PausePool(t.Context(), w.signIn("cat"), pools[2])
	require.NoError(t, err)
	fay, gil := w.signIn("fay"), w.signIn("gil")
	told := len(w.told())
	for name, test := range map[string]struct {
		mode    staking.Mode
		targets []staking.Target
		refusal error
		detail  string
	}{
		"a_stake_would_cool":    {staking.ModeCustom, targets(pools[:2], 10_000, 0), staking.ErrRebalanceCools, string(pools[1])},
		"a_pool_is_paused":      {staking.ModeEqual, targets(pools), staking.ErrRebalancePool, string(pools[2])},
		"no_pool_yields":        {staking.ModeAPY, targets(pools), staking.ErrRebalanceYield, ""},
		"there_is_no_such_pool": {staking.ModeEqual, targets([]staking.PoolID{pools[0], "pool_none"}), staking.ErrPoolNotFound, ""},
		"nor_to_weigh_by_apy":   {staking.ModeAPY, targets([]staking.PoolID{pools[0], "pool_none"}), staking.ErrPoolNotFound, ""},
		"shares_are_not_whole":  {staking.ModeCustom, targets(pools, 1, 2, 3), staking.ErrRebalanceShares, ""},
	} {
		for _, do := range []func(context.Context, twist.Caller, staking.Mode, []staking.Target) (twist.Rebalanced, error){
			w.Staking.Rebalance, w.Staking.PlanRebalance,
		} {
			_, err := do(t.Context(), fay, test.mode, test.targets)
			require.ErrorIs(t, err, test.refusal, name)
			require.ErrorContains(t, err, test.detail, name)
		}
	}
	_, err = w.Staking.PlanRebalance(t.Context(), gil, staking.ModeEqual, targets(pools))
	require.ErrorIs(t, err, staking.ErrPositionNotFound, "nobody moves what is another's")
	require.Len(t, w.told(), told)
	require.Equal(t, testkit.TWIST(30), w.at(ledger.Staked(pools[0])))
	moved := w.rebalance(staking.ModeCustom, targets(pools[:2], 9_166, 834)) // what came under no cooldown is free
	require.Equal(t, money.Amount(2_997_600_000), moved.Moved)
	w.sound()
}

// A pool that was closed is left by a rebalance like by any exit: its last fan gone, what is left in it goes to its
// influencer in the same unit of work.
func TestRebalanceEndsAClosedPool(t *testing.T) {
	t.Parallel()
	w, pools := threePools(t)
	w.deposit("ada", testkit.TWIST(1))
	w.deposit("gil", testkit.TWIST(3))
	w.stake("gil", pools[0], testkit.TWIST(3))
	w.clock.Advance(day)
	_, err := w.Staking.Distribute(t.Context(), w.signIn("ada"), pools[0], "gift", 100)
	require.NoError(t, err)
	_, err = w.Staking.ClosePool(t.Context(), w.signIn("ada"), pools[0])
	require.NoError(t, err)
	w.leave("gil", pools[0], testkit.TWIST(3))
	had := w.balances("ada").Available
	done := w.rebalance(staking.ModeCustom, targets(pools, 0, 5_000, 5_000))
	require.Equal(t, money.Amount(90), done.Rewards)
	require.Equal(t, had+1, w.balances("ada").Available, "ten elevenths of gil's and fay's fractions")
	for _, at := range []ledger.Address{ledger.Staked(pools[0]), ledger.Rewards(pools[0])} {
		require.Zero(t, w.at(at))
	}
	w.sound()
}

// P-11: between two pools a thousand times a day earns nothing that standing still would not, and loses what is
// shared meanwhile: what moved counts from the next epoch on.
func TestRebalanceDoesNotChaseDistributions(t *testing.T) {
	t.Parallel()
	w, pools := threePools(t)
	w.deposit("gil", testkit.TWIST(90))
	for _, pool := range pools {
		w.stake("gil", pool, testkit.TWIST(30))
	}
	w.clock.Advance(day)
	for i, name := range []string{"ada", "bea", "cat"} {
		w.deposit(name, testkit.TWIST(1))
		w.rebalance(staking.ModeCustom, targets([]staking.PoolID{pools[i], pools[(i+1)%3], pools[(i+2)%3]}, 10_000, 0, 0))
		_, err := w.Staking.Distribute(w.ctx(), w.signIn(name), pools[i], "gift", testkit.TWIST(1))
		require.NoError(t, err)
	}
	w.rebalance(staking.ModeCustom, targets(pools, 10_000, 0, 0))
	holdings, err := w.Staking.Positions(t.Context(), w.signIn("fay"), "", 10)
	require.NoError(t, err)
	earned := w.balances("fay").Available - testkit.TWIST(7)
	for _, h := range holdings {
		earned += h.Claimable
	}
	require.Equal(t, testkit.TWIST(1)/2-1, earned, "its half, rounded down, of the first pool, in which it stood when the epoch began, and of no other")
	w.sound()
}
