package openapi

import (
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/twist-platform/twist/apps/internal/rpc"
)

// Describe writes the document of a table. It panics on a route that says nothing about itself and on a
// type that has no schema: such a program must not start.
func Describe(info Info, routes []rpc.Route, closed ...Closed) *Document {
	d := &Document{Version: "3.1.0", Info: info, Servers: []Server{{"/"}}, Paths: map[string]Operations{}}
	r := &reader{closed: closed, schemas: map[string]*Schema{}, types: map[string]reflect.Type{}}
	bodies := map[string]*Body{}
	r.request = true // requests first: what one of them holds is closed, also where an answer holds it
	for _, route := range routes {
		bodies[route.Name] = r.body(route)
	}
	r.request = false
	d.Components = r.common()
	areas := map[string]bool{}
	for _, route := range routes {
		if route.Sentence == "" {
			panic("openapi: route " + route.Pattern + " says nothing about itself")
		}
		method, path, _ := strings.Cut(route.Pattern, " ")
		path = strings.TrimSuffix(path, "{$}")
		if d.Paths[path] == nil {
			d.Paths[path] = Operations{}
		}
		area, _, _ := strings.Cut(route.Name, ".")
		areas[area] = true
		d.Paths[path][strings.ToLower(method)] = &Operation{
			ID: route.Name, Summary: route.Sentence, Tags: []string{area}, Security: security(route),
			Parameters: r.parameters(route), RequestBody: bodies[route.Name], Responses: r.responses(route, method),
		}
	}
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		d.Tags = append(d.Tags, Tag{area})
	}
	return d
}

// The ways in.
const (
	bearer = "session"
	apiKey = "api_key"
)

// security is the route's access rule: each role that is enough is a way in of its own, and so is each scope.
func security(route rpc.Route) []map[string][]string {
	ways := []map[string][]string{}
	for _, role := range route.Access.Roles() {
		ways = append(ways, map[string][]string{bearer: {string(role)}})
	}
	if len(ways) == 0 && route.Access.String() != rpc.Public().String() {
		ways = append(ways, map[string][]string{bearer: {}})
	}
	for _, scope := range route.Scopes {
		ways = append(ways, map[string][]string{apiKey: {string(scope)}})
	}
	return ways
}

// parameters are the route's own, and the key of an operation that needs one.
func (r *reader) parameters(route rpc.Route) []Parameter {
	var all []Parameter
	for _, p := range route.Parameters {
		s := &Schema{Type: "string"}
		switch kind := p.Type.Kind(); {
		case slices.ContainsFunc(r.closed, func(c Closed) bool { return c.Type == p.Type }):
			s = r.of(p.Type)
		case kind == reflect.Bool:
			s.Type = "boolean"
		case kind == reflect.String && !writesItself(p.Type):
			s.MinLength, s.MaxLength = p.Min, p.Max
		case kind != reflect.String && !writesItself(p.Type):
			s.Type, s.Minimum, s.Maximum = "integer", p.Min, p.Max
		}
		if p.Default != "" {
			s.Default = p.Default
			if n, err := strconv.ParseInt(p.Default, 10, 64); err == nil && s.Type == "integer" {
				s.Default = n
			}
		}
		all = append(all, Parameter{Name: p.Name, In: p.In, Description: p.Doc, Required: p.In == rpc.InPath, Schema: s})
	}
	if route.Keyed {
		all = append(all, Parameter{Ref: "#/components/parameters/IdempotencyKey"})
	}
	return all
}

// body is what the route's request carries, nil for nothing.
func (r *reader) body(route rpc.Route) *Body {
	if route.Request.Kind() != reflect.Struct || len(fieldsOf(route.Request)) == 0 {
		return nil
	}
	ref := r.of(route.Request)
	needed := len(r.schemas[strings.TrimPrefix(ref.Ref, schemas)].Required) > 0
	return &Body{Required: needed, Content: map[string]Media{"application/json": {ref}}}
}

var code = regexp.MustCompile(`^[1-5][0-9][0-9]$`)

// responses are the success and the refusals that a client should expect of this operation; whatever else
// can go wrong with it is a problem document too.
func (r *reader) responses(route rpc.Route, method string) map[string]Response {
	success := strconv.Itoa(route.Status)
	if !code.MatchString(success) {
		panic("openapi: route " + route.Pattern + " succeeds with " + success)
	}
	all := map[string]Response{
		success: r.success(route, method), "400": problem("Invalid"), "429": problem("Limited"), "503": problem("Unavailable"), "default": problem("Problem"),
	}
	if route.Status == http.StatusCreated && route.Response.Implements(reflect.TypeFor[rpc.Found]()) {
		there := all[success]
		there.Description = "It was there before."
		all["200"] = there
	}
	if len(route.Media) > 0 {
		all["304"] = problem("NotModified") // to who has its bytes
	}
	if len(security(route)) > 0 {
		all["401"] = problem("Unauthenticated")
		all["403"] = problem("Forbidden") // to an API key, if to nobody else
	}
	if strings.Contains(route.Pattern, "{") {
		all["404"] = problem("NotFound")
	}
	if route.Keyed {
		all["409"] = problem("Conflict")
	}
	return all
}

// problem is an answer that operations share.
func problem(name string) Response { return Response{Ref: "#/components/responses/" + name} }

// success is the answer of a call that went well.
func (r *reader) success(route rpc.Route, method string) Response {
	s := Response{Description: http.StatusText(route.Status), Headers: map[string]Header{requestID: {Ref: headers + "RequestID"}}}
	if method != http.MethodGet {
		s.Headers[replayed] = Header{Ref: headers + "IdempotencyReplayed"}
	}
	text := &Schema{Type: "string"}
	switch {
	case route.Status == http.StatusNoContent:
	case route.Response == reflect.TypeFor[rpc.Redirect]():
		s.Headers["Location"] = Header{Description: "where to go", Required: true, Schema: text}
		s.Headers["Set-Cookie"] = Header{Description: "what to remember on the way", Schema: text}
	case route.Response == reflect.TypeFor[rpc.Content](), route.Response == reflect.TypeFor[rpc.Stream]():
		if len(route.Media) == 0 {
			panic("openapi: route " + route.Pattern + " does not say what it gives")
		}
		s.Content = map[string]Media{}
		for _, media := range route.Media {
			s.Content[media] = Media{text}
			if media == "application/json" {
				s.Content[media] = Media{&Schema{Type: "object"}}
			}
		}
	default:
		s.Content = map[string]Media{"application/json": {r.of(route.Response)}}
	}
	return s
}

const (
	headers   = "#/components/headers/"
	requestID = "X-Request-ID"
	replayed  = "Idempotency-Replayed"
)

// common is what operations share.
func (r *reader) common() Components {
	one, most, text := int64(1), int64(255), &Schema{Type: "string"}
	c := Components{
		Schemas: r.schemas,
		Parameters: map[string]Parameter{"IdempotencyKey": {
			Name: "Idempotency-Key", In: rpc.InHeader, Required: true,
			Description: "Names this call: the same key again, with the same address and body, acts once and gives the first answer.",
			Schema:      &Schema{Type: "string", MinLength: &one, MaxLength: &most, Pattern: "^[!-~]+$"},
		}},
		Headers: map[string]Header{
			"RequestID":           {Description: "The name of the request; give it when you ask us about it.", Required: true, Schema: text},
			"IdempotencyReplayed": {Description: "Present when this is the answer of an earlier call, given again.", Schema: &Schema{Type: "string", Enum: []string{"true"}}},
			"Authenticate":        {Description: "How to prove who you are.", Required: true, Schema: text},
		},
		Responses: map[string]Response{},
		SecuritySchemes: map[string]Security{
			bearer: {
				Type: "http", Scheme: "bearer", Format: "JWT", Description: "The access token of a session. A role beside it is one that the token must carry.",
			},
			apiKey: {
				Type: "http", Scheme: "bearer", Format: "twk", Description: "An API key. The scope beside it is one that the key must have; where none is, no key may call.",
			},
		},
	}
	c.Responses["NotModified"] = Response{Description: "You have it: your If-None-Match names its ETag.", Headers: map[string]Header{requestID: {Ref: headers + "RequestID"}}}
	body := map[string]Media{"application/problem+json": {r.of(reflect.TypeFor[rpc.Problem]())}}
	for name, description := range map[string]string{
		"Problem": "Any other refusal; its code says which.", "Invalid": "The request cannot be meant: change it.",
		"Unauthenticated": "Nobody we know asks.", "Forbidden": "The caller may not do that.", "NotFound": "There is no such thing, or it is somebody else's.",
		"Conflict": "It contradicts what is.", "Limited": "Too often: wait.", "Unavailable": "We cannot answer now: try again with the same key.",
	} {
		response := Response{Description: description, Headers: map[string]Header{requestID: {Ref: headers + "RequestID"}}, Content: body}
		switch name {
		case "Unauthenticated":
			response.Headers["WWW-Authenticate"] = Header{Ref: headers + "Authenticate"}
		case "Problem": // a sign-in that went wrong is one too
			response.Headers["WWW-Authenticate"] = Header{Description: "How to prove who you are, if that is what is missing.", Schema: text}
		}
		c.Responses[name] = response
	}
	return c
}
