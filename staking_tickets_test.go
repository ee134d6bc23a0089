package twist_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// changes announces a cooldown for ada's pool, and goes into the epoch in which it binds.
func (s scene) changes(cooldown time.Duration) {
	s.t.Helper()
	_, err := s.Staking.ChangePool(s.ctx(), s.signIn("ada"), s.pool, twist.PoolChange{Cooldown: &cooldown})
	require.NoError(s.t, err)
	s.clock.Advance(day)
}

// withdraw pays a ticket of a name.
func (s scene) withdraw(name string, id staking.TicketID) twist.Cooled {
	s.t.Helper()
	cooled, err := s.Staking.Withdraw(s.ctx(), s.signIn(name), id)
	require.NoError(s.t, err)
	return cooled
}

// cancel takes a ticket of fay back.
func (s scene) cancel(id staking.TicketID) twist.StakeMoved {
	s.t.Helper()
	moved, err := s.Staking.CancelExit(s.ctx(), s.signIn("fay"), id)
	require.NoError(s.t, err)
	return moved
}

// richCooldowns has a pool with settings to come and tickets that cool, were withdrawn and were canceled; one
// that is paused; and one that was closed and is over.
func richCooldowns(w *world) {
	s := sceneIn(w)
	s.changes(2 * day)
	for _, name := range []string{"fay", "gil"} {
		s.fan(name, testkit.TWIST(30)+1)
	}
	s.clock.Advance(day)
	s.deposit("ada", testkit.TWIST(7))
	_, err := s.Staking.Distribute(s.ctx(), s.signIn("ada"), s.pool, "gift", 1_000_001)
	require.NoError(w.t, err)
	s.leave("fay", s.pool, testkit.TWIST(10))
	back := s.leave("fay", s.pool, testkit.TWIST(5)).Tickets[0]
	s.cancel(back.ID)
	s.seal()
	gone := s.leave("gil", s.pool, testkit.TWIST(30)+1).Tickets[0]
	s.clock.Advance(2 * day)
	s.withdraw("gil", gone.ID)
	s.changes(5 * day)
	s.stake("gil", s.pool, testkit.TWIST(3))

	cat := w.pool("cat", 0)
	w.deposit("joe", testkit.TWIST(1_000)) // silver, for a moment
	w.stake("joe", cat, testkit.TWIST(1_000))
	w.leave("joe", cat, testkit.TWIST(1_000))
	for _, decide := range []func(context.Context, twist.Caller, staking.PoolID) (staking.Pool, error){
		w.Staking.PausePool, w.Staking.ResumePool, w.Staking.PausePool,
	} {
		_, err = decide(w.ctx(), w.signIn("cat"), cat)
		require.NoError(w.t, err)
	}
	end := w.pool("dan", 2_000)
	ends(w, "dan", end)
	share := money.Bps(1_000)
	_, err = w.Staking.ChangePool(w.ctx(), w.signIn("ada"), s.pool, twist.PoolChange{Share: &share})
	require.NoError(w.t, err)
	s.leave("gil", s.pool, testkit.TWIST(1))
}

// ends lets two fans stake in a pool of a name's so that a unit is left, and leave it after it was closed.
func ends(w *world, name string, pool staking.PoolID) {
	w.t.Helper()
	for fan, amount := range map[string]money.Amount{"hal": testkit.TWIST(1) + 1, "ike": testkit.TWIST(1) + 2} {
		w.deposit(fan, amount)
		w.stake(fan, pool, amount)
	}
	w.clock.Advance(day)
	w.deposit(name, testkit.TWIST(1))
	_, err := w.Staking.Distribute(w.ctx(), w.signIn(name), pool, "gift", 1_000_001)
	require.NoError(w.t, err)
	_, err = w.Staking.ClosePool(w.ctx(), w.signIn(name), pool)
	require.NoError(w.t, err)
	w.leave("hal", pool, testkit.TWIST(1)+1)
	w.leave("ike", pool, testkit.TWIST(1)+2)
	require.Equal(w.t, money.Amount(1), w.poolNow(pool).Returned)
}

// What leaves waits in a ledger account of its own, earns nothing there, and is the fan's when it is due:
// whoever asks first, the fan or the job, and once.
func TestCooldown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.changes(2 * day)
	s.fan("fay", 2*even)
	s.fan("gil", even)
	s.clock.Advance(day)
	left := s.leave("fay", s.pool, even)
	require.Len(t, left.Tickets, 1)
	require.Equal(t, even, left.Principal)
	require.Equal(t, even, s.at(ledger.Cooling(s.pool)))
	require.Equal(t, 2*even, s.at(ledger.Staked(s.pool)))
	require.Equal(t, even, left.Pool.Cooling)
	s.requireAvailable("fay", 0)
	s.sound()

	ticket := left.Tickets[0]
	_, err := s.Staking.Withdraw(s.ctx(), s.signIn("fay"), ticket.ID)
	require.ErrorIs(t, err, staking.ErrCooldownActive)
	_, err = s.Staking.Withdraw(s.ctx(), s.signIn("gil"), ticket.ID)
	require.ErrorIs(t, err, staking.ErrTicketNotFound, "it is fay's")
	_, err = s.Staking.CancelExit(s.ctx(), s.signIn("gil"), ticket.ID)
	require.ErrorIs(t, err, staking.ErrTicketNotFound)
	released, err := s.Staking.ReleaseDue(s.ctx())
	require.NoError(t, err)
	require.Zero(t, released)

	s.clock.Advance(2*day - time.Microsecond)
	released, err = s.Staking.ReleaseDue(s.ctx())
	require.NoError(t, err)
	require.Zero(t, released)
	s.clock.Advance(time.Microsecond)
	for _, want := range []int{1, 0} {
		released, err = s.Staking.ReleaseDue(s.ctx())
		require.NoError(t, err)
		require.Equal(t, want, released)
	}
	s.requireAvailable("fay", even)
	_, err = s.Staking.Withdraw(s.ctx(), s.signIn("fay"), ticket.ID)
	require.ErrorIs(t, err, staking.ErrTicketOver)

	again := s.leave("fay", s.pool, even).Tickets[0]
	s.clock.Advance(2 * day)
	require.Equal(t, staking.Withdrawn, s.withdraw("fay", again.ID).Ticket.State)
	s.requireAvailable("fay", 2*even)
	require.Zero(t, s.at(ledger.Cooling(s.pool)))
	all, err := s.Staking.Tickets(s.ctx(), s.signIn("fay"), "", 9)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []staking.TicketState{staking.Withdrawn, staking.Withdrawn}, []staking.TicketState{all[0].State, all[1].State})
	s.sound()
}

// P-04: of many who end one ticket at the same moment, some to have it and some to stake it again, and of the
// job beside them, one does.
func TestTicketEndsOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.changes(day)
	s.fan("fay", 2*even)
	ticket := s.leave("fay", s.pool, even).Tickets[0]
	s.clock.Advance(day)
	fay := s.signIn("fay")
	_, errs := together(40, func(i int) (any, error) {
		switch i % 3 {
		case 0:
			return s.Staking.Withdraw(s.ctx(), fay, ticket.ID)
		case 1:
			return s.Staking.CancelExit(s.ctx(), fay, ticket.ID)
		}
		n, err := s.Staking.ReleaseDue(s.ctx())
		if err == nil && n == 0 {
			err = staking.ErrTicketOver
		}
		return n, err
	})
	requireRefused(t, errs, 1, staking.ErrTicketOver)
	require.Zero(t, s.at(ledger.Cooling(s.pool)))
	require.Equal(t, 2*even, sum(t, s.balances("fay").Available, s.at(ledger.Staked(s.pool))))
	s.sound()
}

// A ticket that was canceled is a stake of today: it counts from the next epoch on.
func TestCancelExit(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.changes(30 * day)
	s.fan("fay", even)
	s.fan("gil", even)
	s.clock.Advance(day)
	s.deposit("ada", testkit.TWIST(1))
	give := func(source staking.Source) {
		_, err := s.Staking.Distribute(s.ctx(), s.signIn("ada"), s.pool, source, 1_000)
		require.NoError(t, err)
	}
	ticket := s.leave("fay", s.pool, even).Tickets[0]
	require.Equal(t, int64(1), s.poolNow(s.pool).Stakers)
	moved := s.cancel(ticket.ID)
	require.Equal(t, even, moved.Principal)
	require.Equal(t, []staking.TicketState{staking.Canceled}, []staking.TicketState{moved.Tickets[0].State})
	require.Equal(t, int64(2), moved.Pool.Stakers)
	give("today")
	s.clock.Advance(day)
	give("tomorrow")
	require.Equal(t, money.Amount(1_500), s.claim("gil", s.pool))
	require.Equal(t, money.Amount(500), s.claim("fay", s.pool))
	_, err := s.Staking.CancelExit(s.ctx(), s.signIn("fay"), ticket.ID)
	require.ErrorIs(t, err, staking.ErrTicketOver)
	s.sound()
}

// The remainder of a pool repays what its owner owes before it is the owner's.
func TestRemainderRepaysADebt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	spent := s.earn("spent", testkit.TWIST(100))
	require.Equal(t, 1, s.approve())
	s.stake("ada", s.world.pool("bea", 0), s.balances("ada").Spendable)
	s.refund(spent, "all", testkit.TWIST(100))
	owed := s.balances("ada").Owed
	require.Positive(t, owed)

	_, err := s.Staking.ChangePool(s.ctx(), s.signIn("ada"), s.pool, twist.PoolChange{})
	require.NoError(t, err)
	for fan, amount := range map[string]money.Amount{"hal": testkit.TWIST(1) + 1, "ike": testkit.TWIST(1) + 2} {
		s.fan(fan, amount)
	}
	s.clock.Advance(day)
	s.distribute("order", 1_000_000)
	owed = s.balances("ada").Owed
	_, err = s.Staking.ClosePool(s.ctx(), s.signIn("ada"), s.pool)
	require.NoError(t, err)
	s.leave("hal", s.pool, testkit.TWIST(1)+1)
	s.leave("ike", s.pool, testkit.TWIST(1)+2)
	rest := s.poolNow(s.pool).Returned
	require.Equal(t, money.Amount(1), rest)
	require.Equal(t, rest, difference(t, owed, s.balances("ada").Owed))
	require.Zero(t, s.balances("ada").Available)
	require.Zero(t, s.at(ledger.Rewards(s.pool)))
	require.Equal(t, s.balances("ada").Owed, s.at(ledger.Receivable(s.program)))
	s.sound()
}

// P-04: tickets that contradict the rows of their pool are paid by nobody, and keep nobody waiting: however many
// are due before them, the others are paid. The failure of the job names each by its id, and so the log does, at
// every run until a person has looked; whoever holds one is refused, and the verification finds the pool.
func TestPoisonedTicketsKeepNobodyWaiting(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		const poisoned = 501 // one more than a run reads at once
		s := sceneIn(w)
		s.changes(day)
		s.fan("fay", 2*even)
		s.fan("gil", even)
		s.leave("fay", s.pool, even)
		s.clock.Advance(time.Hour)
		bad := s.leave("gil", s.pool, testkit.TWIST(1)).Tickets[0]
		require.NoError(t, w.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			for i := range poisoned {
				ticket := bad
				ticket.ID, ticket.Amount = staking.TicketID(fmt.Sprintf("tick_bad%03d", i)), even*1_000
				ticket.LeftAt, ticket.DueAt = ticket.LeftAt.Add(-2*time.Hour), ticket.DueAt.Add(-2*time.Hour)
				if err := tx.Tickets.Add(ctx, ticket); err != nil {
					return err
				}
			}
			return nil
		}))
		s.clock.Advance(day)
		for _, paid := range []int{2, 0} {
			released, err := s.Staking.ReleaseDue(t.Context())
			require.Equal(t, paid, released)
			require.ErrorIs(t, err, fault.Internal)
			require.ErrorContains(t, err, "ticket tick_bad000: ")
			require.ErrorContains(t, err, "ticket tick_bad500: ")
		}
		s.requireAvailable("fay", even)
		s.requireAvailable("gil", testkit.TWIST(1))
		_, err := s.Staking.Withdraw(t.Context(), s.signIn("gil"), "tick_bad000")
		require.ErrorIs(t, err, fault.Internal)
		found, err := s.Ledger.Verify(t.Context())
		require.NoError(t, err)
		require.Contains(t, fmt.Sprint(found.Findings), "pool_wrong")
	})
}

// A cooldown that was announced a moment before the boundary cannot catch a stake that is under way: who says what is
// agreed to is refused, and nothing has happened.
func TestAStakeSaysWhatItAgreesTo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.changes(day)
		fay := s.deposit("fay", testkit.TWIST(9))
		asked := s.poolNow(s.pool).Cooldown
		within := func(key string, most time.Duration) (twist.StakeMoved, error) {
			return s.Staking.StakeWithin(twist.WithKey(t.Context(), twist.Key{Value: key}), fay, s.pool, testkit.TWIST(1), most)
		}
		_, err := within("seen", asked)
		require.NoError(t, err)
		s.clock.Advance(s.untilMidnight() - time.Second)
		longest := staking.CooldownMaximum
		_, err = s.Staking.ChangePool(t.Context(), s.signIn("ada"), s.pool, twist.PoolChange{Cooldown: &longest})
		require.NoError(t, err)
		_, err = within("in-time", asked)
		require.NoError(t, err)
		s.clock.Advance(time.Second)
		told := len(s.told())
		for _, key := range []string{"too-late", "too-late", "later"} {
			_, err = within(key, asked)
			require.ErrorIs(t, err, staking.ErrCooldownLonger)
		}
		require.Len(t, s.told(), told)
		s.requireAvailable("fay", testkit.TWIST(7))
		moved, err := within("too-late", longest)
		require.NoError(t, err, "what was refused took no key")
		require.Equal(t, staking.Terms{{Cooldown: asked, Amount: testkit.TWIST(2)}, {Cooldown: longest, Amount: testkit.TWIST(1)}}, moved.Position.Terms)
		s.stake("fay", s.pool, testkit.TWIST(1)) // who says nothing agrees to whatever the pool asks for
		s.sound()
	})
}

// A stake that leaves a unit at a time does not make rows without end; all that is left of it leaves whenever its owner
// likes, and what has arrived makes room again.
func TestPartsOnTheirWayAreBounded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.changes(day)
		s.fan("fay", even)
		fay := s.signIn("fay")
		for range staking.TicketsMost {
			s.leave("fay", s.pool, 1)
		}
		_, err := s.Staking.Leave(t.Context(), fay, s.pool, 1)
		require.ErrorIs(t, err, staking.ErrTooManyTickets)
		require.Equal(t, even-staking.TicketsMost, s.at(ledger.Staked(s.pool)))
		s.fan("gil", even)
		s.leave("gil", s.pool, 1)
		s.clock.Advance(day)
		released, err := s.Staking.ReleaseDue(t.Context())
		require.NoError(t, err)
		require.Equal(t, staking.TicketsMost+1, released)
		for range staking.TicketsMost {
			s.leave("fay", s.pool, 1)
		}
		require.Len(t, s.leave("fay", s.pool, even-2*staking.TicketsMost).Tickets, 1, "with everything she can always leave")
		s.sound()
	})
}
