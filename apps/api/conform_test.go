package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/twist-platform/twist/apps/api"
	"github.com/twist-platform/twist/apps/internal/openapi"
)

// contract holds what was said against what the document says. Objects of answers are closed here: a field
// that we give and do not describe is a fault of ours, though clients are told to expect new ones.
type contract struct {
	document *openapi.Document
	table    *http.ServeMux // finds the operation of an address
	byID     map[string]place
	compiler *jsonschema.Compiler

	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema
	done     map[string]bool // operations that succeeded at least once
}

// place is where an operation stands in the document.
type place struct {
	*openapi.Operation

	pointer string
}

const documentURL = "https://twist.example/openapi.json"

// described is the contract of all tests here.
var described = sync.OnceValue(func() *contract { return newContract(api.Document()) })

func newContract(d *openapi.Document) *contract {
	c := &contract{
		document: d, table: http.NewServeMux(), byID: map[string]place{}, compiler: jsonschema.NewCompiler(),
		compiled: map[string]*jsonschema.Schema{}, done: map[string]bool{},
	}
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.JSON()))
	if err != nil {
		panic(err)
	}
	closeObjects(raw)
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource(documentURL, raw); err != nil {
		panic(err)
	}
	for path, operations := range d.Paths {
		for method, operation := range operations {
			c.table.Handle(strings.ToUpper(method)+" "+path, named(operation.ID))
			c.byID[operation.ID] = place{operation, "/paths/" + escaped(path) + "/" + method}
		}
	}
	return c
}

// named is a handler that only has a name.
type named string

func (named) ServeHTTP(http.ResponseWriter, *http.Request) {}

// escaped writes a part of a JSON pointer.
func escaped(part string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(part) }

// closeObjects refuses unknown fields everywhere.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, open := v["additionalProperties"]; v["properties"] != nil && v["type"] == "object" && !open {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range v {
			closeObjects(inner)
		}
	}
}

// exchange is a request and its answer.
type exchange struct {
	request *http.Request
	sent    []byte
	status  int
	header  http.Header
	got     []byte
}

// breaches lists where an exchange is not what the document says. An address that the document does not
// have is none of its business.
func (c *contract) breaches(e exchange) (bad []string) {
	h, _ := c.table.Handler(e.request)
	name, ok := h.(named)
	if !ok {
		return nil
	}
	operation := c.byID[string(name)]
	complain := func(format string, args ...any) {
		bad = append(bad, fmt.Sprintf("%s: %d: ", name, e.status)+fmt.Sprintf(format, args...))
	}
	status := fmt.Sprint(e.status)
	response, ok := operation.Responses[status]
	if !ok {
		if response, ok = operation.Responses["default"]; !ok || e.status < 400 {
			complain("this status is not described")
			return bad
		}
		status = "default"
	}
	if e.status < 400 {
		c.heard(operation, e, complain)
		c.mu.Lock()
		c.done[operation.ID] = true
		c.mu.Unlock()
	}
	pointer := operation.pointer + "/responses/" + status
	if response.Ref != "" {
		pointer = strings.TrimPrefix(response.Ref, "#")
		response = c.document.Components.Responses[response.Ref[strings.LastIndex(response.Ref, "/")+1:]]
	}
	c.said(pointer, response, e, complain)
	return bad
}

// heard checks a request that was accepted.
func (c *contract) heard(operation place, e exchange, complain func(string, ...any)) {
	query := e.request.URL.Query()
	for i, p := range operation.Parameters {
		pointer := fmt.Sprintf("%s/parameters/%d/schema", operation.pointer, i)
		if p.Ref != "" {
			pointer = strings.TrimPrefix(p.Ref, "#") + "/schema"
			p = c.document.Components.Parameters[p.Ref[strings.LastIndex(p.Ref, "/")+1:]]
		}
		var text string
		switch p.In {
		case "query":
			text = query.Get(p.Name)
			query.Del(p.Name)
		case "header":
			text = e.request.Header.Get(p.Name)
		default:
			continue // the mux found the path; a cookie is what a browser has
		}
		var value any = text
		if p.Schema != nil && p.Schema.Type == "integer" {
			value = json.Number(text)
		}
		if text == "" && p.Required {
			complain("the parameter %s is required, and was not needed", p.Name)
		}
		if text != "" {
			c.validate(pointer, value, "parameter "+p.Name, complain)
		}
	}
	if len(query) > 0 && operation.ID != "links.follow" { // strangers append to shared links
		complain("a query was accepted that is not described: %v", query)
	}
	switch body := operation.RequestBody; {
	case body == nil && !slices.Contains([]string{"", "null", "{}"}, strings.TrimSpace(string(e.sent))):
		complain("a body was accepted that is not described: %s", e.sent)
	case body != nil && (body.Required || len(e.sent) > 0):
		c.text(operation.pointer+"/requestBody/content/application~1json/schema", e.sent, "request", complain)
	}
}

// said checks an answer.
func (c *contract) said(pointer string, response openapi.Response, e exchange, complain func(string, ...any)) {
	for name, h := range response.Headers {
		if h.Ref != "" {
			h = c.document.Components.Headers[h.Ref[strings.LastIndex(h.Ref, "/")+1:]]
		}
		if h.Required && e.header.Get(name) == "" {
			complain("the header %s is missing", name)
		}
	}
	for _, name := range []string{"Location", "Set-Cookie", "Idempotency-Replayed", "WWW-Authenticate"} {
		if _, told := response.Headers[name]; !told && e.header.Get(name) != "" {
			complain("the header %s is not described", name)
		}
	}
	if e.request.Method == http.MethodHead {
		return
	}
	media, _, _ := mime.ParseMediaType(e.header.Get("Content-Type"))
	content, ok := response.Content[media]
	switch {
	case len(response.Content) == 0 && len(e.got) > 0:
		complain("a body was given that is not described")
	case len(response.Content) > 0 && !ok:
		complain("the media type %q is not described", media)
	case ok && content.Schema != nil && strings.HasSuffix(media, "json") && media != "application/x-ndjson": // which is lines of it
		c.text(pointer+"/content/"+escaped(media)+"/schema", e.got, "answer", complain)
	}
}

// text validates the bytes of a JSON value.
func (c *contract) text(pointer string, content []byte, what string, complain func(string, ...any)) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		complain("the %s is not JSON: %v", what, err)
		return
	}
	c.validate(pointer, value, what, complain)
}

func (c *contract) validate(pointer string, value any, what string, complain func(string, ...any)) {
	c.mu.Lock()
	schema, ok := c.compiled[pointer]
	if !ok {
		var err error
		if schema, err = c.compiler.Compile(documentURL + "#" + pointer); err != nil {
			c.mu.Unlock()
			complain("no schema: %v", err)
			return
		}
		c.compiled[pointer] = schema
	}
	c.mu.Unlock()
	if err := schema.Validate(value); err != nil {
		complain("the %s is not what the document says: %v", what, err)
	}
}

// withBody is the request with these bytes to read.
func withBody(r *http.Request, content []byte) *http.Request {
	again := r.Clone(r.Context())
	again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(content)), int64(len(content))
	return again
}

// watched is a handler whose every exchange is held against the document.
func (w *world) watched(h http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		var sent bytes.Buffer
		if r.Body != nil {
			_, _ = sent.ReadFrom(r.Body) // from memory
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, withBody(r, sent.Bytes()))
		for _, bad := range described().breaches(exchange{r, sent.Bytes(), answer.Code, answer.Header(), answer.Body.Bytes()}) {
			w.t.Error(bad)
		}
		for name, values := range answer.Header() {
			out.Header()[name] = values
		}
		out.WriteHeader(answer.Code)
		_, _ = out.Write(answer.Body.Bytes()) // a client that went away hears nothing
	})
}
