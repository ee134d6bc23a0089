package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// What has nothing to say says it without a body, and is refused like everything else.
func TestNothingToSay(t *testing.T) {
	t.Parallel()
	done := func(_ context.Context, _ twist.Caller, _ nothing) (nothing, error) { return nothing{}, nil }
	s := newServer(
		rpc.On("DELETE /thing", "thing.drop", http.StatusNoContent, rpc.Public(), done),
		rpc.On("DELETE /other", "other.drop", http.StatusNoContent, rpc.Session(), done),
	)
	w := s.do(request(http.MethodDelete, "/thing", ""))
	require.Equal(t, http.StatusNoContent, w.Code)
	require.Empty(t, w.Body.String())
	require.Empty(t, w.Header().Get("Content-Type"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	requireProblem(t, s.do(request(http.MethodDelete, "/other", "")), http.StatusUnauthorized, "token_missing")
}

// E-13: every kind of fault has one form and one status.
func TestEveryKindIsAProblem(t *testing.T) {
	t.Parallel()
	statuses := map[fault.Kind]int{
		fault.Invalid: 400, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409,
		fault.Gone: 410, fault.Limited: 429, fault.Unavailable: 503, fault.Internal: 500,
	}
	for _, kind := range fault.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			require.Contains(t, statuses, kind)
			require.Equal(t, statuses[kind], rpc.StatusOf(kind))
			raised := fault.New(kind, "some_code", "some message").Saying("detail of %s", "10.0.0.7").Because(errSecret)
			s := newServer(failing(fmt.Errorf("loading: %w", raised)))
			w := s.do(request(http.MethodGet, "/fail", ""))
			require.NotContains(t, w.Body.String(), "dial tcp", "a cause is for the log")
			code := "some_code"
			if kind == fault.Internal {
				code = "internal"
			}
			p := requireProblem(t, w, statuses[kind], code)
			if kind == fault.Internal || kind == fault.Unavailable {
				require.Empty(t, p.Detail)
				require.Contains(t, s.log.String(), `"code":"some_code"`)
				require.Contains(t, s.log.String(), "dial tcp 10.0.0.7: refused")
				require.Contains(t, s.log.String(), `"request_id":"req_ours"`)
				require.Contains(t, s.log.String(), `"route":"fail"`)
			} else {
				require.Equal(t, "some message", p.Title)
				require.Equal(t, "detail of 10.0.0.7", p.Detail)
				require.Empty(t, s.log.String(), "what a caller did wrong is not an event")
			}
			require.Equal(t, kind == fault.Unauthenticated, w.Header().Get("WWW-Authenticate") == "Bearer")
		})
	}
	require.Equal(t, http.StatusInternalServerError, rpc.StatusOf(fault.Kind(200)))
}

// Only an answer of success is kept, and only where its route says so.
func TestKeeping(t *testing.T) {
	t.Parallel()
	broken := failing(fault.New(fault.NotFound, "gone", "it is not there"))
	keep := func(r rpc.Route) rpc.Route { return r.Keeping(10 * time.Minute) }
	fine := rpc.On("GET /fine", "fine", http.StatusOK, rpc.Public(), echo[nothing])
	other := rpc.On("GET /other", "other", http.StatusOK, rpc.Public(), echo[nothing])
	s := newServer(keep(fine), keep(broken), other)
	for path, want := range map[string]string{"/fine": "public, max-age=600", "/fail": "no-store", "/other": "no-store", "/nowhere": "no-store"} {
		require.Equal(t, []string{want}, s.do(request(http.MethodGet, path, "")).Header().Values("Cache-Control"), path)
	}
}

func TestWhatIsOursRevealsNothing(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"an_error_of_nobody": errSecret,
		"an_internal_fault":  fault.New(fault.Internal, "entry_unbalanced", "the books are off by 5").Saying("account 7"),
		"a_bare_kind":        fault.NotFound, // no declared fault: ours
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(failing(err))
			p := requireProblem(t, s.do(request(http.MethodGet, "/fail", "")), http.StatusInternalServerError, "internal")
			require.Equal(t, fault.ErrInternal.Message(), p.Title)
			require.Empty(t, p.Detail)
			require.Contains(t, s.log.String(), err.Error())
		})
	}
	t.Run("an_answer_that_cannot_be_written", func(t *testing.T) {
		t.Parallel()
		s := newServer(rpc.On("GET /fail", "fail", http.StatusOK, rpc.Public(),
			func(context.Context, twist.Caller, nothing) (chan int, error) { return make(chan int), nil }))
		requireProblem(t, s.do(request(http.MethodGet, "/fail", "")), http.StatusInternalServerError, "internal")
		require.Contains(t, s.log.String(), "unsupported type")
	})
}

func TestPanics(t *testing.T) {
	t.Parallel()
	panicking := func(cause any) rpc.Route {
		return rpc.On("GET /fail", "fail", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, nothing) (nothing, error) {
			panic(cause)
		})
	}
	for _, cause := range []any{"index out of 10.0.0.7", errSecret, fault.ErrInternal, 7} {
		t.Run(fmt.Sprint(cause), func(t *testing.T) {
			t.Parallel()
			s := newServer(panicking(cause))
			p := requireProblem(t, s.do(request(http.MethodGet, "/fail", "")), http.StatusInternalServerError, "internal")
			require.Empty(t, p.Detail)
			require.Contains(t, s.log.String(), "request panicked")
			require.Contains(t, s.log.String(), `"request_id":"req_ours"`)
			require.Contains(t, s.log.String(), fmt.Sprint(cause))
		})
	}
	t.Run("an_abort_stays_one", func(t *testing.T) {
		t.Parallel()
		s := newServer(panicking(http.ErrAbortHandler))
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { s.do(request(http.MethodGet, "/fail", "")) })
		require.Empty(t, s.log.String())
	})
}

// E-11: a credential is nowhere in the log, whatever went wrong with it or beside it.
func TestNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	type signIn struct {
		Token     string `json:"-" query:"token"`
		Signature string `json:"signature"`
	}
	s := newServer(
		rpc.On("POST /sign-in", "sign_in", http.StatusOK, rpc.Session(), func(context.Context, twist.Caller, signIn) (nothing, error) {
			return nothing{}, errSecret
		}),
		rpc.On("POST /panic", "panic", http.StatusOK, rpc.Session(), func(context.Context, twist.Caller, signIn) (nothing, error) {
			panic("no more")
		}),
	)
	for _, path := range []string{"/sign-in", "/panic", "/none"} {
		for _, token := range []string{userToken, "forged-" + userToken} {
			w := s.do(request(http.MethodPost, path+"?token="+userToken, `{"signature":"c2lnbmF0dXJl"}`,
				"Authorization", "Bearer "+token, "Cookie", "twist_visitor=n0nce", "Idempotency-Key", "key-of-the-caller"))
			require.NotContains(t, w.Body.String(), userToken)
		}
	}
	require.Contains(t, s.log.String(), "request failed")
	require.Contains(t, s.log.String(), "request panicked")
	for _, secret := range []string{userToken, "c2lnbmF0dXJl", "n0nce", "key-of-the-caller", "Bearer"} {
		require.NotContains(t, s.log.String(), secret)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := newServer(
		rpc.On("GET /made", "made", http.StatusCreated, rpc.Public(), func(context.Context, twist.Caller, nothing) (part, error) {
			return part{Name: "<b>"}, nil
		}),
		rpc.On("GET /go", "go", http.StatusFound, rpc.Public(), func(context.Context, twist.Caller, nothing) (rpc.Redirect, error) {
			return rpc.Redirect{Location: "https://shop.example/?a=b", Cookie: &http.Cookie{Name: "visitor", Value: "v", HttpOnly: true}}, nil
		}),
		rpc.On("GET /on", "on", http.StatusFound, rpc.Public(), func(context.Context, twist.Caller, nothing) (rpc.Redirect, error) {
			return rpc.Redirect{Location: "https://shop.example/"}, nil
		}),
		rpc.On("GET /page", "page", http.StatusOK, rpc.Public(), func(context.Context, twist.Caller, nothing) (rpc.Content, error) {
			return rpc.Content{Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte("<b>")}, nil
		}).Giving("text/html"),
	)
	w := s.do(request(http.MethodGet, "/made", ""))
	require.Equal(t, http.StatusCreated, w.Code)
	require.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
	require.JSONEq(t, `{"name":"<b>","nick":""}`, w.Body.String())
	require.NotContains(t, w.Body.String(), "<", "markup is escaped, for whoever shows it (P-52)")
	requireHeaders(t, w)

	w = s.do(request(http.MethodGet, "/go", ""))
	require.Equal(t, http.StatusFound, w.Code)
	require.Equal(t, "https://shop.example/?a=b", w.Header().Get("Location"))
	require.Equal(t, "visitor=v; HttpOnly", w.Header().Get("Set-Cookie"))
	require.Empty(t, w.Body.String())
	requireHeaders(t, w)

	w = s.do(request(http.MethodGet, "/on", ""))
	require.Equal(t, http.StatusFound, w.Code)
	require.Empty(t, w.Header().Values("Set-Cookie"))

	w = s.do(request(http.MethodGet, "/page", ""))
	require.Equal(t, "text/html", w.Header().Get("Content-Type"))
	require.Equal(t, "<b>", w.Body.String(), "it is written as it is")
	requireHeaders(t, w)
}

// deaf is a connection whose client went away.
type deaf struct{ *httptest.ResponseRecorder }

func (deaf) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestACallerThatHangsUpIsNoEvent(t *testing.T) {
	t.Parallel()
	s := newServer(failing(errDown.Because(context.Canceled)), rpc.On("GET /things", "things", http.StatusOK, rpc.Public(), echo[nothing]))
	for _, path := range []string{"/things", "/none"} {
		w := deaf{httptest.NewRecorder()}
		s.ServeHTTP(w, request(http.MethodGet, path, ""))
	}
	require.Empty(t, s.log.String())

	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	s.do(request(http.MethodGet, "/fail", "").WithContext(ctx))
	require.Empty(t, s.log.String(), "its unit of work was given up")

	s.do(request(http.MethodGet, "/fail", ""))
	require.Contains(t, s.log.String(), "thing_unavailable", "a thing that gives up by itself is an event")
	down := newServer(failing(errDown))
	down.do(request(http.MethodGet, "/fail", "").WithContext(ctx))
	require.Contains(t, down.log.String(), "thing_unavailable", "and so is what failed before the caller left")
}

// A part of an answer that fails by our fault is told to the log, once, and reveals nothing; what a caller did wrong in a part is
// no event.
func TestPartsThatFail(t *testing.T) {
	t.Parallel()
	answer := func(errs ...error) (server, []rpc.Problem) {
		var problems []rpc.Problem
		s := newServer(rpc.On("POST /parts", "parts.make", http.StatusOK, rpc.Public(), func(ctx context.Context, _ twist.Caller, _ nothing) (nothing, error) {
			for _, err := range errs {
				problems = append(problems, rpc.Part(ctx, err))
			}
			return nothing{}, nil
		}))
		require.Equal(t, http.StatusOK, s.do(request(http.MethodPost, "/parts", "")).Code)
		return s, problems
	}
	s, problems := answer(money.ErrSyntax)
	require.Equal(t, "amount_malformed", problems[0].Code)
	require.Empty(t, s.log.String())

	burning := errors.New("the disk is on fire")
	s, problems = answer(money.ErrSyntax, fault.ErrInternal.Because(burning), fault.ErrInternal.Because(burning))
	require.Equal(t, []string{"amount_malformed", "internal", "internal"}, []string{problems[0].Code, problems[1].Code, problems[2].Code})
	require.NotContains(t, fmt.Sprint(problems), "fire")
	require.Equal(t, 1, strings.Count(s.log.String(), "request failed"))
	for _, told := range []string{"the disk is on fire", "req_ours", "parts.make"} {
		require.Contains(t, s.log.String(), told)
	}
}
