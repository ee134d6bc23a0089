package arch

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// API lists what the packages export, a line each and sorted: constants with their values, functions,
// types, their exported fields and their methods. A changed line is a change for whoever embeds them.
func API(pkgs []Checked) []string {
	var lines []string
	for _, p := range pkgs {
		for _, name := range p.Types.Scope().Names() {
			if object := p.Types.Scope().Lookup(name); object.Exported() {
				lines = append(lines, declared(p.Types.Name(), object)...)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func declared(pkg string, object types.Object) []string {
	name := pkg + "." + object.Name()
	switch object := object.(type) {
	case *types.Const:
		return []string{fmt.Sprintf("%s const %s = %s", name, text(object.Type()), object.Val())}
	case *types.Var:
		return []string{fmt.Sprintf("%s var %s", name, text(object.Type()))}
	case *types.Func:
		return []string{fmt.Sprintf("%s %s", name, text(object.Type()))}
	case *types.TypeName:
		return shape(name, object)
	}
	return nil
}

// shape lists a type with its exported fields and methods.
func shape(name string, object *types.TypeName) []string {
	if object.IsAlias() {
		return []string{fmt.Sprintf("%s = %s", name, text(types.Unalias(object.Type())))}
	}
	named, ok := object.Type().(*types.Named)
	if !ok {
		return nil
	}
	var lines []string
	member := func(m types.Object) {
		if m.Exported() {
			lines = append(lines, fmt.Sprintf("%s.%s %s", name, m.Name(), text(m.Type())))
		}
	}
	switch under := named.Underlying().(type) {
	case *types.Struct:
		lines = append(lines, name+" struct")
		for field := range under.Fields() {
			member(field)
		}
	case *types.Interface:
		lines = append(lines, name+" interface")
		for method := range under.Methods() {
			member(method)
		}
	default:
		lines = append(lines, name+" "+text(under))
	}
	for method := range named.Methods() {
		receiver := ""
		if _, pointer := method.Signature().Recv().Type().(*types.Pointer); pointer {
			receiver = "*"
		}
		if method.Exported() {
			lines = append(lines, fmt.Sprintf("%s%s.%s %s", receiver, name, method.Name(), text(method.Type())))
		}
	}
	return lines
}

// text writes a type on one line, with short package names: in this module they are unique.
func text(t types.Type) string {
	return strings.ReplaceAll(types.TypeString(t, func(p *types.Package) string { return p.Name() }), "\n", " ")
}
