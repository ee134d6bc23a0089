package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/testkit"
)

// peopled is a world in which everything was told that can be of people: an address was proven, forgotten
// and followed by another, letters left, were parked and dropped, and applications were decided both ways.
func peopled(t *testing.T) *world {
	p := newPostal(t, newWorld)
	p.people()
	_, err := p.Identity.WithdrawBadge(t.Context(), p.signIn("boss"), "ada", "It is not Ada.")
	require.NoError(t, err)
	return p.world
}

func (p postal) people() {
	p.t.Helper()
	ada, bea, boss := p.reach("ada", "ada@example.com"), p.reach("bea", "bea@example.com"), p.signIn("boss")
	require.Equal(p.t, 2, p.mail())
	require.NoError(p.t, p.Identity.VerifyEmail(p.ctx(), ada, tokenOf(p.box.Letters()[0])))
	require.NoError(p.t, p.Identity.ResendEmail(p.ctx(), bea))
	require.NoError(p.t, p.Identity.ResendEmail(p.ctx(), bea))
	require.Equal(p.t, 1, p.mail())
	bio, forget := "Counts.", ""
	_, err := p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{Bio: &bio, Email: &forget})
	require.NoError(p.t, err)
	require.NoError(p.t, p.Identity.ResendEmail(p.ctx(), bea))
	refusing := p.another(func(c *twist.Config) { c.Mailer = &undeliverable{err: identity.ErrLetter} })
	_, err = refusing.Identity.SendMails(p.ctx())
	require.NoError(p.t, err)
	approved, err := p.Identity.Apply(p.ctx(), ada, identity.ForBadge, "I am Ada.")
	require.NoError(p.t, err)
	_, err = p.Identity.ApproveApplication(p.ctx(), boss, approved.ID)
	require.NoError(p.t, err)
	rejected, err := p.Identity.Apply(p.ctx(), bea, identity.ForBadge, "I am Bea.")
	require.NoError(p.t, err)
	_, err = p.Identity.RejectApplication(p.ctx(), boss, rejected.ID, "No proof.")
	require.NoError(p.t, err)
}

func TestWhatPeopleDoIsTold(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		p.people()
		kinds := map[journal.Kind]int{}
		for _, e := range p.told() {
			kinds[e.Kind]++
		}
		for kind, want := range map[journal.Kind]int{
			journal.InfluencerRegistered: 2, journal.InfluencerChanged: 1, journal.EmailAsked: 5, journal.EmailVerified: 1, journal.EmailForgotten: 1,
			journal.MailSent: 3, journal.MailDropped: 1, journal.MailParked: 1,
			journal.ApplicationMade: 2, journal.ApplicationApproved: 1, journal.ApplicationRejected: 1,
		} {
			require.Equal(t, want, kinds[kind], kind)
		}
		p.sound()
	})
}

// An account has one pending application of a kind, however often it asks at once.
func TestApplicationsAtOnce(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		ada := p.reach("ada", "")
		made, errs := together(8, func(int) (identity.Application, error) {
			return p.Identity.Apply(p.ctx(), ada, identity.ForBadge, "I am Ada.")
		})
		requireRefused(t, errs, 1, identity.ErrApplicationOpen)
		var id identity.ApplicationID
		for _, a := range made {
			id += a.ID
		}
		bosses := []twist.Caller{p.signIn("boss"), p.signIn("chief")}
		_, errs = together(8, func(i int) (identity.Application, error) {
			if i%2 == 0 {
				return p.Identity.ApproveApplication(p.ctx(), bosses[0], id)
			}
			return p.Identity.RejectApplication(p.ctx(), bosses[1], id, "No proof.")
		})
		requireRefused(t, errs, 1, identity.ErrApplicationDecided)

		mine, err := p.Identity.Applications(p.ctx(), ada, "", 10)
		require.NoError(t, err)
		require.Len(t, mine, 1)
		star, err := p.Identity.Influencer(p.ctx(), "ada")
		require.NoError(t, err)
		require.Equal(t, mine[0].State == identity.ApplicationApproved, star.Verified, "decision and badge are one")
		p.sound()
	})
}

func TestApplicationsAreRefused(t *testing.T) {
	t.Parallel()
	p := newPostal(t, newWorld, func(c *twist.Config) { c.Operators = append(c.Operators, testkit.Wallet("ada")) })
	ada, boss := p.reach("ada", ""), p.signIn("boss")
	_, err := p.Identity.Apply(p.ctx(), boss, identity.ForBadge, "I am nobody.")
	require.ErrorIs(t, err, identity.ErrInfluencerNotFound)
	none, err := p.Identity.Applications(p.ctx(), boss, "", 10)
	require.NoError(t, err)
	require.Empty(t, none, "a refusal leaves no trace")
	_, err = p.Identity.Apply(p.ctx(), ada, "king", "I rule.")
	require.ErrorIs(t, err, identity.ErrApplicationKind)

	a, err := p.Identity.Apply(p.ctx(), ada, identity.ForBadge, "I am Ada.")
	require.NoError(t, err)
	_, err = p.Identity.ApproveApplication(p.ctx(), ada, a.ID)
	require.ErrorIs(t, err, identity.ErrApplicationOwn)
	_, err = p.Identity.ApproveApplication(p.ctx(), boss, "app_none")
	require.ErrorIs(t, err, identity.ErrApplicationNotFound)
	_, err = p.Identity.RejectApplication(p.ctx(), boss, a.ID, "")
	require.ErrorIs(t, err, identity.ErrApplicationReason)
	pending, err := p.Identity.ApplicationsIn(p.ctx(), identity.ApplicationPending, "", 10)
	require.NoError(t, err)
	require.Equal(t, []identity.Application{a}, pending)
	_, err = p.Identity.ApplicationsIn(p.ctx(), "open", "", 10)
	require.ErrorIs(t, err, identity.ErrApplicationState)
	_, err = p.Identity.Mails(p.ctx(), "open", "", 10)
	require.ErrorIs(t, err, identity.ErrMailState)

	_, err = p.Identity.ApproveApplication(p.ctx(), boss, a.ID)
	require.NoError(t, err)
	_, err = p.Identity.Apply(p.ctx(), ada, identity.ForBadge, "Again.")
	require.ErrorIs(t, err, identity.ErrAlreadyGranted)
}

// The badge stands beside the name that was found to be right and no other; its loss is told.
func TestTheBadgeStaysWithItsName(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		p.people()
		ada := p.signIn("ada")
		same, bio, other := "ada", "Writes.", "TWIST Support"
		got, err := p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{DisplayName: &same, Bio: &bio})
		require.NoError(t, err)
		require.True(t, got.Influencer.Verified)
		got, err = p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{DisplayName: &other})
		require.NoError(t, err)
		require.False(t, got.Influencer.Verified)
		told := p.told()
		require.Equal(t, "display_name verified", told[len(told)-1].Data["changed"])
		shown, err := p.Identity.Influencer(p.ctx(), "ada")
		require.NoError(t, err)
		require.False(t, shown.Verified)
		_, err = p.Identity.Apply(p.ctx(), ada, identity.ForBadge, "I am Support.")
		require.NoError(t, err, "it can be earned again")
		p.sound()
	})
}
