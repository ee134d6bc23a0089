package twist_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// A share that was changed binds from the next epoch on: an order earns by the share that bound when it was
// reported, whenever its commission is approved.
func TestShareBindsFromTheNextEpoch(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)
	before := s.earn("before", testkit.TWIST(100))
	share := money.Bps(1_000)
	pool, err := s.Staking.ChangePool(s.ctx(), s.signIn("ada"), s.pool, twist.PoolChange{Share: &share})
	require.NoError(t, err)
	require.Equal(t, money.Bps(2_000), pool.Share)
	require.Equal(t, share, pool.Announced().Share)
	same := s.earn("same epoch", testkit.TWIST(100))
	s.clock.Advance(day)
	after := s.earn("after", testkit.TWIST(100)) // nobody has touched the pool since: its row still has the old share
	require.Equal(t, share, s.poolNow(s.pool).Share)
	require.Equal(t, 3, s.approve())
	for converted, want := range map[*twist.Converted]money.Amount{&before: 3_600_000_000, &same: 3_600_000_000, &after: 1_800_000_000} {
		require.Equal(t, want, s.conversion(*converted).Commissions[0].Fans)
	}
	s.sound()
}

// Only what is named changes, and of two changes in one epoch the later one counts.
func TestChangePool(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ada := s.signIn("ada")
	minimum, share, wait := testkit.TWIST(2), money.Bps(500), time.Hour
	set := func(c twist.PoolChange) staking.Settings {
		pool, err := s.Staking.ChangePool(s.ctx(), ada, s.pool, c)
		require.NoError(t, err)
		return pool.Announced()
	}
	was := s.poolNow(s.pool).Settings
	require.Equal(t, staking.Settings{Share: was.Share, Minimum: minimum}, set(twist.PoolChange{Minimum: &minimum}))
	require.Equal(t, staking.Settings{Share: share, Minimum: minimum}, set(twist.PoolChange{Share: &share}))
	require.Equal(t, staking.Settings{Share: share, Minimum: minimum, Cooldown: wait}, set(twist.PoolChange{Cooldown: &wait}))
	require.Equal(t, was, s.poolNow(s.pool).Settings)
	s.sound()
	s.clock.Advance(day)
	require.Equal(t, staking.Settings{Share: share, Minimum: minimum, Cooldown: wait}, s.poolNow(s.pool).Settings)
	s.sound()
	require.Equal(t, staking.Settings{Share: share, Minimum: minimum, Cooldown: wait}, set(twist.PoolChange{}), "nothing is a change, too")
	set(twist.PoolChange{Share: &was.Share})
	require.Equal(t, staking.Settings{Share: share, Minimum: minimum, Cooldown: wait}, set(twist.PoolChange{Share: &share}))
	require.Zero(t, s.poolNow(s.pool).Next, "it was taken back")
	s.sound()
	tooMuch := money.Bps(2_001)
	_, err := s.Staking.ChangePool(s.ctx(), ada, s.pool, twist.PoolChange{Share: &tooMuch})
	require.ErrorIs(t, err, staking.ErrShareAboveTier)
	s.sound()
}

// Nobody decides about a pool but the influencer; nothing that was refused changes anything.
func TestOnlyTheOwnerDecides(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", testkit.TWIST(5))
	s.clock.Advance(day)
	s.deposit("fay", testkit.TWIST(5))
	before := s.poolNow(s.pool)
	for _, name := range []string{"fay", "shop"} {
		by := s.signIn(name)
		for what, call := range map[string]func() error{
			"change":     func() error { _, err := s.Staking.ChangePool(s.ctx(), by, s.pool, twist.PoolChange{}); return err },
			"pause":      func() error { _, err := s.Staking.PausePool(s.ctx(), by, s.pool); return err },
			"resume":     func() error { _, err := s.Staking.ResumePool(s.ctx(), by, s.pool); return err },
			"close":      func() error { _, err := s.Staking.ClosePool(s.ctx(), by, s.pool); return err },
			"distribute": func() error { _, err := s.Staking.Distribute(s.ctx(), by, s.pool, "x", 1); return err },
		} {
			require.ErrorIs(t, call(), twist.ErrNotPoolOwner, "%s by %s", what, name)
		}
	}
	require.ErrorIs(t, twist.ErrNotPoolOwner, fault.Forbidden)
	ada := s.signIn("ada")
	_, err := s.Staking.PausePool(s.ctx(), ada, "pool_none")
	require.ErrorIs(t, err, staking.ErrPoolNotFound)
	program := ada
	program.Key, program.Session = "key_1", ""
	_, err = s.Staking.ClosePool(s.ctx(), program, s.pool)
	require.ErrorIs(t, err, identity.ErrScopeMissing, "nothing undoes it")
	require.Equal(t, before, s.poolNow(s.pool))
	s.sound()
}

func TestPauseResumeClose(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.deposit("fay", testkit.TWIST(9))
	s.deposit("ada", testkit.TWIST(9))
	s.clock.Advance(day)
	ada, fay := s.signIn("ada"), s.signIn("fay")
	stake := func() error { _, err := s.Staking.Stake(s.ctx(), fay, s.pool, testkit.TWIST(1)); return err }
	gift := func(source staking.Source) error {
		_, err := s.Staking.Distribute(s.ctx(), ada, s.pool, source, 10)
		return err
	}
	_, err := s.Staking.PausePool(s.ctx(), ada, s.pool)
	require.NoError(t, err)
	require.ErrorIs(t, stake(), staking.ErrPoolNotActive)
	require.ErrorIs(t, gift("paused"), staking.ErrPoolNotActive)
	require.Equal(t, money.Amount(3_600_000_000), s.distribute("revenue still arrives", testkit.TWIST(100)).Fans)
	_, err = s.Staking.ResumePool(s.ctx(), ada, s.pool)
	require.NoError(t, err)
	require.NoError(t, stake())
	require.NoError(t, gift("paused"), "what was refused took no key")
	_, err = s.Staking.ResumePool(s.ctx(), ada, s.pool)
	require.ErrorIs(t, err, staking.ErrPoolTransition)

	_, err = s.Staking.ClosePool(s.ctx(), ada, s.pool)
	require.NoError(t, err)
	require.ErrorIs(t, stake(), staking.ErrPoolNotActive)
	require.ErrorIs(t, gift("closed"), staking.ErrPoolNotActive)
	closed := s.distribute("a closed pool gets nothing", testkit.TWIST(100))
	require.Zero(t, closed.Fans)
	require.Equal(t, testkit.TWIST(18), closed.Net)
	for _, again := range []func() (staking.Pool, error){
		func() (staking.Pool, error) { return s.Staking.ClosePool(s.ctx(), ada, s.pool) },
		func() (staking.Pool, error) { return s.Staking.PausePool(s.ctx(), ada, s.pool) },
		func() (staking.Pool, error) { return s.Staking.ResumePool(s.ctx(), ada, s.pool) },
	} {
		_, err := again()
		require.ErrorIs(t, err, staking.ErrPoolTransition)
	}
	s.leave("fay", s.pool, sum(t, even, testkit.TWIST(1)))
	for _, at := range []ledger.Address{ledger.Staked(s.pool), ledger.Cooling(s.pool), ledger.Rewards(s.pool)} {
		require.Zero(t, s.at(at), at)
	}
	s.sound()
}

// P-08: what comes from one source is given once, however often and in how many places at once it is asked for;
// another amount under its name is refused.
func TestDistributionIsKeyedByItsSource(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)
	ada := s.deposit("ada", testkit.TWIST(10))
	given, errs := together(30, func(int) (twist.Given, error) {
		return s.Staking.Distribute(s.ctx(), ada, s.pool, "march", testkit.TWIST(2))
	})
	requireAll(t, errs)
	for _, g := range given {
		require.Equal(t, given[0], g)
	}
	s.requireAvailable("ada", testkit.TWIST(8))
	_, err := s.Staking.Distribute(s.ctx(), ada, s.pool, "march", testkit.TWIST(3))
	require.ErrorIs(t, err, staking.ErrSourceConflict)
	_, err = s.Staking.Distribute(s.ctx(), ada, s.pool, "april", testkit.TWIST(9))
	require.ErrorIs(t, err, ledger.ErrInsufficientFunds)
	_, err = s.Staking.Distribute(s.ctx(), ada, s.pool, "april", testkit.TWIST(3))
	require.NoError(t, err)
	for _, source := range []staking.Source{"", "two words", "\n", "é", staking.Source(make([]byte, 65))} {
		_, err = s.Staking.Distribute(s.ctx(), ada, s.pool, source, 1)
		require.ErrorIs(t, err, staking.ErrSource, "%q", source)
	}
	for _, amount := range []money.Amount{0, -1} {
		_, err = s.Staking.Distribute(s.ctx(), ada, s.pool, "nothing", amount)
		require.ErrorIs(t, err, staking.ErrNotPositive)
	}
	require.Equal(t, testkit.TWIST(5), s.claim("fay", s.pool))
	s.sound()
}

// P-10: a distribution by hand without anybody whose stake counts is refused, and takes nothing.
func TestGiftsNeedStakers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ada := s.deposit("ada", testkit.TWIST(10))
	s.fan("fay", even) // waits
	_, err := s.Staking.Distribute(s.ctx(), ada, s.pool, "early", testkit.TWIST(1))
	require.ErrorIs(t, err, staking.ErrNoWeight)
	s.requireAvailable("ada", testkit.TWIST(10))
	s.clock.Advance(day)
	_, err = s.Staking.Distribute(s.ctx(), ada, s.pool, "early", testkit.TWIST(1))
	require.NoError(t, err)
	s.sound()
}

// P-13, I-09: a change of the tier is told in the unit of work that made it, up and down, by its right name, and
// so it is when a stake leaves by way of a cooldown or comes back.
func TestTierChangesAreTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.changes(day)
	s.deposit("fay", testkit.TWIST(50_000))
	n := len(s.told())
	s.stake("fay", s.pool, testkit.TWIST(999))
	s.stake("fay", s.pool, testkit.TWIST(1))
	s.stake("fay", s.pool, testkit.TWIST(49_000))
	ticket := s.leave("fay", s.pool, testkit.TWIST(49_001)).Tickets[0]
	s.cancel(ticket.ID)
	s.leave("fay", s.pool, testkit.TWIST(1))
	var moves [][2]string
	for _, e := range s.told()[n:] {
		if e.Kind == journal.TierChanged {
			require.Equal(t, string(s.pool), e.Subject)
			require.Equal(t, string(s.signIn("ada").Account), e.Account)
			moves = append(moves, [2]string{e.Data["from"], e.Data["to"]})
		}
	}
	require.Equal(t, [][2]string{
		{"BRONZE", "SILVER"}, {"SILVER", "PLATINUM"}, {"PLATINUM", "BRONZE"}, {"BRONZE", "PLATINUM"}, {"PLATINUM", "GOLD"},
	}, moves)
	s.sound()
}

// What nothing undoes is done in person: whoever finds an influencer's key cannot give all it has to an accomplice
// who stakes in its pool.
func TestNoKeyGivesTokensAway(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("gil", testkit.TWIST(1))
	s.deposit("ada", testkit.TWIST(500))
	s.clock.Advance(day)
	delete(s.callers, "ada")
	made := s.makesKey(s.signIn("ada"), identity.APIKeyTerms{Name: "all", Scopes: []identity.Scope{identity.ScopeStaking}})
	key, err := s.Identity.Verify(t.Context(), made.Text)
	require.NoError(t, err)
	_, err = s.Staking.Distribute(t.Context(), key, s.pool, "theft", testkit.TWIST(500))
	require.ErrorIs(t, err, identity.ErrScopeMissing)
	s.requireAvailable("ada", testkit.TWIST(500))
}
