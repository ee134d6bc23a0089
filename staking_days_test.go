package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// today is what was counted of a pool into this day, and how it stands.
func (w *world) today(pool staking.PoolID) staking.DayEnd {
	w.t.Helper()
	days, err := w.Staking.History(w.ctx(), pool)
	require.NoError(w.t, err)
	day := days[twist.HistoryDays-1]
	day.Pool, day.Day, day.APY = "", 0, 0
	return day
}

// Every way in which a pool changes is counted into its day, once: what begins to cool has left, what is taken
// back is staked anew, and a withdrawal and the remainder are neither.
func TestEveryWayIsCountedIntoItsDay(t *testing.T) {
	t.Parallel()
	one := testkit.TWIST(1)
	s := newScene(t)
	s.changes(2 * day)
	s.fan("fay", 10*one)
	require.Equal(t, staking.DayEnd{PoolDay: staking.PoolDay{In: 10 * one, Joined: 1}, Staked: 10 * one, Stakers: 1}, s.today(s.pool))

	s.clock.Advance(day)
	kept := s.leave("fay", s.pool, 4*one).Tickets[0]
	back := s.leave("fay", s.pool, 2*one).Tickets[0]
	require.Equal(t, staking.DayEnd{PoolDay: staking.PoolDay{Out: 6 * one}, Staked: 4 * one, Stakers: 1}, s.today(s.pool), "what cools is not staked")
	s.cancel(back.ID)
	require.Equal(t, staking.DayEnd{PoolDay: staking.PoolDay{In: 2 * one, Out: 6 * one}, Staked: 6 * one, Stakers: 1}, s.today(s.pool))

	s.clock.Advance(2 * day)
	still := staking.DayEnd{Staked: 6 * one, Stakers: 1}
	s.withdraw("fay", kept.ID)
	require.Equal(t, still, s.today(s.pool), "it left when it began to cool")

	s.deposit("ada", 7*one)
	_, err := s.Staking.Distribute(s.ctx(), s.signIn("ada"), s.pool, "gift", one+1)
	require.NoError(t, err)
	still.Rewards, still.Gifts, still.Distributions = one+1, one+1, 1
	require.Equal(t, still, s.today(s.pool))
	fans := s.distribute("order", 1_000*one).Fans // a day later
	require.Equal(t, staking.DayEnd{PoolDay: staking.PoolDay{Rewards: fans, Distributions: 1}, Staked: 6 * one, Stakers: 1}, s.today(s.pool))

	s.clock.Advance(day)
	_, err = s.Staking.ClosePool(s.ctx(), s.signIn("ada"), s.pool)
	require.NoError(t, err)
	require.Equal(t, staking.DayEnd{Staked: 6 * one, Stakers: 1}, s.today(s.pool))
	rest := s.leave("fay", s.pool, 6*one).Tickets
	require.Equal(t, staking.DayEnd{PoolDay: staking.PoolDay{Out: 6 * one, Left: 1}}, s.today(s.pool))
	s.clock.Advance(2 * day)
	for _, ticket := range rest {
		s.withdraw("fay", ticket.ID)
	}
	require.Equal(t, staking.DayEnd{}, s.today(s.pool))

	end := s.world.pool("dan", 2_000)
	ends(s.world, "dan", end)
	all := 2*one + 3
	require.Equal(t, staking.DayEnd{PoolDay: staking.PoolDay{Out: all, Rewards: 1_000_001, Gifts: 1_000_001, Distributions: 1, Left: 2}}, s.today(end), "a remainder is nobody's stake")
	require.Equal(t, money.Amount(1), s.poolNow(end).Returned)
	s.sound()
}
