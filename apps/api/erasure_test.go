package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// I-13, I-14: over HTTP too an account goes by the signature of its own wallet over exactly that, and by nothing
// else: a token alone, another's signature, or one that was given for something else, erases nothing.
func TestErasure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	erase := func(by *party, answer object) reply { return w.do(by, http.MethodPost, "/v1/me/erasure", answer) }
	ask := func(by *party, body object) reply {
		return w.do(by, http.MethodPost, "/v1/me/erasure/challenges", body)
	}

	asked := w.must(w.stranger, "/v1/me/erasure/challenges", object{})
	require.Contains(t, asked.text("message"), "Erase account "+string(w.stranger.account)+" of TWIST for good")
	erase(w.stranger, object{}).refused(http.StatusUnauthorized, "challenge_unknown")
	erase(w.stranger, w.fan.signed(asked)).refused(http.StatusUnauthorized, "signature_invalid")
	erase(w.fan, w.stranger.signed(asked)).refused(http.StatusUnauthorized, "challenge_unknown")
	erase(w.stranger, w.stranger.signed(w.must(nil, "/v1/auth/challenges", object{"address": w.stranger.wallet}))).refused(http.StatusUnauthorized, "challenge_unknown")
	paying := w.must(w.stranger, "/v1/payouts/challenges", object{"amount": 10 * twist})
	erase(w.stranger, w.stranger.signed(paying)).refused(http.StatusUnauthorized, "challenge_mismatch")
	w.do(nil, http.MethodPost, "/v1/auth/sessions", w.stranger.signed(asked)).refused(http.StatusUnauthorized, "challenge_unknown")
	spare := newParty(t)
	require.Equal(t, http.StatusCreated, w.link(w.stranger, spare).status)
	ask(w.stranger, object{"address": spare.wallet}).refused(http.StatusConflict, "wallet_cooling")
	ask(w.stranger, object{"address": w.fan.wallet}).refused(http.StatusNotFound, "wallet_not_found")

	w.stake(w.fan, 10*twist)
	open := erase(w.fan, w.fan.signed(ask(w.fan, object{})))
	open.refused(http.StatusConflict, "account_not_erasable")
	require.Equal(t, "balance, stakes", open.text("detail"))
	require.Equal(t, "pool", erase(w.ada, w.ada.signed(ask(w.ada, object{}))).text("detail"))
	require.Equal(t, "balance, programs", erase(w.shop, w.shop.signed(ask(w.shop, object{}))).text("detail"))
	require.Equal(t, "office", erase(w.operator, w.operator.signed(ask(w.operator, object{}))).text("detail"))

	before := w.stranger.account
	require.Equal(t, http.StatusNoContent, erase(w.stranger, w.stranger.signed(asked)).status)
	for _, path := range []string{"/v1/me", "/v1/me/wallets", "/v1/me/balances"} {
		w.do(w.stranger, http.MethodGet, path, nil).refused(http.StatusUnauthorized, "session_ended")
	}
	erase(w.stranger, w.stranger.signed(asked)).refused(http.StatusUnauthorized, "session_ended")
	w.do(w.operator, http.MethodPut, "/v1/operate/accounts/"+string(before)+"/roles/merchant", nil).refused(http.StatusNotFound, "account_not_found")
	w.do(w.operator, http.MethodPost, "/v1/operate/accounts/"+string(before)+"/sessions/revoke", nil).refused(http.StatusNotFound, "account_not_found")
	records := rowsOf(w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=100&account="+string(before), nil))
	require.NotEmpty(t, records)
	for _, row := range records {
		require.Empty(t, row.(map[string]any)["ip"])
		require.Empty(t, row.(map[string]any)["user_agent"])
	}
	w.enter(w.stranger)
	require.NotEqual(t, before, w.stranger.account)
	w.verified()
}
