package rpc_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

func TestMountRefusesTablesThatMustNotStart(t *testing.T) {
	t.Parallel()
	on := func(pattern, name string, access rpc.Access) rpc.Route {
		return rpc.On(pattern, name, http.StatusOK, access, echo[nothing])
	}
	for name, routes := range map[string][]rpc.Route{
		"no_access_rule":      {on("GET /a", "a", rpc.Access{})},
		"keyed_and_no_access": {rpc.Once("POST /a", "a", http.StatusOK, rpc.Access{}, echo[nothing])},
		"two_of_one_name":     {on("GET /a", "a", rpc.Public()), on("GET /b", "a", rpc.Public())},
		"two_of_one_pattern":  {on("GET /a", "a", rpc.Public()), on("GET /a", "b", rpc.Session())},
		"no_pattern_at_all":   {on("", "a", rpc.Public())},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Panics(t, func() { newServer(routes...) })
		})
	}
	require.NotPanics(t, func() { newServer(on("GET /a", "a", rpc.Public()), on("POST /a", "b", rpc.Session())) })
}

func TestAccessIsNamed(t *testing.T) {
	t.Parallel()
	require.Equal(t, "public", rpc.Public().String())
	require.Equal(t, "session", rpc.Session().String())
	require.Equal(t, "operator", rpc.Role(identity.RoleOperator).String())
	require.Equal(t, "operator or admin", rpc.Role(identity.RoleOperator, identity.RoleAdmin).String())
	require.Equal(t, "none", rpc.Access{}.String())
}

// P-16, I-10: a route lets in whom its rule names, and reads nobody else's body.
func TestAccessComesFirst(t *testing.T) {
	t.Parallel()
	called := map[string]int{}
	route := func(name string, access rpc.Access) rpc.Route {
		return rpc.On("POST /"+name, name, http.StatusOK, access, func(_ context.Context, by twist.Caller, _ order) (nothing, error) {
			called[name+" by "+string(by.Account)]++
			return nothing{}, nil
		})
	}
	s := newServer(
		route("public", rpc.Public()), route("session", rpc.Session()), route("operator", rpc.Role(identity.RoleOperator)),
		route("either", rpc.Role(identity.RoleAdmin, identity.RoleOperator)),
		rpc.Once("POST /keyed", "keyed", http.StatusOK, rpc.Session(), echo[order]),
	)
	for name, test := range map[string]struct {
		path, authorization string
		status              int
		code                string
	}{
		"public_without":           {"/public", "", 200, ""},
		"public_ignores_a_forgery": {"/public", "Bearer forged", 200, ""},
		"session_without":          {"/session", "", 401, "token_missing"},
		"session_forged":           {"/session", "Bearer forged", 401, "token_invalid"},
		"session_empty":            {"/session", "Bearer ", 401, "token_invalid"},
		"session_scheme_alone":     {"/session", "Bearer", 401, "token_invalid"},
		"session_two_spaces":       {"/session", "Bearer  " + userToken, 401, "token_invalid"},
		"session_basic":            {"/session", "Basic " + userToken, 401, "token_missing"},
		"session_bare":             {"/session", userToken, 401, "token_missing"},
		"session_user":             {"/session", "Bearer " + userToken, 200, ""},
		"session_any_case":         {"/session", "bEARER " + userToken, 200, ""},
		"operator_without":         {"/operator", "", 401, "token_missing"},
		"operator_user":            {"/operator", "Bearer " + userToken, 403, "forbidden"},
		"operator_operator":        {"/operator", "Bearer " + operatorToken, 200, ""},
		"either_user":              {"/either", "Bearer " + userToken, 403, "forbidden"},
		"either_operator":          {"/either", "Bearer " + operatorToken, 200, ""},
		"key_after_token":          {"/keyed", "", 401, "token_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			w := s.do(request(http.MethodPost, test.path, "", "Authorization", test.authorization))
			if test.code == "" {
				require.Equal(t, test.status, w.Code, w.Body)
				requireHeaders(t, w)
				return
			}
			requireProblem(t, w, test.status, test.code)
			require.Equal(t, test.status == 401, w.Header().Get("WWW-Authenticate") == "Bearer")
			for _, body := range []string{"{", strings.Repeat("x", rpc.MaxBody+1)} { // the same, whatever is sent
				again := s.do(request(http.MethodPost, test.path, body, "Authorization", test.authorization))
				requireProblem(t, again, test.status, test.code)
			}
		})
	}
	require.Equal(t, map[string]int{
		"public by ": 2, "session by acct_user": 2, "operator by acct_operator": 1, "either by acct_operator": 1,
	}, called, "what was refused was not called")
}

func TestUnknownAddressesAreProblems(t *testing.T) {
	t.Parallel()
	s := newServer(
		rpc.On("GET /things/{id}", "things.get", http.StatusOK, rpc.Public(), echo[named]),
		rpc.On("DELETE /things/{id}", "things.drop", http.StatusOK, rpc.Session(), echo[named]),
	)
	for _, path := range []string{"/", "/thing", "/things/", "/things/a/b", "/things/a/", "//x", "/%2e%2e/etc", "//things/a", "/things//a", "/x/../things/a", "/things/./a"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			w := s.do(request(http.MethodGet, path, ""))
			requireProblem(t, w, http.StatusNotFound, "route_not_found")
			require.Empty(t, w.Header().Get("Location"))
		})
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodOptions, http.MethodTrace, "MAKE"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			w := s.do(request(method, "/things/a", ""))
			requireProblem(t, w, http.StatusMethodNotAllowed, "method_not_allowed")
			require.Equal(t, "DELETE, GET, HEAD", w.Header().Get("Allow"))
		})
	}
	t.Run("asterisk", func(t *testing.T) {
		t.Parallel()
		r := request(http.MethodOptions, "/", "")
		r.RequestURI, r.URL.Path = "*", "*"
		requireProblem(t, s.do(r), http.StatusNotFound, "route_not_found")
	})
}

func TestHeadIsAnsweredLikeGet(t *testing.T) {
	t.Parallel()
	s := newServer(rpc.On("GET /things", "things", http.StatusOK, rpc.Session(), echo[nothing]))
	live := httptest.NewServer(s)
	defer live.Close()
	for token, status := range map[string]int{"": http.StatusUnauthorized, "Bearer " + userToken: http.StatusOK} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, live.URL+"/things", http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", token)
		response, err := live.Client().Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, status, response.StatusCode)
		require.Equal(t, "req_ours", response.Header.Get("X-Request-ID"))
		require.Positive(t, response.ContentLength, "what GET would give, without giving it")
	}
}

// E-12: a client does not choose under which name a request is remembered.
func TestRequestIDIsOurs(t *testing.T) {
	t.Parallel()
	s := newServer(rpc.On("GET /things", "things", http.StatusOK, rpc.Public(), echo[nothing]), failing(errSecret))
	for _, theirs := range []string{"req_theirs", "../../etc/passwd", "a\r\nSet-Cookie: x=y"} {
		requireHeaders(t, s.do(request(http.MethodGet, "/things", "", "X-Request-ID", theirs)))
		requireProblem(t, s.do(request(http.MethodGet, "/fail", "", "X-Request-ID", theirs)), http.StatusInternalServerError, "internal")
		requireProblem(t, s.do(request(http.MethodGet, "/none", "", "X-Request-ID", theirs)), http.StatusNotFound, "route_not_found")
	}
	require.NotContains(t, s.log.String(), "theirs")
	require.Contains(t, s.log.String(), `"request_id":"req_ours"`)
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := newServer(rpc.Once("POST /pay", "pay", http.StatusCreated, rpc.Session(), echo[order]))
	every := ""
	for c := '!'; c <= '~'; c++ {
		every += string(c)
	}
	for name, test := range map[string]struct{ key, code string }{
		"absent":             {"", "idempotency_key_missing"},
		"one":                {"k", ""},
		"255":                {strings.Repeat("k", 255), ""},
		"256":                {strings.Repeat("k", 256), "idempotency_key_invalid"},
		"a_megabyte":         {strings.Repeat("k", 1<<20), "idempotency_key_invalid"},
		"all_that_is_shown":  {every, ""},
		"a_space":            {"a b", "idempotency_key_invalid"},
		"a_space_before":     {" a", "idempotency_key_invalid"},
		"a_tab":              {"a\tb", "idempotency_key_invalid"},
		"a_line_end":         {"a\nb", "idempotency_key_invalid"},
		"nul":                {"a\x00b", "idempotency_key_invalid"},
		"delete":             {"a\x7f", "idempotency_key_invalid"},
		"beyond_ascii":       {"schlüssel", "idempotency_key_invalid"},
		"not_even_utf8":      {"\xff\xfe", "idempotency_key_invalid"},
		"the_greatest_ascii": {"~", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := s.do(request(http.MethodPost, "/pay", `{"amount":"1"}`, "Authorization", "Bearer "+userToken, "Idempotency-Key", test.key))
			if test.code == "" {
				require.Equal(t, http.StatusCreated, w.Code, w.Body)
				require.Empty(t, w.Header().Get("Idempotency-Replayed"))
				return
			}
			requireProblem(t, w, http.StatusBadRequest, test.code)
		})
	}
}
