package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
)

// listing is a page, which deposits have one level deeper.
func listing(r reply) object {
	o := r.object()
	if inner, ok := o["deposits"].(map[string]any); ok {
		return inner
	}
	return o
}

func items(t *testing.T, r reply) string {
	t.Helper()
	text, err := json.Marshal(listing(r)["items"])
	require.NoError(t, err)
	return string(text)
}

// many is a world in which fan and ada have rows of every list, and how many.
func many(t *testing.T) (w *world, rows map[string]int, by map[string]*party) {
	t.Helper()
	w = newWorld(t, unjudged)
	const n = 11
	for i := range n {
		owner := newParty(t)
		w.enter(owner)
		w.register(owner, fmt.Sprintf("owner-%d", i))
		w.must(w.fan, "/v1/pools/"+w.openPool(owner)+"/stakes", object{"amount": twist})
		w.must(w.shop, "/v1/conversions", w.order(fmt.Sprintf("order-%d", i), twist))
		w.must(w.fan, "/v1/payouts", object{"amount": 10 * twist})
		w.openProgram(w.fan)
		require.NoError(t, w.system.Sandbox.Faucet(w.fan.wallet, twist))
		_, err := w.system.Sandbox.Deposit(t.Context(), w.fan.key, w.fan.account, twist)
		require.NoError(t, err)
		w.system.Sandbox.Tick(1)
	}
	w.system.Sandbox.Tick(boot.Finality)
	w.work()
	rows = map[string]int{"/v1/pools": n + 1, "/v1/me/positions": n, "/v1/me/commissions": n, "/v1/payouts": n, "/v1/me/deposits": n + 1, "/v1/programs": n}
	by = map[string]*party{"/v1/me/positions": w.fan, "/v1/me/commissions": w.ada, "/v1/payouts": w.fan, "/v1/me/deposits": w.fan, "/v1/programs": w.fan}
	return w, rows, by
}

// P-40, S-09: paging through a list gives every row once, whatever the size of a page.
func TestPagesGiveEveryRowOnce(t *testing.T) {
	t.Parallel()
	w, rows, by := many(t)
	for path, want := range rows {
		t.Run(path, func(t *testing.T) {
			whole := w.do(by[path], http.MethodGet, path+"?limit=100", nil)
			require.Len(t, listing(whole)["items"], want)
			require.NotContains(t, listing(whole), "next", "the last page says so")
			require.Equal(t, items(t, whole), items(t, w.do(by[path], http.MethodGet, path, nil)), "the default is enough here")
			for _, limit := range []int{1, 3, want - 1, want} {
				var all []any
				for next, pages := "", 0; ; pages++ {
					require.LessOrEqual(t, pages, want)
					page := listing(w.do(by[path], http.MethodGet, fmt.Sprintf("%s?limit=%d&cursor=%s", path, limit, next), nil))
					got := page["items"].([]any)
					require.NotEmpty(t, got, "a cursor leads to something")
					require.LessOrEqual(t, len(got), limit)
					all = append(all, got...)
					if page["next"] == nil {
						break
					}
					next = page["next"].(string)
				}
				text, err := json.Marshal(all)
				require.NoError(t, err)
				require.JSONEq(t, items(t, whole), string(text))
			}
		})
	}
}

// P-40, S-09: what is no page is refused.
func TestPagesRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	encoded := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, path := range []string{"/v1/me/positions", "/v1/me/commissions", "/v1/payouts", "/v1/me/deposits", "/v1/programs"} {
		for _, query := range []string{
			"limit=0", "limit=101", "limit=1000", "limit=-1", "limit=abc", "limit=1.5", "limit=1e1", "limit=0x10", "limit=%201",
			"limit=99999999999999999999", "limit=%31%30%30%30", "limit=%zz", "limit=1;cursor=x", "cursor=!", "cursor=a", "cursor=%00",
			"cursor=" + url.QueryEscape("' OR 1=1 --"), "cursor=YWI=", "limit=5&cursor=%",
			"cursor=" + encoded("a\x00"), "cursor=" + encoded("\xff"), "other=1", "LIMIT=1", "limit=1&limit=2", "limit=&limit=", "limit=+1", "limit=01", "=",
		} {
			w.do(w.fan, http.MethodGet, path+"?"+query, nil).refused(http.StatusBadRequest, "parameter_invalid")
		}
		for _, query := range []string{"", "limit=", "limit=1", "limit=100", "cursor=", "cursor=" + encoded("zzzz:1")} {
			require.Equal(t, http.StatusOK, w.do(w.fan, http.MethodGet, path+"?"+query, nil).status, query)
		}
	}
	for _, cursor := range []string{"sig", "sig:", "sig:x", "sig:1:2", "sig:99999999999999999999"} {
		w.do(w.fan, http.MethodGet, "/v1/me/deposits?cursor="+encoded(cursor), nil).refused(http.StatusBadRequest, "parameter_invalid")
	}
	// P-34: a cursor is a place in the caller's own list, also when it was somebody else's.
	own := w.do(w.fan, http.MethodGet, "/v1/me/deposits?cursor="+encoded("0:0"), nil)
	require.Len(t, listing(own)["items"], 1)
	require.NotContains(t, string(own.body), string(w.shop.wallet))
}
