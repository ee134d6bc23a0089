package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// An operator lets nothing into a pool, and nobody else ends that; who is in it is kept by nothing.
func TestOperatorsSuspendPools(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.fan("fay", even)
		s.clock.Advance(day)
		s.deposit("fay", testkit.TWIST(9))
		s.deposit("ada", testkit.TWIST(9))
		ada, fay, ops := s.signIn("ada"), s.signIn("fay"), s.signIn("ops")
		for name, by := range map[string]error{"ada": identity.ErrRoleTooHigh, "fay": identity.ErrRoleTooHigh} {
			_, err := s.Staking.SuspendPool(t.Context(), s.signInAnew(name), s.pool, "Mine.")
			require.ErrorIs(t, err, by)
		}
		program := ops
		program.Key, program.Session = "key_1", ""
		_, err := s.Staking.SuspendPool(t.Context(), program, s.pool, "By itself.")
		require.ErrorIs(t, err, identity.ErrScopeMissing)
		_, err = s.Staking.SuspendPool(t.Context(), ops, "pool_none", "Whose is this?")
		require.ErrorIs(t, err, staking.ErrPoolNotFound)
		n := len(s.told())
		suspended, err := s.Staking.SuspendPool(t.Context(), ops, s.pool, "Whose is this?")
		require.NoError(t, err)
		require.Equal(t, "Whose is this?", suspended.Suspended)
		require.Equal(t, []journal.Kind{journal.PoolSuspended}, s.kinds(n))
		require.Equal(t, map[string]string{"by": string(ops.Account)}, s.told()[n].Data)

		refused := func() {
			t.Helper()
			require.ErrorIs(t, fail(s.Staking.Stake(t.Context(), fay, s.pool, testkit.TWIST(1))), staking.ErrPoolNotActive)
			require.ErrorIs(t, fail(s.Staking.Distribute(t.Context(), ada, s.pool, "gift", 1)), staking.ErrPoolNotActive)
		}
		refused()
		_, err = s.Staking.PausePool(t.Context(), ada, s.pool)
		require.NoError(t, err)
		_, err = s.Staking.ResumePool(t.Context(), ada, s.pool)
		require.NoError(t, err)
		require.ErrorIs(t, fail(s.Staking.ReleasePool(t.Context(), s.signInAnew("ada"), s.pool)), identity.ErrRoleTooHigh)
		refused()
		require.Positive(t, s.distribute("revenue arrives", testkit.TWIST(100)).Fans)
		require.Positive(t, s.claim("fay", s.pool))
		s.leave("fay", s.pool, even/2)
		s.sound()

		_, err = s.Staking.ReleasePool(t.Context(), s.signInAnew("ops"), s.pool)
		require.NoError(t, err)
		s.stake("fay", s.pool, testkit.TWIST(1))
		_, err = s.Staking.SuspendPool(t.Context(), s.signInAnew("ops"), s.pool, "Once more.")
		require.NoError(t, err)
		s.closes()
		require.Empty(t, s.poolNow(s.pool).Suspended)
		require.ErrorIs(t, fail(s.Staking.SuspendPool(t.Context(), s.signInAnew("ops"), s.pool, "Late.")), staking.ErrPoolTransition)

		own := w.pool("ops", 0)
		require.ErrorIs(t, fail(s.Staking.SuspendPool(t.Context(), s.signInAnew("ops"), own, "Mine.")), staking.ErrPoolOwn)
		s.sound()
	}, rooted)
}
