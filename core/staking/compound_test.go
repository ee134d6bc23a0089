package staking_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// earning has a fan with so many stones of two, and as much given as makes each stone earn `each`.
func earning(t *testing.T, stones, each money.Amount) *store {
	t.Helper()
	s := newStore(t)
	s.mustStake(t, "acct_fan", stones*stone)
	s.mustStake(t, "acct_other", stones*stone)
	s.now++
	s.mustDistribute(t, 2*stones*each)
	return s
}

// Compounding is a claim and a stake of what was claimed, to the last fraction: nothing else comes of it, wherever the
// minimum lets somebody do the same by hand.
func TestCompoundIsAClaimAndAStake(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 0))
	for range 500 {
		s := newStore(t)
		s.mustStake(t, "acct_fan", 100*twist+money.Amount(r.Int64N(int64(twist))))
		s.mustStake(t, "acct_other", 100*twist+money.Amount(r.Int64N(int64(twist))))
		s.now++
		s.mustDistribute(t, twist+money.Amount(r.Int64N(int64(twist))))
		if r.IntN(2) == 0 { // something waits, of this epoch or of one that is over
			s.mustStake(t, "acct_fan", twist)
			s.now += staking.Epoch(r.IntN(2))
		}
		book, _ := s.book("acct_fan")
		compounded, rewards, err := book.Compound()
		require.NoError(t, err)
		claimed, paid, err := book.Claim()
		require.NoError(t, err)
		staked, err := claimed.Stake(paid)
		require.NoError(t, err)
		require.Equal(t, paid, rewards)
		require.Equal(t, staked, compounded)
		require.Equal(t, paid, s.mustCompound(t))
		_, err = s.compound("acct_fan")
		require.ErrorIs(t, err, staking.ErrCompoundFloor, "what was staked is not there to be staked again")
	}
}

// What was compounded waits for the next epoch, and then it earns.
func TestCompoundedEarnsFromTheNextEpochOn(t *testing.T) {
	t.Parallel()
	s := earning(t, 1, stone)
	require.Equal(t, stone, s.mustCompound(t))
	s.mustDistribute(t, 2*stone)
	require.Equal(t, stone, s.claimable(t, "acct_fan"), "the epoch goes on by what was there when it began")
	require.Equal(t, 2*stone, s.claimable(t, "acct_other"))
	s.now++
	s.mustDistribute(t, 3*stone)
	require.Equal(t, 3*stone, s.claimable(t, "acct_fan"), "two of three parts")
	require.Equal(t, 3*stone, s.claimable(t, "acct_other"))
}

// A unit decides: below the floor it stays, from the floor on it is staked.
func TestCompoundFloor(t *testing.T) {
	t.Parallel()
	s := earning(t, 1, staking.CompoundFloor-1)
	_, err := s.compound("acct_fan")
	require.ErrorIs(t, err, staking.ErrCompoundFloor)
	require.Equal(t, staking.CompoundFloor-1, s.claimable(t, "acct_fan"))
	s.mustDistribute(t, 2)
	require.Equal(t, staking.CompoundFloor, s.mustCompound(t))
	_, err = s.compound("acct_nobody")
	require.ErrorIs(t, err, staking.ErrPositionNotFound)
}

// What then stands reaches the minimum, and not the part that comes; and it does not pass the maximum.
func TestCompoundLimits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		minimum money.Amount
		stands  money.Amount
		want    error
	}{
		"reaches_the_minimum": {101 * twist, 100 * twist, nil},
		"a_unit_below_it":     {101*twist + 1, 100 * twist, staking.ErrBelowMinimum},
		"reaches_the_maximum": {staking.MinimumFloor, staking.Maximum - twist, nil},
		"a_unit_above_it":     {staking.MinimumFloor, staking.Maximum - twist + 1, staking.ErrAboveMaximum},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			s.mustStake(t, "acct_fan", test.stands)
			s.now++
			s.mustDistribute(t, twist+1) // a fraction of a unit may be lost to the carry
			s.mustSet(t, staking.Settings{Share: s.pool.Share, Minimum: test.minimum})
			require.Equal(t, twist, s.claimable(t, "acct_fan"))
			_, err := s.compound("acct_fan")
			require.ErrorIs(t, err, test.want)
			if test.want != nil {
				require.Equal(t, twist, s.claimable(t, "acct_fan"), "a refusal takes nothing")
			}
		})
	}
}

// A pool that takes no stakes compounds none, and what was earned in it can be claimed.
func TestCompoundNeedsAnActivePool(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*store) error{"paused": (*store).pause, "closed": (*store).close} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := earning(t, 1, stone)
			require.NoError(t, stop(s))
			_, err := s.compound("acct_fan")
			require.ErrorIs(t, err, staking.ErrPoolNotActive)
			require.Empty(t, s.audit())
			require.Equal(t, stone, s.mustClaim(t, "acct_fan"))
		})
	}
}

// What is compounded stands under the cooldown that the pool asks for then; a ninth one is one too many.
func TestCompoundStandsUnderTheCooldownOfItsMoment(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.mustStake(t, "acct_fan", twist)
	for n := range 8 {
		s.mustSet(t, staking.Settings{Share: 2_000, Minimum: staking.MinimumFloor, Cooldown: time.Duration(n+1) * day})
		s.mustDistribute(t, twist+1)
		_, err := s.compound("acct_fan")
		if n == 7 {
			require.ErrorIs(t, err, staking.ErrTooManyTerms)
			break
		}
		require.NoError(t, err)
		require.Equal(t, time.Duration(n+1)*day, s.positions["acct_fan"].Terms[n+1].Cooldown)
	}
	require.Empty(t, s.audit())
}

// A part that leaves changes nothing of the turn; the whole that leaves ends it.
func TestCompoundingEndsWithTheStake(t *testing.T) {
	t.Parallel()
	s := earning(t, 2, stone)
	p := s.positions["acct_fan"]
	p.CompoundAt = opened
	s.positions["acct_fan"] = p
	s.mustCompound(t)
	s.mustLeave(t, "acct_fan", stone)
	require.Equal(t, opened, s.positions["acct_fan"].CompoundAt)
	s.mustLeave(t, "acct_fan", s.positions["acct_fan"].Staked())
	require.Zero(t, s.positions["acct_fan"].CompoundAt)
}

func TestNextTurn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ now, want time.Duration }{
		"before_it":          {-1, 0},
		"at_it":              {0, day},
		"after_it":           {1, day},
		"before_the_next":    {day - 1, day},
		"at_the_next":        {day, 2 * day},
		"after_many_missed":  {100*day + time.Hour, 101 * day},
		"long_before_it_was": {-1_000 * day, 0},
	} {
		require.Equal(t, opened.Add(test.want), staking.NextTurn(opened, opened.Add(test.now), day), name)
	}
	require.Panics(t, func() { staking.NextTurn(opened, opened, 0) })
	require.Panics(t, func() { staking.NextTurn(opened, opened, -day) })
}

// The next turn is the first of all that follow which has not come yet, as who goes from one to the next finds it.
func TestNextTurnIsTheFirstToCome(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 0))
	for range 2_000 {
		every := time.Duration(1 + r.Int64N(int64(2*day)))
		now := opened.Add(time.Duration(r.Int64N(int64(200*every))) - 10*every)
		want := opened
		for !want.After(now) {
			want = want.Add(every)
		}
		require.Equal(t, want, staking.NextTurn(opened, now, every), "every %s, at %s", every, now)
	}
}
