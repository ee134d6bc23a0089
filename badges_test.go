package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/testkit"
)

// Anybody may apply for the role of a merchant; an approval grants it in the same unit, and a rejection says why.
func TestMerchantsApply(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		in := p.enters("shop", phone)
		shop, boss := p.by(in), p.signIn("boss")
		apply := func() (identity.Application, error) {
			return p.Identity.Apply(p.ctx(), shop, identity.ForMerchant, "We sell tea.")
		}
		first, err := apply()
		require.NoError(t, err)
		require.Empty(t, first.Name)
		_, err = apply()
		require.ErrorIs(t, err, identity.ErrApplicationOpen)
		_, err = p.Identity.ApproveApplication(p.ctx(), shop, first.ID)
		require.ErrorIs(t, err, identity.ErrRoleTooHigh)
		rejected, err := p.Identity.RejectApplication(p.ctx(), boss, first.ID, "Which tea?")
		require.NoError(t, err)
		require.Equal(t, "Which tea?", rejected.Reason)
		require.NotContains(t, p.by(in).Roles, identity.RoleMerchant)

		second, err := apply()
		require.NoError(t, err)
		n := len(p.told())
		_, err = p.Identity.ApproveApplication(p.ctx(), boss, second.ID)
		require.NoError(t, err)
		require.Equal(t, []journal.Kind{journal.ApplicationApproved, journal.RoleGranted}, p.kinds(n))
		require.Equal(t, map[string]string{"role": "merchant", "by": string(boss.Account)}, p.told()[n+1].Data)
		require.Equal(t, string(shop.Account), p.told()[n+1].Subject)
		require.Contains(t, p.by(in).Roles, identity.RoleMerchant, "at once")
		_, err = apply()
		require.ErrorIs(t, err, identity.ErrAlreadyGranted)

		require.NoError(t, p.Identity.RevokeRole(p.ctx(), boss, shop.Account, identity.RoleMerchant))
		third, err := apply()
		require.NoError(t, err)
		require.NoError(t, p.Identity.GrantRole(p.ctx(), boss, shop.Account, identity.RoleMerchant))
		n = len(p.told())
		_, err = p.Identity.ApproveApplication(p.ctx(), boss, third.ID)
		require.NoError(t, err)
		require.Equal(t, []journal.Kind{journal.ApplicationApproved}, p.kinds(n), "it was granted meanwhile")
		own, err := p.Identity.Apply(p.ctx(), boss, identity.ForMerchant, "I sell.")
		require.NoError(t, err)
		_, err = p.Identity.ApproveApplication(p.ctx(), boss, own.ID)
		require.ErrorIs(t, err, identity.ErrApplicationOwn)
		program := shop
		program.Key = "key_1"
		_, err = p.Identity.Apply(p.ctx(), program, identity.ForMerchant, "I sell.")
		require.ErrorIs(t, err, identity.ErrScopeMissing)
		p.sound()
	})
}

// Of an approval, a rejection, grants and withdrawals at the same moment each finds what the one before left.
func TestMerchantsAreMadeOneByOne(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		shop, boss, chief := p.signIn("shop"), p.signIn("boss"), p.signIn("chief")
		for range 6 {
			made, err := p.Identity.Apply(p.ctx(), shop, identity.ForMerchant, "We sell tea.")
			require.NoError(t, err)
			_, errs := together(8, func(i int) (bool, error) {
				switch i % 4 {
				case 0:
					_, err := p.Identity.ApproveApplication(p.ctx(), boss, made.ID)
					return true, err
				case 1:
					_, err := p.Identity.RejectApplication(p.ctx(), chief, made.ID, "Which tea?")
					return true, err
				case 2:
					return true, p.Identity.GrantRole(p.ctx(), chief, shop.Account, identity.RoleMerchant)
				}
				return true, p.Identity.RevokeRole(p.ctx(), boss, shop.Account, identity.RoleMerchant)
			})
			requireRefused(t, []error{errs[0], errs[1], errs[4], errs[5]}, 1, identity.ErrApplicationDecided)
			requireAll(t, []error{errs[2], errs[3], errs[6], errs[7]})
			require.NoError(t, p.Identity.RevokeRole(p.ctx(), boss, shop.Account, identity.RoleMerchant))
		}
		p.sound() // which counts what was told against what stands
	})
}

// A badge is given to the name that was judged: who shows another by then gets none, and an operator looks again.
func TestTheBadgeIsForTheNameThatWasJudged(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		ada, boss := p.reach("ada", ""), p.signIn("boss")
		shows := func(name string) {
			_, err := p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{DisplayName: &name})
			require.NoError(t, err)
		}
		shows("Ada L.")
		made, err := p.Identity.Apply(p.ctx(), ada, identity.ForBadge, "I am Ada.")
		require.NoError(t, err)
		require.Equal(t, "Ada L.", made.Name)
		pending, err := p.Identity.ApplicationsIn(p.ctx(), identity.ApplicationPending, "", 10)
		require.NoError(t, err)
		require.Equal(t, []identity.Application{made}, pending, "an operator reads the name")

		shows("TWIST Support")
		n := len(p.told())
		_, err = p.Identity.ApproveApplication(p.ctx(), boss, made.ID)
		require.ErrorIs(t, err, identity.ErrApplicationOutdated)
		require.Len(t, p.told(), n)
		star, err := p.Identity.Influencer(p.ctx(), "ada")
		require.NoError(t, err)
		require.False(t, star.Verified)
		bio := "Counts."
		_, err = p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{Bio: &bio})
		require.NoError(t, err)
		shows("Ada L.")
		_, err = p.Identity.ApproveApplication(p.ctx(), boss, made.ID)
		require.NoError(t, err, "it is the name that was judged")

		for round := range 8 {
			shows(numbered("Ada ", round))
			made, err := p.Identity.Apply(p.ctx(), ada, identity.ForBadge, "I am Ada.")
			require.NoError(t, err)
			_, errs := together(2, func(i int) (bool, error) {
				if other := "TWIST Support"; i == 0 {
					_, err := p.Identity.ChangeProfile(p.ctx(), ada, twist.ProfileChange{DisplayName: &other})
					return true, err
				}
				_, err := p.Identity.ApproveApplication(p.ctx(), boss, made.ID)
				return true, err
			})
			require.NoError(t, errs[0])
			star, err := p.Identity.Influencer(p.ctx(), "ada")
			require.NoError(t, err)
			require.False(t, star.Verified, "whichever came first")
			if errs[1] != nil {
				require.ErrorIs(t, errs[1], identity.ErrApplicationOutdated)
				_, err = p.Identity.RejectApplication(p.ctx(), boss, made.ID, "Which name?")
				require.NoError(t, err)
			}
		}
		p.sound()
	})
}

// An operator takes a badge back and says why, to its influencer alone; it can be earned again.
func TestBadgesAreWithdrawn(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p postal) {
		p.people()
		ada, bea, boss := p.signIn("ada"), p.signIn("bea"), p.signIn("boss")
		withdraw := func(by twist.Caller, username, reason string) error {
			_, err := p.Identity.WithdrawBadge(p.ctx(), by, username, reason)
			return err
		}
		n := len(p.told())
		require.ErrorIs(t, withdraw(bea, "ada", "Mine."), identity.ErrRoleTooHigh)
		require.ErrorIs(t, withdraw(bea, "nobody", "Mine."), identity.ErrRoleTooHigh)
		require.ErrorIs(t, withdraw(boss, "nobody", "No."), identity.ErrInfluencerNotFound)
		require.ErrorIs(t, withdraw(boss, "bea", "No."), identity.ErrBadgeMissing)
		require.ErrorIs(t, withdraw(boss, "ada", "a\x00b"), identity.ErrApplicationReason)
		program := boss
		program.Key = "key_1"
		require.ErrorIs(t, withdraw(program, "ada", "No."), identity.ErrScopeMissing)
		require.Len(t, p.told(), n)

		require.NoError(t, withdraw(boss, "ADA", " It is not Ada. "))
		require.Equal(t, []journal.Kind{journal.BadgeWithdrawn}, p.kinds(n))
		require.Equal(t, map[string]string{"by": string(boss.Account)}, p.told()[n].Data)
		require.ErrorIs(t, withdraw(boss, "ada", "Again."), identity.ErrBadgeMissing)
		profile, err := p.Identity.Profile(p.ctx(), ada)
		require.NoError(t, err)
		require.False(t, profile.Influencer.Verified)
		require.Equal(t, "It is not Ada.", profile.Influencer.Withdrawn)

		made, err := p.Identity.Apply(p.ctx(), ada, identity.ForBadge, "I am.")
		require.NoError(t, err)
		_, err = p.Identity.ApproveApplication(p.ctx(), boss, made.ID)
		require.NoError(t, err)
		profile, err = p.Identity.Profile(p.ctx(), ada)
		require.NoError(t, err)
		require.True(t, profile.Influencer.Verified)
		require.Empty(t, profile.Influencer.Withdrawn)

		own := p.another(func(c *twist.Config) { c.Operators = []identity.Wallet{testkit.Wallet("ada")} })
		_, err = own.Identity.WithdrawBadge(p.ctx(), ada, "ada", "Mine.")
		require.ErrorIs(t, err, identity.ErrApplicationOwn)
		p.sound()
	})
}
