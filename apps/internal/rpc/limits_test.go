package rpc_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
)

// limited are rules of few requests: three of an address, two of an account.
func limited(o *rpc.Options) {
	for class := range o.Rules {
		o.Rules[class] = rpc.Rule{
			Visitor:  limit.Quota{Burst: 3, Per: 10 * time.Second},
			Account:  limit.Quota{Burst: 2, Per: 10 * time.Second},
			Deadline: time.Minute,
		}
	}
	o.Rules[rpc.Exempt] = rpc.Rule{Deadline: time.Minute}
}

// from gives the request another peer.
func from(peer string, r *http.Request) *http.Request {
	r.RemoteAddr = peer + ":4711"
	return r
}

func routesOfEveryClass() []rpc.Route {
	return []rpc.Route{
		rpc.On("GET /public", "public", http.StatusOK, rpc.Public(), echo[nothing]).Under(rpc.Reads),
		rpc.On("POST /public", "change", http.StatusOK, rpc.Public(), echo[nothing]).Under(rpc.Writes),
		rpc.On("GET /mine", "mine", http.StatusOK, rpc.Session(), echo[nothing]).Under(rpc.Reads),
		rpc.On("GET /operate", "operate", http.StatusOK, rpc.Role(identity.RoleOperator), echo[nothing]).Under(rpc.Reads),
		rpc.On("GET /healthz", "health", http.StatusOK, rpc.Public(), echo[nothing]).Under(rpc.Exempt),
		rpc.On("POST /sign-in", "sign_in", http.StatusOK, rpc.Public(), echo[nothing]).Under(rpc.SignIn),
		rpc.On("POST /pay", "pay", http.StatusOK, rpc.Session(), echo[nothing]).Under(rpc.Money),
		rpc.On("GET /other", "other", http.StatusOK, rpc.Public(), echo[nothing]),
	}
}

// P-50: each address has its own quota, and what a client writes about itself gives it no other.
func TestAddressesAreLimited(t *testing.T) {
	t.Parallel()
	s := newServerWith(limited, routesOfEveryClass()...)
	for left := 2; left >= 0; left-- {
		w := s.do(request(http.MethodGet, "/public", ""))
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, "3", w.Header().Get("RateLimit-Limit"))
		require.Equal(t, strconv.Itoa(left), w.Header().Get("RateLimit-Remaining"))
		require.Equal(t, strconv.Itoa(10*(3-left)), w.Header().Get("RateLimit-Reset"))
		require.Empty(t, w.Header().Get("Retry-After"))
	}
	for n := range 140 { // E-30: refused a hundred times and more, they put nothing off
		w := s.do(request(http.MethodGet, "/public", "", "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", n), "X-Real-IP", "192.0.2.9",
			"Forwarded", "for=192.0.2.8", "Authorization", "Bearer "+userToken))
		requireProblem(t, w, http.StatusTooManyRequests, "rate_limited")
		require.Equal(t, "10", w.Header().Get("Retry-After"))
		require.Equal(t, "0", w.Header().Get("RateLimit-Remaining"))
		require.Equal(t, "30", w.Header().Get("RateLimit-Reset"))
	}
	require.Equal(t, http.StatusOK, s.do(from("198.51.100.1", request(http.MethodGet, "/public", ""))).Code, "another is served")
	require.Equal(t, http.StatusOK, s.do(request(http.MethodPost, "/public", "")).Code, "and what is spent on one class is not missing in another")
	for range 10 {
		require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/healthz", "")).Code, "a probe is never refused")
	}
}

// P-50, E-21: an IPv6 network of 64 bits is one visitor; IPv4 is the same however it is written.
func TestNetworksAreLimited(t *testing.T) {
	t.Parallel()
	s := newServerWith(limited, routesOfEveryClass()...)
	get := func(peer string) int { return s.do(from(peer, request(http.MethodGet, "/public", ""))).Code }
	for n := range 10 {
		want := http.StatusOK
		if n >= 3 {
			want = http.StatusTooManyRequests
		}
		require.Equal(t, want, get(fmt.Sprintf("[2001:db8:0:1:%x::%x]", n, n)))
	}
	require.Equal(t, http.StatusOK, get("[2001:db8:0:2::1]"))
	for range 3 {
		require.Equal(t, http.StatusOK, get("203.0.113.9"))
	}
	require.Equal(t, http.StatusTooManyRequests, get("[::ffff:203.0.113.9]"))
}

// P-50: behind a proxy of ours each client has its own quota, and no other proxy is believed.
func TestProxiesAreBelieved(t *testing.T) {
	t.Parallel()
	s := newServerWith(func(o *rpc.Options) { limited(o); o.Proxies = proxies(t, "10.0.0.0/8") }, routesOfEveryClass()...)
	get := func(peer, forwarded string) int {
		return s.do(from(peer, request(http.MethodGet, "/public", "", "X-Forwarded-For", forwarded))).Code
	}
	for client := range 20 {
		for n := range 5 {
			want := http.StatusOK
			if n >= 3 {
				want = http.StatusTooManyRequests
			}
			require.Equal(t, want, get("10.0.0.1", fmt.Sprintf("198.51.100.%d, 192.0.2.%d", n, client)))
		}
	}
	for n := range 5 {
		want := http.StatusOK
		if n >= 3 {
			want = http.StatusTooManyRequests
		}
		require.Equal(t, want, get("11.0.0.1", fmt.Sprintf("192.0.3.%d", n)))
	}
}

// An address is limited before its token is looked at, an account after, and wherever it calls from.
func TestAccountsAreLimited(t *testing.T) {
	t.Parallel()
	verified := 0
	s := newServerWith(func(o *rpc.Options) {
		limited(o)
		verify := o.Verify
		o.Verify = func(ctx context.Context, token string) (twist.Caller, error) { verified++; return verify(ctx, token) }
	}, routesOfEveryClass()...)
	mine := func(peer, path, token string) *httptest.ResponseRecorder {
		return s.do(from(peer, request(http.MethodGet, path, "", "Authorization", "Bearer "+token)))
	}
	w := mine("192.0.2.1", "/mine", userToken)
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "2", w.Header().Get("RateLimit-Limit"), "the quota that ends first")
	require.Equal(t, "1", w.Header().Get("RateLimit-Remaining"))
	requireProblem(t, mine("192.0.2.2", "/operate", userToken), http.StatusForbidden, "forbidden")
	w = mine("192.0.2.3", "/mine", userToken)
	requireProblem(t, w, http.StatusTooManyRequests, "rate_limited")
	require.Equal(t, "10", w.Header().Get("Retry-After"))
	require.Equal(t, http.StatusOK, mine("192.0.2.3", "/mine", operatorToken).Code, "another account is served, at the same address")

	verified = 0
	for range 5 {
		mine("192.0.2.9", "/mine", "forged")
	}
	require.Equal(t, 3, verified, "what the address may not ask is not verified")
	requireProblem(t, mine("192.0.2.9", "/mine", operatorToken), http.StatusTooManyRequests, "rate_limited")
}

// E-14: whatever addresses a stranger invents share one quota, apart from the routes'.
func TestUnknownAddressesAreLimited(t *testing.T) {
	t.Parallel()
	s := newServerWith(func(o *rpc.Options) { o.Rules = nil }, routesOfEveryClass()...)
	allowed := 0
	for n := range 200 {
		w := s.do(request([]string{http.MethodGet, "MAKE"}[n%2], fmt.Sprintf("/none/%d", n), ""))
		if w.Code != http.StatusTooManyRequests {
			allowed++
		}
	}
	require.Equal(t, 120, allowed)
	require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/public", "")).Code)
}

func TestARouteOfNoClassIsStrict(t *testing.T) {
	t.Parallel()
	s := newServerWith(func(o *rpc.Options) { o.Rules = nil }, routesOfEveryClass()...)
	for n := range 40 {
		want := http.StatusOK
		if n >= 30 {
			want = http.StatusTooManyRequests
		}
		require.Equal(t, want, s.do(request(http.MethodGet, "/other", "")).Code)
	}
}

func TestRulesCanBeKept(t *testing.T) {
	t.Parallel()
	for class, rule := range rpc.Rules() {
		require.Positive(t, rule.Deadline, class)
		for _, q := range []limit.Quota{rule.Visitor, rule.Account} {
			if q != (limit.Quota{}) {
				require.NoError(t, q.Check(), class)
			}
		}
		if class != rpc.Exempt {
			require.NotZero(t, rule.Visitor, class)
		}
	}
	require.Equal(t, rpc.Rules()[rpc.Strict].Visitor, rpc.Rules()[rpc.SignIn].Visitor)
	require.Equal(t, 5*time.Minute, rpc.Rules()[rpc.SignIn].Visitor.Window(), "thirty in five minutes")
	require.Equal(t, 5*time.Minute, rpc.Rules()[rpc.Refresh].Visitor.Window(), "a hundred and fifty in five minutes")
}

// down is a limiter that cannot decide.
type down struct{ err error }

func (d down) Take(context.Context, string, limit.Quota, time.Time) (limit.Verdict, error) {
	return limit.Verdict{Allowed: true, Remaining: 9}, d.err // what it says beside an error counts for nothing
}

// E-17: a limiter that cannot decide lets nothing pass that matters, is never quiet about it, and leaves reads
// a bound.
func TestALimiterThatFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err    error
		status int
		code   string
	}{
		"unavailable": {errDown, http.StatusServiceUnavailable, "thing_unavailable"},
		"a_bug":       {errSecret, http.StatusInternalServerError, "internal"},
		"bad_quota":   {limit.ErrQuota, http.StatusInternalServerError, "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServerWith(func(o *rpc.Options) { limited(o); o.Limiter = down{test.err} }, routesOfEveryClass()...)
			for path, method := range map[string]string{"/sign-in": "POST", "/pay": "POST", "/public": "POST", "/other": "GET", "/none": "GET"} {
				w := s.do(request(method, path, "", "Authorization", "Bearer "+userToken))
				requireProblem(t, w, test.status, test.code)
				require.Equal(t, test.status == http.StatusServiceUnavailable, w.Header().Get("Retry-After") != "")
			}
			require.Contains(t, s.log.String(), "limiter failed")
			require.Contains(t, s.log.String(), `"class":"sign_in"`)
			require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/healthz", "")).Code)

			statuses := map[int]int{}
			for n := range 300 {
				w := s.do(from(fmt.Sprintf("192.0.2.%d", n%250), request(http.MethodGet, "/public", "")))
				statuses[w.Code]++
			}
			require.Equal(t, map[int]int{http.StatusOK: 100, http.StatusTooManyRequests: 200}, statuses, "all of them share the spare bucket")
		})
	}
}

// P-50: of many at once from one address exactly the quota is served.
func TestAddressesAtOnce(t *testing.T) {
	t.Parallel()
	s := newServerWith(limited, routesOfEveryClass()...)
	var mu sync.Mutex
	var running sync.WaitGroup
	statuses := map[int]int{}
	for range 64 {
		running.Go(func() {
			w := s.do(request(http.MethodGet, "/public", ""))
			mu.Lock()
			defer mu.Unlock()
			statuses[w.Code]++
		})
	}
	running.Wait()
	require.Equal(t, map[int]int{http.StatusOK: 3, http.StatusTooManyRequests: 61}, statuses)
}

// followed is a route of links, and how many calls of it were to be counted.
func followed() (route rpc.Route, counted *int) {
	counted = new(int)
	type follow struct {
		Looks rpc.Looking `json:"-"`
	}
	return rpc.On("GET /r", "follow", http.StatusFound, rpc.Public(), func(_ context.Context, _ twist.Caller, req follow) (rpc.Redirect, error) {
		if !req.Looks {
			*counted++
		}
		return rpc.Redirect{Location: "https://shop.example/"}, nil
	}).Under(rpc.Follows), counted
}

// P-50: who follows links too often arrives all the same, for as long as it may read, and nothing is counted.
func TestWhoFollowsArrives(t *testing.T) {
	t.Parallel()
	var heard ears
	route, counted := followed()
	s := newServerWith(func(o *rpc.Options) { limited(o); o.Observer = &heard }, append(routesOfEveryClass(), route)...)
	follow := func(method string) *httptest.ResponseRecorder { return s.do(request(method, "/r", "")) }
	for n := range 6 {
		w := follow(http.MethodGet)
		require.Equal(t, http.StatusFound, w.Code)
		require.Equal(t, "https://shop.example/", w.Header().Get("Location"))
		require.Empty(t, w.Header().Get("Retry-After"), "a browser would wait")
		require.Equal(t, min(n+1, 3), *counted)
		require.Equal(t, n >= 3, heard.ended[n].Excess)
		require.False(t, heard.ended[n].Limited)
	}
	requireProblem(t, follow(http.MethodGet), http.StatusTooManyRequests, "rate_limited")
	require.True(t, heard.ended[6].Limited)
	require.False(t, heard.ended[6].Excess, "it was not served on")
	require.Equal(t, http.StatusTooManyRequests, s.do(request(http.MethodGet, "/public", "")).Code, "what is over is read")
	require.Equal(t, http.StatusFound, s.do(from("198.51.100.1", request(http.MethodGet, "/r", ""))).Code)
	require.Equal(t, 4, *counted, "another address has its own")
}

// Who asks for the address alone spends what every visit spends.
func TestAHeadSpendsAClick(t *testing.T) {
	t.Parallel()
	route, counted := followed()
	s := newServerWith(limited, route)
	for range 2 {
		require.Equal(t, http.StatusFound, s.do(request(http.MethodHead, "/r", "")).Code)
	}
	for range 3 {
		require.Equal(t, http.StatusFound, s.do(request(http.MethodGet, "/r", "")).Code)
	}
	require.Equal(t, 3, *counted)
}

// E-17: links lead on while the limiter cannot decide, within what everybody shares.
func TestLinksLeadOnWithoutALimiter(t *testing.T) {
	t.Parallel()
	route, counted := followed()
	s := newServerWith(func(o *rpc.Options) { limited(o); o.Limiter = down{errDown} }, route)
	statuses := map[int]int{}
	for range 150 {
		statuses[s.do(request(http.MethodGet, "/r", "")).Code]++
	}
	require.Equal(t, map[int]int{http.StatusFound: 100, http.StatusTooManyRequests: 50}, statuses)
	require.Equal(t, 100, *counted)
	require.Contains(t, s.log.String(), "limiter failed")
}

func TestARequestFromNowhereIsOurFault(t *testing.T) {
	t.Parallel()
	s := newServer(routesOfEveryClass()...)
	r := request(http.MethodGet, "/public", "")
	r.RemoteAddr = "@"
	requireProblem(t, s.do(r), http.StatusInternalServerError, "internal")
	require.Contains(t, s.log.String(), "origin_unknown")
}

// slow is a call that waits for its context, and says so as an adapter does.
func slow(ctx context.Context, _ twist.Caller, _ nothing) (nothing, error) {
	<-ctx.Done()
	return nothing{}, fault.New(fault.Unavailable, "store_unavailable", "the store did not answer").Because(ctx.Err())
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	rules := generous()
	rules[rpc.Reads] = rpc.Rule{Deadline: time.Millisecond}
	callers := func(ctx context.Context, _ twist.Caller, _ nothing) (nothing, error) {
		<-ctx.Done()
		return nothing{}, fault.New(fault.Conflict, "some_conflict", "it was found before")
	}
	done := func(ctx context.Context, _ twist.Caller, _ nothing) (nothing, error) {
		<-ctx.Done()
		return nothing{}, nil
	}
	on := func(name string, call rpc.Call[nothing, nothing]) rpc.Route {
		return rpc.On("GET /"+name, name, http.StatusOK, rpc.Public(), call).Under(rpc.Reads)
	}
	s := newServerWith(func(o *rpc.Options) { o.Rules = rules }, on("slow", slow), on("callers", callers), on("done", done))
	w := s.do(request(http.MethodGet, "/slow", ""))
	requireProblem(t, w, http.StatusServiceUnavailable, "timeout")
	require.NotEmpty(t, w.Header().Get("Retry-After"))
	require.Contains(t, s.log.String(), "store_unavailable")
	requireProblem(t, s.do(request(http.MethodGet, "/callers", "")), http.StatusConflict, "some_conflict")
	require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/done", "")).Code, "what was done is answered (P-07)")
}
