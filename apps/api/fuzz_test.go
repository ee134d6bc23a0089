package api_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/apps/internal/rpc"
)

// FuzzDoor draws who asks, a route, its path and query, headers, and a body: raw bytes, or what the matrix
// knows to be good for the route, changed in one place. Whatever they are, the answer is not a failure of
// ours, a refusal is a problem document, and the books still add up.
func FuzzDoor(f *testing.F) {
	routes := api.Routes(newSystem(f, config()).system.Platform, api.Options{})
	for i := range routes { // what stands in brackets becomes a thing of the world at hand
		for how := range uint8(changes) {
			f.Add(uint8(i), "", "", "9223372036854775807", "Idempotency-Key: k", uint8(i), how, uint16(i*7))
			f.Add(uint8(i), "", "limit=1&cursor=AA", `"\u0000"`, "Idempotency-Key: k\nX-Forwarded-For: 1.2.3.4", uint8(i+1), how, uint16(i))
		}
		f.Add(uint8(i), "[pool]", "", `{"amount":"1000000000"}`, "Idempotency-Key: key", uint8(i), uint8(raw), uint16(0))
		f.Add(uint8(i), "[program]", "", `{"amount":"1"}`, "Idempotency-Key: key\nContent-Type: text/plain", uint8(i+1), uint8(raw), uint16(0))
		f.Add(uint8(i), "%00", "limit=1&cursor=AA", `{"program_id":"[program]","order_id":"y","amount":"1","currency":"TWIST"}`, "Cookie: a=b", uint8(i+1), uint8(raw), uint16(0))
		f.Add(uint8(i), "[code]", "limit=-1", `{"username":"bobby","display_name":"B"}`, "Idempotency-Key: \x7f\nAuthorization: Bearer a.b.c", uint8(i+2), uint8(raw), uint16(0))
	}
	var (
		w      *world
		things map[string]string
		calls  int
		rows   = matrix()
	)
	f.Fuzz(func(t *testing.T, route uint8, value, query, body, headers string, who, how uint8, at uint16) {
		if calls%1_000 == 0 { // sessions end, and what was stored would slow every call
			w, things = matrixWorld(t)
		}
		calls++
		w.t = t
		asked := routes[int(route)%len(routes)]
		r, ok := draw(asked, rows[asked.Name], things, value, query, change(rows[asked.Name].body, body, how, int(at)))
		if !ok {
			return
		}
		for line := range strings.SplitSeq(headers, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				r.Header.Add(name, value)
			}
		}
		if by := []*party{nil, w.ada, w.fan, w.shop, w.stranger, w.operator}[who%6]; by != nil {
			r.Header.Set("Authorization", "Bearer "+by.token)
		}
		recorder := httptest.NewRecorder()
		w.handler.ServeHTTP(recorder, r)
		checked(t, recorder.Result())
		require.Empty(t, w.log.String())
		if calls%50 == 0 {
			w.signIn() // somebody may have ended it
			w.verified()
		}
	})
}

// How a good body is changed.
const (
	raw     = iota // not at all: what was drawn stands alone
	good           // not at all: the good one stands
	cut            // it ends somewhere
	pushed         // what was drawn is put in somewhere
	swapped        // the value of one field becomes what was drawn
	texted         // the same, as text
	dropped        // one field is missing
	added          // there is one field more
	changes
)

// change makes a body of a good one and of what was drawn.
func change(body, drawn string, how uint8, at int) string {
	where := at % (len(body) + 1)
	switch how % changes {
	case raw:
		return drawn
	case good:
		return body
	case cut:
		return body[:where]
	case pushed:
		return body[:where] + drawn + body[where:]
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &fields) != nil || len(fields) == 0 {
		return drawn
	}
	name := sortedKeys(fields)[at%len(fields)]
	text, err := json.Marshal(drawn)
	if err != nil {
		return drawn
	}
	switch how % changes {
	case swapped:
		fields[name] = json.RawMessage(drawn)
	case texted:
		fields[name] = text
	case dropped:
		delete(fields, name)
	case added:
		fields[drawn] = text
	}
	parts := make([]string, 0, len(fields)) // by hand: what was drawn need not be JSON
	for _, name := range sortedKeys(fields) {
		quoted, err := json.Marshal(name)
		if err != nil {
			return drawn
		}
		parts = append(parts, string(quoted)+":"+string(fields[name]))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// draw makes a request that a server could have read from a connection. Without a value the path is the
// row's own.
func draw(asked rpc.Route, row asked, things map[string]string, value, query, body string) (*http.Request, bool) {
	pairs := make([]string, 0, 2*len(things))
	for name, thing := range things {
		pairs = append(pairs, name, thing)
	}
	swap := strings.NewReplacer(pairs...)
	method, path := address(asked.Pattern, swap.Replace(value))
	if value == "" {
		path = swap.Replace(row.path)
	}
	target, err := url.ParseRequestURI(path + "?" + query)
	if err != nil || !strings.HasPrefix(path, "/") {
		return nil, false
	}
	body = swap.Replace(body)
	return &http.Request{
		RemoteAddr: "192.0.2.1:1",
		Method:     method, URL: target, Host: "localhost", RequestURI: target.RequestURI(),
		Header: http.Header{"Content-Type": {"application/json"}},
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, true
}

func sortedKeys(fields map[string]json.RawMessage) []string {
	return slices.Sorted(maps.Keys(fields))
}
