package twist_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// A process whose clock is days ahead rolls a pool into an epoch that has not begun, and nothing moves it back. What
// would count from the next epoch on is refused until its time has come, and the books say why; who is in leaves and
// claims, and revenue is shared.
func TestAPoolThatIsAheadWaitsForTheClock(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.changes(day)
		s.fan("fay", even)
		s.clock.Advance(day)
		back := s.leave("fay", s.pool, even/2)
		s.deposit("eli", even)
		fast := testkit.NewClock(s.clock.Now().Add(5 * day))
		longer := 2 * day
		hasty := s.another(func(c *twist.Config) { c.Clock = fast })
		_, err := hasty.Staking.ChangePool(t.Context(), s.signIn("ada"), s.pool, twist.PoolChange{Cooldown: &longer})
		require.NoError(t, err)

		stake := func(c ports.Clock) error {
			on := s.another(func(cfg *twist.Config) { cfg.Clock = c })
			_, err := on.Staking.Stake(t.Context(), s.signIn("eli"), s.pool, even/4)
			return err
		}
		for what, do := range map[string]func() error{
			"stake":  func() error { return stake(s.clock) },
			"cancel": func() error { return fail(s.Staking.CancelExit(t.Context(), s.signIn("fay"), back.Tickets[0].ID)) },
			"change": func() error {
				return fail(s.Staking.ChangePool(t.Context(), s.signIn("ada"), s.pool, twist.PoolChange{Cooldown: new(time.Duration)}))
			},
		} {
			require.ErrorIs(t, do(), staking.ErrPoolAhead, what)
		}
		v, err := s.Ledger.Verify(t.Context())
		require.NoError(t, err)
		require.Len(t, v.Findings, 1)
		require.Equal(t, "pool_ahead", v.Findings[0].Code)
		require.Equal(t, "pool "+string(s.pool), v.Findings[0].Where)

		c := s.earn("order", testkit.TWIST(100))
		require.Positive(t, c.Commissions[0].Gross)
		s.leave("fay", s.pool, even/4)

		begins := fast.Now().Truncate(day)
		s.clock.Advance(begins.Sub(s.clock.Now()) - ports.ClockTolerance - time.Microsecond)
		require.ErrorIs(t, stake(s.clock), staking.ErrPoolAhead)
		s.clock.Advance(time.Microsecond)
		require.NoError(t, stake(s.clock), "as far as clocks may differ")
		s.clock.Advance(ports.ClockTolerance)
		require.NoError(t, stake(s.clock))
		require.Equal(t, 1, s.approve())
		require.Positive(t, s.claim("fay", s.pool))
		require.Equal(t, even/4+even/2, s.at(ledger.Staked(s.pool)))
		s.sound()
	})
}
