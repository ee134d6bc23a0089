package api_test

import (
	"maps"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// P-15, P-17, I-04: an order earns once under its own id, for ever, and nothing else passes for it.
func TestOrdersAreKeyedByTheirIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	order := w.order("order-1", 1_000*twist)
	first := w.do(w.shop, http.MethodPost, "/v1/conversions", order)
	require.Equal(t, http.StatusCreated, first.status, string(first.body))
	require.False(t, first.replayed())
	before := w.snapshot()
	again := func(header ...string) {
		t.Helper()
		r := w.do(w.shop, http.MethodPost, "/v1/conversions", order, header...)
		require.Equal(t, http.StatusCreated, r.status)
		require.Equal(t, string(first.body), string(r.body))
		require.True(t, r.replayed())
	}
	again()
	again("Idempotency-Key", "another") // the order's id is the key
	with := func(field string, value any) object {
		changed := object{}
		for name, v := range order {
			changed[name] = v
		}
		changed[field] = value
		return changed
	}
	for field, value := range map[string]any{"amount": 1_001 * twist, "click_id": w.click()} {
		w.do(w.shop, http.MethodPost, "/v1/conversions", with(field, value)).refused(http.StatusConflict, "order_conflict")
	}
	w.do(w.shop, http.MethodPost, "/v1/conversions", with("click_id", "")).refused(http.StatusConflict, "order_conflict")
	w.do(w.shop, http.MethodPost, "/v1/conversions", with("click_id", "clk_nothing")).refused(http.StatusConflict, "order_conflict")
	require.Equal(t, before, w.snapshot())

	other := w.openProgram(w.shop) // an id is one only within its program
	elsewhere := w.do(w.shop, http.MethodPost, "/v1/conversions", object{"program_id": other, "order_id": "order-1", "amount": twist, "currency": "TWIST"})
	require.Equal(t, http.StatusCreated, elsewhere.status)
	require.False(t, elsewhere.replayed())
	require.Empty(t, elsewhere.object()["commissions"], "nobody recommended it")

	w.work() // it was approved since: the first answer stands
	w.pass(400 * 24 * time.Hour)
	again()
	w.verified()
}

// P-17, P-22: a refund counts once under its own id.
func TestRefundsAreKeyedByTheirIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/v1/conversions/" + w.must(w.shop, "/v1/conversions", w.order("order-1", 1_000*twist)).text("id") + "/refunds"
	half := object{"refund_id": "refund-1", "amount": 500 * twist}
	first := w.do(w.shop, http.MethodPost, path, half)
	require.Equal(t, http.StatusCreated, first.status, string(first.body))
	require.Equal(t, 500*twist, first.amount("refunded"))
	before := w.snapshot()
	again := w.do(w.shop, http.MethodPost, path, half)
	require.Equal(t, string(first.body), string(again.body))
	require.True(t, again.replayed())
	w.do(w.shop, http.MethodPost, path, object{"refund_id": "refund-1", "amount": 400 * twist}).refused(http.StatusConflict, "refund_conflict")
	w.do(w.shop, http.MethodPost, path, object{"refund_id": "refund-2", "amount": 501 * twist}).refused(http.StatusBadRequest, "refund_exceeds_order")
	w.do(w.shop, http.MethodPost, path, object{"refund_id": "", "amount": "1"}).refused(http.StatusBadRequest, "refund_id_invalid")
	w.do(w.shop, http.MethodPost, path, object{"refund_id": "refund-2", "amount": "0"}).refused(http.StatusBadRequest, "refund_amount_invalid")
	require.Equal(t, before, w.snapshot())

	rest := w.do(w.shop, http.MethodPost, path, object{"refund_id": "refund-2", "amount": 500 * twist})
	require.Equal(t, http.StatusCreated, rest.status, "what was refused under the id kept nothing")
	require.Equal(t, "reversed", rest.object()["commissions"].([]any)[0].(map[string]any)["state"])
	budget := w.do(w.shop, http.MethodGet, "/v1/programs/"+w.program, nil)
	require.Equal(t, 1_500*twist, budget.amount("budget"), "nothing of the commission is left")
	require.Zero(t, budget.amount("pending"))
	w.verified()
}

// P-22: an order of two, of which the merchant approved one part early and for good, goes back as a whole: the answer says
// what was taken of whom and what is kept, in JSON as in tables.
func TestARefundSaysWhatIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.register(w.stranger, "bob")
	program := w.must(w.shop, "/v1/programs", object{"name": "Both", "commission_bps": 2_000, "hold_days": 14, "refund_days": 0, "model": "linear"}).text("id")
	w.must(w.shop, "/v1/programs/"+program+"/fund", object{"amount": 100 * twist})
	var browser, click string
	for _, by := range []*party{w.ada, w.stranger} {
		code := w.must(by, "/v1/links", object{"program_id": program, "destination": "https://shop.example/"}).text("code")
		r, cookies := w.follow(code, browser)
		browser = cookies[0].Name + "=" + cookies[0].Value
		_, click, _ = strings.Cut(r.header.Get("Location"), "click=")
		w.system.Sandbox.Advance(time.Minute)
	}
	sold := w.must(w.shop, "/v1/conversions", object{"program_id": program, "order_id": "1", "amount": 100 * twist, "currency": "TWIST", "click_id": click})
	ids := map[bool]any{}
	for i, c := range sold.object()["commissions"].([]any) {
		ids[i == 0] = c.(map[string]any)["id"]
	}
	require.Len(t, ids, 2)
	w.must(w.shop, "/v1/commissions/"+ids[true].(string)+"/approve", nil)
	path := "/v1/conversions/" + sold.text("id") + "/refunds"
	back := w.do(w.shop, http.MethodPost, path, object{"refund_id": "all", "amount": 100 * twist})
	require.Equal(t, http.StatusCreated, back.status, string(back.body))
	ten, none := (10 * twist).String(), "0"
	for _, c := range back.object()["commissions"].([]any) {
		c := c.(map[string]any)
		want := map[any][]any{ids[true]: {"approved", none, ten}, ids[false]: {"reversed", ten, none}}[c["id"]]
		require.Equal(t, want, []any{c["state"], c["reversed"], c["kept"]})
	}
	refund := back.object()["refunds"].([]any)[0].(map[string]any)
	require.Equal(t, []any{ten, ten}, []any{refund["reversed"], refund["kept"]})
	require.Equal(t, string(back.body), string(w.do(w.shop, http.MethodPost, path, object{"refund_id": "all", "amount": 100 * twist}).body))
	for _, row := range w.records(w.shop, "/v1/programs/"+program+"/commissions.csv") {
		require.Equal(t, map[bool]string{true: ten, false: none}[row["commission_id"] == ids[true]], row["kept"])
	}
	require.Equal(t, 90*twist, w.do(w.shop, http.MethodGet, "/v1/programs/"+program, nil).amount("budget"))
	w.verified()
}

func TestOrdersRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.snapshot()
	for name, test := range map[string]struct {
		field string
		value any
		code  string
	}{
		"no_program":        {"program_id", "", "program_not_found"},
		"no_id":             {"order_id", "", "order_id_invalid"},
		"long_id":           {"order_id", strings.Repeat("o", 101), "order_id_invalid"},
		"hidden_characters": {"order_id", "order\u202e1", "order_id_invalid"},
		"no_amount":         {"amount", nil, "order_amount_invalid"},
		"nothing":           {"amount", "0", "order_amount_invalid"},
		"less_than_nothing": {"amount", "-1", "order_amount_invalid"},
		"another_currency":  {"currency", "USD", "currency_unsupported"},
		"no_currency":       {"currency", nil, "currency_unsupported"},
		"small_letters":     {"currency", "twist", "currency_unsupported"},
		"no_such_click":     {"click_id", "clk_nothing", "click_not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			order := object{"program_id": w.program, "order_id": "order-1", "amount": twist, "currency": "TWIST", "click_id": w.click()}
			order[test.field] = test.value
			r := w.do(w.shop, http.MethodPost, "/v1/conversions", order)
			require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, r.status)
			require.Equal(t, test.code, r.code())
		})
	}
	require.Equal(t, before, w.snapshot())
}

// P-40: a number of a stranger is judged as it stands; none wraps into one that is allowed.
func TestProgramsRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.snapshot()
	for code, bodies := range map[string][]object{
		"program_name_invalid":       {{"name": ""}, {"name": "  "}, {"name": "a\nb"}, {"name": strings.Repeat("a", 101)}},
		"commission_rate_invalid":    {{"commission_bps": 0}, {"commission_bps": -1}, {"commission_bps": 10_001}},
		"attribution_window_invalid": {{"window_seconds": 0}, {"window_seconds": -1}, {"window_seconds": 90*24*3600 + 1}, {"window_seconds": 18_446_744_075}, {"window_seconds": int64(math.MinInt64)}},
		"hold_invalid":               {{"hold_days": -1}, {"hold_days": 91}, {"hold_days": 213_504}, {"hold_days": int64(math.MaxInt64)}},
		"refund_window_invalid":      {{"refund_days": -1}, {"refund_days": 91}, {"refund_days": 213_504}, {"refund_days": int64(math.MinInt64)}},
		"binding_invalid":            {{"binding_days": -1}, {"binding_days": 731}, {"binding_days": 213_504}, {"binding_days": int64(math.MaxInt64)}},
	} {
		for _, changes := range bodies {
			body := object{"name": "Picks", "commission_bps": 1}
			maps.Copy(body, changes)
			w.post(w.shop, "/v1/programs", "k", body).refused(http.StatusBadRequest, code)
		}
	}
	require.Equal(t, before, w.snapshot())
	for _, body := range []object{
		{"name": "a", "commission_bps": 1, "window_seconds": 1, "hold_days": 0, "refund_days": 0, "binding_days": 0},
		{"name": strings.Repeat("ü", 100), "commission_bps": 10_000, "window_seconds": 90 * 24 * 3600, "hold_days": 90, "refund_days": 90, "binding_days": 730},
	} {
		opened := w.must(w.shop, "/v1/programs", body).object()
		for name, value := range body {
			require.EqualValues(t, value, opened[name])
		}
	}
	defaults := w.must(w.shop, "/v1/programs", object{"name": "a", "commission_bps": 1, "window_seconds": nil}).object()
	require.EqualValues(t, 30*24*3600, defaults["window_seconds"])
	require.EqualValues(t, 14, defaults["hold_days"])
	require.EqualValues(t, 90, defaults["refund_days"])
	require.EqualValues(t, 0, defaults["binding_days"])
}
