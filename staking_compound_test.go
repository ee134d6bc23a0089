package twist_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// compounds says that what a name's stake in ada's pool earns is staked again, or no longer is.
func (s scene) compounds(name string, on bool) staking.Position {
	s.t.Helper()
	p, err := s.Staking.SetCompounding(s.ctx(), s.signIn(name), s.pool, on)
	require.NoError(s.t, err)
	return p
}

// turns runs the job, and holds how many positions it compounded.
func (s scene) turns(want int) {
	s.t.Helper()
	done, err := s.Staking.CompoundDue(s.ctx())
	require.NoError(s.t, err)
	require.Equal(s.t, want, done)
}

// gift shares amount among ada's fans by hand.
func (s scene) gift(source staking.Source, amount money.Amount) {
	s.t.Helper()
	s.deposit("ada", testkit.TWIST(10)+amount)
	_, err := s.Staking.Distribute(s.ctx(), s.signIn("ada"), s.pool, source, amount)
	require.NoError(s.t, err)
}

// held is a name's stake in ada's pool, as it stands.
func (s scene) held(name string) twist.Holding {
	s.t.Helper()
	holdings, err := s.Staking.Positions(s.ctx(), s.signIn(name), "", 10)
	require.NoError(s.t, err)
	for _, h := range holdings {
		if h.Position.Pool == s.pool {
			return h
		}
	}
	return twist.Holding{}
}

// compoundingScene has fay, who wants it, and gil, who does not, each with 10 TWIST that earn.
func compoundingScene(w *world) scene {
	s := sceneIn(w)
	s.fan("fay", testkit.TWIST(10))
	s.fan("gil", testkit.TWIST(10))
	s.compounds("fay", true)
	s.clock.Advance(day)
	return s
}

// richCompounding has a position that was compounded, one whose turn was refused, and one that is compounded no more.
func richCompounding(w *world) {
	s := compoundingScene(w)
	s.compounds("gil", true)
	s.gift("gift", testkit.TWIST(1)+1)
	s.turns(1)
	s.seal()
	s.compounds("gil", false)
	s.clock.Advance(day)
	s.gift("more", testkit.TWIST(1))
	_, err := s.Staking.PausePool(s.ctx(), s.signIn("ada"), s.pool)
	require.NoError(s.t, err)
	s.turns(0)
	_, err = s.Staking.ResumePool(s.ctx(), s.signIn("ada"), s.pool)
	require.NoError(s.t, err)
	s.deposit("gil", testkit.TWIST(5))
	s.stake("gil", s.pool, testkit.TWIST(1))
}

// P-11, P-33, I-02: what a stake earned is staked once a turn, however often and by how many the job is run; what is
// staked so earns from the next epoch on; turns that were missed are one.
func TestCompoundingTakesEachTurnOnce(t *testing.T) {
	t.Parallel()
	s := compoundingScene(newWorld(t))
	s.gift("gift", testkit.TWIST(20)) // which divides by what is staked
	done, errs := together(20, func(int) (int, error) { return s.Staking.CompoundDue(t.Context()) })
	requireAll(t, errs)
	total := 0
	for _, n := range done {
		total += n
	}
	require.Equal(t, 1, total)
	require.Equal(t, testkit.TWIST(20), s.held("fay").Position.Staked())
	require.Equal(t, testkit.TWIST(10), s.held("fay").Position.Active, "it earns from the next epoch on")
	require.Equal(t, testkit.TWIST(10), s.held("gil").Position.Staked(), "by itself nothing is staked")
	s.gift("again", testkit.TWIST(20))
	s.turns(0)
	require.Equal(t, testkit.TWIST(10), s.held("fay").Claimable, "the same epoch shares by what was there before")
	s.requireAvailable("fay", 0)

	turn := s.held("fay").Position.CompoundAt
	s.clock.Advance(3*day + time.Hour)
	s.turns(1)
	require.Equal(t, turn.Add(3*day), s.held("fay").Position.CompoundAt, "turns that were missed are one")
	require.Equal(t, testkit.TWIST(30), s.held("fay").Position.Staked())
	s.sound()
}

// P-11, I-02: a turn that another process took after it was found due is not taken again by the slower one, whatever was
// earned meanwhile: that has the next turn.
func TestCompoundingIsNotTakenAgainByTheSlower(t *testing.T) {
	t.Parallel()
	s := compoundingScene(newWorld(t))
	s.gift("gift", testkit.TWIST(20))
	slower := s.another(func(c *twist.Config) {
		c.Store = &overtaken{Store: c.Store, at: 1, by: func() {
			s.turns(1)
			s.gift("meanwhile", testkit.TWIST(20))
		}}
	})
	done, err := slower.Staking.CompoundDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, done)
	require.Equal(t, testkit.TWIST(20), s.held("fay").Position.Staked())
	s.clock.Advance(day)
	s.turns(1)
	require.Equal(t, testkit.TWIST(30), s.held("fay").Position.Staked())
	s.sound()
}

// A turn that comes to nothing keeps what was earned, holds up nobody, and tells the holder why; it comes again.
func TestCompoundingThatIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		gives money.Amount
		begin func(s scene)
		code  string
		stays bool
	}{
		"the_pool_is_paused": {testkit.TWIST(1), func(s scene) {
			_, err := s.Staking.PausePool(s.ctx(), s.signIn("ada"), s.pool)
			require.NoError(s.t, err)
		}, "pool_not_active", true},
		"the_pool_is_closed": {testkit.TWIST(1), func(s scene) {
			_, err := s.Staking.ClosePool(s.ctx(), s.signIn("ada"), s.pool)
			require.NoError(s.t, err)
		}, "pool_not_active", false},
		"too_little_was_earned": {2*staking.CompoundFloor - 2, func(scene) {}, "", true},
		"the_minimum_was_raised": {testkit.TWIST(1), func(s scene) {
			least := testkit.TWIST(50)
			_, err := s.Staking.ChangePool(s.ctx(), s.signIn("ada"), s.pool, twist.PoolChange{Minimum: &least})
			require.NoError(s.t, err)
			s.clock.Advance(day)
		}, "stake_below_minimum", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := compoundingScene(newWorld(t))
			s.gift("gift", test.gives)
			test.begin(s)
			told := len(s.told())
			s.turns(0)
			s.turns(0)
			h := s.held("fay")
			require.Equal(t, testkit.TWIST(10), h.Position.Staked())
			require.Contains(t, []money.Amount{test.gives / 2, test.gives/2 - 1}, h.Claimable) // a fraction of a unit stays owed
			require.Equal(t, test.stays, h.Position.CompoundAt.After(s.clock.Now()))
			var codes []string
			for _, e := range s.told()[told:] {
				if e.Kind == journal.CompoundRefused {
					codes = append(codes, e.Data["code"])
				}
			}
			if test.code == "" {
				require.Len(t, s.told(), told, "too little is no news")
			} else {
				require.Equal(t, []string{test.code}, codes, "told once")
			}
			s.sound()
		})
	}
}

// The floor is reached by a unit.
func TestCompoundingFromTheFloorOn(t *testing.T) {
	t.Parallel()
	s := compoundingScene(newWorld(t))
	s.gift("gift", 2*staking.CompoundFloor+1)
	s.turns(1)
	require.Equal(t, testkit.TWIST(10)+staking.CompoundFloor, s.held("fay").Position.Staked())
	s.sound()
}

// What is owed comes before what is staked again, as with a stake by hand.
func TestCompoundingWaitsForDebts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c := s.earn("order-1", testkit.TWIST(500))
	s.clock.Advance(15 * day)
	s.approve()
	other := s.world.pool("bea", 0)
	s.stake("ada", other, s.balances("ada").Available)
	p, err := s.Staking.SetCompounding(t.Context(), s.signIn("ada"), other, true)
	require.NoError(t, err)
	require.Equal(t, s.clock.Now().Add(day), p.CompoundAt)
	s.clock.Advance(day)
	s.deposit("bea", testkit.TWIST(5))
	_, err = s.Staking.Distribute(t.Context(), s.signIn("bea"), other, "gift", testkit.TWIST(5))
	require.NoError(t, err)
	s.refund(c, "refund-1", testkit.TWIST(500))
	require.True(t, s.balances("ada").Owed.Positive())
	s.turns(0)
	require.Equal(t, "compound_holder_owes", s.told()[len(s.told())-1].Data["code"])
	require.True(t, s.claim("ada", other).Positive(), "and is there to be claimed")
	s.sound()
}

func TestCompoundingIsSetByTheHolder(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	set := func(name string, pool staking.PoolID, on bool) error {
		_, err := s.Staking.SetCompounding(t.Context(), s.signIn(name), pool, on)
		return err
	}
	s.fan("fay", testkit.TWIST(10))
	require.Zero(t, s.held("fay").Position.CompoundAt, "by default nothing is staked again")
	require.ErrorIs(t, set("gil", s.pool, true), staking.ErrPositionNotFound)
	require.ErrorIs(t, set("fay", "pool_none", true), staking.ErrPoolNotFound)
	at := s.compounds("fay", true).CompoundAt
	told := len(s.told())
	s.clock.Advance(time.Hour)
	require.Equal(t, at, s.compounds("fay", true).CompoundAt, "the same again changes nothing")
	require.Len(t, s.told(), told)
	require.Zero(t, s.compounds("fay", false).CompoundAt)
	s.compounds("fay", true)
	s.leave("fay", s.pool, testkit.TWIST(10))
	require.Zero(t, s.held("fay").Position.CompoundAt, "it ends with the stake")
	_, err := s.Staking.ClosePool(t.Context(), s.signIn("ada"), s.pool)
	require.NoError(t, err)
	s.sound()
}

// A position whose rows are wrong gives its fault to the operator, has had its turn, and those behind it have theirs.
func TestCompoundingGoesPastWhatIsBroken(t *testing.T) {
	t.Parallel()
	s := compoundingScene(newWorld(t))
	s.clock.Advance(time.Second)
	s.compounds("gil", true)
	s.gift("gift", testkit.TWIST(1))
	broken := s.held("fay").Position
	require.NoError(t, s.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		broken.Index = staking.U128{Hi: 1 << 40} // ahead of the pool's
		return tx.Positions.Put(ctx, broken)
	}))
	s.clock.Advance(day)
	done, err := s.Staking.CompoundDue(t.Context())
	require.ErrorIs(t, err, fault.Internal)
	require.Equal(t, 1, done)
	s.turns(0)
}
