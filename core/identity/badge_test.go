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
