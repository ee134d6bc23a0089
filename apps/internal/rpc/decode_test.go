package rpc_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/rpc"
)

// echoing serves POST /orders, which gives back what it understood.
func echoing() server {
	return newServer(rpc.On("POST /orders", "orders", http.StatusOK, rpc.Public(), echo[order]))
}

// P-14, P-40: a body is read in one way or refused with 400, whatever it is.
func TestBodiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	const malformed = "body_malformed"
	for name, test := range map[string]struct{ body, code, detail string }{
		"unknown_field":             {`{"amount":"1","account_id":"acct_x"}`, malformed, `unknown field "account_id"`},
		"unknown_field_nested":      {`{"part":{"amount":"1"}}`, malformed, `unknown field "amount"`},
		"field_in_other_letters":    {`{"AMOUNT":"1"}`, malformed, `unknown field "AMOUNT"`},
		"long_s_for_s":              {`{"min_ſtake":"1"}`, malformed, "unknown field"},
		"kelvin_for_k":              {`{"min_staKe":"1"}`, malformed, "unknown field"},
		"go_name_of_a_field":        {`{"Minimum":"1"}`, malformed, "unknown field"},
		"empty_name":                {`{"":"1"}`, malformed, "unknown field"},
		"twice":                     {`{"amount":"1","amount":"2"}`, malformed, `"amount" stands there twice`},
		"twice_the_same":            {`{"amount":"1","amount":"1"}`, malformed, "twice"},
		"twice_escaped":             {`{"amount":"1","\u0061mount":"2"}`, malformed, "twice"},
		"twice_in_capitals":         {`{"amount":"1","Amount":"2"}`, malformed, "unknown field"},
		"twice_with_long_s":         {`{"min_stake":"1","min_\u017ftake":"2"}`, malformed, "unknown field"},
		"twice_nested":              {`{"part":{"name":"a","name":"b"}}`, malformed, "twice"},
		"twice_in_a_list":           {`{"parts":[{"name":"a"},{"name":"b","name":"c"}]}`, malformed, "twice"},
		"trailing_value":            {`{} {}`, malformed, "something follows"},
		"trailing_garbage":          {`{"amount":"1"}x`, malformed, "something follows"},
		"trailing_bracket":          {`{"amount":"1"}]`, malformed, "something follows"},
		"not_utf8":                  {"{\"name\":\"\xff\"}", malformed, "not UTF-8"},
		"overlong_utf8":             {"{\"name\":\"\xc0\xaf\"}", malformed, "not UTF-8"},
		"byte_order_mark":           {"\ufeff{}", malformed, "invalid character"},
		"half_a_character":          {`{"name":"\ud800"}`, malformed, "a character that is none"},
		"nul":                       {`{"name":"a\u0000"}`, malformed, "a character that is none"},
		"other_half_of_a_character": {`{"name":"x\udc00"}`, malformed, "a character that is none"},
		"replaced_character":        {`{"name":"` + "\ufffd" + `"}`, malformed, "a character that is none"},
		"nothing_but_space":         {"  ", malformed, "EOF"},
		"cut_off":                   {`{"amount":"1"`, malformed, "EOF"},
		"comma_at_the_end":          {`{"amount":"1",}`, malformed, "invalid character"},
		"comma_at_the_start":        {`{,}`, malformed, "invalid character"},
		"no_quotes":                 {`{amount:1}`, malformed, "invalid character"},
		"comment":                   {`{/* */}`, malformed, "invalid character"},
		"wrong_bracket":             {`{"parts":[}`, malformed, "invalid character"},
		"list_for_object":           {`[]`, malformed, "array"},
		"list_of_one":               {`[{"amount":"1"}]`, malformed, "array"},
		"text_for_object":           {`"amount"`, malformed, "string"},
		"number_for_object":         {`1`, malformed, "number"},
		"object_for_text":           {`{"name":{}}`, malformed, `"name" does not take object`},
		"number_for_text":           {`{"name":5}`, malformed, `"name" does not take number`},
		"text_for_number":           {`{"count":"5"}`, malformed, `"count" does not take string`},
		"text_for_flag":             {`{"exact":"true"}`, malformed, `"exact" does not take string`},
		"object_for_list":           {`{"parts":{}}`, malformed, `"parts" does not take object`},
		"fraction_for_number":       {`{"count":1.5}`, malformed, `"count" does not take number 1.5`},
		"exponent_for_number":       {`{"count":1e3}`, malformed, `"count" does not take number 1e3`},
		"number_too_large":          {`{"count":2147483648}`, malformed, "number 2147483648"},
		"number_beyond_floats":      {`{"count":1e999}`, malformed, "number 1e999"},
		"number_of_many_digits":     {`{"count":` + strings.Repeat("9", 60_000) + `}`, malformed, "number 999"},
		"deep_objects":              {strings.Repeat(`{"part":`, 6_000), malformed, "nested too deeply"},
		"deep_lists":                {strings.Repeat("[", rpc.MaxBody), malformed, "nested too deeply"},
		"deep_and_closed":           {strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000), malformed, "nested too deeply"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := requireProblem(t, echoing().do(request(http.MethodPost, "/orders", test.body)), http.StatusBadRequest, test.code)
			require.Contains(t, p.Detail, test.detail)
			require.LessOrEqual(t, len(p.Detail), 512, "a caller does not decide how long our answer is")
		})
	}
}

// P-14, P-19: an amount is a string of decimal digits and nothing else.
func TestAmountsAreStringsOfDigits(t *testing.T) {
	t.Parallel()
	const malformed, overflow = "amount_malformed", "amount_overflow"
	for literal, code := range map[string]string{
		`"1.5"`: malformed, `"0x10"`: malformed, `"1e3"`: malformed, `" 1"`: malformed, `"1 "`: malformed, `""`: malformed,
		`"+1"`: malformed, `"01"`: malformed, `"-0"`: malformed, `"--1"`: malformed, `"1_000"`: malformed, `"1,000"`: malformed,
		`"٣"`: malformed, `"１"`: malformed, `"NaN"`: malformed, `"1\u0000"`: "body_malformed", `"null"`: malformed,
		`"9223372036854775808"`: overflow, `"-9223372036854775808"`: overflow, `"` + strings.Repeat("9", 60_000) + `"`: overflow,
		`1`: "body_malformed", `0`: "body_malformed", `1.0`: "body_malformed", `1e9`: "body_malformed", `true`: "body_malformed",
		`{}`: "body_malformed", `["1"]`: "body_malformed", `9007199254740993`: "body_malformed",
	} {
		t.Run(literal[:min(len(literal), 24)], func(t *testing.T) {
			t.Parallel()
			for _, field := range []string{"amount", "min_stake"} {
				w := echoing().do(request(http.MethodPost, "/orders", `{"`+field+`":`+literal+`}`))
				p := requireProblem(t, w, http.StatusBadRequest, code)
				require.LessOrEqual(t, len(p.Detail), 512)
			}
		})
	}
	for literal, want := range map[string]string{
		`"0"`: "0", `"-1"`: "-1", `"9007199254740993"`: "9007199254740993", `"9223372036854775807"`: "9223372036854775807",
		`null`: "0", `"\u0031"`: "1", // signs and zero are for the use case to judge
	} {
		w := echoing().do(request(http.MethodPost, "/orders", `{"amount":`+literal+`}`))
		require.Equal(t, http.StatusOK, w.Code, w.Body)
		require.Contains(t, w.Body.String(), `"amount":"`+want+`"`)
	}
}

func TestWhatABodyMayLeaveOut(t *testing.T) {
	t.Parallel()
	zero, err := json.Marshal(order{})
	require.NoError(t, err)
	for _, body := range []string{"", "{}", " {\n} ", `{"min_stake":null,"part":null,"parts":null}`} {
		w := echoing().do(request(http.MethodPost, "/orders", body))
		require.Equal(t, http.StatusOK, w.Code, w.Body)
		require.JSONEq(t, string(zero), w.Body.String())
	}
}

// A body is an object, or none.
func TestANullBodyIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(rpc.On("POST /orders", "orders", http.StatusOK, rpc.Public(), echo[order]), rpc.On("POST /nothing", "nothing", http.StatusOK, rpc.Public(), echo[nothing]))
	for _, path := range []string{"/orders", "/nothing"} {
		for _, body := range []string{"null", " null\n", "\t\rnull "} {
			requireProblem(t, s.do(request(http.MethodPost, path, body)), http.StatusBadRequest, "body_malformed")
		}
	}
}

// What names the caller, the key or the kind of a body comes once, or proxies and we may read different ones.
func TestHeadersAreNotRepeated(t *testing.T) {
	t.Parallel()
	s := newServer(rpc.Once("POST /pay", "pay", http.StatusOK, rpc.Session(), echo[order]))
	paying := func() *http.Request {
		return request(http.MethodPost, "/pay", "{}", "Authorization", "Bearer "+userToken, "Idempotency-Key", "key-1")
	}
	require.Equal(t, http.StatusOK, s.do(paying()).Code)
	for name, second := range map[string]string{"Authorization": "Bearer " + operatorToken, "Idempotency-Key": "key-2", "Content-Type": "text/plain"} {
		for _, again := range []string{second, paying().Header.Get(name), ""} {
			r := paying()
			r.Header.Add(name, again)
			p := requireProblem(t, s.do(r), http.StatusBadRequest, "header_repeated")
			require.Equal(t, name, p.Detail)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	sized := func(n int) string {
		const frame = `{"name":""}`
		return `{"name":"` + strings.Repeat("a", n-len(frame)) + `"}`
	}
	s := echoing()
	require.Equal(t, http.StatusOK, s.do(request(http.MethodPost, "/orders", sized(rpc.MaxBody-1))).Code)
	require.Equal(t, http.StatusOK, s.do(request(http.MethodPost, "/orders", sized(rpc.MaxBody))).Code)
	for _, n := range []int{rpc.MaxBody + 1, 1 << 20} {
		requireProblem(t, s.do(request(http.MethodPost, "/orders", sized(n))), http.StatusBadRequest, "body_too_large")
		r := request(http.MethodPost, "/orders", sized(n))
		r.ContentLength = 2 // a lie changes nothing
		requireProblem(t, s.do(r), http.StatusBadRequest, "body_too_large")
	}
	unread := request(http.MethodPost, "/orders", "{}")
	unread.Body = http.NoBody
	require.Equal(t, http.StatusOK, s.do(unread).Code)
	unread.Body = struct {
		broken
		nopCloser
	}{}
	requireProblem(t, s.do(unread), http.StatusBadRequest, "body_malformed")
	unread.Body = nil
	require.Equal(t, http.StatusOK, s.do(unread).Code)
	require.Empty(t, s.log.String(), "a connection that breaks is no fault of ours")
}

type nopCloser struct{}

func (nopCloser) Close() error { return nil }

func TestContentType(t *testing.T) {
	t.Parallel()
	s := echoing()
	for kind, fits := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "APPLICATION/JSON": true, " application/json ": true,
		"": false, "text/plain": false, "text/json": false, "application/jsonp": false, "application/json-patch+json": false,
		"application/x-www-form-urlencoded": false, "multipart/form-data; boundary=x": false, "application/json, text/plain": false,
		"application/json; charset=utf-8; charset=utf-16": false, "*/*": false,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := request(http.MethodPost, "/orders", "{}")
			r.Header.Del("Content-Type")
			if kind != "" {
				r.Header.Set("Content-Type", kind)
			}
			if w := s.do(r); fits {
				require.Equal(t, http.StatusOK, w.Code, w.Body)
			} else {
				requireProblem(t, w, http.StatusBadRequest, "content_type_unsupported")
			}
		})
	}
}
