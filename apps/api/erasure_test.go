package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// I-14: over HTTP too what could never be paid is shown before it is given up, and given up only as it was shown.
func TestErasureOfARemainder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const left = 3 * twist
	w.deposit(w.stranger, left)
	ask := func() reply { return w.must(w.stranger, "/v1/me/erasure/challenges", object{}) }
	erase := func(asked reply, gives any) reply {
		answer := w.stranger.signed(asked)
		if gives != nil {
			answer["gives_up"] = gives
		}
		return w.do(w.stranger, http.MethodPost, "/v1/me/erasure", answer)
	}
	asked := ask()
	require.Equal(t, "3000000000", asked.text("gives_up"))
	require.Contains(t, asked.text("message"), "3.000000000 TWIST (3000000000 base units")
	erase(asked, nil).refused(http.StatusUnauthorized, "challenge_mismatch")
	erase(asked, "2999999999").refused(http.StatusUnauthorized, "challenge_mismatch")
	w.deposit(w.stranger, twist)
	erase(asked, "3000000000").refused(http.StatusConflict, "remainder_changed")
	require.Equal(t, "4000000000", w.balance(w.stranger).String())
	require.Equal(t, http.StatusNoContent, erase(ask(), "4000000000").status)

	w.deposit(w.fan, 20*twist)
	whole := w.must(w.fan, "/v1/me/erasure/challenges", object{})
	require.Equal(t, "0", whole.text("gives_up"))
	w.verified()
}

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
