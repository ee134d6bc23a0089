package twist_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// P-41: a link that was switched off leads nowhere at once where that was done, though its answer was lost, and a
// minute later everywhere; one that was switched on leads at once everywhere.
func TestLinksAreRememberedForAMinute(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.Minute, twist.LinkLife)
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 2_000)
		made := w.recommends(attribution.NewLink{Program: w.program("shop", testkit.TWIST(100)), Destination: "https://shop.example/"})
		ada, elsewhere := w.signIn("ada"), w.another()
		lost := w.another(func(c *twist.Config) { c.Store = &lossy{Store: w.store} })
		leads := func(on *twist.Platform) bool {
			_, err := on.Attribution.Preview(w.ctx(), made.Code)
			if err != nil {
				require.ErrorIs(t, err, attribution.ErrLinkNotFound)
			}
			return err == nil
		}
		for _, on := range []*twist.Platform{w.Platform, elsewhere, lost} {
			require.True(t, leads(on))
		}
		_, err := lost.Attribution.WithdrawLink(w.ctx(), ada, made.ID)
		require.ErrorIs(t, err, ports.ErrStore)
		require.False(t, leads(lost), "its own doing is known at once")
		w.clock.Advance(twist.LinkLife - time.Microsecond)
		require.True(t, leads(elsewhere), "it may be remembered so long")
		w.clock.Advance(time.Microsecond)
		require.False(t, leads(elsewhere), "and no longer")
		_, err = w.Attribution.RestoreLink(w.ctx(), ada, made.ID, w.clock.Now().Add(time.Microsecond))
		require.NoError(t, err)
		for _, on := range []*twist.Platform{w.Platform, elsewhere, lost} {
			require.True(t, leads(on), "what leads nowhere is not remembered")
		}
		w.clock.Advance(time.Microsecond)
		require.False(t, leads(elsewhere), "it has expired, remembered or not")
	})
}
