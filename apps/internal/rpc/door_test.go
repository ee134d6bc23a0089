package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
)

// refusal is one record that the door wrote, with the origin it was written under.
type refusal struct {
	twist.Refusal

	origin twist.Origin
}

// ears hear what a door tells: of refusals, of requests, and its access log.
type ears struct {
	refused []refusal
	fails   error
	began   []string
	ended   []rpc.Served
	access  bytes.Buffer
}

func (e *ears) options(o *rpc.Options) {
	o.Refused = func(ctx context.Context, r twist.Refusal) error {
		origin, _ := twist.OriginOf(ctx)
		e.refused = append(e.refused, refusal{r, origin})
		return errors.Join(e.fails, ctx.Err())
	}
	o.Observer = e
	o.Access = slog.New(slog.NewJSONHandler(&e.access, nil))
}

func (e *ears) Began(route string) { e.began = append(e.began, route) }
func (e *ears) Ended(s rpc.Served) { e.ended = append(e.ended, s) }

func (e *ears) last() rpc.Served { return e.ended[len(e.ended)-1] }

// refusing are routes that refuse in every way.
func refusing() []rpc.Route {
	on := func(name string, access rpc.Access, err error, c rpc.Class) rpc.Route {
		return rpc.On("POST /"+name, name, http.StatusOK, access, func(context.Context, twist.Caller, order) (nothing, error) {
			return nothing{}, err
		}).Under(c)
	}
	return []rpc.Route{
		on("sign_in", rpc.Public(), identity.ErrSignature, rpc.SignIn),
		on("refresh", rpc.Public(), identity.ErrSessionEnded, rpc.Refresh),
		on("operate", rpc.Role(identity.RoleOperator), nil, rpc.Writes),
		on("pay", rpc.Session(), identity.ErrSignature, rpc.Money),
		on("conflict", rpc.Session(), fault.New(fault.Conflict, "some_conflict", "no"), rpc.Money),
		on("public", rpc.Public(), nil, rpc.Reads),
		rpc.On("POST /panic", "panic", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, order) (nothing, error) { panic("no more") }),
	}
}

// E-13: what is refused to somebody who proves nothing, or who may not, is recorded with where it came from.
func TestRefusalsAreRecorded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path, token, code string
		status            int
		account           identity.AccountID
		recorded          bool
	}{
		"a_bad_signature":              {"/sign_in", "", "signature_invalid", 401, "", true},
		"an_ended_session":             {"/refresh", "", "session_ended", 401, "", true},
		"too_small_a_role":             {"/operate", userToken, "forbidden", 403, "acct_user", true},
		"a_failed_step_up":             {"/pay", userToken, "signature_invalid", 401, "acct_user", true},
		"no_token":                     {"/pay", "", "token_missing", 401, "", false},
		"a_forged_token":               {"/pay", "forged", "token_invalid", 401, "", true},
		"a_token_grown_old":            {"/pay", "old", "token_expired", 401, "", false},
		"an_ended_session_s_token":     {"/pay", "ended", "session_ended", 401, "", true},
		"a_conflict":                   {"/conflict", userToken, "some_conflict", 409, "acct_user", false},
		"what_is_ours":                 {"/panic", "", "internal", 500, "", false},
		"an_address_without_any":       {"/none", userToken, "", 404, "", false},
		"a_page_of_nobody":             {"/public?origin", "", "origin_not_allowed", 403, "", false},
		"what_is_let_in_is_no_refusal": {"/public", "", "", 200, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var heard ears
			s := newServerWith(func(o *rpc.Options) {
				heard.options(o)
				verify := o.Verify
				o.Verify = func(ctx context.Context, token string) (twist.Caller, error) {
					switch token {
					case "old":
						return twist.Caller{}, identity.ErrTokenExpired
					case "ended":
						return twist.Caller{}, identity.ErrSessionEnded
					}
					return verify(ctx, token)
				}
			}, refusing()...)
			r := request(http.MethodPost, test.path, "", "User-Agent", "agent/1\n\x1b[31m")
			if test.token != "" {
				r.Header.Set("Authorization", "Bearer "+test.token)
			}
			if strings.HasSuffix(test.path, "origin") {
				r.Header.Set("Origin", "https://evil.example")
			}
			gone, leave := context.WithCancel(t.Context())
			leave() // that the caller went away keeps nothing from being recorded
			w := s.do(r.WithContext(gone))
			require.Equal(t, test.status, w.Code, w.Body)
			require.Equal(t, test.code, heard.last().Code)
			if !test.recorded {
				require.Empty(t, heard.refused)
				return
			}
			require.Len(t, heard.refused, 1)
			got := heard.refused[0]
			require.Equal(t, test.code, got.Code)
			require.Equal(t, strings.Trim(strings.TrimSuffix(test.path, "?origin"), "/"), got.Action)
			require.Equal(t, twist.Origin{
				IP: got.origin.IP, RequestID: "req_ours", UserAgent: "agent/1??[31m", Account: test.account,
			}, got.origin)
			require.Equal(t, "192.0.2.1", got.origin.IP.String())
			require.False(t, heard.last().Unaudited)
		})
	}
}

// E-17: a refusal that cannot be recorded stays one, and the failure is neither hidden nor the caller's to see.
func TestARecordThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	heard := ears{fails: errSecret}
	s := newServerWith(heard.options, refusing()...)
	w := s.do(request(http.MethodPost, "/operate", "", "Authorization", "Bearer "+userToken))
	requireProblem(t, w, http.StatusForbidden, "forbidden")
	require.Contains(t, s.log.String(), "dial tcp 10.0.0.7")
	require.True(t, heard.last().Unaudited)
	heard.fails = nil
	s.do(request(http.MethodPost, "/operate", "", "Authorization", "Bearer "+userToken))
	require.False(t, heard.last().Unaudited)
}

// Of requests that a quota refuses the first in a window is recorded: the others would fill the log with
// what their sender chose to send.
func TestLimitedIsRecordedOnceInAWindow(t *testing.T) {
	t.Parallel()
	var heard ears
	now := today
	s := newServerWith(func(o *rpc.Options) {
		heard.options(o)
		limited(o)
		o.Now = func() time.Time { return now }
	}, refusing()...)
	for range 50 {
		s.do(request(http.MethodPost, "/public", ""))
	}
	require.Len(t, heard.refused, 1)
	require.Equal(t, "rate_limited", heard.refused[0].Code)
	for range 5 {
		s.do(from("198.51.100.1", request(http.MethodPost, "/public", "")))
	}
	require.Len(t, heard.refused, 2, "another's is recorded too")
	now = now.Add(5 * time.Minute)
	for range 5 {
		s.do(request(http.MethodPost, "/public", ""))
	}
	require.Len(t, heard.refused, 3)
	require.True(t, heard.last().Limited)
}

// Whoever is refused over and over is recorded ten times, and then now and again.
func TestRefusalsFillNoDisk(t *testing.T) {
	t.Parallel()
	var heard ears
	now := today
	s := newServerWith(func(o *rpc.Options) {
		heard.options(o)
		o.Now = func() time.Time { return now }
	}, refusing()...)
	for range 100 {
		s.do(request(http.MethodPost, "/operate", "", "Authorization", "Bearer "+userToken))
		s.do(request(http.MethodPost, "/sign_in", ""))
	}
	require.Len(t, heard.refused, 20, "ten of what it may not do, and ten of what it did not prove")
	now = now.Add(30 * time.Second)
	for range 100 {
		s.do(request(http.MethodPost, "/sign_in", ""))
	}
	require.Len(t, heard.refused, 21)
}

// E-11: one line per request, and in no line, record or metric anything that a client sent beside a cut
// and cleaned user agent in the record.
func TestAccessLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry"
	var heard ears
	s := newServerWith(heard.options, refusing()...)
	headers := []string{
		"Authorization", "Cookie", "Idempotency-Key", "X-Request-ID", "X-Forwarded-For", "Forwarded", "Origin", "Referer", "Accept", "Content-Type",
		"X-Api-Key", "Proxy-Authorization", "X-" + canary, "Host", "From", "Via", "Range", "If-Match", "Traceparent",
	}
	lines := 0
	for _, path := range []string{"/sign_in", "/refresh", "/operate", "/pay", "/conflict", "/public", "/panic", "/none/" + canary, "/" + canary, "/public/../" + canary} {
		for _, token := range []string{"", userToken, canary} {
			for _, method := range []string{http.MethodPost, http.MethodGet, strings.ToUpper(canary)} {
				r := request(method, path+"?token="+canary+"&"+canary+"=1", `{"name":"`+canary+`"}`)
				for _, name := range headers {
					r.Header.Set(name, canary)
				}
				if token != canary { // these two let nobody in as far as the call
					r.Header.Del("Origin")
					r.Header.Set("Content-Type", "application/json")
				}
				r.Host = canary + ".example"
				r.Header.Set("User-Agent", "an4gent")
				if token != "" {
					r.Header.Set("Authorization", "Bearer "+token)
				}
				s.do(r)
				lines++
			}
		}
	}
	require.Equal(t, lines, strings.Count(heard.access.String(), "\n"), "one line per request")
	for _, text := range []string{heard.access.String(), s.log.String(), fmt.Sprint(heard.refused), fmt.Sprint(heard.began), fmt.Sprint(heard.ended)} {
		require.NotContains(t, strings.ToLower(text), canary)
		require.NotContains(t, text, userToken)
	}
	for _, text := range []string{heard.access.String(), s.log.String(), fmt.Sprint(heard.began), fmt.Sprint(heard.ended)} {
		require.NotContains(t, text, "an4gent")
	}
	for _, route := range heard.began { // E-14
		require.Contains(t, []string{"sign_in", "refresh", "operate", "pay", "conflict", "public", "panic", "none"}, route)
	}
	require.Len(t, heard.ended, lines)
	require.Contains(t, heard.access.String(), `"account":"acct_user","from":"192.0.2.0/24"`)
	require.NotContains(t, heard.access.String(), "192.0.2.1")
}

func TestAccessLogLine(t *testing.T) {
	t.Parallel()
	var heard ears
	now := today
	s := newServerWith(func(o *rpc.Options) {
		heard.options(o)
		o.Now = func() time.Time { now = now.Add(1500 * time.Microsecond); return now }
	}, refusing()...)
	s.do(request(http.MethodPost, "/operate", "", "Authorization", "Bearer "+operatorToken))
	require.Contains(t, heard.access.String(),
		`"msg":"request","route":"operate","status":200,"ms":1.5,"request_id":"req_ours","account":"acct_operator","from":"192.0.2.0/24","code":""}`)
	require.Equal(t, rpc.Served{Route: "operate", Class: rpc.Writes, Status: 200, Took: 1500 * time.Microsecond}, heard.last())
	s.do(request(http.MethodPost, "/panic", ""))
	require.Equal(t, rpc.Served{Route: "panic", Status: 500, Took: 1500 * time.Microsecond, Code: "internal", Panicked: true}, heard.last())
	s.do(request(http.MethodGet, "/panic", ""))
	require.Equal(t, 405, heard.last().Status)
}

// E-13: every answer has the headers, whatever became of the request.
func TestEveryAnswerHasTheHeaders(t *testing.T) {
	t.Parallel()
	paged := rpc.On("GET /docs", "docs", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, nothing) (rpc.Content, error) {
		return rpc.Content{Header: http.Header{"Content-Security-Policy": {"default-src 'self'"}, "Cache-Control": {"public, max-age=600"}}}, nil
	}).Giving("text/html")
	routes := append(routesOfEveryClass(), failing(errSecret), paged,
		rpc.On("GET /panic", "panic", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, nothing) (nothing, error) { panic(7) }),
		rpc.On("GET /slow", "slow", http.StatusOK, rpc.Public(), slow).Under(rpc.Costly))
	s := newServerWith(func(o *rpc.Options) {
		o.Secure = true
		o.Rules[rpc.Costly] = rpc.Rule{Deadline: time.Millisecond}
		o.Rules[rpc.SignIn] = rpc.Rule{Deadline: time.Minute, Visitor: limit.Quota{Burst: 1, Per: time.Hour}}
	}, routes...)
	s.do(request(http.MethodPost, "/sign-in", ""))
	for what, status := range map[string]int{
		"GET /public": 200, "HEAD /public": 200, "GET /none": 404, "PUT /public": 405, "POST /sign-in": 429, "GET /mine": 401, "GET /fail": 500,
		"OPTIONS *": 404, "GET /panic": 500, "GET /slow": 503, "GET //public": 404, "OPTIONS /public": 405, "GET /public?a=1&a=2": 400, "GET /public?a=%zz": 400,
	} {
		method, path, _ := strings.Cut(what, " ")
		w := s.do(request(method, path, ""))
		require.Equal(t, status, w.Code, what)
		requireHeaders(t, w)
		require.Equal(t, "max-age=63072000; includeSubDomains", w.Header().Get("Strict-Transport-Security"))
	}
	w := s.do(request(http.MethodGet, "/docs", ""))
	require.Equal(t, "default-src 'self'", w.Header().Get("Content-Security-Policy"))
	require.Equal(t, "public, max-age=600", w.Header().Get("Cache-Control"))
	requireHeaders(t, s.do(request(http.MethodGet, "/public", "")))
	require.Empty(t, newServer(routes...).do(request(http.MethodGet, "/public", "")).Header().Get("Strict-Transport-Security"), "not over http")
}

// A body says how long it is; one that is declared too long is not read.
func TestBodiesSayHowLongTheyAre(t *testing.T) {
	t.Parallel()
	live := httptest.NewServer(echoing())
	defer live.Close()
	send := func(body string, length int64) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, live.URL+"/orders", struct{ *strings.Reader }{strings.NewReader(body)})
		require.NoError(t, err)
		r.ContentLength = length
		r.Header.Set("Content-Type", "application/json")
		response, err := live.Client().Do(r)
		require.NoError(t, err)
		defer func() { require.NoError(t, response.Body.Close()) }()
		var content bytes.Buffer
		_, err = content.ReadFrom(response.Body)
		require.NoError(t, err)
		return response.StatusCode, code(content.Bytes())
	}
	status, _ := send("{}", 2)
	require.Equal(t, http.StatusOK, status)
	status, refused := send("{}", -1)
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "content_length_missing", refused)
	status, _ = send("", -1)
	require.Equal(t, http.StatusOK, status, "no body needs no length")

	r := request(http.MethodPost, "/orders", "{}")
	r.ContentLength = rpc.MaxBody + 1
	r.Body = struct {
		broken
		nopCloser
	}{}
	requireProblem(t, echoing().do(r), http.StatusBadRequest, "body_too_large")
}

// raw sends what no client of ours would, and gives everything that comes back until the connection ends.
func raw(t *testing.T, h http.Handler, request string) string {
	t.Helper()
	live := httptest.NewServer(h)
	defer live.Close()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", live.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	_, err = io.WriteString(c, request)
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Minute))) // that nobody ends it is a failure
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	return string(answer)
}

// Nothing that follows a body whose end was said in two ways is taken for a request.
func TestNothingFollowsABodyInPieces(t *testing.T) {
	t.Parallel()
	for _, length := range []string{"", "Content-Length: 5\r\n"} {
		got := raw(t, echoing(), "POST /orders HTTP/1.1\r\nHost: x\r\n"+length+"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+
			"GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		require.Equal(t, 1, strings.Count(got, "HTTP/1.1 "), got)
		require.Contains(t, got, "Connection: close\r\n")
	}
}

// An answer that began before the program panicked does not end as if it were whole.
func TestAPanicAfterTheAnswerBeganDropsIt(t *testing.T) {
	t.Parallel()
	var heard ears
	s := newServerWith(heard.options, rpc.On("GET /page", "page", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, nothing) (rpc.Content, error) {
		return rpc.Content{Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte("<p>")}, nil
	}))
	w := httptest.NewRecorder()
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { s.ServeHTTP(breaking{w}, request(http.MethodGet, "/page", "")) })
	require.Equal(t, "<p>", w.Body.String(), "no problem follows")
	require.True(t, heard.last().Panicked)
	require.Contains(t, s.log.String(), "request panicked")
}

// breaking panics once it has written.
type breaking struct{ http.ResponseWriter }

func (b breaking) Write(p []byte) (int, error) {
	_, _ = b.ResponseWriter.Write(p)
	panic("no more")
}

// A use case that limits says itself when to come again.
func TestAUseCaseSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	w := newServer(failing(limit.ErrLimited.Because(limit.Wait(61*time.Second + 1)))).do(request(http.MethodGet, "/fail", ""))
	requireProblem(t, w, http.StatusTooManyRequests, "rate_limited")
	require.Equal(t, "62", w.Header().Get("Retry-After"))
	w = newServer(failing(limit.ErrLimited)).do(request(http.MethodGet, "/fail", ""))
	require.Equal(t, "5", w.Header().Get("Retry-After"))
}

func TestMountRefusesOptionsThatLackAPart(t *testing.T) {
	t.Parallel()
	for name, without := range map[string]func(*rpc.Options){
		"verify": func(o *rpc.Options) { o.Verify = nil }, "ids": func(o *rpc.Options) { o.NewID = nil }, "clock": func(o *rpc.Options) { o.Now = nil },
		"limiter": func(o *rpc.Options) { o.Limiter = nil }, "log": func(o *rpc.Options) { o.Log = nil },
	} {
		require.Panics(t, func() { newServerWith(without) }, name)
	}
}
