package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/apps/internal/rpc"
)

// bodies are what no honest client sends, and what some do.
func bodies(w *world) []string {
	huge := strings.Repeat("9", 5_000)
	all := []string{
		"", "null", "[]", "{", "x", "\x00", "\xff\xfe", "{}{}", strings.Repeat("[", 10_000), strings.Repeat(" ", rpc.MaxBody+1),
		`{"username":"ab\u0000c","display_name":"` + "\u202e" + `"}`, `{"username":"admin"}`, `{"username":"` + strings.Repeat("a", 5_000) + `"}`,
		`{"address":"` + string(w.fan.wallet) + `"}`, `{"address":"` + strings.Repeat("z", 44) + `"}`,
		`{"challenge_id":"x","signed_message":"` + strings.Repeat("A", 40_000) + `","signature":""}`,
		`{"share_bps":-1}`, `{"share_bps":10001}`, `{"share_bps":2147483647,"min_stake":"-5"}`, `{"share_bps":5,"min_stake":"9223372036854775807"}`,
		`{"name":"","commission_bps":0}`, `{"name":"a","commission_bps":10001}`, `{"name":"a","commission_bps":1,"window_seconds":-1}`,
		`{"name":"a","commission_bps":1,"window_seconds":9223372036854775807}`, `{"name":"a","commission_bps":1,"hold_days":106752}`,
		`{"name":"a","commission_bps":1,"hold_days":-9223372036854775808}`, `{"name":"a","commission_bps":1,"window_seconds":0}`,
		`{"program_id":"` + w.program + `","destination":"javascript:x"}`, `{"program_id":"","destination":"https://x.example"}`,
		`{"refund_id":"r","amount":"9223372036854775807"}`, `{"refund_id":"","amount":"1"}`,
	}
	for _, amount := range []string{`"0"`, `"-1"`, `"1"`, `"9223372036854775807"`, `"-9223372036854775807"`, `"1.5"`, `"0x10"`, `"1e3"`, `" 1"`, `""`, `1`, `null`, `"` + huge + `"`, huge} {
		all = append(all, `{"amount":`+amount+`}`,
			`{"program_id":"`+w.program+`","order_id":"o`+amount[:1]+`","amount":`+amount+`,"currency":"TWIST"}`,
			`{"refund_id":"r","amount":`+amount+`}`)
	}
	return all
}

// P-14, P-40: whatever a caller sends to whatever route, it is never our failure.
func TestCallersMistakesAreNeverOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.earn()
	values := []string{
		"nothing", w.pool, w.program, w.code, "%00", "%ff", "..%2f..%2fetc", "%F0%9F%98%80", url.PathEscape("' OR 1=1 --"), strings.Repeat("a", 5_000), "%20", "-1",
	}
	for _, route := range api.Routes(w.system.Platform, api.Options{}) {
		t.Run(route.Name, func(t *testing.T) {
			for _, value := range values {
				method, path := address(route.Pattern, value)
				for _, query := range []string{"", "?limit=-1&cursor=%00", "?%zz", "?limit=100&cursor=AA"} {
					w.do(w.shop, method, path+query, nil, "Idempotency-Key", "k")
				}
				if !strings.Contains(route.Pattern, "{") {
					break
				}
			}
			for i, body := range bodies(w) {
				for _, value := range []string{w.pool, w.program} {
					method, path := address(route.Pattern, value)
					by := []*party{w.fan, w.shop, w.ada, nil}[i%4]
					w.do(by, method, path, body, "Idempotency-Key", "key-"+value, "Cookie", body)
				}
			}
		})
	}
	w.verified()
	require.Empty(t, w.log.String(), "and no event")
}

// FuzzAPI draws a route, its path and query, a body and headers. Whatever they are, the answer is not a
// failure of ours, a refusal is a problem document, and the books still add up.
func FuzzAPI(f *testing.F) {
	routes := api.Routes(newSystem(f, config()).system.Platform, api.Options{})
	for i := range routes { // what stands in brackets becomes an id of the world at hand
		f.Add(uint8(i), "[pool]", "", `{"amount":"1000000000"}`, "key", uint8(i))
		f.Add(uint8(i), "[program]", "", `{"amount":"1"}`, "key", uint8(i+1))
		f.Add(uint8(i), "%00", "limit=1&cursor=AA", `{"program_id":"[program]","order_id":"y","amount":"1","currency":"TWIST"}`, "", uint8(i+1))
		f.Add(uint8(i), "[code]", "limit=-1", `{"username":"bobby","display_name":"B"}`, "\x7f", uint8(i+2))
	}
	var w *world
	calls := 0
	f.Fuzz(func(t *testing.T, route uint8, value, query, body, header string, who uint8) {
		if calls%1_000 == 0 { // tokens end, and what was stored would slow every call
			w = newWorld(t)
			w.earn()
		}
		calls++
		w.t = t
		swap := strings.NewReplacer("[pool]", w.pool, "[program]", w.program, "[code]", w.code)
		r, ok := draw(routes[int(route)%len(routes)].Pattern, swap.Replace(value), query, swap.Replace(body))
		if !ok {
			return
		}
		if by := []*party{nil, w.ada, w.fan, w.shop, w.stranger, w.operator}[who%6]; by != nil {
			r.Header.Set("Authorization", "Bearer "+by.token)
		} else {
			r.Header.Set("Authorization", header)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", header)
		r.Header.Set("Cookie", header)
		r.Header.Set("X-Request-ID", header)
		recorder := httptest.NewRecorder()
		w.handler.ServeHTTP(recorder, r)
		checked(t, recorder.Result())
		require.Empty(t, w.log.String())
		if calls%50 == 0 {
			w.verified()
		}
	})
}

// draw makes a request that a server could have read from a connection.
func draw(pattern, value, query, body string) (*http.Request, bool) {
	method, path := address(pattern, value)
	target, err := url.ParseRequestURI(path + "?" + query)
	if err != nil || !strings.HasPrefix(path, "/") {
		return nil, false
	}
	return &http.Request{
		Method: method, URL: target, Host: "localhost", RequestURI: target.RequestURI(), Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, true
}
