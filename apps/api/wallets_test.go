package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

// link links the wallet of a key to a party's account.
func (w *world) link(by, key *party) reply {
	w.t.Helper()
	asked := w.must(by, "/v1/me/wallets/challenges", object{"address": key.wallet})
	return w.do(by, http.MethodPost, "/v1/me/wallets", key.signed(asked))
}

// with adds fields to an answer.
func with(answer object, fields object) object {
	for name, value := range fields {
		answer[name] = value
	}
	return answer
}

// P-45: a second wallet joins by its own signature over a text that names the account, signs in, and leaves.
func TestWallets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	spare := newParty(t)
	asked := w.must(w.fan, "/v1/me/wallets/challenges", object{"address": spare.wallet})
	require.Contains(t, asked.text("message"), "account "+string(w.fan.account)+" of TWIST")
	link := func(by *party, answer object) reply { return w.do(by, http.MethodPost, "/v1/me/wallets", answer) }

	link(w.stranger, spare.signed(asked)).refused(http.StatusUnauthorized, "challenge_unknown")
	link(w.fan, w.stranger.signed(asked)).refused(http.StatusUnauthorized, "signature_invalid")
	link(w.fan, spare.signed(w.must(nil, "/v1/auth/challenges", object{"address": spare.wallet}))).refused(http.StatusUnauthorized, "challenge_unknown")
	w.do(nil, http.MethodPost, "/v1/auth/sessions", spare.signed(asked)).refused(http.StatusUnauthorized, "challenge_unknown")
	link(w.fan, with(spare.signed(asked), object{"account_id": w.ada.account})).refused(http.StatusBadRequest, "body_malformed")

	linked := link(w.fan, spare.signed(asked))
	require.Equal(t, http.StatusCreated, linked.status, string(linked.body))
	require.Equal(t, string(spare.wallet), linked.text("wallet"))
	link(w.fan, spare.signed(asked)).refused(http.StatusUnauthorized, "challenge_used")
	w.link(w.stranger, spare).refused(http.StatusConflict, "wallet_taken")
	w.enter(spare)
	require.Equal(t, w.fan.account, spare.account)
	all := w.do(spare, http.MethodGet, "/v1/me/wallets", nil).object()["items"].([]any)
	require.Len(t, all, 2)

	remove := func(by, key *party) reply {
		return w.do(by, http.MethodDelete, "/v1/me/wallets/"+string(key.wallet), nil)
	}
	remove(w.fan, w.ada).refused(http.StatusNotFound, "wallet_not_found")
	remove(spare, w.fan).refused(http.StatusConflict, "last_wallet")
	require.Equal(t, http.StatusNoContent, remove(w.fan, spare).status)
	for _, by := range []*party{spare, w.fan} { // every session of the account is over
		w.do(by, http.MethodGet, "/v1/me/wallets", nil).refused(http.StatusUnauthorized, "session_ended")
	}
	w.enter(w.fan)
	w.must(w.fan, "/v1/me/wallets/challenges", object{"address": w.ada.wallet}) // whose it is, only its holder is told
	w.verified()
}

// P-45: over HTTP too a large payout is made by the answer to a challenge of exactly this payout, once.
func TestSteppedUpPayout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const amount = 1_000 * twist
	w.deposit(w.fan, 5_000*twist)
	spare := newParty(t)
	require.Equal(t, http.StatusCreated, w.link(w.fan, spare).status)
	pay := func(key string, body object) reply { return w.post(w.fan, "/v1/payouts", key, body) }
	pay("k1", object{"amount": amount}).refused(http.StatusForbidden, "step_up_required")
	pay("k1", object{"amount": 10_000 * twist}).refused(http.StatusForbidden, "step_up_required")
	pay("k1", object{"amount": 10 * twist, "destination": spare.wallet}).refused(http.StatusConflict, "destination_cooling")
	pay("k1", object{"amount": 10 * twist, "destination": w.ada.wallet}).refused(http.StatusBadRequest, "destination_not_linked")
	ask := func(body object) reply { return w.do(w.fan, http.MethodPost, "/v1/payouts/challenges", body) }
	ask(object{"amount": amount, "destination": spare.wallet}).refused(http.StatusConflict, "destination_cooling")
	ask(object{"amount": amount, "address": spare.wallet}).refused(http.StatusConflict, "wallet_cooling")
	ask(object{"amount": amount, "address": w.ada.wallet}).refused(http.StatusNotFound, "wallet_not_found")
	ask(object{"amount": "1"}).refused(http.StatusBadRequest, "payout_below_minimum")
	w.pass(identity.WalletCooldown)
	pay("k1", object{"amount": 10 * twist, "destination": spare.wallet}).refused(http.StatusForbidden, "step_up_required")

	asked := ask(object{"amount": amount, "destination": spare.wallet, "address": w.fan.wallet})
	require.Contains(t, asked.text("message"), "Pay 1000.000000000 TWIST (1000000000000 base units of mint ")
	require.Contains(t, asked.text("message"), ") to "+string(spare.wallet)+" as payout po_")
	signed := func(of object) object { return with(w.fan.signed(asked), of) }
	whole := func() object { return signed(object{"amount": amount, "destination": spare.wallet}) }
	pay("k2", signed(object{"amount": amount - 1, "destination": spare.wallet})).refused(http.StatusUnauthorized, "challenge_mismatch")
	pay("k2", signed(object{"amount": amount})).refused(http.StatusUnauthorized, "challenge_mismatch")
	pay("k2", with(whole(), object{"signature": "YWJj"})).refused(http.StatusUnauthorized, "signature_invalid")
	w.post(w.shop, "/v1/payouts", "k2", whole()).refused(http.StatusUnauthorized, "challenge_unknown")
	made := pay("k2", whole())
	require.Equal(t, http.StatusCreated, made.status, string(made.body))
	require.Equal(t, string(spare.wallet), made.text("destination"))
	again := pay("k2", whole())
	require.True(t, again.replayed())
	require.JSONEq(t, string(made.body), string(again.body))
	pay("k2", signed(object{"amount": amount})).refused(http.StatusConflict, "idempotency_key_reused")
	// The sixth attempt was the last that was looked at: whatever comes after is refused before it could be spent twice.
	pay("k3", whole()).refused(http.StatusUnauthorized, "challenge_exhausted")
	require.Equal(t, http.StatusCreated, pay("k4", object{"amount": 10 * twist, "destination": spare.wallet}).status, "it is known now")
	for range 20 {
		w.work()
		w.system.Sandbox.Tick(8)
	}
	require.Equal(t, amount+10*twist, w.system.Sandbox.OnChain(spare.wallet))
	w.verified()
}
