package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/metrics"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/limit"
)

type nothing struct{}

type named struct {
	ID string `json:"-" path:"id"`
}

// three allows three of each key.
type three map[string]int

func (n three) Take(_ context.Context, key string, _ limit.Quota, _ time.Time) (limit.Verdict, error) {
	n[key]++
	return limit.Verdict{Allowed: n[key] <= 3}, nil
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	require.Equal(t, http.StatusOK, w.Code)
	return w.Body.String()
}

// E-14: whatever a client writes into method, path and headers makes no new series, and a request counts once.
func TestClientsMakeNoSeries(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	inFlight := ""
	routes := []rpc.Route{
		rpc.On("GET /things/{id}", "things", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, named) (nothing, error) {
			if inFlight == "" {
				inFlight = scrape(t, m)
			}
			return nothing{}, nil
		}).Under(rpc.Reads),
		rpc.On("GET /panic", "panic", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, nothing) (nothing, error) { panic("no more") }),
		rpc.On("GET /table", "table", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, nothing) (rpc.Stream, error) {
			return rpc.Stream{Write: func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return errors.New("gone") }}, nil
		}),
	}
	h := rpc.Mount(routes, rpc.Options{
		Verify: func(context.Context, string) (twist.Caller, error) { return twist.Caller{}, nil }, NewID: func() string { return "req_1" },
		Now: func() time.Time { now = now.Add(3 * time.Millisecond); return now }, Limiter: three{}, Log: slog.New(slog.DiscardHandler), Observer: m,
	})
	get := func(method, path, peer string) {
		r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
		r.RemoteAddr = peer + ":1"
		r.Header.Set("User-Agent", "c4n4ry")
		defer func() { _ = recover() }() // as net/http does
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	for range 5 {
		get(http.MethodGet, "/things/c4n4ry", "192.0.2.1")
	}
	get(http.MethodGet, "/panic", "192.0.2.1")
	get(http.MethodGet, "/table", "192.0.2.1")
	get(http.MethodGet, "/none", "192.0.2.1")
	before := scrape(t, m)
	for _, line := range []string{
		`twist_requests_total{route="things",status="2xx"} 3`, `twist_requests_total{route="things",status="4xx"} 2`,
		`twist_requests_total{route="panic",status="5xx"} 1`, `twist_requests_total{route="none",status="4xx"} 1`,
		`twist_limited_total{class="reads"} 2`, `twist_panics_total 1`, `twist_answers_cut_total 1`, `twist_requests_in_flight 0`, `twist_audit_failures_total 0`, `twist_audit_suppressed_total 0`,
		`twist_request_seconds_count{route="things"} 5`,
	} {
		require.Contains(t, before, line+"\n")
	}
	require.Contains(t, inFlight, "twist_requests_in_flight 1\n")

	for n := range 200 {
		get([]string{"C4N4RY", "GET", "POST", fmt.Sprintf("M%d", n)}[n%4], fmt.Sprintf("/c4n4ry/%d?%d", n, n), fmt.Sprintf("192.0.3.%d", n))
		get("GET", fmt.Sprintf("/things/%d", n), fmt.Sprintf("192.0.3.%d", n))
	}
	after := scrape(t, m)
	require.NotContains(t, strings.ToLower(after), "c4n4ry")
	series := func(text string) (n int) {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "twist_") {
				n++
			}
		}
		return n
	}
	require.Equal(t, series(before), series(after))
}
