package twist_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

var office = twist.Origin{IP: netip.MustParseAddr("192.0.2.1"), RequestID: "req_1", UserAgent: "agent/1"}

// records gives the audit log, the oldest first.
func (w *world) records() []identity.AuditRecord {
	w.t.Helper()
	all, err := w.Identity.Audit(w.ctx(), "", "", 1_000)
	require.NoError(w.t, err)
	for i := range len(all) / 2 {
		all[i], all[len(all)-1-i] = all[len(all)-1-i], all[i]
	}
	return all
}

// E-13: what a call did is in the audit log with who did it and from where, as often as it happened; what
// no call did is not.
func TestActsAreRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := twist.WithOrigin(w.ctx(), office)
	challenge, err := w.Identity.Challenge(ctx, string(testkit.Wallet("ada")))
	require.NoError(t, err)
	message, signature := testkit.Answer("ada", challenge)
	signed, err := w.Identity.SignIn(ctx, twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
	require.NoError(t, err)
	got := w.records()
	require.Len(t, got, 2, "the account, and its session")
	for i, action := range []string{"identity.account_opened", "identity.session_opened"} {
		require.Equal(t, identity.AuditRecord{
			ID: got[i].ID, At: got[i].At, Account: signed.Session.Account, Action: action, Subject: got[i].Subject,
			RequestID: "req_1", IP: office.IP, UserAgent: "agent/1",
		}, got[i], "who signed in is whom the signature proved")
	}
	require.Equal(t, string(signed.Session.ID), got[1].Subject)

	by := twist.Caller{Account: signed.Session.Account, Wallet: signed.Session.Wallet, Roles: signed.Session.Roles}
	operated := office
	operated.Account, operated.Session = "acct_operator", "sess_operator"
	_, err = w.Identity.Register(twist.WithOrigin(w.ctx(), operated), by, registration("ada"))
	require.NoError(t, err)
	got = w.records()
	require.Len(t, got, 3)
	require.Equal(t, identity.AccountID("acct_operator"), got[2].Account, "who acted, not whose business it was")
	require.Equal(t, identity.SessionID("sess_operator"), got[2].Session)

	_, err = w.Identity.Register(twist.WithOrigin(w.ctx(), operated), by, registration("ada2"))
	require.ErrorIs(t, err, identity.ErrAlreadyInfluencer)
	w.signIn("fan")
	require.Len(t, w.records(), 3, "what was refused did nothing, and what came from nowhere is no call")
}

// An act and its record are one: what cannot be recorded does not happen.
func TestWhatCannotBeRecordedDoesNotHappen(t *testing.T) {
	t.Parallel()
	for name, origin := range map[string]twist.Origin{
		"no_address": {RequestID: "req_1"}, "no_request": {IP: office.IP}, "a_mapped_address": {IP: netip.MustParseAddr("::ffff:192.0.2.1"), RequestID: "req_1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ada := w.signIn("ada")
			_, err := w.Identity.Register(twist.WithOrigin(w.ctx(), origin), ada, registration("ada"))
			require.ErrorIs(t, err, identity.ErrAudit)
			_, err = w.Identity.Influencer(w.ctx(), "ada")
			require.ErrorIs(t, err, identity.ErrInfluencerNotFound)
			require.Empty(t, w.records())
		})
	}
}

// E-17: a refusal is recorded in a unit of work of its own, and a store that fails says so.
func TestRecordRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.ErrorIs(t, w.Identity.RecordRefusal(w.ctx(), twist.Refusal{Action: "auth.sign_in", Code: "signature_invalid"}), identity.ErrAudit)
	ctx := twist.WithOrigin(w.ctx(), office)
	require.NoError(t, w.Identity.RecordRefusal(ctx, twist.Refusal{Action: "auth.sign_in", Code: "signature_invalid"}))
	got := w.records()
	require.Len(t, got, 1)
	require.Equal(t, identity.AuditRecord{
		ID: got[0].ID, At: got[0].At, Action: "auth.sign_in", Code: "signature_invalid", RequestID: "req_1", IP: office.IP, UserAgent: "agent/1",
	}, got[0])

	ended, end := context.WithCancel(ctx)
	end()
	require.ErrorIs(t, w.Identity.RecordRefusal(ended, twist.Refusal{Action: "auth.sign_in", Code: "signature_invalid"}), ports.ErrStore)
	require.Len(t, w.records(), 1)
}

// The origin of a call is what the door says, and there is none by itself.
func TestOriginOf(t *testing.T) {
	t.Parallel()
	_, ok := twist.OriginOf(t.Context())
	require.False(t, ok)
	got, ok := twist.OriginOf(twist.WithOrigin(t.Context(), office))
	require.True(t, ok)
	require.Equal(t, office, got)
}
