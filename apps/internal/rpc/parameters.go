package rpc

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// The places of a request, beside its body, that a field can be read from: each is also the name of the
// tag that says so.
const (
	InPath   = "path"
	InQuery  = "query"
	InHeader = "header"
	InCookie = "cookie"
)

// Parameter is a field of a request that is not read from the body. A tag names its place and its name
// there; `min` and `max` bound a number, or the length of a text, `default` is what an absent one means,
// and `doc` is for people. A name of a path is always there, everything else may be absent.
//
// A field is a text, a whole number, a bool, or a type that reads itself (encoding.TextUnmarshaler).
// Whatever a caller writes into path or query is read in one way or refused with ErrParameter. What a
// browser sends by itself, a header or a cookie, refuses nothing: one that cannot be read is absent.
type Parameter struct {
	In, Name string
	Doc      string
	Type     reflect.Type
	Default  string
	Min, Max *int64

	at []int // the field
}

// Looking is a field that is true when nothing may be kept and the answer is all that is given: the caller has spent
// its quota of Follows.
type Looking bool

// Heading is a field that is true when only what stands before a body is asked for: by HEAD.
type Heading bool

// AnyQuery is embedded in the request of an address that strangers append to, such as a shared link: its
// query may hold what it does not declare.
type AnyQuery struct{}

// parameters is how the requests of one type are read.
type parameters struct {
	list  []Parameter
	looks []int // of a Looking
	heads []int // of a Heading
	open  bool  // has AnyQuery
}

// parametersOf reads the tags of a type. Its errors are ours: such a program must not start.
func parametersOf(t reflect.Type) (p parameters, err error) {
	if t.Kind() != reflect.Struct {
		return p, nil
	}
	for _, field := range reflect.VisibleFields(t) {
		switch field.Type {
		case reflect.TypeFor[AnyQuery]():
			p.open = true
			continue
		case reflect.TypeFor[Looking](), reflect.TypeFor[Heading]():
			if field.Type == reflect.TypeFor[Looking]() {
				p.looks = field.Index
			} else {
				p.heads = field.Index
			}
			if field.Tag.Get("json") != "-" {
				return p, fmt.Errorf("%s could be set by a body", field.Name)
			}
			continue
		}
		for _, in := range []string{InPath, InQuery, InHeader, InCookie} {
			if name, ok := field.Tag.Lookup(in); ok {
				next, err := parameterOf(field, in, name)
				if err != nil {
					return p, fmt.Errorf("%s: %w", field.Name, err)
				}
				if p.has(in, name) {
					return p, fmt.Errorf("two fields read %s %q", in, name)
				}
				p.list = append(p.list, next)
			}
		}
	}
	return p, nil
}

func (p parameters) has(in, name string) bool {
	return slices.ContainsFunc(p.list, func(q Parameter) bool { return q.In == in && q.Name == name })
}

// parameterOf reads the tags of one field.
func parameterOf(field reflect.StructField, in, name string) (p Parameter, err error) {
	p = Parameter{In: in, Name: name, Doc: field.Tag.Get("doc"), Type: field.Type, Default: field.Tag.Get("default"), at: field.Index}
	switch {
	case name == "" || !field.IsExported():
		return p, errors.New("a parameter has a name and is exported")
	case field.Tag.Get("json") != "-":
		return p, errors.New("a body could set it too: it needs json:\"-\"")
	}
	for tag, bound := range map[string]**int64{"min": &p.Min, "max": &p.Max} {
		if text, ok := field.Tag.Lookup(tag); ok {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return p, err
			}
			*bound = &n
		}
	}
	if !readable(p.Type) {
		return p, fmt.Errorf("%s is nothing that a parameter is read into", p.Type)
	}
	if p.Default != "" {
		return p, p.set(reflect.New(p.Type).Elem(), p.Default)
	}
	return p, nil
}

// readable reports a type that set knows.
func readable(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return true
	}
	switch t.Kind() { //nolint:exhaustive // the rest is refused
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64:
		return true
	}
	return false
}
