package rpc

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// check returns an error unless a route's pattern and its request say the same: the names in the path are
// the fields that read it, what carries no body asks for none, and what a key guards is said in the path
// and the body, which its digest covers.
func (r Route) check() error {
	if r.malformed != nil {
		return r.malformed
	}
	method, path, _ := strings.Cut(r.Pattern, " ")
	var fields []string
	for _, p := range r.Parameters {
		if p.In == InPath {
			fields = append(fields, p.Name)
		}
		if p.In == InQuery && r.Keyed {
			return fmt.Errorf("the digest of a key does not cover the query %q", p.Name)
		}
	}
	names := Wildcards(path)
	slices.Sort(fields)
	slices.Sort(names)
	if !slices.Equal(fields, names) {
		return fmt.Errorf("its path has %q, its request reads %q", names, fields)
	}
	if bodyless := method == http.MethodGet || method == http.MethodHead; bodyless && takesBody(r.Request) {
		return fmt.Errorf("a %s carries no body", method)
	}
	if len(r.Scopes) > 0 && r.Access.rule != session {
		return fmt.Errorf("a scope is for what a session may do, and %s is not", r.Access)
	}
	if r.Class == Follows && (!r.looks || r.Access.rule != public) {
		return errors.New("who follows is anybody, and is told when nothing may be counted: it needs a Looking")
	}
	return nil
}

// Wildcards lists the names in braces of a path, as net/http writes them.
func Wildcards(path string) []string {
	var names []string
	for {
		_, rest, open := strings.Cut(path, "{")
		name, after, shut := strings.Cut(rest, "}")
		if !open || !shut {
			return names
		}
		if name = strings.TrimSuffix(name, "..."); name != "$" {
			names = append(names, name)
		}
		path = after
	}
}

// takesBody reports a request that has a field which a body sets.
func takesBody(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return true
	}
	return slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
		return f.IsExported() && !f.Anonymous && f.Tag.Get("json") != "-"
	})
}
