package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// A6, P-18: what a merchant sets is what items earn by, and the explanation shows how; P-40: what cannot be meant is refused.
func TestItemsEarnByTheirRates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/v1/programs/" + w.program
	set := w.do(w.shop, http.MethodPut, path+"/rates", object{"commission_bps": 1_000, "rates": []object{
		{"product_id": "pot", "flat": 3 * twist}, {"tier": "BRONZE", "commission_bps": 1_200}, {"product_id": "cup", "tier": "PLATINUM", "commission_bps": 5_000},
	}})
	require.Equal(t, http.StatusOK, set.status, string(set.body))
	require.Len(t, set.object()["rates"], 3)
	require.JSONEq(t, string(set.body), string(w.do(w.shop, http.MethodGet, path, nil).body))

	order := w.order("order-1", 20*twist)
	order["items"] = []object{{"product_id": "pot", "amount": 10 * twist}, {"product_id": "cup", "amount": 10 * twist}}
	sold := w.must(w.shop, "/v1/conversions", order)
	commission := sold.object()["commissions"].([]any)[0].(map[string]any)
	require.Equal(t, fmt.Sprint(42*twist/10), fmt.Sprint(commission["gross"]), "3 flat, and 12 % of 10")
	require.Len(t, sold.object()["items"], 2)
	explained := w.do(w.shop, http.MethodGet, "/v1/conversions/"+sold.text("id")+"/explanation", nil)
	earning := explained.object()["earnings"].([]any)[0].(map[string]any)
	require.Equal(t, "BRONZE", earning["tier"])
	lines := earning["lines"].([]any)
	require.Equal(t, map[string]any{"product_id": "pot", "flat": fmt.Sprint(3 * twist)}, lines[0].(map[string]any)["rate"])
	require.Equal(t, map[string]any{"tier": "BRONZE", "commission_bps": 1_200.0}, lines[1].(map[string]any)["rate"])
	own := w.do(w.ada, http.MethodGet, "/v1/conversions/"+sold.text("id")+"/explanation", nil)
	require.NotContains(t, own.object(), "earnings")

	promoted := w.must(w.ada, "/v1/links", object{"program_id": w.program, "destination": "https://shop.example/", "promo_code": "fay-10"})
	typed := w.order("order-promo", 20*twist)
	delete(typed, "click_id")
	typed["promo_code"] = "fay-1o"
	byCode := w.must(w.shop, "/v1/conversions", typed)
	require.Len(t, byCode.object()["commissions"], 1)
	why := w.do(w.shop, http.MethodGet, "/v1/conversions/"+byCode.text("id")+"/explanation", nil)
	require.Equal(t, "promo", why.text("evidence"))
	touch := why.object()["touches"].([]any)[0].(map[string]any)
	require.Equal(t, promoted.text("id"), touch["link_id"])
	require.NotContains(t, touch, "click_id")
	typed["order_id"], typed["promo_code"] = "order-none", "FAY-99"
	w.do(w.shop, http.MethodPost, "/v1/conversions", typed).refused(http.StatusBadRequest, "promo_code_not_found")

	before, none := w.snapshot(), []object{}
	for code, bodies := range map[string][]object{
		"commission_rate_invalid":  {{"rates": none}, {"commission_bps": 1, "flat": "1", "rates": none}, {"flat": "-1", "rates": none}, {"commission_bps": 10_001, "rates": none}, {"commission_bps": 1, "rates": []object{{"product_id": "pot"}}}},
		"commission_rates_invalid": {{"commission_bps": 1}, {"commission_bps": 1, "rates": nil}, {"commission_bps": 1, "rates": []object{{"commission_bps": 1}}}},
		"tier_invalid":             {{"commission_bps": 1, "rates": []object{{"tier": "WOOD", "flat": "1"}}}},
		"product_id_invalid":       {{"commission_bps": 1, "rates": []object{{"product_id": "P", "flat": "1"}}}},
	} {
		for _, body := range bodies {
			w.do(w.shop, http.MethodPut, path+"/rates", body).refused(http.StatusBadRequest, code)
		}
	}
	for code, items := range map[string][]object{
		"order_items_invalid": {{"product_id": "pot", "amount": 19 * twist}},
		"product_id_invalid":  {{"product_id": "p", "amount": 20 * twist}},
	} {
		other := w.order("order-2", 20*twist)
		other["items"] = items
		w.do(w.shop, http.MethodPost, "/v1/conversions", other).refused(http.StatusBadRequest, code)
	}
	require.Equal(t, before, w.snapshot())
	w.verified()
}
