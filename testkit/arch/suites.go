package arch

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"path"
	"slices"
)

// Interfaces lists the names of the exported interfaces that the files declare, sorted.
func Interfaces(files []File) []string {
	var names []string
	for _, f := range files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if ok && spec.Name.IsExported() {
				if _, ok := spec.Type.(*ast.InterfaceType); ok {
					names = append(names, spec.Name.Name)
				}
			}
			return true
		})
	}
	slices.Sort(names)
	return names
}

// Handed lists the type names of the fields of a struct: what a unit of work hands out.
func Handed(files []File, structs ...string) []string {
	var names []string
	for _, f := range files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || !slices.Contains(structs, spec.Name.Name) {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					if id, ok := field.Type.(*ast.Ident); ok {
						names = append(names, id.Name)
					}
				}
			}
			return false
		})
	}
	return names
}

// Suites complains about a port that the table maps to no suite, an entry for a port that is gone, and
// a suite that the contract package does not export.
func Suites(ports []string, suites map[string]string, contract []File) []string {
	var bad []string
	for _, port := range ports {
		if suites[port] == "" {
			bad = append(bad, fmt.Sprintf("ports.%s has no suite: write one in testkit/contract and name it in the table", port))
		}
	}
	exported := functions(contract)
	for _, port := range slices.Sorted(maps.Keys(suites)) {
		suite := suites[port]
		if !slices.Contains(ports, port) {
			bad = append(bad, fmt.Sprintf("the table names ports.%s, which does not exist", port))
		}
		if !slices.Contains(exported, suite) {
			bad = append(bad, fmt.Sprintf("the suite of ports.%s, contract.%s, does not exist", port, suite))
			exported = append(exported, suite) // one complaint per suite
		}
	}
	return bad
}

// Unproven complains about an adapter with a type that implements a port, when no test calls the port's
// suite: one in the adapter's folder, or one elsewhere that imports it.
func (t *Tree) Unproven(adapters []Checked, files []File, suites map[string]string) ([]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ports, err := t.importer.Import(t.Module + "/ports")
	if err != nil {
		return nil, err
	}
	var bad []string
	for _, adapter := range adapters {
		called := calls(t.Module, adapter.Folder, files)
		for _, port := range slices.Sorted(maps.Keys(suites)) {
			object := ports.Scope().Lookup(port)
			if object == nil || slices.Contains(called, suites[port]) {
				continue
			}
			if name := implementer(adapter.Types.Scope(), object.Type()); name != "" {
				called = append(called, suites[port]) // one complaint per suite
				bad = append(bad, fmt.Sprintf("%s.%s is a ports.%s, and no test of it calls contract.%s", adapter.Folder, name, port, suites[port]))
			}
		}
	}
	return bad, nil
}

// implementer names a type in the scope whose values or pointers implement the interface.
func implementer(scope *types.Scope, port types.Type) string {
	face, ok := port.Underlying().(*types.Interface)
	if !ok || face.Empty() {
		return ""
	}
	for _, name := range scope.Names() {
		object, ok := scope.Lookup(name).(*types.TypeName)
		if ok && !types.IsInterface(object.Type()) && types.Implements(types.NewPointer(object.Type()), face) {
			return name
		}
	}
	return ""
}

// calls lists the suites that the tests of a folder, and those that import it, call.
func calls(module, folder string, files []File) []string {
	var names []string
	for _, f := range files {
		about := f.Folder == folder || localName(f, path.Join(module, folder)) != ""
		if !f.Test || !about {
			continue
		}
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				s, ok := call.Fun.(*ast.SelectorExpr)
				if ok && isPackage(f, s.X, path.Join(module, "testkit/contract")) {
					names = append(names, s.Sel.Name)
				}
			}
			return true
		})
	}
	return names
}

// functions lists the names of the functions that the files declare, methods aside.
func functions(files []File) []string {
	var names []string
	for _, f := range files {
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				names = append(names, fn.Name.Name)
			}
		}
	}
	return names
}
