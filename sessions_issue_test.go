package twist_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// failingTokens cannot issue.
type failingTokens struct{ ports.Tokens }

func (failingTokens) Issue(context.Context, identity.Claims) (string, error) {
	return "", identity.ErrClaims
}

// A refresh whose access token cannot be issued rotates nothing: the client tries again, however much later, and
// is no thief.
func TestARefreshThatCannotIssueRotatesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		in := w.enters("fay", phone)
		failing := w.another(func(c *twist.Config) { c.Tokens = failingTokens{c.Tokens} })
		_, err := failing.Identity.Refresh(t.Context(), in.Refresh, phone)
		require.ErrorIs(t, err, identity.ErrClaims)
		require.Zero(t, w.sessionOf(in).Renewal.Generation)
		w.clock.Advance(identity.RefreshGrace + time.Second)
		w.refreshes(in.Refresh)
		w.sound()
	})
}
