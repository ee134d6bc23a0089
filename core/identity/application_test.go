package identity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

func application(t *testing.T) identity.Application {
	t.Helper()
	a, err := identity.Apply("app_1", "acct_1", identity.ForBadge, " I am Ada. ", start)
	require.NoError(t, err)
	return a
}

func TestApply(t *testing.T) {
	t.Parallel()
	require.Equal(t, identity.Application{
		ID: "app_1", Account: "acct_1", Kind: identity.ForBadge, Text: "I am Ada.", State: identity.ApplicationPending, MadeAt: start.UTC(),
	}, application(t))
	_, err := identity.Apply("app_1", "acct_1", "operator", "x", start)
	require.ErrorIs(t, err, identity.ErrApplicationKind)
	_, err = identity.Apply("app_1", "acct_1", identity.ForBadge, strings.Repeat("é", 2000), start)
	require.NoError(t, err)
	for _, text := range []string{"", " \n", strings.Repeat("é", 2001), "a\x00", "a\u202e", "\xff"} {
		_, err := identity.Apply("app_1", "acct_1", identity.ForBadge, text, start)
		require.ErrorIs(t, err, identity.ErrApplication, "%q", text)
	}
}

func TestAnApplicationIsDecidedOnceAndByAnother(t *testing.T) {
	t.Parallel()
	pending := application(t)
	approved, err := pending.Approve("acct_2", start)
	require.NoError(t, err)
	want := pending
	want.State, want.DecidedBy, want.DecidedAt = identity.ApplicationApproved, "acct_2", start.UTC()
	require.Equal(t, want, approved)
	rejected, err := pending.Reject("acct_2", " No proof.\nTry again. ", start)
	require.NoError(t, err)
	want.State, want.Reason = identity.ApplicationRejected, "No proof.\nTry again."
	require.Equal(t, want, rejected)

	for _, decided := range []identity.Application{approved, rejected} {
		_, err = decided.Approve("acct_2", start)
		require.ErrorIs(t, err, identity.ErrApplicationDecided)
		_, err = decided.Reject("acct_3", "x", start)
		require.ErrorIs(t, err, identity.ErrApplicationDecided)
	}
	_, err = pending.Approve("acct_1", start)
	require.ErrorIs(t, err, identity.ErrApplicationOwn)
	_, err = pending.Reject("acct_1", "x", start)
	require.ErrorIs(t, err, identity.ErrApplicationOwn)
	for _, reason := range []string{"", " ", strings.Repeat("é", 501), "a\x00", "a\u2066"} {
		_, err = pending.Reject("acct_2", reason, start)
		require.ErrorIs(t, err, identity.ErrApplicationReason, "%q", reason)
	}
	for _, state := range identity.ApplicationStates() {
		require.NoError(t, state.Check())
	}
	require.ErrorIs(t, identity.ApplicationState("open").Check(), identity.ErrApplicationState)
}
