package openapi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/money"
)

// Closed is a type of text with a closed list of values. Every named text in a body is one: another would
// be a schema that says less than we know.
type Closed struct {
	Name   string // in the document
	Type   reflect.Type
	Values []string
}

// Values makes a Closed of a list.
func Values[T ~string](name string, values ...T) Closed {
	c := Closed{Name: name, Type: reflect.TypeFor[T]()}
	for _, v := range values {
		c.Values = append(c.Values, string(v))
	}
	return c
}

// reader makes schemas of types. Structs and closed lists become components, everything else stands where
// it is used.
type reader struct {
	closed  []Closed
	schemas map[string]*Schema
	types   map[string]reflect.Type // by name of the component
	request bool                    // whether a request is being read
}

// of is the schema of a type. It panics for a type that has none.
func (r *reader) of(t reflect.Type) *Schema {
	switch t {
	case reflect.TypeFor[money.Amount]():
		return r.component("Amount", t, &Schema{
			Type: "string", Pattern: `^(0|-?[1-9][0-9]*)$`,
			Description: "A whole number of base units in decimal digits, at most 64 bits wide. It is a text: a JSON number would lose units in many clients.",
		})
	case reflect.TypeFor[money.Bps]():
		least, most := int64(0), int64(money.Whole)
		return r.component("BasisPoints", t, &Schema{Type: "integer", Minimum: &least, Maximum: &most, Description: "A share: 10000 is the whole."})
	case reflect.TypeFor[time.Time]():
		return &Schema{Type: "string", Format: "date-time"}
	}
	if at := slices.IndexFunc(r.closed, func(c Closed) bool { return c.Type == t }); at >= 0 {
		return r.component(r.closed[at].Name, t, &Schema{Type: "string", Enum: r.closed[at].Values})
	}
	if writesItself(t) {
		panic(fmt.Sprintf("openapi: %s writes itself, and nothing says how", t))
	}
	switch t.Kind() { //nolint:exhaustive // the rest has no schema
	case reflect.String:
		if t.PkgPath() != "" {
			panic(fmt.Sprintf("openapi: %s is a text of its own and has no list of values", t))
		}
		return &Schema{Type: "string"}
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return &Schema{Type: "integer", Format: "int64"}
	case reflect.Int32:
		return &Schema{Type: "integer", Format: "int32"}
	case reflect.Pointer:
		return r.of(t.Elem())
	case reflect.Slice:
		return &Schema{Type: "array", Items: r.of(t.Elem())}
	case reflect.Map:
		return &Schema{Type: "object", Additional: r.of(t.Elem())}
	case reflect.Struct:
		return r.object(t)
	}
	panic(fmt.Sprintf("openapi: %s has no schema", t))
}

// writesItself reports a type whose JSON its fields do not show.
func writesItself(t reflect.Type) bool {
	for _, own := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()} {
		if t.Kind() != reflect.Pointer && (t.Implements(own) || reflect.PointerTo(t).Implements(own)) {
			return true
		}
	}
	return false
}

// component keeps a schema under a name and refers to it.
func (r *reader) component(name string, t reflect.Type, s *Schema) *Schema {
	if other, taken := r.types[name]; taken && other != t {
		panic(fmt.Sprintf("openapi: %s and %s are both called %s", other, t, name))
	}
	if r.types[name] == nil {
		r.types[name], r.schemas[name] = t, s
	}
	return reference(name)
}

// object is the schema of a struct.
//
// A field of a request is optional if its absence can be told from an empty value (a pointer) or means the
// same (omitempty, omitzero), and null is absence; a field of an answer is if it leaves itself out when it
// is empty. Every other field is required. A request has no fields but these; an answer may gain some.
func (r *reader) object(t reflect.Type) *Schema {
	name := nameOf(t)
	if r.types[name] == t {
		return reference(name)
	}
	s := &Schema{Type: "object"}
	if r.request {
		s.Additional = false
	}
	ref := r.component(name, t, s) // before its fields: a type may hold itself
	for _, f := range fieldsOf(t) {
		property := r.of(f.Type)
		pointer := f.Type.Kind() == reflect.Pointer
		optional := f.omits || pointer && r.request
		if optional && r.request || pointer && !f.omits {
			property = orNull(property)
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			property.Description = doc
		}
		property.Pattern = f.Tag.Get("pattern")
		s.Properties = append(s.Properties, Property{f.name, property})
		if !optional {
			s.Required = append(s.Required, f.name)
		}
	}
	return ref
}

// orNull is a schema that null fits too.
func orNull(s *Schema) *Schema {
	if s.Ref != "" {
		return &Schema{AnyOf: []*Schema{s, {Type: "null"}}}
	}
	s.Type = []any{s.Type, "null"}
	return s
}

// field is one of a struct, as JSON has it.
type field struct {
	reflect.StructField

	name  string
	omits bool // itself, when it is empty
}

// fieldsOf lists what JSON has of a struct, embedded ones opened.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || f.Anonymous || !f.IsExported() {
			continue
		}
		if name == "" {
			panic(fmt.Sprintf("openapi: %s.%s has no name in JSON", t, f.Name))
		}
		omits := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		fields = append(fields, field{StructField: f, name: name, omits: omits})
	}
	return fields
}

// nameOf is the name of a struct in the document: the type's own without its suffix Body, and for a type
// with a parameter that one's before it: list[poolBody] is PoolList.
func nameOf(t reflect.Type) string {
	name, argument, generic := strings.Cut(strings.TrimSuffix(t.Name(), "]"), "[")
	name = title(strings.TrimSuffix(name, "Body"))
	if name == "" {
		panic(fmt.Sprintf("openapi: %s has no name", t))
	}
	if generic {
		name = title(strings.TrimSuffix(argument[strings.LastIndex(argument, ".")+1:], "Body")) + name
	}
	return name
}

func title(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
