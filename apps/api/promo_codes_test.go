package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// A shop finds its own coupon in a stranger's hands, takes it back, and gives it up again.
func TestMerchantsKeepPromoCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/v1/programs/" + w.program
	link := w.must(w.ada, "/v1/links", object{"program_id": w.program, "destination": "https://shop.example/", "promo_code": "SUMMER20"})
	require.NotContains(t, link.object(), "promo_code_reserved")
	seen := func() map[string]any {
		return w.do(w.shop, http.MethodGet, path+"/promo-codes", nil).object()["items"].([]any)[0].(map[string]any)
	}
	require.Equal(t, map[string]any{
		"promo_code": "SUMMER20", "link_id": link.text("id"), "influencer_id": seen()["influencer_id"], "reserved": false, "earns": true, "made_at": link.text("made_at"),
	}, seen())
	typed := func(id, code string) reply {
		order := w.order(id, 100*twist)
		order["promo_code"] = code
		return w.post(w.shop, "/v1/conversions", "", order)
	}
	require.Equal(t, http.StatusCreated, typed("order-typed", "SUMMER20").status)

	reserved := w.do(w.shop, http.MethodPut, path+"/reservations/summer-20", nil)
	require.Equal(t, http.StatusOK, reserved.status, string(reserved.body))
	require.Equal(t, "SUMMER-20", reserved.text("promo_code"))
	require.NotEmpty(t, reserved.text("reserved_at"))
	require.Equal(t, reserved.object(), w.do(w.shop, http.MethodPut, path+"/reservations/SUMMERZO", nil).object())
	require.Equal(t, []any{map[string]any(reserved.object())}, w.do(w.shop, http.MethodGet, path+"/reservations", nil).object()["items"])
	require.Equal(t, []any{true, false}, []any{seen()["reserved"], seen()["earns"]})
	require.Equal(t, true, w.do(w.ada, http.MethodGet, "/v1/links/"+link.text("id"), nil).object()["promo_code_reserved"])
	typed("order-later", "SUMMER20").refused(http.StatusBadRequest, "promo_code_not_found")
	w.post(w.ada, "/v1/links", "k", object{"program_id": w.program, "destination": "https://shop.example/b", "promo_code": "SUMMER20"}).
		refused(http.StatusConflict, "promo_code_taken")
	r, _ := w.follow(link.text("code"), "")
	require.NotContains(t, r.header.Get("Location"), "promo=")

	for range 2 {
		require.Equal(t, http.StatusNoContent, w.do(w.shop, http.MethodDelete, path+"/reservations/SUMMER20", nil).status)
	}
	require.Empty(t, w.do(w.shop, http.MethodGet, path+"/reservations", nil).object()["items"])
	require.Equal(t, http.StatusCreated, typed("order-later", "SUMMER20").status)

	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		w.do(w.shop, method, path+"/reservations/no", nil).refused(http.StatusBadRequest, "promo_code_invalid")
		w.do(w.ada, method, path+"/reservations/SUMMER20", nil).refused(http.StatusNotFound, "program_not_found")
	}
}

// Both lists come page by page, in the order of how codes look.
func TestPagesOfPromoCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/v1/programs/" + w.program
	for n := range 5 {
		code := fmt.Sprint("TEA-", string("ACDEF"[n]))
		w.must(w.ada, "/v1/links", object{"program_id": w.program, "destination": "https://shop.example/", "promo_code": code})
		require.Equal(t, http.StatusOK, w.do(w.shop, http.MethodPut, path+"/reservations/"+code, nil).status)
	}
	for _, list := range []string{"/promo-codes", "/reservations"} {
		var all []any
		for cursor := ""; ; {
			page := w.do(w.shop, http.MethodGet, path+list+"?limit=2&cursor="+cursor, nil).object()
			for _, item := range page["items"].([]any) {
				all = append(all, item.(map[string]any)["promo_code"])
			}
			next, more := page["next"]
			if !more {
				break
			}
			cursor = next.(string)
		}
		require.Equal(t, []any{"TEA-A", "TEA-C", "TEA-D", "TEA-E", "TEA-F"}, all)
	}
}
