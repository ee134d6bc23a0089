package rpc_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzStrict holds what the decoder accepts against a reader that knows no field and no folding of
// letters: they understand the same. What it refuses it refuses with a problem.
func FuzzStrict(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `[]`, `{"amount":"1"}`, `{"amount":"1","amount":"2"}`, `{"Amount":"1"}`, `{"min_ſtake":"1"}`, `{"amount":1e3}`,
		`{"name":"\ud800"}`, `{"part":{"name":"a"},"parts":[{"name":"b"},{}]}`, `{"count":-0,"exact":true}`, `{"parts":[null]}`,
		`{"amount":"-9223372036854775807","min_stake":"0"}`, strings.Repeat("[", 5_000), `{"name":"\u0000\ud83d\ude00"}`, "{\"a\":\xff}",
	} {
		f.Add([]byte(seed))
	}
	s := echoing()
	f.Fuzz(func(t *testing.T, body []byte) {
		w := s.do(request(http.MethodPost, "/orders", string(body)))
		if w.Code != http.StatusOK {
			p := requireProblem(t, w, http.StatusBadRequest, code(w.Body.Bytes()))
			require.NotEmpty(t, p.Code)
			return
		}
		var sent, understood any
		if len(body) > 0 {
			require.NoError(t, json.Unmarshal(body, &sent))
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &understood))
		require.Equal(t, said(sent), said(understood))
		again := s.do(request(http.MethodPost, "/orders", w.Body.String()))
		require.Equal(t, http.StatusOK, again.Code, again.Body)
		require.Equal(t, w.Body.String(), again.Body.String())
	})
}

// code is the code of a problem document.
func code(document []byte) string {
	var p problem
	_ = json.Unmarshal(document, &p) // requireProblem says what is wrong with it
	return p.Code
}

// said is a value without what says nothing: absent fields, nulls and zeroes are one.
func said(v any) any {
	switch v := v.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, value := range v {
			if value = said(value); value != nil {
				kept[name] = value
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	case []any:
		var kept []any
		for _, value := range v {
			kept = append(kept, said(value))
		}
		if kept == nil {
			return nil
		}
		return kept
	}
	if v == "0" || v == nil || reflect.ValueOf(v).IsZero() {
		return nil
	}
	return v
}
