package rpc_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/rpc"
)

func origins(t *testing.T, text string) rpc.Origins {
	t.Helper()
	o, err := rpc.ParseOrigins(text)
	require.NoError(t, err)
	return o
}

func TestParseOrigins(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"", "https://app.example.com", " https://a.example , http://localhost:3000,", "https://[2001:db8::1]:8443", "https://xn--bcher-kva.example"} {
		_, err := rpc.ParseOrigins(good)
		require.NoError(t, err, good)
	}
	for _, bad := range []string{
		"*", "null", "https://*", "https://*.example.com", "example.com", "//example.com", "https://", "https://example.com/", "https://example.com/a",
		"https://example.com?a", "https://example.com#a", "https://user@example.com", "https://EXAMPLE.com", "HTTPS://example.com",
		"https://example.com:443", "http://example.com:80", "ftp://example.com", "chrome-extension://abc", "https://a b", "https://example.com:", "file://",
	} {
		_, err := rpc.ParseOrigins("https://good.example," + bad)
		require.Error(t, err, bad)
	}
}

// cross asks whether an answer may be read by a page of the origin.
func cross(w *httptest.ResponseRecorder) [2]string {
	return [2]string{w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Allow-Credentials")}
}

const listed = "https://app.example.com"

func crossServer(t *testing.T) server {
	t.Helper()
	return newServerWith(func(o *rpc.Options) { o.Origins = origins(t, listed+",http://localhost:3000") },
		append(routesOfEveryClass(), failing(errSecret), rpc.On("DELETE /things", "drop", http.StatusOK, rpc.Session(), echo[nothing]))...)
}

// E-15: a listed origin may call and read, whatever the answer; nobody else may, and no answer for one is
// ever taken for another's.
func TestOrigins(t *testing.T) {
	t.Parallel()
	s := crossServer(t)
	for _, origin := range []string{
		"null", "https://evil.example", "https://app.example.com.evil.example", "https://evilapp.example.com", "http://app.example.com",
		"https://app.example.com:8443", "https://APP.example.com", "https://app.example.com/", "https://app.example.com, https://evil.example", "*",
		"https://app.example.com\x00", " ",
	} {
		for _, path := range []string{"/public", "/mine", "/fail", "/none"} {
			w := s.do(request(http.MethodGet, path, "", "Origin", origin))
			require.Equal(t, [2]string{}, cross(w), "%q %s", origin, path)
			require.Contains(t, w.Header().Values("Vary"), "Origin")
		}
		w := s.do(request(http.MethodPost, "/public", "", "Origin", origin, "Sec-Fetch-Site", "cross-site"))
		requireProblem(t, w, http.StatusForbidden, "origin_not_allowed")
		require.Equal(t, [2]string{}, cross(w))
		w = s.do(request(http.MethodOptions, "/public", "", "Origin", origin, "Access-Control-Request-Method", http.MethodPost))
		requireProblem(t, w, http.StatusForbidden, "origin_not_allowed")
		require.Equal(t, [2]string{}, cross(w))
		require.Empty(t, w.Header().Get("Access-Control-Allow-Methods"))
	}
	for path, status := range map[string]int{"/public": 200, "/mine": 401, "/fail": 500, "/none": 404} {
		w := s.do(request(http.MethodGet, path, "", "Origin", listed))
		require.Equal(t, status, w.Code)
		require.Equal(t, [2]string{listed, "true"}, cross(w), path)
		require.Contains(t, w.Header().Get("Access-Control-Expose-Headers"), "X-Request-ID")
		require.Contains(t, w.Header().Values("Vary"), "Origin")
	}
	require.Equal(t, http.StatusOK, s.do(request(http.MethodPost, "/public", "", "Origin", listed, "Sec-Fetch-Site", "cross-site")).Code)
	require.Equal(t, http.StatusOK, s.do(request(http.MethodPost, "/public", "")).Code, "what is no browser sends no origin")
	require.Equal(t, http.StatusOK, s.do(request(http.MethodPost, "/public", "", "Origin", "https://example.com", "Sec-Fetch-Site", "same-origin")).Code, "our own pages")
	require.Contains(t, s.do(request(http.MethodGet, "/public", "")).Header().Values("Vary"), "Origin", "also when none was sent")
}

// E-15: the preflight of a signed call is answered, at the door.
func TestPreflights(t *testing.T) {
	t.Parallel()
	s := crossServer(t)
	for path, method := range map[string]string{"/public": "POST", "/mine": "GET", "/pay": "POST", "/things": "DELETE"} {
		w := s.do(request(http.MethodOptions, path, "", "Origin", listed, "Access-Control-Request-Method", method,
			"Access-Control-Request-Headers", "authorization,content-type,idempotency-key"))
		require.Equal(t, http.StatusNoContent, w.Code, path)
		require.Equal(t, [2]string{listed, "true"}, cross(w))
		require.Contains(t, w.Header().Get("Access-Control-Allow-Methods"), method)
		require.Equal(t, "Authorization, Content-Type, Idempotency-Key", w.Header().Get("Access-Control-Allow-Headers"))
		require.Equal(t, "600", w.Header().Get("Access-Control-Max-Age"))
		require.ElementsMatch(t, []string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"}, w.Header().Values("Vary"))
		require.Empty(t, w.Body.String())
		requireHeaders(t, w)
	}
	w := s.do(request(http.MethodOptions, "/none", "", "Origin", listed, "Access-Control-Request-Method", "GET"))
	requireProblem(t, w, http.StatusNotFound, "route_not_found")
	w = s.do(request(http.MethodOptions, "/public", "", "Origin", listed, "Access-Control-Request-Method", "DELETE"))
	requireProblem(t, w, http.StatusMethodNotAllowed, "method_not_allowed")
	nobody := newServer(routesOfEveryClass()...)
	w = nobody.do(request(http.MethodOptions, "/public", "", "Origin", listed, "Access-Control-Request-Method", "POST"))
	requireProblem(t, w, http.StatusForbidden, "origin_not_allowed")
}

// E-21: a preflight is limited like what it asks for, whether the page is listed or not, and takes nothing of
// what its address may call.
func TestPreflightsAreLimited(t *testing.T) {
	t.Parallel()
	for origin, status := range map[string]int{listed: http.StatusNoContent, "https://evil.example": http.StatusForbidden} {
		s := newServerWith(func(o *rpc.Options) { o.Rules, o.Origins = nil, origins(t, listed) }, routesOfEveryClass()...)
		answers := map[int]int{}
		for range 1000 {
			w := s.do(request(http.MethodOptions, "/pay", "", "Origin", origin, "Access-Control-Request-Method", "POST"))
			answers[w.Code]++
		}
		require.Equal(t, map[int]int{status: 600, http.StatusTooManyRequests: 400}, answers)
		require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/other", "")).Code)
		w := s.do(from("192.0.2.9", request(http.MethodOptions, "/pay", "", "Origin", origin, "Access-Control-Request-Method", "POST")))
		require.Equal(t, status, w.Code, "another is answered")
	}
}
