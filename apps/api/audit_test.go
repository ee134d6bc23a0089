package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// E-13, E-11: operators read who did what from where, refusals among it; nobody else does, and no record
// holds a credential.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=100", nil)
	w.system.Sandbox.Advance(time.Second) // records of one millisecond come in any order
	w.do(w.fan, http.MethodPost, "/v1/pools/"+w.pool+"/stakes", object{"amount": (10 * twist).String()}, "Idempotency-Key", "k1", "User-Agent", "agent/1")
	w.do(w.fan, http.MethodPost, "/v1/pools/"+w.pool+"/stakes", object{"amount": (10 * twist).String()}, "Idempotency-Key", "k1")
	w.do(w.fan, http.MethodGet, "/v1/operate/audit", nil)
	w.do(nil, http.MethodPost, "/v1/auth/sessions", object{"challenge_id": "chal_none", "signed_message": "", "signature": ""})
	all := w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=100", nil)
	require.Equal(t, http.StatusOK, all.status)
	rows := rowsOf(all)
	require.Len(t, rows, len(rowsOf(before))+3, "a replay did nothing")

	newest := map[string]map[string]any{} // of one millisecond any may come first
	for _, row := range rows[:3] {
		r := row.(map[string]any)
		newest[r["action"].(string)] = r
	}
	signIn, look, stake := newest["auth.sign_in"], newest["operate.audit"], newest["staking.staked"]
	require.Equal(t, []any{"refused", "challenge_unknown", nil}, []any{signIn["outcome"], signIn["code"], signIn["account_id"]})
	require.Equal(t, []any{"refused", "forbidden", string(w.fan.account)}, []any{look["outcome"], look["code"], look["account_id"]})
	require.Equal(t, []any{"done", nil, string(w.fan.account)}, []any{stake["outcome"], stake["code"], stake["account_id"]})
	require.Equal(t, "192.0.2.1", stake["ip"])
	require.Equal(t, "agent/1", stake["user_agent"])
	require.True(t, strings.HasPrefix(stake["request_id"].(string), "req_"))

	var ofFan, paged []any
	for _, row := range rows {
		if row.(map[string]any)["account_id"] == string(w.fan.account) {
			ofFan = append(ofFan, row)
		}
	}
	for cursor := ""; ; {
		page := w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=2&account="+string(w.fan.account)+"&cursor="+cursor, nil)
		paged = append(paged, rowsOf(page)...)
		if page.object()["next"] == nil {
			break
		}
		cursor = page.text("next")
	}
	require.Equal(t, ofFan, paged)
	require.Empty(t, rowsOf(w.do(w.operator, http.MethodGet, "/v1/operate/audit?account=acct_none", nil)))
	require.Equal(t, http.StatusBadRequest, w.do(w.operator, http.MethodGet, "/v1/operate/audit?account=%00", nil).status)
	for _, p := range []*party{w.ada, w.fan, w.shop, w.operator} {
		require.NotContains(t, string(all.body), p.token)
	}
	w.verified()
}

// rowsOf are the rows of a page.
func rowsOf(r reply) []any {
	r.t.Helper()
	rows, ok := r.object()["items"].([]any)
	require.True(r.t, ok, string(r.body))
	return rows
}
