package rpc_test

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/money"
)

// hexes is a text that reads itself.
type hexes string

func (h *hexes) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if string(raw) == "no" {
		return errors.New("a word with two letters")
	}
	*h = hexes(raw)
	return err
}

// named is embedded, as requests share what they read of a path.
type named struct {
	ID string `json:"-" path:"id"`
}

// search has a parameter of every kind and place.
type search struct {
	named

	Limit   int          `json:"-" query:"limit" min:"1" max:"100" default:"20"`
	Offset  int32        `json:"-" query:"offset" min:"-5"`
	Most    int64        `json:"-" query:"most" max:"7"`
	Any     int64        `json:"-" query:"any"`
	Deep    bool         `json:"-" query:"deep"`
	Word    string       `json:"-" query:"word" min:"2" max:"4"`
	After   hexes        `json:"-" query:"after"`
	Amount  money.Amount `json:"-" query:"amount"`
	From    time.Time    `json:"-" query:"from"`
	Agent   string       `json:"-" header:"User-Agent" max:"8"`
	Visitor string       `json:"-" cookie:"visitor" min:"4" max:"4"`
	Heads   rpc.Heading  `json:"-"`
}

// reading serves GET /things/{id}, which keeps what it was asked.
func reading(t *testing.T) (s server, last func() search) {
	t.Helper()
	var got search
	return newServer(rpc.On("GET /things/{id}", "things", http.StatusOK, rpc.Public(), func(_ context.Context, _ twist.Caller, req search) (nothing, error) {
		got = req
		return nothing{}, nil
	})), func() search { return got }
}

// P-40: a parameter is read in one way or refused, and what nobody declared is refused.
func TestParametersAreReadStrictly(t *testing.T) {
	t.Parallel()
	s, last := reading(t)
	for query, want := range map[string]search{
		"":                           {Limit: 20},
		"limit=&deep=&word=":         {Limit: 20},
		"limit=1":                    {Limit: 1},
		"limit=100&offset=-5&most=7": {Limit: 100, Offset: -5, Most: 7},
		"most=-9223372036854775808":  {Limit: 20, Most: -9223372036854775808},
		"offset=2147483647":          {Limit: 20, Offset: 2147483647},
		"deep=true":                  {Limit: 20, Deep: true},
		"deep=false":                 {Limit: 20},
		"word=ab":                    {Limit: 20, Word: "ab"},
		"word=%C3%BCber":             {Limit: 20, Word: "über"},
		"after=6869":                 {Limit: 20, After: "hi"},
		"amount=-12":                 {Limit: 20, Amount: -12},
		"from=2026-11-23T05:00:00Z":  {Limit: 20, From: today},
	} {
		require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/things/a%2Fb?"+query, "")).Code, query)
		want.ID = "a/b"
		require.Equal(t, want, last(), query)
	}
	const from = "limit is a number from 1 to 100"
	for query, detail := range map[string]string{
		"limit=0": from, "limit=101": from, "limit=-1": from, "limit=x": from, "limit=1.0": from, "limit=%2B1": from, "limit=01": from,
		"limit=1e1": from, "limit=%201": from, "limit=99999999999999999999": from, "limit=%D9%A1": from, "limit=null": from,
		"offset=-6": "offset is a number from -5", "offset=2147483648": "offset is a number from -5", "most=8": "most is a number up to 7",
		"any=x": "any is a number", "deep=1": "deep is true or false", "deep=True": "deep is true or false",
		"word=a": "word has from 2 to 4 characters", "word=abcde": "word has from 2 to 4 characters", "word=a%00": "a character that is none", "word=%ff%ff": "a character that is none",
		"after=zz": "after cannot be read", "after=6e6f": "after cannot be read",
		"from=now": "from cannot be read", "from=0001-01-01T00:00:00Z": "from is no moment",
		"other=1": `there is no "other" here`, "LIMIT=1": `there is no "LIMIT" here`, "id=x": `there is no "id" here`, "visitor=abcd": "there is no",
		"Heads=true": "there is no", "=": "there is no", "limit=1&limit=1": "limit stands there twice", "limit=&limit=5": "twice",
		"limit=%zz": "the query cannot be read", "a;b": "the query cannot be read", strings.Repeat("x", 4_000) + "=1": "there is no",
	} {
		p := requireProblem(t, s.do(request(http.MethodGet, "/things/a?"+query, "")), http.StatusBadRequest, "parameter_invalid")
		require.Contains(t, p.Detail, detail, query)
		require.LessOrEqual(t, len(p.Detail), 512)
	}
	requireProblem(t, s.do(request(http.MethodGet, "/things/a?amount=1.5", "")), http.StatusBadRequest, "amount_malformed")
}

// What a browser sends by itself refuses nothing.
func TestHeadersAndCookiesThatCannotBeReadAreAbsent(t *testing.T) {
	t.Parallel()
	s, last := reading(t)
	for _, test := range []struct{ agent, cookie, wantAgent, wantVisitor string }{
		{"curl", "visitor=abcd", "curl", "abcd"},
		{"", "", "", ""},
		{"a browser with a long name", "visitor=abcde; other=x", "", ""},
		{"\xff", "visitor=abc", "", ""},
		{"ok", "garbage", "ok", ""},
	} {
		require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/things/a", "", "User-Agent", test.agent, "Cookie", test.cookie)).Code)
		require.Equal(t, test.wantAgent, last().Agent)
		require.Equal(t, test.wantVisitor, last().Visitor)
	}
}

func TestHeading(t *testing.T) {
	t.Parallel()
	s, last := reading(t)
	require.Equal(t, http.StatusOK, s.do(request(http.MethodHead, "/things/a", "")).Code)
	require.True(t, bool(last().Heads))
	require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/things/a", "")).Code)
	require.False(t, bool(last().Heads))
}

// A shared link is followed, whatever others appended to it.
func TestAnyQuery(t *testing.T) {
	t.Parallel()
	type open struct {
		rpc.AnyQuery

		Limit int `json:"-" query:"limit" max:"5"`
	}
	var got open
	s := newServer(rpc.On("GET /shared", "shared", http.StatusOK, rpc.Public(), func(_ context.Context, _ twist.Caller, req open) (nothing, error) {
		got = req
		return nothing{}, nil
	}))
	for _, query := range []string{"fbclid=x", "utm_source=a&utm_source=b", "%zz", "a;b", "limit=3&x=%00"} {
		require.Equal(t, http.StatusOK, s.do(request(http.MethodGet, "/shared?"+query, "")).Code, query)
	}
	require.Equal(t, 3, got.Limit)
	requireProblem(t, s.do(request(http.MethodGet, "/shared?limit=6", "")), http.StatusBadRequest, "parameter_invalid")
}

// A body cannot set what the address says.
func TestBodiesSetNoParameter(t *testing.T) {
	t.Parallel()
	type change struct {
		named

		Name string `json:"name"`
	}
	var got change
	s := newServer(rpc.On("POST /things/{id}", "things", http.StatusOK, rpc.Public(), func(_ context.Context, _ twist.Caller, req change) (nothing, error) {
		got = req
		return nothing{}, nil
	}))
	for _, body := range []string{`{"id":"b"}`, `{"ID":"b"}`, `{"named":{"ID":"b"}}`, `{"named":"b"}`, `{"name":"n","-":"b"}`} {
		requireProblem(t, s.do(request(http.MethodPost, "/things/a", body)), http.StatusBadRequest, "body_malformed")
	}
	require.Equal(t, http.StatusOK, s.do(request(http.MethodPost, "/things/a", `{"name":"n"}`)).Code)
	require.Equal(t, change{named{"a"}, "n"}, got)
}

// A route whose pattern and request differ does not start.
func TestMountRefusesRequestsThatDoNotFitTheirRoute(t *testing.T) {
	t.Parallel()
	type (
		twice struct {
			A string `json:"-" query:"a"`
			B string `json:"-" query:"a"`
		}
		settable struct {
			A string `json:"a" query:"a"`
		}
		untagged struct {
			A string `query:"a"`
		}
		hidden struct {
			a string `json:"-" query:"a"` //nolint:unused // this is what must not start
		}
		nameless struct {
			A string `json:"-" query:""`
		}
		listed struct {
			A []string `json:"-" query:"a"`
		}
		bounded struct {
			A int `json:"-" query:"a" min:"one"`
		}
		defaulted struct {
			A int `json:"-" query:"a" min:"1" default:"0"`
		}
		looking struct {
			Looks rpc.Looking `json:"looks"`
		}
		heading struct {
			Heads rpc.Heading `json:"heads"`
		}
		looks struct {
			Looks rpc.Looking `json:"-"`
		}
		queried struct {
			A string `json:"-" query:"a"`
		}
	)
	for name, route := range map[string]rpc.Route{
		"nobody_reads_the_path":   on[nothing]("GET /a/{id}"),
		"another_name":            on[named]("GET /a/{code}"),
		"nothing_to_read":         on[named]("GET /a"),
		"one_more":                on[named]("GET /a/{id}/{code}"),
		"the_rest_of_a_path":      on[nothing]("GET /a/{rest...}"),
		"two_of_one_name":         on[twice]("GET /a"),
		"a_body_sets_it_too":      on[settable]("POST /a"),
		"a_body_sets_it_untagged": on[untagged]("POST /a"),
		"unexported":              on[hidden]("GET /a"),
		"without_a_name":          on[nameless]("GET /a"),
		"a_list":                  on[listed]("GET /a"),
		"a_bound_that_is_none":    on[bounded]("GET /a"),
		"a_default_out_of_bounds": on[defaulted]("GET /a"),
		"a_body_looks":            on[looking]("POST /a"),
		"a_body_heads":            on[heading]("POST /a"),
		"a_get_with_a_body":       on[part]("GET /a"),
		"who_follows_is_not_told": on[nothing]("GET /a").Under(rpc.Follows),
		"who_follows_is_somebody": rpc.On("GET /a", "a", http.StatusOK, rpc.Session(), echo[looks]).Under(rpc.Follows),
		"a_query_beside_a_key":    rpc.Once("POST /a", "a", http.StatusOK, rpc.Public(), echo[queried]),
	} {
		require.Panics(t, func() { newServer(route) }, name)
	}
	require.NotPanics(t, func() { newServer(on[named]("GET /a/{id}")) })
	require.NotPanics(t, func() { newServer(on[looks]("GET /a").Under(rpc.Follows)) })
	require.NotPanics(t, func() { newServer(on[named]("POST /a/{id}/{$}")) })
	require.Equal(t, []string{"id", "rest"}, rpc.Wildcards("/a/{id}/b/{rest...}"))
	require.Empty(t, rpc.Wildcards("/a/{$}"))
}

func on[Req any](pattern string) rpc.Route {
	return rpc.On(pattern, "a", http.StatusOK, rpc.Public(), echo[Req])
}

// FuzzParameters: whatever an address holds, it is read as it was written or refused.
func FuzzParameters(f *testing.F) {
	for _, seed := range []string{"", "limit=5", "limit=05", "word=ab&after=6869", "amount=1", "a=b", "%zz", "deep=true;", "word=%00", "limit=1&limit=2", "offset=-5&most=7"} {
		f.Add(seed)
	}
	var got search
	s := newServer(rpc.On("GET /things/{id}", "things", http.StatusOK, rpc.Public(), func(_ context.Context, _ twist.Caller, req search) (nothing, error) {
		got = req
		return nothing{}, nil
	}))
	f.Fuzz(func(t *testing.T, query string) {
		r := request(http.MethodGet, "/things/a", "")
		r.URL.RawQuery = query
		w := s.do(r)
		if w.Code != http.StatusOK {
			requireProblem(t, w, http.StatusBadRequest, code(w.Body.Bytes()))
			return
		}
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		require.Subset(t, []string{"limit", "offset", "most", "any", "deep", "word", "after", "amount"}, keys(values))
		require.GreaterOrEqual(t, got.Limit, 1)
		require.LessOrEqual(t, got.Limit, 100)
		require.Equal(t, values.Get("word"), got.Word)
		require.Equal(t, values.Get("deep") == "true", got.Deep)
	})
}

func keys(values url.Values) []string {
	var names []string
	for name := range values {
		names = append(names, name)
	}
	return names
}
