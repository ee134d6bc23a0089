package arch

import (
	"fmt"
	"go/ast"
	"slices"
)

// EventKinds reads the kinds of events from their declarations: the constants of type Kind, by name.
func EventKinds(files []File) map[string]string {
	kinds := map[string]string{}
	for _, f := range files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, ok := spec.Type.(*ast.Ident); ok && of.Name == "Kind" {
				for i, name := range spec.Names {
					if i < len(spec.Values) {
						kinds[name.Name], _ = literal(spec.Values[i])
					}
				}
			}
			return true
		})
	}
	return kinds
}

// Events complains about a kind of event that the page does not describe or that the function Kinds does not
// list, and about a row of the page for a kind that is not declared, or for one twice.
func Events(page string, files []File) []string {
	var bad, rows []string
	for _, cells := range Rows(page, "kind") {
		for _, kind := range quoted.FindAllStringSubmatch(cells[0], -1) {
			if slices.Contains(rows, kind[1]) {
				bad = append(bad, fmt.Sprintf("the page describes %s twice", kind[1]))
			}
			rows = append(rows, kind[1])
		}
	}
	listed := listedBy(files, "Kinds")
	for name, kind := range EventKinds(files) {
		if !slices.Contains(rows, kind) {
			bad = append(bad, fmt.Sprintf("the page does not describe %s", kind))
		}
		if !slices.Contains(listed, name) {
			bad = append(bad, fmt.Sprintf("Kinds does not list %s", name))
		}
		rows = slices.DeleteFunc(rows, func(row string) bool { return row == kind })
	}
	for _, row := range rows {
		bad = append(bad, fmt.Sprintf("the page describes %s, which is not declared", row))
	}
	slices.Sort(bad)
	return bad
}

// listedBy gives the names that a function mentions.
func listedBy(files []File, function string) (names []string) {
	for _, f := range files {
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == function && fn.Recv == nil {
				ast.Inspect(fn, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						names = append(names, id.Name)
					}
					return true
				})
			}
		}
	}
	return names
}
