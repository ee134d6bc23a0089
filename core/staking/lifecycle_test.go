package staking_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// The cases of TestKnownFailures in which the influencer decides something.

func shareWaits(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 1_000 * twist})
	raised := staking.Settings{Share: 3_000, Minimum: twist}
	require.NoError(t, s.set(raised))
	for range 2 { // whoever asks in this epoch, finds what it began with
		pool, _ := s.rolled()
		require.Equal(t, usual, pool.Settings)
		require.Equal(t, raised, pool.Announced())
		s.mustDistribute(t, 7)
	}
	require.NoError(t, s.stake("bob", staking.MinimumFloor))
	s.now++
	pool, _ := s.rolled()
	require.Equal(t, raised, pool.Settings)
	require.Zero(t, pool.Next)
	require.ErrorIs(t, s.stake("cid", staking.MinimumFloor), staking.ErrBelowMinimum)
}

func lastWordCounts(t *testing.T) {
	s := newStore(t)
	require.NoError(t, s.set(staking.Settings{Share: 100, Minimum: twist}))
	require.NoError(t, s.set(staking.Settings{Share: 200, Minimum: 2 * twist}))
	require.Equal(t, usual, s.pool.Settings)
	require.NoError(t, s.set(usual))
	require.Zero(t, s.pool.Next, "all as it was")
	require.NoError(t, s.set(staking.Settings{Share: 300, Minimum: 3 * twist}))
	s.now += 40
	pool, _ := s.rolled()
	require.Equal(t, staking.Settings{Share: 300, Minimum: 3 * twist}, pool.Settings)
	s.now = 1 // a late clock is in an epoch that the pool has left
	s.pool = pool
	require.NoError(t, s.set(usual))
	pool, _ = s.rolled()
	require.Equal(t, money.Bps(300), pool.Share)
}

func raisedMinimum(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 4 * stone})
	s.mustDistribute(t, 3*twist)
	s.mustSet(t, staking.Settings{Share: 2_000, Minimum: staking.Maximum})
	_, err := s.leave("ann", twist)
	require.ErrorIs(t, err, staking.ErrRemainder)
	require.Equal(t, 3*twist, s.mustLeave(t, "ann", 4*stone))
}

func fallenKeepsShare(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": 10_000 * twist})
	gold := staking.Settings{Share: 4_000, Minimum: twist}
	s.mustSet(t, gold)
	require.NoError(t, s.set(staking.Settings{Share: 3_500, Minimum: twist}))
	s.mustLeave(t, "ann", 9_900*twist) // bronze
	require.Equal(t, staking.Bronze, staking.TierOf(s.pool.Staked()))
	for share, want := range map[money.Bps]string{
		4_000: "", // what binds
		3_500: "", // what was announced
		2_000: "", // what the tier allows
		3_999: "revenue_share_above_tier",
		3_000: "revenue_share_above_tier",
		5_001: "revenue_share_above_maximum",
		-1:    "bps_out_of_range",
	} {
		one := *s
		require.Equal(t, want, code(one.set(staking.Settings{Share: share, Minimum: 2 * twist})), "%d", share)
	}
	s.now++
	require.NoError(t, s.set(staking.Settings{Share: 3_500, Minimum: 5 * twist}), "other settings change beside it")
	require.Equal(t, "revenue_share_above_tier", code(s.set(staking.Settings{Share: 4_000, Minimum: twist})), "it is gone now")
}

func closedEndsEmpty(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": twist + 1, "bob": twist + 2})
	s.mustDistribute(t, 1_000_001)
	require.Equal(t, money.Amount(500_000), s.mustClaim(t, "bob"))
	s.mustClose(t)
	require.Zero(t, s.pool.Returned, "while somebody is there nothing remains")
	require.Equal(t, money.Amount(500_000), s.mustLeave(t, "ann", twist+1))
	require.Zero(t, s.mustLeave(t, "bob", twist+2))
	require.Equal(t, money.Amount(1), s.pool.Returned, "two fractions make a unit, which is nobody's")
	require.Equal(t, money.Amount(1), s.ledger.available[owner])
	require.Zero(t, s.pool.Carry)
	require.Equal(t, books{given: -1_000_001, available: s.ledger.available}, s.ledger)
}

func remainderWaits(t *testing.T) {
	s := cooling(t, map[string]money.Amount{"ann": twist + 1, "bob": twist + 2})
	s.mustDistribute(t, 1_000_001)
	s.mustLeave(t, "ann", twist+1)
	s.mustClose(t)
	s.mustLeave(t, "bob", twist+2)
	require.Zero(t, s.pool.Staked())
	require.Zero(t, s.pool.Returned, "something cools")
	s.now += 2
	s.mustWithdraw(t, 2)
	require.Zero(t, s.pool.Returned)
	s.mustWithdraw(t, 1)
	require.Equal(t, money.Amount(1), s.pool.Returned)
	require.Zero(t, s.ledger.rewards)
}

func remainderOnce(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": twist + 1, "bob": twist + 2})
	s.mustDistribute(t, 1_000_001)
	s.mustLeave(t, "ann", twist+1)
	s.mustLeave(t, "bob", twist+2)
	s.mustClose(t) // nobody is there: the remainder goes at once
	require.Equal(t, money.Amount(1), s.pool.Returned)
	pool, rest, err := s.pool.TakeRemainder()
	require.NoError(t, err)
	require.Zero(t, rest)
	require.Equal(t, s.pool, pool)
	require.ErrorIs(t, s.close(), staking.ErrPoolTransition)
	require.ErrorIs(t, s.distribute(1), staking.ErrPoolNotActive)
	require.ErrorIs(t, s.gift(1), staking.ErrPoolNotActive)
	require.Equal(t, money.Amount(1), s.ledger.available[owner])
}

// closedKeepsPromise: what was earned before the end is shared with whoever is still there, and nothing else is.
func closedKeepsPromise(t *testing.T) {
	s := staked(t, map[string]money.Amount{"ann": stone, "bob": 2 * stone})
	before := s.at()
	require.NoError(t, s.stake("cid", stone)) // it waits
	s.now++
	s.hour = time.Hour
	s.mustClose(t)
	end := s.at()
	s.mustLeave(t, "bob", 2*stone)
	s.now += 30
	require.True(t, s.pool.Takes(8, before))
	require.NoError(t, s.revenue(8, before), "whoever waited at the end counts by now, and who left does not")
	require.NoError(t, s.revenue(2, end.Add(-time.Microsecond)))
	for _, late := range []time.Time{end, end.Add(time.Microsecond), s.at()} {
		require.False(t, s.pool.Takes(1, late))
		require.ErrorIs(t, s.revenue(1, late), staking.ErrPoolNotActive)
	}
	require.ErrorIs(t, s.revenue(0, before), staking.ErrNotPositive)
	require.ErrorIs(t, s.gift(1), staking.ErrPoolNotActive)
	require.Equal(t, money.Amount(5), s.mustClaim(t, "ann"))
	require.NoError(t, s.revenue(3, before))
	require.Equal(t, money.Amount(1), s.mustLeave(t, "ann", stone))
	require.Equal(t, money.Amount(6), s.mustLeave(t, "cid", stone))
	require.Equal(t, money.Amount(1), s.pool.Returned, "two halves make a unit, which is nobody's")
	require.False(t, s.pool.Takes(1, before), "nobody is there")
	require.ErrorIs(t, s.revenue(1, before), staking.ErrNoWeight)
	require.Empty(t, s.audit())
}

func remainderWaitsForStakes(t *testing.T) {
	for name, pool := range map[string]staking.Pool{
		"earning": {Active: 1}, "waiting": {Waiting: 1}, "cooling": {Cooling: 1},
	} {
		pool.State, pool.Carry, pool.Funded = staking.Closed, staking.U128{Hi: 3}, 3
		same, rest, err := pool.TakeRemainder()
		require.NoError(t, err, name)
		require.Zero(t, rest, name)
		require.Equal(t, pool, same, name)
	}
}

func openKeepsCarry(t *testing.T) {
	for _, state := range []staking.State{staking.Active, staking.Paused} {
		pool := staking.Pool{State: state, Carry: staking.U128{Hi: 3}, Funded: 3}
		same, rest, err := pool.TakeRemainder()
		require.NoError(t, err)
		require.Zero(t, rest)
		require.Equal(t, pool, same)
	}
}

func TestPoolTransitions(t *testing.T) {
	t.Parallel()
	moves := map[string]func(staking.Pool) (staking.Pool, error){
		"pause": staking.Pool.Pause, "resume": staking.Pool.Resume,
		"close": func(p staking.Pool) (staking.Pool, error) { return p.Close(opened) },
	}
	want := map[staking.State]map[string]staking.State{
		staking.Active: {"pause": staking.Paused, "close": staking.Closed},
		staking.Paused: {"resume": staking.Active, "close": staking.Closed},
		staking.Closed: {},
	}
	require.Len(t, want, len(staking.States()))
	for from, allowed := range want {
		for name, move := range moves {
			pool, err := move(staking.Pool{State: from})
			if to, ok := allowed[name]; ok {
				require.NoError(t, err)
				want := staking.Pool{State: to}
				if to == staking.Closed {
					want.ClosedAt = opened
				}
				require.Equal(t, want, pool)
				continue
			}
			require.ErrorIs(t, err, staking.ErrPoolTransition, "%s %s", name, from)
			require.Zero(t, pool)
		}
	}
	pool, err := staking.Pool{State: staking.Active, Settings: usual, Next: under(day)}.Close(opened)
	require.NoError(t, err)
	require.Equal(t, staking.Pool{State: staking.Closed, Settings: usual, ClosedAt: opened}, pool, "what was announced is over")
	_, err = pool.Change(under(day))
	require.ErrorIs(t, err, staking.ErrPoolNotActive)
}

// TestRemainderOfForgedRows: an empty pool carries whole units, and no more than there can be.
func TestRemainderOfForgedRows(t *testing.T) {
	t.Parallel()
	for name, carry := range map[string]staking.U128{"a_fraction": {Hi: 1, Lo: 1}, "too_much": {Hi: 1 << 63}} {
		_, rest, err := staking.Pool{State: staking.Closed, Carry: carry}.TakeRemainder()
		require.ErrorIs(t, err, staking.ErrRowsContradict, name)
		require.Zero(t, rest)
	}
	_, _, err := staking.Pool{State: staking.Closed, Carry: staking.U128{Hi: 1}, Returned: money.Max}.TakeRemainder()
	require.ErrorIs(t, err, money.ErrOverflow)
}

// A suspension is an operator's, and stands beside what the influencer decides; closing ends it.
func TestSuspension(t *testing.T) {
	t.Parallel()
	pool := staking.Pool{Owner: owner, State: staking.Active, Settings: usual, Active: 1}
	for _, reason := range []string{"", " ", "\u00a0", "two\nlines", "a\x00b", "\xff", strings.Repeat("x", 501)} {
		_, err := pool.Suspend("acct_ops", reason)
		require.ErrorIs(t, err, staking.ErrSuspendReason, "%q", reason)
	}
	_, err := pool.Suspend(owner, "Mine.")
	require.ErrorIs(t, err, staking.ErrPoolOwn)
	_, err = pool.Release("acct_ops")
	require.ErrorIs(t, err, staking.ErrPoolTransition)
	_, err = pool.Suspend("acct_ops", strings.Repeat("é", 500))
	require.NoError(t, err)
	suspended, err := pool.Suspend("acct_ops", "Whose is this?")
	require.NoError(t, err)
	require.Equal(t, "Whose is this?", suspended.Suspended)
	_, err = suspended.Suspend("acct_ops", "Again.")
	require.ErrorIs(t, err, staking.ErrPoolTransition)
	_, err = suspended.Release(owner)
	require.ErrorIs(t, err, staking.ErrPoolOwn)
	book := staking.Book{Pool: suspended, Position: staking.OpenPosition("pos_1", "", "ann", opened)}
	_, err = book.Stake(twist)
	require.ErrorIs(t, err, staking.ErrPoolNotActive)
	_, err = suspended.DistributeByHand(1)
	require.ErrorIs(t, err, staking.ErrPoolNotActive)
	require.True(t, suspended.Takes(1, opened), "revenue arrives")
	paused, err := suspended.Pause()
	require.NoError(t, err)
	resumed, err := paused.Resume()
	require.NoError(t, err)
	require.Equal(t, suspended, resumed, "the influencer does not end it")
	released, err := paused.Release("acct_ops")
	require.NoError(t, err)
	require.Equal(t, staking.Paused, released.State, "nor does the operator what the influencer decided")
	closed, err := suspended.Close(opened)
	require.NoError(t, err)
	require.Empty(t, closed.Suspended)
	_, err = closed.Suspend("acct_ops", "Late.")
	require.ErrorIs(t, err, staking.ErrPoolTransition)
}

func TestLinkLimits(t *testing.T) {
	t.Parallel()
	for staked, most := range map[money.Amount]int{0: 10, 1_000*twist - 1: 10, 1_000 * twist: 50, 10_000 * twist: 200} {
		limit, limited := staking.TierOf(staked).LinkLimit()
		require.True(t, limited)
		require.Equal(t, most, limit)
		require.NoError(t, staking.CheckLinks(most-1, staked))
		require.ErrorIs(t, staking.CheckLinks(most, staked), staking.ErrLinkLimit)
		require.ErrorIs(t, staking.CheckLinks(most+1, staked), staking.ErrLinkLimit, "a tier that fell takes no link away and gives none")
	}
	_, limited := staking.Platinum.LinkLimit()
	require.False(t, limited)
	require.NoError(t, staking.CheckLinks(1_000_000_000, 50_000*twist))
}
