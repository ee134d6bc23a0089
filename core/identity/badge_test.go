package identity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

// A badge is awarded beside the name that was judged, and taken by somebody else for a reason.
func TestBadge(t *testing.T) {
	t.Parallel()
	ada := identity.Influencer{ID: "infl_1", Account: "acct_1", Username: "ada", DisplayName: "Ada", Withdrawn: "Before."}
	judged := identity.Application{Account: "acct_1", Kind: identity.ForBadge, Name: "Ada"}
	with, err := ada.Award(judged)
	require.NoError(t, err)
	require.True(t, with.Verified)
	require.Empty(t, with.Withdrawn)
	for _, name := range []string{"", "ada", "Ada ", "Support"} {
		judged.Name = name
		_, err = ada.Award(judged)
		require.ErrorIs(t, err, identity.ErrApplicationOutdated, "%q", name)
	}

	without, err := with.WithdrawBadge("acct_2", " It is\nnot Ada. ")
	require.NoError(t, err)
	require.False(t, without.Verified)
	require.Equal(t, "It is\nnot Ada.", without.Withdrawn)
	_, err = without.WithdrawBadge("acct_2", "Again.")
	require.ErrorIs(t, err, identity.ErrBadgeMissing)
	_, err = with.WithdrawBadge("acct_1", "Mine.")
	require.ErrorIs(t, err, identity.ErrApplicationOwn)
	for _, reason := range []string{"", " \n", "a\x00", "a\u202e", strings.Repeat("é", 501)} {
		_, err = with.WithdrawBadge("acct_2", reason)
		require.ErrorIs(t, err, identity.ErrApplicationReason, "%q", reason)
	}
	_, err = with.WithdrawBadge("acct_2", strings.Repeat("é", 500))
	require.NoError(t, err)
}

// A badge is for a name letter by letter: what only looks like it, also in other letters of the same alphabet or with
// other spaces between, has to earn it again. Spaces around it are no part of it.
func TestTheBadgeIsLostWithAnyLetter(t *testing.T) {
	t.Parallel()
	star := identity.Influencer{ID: "infl_1", Account: "acct_1", Username: "ada", DisplayName: "Zo\u00eb Love", Verified: true}
	shows := func(name string) identity.Influencer {
		t.Helper()
		edited, err := star.Edit(identity.Edit{DisplayName: &name})
		require.NoError(t, err)
		return edited
	}
	for _, name := range []string{
		"zo\u00eb love", "ZO\u00cb LOVE", "Zo\u00eb  Love", "Zo\u00eb\u00a0Love", "Zo\u00ebLove", "Zoe\u0308 Love", "Zoe Love",
		"Zo\u00eb L\u043eve", "Zo\u00eb\u200b Love", "Zo\u00eb Love\ufe0f", "\uff3ao\u00eb Love", "", "ada",
	} {
		require.False(t, shows(name).Verified, "%+q", name)
	}
	require.Equal(t, star, shows(" \u00a0Zo\u00eb Love\n"))
}
