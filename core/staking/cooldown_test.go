package staking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// The cases of TestKnownFailures in which somebody leaves by way of a cooldown.

// under is usual with another cooldown.
func under(cooldown time.Duration) staking.Settings {
	return staking.Settings{Share: usual.Share, Minimum: usual.Minimum, Cooldown: cooldown}
}

// cooling is a pool in epoch 3 with a cooldown of two days, in which these stakes earn.
func cooling(t *testing.T, stakes map[string]money.Amount) *store {
	t.Helper()
	s := newStore(t)
	s.mustSet(t, under(2*day))
	for fan, amount := range stakes {
		s.mustStake(t, fan, amount)
	}
	s.now++
	return s
}

func coolingEarnsNothing(t *testing.T) {
	s := cooling(t, map[string]money.Amount{"ann": 2 * stone, "bob": stone})
	s.mustDistribute(t, 300)
	s.mustLeave(t, "ann", stone)
	require.Equal(t, stone, s.pool.Cooling)
	require.Equal(t, 2*stone, s.pool.Staked(), "at once")
	s.mustDistribute(t, 100)
	require.Equal(t, money.Amount(250), s.mustClaim(t, "ann"))
	require.Equal(t, money.Amount(150), s.mustClaim(t, "bob"))
	require.Equal(t, 250-2*stone, s.ledger.available["ann"], "nothing of the stake is back yet")
	s.now += 2
	s.mustWithdraw(t, 1)
	require.Equal(t, 250-stone, s.ledger.available["ann"])
}

func longerCooldown(t *testing.T) {
	s := newStore(t)
	s.mustStake(t, "ann", 3*twist) // under none
	s.mustSet(t, under(2*day))
	s.mustStake(t, "ann", 5*twist)
	s.mustSet(t, under(7*day))
	s.mustStake(t, "ann", 7*twist)

	s.mustLeave(t, "ann", 4*twist) // the first three are free; one of five waits for two days
	require.Equal(t, -12*twist, s.ledger.available["ann"])
	require.Len(t, s.tickets, 1)
	require.Equal(t, twist, s.tickets[0].Amount)
	require.Equal(t, s.at().Add(2*day), s.tickets[0].DueAt)

	s.mustLeave(t, "ann", 11*twist)
	require.Len(t, s.tickets, 3, "a ticket for each cooldown")
	require.Equal(t, 4*twist, s.tickets[1].Amount)
	require.Equal(t, s.at().Add(2*day), s.tickets[1].DueAt)
	require.Equal(t, 7*twist, s.tickets[2].Amount)
	require.Equal(t, s.at().Add(7*day), s.tickets[2].DueAt)
	require.Zero(t, s.positions["ann"].Staked())

	s.mustSet(t, under(30*day))
	s.now++ // two days: the longer cooldown of a pool changes no ticket
	s.mustWithdraw(t, 1)
	s.mustWithdraw(t, 2)
	require.ErrorIs(t, s.withdraw(3), staking.ErrCooldownActive)
}

func shorterCooldown(t *testing.T) {
	s := newStore(t)
	s.mustSet(t, under(7*day))
	s.mustStake(t, "ann", 3*twist)
	s.mustSet(t, under(3*day))
	s.mustStake(t, "ann", 5*twist)
	require.NoError(t, s.set(under(time.Hour)))
	s.mustLeave(t, "ann", twist)
	require.Equal(t, s.at().Add(3*day), s.tickets[0].DueAt, "announced is not binding")
	s.now++
	s.mustLeave(t, "ann", 5*twist)
	require.Len(t, s.tickets, 2, "parts that wait as long are one")
	require.Equal(t, s.at().Add(time.Hour), s.tickets[1].DueAt)
	s.mustSet(t, under(0))
	s.mustLeave(t, "ann", 2*twist)
	require.Len(t, s.tickets, 2, "without a cooldown nothing waits")
	require.Equal(t, -6*twist, s.ledger.available["ann"])
}

func ticketKeepsItsWord(t *testing.T) {
	for name, decide := range map[string]func(*testing.T, *store){
		"nothing": func(*testing.T, *store) {},
		"longer":  func(t *testing.T, s *store) { require.NoError(t, s.set(under(staking.CooldownMaximum))) },
		"pause":   func(t *testing.T, s *store) { require.NoError(t, s.pause()) },
		"close":   func(t *testing.T, s *store) { require.NoError(t, s.close()) },
	} {
		s := cooling(t, map[string]money.Amount{"ann": 2 * stone, "bob": stone})
		s.mustLeave(t, "ann", stone)
		decide(t, s)
		s.now++
		s.hour = day - 1
		require.ErrorIs(t, s.withdraw(1), staking.ErrCooldownActive, name)
		s.hour = day
		s.mustWithdraw(t, 1)
		require.Equal(t, -stone, s.ledger.available["ann"], name)
		require.Equal(t, staking.Withdrawn, s.tickets[0].State)
		require.Equal(t, s.at(), s.tickets[0].EndedAt)
	}
}

func ticketPaysOnce(t *testing.T) {
	s := cooling(t, map[string]money.Amount{"ann": 2 * stone, "bob": stone})
	s.mustLeave(t, "ann", stone)
	s.mustLeave(t, "bob", stone)
	s.now += 2
	s.mustWithdraw(t, 1)
	s.mustCancel(t, 2) // also when it is due
	for n := range 2 {
		require.ErrorIs(t, s.withdraw(n+1), staking.ErrTicketOver)
		require.ErrorIs(t, s.cancel(n+1), staking.ErrTicketOver)
	}
	require.Zero(t, s.pool.Cooling)

	pool, _ := s.rolled()
	foreign := s.tickets[0]
	foreign.State, foreign.Pool = staking.Cooling, "pool_2"
	_, _, err := pool.Withdraw(foreign, s.at())
	require.ErrorIs(t, err, staking.ErrRowsContradict)
	forged := s.tickets[0]
	forged.State = staking.Cooling
	_, _, err = pool.Withdraw(forged, s.at())
	require.ErrorIs(t, err, staking.ErrRowsContradict, "nothing cools")
	book, _ := s.book("bob")
	_, _, err = book.Cancel(forged, s.at())
	require.ErrorIs(t, err, staking.ErrRowsContradict, "it is of ann")
}

// ticketIsItsOwn: tickets of somebody else, or of another pool, are no way to what cools here.
func ticketIsItsOwn(t *testing.T) {
	s := cooling(t, map[string]money.Amount{"ann": 2 * stone, "bob": 2 * stone})
	s.mustLeave(t, "ann", stone)
	book, _ := s.book("bob")
	_, _, err := book.Cancel(s.tickets[0], s.at())
	require.ErrorIs(t, err, staking.ErrRowsContradict, "it is of ann")
	s.now += 2
	pool, _ := s.rolled()
	foreign := s.tickets[0]
	foreign.Pool = "pool_2"
	_, _, err = pool.Withdraw(foreign, s.at())
	require.ErrorIs(t, err, staking.ErrRowsContradict)
	book, _ = s.book("ann")
	_, _, err = book.Cancel(foreign, s.at())
	require.ErrorIs(t, err, staking.ErrRowsContradict)
}

func canceledIsNew(t *testing.T) {
	s := cooling(t, map[string]money.Amount{"ann": 3 * stone, "bob": stone})
	s.mustLeave(t, "ann", 2*stone)
	s.mustSet(t, under(5*day))
	s.mustCancel(t, 1)
	s.mustDistribute(t, 100) // the same epoch: it does not count yet
	require.Equal(t, money.Amount(50), s.claimable(t, "ann"))
	s.now++
	s.mustDistribute(t, 100)
	require.Equal(t, money.Amount(125), s.claimable(t, "ann"))
	s.mustLeave(t, "ann", 3*stone)
	require.Equal(t, stone, s.tickets[1].Amount, "what stayed keeps its cooldown")
	require.Equal(t, s.at().Add(2*day), s.tickets[1].DueAt)
	require.Equal(t, s.at().Add(5*day), s.tickets[2].DueAt, "what came back has the present one")

	s.mustCancel(t, 2) // a position that was left altogether comes back
	require.Equal(t, int64(2), s.pool.Stakers)
	require.Equal(t, stone, s.positions["ann"].Staked())
}

func cancelNeedsAPool(t *testing.T) {
	s := cooling(t, map[string]money.Amount{"ann": 2 * stone})
	s.mustLeave(t, "ann", stone)
	require.NoError(t, s.pause())
	require.ErrorIs(t, s.cancel(1), staking.ErrPoolNotActive)
	s.mustClose(t)
	require.ErrorIs(t, s.cancel(1), staking.ErrPoolNotActive)
	require.Equal(t, stone, s.pool.Cooling)
	require.Empty(t, s.audit())
}

func cancelMinimum(t *testing.T) {
	s := cooling(t, map[string]money.Amount{"ann": 2 * twist, "bob": 2 * twist, "cid": staking.Maximum})
	s.mustLeave(t, "ann", twist)
	s.mustLeave(t, "bob", 2*twist)
	s.mustLeave(t, "cid", twist)
	s.mustStake(t, "cid", twist)
	s.mustSet(t, staking.Settings{Minimum: 2*twist + 1, Cooldown: 2 * day})
	require.ErrorIs(t, s.cancel(1), staking.ErrBelowMinimum)
	require.ErrorIs(t, s.cancel(2), staking.ErrBelowMinimum)
	require.ErrorIs(t, s.cancel(3), staking.ErrAboveMaximum)
	s.mustSet(t, staking.Settings{Minimum: 2 * twist, Cooldown: 2 * day})
	s.mustCancel(t, 1)
	s.mustCancel(t, 2)
}

// coolingGainsNothing: whoever goes out and comes back has what was earned before, and the others have all
// that came meanwhile.
func coolingGainsNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := cooling(t, map[string]money.Amount{"ann": 7 * twist, "eve": 3 * twist})
		require.NoError(rt, s.distribute(money.Amount(rapid.Int64Range(1, int64(twist)).Draw(rt, "before"))))
		before, others := s.claimable(t, "eve"), s.claimable(t, "ann")
		amount := money.Amount(rapid.Int64Range(1, int64(2*twist)).Draw(rt, "amount"))
		_, err := s.leave("eve", amount)
		require.NoError(rt, err)
		require.Equal(rt, before, s.claimable(t, "eve"))
		require.NoError(rt, s.cancel(1))
		require.Equal(rt, before, s.claimable(t, "eve"))
		require.Equal(rt, others, s.claimable(t, "ann"))
		require.Equal(rt, 3*twist, s.positions["eve"].Staked())
		require.Empty(rt, s.audit())
	})
}

func termsAreBounded(t *testing.T) {
	s := newStore(t)
	for i := range len(staking.Terms{}) {
		s.mustStake(t, "ann", twist)
		s.mustSet(t, under(time.Duration(8-i)*day)) // each shorter than the one before, and longer than none
	}
	s.mustSet(t, under(9*day))
	require.ErrorIs(t, s.stake("ann", twist), staking.ErrTooManyTerms)
	s.mustStake(t, "bob", twist)
	s.mustSet(t, under(5*day))
	s.mustStake(t, "ann", twist) // one that it has
	s.mustSet(t, under(9*day))
	s.mustLeave(t, "ann", twist) // the one without a cooldown
	s.mustStake(t, "ann", twist)
	require.Equal(t, 9*twist, s.positions["ann"].Staked())
	s.mustLeave(t, "ann", 9*twist)
	require.Equal(t, 9*twist, s.pool.Cooling)
}

// agreedCooldown: whoever stakes can say how long a cooldown may be; what is announced binds from the boundary on.
func agreedCooldown(t *testing.T) {
	s := cooling(t, map[string]money.Amount{"ann": twist})
	binds := s.pool.Cooldown
	require.Positive(t, binds)
	require.NoError(t, s.set(under(binds+time.Second)))
	within := func(most time.Duration) error {
		book, emitted := s.book("bob")
		book, err := book.StakeWithin(twist, most)
		if err != nil {
			require.Zero(t, book)
			return err
		}
		s.ledger.pay(&s.ledger.staked, "bob", -twist)
		return s.keep("bob", book, emitted)
	}
	require.ErrorIs(t, within(binds-time.Second), staking.ErrCooldownLonger)
	require.NoError(t, within(binds), "what is announced does not bind yet")
	s.now++
	require.ErrorIs(t, within(binds), staking.ErrCooldownLonger)
	require.ErrorIs(t, within(-1), staking.ErrCooldownLonger)
	require.NoError(t, within(binds+time.Second))
	require.Equal(t, staking.Terms{{Cooldown: binds, Amount: twist}, {Cooldown: binds + time.Second, Amount: twist}}, s.positions["bob"].Terms)
}
