package twist_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// give lets the owner of a pool give to its fans.
func (w *world) give(owner string, pool staking.PoolID, source staking.Source, amount money.Amount) {
	w.t.Helper()
	_, err := w.Staking.Distribute(w.ctx(), w.signIn(owner), pool, source, amount)
	require.NoError(w.t, err)
}

// claimable is what a name could claim in a pool.
func (w *world) claimable(name string, pool staking.PoolID) money.Amount {
	w.t.Helper()
	holdings, err := w.Staking.Positions(w.ctx(), w.signIn(name), "", 10)
	require.NoError(w.t, err)
	for _, h := range holdings {
		if h.Position.Pool == pool {
			return h.Claimable
		}
	}
	return 0
}

// P-11, I-05: who comes for a distribution and leaves after it has nothing of it, with many times the stake of those
// who were there, as a new stake or by taking a ticket back: all of it is theirs.
func TestAStakeJustInTimeEarnsNothing(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.changes(day)
		s.deposit("ada", testkit.TWIST(1))
		s.fan("fay", even) // among which it divides without a rest
		s.fan("eve", testkit.TWIST(1_000))
		s.clock.Advance(day)
		ticket := s.leave("eve", s.pool, testkit.TWIST(1_000)).Tickets[0]
		s.deposit("eve", testkit.TWIST(1_000))

		s.stake("eve", s.pool, testkit.TWIST(1_000))
		_, err := s.Staking.CancelExit(t.Context(), s.signIn("eve"), ticket.ID)
		require.NoError(t, err)
		s.give("ada", s.pool, "lump", 12_345)
		left := s.leave("eve", s.pool, testkit.TWIST(2_000))
		require.Zero(t, left.Rewards)
		require.Equal(t, money.Amount(12_345), s.claim("fay", s.pool))
		require.Zero(t, s.at(ledger.Rewards(s.pool)))
		s.sound()
	})
}

// A stake that is split over eleven accounts earns what it would in one hand, less at most a unit for each.
func TestASplitStakeEarnsTheSame(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		const parts = 11
		each := testkit.TWIST(3) + 7
		whole, split := w.pool("ada", 2_000), w.pool("bea", 2_000)
		names := []string{}
		stakes := func(name string, pool staking.PoolID, amount money.Amount) {
			w.deposit(name, amount)
			w.stake(name, pool, amount)
		}
		stakes("one", whole, parts*each)
		for i := range parts {
			names = append(names, numbered("part", i))
			stakes(names[i], split, each)
		}
		for _, pool := range []staking.PoolID{whole, split} {
			stakes("fay", pool, testkit.TWIST(101)+13)
		}
		w.clock.Advance(day)
		for i, amount := range []money.Amount{1, 10_007, 999_983, 3, 123_456_789} {
			for owner, pool := range map[string]staking.PoolID{"ada": whole, "bea": split} {
				w.deposit(owner, testkit.TWIST(1))
				w.give(owner, pool, staking.Source(fmt.Sprint(i)), amount)
			}
		}
		var many money.Amount
		for _, name := range names {
			many = sum(t, many, w.claim(name, split))
		}
		one := w.claim("one", whole)
		require.LessOrEqual(t, many, one, "splitting gains nothing")
		require.Less(t, difference(t, one, many), money.Amount(parts))
		w.sound()
	})
}

// In whichever order fans claim, each is paid the same, and the pool is left the same.
func TestTheOrderOfClaimsDoesNotMatter(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fans := []string{"fay", "gil", "hal"}
		pools := []staking.PoolID{w.pool("ada", 2_000), w.pool("bea", 2_000)}
		for i, fan := range fans {
			w.deposit(fan, testkit.TWIST(1_000))
			for _, pool := range pools {
				w.stake(fan, pool, testkit.TWIST(int64(1+4*i))+money.Amount(i))
			}
		}
		w.clock.Advance(day)
		for n, owner := range []string{"ada", "bea"} {
			w.deposit(owner, testkit.TWIST(1))
			w.give(owner, pools[n], "x", 100_003)
		}
		paid := map[string]money.Amount{}
		for _, fan := range fans {
			paid[fan] = w.claim(fan, pools[0])
		}
		slices.Reverse(fans)
		for _, fan := range fans {
			require.Equal(t, paid[fan], w.claim(fan, pools[1]), fan)
		}
		one, other := w.poolNow(pools[0]), w.poolNow(pools[1])
		require.Equal(t, []any{one.Index, one.Carry, one.Paid}, []any{other.Index, other.Carry, other.Paid})
		w.sound()
	})
}

// Staking more and leaving with it again, at once, an epoch later, or by way of a ticket that is taken back,
// changes nobody's claim by a unit.
func TestARoundTripGainsNothing(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.changes(day)
		s.deposit("ada", testkit.TWIST(1))
		s.fan("fay", testkit.TWIST(7))
		s.fan("eve", testkit.TWIST(1))
		s.deposit("eve", testkit.TWIST(900))
		s.clock.Advance(day)
		s.give("ada", s.pool, "before", 1_000_003)
		eve, fay := s.claimable("eve", s.pool), s.claimable("fay", s.pool)
		for _, wait := range []time.Duration{0, day} {
			s.stake("eve", s.pool, testkit.TWIST(300))
			s.clock.Advance(wait)
			ticket := s.leave("eve", s.pool, testkit.TWIST(300)).Tickets[0]
			_, err := s.Staking.CancelExit(t.Context(), s.signIn("eve"), ticket.ID)
			require.NoError(t, err)
			s.leave("eve", s.pool, testkit.TWIST(300))
			require.Equal(t, eve, s.claimable("eve", s.pool))
			require.Equal(t, fay, s.claimable("fay", s.pool))
		}
		s.sound()
	})
}

// Whatever anybody else may do, and the jobs with them, takes nothing from a stake, from a ticket, or from what can
// be claimed. There is no slash: of what a fan has in a pool, only the fan moves anything out.
func TestNobodyLowersAnothersStake(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.changes(2 * day)
		for _, name := range []string{"fay", "gil", "ada"} {
			s.deposit(name, testkit.TWIST(100))
		}
		s.stake("fay", s.pool, testkit.TWIST(30))
		s.clock.Advance(day)
		earned := s.earn("order", testkit.TWIST(100))
		require.Equal(t, 1, s.approve())
		ticket := s.leave("fay", s.pool, testkit.TWIST(10)).Tickets[0]
		has := s.claimable("fay", s.pool)
		require.Positive(t, has)
		wait, least, share := 30*day, testkit.TWIST(50), money.Bps(1)

		ada, gil := s.signIn("ada"), s.signIn("gil")
		for _, act := range []struct {
			what string
			do   func() error
		}{
			{"another stakes", func() error { return fail(s.Staking.Stake(t.Context(), gil, s.pool, testkit.TWIST(50))) }},
			{"another claims", func() error { return fail(s.Staking.Claim(t.Context(), gil, s.pool)) }},
			{"another leaves", func() error { return fail(s.Staking.Leave(t.Context(), gil, s.pool, testkit.TWIST(50))) }},
			{"another withdraws the ticket", func() error { return fail(s.Staking.Withdraw(t.Context(), gil, ticket.ID)) }},
			{"another takes the ticket back", func() error { return fail(s.Staking.CancelExit(t.Context(), gil, ticket.ID)) }},
			{"the owner withdraws the ticket", func() error { return fail(s.Staking.Withdraw(t.Context(), ada, ticket.ID)) }},
			{"the owner leaves", func() error { return fail(s.Staking.Leave(t.Context(), ada, s.pool, 1)) }},
			{"the owner gives", func() error { return fail(s.Staking.Distribute(t.Context(), ada, s.pool, "x", 1)) }},
			{"the owner announces", func() error {
				return fail(s.Staking.ChangePool(t.Context(), ada, s.pool, twist.PoolChange{Cooldown: &wait, Minimum: &least, Share: &share}))
			}},
			{"an epoch passes", func() error { s.clock.Advance(day); return nil }},
			{"the sale is taken back", func() error { s.refund(earned, "all", testkit.TWIST(100)); return nil }},
			{"the owner pauses", func() error { return fail(s.Staking.PausePool(t.Context(), ada, s.pool)) }},
			{"the owner closes", func() error { return fail(s.Staking.ClosePool(t.Context(), ada, s.pool)) }},
			{"the owner asks to be erased", func() error { return s.erase("ada") }},
			{"figures are computed", func() error { return fail(s.Staking.ComputeFigures(t.Context())) }},
			{"debts are collected", func() error { return fail(s.Attribution.CollectDebts(t.Context())) }},
			{"the job finds nothing due", func() error { return fail(s.Staking.ReleaseDue(t.Context())) }},
		} {
			_ = act.do() // allowed or refused, it takes nothing
			holdings, err := s.Staking.Positions(t.Context(), s.signIn("fay"), "", 10)
			require.NoError(t, err)
			require.Equal(t, testkit.TWIST(20), holdings[0].Position.Staked(), act.what)
			require.GreaterOrEqual(t, holdings[0].Claimable, has, act.what)
			has = holdings[0].Claimable
			tickets, err := s.Staking.Tickets(t.Context(), s.signIn("fay"), "", 10)
			require.NoError(t, err)
			require.Equal(t, []staking.Ticket{ticket}, tickets, act.what)
			s.sound()
		}
	})
}

// Exits, claims and withdrawals work when the pool is paused, when it is closed, when its owner owes more than there
// is, when nobody speaks for its owner any more; and an owner cannot be erased away from under a stake.
func TestExitsWorkInEveryState(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(s scene){
		"paused": func(s scene) {
			_, err := s.Staking.PausePool(s.ctx(), s.signIn("ada"), s.pool)
			require.NoError(s.t, err)
		},
		"closed": func(s scene) {
			_, err := s.Staking.ClosePool(s.ctx(), s.signIn("ada"), s.pool)
			require.NoError(s.t, err)
		},
		"paused_by_an_owner_who_is_gone": func(s scene) {
			_, err := s.Staking.PausePool(s.ctx(), s.signIn("ada"), s.pool)
			require.NoError(s.t, err)
			require.ErrorIs(s.t, s.erase("ada"), identity.ErrNotErasable)
			_, err = s.Identity.SignOutAll(s.ctx(), s.signInAnew("ada"))
			require.NoError(s.t, err)
		},
		"closed_by_an_owner_in_debt": func(s scene) {
			spent := s.earn("spent", testkit.TWIST(100))
			require.Equal(s.t, 1, s.approve())
			s.stake("ada", s.world.pool("bea", 0), s.balances("ada").Spendable)
			s.refund(spent, "all", testkit.TWIST(100))
			require.Positive(s.t, s.balances("ada").Owed)
			_, err := s.Staking.ClosePool(s.ctx(), s.signIn("ada"), s.pool)
			require.NoError(s.t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBothStores(t, func(t *testing.T, w *world) {
				s := sceneIn(w)
				s.changes(day)
				s.fan("fay", 2*even)
				s.fan("gil", even)
				s.clock.Advance(day)
				first := s.leave("fay", s.pool, even).Tickets[0]
				s.distribute("order", testkit.TWIST(100))
				happens(s)
				s.clock.Advance(day)
				s.claim("fay", s.pool)
				s.withdraw("fay", first.ID)
				second := s.leave("fay", s.pool, even).Tickets[0]
				_, err := s.Staking.CancelExit(s.ctx(), s.signIn("fay"), second.ID)
				require.ErrorIs(t, err, staking.ErrPoolNotActive)
				s.leave("gil", s.pool, even)
				s.clock.Advance(day)
				released, err := s.Staking.ReleaseDue(s.ctx())
				require.NoError(t, err)
				require.Equal(t, 2, released)
				require.Zero(t, s.at(ledger.Staked(s.pool)))
				require.Zero(t, s.at(ledger.Cooling(s.pool)))
				s.sound()
			})
		})
	}
}
