package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProgramsChangeAndEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/v1/programs/" + w.program
	changed := w.do(w.shop, http.MethodPatch, path, object{"commission_bps": 500, "hold_days": 0, "window_seconds": 60, "refund_days": 7, "binding_days": 365})
	require.Equal(t, http.StatusOK, changed.status, string(changed.body))
	require.InEpsilon(t, 500.0, changed.object()["commission_bps"], 0)
	require.InEpsilon(t, 7.0, changed.object()["refund_days"], 0)
	require.InEpsilon(t, 365.0, changed.object()["binding_days"], 0)
	require.NotContains(t, changed.object(), "closed_at")
	for body, code := range map[string]string{
		`{"commission_bps":0}`: "commission_rate_invalid", `{"window_seconds":0}`: "attribution_window_invalid", `{"hold_days":91}`: "hold_invalid",
		`{"hold_days":-1}`: "hold_invalid", `{"refund_days":91}`: "refund_window_invalid", `{"binding_days":731}`: "binding_invalid", `{"name":"other"}`: "body_malformed",
	} {
		w.do(w.shop, http.MethodPatch, path, body).refused(http.StatusBadRequest, code)
	}
	click := w.click()
	w.pass(1)
	closed := w.must(w.shop, path+"/close", nil)
	require.NotEmpty(t, closed.text("closed_at"))
	require.Equal(t, closed.text("closed_at"), w.must(w.shop, path+"/close", nil).text("closed_at"))
	w.do(w.shop, http.MethodPatch, path, object{"commission_bps": 1}).refused(http.StatusConflict, "program_closed")
	w.post(w.ada, "/v1/links", "k", object{"program_id": w.program, "destination": "https://shop.example/late"}).refused(http.StatusConflict, "program_closed")
	order := w.order("order-late", 100*twist)
	order["click_id"] = click
	require.Equal(t, http.StatusCreated, w.post(w.shop, "/v1/conversions", "", order).status)
	w.post(w.shop, "/v1/conversions", "", w.order("order-later", 100*twist)).refused(http.StatusConflict, "program_closed")
}

// A commission that nobody funds is waived by who earned it, and then the merchant has the rest.
func TestUnfundedCommissionsAreWaived(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	order := w.order("order-large", 1_000_000*twist)
	conversion := w.must(w.shop, "/v1/conversions", order)
	id := conversion.object()["commissions"].([]any)[0].(map[string]any)["id"].(string)
	w.post(w.shop, "/v1/programs/"+w.program+"/withdraw", "k", object{"amount": twist}).refused(http.StatusConflict, "unfunded_first")
	w.post(w.shop, "/v1/commissions/"+id+"/waiver", "", nil).refused(http.StatusNotFound, "commission_not_found")
	for range 2 {
		require.Equal(t, "waived", w.must(w.ada, "/v1/commissions/"+id+"/waiver", nil).text("state"))
	}
	require.Equal(t, http.StatusOK, w.post(w.shop, "/v1/programs/"+w.program+"/withdraw", "k", object{"amount": twist}).status)
}

// An order that names nothing but its customer is that of who brought the customer's first, and the explanation says so.
func TestCustomersAreBound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, http.StatusOK, w.do(w.shop, http.MethodPatch, "/v1/programs/"+w.program, object{"binding_days": 30}).status)
	first := w.order("order-1", 100*twist)
	first["customer_id"] = "customer 7"
	w.must(w.shop, "/v1/conversions", first)
	next := w.order("order-2", 100*twist)
	delete(next, "click_id")
	next["customer_id"] = "customer 7"
	sold := w.must(w.shop, "/v1/conversions", next)
	require.NotContains(t, string(sold.body), "customer")
	require.Len(t, sold.object()["commissions"], 1)
	why := w.do(w.shop, http.MethodGet, "/v1/conversions/"+sold.text("id")+"/explanation", nil)
	require.Equal(t, "customer", why.text("evidence"))
	require.Len(t, why.object()["touches"], 1)
	next["order_id"], next["customer_id"] = "order-3", "a\nb"
	w.do(w.shop, http.MethodPost, "/v1/conversions", next).refused(http.StatusBadRequest, "customer_id_invalid")
}
