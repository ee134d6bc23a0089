package api_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// line is one of an export.
type line struct {
	Kind  string         `json:"kind"`
	Value map[string]any `json:"value"`
	Count *int           `json:"count"`
}

// lines reads an export, which must be whole.
func (w *world) lines(by *party) []line {
	w.t.Helper()
	r := w.do(by, http.MethodGet, "/v1/me/export", nil)
	require.Equal(w.t, http.StatusOK, r.status, string(r.body))
	require.Equal(w.t, "application/x-ndjson; charset=utf-8", r.header.Get("Content-Type"))
	var all []line
	for read := bufio.NewScanner(bytes.NewReader(r.body)); read.Scan(); {
		var l line
		require.NoError(w.t, json.Unmarshal(read.Bytes(), &l), read.Text())
		all = append(all, l)
	}
	require.Equal(w.t, "begin", all[0].Kind)
	end := all[len(all)-1]
	require.Equal(w.t, "end", end.Kind)
	require.Equal(w.t, len(all)-2, *end.Count)
	return all
}

// I-15: everything that is stored of somebody comes as lines that a program reads, amounts as text, the last of
// which says that it is all; nothing of it is a secret, and somebody else's is not among it.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.earn()
	key := w.must(w.ada, "/v1/me/api-keys", object{"name": "a shop", "scopes": []string{"account:read"}})
	all := w.lines(w.ada)
	kinds := map[string]map[string]any{}
	for _, l := range all {
		kinds[l.Kind] = l.Value
	}
	for _, kind := range []string{"account", "wallet", "session", "api_key", "influencer", "audit_record", "pool", "link", "commission", "balance", "entry"} {
		require.Contains(t, kinds, kind)
	}
	require.Equal(t, string(w.ada.account), kinds["begin"]["account"])
	require.Equal(t, "ada", kinds["influencer"]["username"])
	require.Equal(t, "192.0.2.1", kinds["audit_record"]["ip"])
	require.IsType(t, "", kinds["commission"]["net"])
	require.IsType(t, "", kinds["balance"]["balance"])
	require.Equal(t, "a shop", kinds["api_key"]["name"])
	raw := string(w.do(w.ada, http.MethodGet, "/v1/me/export", nil).body)
	require.NotContains(t, raw, w.ada.token)
	require.NotContains(t, raw, key.text("text"))
	for _, secret := range []string{`"digest"`, `"renewal"`, `"token"`, `"raw"`, string(w.shop.account), string(w.stranger.account)} {
		require.NotContains(t, raw, secret)
	}
	require.Less(t, len(w.lines(w.stranger)), len(all))

	w.do(nil, http.MethodGet, "/v1/me/export", nil, "Authorization", "Bearer "+key.text("text")).refused(http.StatusForbidden, "scope_missing")
	w.do(nil, http.MethodGet, "/v1/me/export", nil).refused(http.StatusUnauthorized, "token_missing")
	log := w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=100&account="+string(w.ada.account), nil)
	require.Equal(t, 2, strings.Count(string(log.body), "identity.exported"), "who read all of it is on record")
}
