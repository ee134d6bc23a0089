package api_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
)

// periods are those of an answer.
func (r reply) periods() (all []map[string]any) {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status, string(r.body))
	for _, p := range r.object()["periods"].([]any) {
		all = append(all, p.(map[string]any))
	}
	return all
}

// lately adds up the last two of some periods: one may have ended while the test was in it.
func lately(t *testing.T, all []map[string]any) map[string]int64 {
	t.Helper()
	sums := map[string]int64{}
	for _, p := range all[max(0, len(all)-2):] {
		for _, name := range []string{"clicks", "conversions", "order_amount", "commission", "commission_lost"} {
			n, err := strconv.ParseInt(fmt.Sprint(p[name]), 10, 64)
			require.NoError(t, err, name)
			sums[name] += n
		}
	}
	return sums
}

// P-35, S-03: what is told of a link is what happened: its clicks, its visitors, its orders and what became of them, to
// its influencer and nobody else; of a program to its merchant.
func TestStatistics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link := w.do(w.ada, http.MethodGet, "/v1/links", nil).object()["items"].([]any)[0].(map[string]any)["id"].(string)
	ofLink, ofProgram := "/v1/links/"+link+"/statistics", "/v1/programs/"+w.program+"/statistics"
	for _, p := range w.do(w.ada, http.MethodGet, ofLink, nil).periods() {
		require.Zero(t, p["clicks"])
		require.Empty(t, p["dropped_by_reason"])
	}
	require.Len(t, w.do(w.ada, http.MethodGet, ofLink, nil).periods(), 31)
	sold := w.must(w.shop, "/v1/conversions", w.order("order-1", 100*twist))
	w.must(w.shop, "/v1/conversions/"+sold.text("id")+"/refunds", object{"refund_id": "r", "amount": 50 * twist})
	byNobody := w.order("order-2", 7*twist)
	delete(byNobody, "click_id")
	w.must(w.shop, "/v1/conversions", byNobody)
	commission := sold.object()["commissions"].([]any)[0].(map[string]any)["gross"]

	for by, last := range map[string]int{"hour": 25, "day": 31, "week": 13, "month": 13} {
		all := w.do(w.ada, http.MethodGet, ofLink+"?by="+by, nil).periods()
		require.LessOrEqual(t, len(all), last, by)
		now := lately(t, all)
		require.EqualValues(t, 2, now["clicks"], by)
		require.EqualValues(t, 1, now["conversions"], by)
		require.EqualValues(t, 100*twist, now["order_amount"])
		require.Equal(t, commission, fmt.Sprint(now["commission"]))
		require.NotZero(t, now["commission_lost"])
		for i, p := range all {
			if i > 0 {
				require.Equal(t, all[i-1]["to"], p["from"])
			}
		}
		program := w.do(w.shop, http.MethodGet, ofProgram+"?by="+by, nil).periods()
		of := lately(t, program)
		require.EqualValues(t, 2, of["conversions"], "an order that nobody brought is one of the program's")
		require.EqualValues(t, 107*twist, of["order_amount"])
		require.Equal(t, now["clicks"], of["clicks"])
		require.Equal(t, now["commission"], of["commission"])
	}
	for _, by := range []string{"clicks", "conversions", "commission"} {
		mine := w.do(w.ada, http.MethodGet, "/v1/me/top-links?by="+by, nil).object()["items"].([]any)
		require.Len(t, mine, 1)
		top := mine[0].(map[string]any)
		require.Equal(t, link, top["link_id"])
		require.EqualValues(t, 2, top["clicks"])
		require.EqualValues(t, 1, top["conversions"])
		require.Equal(t, commission, top["commission"])
		theirs := w.do(w.shop, http.MethodGet, "/v1/programs/"+w.program+"/top-links?by="+by, nil).object()["items"]
		require.Equal(t, mine, theirs)
		require.Empty(t, w.do(w.stranger, http.MethodGet, "/v1/me/top-links?by="+by, nil).object()["items"])
	}
	for _, by := range []*party{w.stranger, w.shop, w.fan} {
		w.do(by, http.MethodGet, ofLink, nil).refused(http.StatusNotFound, "link_not_found")
	}
	for _, by := range []*party{w.stranger, w.ada, w.fan} {
		w.do(by, http.MethodGet, ofProgram, nil).refused(http.StatusNotFound, "program_not_found")
		w.do(by, http.MethodGet, strings.Replace(ofProgram, "statistics", "top-links", 1), nil).refused(http.StatusNotFound, "program_not_found")
	}
}

// P-40: a span at the end of all years is refused, and no failure of ours.
func TestStatisticsOfASpan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/v1/programs/" + w.program + "/statistics"
	ask := func(query string) reply { return w.do(w.shop, http.MethodGet, path+"?"+query, nil) }
	require.Len(t, ask("by=hour&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z").periods(), attribution.MaxPeriods)
	ask("by=hour&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:01Z").refused(http.StatusBadRequest, "periods_too_many")
	ask("from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z").refused(http.StatusBadRequest, "period_invalid")
	for _, by := range []string{"hour", "day", "week", "month"} {
		ask("by="+by+"&from=9999-12-31T22:00:00Z&to=9999-12-31T23:59:59Z").refused(http.StatusBadRequest, "period_invalid")
	}
	ask("by=year").refused(http.StatusBadRequest, "step_invalid")
	ask("from=yesterday").refused(http.StatusBadRequest, "parameter_invalid")
	top := "/v1/programs/" + w.program + "/top-links?"
	w.do(w.shop, http.MethodGet, top+"by=luck", nil).refused(http.StatusBadRequest, "ranking_invalid")
	w.do(w.shop, http.MethodGet, top+"limit=101", nil).refused(http.StatusBadRequest, "parameter_invalid")
	w.do(w.shop, http.MethodGet, top+"from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", nil).refused(http.StatusBadRequest, "period_invalid")
	w.do(w.shop, http.MethodGet, top+"from=9999-12-31T00:00:00Z&to=9999-12-31T23:59:59Z", nil).refused(http.StatusBadRequest, "period_invalid")
	require.Empty(t, w.do(w.shop, http.MethodGet, top+"limit=100", nil).object()["items"])
	for _, by := range []string{"clicks", "conversions", "commission"} { // of which each reads otherwise
		for who, top := range map[*party]string{w.shop: top, w.ada: "/v1/me/top-links?"} {
			year := top + "by=" + by + "&from=2024-01-01T12:00:00Z&to="
			require.Empty(t, w.do(who, http.MethodGet, year+"2025-01-01T00:00:00Z", nil).object()["items"])
			w.do(who, http.MethodGet, year+"2025-01-01T00:00:01Z", nil).refused(http.StatusBadRequest, "ranking_too_long")
			w.do(who, http.MethodGet, year+"2030-01-01T00:00:00Z", nil).refused(http.StatusBadRequest, "ranking_too_long")
		}
	}
}
