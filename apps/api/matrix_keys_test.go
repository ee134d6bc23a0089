package api_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/core/identity"
)

// keyColumn is the column of an API key beside the matrix: the scope with which it is let in. A route that is
// not here refuses every key, if it asks who calls.
func keyColumn() map[string]identity.Scope {
	return map[string]identity.Scope{
		"me.account": "account:read", "me.balances": "account:read", "me.deposits": "account:read", "me.positions": "account:read", "me.portfolio": "account:read",
		"me.commissions": "account:read", "me.bonuses": "account:read", "me.export_commissions": "account:read",

		"pools.open": "staking:write", "pools.stake": "staking:write", "pools.leave": "staking:write", "pools.claim": "staking:write",
		"pools.change": "staking:write", "pools.pause": "staking:write", "pools.resume": "staking:write",
		"me.withdraw_ticket": "staking:write", "me.cancel_ticket": "staking:write", "me.tickets": "account:read",
		"me.rebalance": "staking:write", "me.preview_rebalance": "staking:write", "pools.change_position": "staking:write",

		"programs.open": "programs:write", "programs.list": "programs:write", "programs.get": "programs:write", "programs.statistics": "programs:write", "programs.export_conversions": "programs:write", "programs.export_commissions": "programs:write", "programs.top_links": "programs:write", "programs.fund": "programs:write",
		"programs.commissions": "programs:write", "commissions.approve": "conversions:write", "commissions.reject": "conversions:write", "commissions.decide": "conversions:write",
		"programs.withdraw": "programs:write", "programs.change": "programs:write", "programs.set_rates": "programs:write",
		"programs.promo_codes": "programs:write", "programs.reservations": "programs:write", "programs.reserve_promo": "programs:write", "programs.release_promo": "programs:write",

		"links.make": "links:write", "links.make_many": "links:write", "links.list": "links:write", "links.get": "links:write", "links.statistics": "links:write", "me.top_links": "links:write",
		"links.withdraw": "links:write", "links.restore": "links:write", "links.qr_svg": "links:write", "links.qr_png": "links:write",

		"conversions.report": "conversions:write", "conversions.get": "conversions:write", "conversions.explain": "conversions:write", "conversions.replay": "conversions:write", "conversions.refund": "conversions:write",

		"payouts.list": "payouts:read", "payouts.get": "payouts:read",
	}
}

// withKey is the party as a program of its own, which calls with a key of these scopes.
func (w *world) withKey(p *party, scopes ...identity.Scope) *party {
	w.t.Helper()
	program := *p
	program.token = w.must(p, "/v1/me/api-keys", object{"name": "a program", "scopes": scopes}).text("text")
	w.t.Cleanup(func() { require.NotContains(w.t, w.log.String(), program.token, "E-11") })
	return &program
}

// P-34, I-10: every route is asked by keys of somebody whom it lets in: it refuses those with every scope but its
// own before it reads what they say, and answers the one that has it as it answers its owner.
func TestRouteMatrixOfKeys(t *testing.T) {
	t.Parallel()
	rows, column := matrix(), keyColumn()
	for _, route := range api.Routes(newSystem(t, config()).system.Platform, api.Options{}) {
		row, wanted := rows[route.Name], column[route.Name]
		delete(column, route.Name)
		if route.Access.String() == "public" {
			require.Empty(t, route.Scopes, "%s asks nobody who calls", route.Name)
			continue
		}
		t.Run(route.Name, func(t *testing.T) {
			t.Parallel()
			w, things := matrixWorld(t)
			method, _, _ := strings.Cut(route.Pattern, " ")
			named := func(text string) string {
				for name, thing := range things {
					text = strings.ReplaceAll(text, name, thing)
				}
				return text
			}
			owner, told := w.operator, row.operator
			for who, answer := range map[*party]string{w.fan: row.fan, w.ada: row.influencer, w.shop: row.merchant} {
				if strings.HasPrefix(answer, "2") && !strings.HasPrefix(told, "2") {
					owner, told = who, answer
				}
			}
			others := slices.DeleteFunc(identity.Scopes(), func(s identity.Scope) bool { return s == wanted })
			stranger := w.withKey(owner, others...)
			good := w.withKey(owner, identity.Scopes()...)
			before := w.snapshot()
			w.do(stranger, method, named(row.path), "{", "Idempotency-Key", "k").refused(http.StatusForbidden, "scope_missing")
			w.do(stranger, method, named(row.path), named(row.body), "Idempotency-Key", "k").refused(http.StatusForbidden, "scope_missing")
			require.Equal(t, before, w.snapshot(), "a refusal changes nothing")
			if wanted == "" {
				w.do(good, method, named(row.path), named(row.body), "Idempotency-Key", "k").refused(http.StatusForbidden, "scope_missing")
				require.Equal(t, before, w.snapshot(), "a refusal changes nothing")
				return
			}
			r := w.do(w.withKey(owner, wanted), method, named(row.path), named(row.body), "Idempotency-Key", "k")
			answer := strconv.Itoa(r.status)
			if r.status >= http.StatusBadRequest {
				answer += " " + r.code()
			}
			require.Equal(t, told, answer, "%s", r.body)
		})
	}
	require.Empty(t, column, "these are no routes")
}

// E-11, P-34: a key is made, shown once, listed, used and revoked over HTTP; its secret is in no log, no list and
// no audit record, which name the key.
func TestKeysOverHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.must(w.fan, "/v1/me/api-keys", object{"name": "a program", "scopes": []string{"staking:write"}, "life_days": 1, "per_minute": 10})
	text, key := made.text("text"), made.object()["key"].(map[string]any)
	id := key["id"].(string)
	secret := text[strings.LastIndex(text, "_")+1:]
	require.NotContains(t, key, "digest")
	for _, body := range []object{
		{"name": "", "scopes": []string{"links:write"}},
		{"name": "x", "scopes": []string{}},
		{"name": "x"},
		{"name": "x", "scopes": []string{"links:write"}, "life_days": 366},
		{"name": "x", "scopes": []string{"links:write"}, "per_minute": 6001},
		{"name": "x", "scopes": []string{"operate:write"}},
	} {
		require.Equal(t, http.StatusBadRequest, w.do(w.fan, http.MethodPost, "/v1/me/api-keys", body).status, "%v", body)
	}

	program := *w.fan
	program.token = text
	w.do(&program, http.MethodPost, "/v1/pools/"+w.pool+"/stakes", object{"amount": (10 * twist).String()}, "Idempotency-Key", "k1")
	w.do(&program, http.MethodPost, "/v1/payouts", object{"amount": (10 * twist).String()}, "Idempotency-Key", "k2").refused(http.StatusForbidden, "scope_missing")
	for range 8 {
		w.do(&program, http.MethodGet, "/v1/me", nil).refused(http.StatusForbidden, "scope_missing")
	}
	w.do(&program, http.MethodGet, "/v1/me", nil).refused(http.StatusTooManyRequests, "rate_limited")
	forged := program
	forged.token = text[:len(text)-4] + "0000"
	w.do(&forged, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "api_key_invalid")

	listed := w.do(w.fan, http.MethodGet, "/v1/me/api-keys", nil)
	require.Len(t, rowsOf(listed), 1)
	require.Equal(t, http.StatusNoContent, w.do(w.fan, http.MethodDelete, "/v1/me/api-keys/"+id, nil).status)
	w.do(&program, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "api_key_ended")
	audited := w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=100", nil)
	require.Contains(t, string(audited.body), id)
	for _, shown := range []string{w.log.String(), string(listed.body), string(audited.body), w.snapshot()} {
		require.NotContains(t, shown, secret)
	}
	w.verified()
}
