package api_test

import (
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
