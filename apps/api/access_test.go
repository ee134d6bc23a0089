package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/core/money"
)

// address makes an address of a pattern.
func address(pattern, value string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	for _, name := range rpc.Wildcards(path) {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return method, path
}

// P-16, I-10: every route, asked by everyone, lets in whom its rule names and nobody else.
func TestEveryRouteKeepsItsRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	forged := &party{token: w.fan.token[:len(w.fan.token)-8] + "AAAAAAAA"}
	for _, route := range api.Routes(w.system.Platform, api.Options{}) {
		method, path := address(route.Pattern, "nothing")
		ask := func(by *party) reply { return w.do(by, method, path, nil, "Idempotency-Key", "k") }
		switch route.Access.String() {
		case "public":
			for _, by := range []*party{nil, forged, w.fan} {
				r := ask(by)
				require.NotEqual(t, http.StatusForbidden, r.status, route.Name)
				require.NotContains(t, string(r.body), `"code":"token_`, route.Name)
			}
		case "session":
			ask(nil).refused(http.StatusUnauthorized, "token_missing")
			ask(forged).refused(http.StatusUnauthorized, "token_invalid")
			for _, by := range []*party{w.stranger, w.operator} {
				r := ask(by)
				require.NotContains(t, string(r.body), `"token_`, route.Name) // a challenge may be unknown, the caller is not
				require.NotContains(t, string(r.body), `"forbidden"`, route.Name)
				if r.status == http.StatusNoContent {
					w.enter(by) // it ended its session
				}
			}
		case "operator or admin": // about an account, a role or a payout that is not there
			ask(nil).refused(http.StatusUnauthorized, "token_missing")
			ask(forged).refused(http.StatusUnauthorized, "token_invalid")
			for _, by := range []*party{w.ada, w.fan, w.shop, w.stranger} {
				ask(by).refused(http.StatusForbidden, "forbidden")
			}
			if !strings.Contains(route.Pattern, "{") {
				require.Equal(t, route.Status, ask(w.operator).status, route.Name)
				continue
			}
			missing := []string{"account_not_found", "role_unknown", "payout_not_found", "payout_reason_invalid", "alert_not_found"}
			require.Contains(t, missing, ask(w.operator).code(), route.Name)
		case "operator":
			ask(nil).refused(http.StatusUnauthorized, "token_missing")
			ask(forged).refused(http.StatusUnauthorized, "token_invalid")
			for _, by := range []*party{w.ada, w.fan, w.shop, w.stranger} {
				ask(by).refused(http.StatusForbidden, "forbidden")
			}
			if strings.Contains(route.Pattern, "{") { // of a thing that is not there
				require.NotContains(t, string(ask(w.operator).body), `"forbidden"`, route.Name)
				continue
			}
			require.Equal(t, route.Status, ask(w.operator).status, route.Name)
		default:
			t.Errorf("%s has the rule %s, which this test does not know", route.Name, route.Access)
		}
	}
	w.system.Sandbox.Advance(identity.AccessLife + identity.ClockLeeway + time.Second)
	for _, route := range api.Routes(w.system.Platform, api.Options{}) {
		if method, path := address(route.Pattern, "nothing"); route.Access.String() != "public" {
			w.do(w.operator, method, path, nil).refused(http.StatusUnauthorized, "token_expired")
		}
	}
}

// P-34, I-10: what belongs to somebody else is not there, exactly as what never was.
func TestForeignThingsAreNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	conversion := w.must(w.shop, "/v1/conversions", w.order("order-1", 100*twist)).text("id")
	payout := w.must(w.fan, "/v1/payouts", object{"amount": 10 * twist}).text("id")
	for name, test := range map[string]struct {
		method, path, id, code string
		body                   any
		owner                  *party
	}{
		"program":    {http.MethodGet, "/v1/programs/{id}", w.program, "program_not_found", nil, w.shop},
		"rates":      {http.MethodPut, "/v1/programs/{id}/rates", w.program, "program_not_found", object{"commission_bps": 1, "rates": []object{}}, w.shop},
		"fund":       {http.MethodPost, "/v1/programs/{id}/fund", w.program, "program_not_found", object{"amount": twist}, w.shop},
		"withdraw":   {http.MethodPost, "/v1/programs/{id}/withdraw", w.program, "program_not_found", object{"amount": twist}, w.shop},
		"conversion": {http.MethodGet, "/v1/conversions/{id}", conversion, "conversion_not_found", nil, w.shop},
		"refund":     {http.MethodPost, "/v1/conversions/{id}/refunds", conversion, "conversion_not_found", object{"refund_id": "r", "amount": twist}, w.shop},
		"payout":     {http.MethodGet, "/v1/payouts/{id}", payout, "payout_not_found", nil, w.fan},
		"cancel":     {http.MethodPost, "/v1/payouts/{id}/cancel", payout, "payout_not_found", nil, w.fan},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.snapshot()
			for i, by := range []*party{w.ada, w.fan, w.shop, w.stranger, w.operator} {
				if by == test.owner {
					continue
				}
				ask := func(id string) reply {
					return w.do(by, test.method, strings.ReplaceAll(test.path, "{id}", id), test.body, "Idempotency-Key", "key-of-"+string(rune('a'+i)))
				}
				theirs, never := ask(test.id), ask("never_was")
				theirs.refused(http.StatusNotFound, test.code)
				a, b := theirs.object(), never.object()
				delete(a, "request_id")
				delete(b, "request_id")
				require.Equal(t, b, a, "nothing tells them apart")
			}
			require.Equal(t, before, w.snapshot())
			r := w.do(test.owner, test.method, strings.ReplaceAll(test.path, "{id}", test.id), test.body, "Idempotency-Key", "owner-"+name)
			require.Less(t, r.status, 300, string(r.body))
		})
	}
	other := w.must(w.stranger, "/v1/programs", object{"name": "Other", "commission_bps": 1}).text("id")
	foreign := w.order("order-2", twist)
	w.do(w.stranger, http.MethodPost, "/v1/conversions", foreign).refused(http.StatusNotFound, "program_not_found")
	foreign["program_id"] = other
	w.do(w.stranger, http.MethodPost, "/v1/conversions", foreign).refused(http.StatusBadRequest, "click_not_found")
	for _, path := range []string{"/v1/me/positions", "/v1/me/commissions", "/v1/payouts"} {
		require.Equal(t, object{"items": []any{}}, w.do(w.stranger, http.MethodGet, path, nil).object(), "lists are the caller's own")
	}
	require.JSONEq(t, `[]`, items(t, w.do(w.stranger, http.MethodGet, "/v1/me/deposits", nil)))
}

// P-39: what everyone may read holds nothing that is private.
func TestPublicAnswersHaveTheFieldsOfTheirList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.earn()
	for path, want := range map[string]string{
		"/v1/influencers/ADA":                       "bio display_name id registered_on username verified",
		"/v1/influencers/availability?username=ada": "available reason",
		"/v1/pools/" + w.pool:                       "apy_bps cooldown_seconds figures_at id influencer influencer_id min_stake net_flow_7d opened_at share_bps staker_count state tier total_claimed total_cooling total_distributed total_staked trend",
		"/v1/pools/" + w.pool + "/stakers":          "items",
		"/v1/pools/" + w.pool + "/activity":         "items",
		"/v1/pools/" + w.pool + "/history":          "days",
		"/healthz":                                  "status",
		"/readyz":                                   "status",
	} {
		r := w.do(nil, http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, r.status)
		var names []string
		for name := range r.object() {
			names = append(names, name)
		}
		slices.Sort(names)
		require.Equal(t, want, strings.Join(names, " "))
		require.NotContains(t, string(r.body), "@")
		for _, p := range []*party{w.ada, w.fan, w.shop} {
			require.NotContains(t, string(r.body), string(p.account))
			require.NotContains(t, string(r.body), string(p.wallet))
		}
	}
	w.do(nil, http.MethodGet, "/v1/influencers/nobody", nil).refused(http.StatusNotFound, "influencer_not_found")
	w.do(nil, http.MethodGet, "/v1/pools/pool_nothing", nil).refused(http.StatusNotFound, "pool_not_found")
}

// P-18, P-25, P-30: one walk through the loop with the numbers that everyone sees.
func TestTheLoop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	me := w.do(w.operator, http.MethodGet, "/v1/me", nil).object()
	require.Equal(t, string(w.operator.wallet), me["wallet"])
	require.Equal(t, string(w.operator.account), me["id"])
	require.Equal(t, []any{"user", "operator", "admin"}, me["roles"])
	to := w.do(w.fan, http.MethodGet, "/v1/me/deposits", nil).object()["to"]
	require.Contains(t, to.(map[string]any)["memo"], w.fan.account)

	w.earn()
	require.Equal(t, 144*twist, w.balance(w.ada))
	claimed := w.must(w.fan, "/v1/pools/"+w.pool+"/claims", nil).amount("rewards")
	require.Equal(t, 36*twist-1, claimed, "rounded down by less than a unit")
	require.Equal(t, 500*twist+claimed, w.balance(w.fan))

	earned := w.do(w.ada, http.MethodGet, "/v1/me/commissions", nil).object()["items"].([]any)[0].(map[string]any)
	require.Equal(t, "approved", earned["state"])
	parts := []any{earned["gross"], earned["fee"], earned["fans"], earned["net"]}
	require.Equal(t, amounts(200, 20, 36, 144), parts)
	refund := w.must(w.shop, "/v1/conversions/"+earned["conversion_id"].(string)+"/refunds", object{"refund_id": "refund-1", "amount": 500 * twist})
	require.Equal(t, 500*twist, refund.amount("refunded"))
	require.Equal(t, 72*twist, w.balance(w.ada), "half of her part; the fans keep theirs")

	asked := w.must(w.ada, "/v1/payouts", object{"amount": 50 * twist})
	require.Equal(t, 72*twist-50*twist-asked.amount("fee"), w.balance(w.ada), "what is asked for and its fee are set aside")
	for range 20 {
		w.work()
		w.system.Sandbox.Tick(8)
	}
	paid := w.do(w.ada, http.MethodGet, "/v1/payouts/"+asked.text("id"), nil)
	require.Equal(t, "settled", paid.text("state"))
	require.Equal(t, "landed", paid.object()["attempts"].([]any)[0].(map[string]any)["state"])
	require.Equal(t, 50*twist, w.system.Sandbox.OnChain(w.ada.wallet))
	w.verified()
	for _, p := range []*party{w.ada, w.fan, w.shop, w.stranger, w.operator} { // E-11
		require.NotContains(t, w.log.String(), p.token)
	}
}

// undecided is a limiter that is down.
type undecided struct{}

func (undecided) Take(context.Context, string, limit.Quota, time.Time) (limit.Verdict, error) {
	return limit.Verdict{}, fault.New(fault.Unavailable, "limiter_down", "the limiter is away")
}

// P-48: what cannot serve says so, and to callers nothing else.
func TestReadiness(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	down := errors.New("dial tcp 10.0.0.7")
	h := api.Handler(w.system.Platform, api.Options{
		NewID: func() string { return "req_1" }, Log: w.system.Log(),
		Ready: func(context.Context) error {
			return fault.New(fault.Unavailable, "store_down", "the store is away").Because(down)
		},
		Door: rpc.Options{Now: time.Now, Limiter: undecided{}},
	})
	for path, status := range map[string]int{"/readyz": http.StatusServiceUnavailable, "/healthz": http.StatusOK} {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		require.Equal(t, status, answer.Code)
		require.NotContains(t, answer.Body.String(), "10.0.0.7")
	}
	require.Contains(t, w.log.String(), "10.0.0.7")
}

func amounts(whole ...money.Amount) []any {
	var texts []any
	for _, n := range whole {
		texts = append(texts, (n * twist).String())
	}
	return texts
}
