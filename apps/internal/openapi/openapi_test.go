package openapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/openapi"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
)

type colour string

type partBody struct {
	Colour colour  `json:"colour"`
	Again  []inner `json:"again"`
}

type inner struct {
	Parts []partBody `json:"parts,omitempty"` // a type may hold itself
}

type shared struct {
	Name string `json:"name"`
}

type embedded struct {
	ID string `json:"-" path:"id"`
}

type thingBody struct {
	At      time.Time               `json:"at"`
	Note    string                  `json:"note,omitempty"`
	Maybe   *partBody               `json:"maybe"`
	Shared  shared                  `json:"shared"`
	Amounts map[string]money.Amount `json:"amounts"`
	Flag    bool                    `json:"flag"`
	Small   int32                   `json:"small"`
}

type list[T any] struct {
	Items []T `json:"items"`
}

type nothing struct{}

func give[Req, Res any](context.Context, twist.Caller, Req) (res Res, err error) { return res, nil }

func described(routes ...rpc.Route) *openapi.Document {
	return openapi.Describe(openapi.Info{Title: "things"}, routes, openapi.Values[colour]("Colour", "red", "green"))
}

// read gives the document as a client reads it.
func read(t *testing.T, d *openapi.Document) map[string]any {
	t.Helper()
	var value map[string]any
	require.NoError(t, json.Unmarshal(d.JSON(), &value))
	return value
}

// at follows a path of names through a value.
func at(value any, names ...string) any {
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

func same(t *testing.T, want string, got any) {
	t.Helper()
	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, want, string(text))
}

func TestTypesBecomeSchemas(t *testing.T) {
	t.Parallel()
	d := read(t, described(
		rpc.Once("POST /things/{id}", "things.change", http.StatusCreated, rpc.Session(), give[changed, thingBody]).Saying("Changes a thing."),
		rpc.On("GET /things", "things.list", http.StatusOK, rpc.Public(), give[nothing, list[thingBody]]).Saying("Lists things."),
	))
	schema := func(name string) any { return at(d, "components", "schemas", name) }
	same(t, `{"type":"object","properties":{
		"amount":{"$ref":"#/components/schemas/Amount"},
		"share_bps":{"anyOf":[{"$ref":"#/components/schemas/BasisPoints"},{"type":"null"}],"description":"a part"},
		"min_stake":{"anyOf":[{"$ref":"#/components/schemas/Amount"},{"type":"null"}]},
		"count":{"type":["integer","null"],"format":"int64"},
		"shared":{"$ref":"#/components/schemas/Shared"},
		"proof":{"type":"string","pattern":"^[a-f]+$"}
	},"required":["amount","shared","proof"],"additionalProperties":false}`, schema("Changed"))
	same(t, `{"type":"object","properties":{
		"at":{"type":"string","format":"date-time"},
		"note":{"type":"string"},
		"maybe":{"anyOf":[{"$ref":"#/components/schemas/Part"},{"type":"null"}]},
		"shared":{"$ref":"#/components/schemas/Shared"},
		"amounts":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Amount"}},
		"flag":{"type":"boolean"},
		"small":{"type":"integer","format":"int32"}
	},"required":["at","maybe","shared","amounts","flag","small"]}`, schema("Thing"))
	same(t, `{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}`, schema("Shared"))
	same(t, `{"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Thing"}}},"required":["items"]}`, schema("ThingList"))
	same(t, `{"type":"string","enum":["red","green"]}`, schema("Colour"))
	require.NotNil(t, schema("Inner"))
	require.Regexp(t, at(schema("Amount"), "pattern"), "-12")
	require.NotRegexp(t, at(schema("Amount"), "pattern"), "01")
}

// changed is what the operation of these tests takes: a keyed one has no query.
type changed struct {
	embedded

	Amount  money.Amount  `json:"amount"`
	Share   money.Bps     `json:"share_bps,omitempty" doc:"a part"`
	Minimum *money.Amount `json:"min_stake"`
	Count   *int64        `json:"count"`
	Shared  shared        `json:"shared"`
	Proof   string        `json:"proof" pattern:"^[a-f]+$"`
	hidden  string        //nolint:unused // what is not exported is nobody's
}

type search struct {
	embedded

	Limit int    `json:"-" query:"limit" min:"1" max:"9" default:"5" doc:"how many"`
	Word  string `json:"-" query:"word" max:"3"`
	Deep  bool   `json:"-" query:"deep"`
	Shade colour `json:"-" query:"shade"`
}

func TestRoutesBecomeOperations(t *testing.T) {
	t.Parallel()
	d := read(t, described(
		rpc.Once("POST /things/{id}", "things.change", http.StatusCreated, rpc.Session(), give[changed, thingBody]).Saying("Changes a thing."),
		rpc.On("GET /things/{id}", "things.search", http.StatusOK, rpc.Role(identity.RoleOperator), give[search, thingBody]).Saying("Searches."),
		rpc.On("DELETE /things/{id}", "things.drop", http.StatusNoContent, rpc.Session(), give[embedded, nothing]).Saying("Drops.").Scoped(identity.ScopeLinks),
		rpc.On("GET /go", "go", http.StatusFound, rpc.Public(), give[nothing, rpc.Redirect]).Saying("Goes."),
		rpc.On("GET /page", "page", http.StatusOK, rpc.Public(), give[nothing, rpc.Content]).Saying("Shows.").Giving("text/html"),
	))
	change := at(d, "paths", "/things/{id}", "post")
	require.Equal(t, "things.change", at(change, "operationId"))
	require.Equal(t, "Changes a thing.", at(change, "summary"))
	same(t, `["things"]`, at(change, "tags"))
	same(t, `[{"session":[]}]`, at(change, "security"))
	same(t, `[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},{"$ref":"#/components/parameters/IdempotencyKey"}]`, at(change, "parameters"))
	same(t, `{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Changed"}}}}`, at(change, "requestBody"))
	same(t, `{"$ref":"#/components/schemas/Thing"}`, at(change, "responses", "201", "content", "application/json", "schema"))
	require.NotNil(t, at(change, "responses", "201", "headers", "Idempotency-Replayed"))
	for status, named := range map[string]string{"400": "Invalid", "401": "Unauthenticated", "404": "NotFound", "409": "Conflict", "429": "Limited", "503": "Unavailable", "default": "Problem"} {
		same(t, `{"$ref":"#/components/responses/`+named+`"}`, at(change, "responses", status))
		require.NotNil(t, at(d, "components", "responses", named, "content", "application/problem+json"), named)
	}
	same(t, `{"$ref":"#/components/responses/Forbidden"}`, at(change, "responses", "403"))
	require.Nil(t, at(d, "paths", "/go", "get", "responses", "403"))

	same(t, `[{"session":[]},{"api_key":["links:write"]}]`, at(d, "paths", "/things/{id}", "delete", "security"))

	searches := at(d, "paths", "/things/{id}", "get")
	same(t, `[{"session":["operator"]}]`, at(searches, "security"))
	require.NotNil(t, at(searches, "responses", "403"))
	require.Nil(t, at(searches, "responses", "409"))
	require.Nil(t, at(searches, "requestBody"))
	require.Nil(t, at(searches, "responses", "200", "headers", "Idempotency-Replayed"))
	same(t, `[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},
		{"name":"limit","in":"query","description":"how many","schema":{"type":"integer","minimum":1,"maximum":9,"default":5}},
		{"name":"word","in":"query","schema":{"type":"string","maxLength":3}},
		{"name":"deep","in":"query","schema":{"type":"boolean"}},
		{"name":"shade","in":"query","schema":{"$ref":"#/components/schemas/Colour"}}]`, at(searches, "parameters"))
	require.Nil(t, at(d, "paths", "/things/{id}", "delete", "responses", "204", "content"))
	same(t, `[]`, at(d, "paths", "/go", "get", "security"))
	require.NotNil(t, at(d, "paths", "/go", "get", "responses", "302", "headers", "Location"))
	require.Nil(t, at(d, "paths", "/go", "get", "responses", "401"))
	same(t, `{"text/html":{"schema":{"type":"string"}}}`, at(d, "paths", "/page", "get", "responses", "200", "content"))
	same(t, `[{"name":"go"},{"name":"page"},{"name":"things"}]`, at(d, "tags"))
}

func route[Req, Res any]() rpc.Route {
	return rpc.On("POST /a", "a", http.StatusOK, rpc.Public(), give[Req, Res]).Saying("Does.")
}

// What cannot be described in full does not start.
func TestDescribeRefuses(t *testing.T) {
	t.Parallel()
	type (
		free  string
		texts struct{ A free }
		named struct {
			A free `json:"a"`
		}
		float struct {
			A float64 `json:"a"`
		}
		anyOf struct {
			A any `json:"a"`
		}
		raw struct {
			A json.RawMessage `json:"a"`
		}
		Colour struct {
			A string `json:"a"`
		}
		closed struct {
			A colour `json:"a"`
			B Colour `json:"b"`
		}
	)
	for name, r := range map[string]rpc.Route{
		"no_sentence":           rpc.On("GET /a", "a", http.StatusOK, rpc.Public(), give[nothing, nothing]),
		"no_status":             rpc.On("GET /a", "a", 0, rpc.Public(), give[nothing, nothing]).Saying("Does."),
		"no_media_type":         route[nothing, rpc.Content](),
		"no_name_in_json":       route[texts, nothing](),
		"a_text_without_values": route[named, nothing](),
		"a_fraction":            route[float, nothing](),
		"anything":              route[nothing, anyOf](),
		"what_writes_itself":    route[nothing, raw](),
		"a_type_without_a_name": route[nothing, struct {
			A string `json:"a"`
		}](),
		"two_types_of_one_name": route[nothing, closed](),
	} {
		require.Panics(t, func() { described(r) }, name)
	}
	require.NotPanics(t, func() { described(route[nothing, nothing]()) })
}

func TestTheSameTableGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	table := func() []byte {
		return described(
			rpc.Once("POST /things/{id}", "things.change", http.StatusCreated, rpc.Session(), give[changed, thingBody]).Saying("Changes <b> & \"more\"."),
			rpc.On("GET /things", "things.list", http.StatusOK, rpc.Public(), give[nothing, list[thingBody]]).Saying("Lists things."),
		).JSON()
	}
	want := table()
	for range 50 {
		require.Equal(t, string(want), string(table()))
	}
	require.True(t, strings.HasSuffix(string(want), "}\n"))
	require.Contains(t, string(want), `Changes <b> & \"more\".`)
}
