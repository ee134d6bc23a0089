package api_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// earns is the commission of a new order.
func (w *world) earns(order string) string {
	w.t.Helper()
	conversion := w.must(w.shop, "/v1/conversions", w.order(order, 100*twist))
	return conversion.object()["commissions"].([]any)[0].(map[string]any)["id"].(string)
}

// ids are those of a list.
func (w *world) ids(by *party, path string) (ids []string) {
	w.t.Helper()
	listed := w.do(by, http.MethodGet, path, nil)
	require.Equal(w.t, http.StatusOK, listed.status, string(listed.body))
	for _, item := range listed.object()["items"].([]any) {
		ids = append(ids, item.(map[string]any)["id"].(string))
	}
	return ids
}

// P-22: what people decide about commissions, each where it says so, and what they are shown of it.
func TestCommissionsAreDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	early, refused, held, unsound := w.earns("order-1"), w.earns("order-2"), w.earns("order-3"), w.earns("order-4")
	program := "/v1/programs/" + w.program + "/commissions"
	require.ElementsMatch(t, []string{early, refused, held, unsound}, w.ids(w.shop, program))

	require.Equal(t, "approved", w.must(w.shop, "/v1/commissions/"+early+"/approve", nil).text("state"))
	w.post(w.shop, "/v1/commissions/"+refused+"/reject", "k", object{"reason": " "}).refused(http.StatusBadRequest, "commission_reason_invalid")
	w.post(w.shop, "/v1/commissions/"+refused+"/reject", "", object{"reason": "No."}).refused(http.StatusBadRequest, "idempotency_key_missing")
	rejected := w.must(w.shop, "/v1/commissions/"+refused+"/reject", object{"reason": "It was never delivered."})
	require.Equal(t, []string{"rejected", "It was never delivered."}, []string{rejected.text("state"), rejected.text("reason")})

	for _, id := range []string{held, unsound} {
		require.Equal(t, "held", w.must(w.operator, "/v1/operate/commissions/"+id+"/hold", object{"reason": "Who ordered this?"}).text("state"))
	}
	require.ElementsMatch(t, []string{held, unsound}, w.ids(w.operator, "/v1/operate/commissions"))
	require.ElementsMatch(t, []string{held, unsound}, w.ids(w.shop, program+"?state=held"))
	w.do(w.shop, http.MethodGet, program+"?state=lost", nil).refused(http.StatusBadRequest, "commission_state_unknown")
	w.post(w.shop, "/v1/commissions/"+held+"/approve", "k2", nil).refused(http.StatusConflict, "commission_state")
	require.Equal(t, "pending", w.must(w.operator, "/v1/operate/commissions/"+held+"/release", nil).text("state"))
	require.Equal(t, "rejected", w.must(w.operator, "/v1/operate/commissions/"+unsound+"/reject", object{"reason": "Nobody did."}).text("state"))
}

// Many are decided at once, and each says what became of it.
func TestManyCommissionsAreDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two, three := w.earns("order-1"), w.earns("order-2"), w.earns("order-3")
	body := object{"decisions": []object{
		{"commission_id": one, "act": "approve"},
		{"commission_id": two, "act": "reject", "reason": "No."},
		{"commission_id": "comm_none", "act": "approve"},
		{"commission_id": two, "act": "approve"},
	}}
	decided := w.post(w.shop, "/v1/commissions/decisions", "k", body)
	require.Equal(t, http.StatusOK, decided.status, string(decided.body))
	var said []any
	for _, item := range decided.object()["items"].([]any) {
		if c, ok := item.(map[string]any)["commission"].(map[string]any); ok {
			said = append(said, c["state"])
			continue
		}
		said = append(said, item.(map[string]any)["problem"].(map[string]any)["code"])
	}
	require.Equal(t, []any{"approved", "rejected", "commission_not_found", "commission_state"}, said)
	require.Equal(t, string(decided.body), string(w.post(w.shop, "/v1/commissions/decisions", "k", body).body))
	for i, act := range []string{"", "hold", "9223372036854775807"} { // what the document does not know is refused before anything is decided
		r := w.post(w.shop, "/v1/commissions/decisions", "act-"+strconv.Itoa(i), object{"decisions": []object{{"commission_id": three, "act": "reject", "reason": "No."}, {"commission_id": three, "act": act}}})
		r.refused(http.StatusBadRequest, "decision_unknown")
	}
	w.must(w.shop, "/v1/commissions/"+three+"/approve", object{})
	w.post(w.shop, "/v1/commissions/decisions", "k2", object{"decisions": []object{}}).refused(http.StatusBadRequest, "decisions_count_invalid")
}
