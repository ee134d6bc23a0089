package twist_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
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

// E-21: an inbox is sent a bounded number of letters, however many accounts ask from wherever; the others wait
// for their turn and none is lost. Another inbox waits for nobody.
func TestLettersToOneInboxAreBounded(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		for n := range 8 {
			p.reach(numbered("mule", n), fmt.Sprintf("Stranger+%d@example.com", n))
		}
		require.Equal(t, 5, p.mail())
		require.Zero(t, p.mail())
		require.Equal(t, 3, p.mailsIn(identity.MailWaiting))
		p.reach("ada", "ada@example.com")
		require.Equal(t, 1, p.mail())
		p.clock.Advance(day/5 - time.Second)
		require.Zero(t, p.mail())
		for range 3 {
			p.clock.Advance(day / 5)
			require.Equal(t, 1, p.mail())
		}
		require.Equal(t, 9, p.mailsIn(identity.MailSent))
		p.sound()
	})
}
