package twist_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
)

// E-21: what one visitor has sent to strangers is bounded, however many accounts and addresses it uses, and
// nobody else is kept from a letter by it.
func TestLettersOfOneVisitorAreBounded(t *testing.T) {
	t.Parallel()
	p := newPostal(t, newWorld)
	ctx, asked := twist.WithOrigin(p.ctx(), office), 0
	for n := range 20 {
		mule := p.signIn(numbered("mule", n))
		r := registration(numbered("mule", n))
		r.Email = fmt.Sprintf("stranger%d@example.com", n)
		_, err := p.Identity.Register(ctx, mule, r)
		if err != nil {
			require.ErrorIs(t, err, limit.ErrLimited)
			continue
		}
		asked++
	}
	require.Equal(t, 10, asked)

	ada := p.reach("ada", "ada@example.com")
	require.ErrorIs(t, p.Identity.ResendEmail(ctx, ada), limit.ErrLimited)
	address, bio := "other@example.com", "Draws."
	_, err := p.Identity.ChangeProfile(ctx, ada, twist.ProfileChange{Email: &address})
	require.ErrorIs(t, err, limit.ErrLimited)
	_, err = p.Identity.ChangeProfile(ctx, ada, twist.ProfileChange{Bio: &bio})
	require.NoError(t, err, "what makes no letter is not limited")
	require.NoError(t, p.Identity.ResendEmail(p.ctx(), ada), "nor is who came from nowhere")

	p.clock.Advance(24 * time.Hour / 10)
	require.NoError(t, p.Identity.ResendEmail(ctx, ada))
	require.ErrorIs(t, p.Identity.ResendEmail(ctx, ada), limit.ErrLimited)
}

// E-17: a limiter that cannot decide lets no letter be asked for.
func TestLettersWithoutALimiter(t *testing.T) {
	t.Parallel()
	p := newPostal(t, newWorld, func(c *twist.Config) { c.Limiter = down{} })
	ada := p.reach("ada", "ada@example.com")
	require.ErrorIs(t, p.Identity.ResendEmail(twist.WithOrigin(p.ctx(), office), ada), ports.ErrLimiter)
}
