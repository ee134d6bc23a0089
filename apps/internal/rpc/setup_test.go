package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/core/money"
)

// part and order have a field of every kind that a request has.
type part struct {
	Name string `json:"name"`
	Nick string `json:"nick"`
}

type order struct {
	Amount  money.Amount  `json:"amount"`
	Minimum *money.Amount `json:"min_stake"`
	Name    string        `json:"name"`
	Count   int32         `json:"count"`
	Exact   bool          `json:"exact"`
	Part    *part         `json:"part"`
	Parts   []part        `json:"parts"`
}

type nothing struct{}

func echo[T any](_ context.Context, _ twist.Caller, req T) (T, error) { return req, nil }

// server is a handler over some routes, and what it logged.
type server struct {
	http.Handler

	log *bytes.Buffer
}

// The access tokens of these tests, each with what it stands for.
const (
	userToken     = "token-of-a-user"
	operatorToken = "token-of-an-operator"
)

var errForged = identity.ErrToken.Because(errors.New("the parser saw " + userToken))

func newServer(routes ...rpc.Route) server { return newServerWith(nil, routes...) }

// newServerWith is newServer with other options.
func newServerWith(adjust func(o *rpc.Options), routes ...rpc.Route) server {
	s := server{log: &bytes.Buffer{}}
	o := rpc.Options{
		Verify: func(_ context.Context, token string) (twist.Caller, error) {
			switch token {
			case userToken:
				return twist.Caller{Account: "acct_user", Roles: []identity.Role{identity.RoleUser}}, nil
			case operatorToken:
				return twist.Caller{Account: "acct_operator", Roles: []identity.Role{identity.RoleUser, identity.RoleOperator}}, nil
			}
			return twist.Caller{}, errForged
		},
		NewID:   func() string { return "req_ours" },
		Now:     func() time.Time { return today },
		Limiter: &buckets{},
		Rules:   generous(),
		Log:     slog.New(slog.NewJSONHandler(s.log, nil)),
	}
	if adjust != nil {
		adjust(&o)
	}
	s.Handler = rpc.Mount(routes, o)
	return s
}

var today = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

// generous are rules under which nobody is limited.
func generous() map[rpc.Class]rpc.Rule {
	rules := rpc.Rules()
	for class := range rules {
		rules[class] = rpc.Rule{Deadline: time.Minute}
	}
	return rules
}

// buckets is a limiter without a bound. It decides nothing for a context that has ended, as others do not.
type buckets struct {
	mu    sync.Mutex
	whole map[string]time.Time
}

func (b *buckets) Take(ctx context.Context, key string, q limit.Quota, now time.Time) (v limit.Verdict, err error) {
	if ctx.Err() != nil {
		return limit.Verdict{}, errDown
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.whole == nil {
		b.whole = map[string]time.Time{}
	}
	b.whole[key], v = q.Take(b.whole[key], now)
	return v, nil
}

// request makes one; header holds pairs of name and value.
func request(method, path, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func (s server) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// problem is RFC 9457 as a client reads it.
type problem struct {
	Type, Title, Detail, Code string
	Status                    int
	RequestID                 string `json:"request_id"`
}

// requireProblem checks everything that every refusal has (E-13), and gives the document.
func requireProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code string) problem {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	requireHeaders(t, w)
	var p problem
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&p))
	require.Equal(t, code, p.Code)
	require.Equal(t, status, p.Status)
	require.NotEmpty(t, p.Title)
	require.Equal(t, "about:blank", p.Type)
	require.Equal(t, "req_ours", p.RequestID)
	return p
}

func requireHeaders(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	require.Equal(t, "req_ours", w.Header().Get("X-Request-ID"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	require.Equal(t, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'", w.Header().Get("Content-Security-Policy"))
	require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
	require.Equal(t, "same-origin", w.Header().Get("Cross-Origin-Resource-Policy"))
	require.Contains(t, w.Header().Values("Vary"), "Origin")
}

// failing is a route that answers with an error.
func failing(err error) rpc.Route {
	return rpc.On("GET /fail", "fail", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, nothing) (nothing, error) {
		return nothing{}, err
	})
}

// broken is a body that cannot be read.
type broken struct{ io.Reader }

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

var errSecret = errors.New("dial tcp 10.0.0.7: refused")

var errDown = fault.New(fault.Unavailable, "thing_unavailable", "the thing did not answer")
