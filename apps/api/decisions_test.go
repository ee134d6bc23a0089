package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// large asks for a payout that needs a second person, with a party's signature.
func (w *world) large(p *party) reply {
	w.t.Helper()
	of := object{"amount": 10_000 * twist}
	w.system.Sandbox.Advance(time.Millisecond) // by which names sort
	asked := w.must(p, "/v1/payouts/challenges", of)
	return w.must(p, "/v1/payouts", with(p.signed(asked), of))
}

// I-10: over HTTP a large payout waits for somebody else, who is shown it, and goes on or back; its payee learns what
// was decided and why, and nobody else does.
func TestASecondPersonDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deposit(w.fan, 20_000*twist)
	w.deposit(w.operator, 10_001*twist)
	first, second, own := w.large(w.fan).text("id"), w.large(w.fan).text("id"), w.large(w.operator).text("id")
	for range 3 {
		w.work()
	}
	get := func(by *party, id string) reply { return w.do(by, http.MethodGet, "/v1/payouts/"+id, nil) }
	require.Equal(t, "requested", get(w.fan, first).text("state"))

	waiting := w.do(w.operator, http.MethodGet, "/v1/operate/payouts?limit=2", nil)
	require.Equal(t, []any{first, second}, idsOf(waiting), "the oldest first")
	require.Equal(t, string(w.fan.account), rowsOf(waiting)[0].(map[string]any)["account_id"])
	waiting = w.do(w.operator, http.MethodGet, "/v1/operate/payouts?limit=2&cursor="+waiting.text("next"), nil)
	require.Equal(t, []any{own}, idsOf(waiting))
	require.NotContains(t, waiting.object(), "next")

	approve := func(by *party, id string) reply {
		return w.do(by, http.MethodPost, "/v1/operate/payouts/"+id+"/approval", nil)
	}
	reject := func(by *party, id, reason string) reply {
		return w.do(by, http.MethodPost, "/v1/operate/payouts/"+id+"/rejection", object{"reason": reason})
	}
	approve(w.operator, own).refused(http.StatusForbidden, "payout_own")
	reject(w.operator, own, "No.").refused(http.StatusForbidden, "payout_own")
	approve(w.fan, first).refused(http.StatusForbidden, "forbidden")
	approve(w.operator, "po_none").refused(http.StatusNotFound, "payout_not_found")
	reject(w.operator, first, "").refused(http.StatusBadRequest, "payout_reason_invalid")
	reject(w.operator, first, "a\nb").refused(http.StatusBadRequest, "payout_reason_invalid")

	for range 2 {
		approved := approve(w.operator, first)
		require.Equal(t, http.StatusOK, approved.status, string(approved.body))
		require.Equal(t, "approved", approved.text("state"))
		require.Equal(t, string(w.operator.account), approved.text("decided_by"))
	}
	reject(w.operator, first, "No.").refused(http.StatusConflict, "payout_decided")
	before := w.balance(w.fan)
	for range 2 {
		require.Equal(t, "rejected", reject(w.operator, second, "Call us.").text("state"))
	}
	reject(w.operator, second, "Never.").refused(http.StatusConflict, "payout_decided")
	approve(w.operator, second).refused(http.StatusConflict, "payout_decided")
	require.Equal(t, before+10_000*twist+twist/10, w.balance(w.fan))

	for range 20 {
		w.work()
		w.system.Sandbox.Tick(8)
	}
	require.Equal(t, 10_000*twist, w.system.Sandbox.OnChain(w.fan.wallet))
	told := get(w.fan, second)
	require.Equal(t, "Call us.", told.text("reason"))
	require.NotContains(t, string(told.body), w.operator.account, "who decided is not named")
	require.NotEmpty(t, get(w.fan, first).text("decided_at"))
	for _, by := range []*party{w.ada, w.shop, w.stranger, w.operator} {
		get(by, second).refused(http.StatusNotFound, "payout_not_found")
	}
	require.Equal(t, "settled", approve(w.operator, first).text("state"), "the same decision, as it stands by now")
	require.Equal(t, []any{own}, idsOf(w.do(w.operator, http.MethodGet, "/v1/operate/payouts", nil)))
	require.Contains(t, string(w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=100", nil).body), "payouts.rejected")
	require.NotContains(t, w.log.String(), "Call us.")
	w.verified()
}

// idsOf are the ids of a list.
func idsOf(r reply) (ids []any) {
	for _, row := range rowsOf(r) {
		ids = append(ids, row.(map[string]any)["id"])
	}
	return ids
}
