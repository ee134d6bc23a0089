// Package openapi writes the OpenAPI 3.1 document of a table of routes: the routes' own types, read by
// reflection, so that the document cannot promise what is not there.
//
// Only apps/api describes its table with it, and the generator of apps/client reads the result. It knows no
// operation. Its invariant: the same table gives the same bytes, and what it cannot describe in full, a
// route without a sentence or a type without a schema, is a panic at start.
package openapi

import (
	"bytes"
	"encoding/json"
)

// Document is an OpenAPI document, as far as ours goes. Maps are written in the order of their keys.
type Document struct {
	Version    string                `json:"openapi"`
	Info       Info                  `json:"info"`
	Servers    []Server              `json:"servers"`
	Tags       []Tag                 `json:"tags"`
	Paths      map[string]Operations `json:"paths"`
	Components Components            `json:"components"`
}

// Info says what the API is.
type Info struct {
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Version     string  `json:"version"`
	License     License `json:"license"`
}

// License is the one under which the API can be used.
type License struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

// Server is where the API is, relative to the document.
type Server struct {
	URL string `json:"url"`
}

// Tag is an area.
type Tag struct {
	Name string `json:"name"`
}

// Operations are those of one path, by method in small letters.
type Operations map[string]*Operation

// Operation is one route.
type Operation struct {
	ID          string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Tags        []string              `json:"tags"`
	Security    []map[string][]string `json:"security"` // empty: everyone
	Parameters  []Parameter           `json:"parameters,omitempty"`
	RequestBody *Body                 `json:"requestBody,omitempty"`
	Responses   map[string]Response   `json:"responses"`
}

// Parameter is what a request says beside its body.
type Parameter struct {
	Ref         string  `json:"$ref,omitempty"`
	Name        string  `json:"name,omitempty"`
	In          string  `json:"in,omitempty"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Schema      *Schema `json:"schema,omitempty"`
}

// Body is what a request carries.
type Body struct {
	Required bool             `json:"required,omitempty"`
	Content  map[string]Media `json:"content"`
}

// Media is a body in one media type.
type Media struct {
	Schema *Schema `json:"schema"`
}

// Response is one kind of answer.
type Response struct {
	Ref         string            `json:"$ref,omitempty"`
	Description string            `json:"description,omitempty"`
	Headers     map[string]Header `json:"headers,omitempty"`
	Content     map[string]Media  `json:"content,omitempty"`
}

// Header is one of an answer.
type Header struct {
	Ref         string  `json:"$ref,omitempty"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Schema      *Schema `json:"schema,omitempty"`
}

// Components are what operations share.
type Components struct {
	Schemas         map[string]*Schema   `json:"schemas"`
	Parameters      map[string]Parameter `json:"parameters"`
	Headers         map[string]Header    `json:"headers"`
	Responses       map[string]Response  `json:"responses"`
	SecuritySchemes map[string]Security  `json:"securitySchemes"`
}

// Security is how a caller proves who they are.
type Security struct {
	Type        string `json:"type"`
	Description string `json:"description"`
	Scheme      string `json:"scheme"`
	Format      string `json:"bearerFormat"`
}

// JSON writes the document, indented for people and with a line end.
func (d *Document) JSON() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		panic("openapi: " + err.Error()) // values of our own: it cannot be
	}
	return b.Bytes()
}
