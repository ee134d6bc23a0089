package twist_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// closes ends ada's pool.
func (s scene) closes() staking.Pool {
	s.t.Helper()
	closed, err := s.Staking.ClosePool(s.ctx(), s.signIn("ada"), s.pool)
	require.NoError(s.t, err)
	return closed
}

// P-10: an influencer who closes her pool just before a commission is approved takes nothing from her fans: what was
// earned before is shared with those who are still there, and what was earned since is hers.
func TestClosingTakesNothingEarnedBefore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		fans := testkit.TWIST(18) / 5 // of an order of 100: 20 %, less the fee
		s.fan("fay", even)
		s.fan("eli", even)
		s.clock.Advance(day)
		s.fan("gus", 2*even) // waits when the pool is closed
		before := s.earn("before", testkit.TWIST(100))
		s.clock.Advance(time.Microsecond)
		end := s.clock.Now()
		require.Equal(t, end, s.closes().ClosedAt)
		same := s.earn("the same moment", testkit.TWIST(100))
		s.clock.Advance(day)
		since := s.earn("since", testkit.TWIST(100))
		s.leave("eli", s.pool, even)
		had := s.balances("ada").Available
		require.Equal(t, 3, s.approve())
		require.Zero(t, s.conversion(same).Commissions[0].Fans)
		require.Equal(t, fans, s.conversion(before).Commissions[0].Fans)
		require.Zero(t, s.conversion(since).Commissions[0].Fans)
		require.Equal(t, had+3*testkit.TWIST(18)-fans, s.balances("ada").Available)
		require.Equal(t, end, s.poolNow(s.pool).ClosedAt)

		require.Equal(t, fans/3, s.claim("fay", s.pool), "of those who stayed, by what counts now")
		s.leave("fay", s.pool, even)
		require.Equal(t, testkit.TWIST(0), s.poolNow(s.pool).Returned)
		s.leave("gus", s.pool, 2*even)
		for _, at := range []ledger.Address{ledger.Staked(s.pool), ledger.Cooling(s.pool), ledger.Rewards(s.pool)} {
			require.Zero(t, s.at(at), at)
		}
		s.sound()
	})
}

// What was earned before the end of a pool that nobody is in by now is the influencer's, as it would be of an open one;
// the remainder was paid before, and nothing is left in the pool.
func TestClosedPoolWithoutFansTakesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.fan("fay", even)
		s.fan("eli", 2*even)
		s.clock.Advance(day)
		s.distribute("uneven", testkit.TWIST(100)-1)
		before := s.earn("before", testkit.TWIST(100))
		s.clock.Advance(time.Microsecond)
		s.closes()
		s.leave("fay", s.pool, even)
		s.leave("eli", s.pool, 2*even)
		returned := s.poolNow(s.pool).Returned
		require.Equal(t, 1, s.approve())
		shared := s.conversion(before).Commissions[0]
		require.Zero(t, shared.Fans)
		require.Equal(t, testkit.TWIST(18), shared.Net)
		require.Equal(t, returned, s.poolNow(s.pool).Returned)
		require.Zero(t, s.at(ledger.Rewards(s.pool)))
		s.sound()
	})
}

// Closing does not let anybody in after the fact, either: what cools cannot be staked again for what was earned before.
func TestClosingLetsNobodyIn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.changes(day)
		s.clock.Advance(day)
		s.fan("fay", even)
		s.fan("eli", even)
		s.clock.Advance(day)
		before := s.earn("before", testkit.TWIST(100))
		left := s.leave("eli", s.pool, even)
		s.clock.Advance(time.Microsecond)
		s.closes()
		_, err := s.Staking.CancelExit(s.ctx(), s.signIn("eli"), left.Tickets[0].ID)
		require.ErrorIs(t, err, staking.ErrPoolNotActive)
		s.deposit("gus", even)
		_, err = s.Staking.Stake(s.ctx(), s.signIn("gus"), s.pool, even)
		require.ErrorIs(t, err, staking.ErrPoolNotActive)
		require.Equal(t, 1, s.approve())
		require.Equal(t, s.conversion(before).Commissions[0].Fans, s.claim("fay", s.pool), "all of it")
		s.sound()
	})
}

// P-32: what was shared with fans though it was earned after their pool was closed is found, though every sum is right.
func TestVerifyKnowsWhatWasEarnedAfterClosing(t *testing.T) {
	t.Parallel()
	for name, earned := range map[string]time.Duration{"before": -time.Second, "since": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.fan("fay", even)
			s.clock.Advance(day)
			if earned > 0 {
				s.closes()
				s.clock.Advance(earned)
			}
			c := s.earn("order", testkit.TWIST(100)).Commissions[0]
			if earned < 0 {
				s.clock.Advance(-earned)
				s.closes()
			}
			s.clock.Advance(hold)
			s.forgesApproval(c)
			v, err := s.Ledger.Verify(t.Context())
			require.NoError(t, err)
			if earned < 0 {
				require.Empty(t, v.Findings)
				return
			}
			require.Equal(t, []ledger.Finding{{
				Code: "row_wrong", Where: "commission " + string(c.ID), Detail: "it was earned after its pool was closed, and shared with the fans",
			}}, v.Findings)
		})
	}
}

// forgesApproval shares a commission with the fans, whenever it was earned.
func (s scene) forgesApproval(c attribution.Commission) {
	s.t.Helper()
	c, err := c.Approve(s.clock.Now(), true)
	require.NoError(s.t, err)
	from := ledger.Pending(c.Program)
	forged := s.forge(ledger.KindApproval, "approval:"+string(c.ID),
		map[string]string{"commission": string(c.ID), "rate_bps": "2000", "fee_bps": "1000", "fans_bps": "2000"},
		ledger.Move(from, ledger.Available(c.Holder), c.Net), ledger.Move(from, ledger.Fees(), c.Fee), ledger.Move(from, ledger.Rewards(c.Pool), c.Fans))
	require.NoError(s.t, s.store.Write(s.ctx(), func(ctx context.Context, tx ports.Tx) error {
		pool, err := tx.Pools.Lock(ctx, s.pool)
		require.NoError(s.t, err)
		pool, activation, begins := pool.Roll(staking.EpochOf(s.clock.Now(), day))
		if begins {
			require.NoError(s.t, tx.Positions.PutActivation(ctx, activation))
		}
		pool, err = pool.Distribute(c.Fans, time.Time{})
		require.NoError(s.t, err)
		require.NoError(s.t, tx.Pools.Put(ctx, pool))
		require.NoError(s.t, tx.PoolDays.Add(ctx, staking.PoolDay{Pool: s.pool, Day: staking.DayOf(s.clock.Now()), Rewards: c.Fans, Distributions: 1}))
		require.NoError(s.t, tx.Commissions.Put(ctx, c))
		if err := forged(ctx, tx); err != nil {
			return err
		}
		told, err := journal.NewEvent("evt_forged", journal.CommissionApproved, string(c.ID), string(c.Holder), s.clock.Now(), nil)
		require.NoError(s.t, err)
		return tx.Outbox.Add(ctx, told)
	}))
}
