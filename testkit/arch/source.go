package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Floats complains about floating-point types and literals: no amount is ever near one.
func Floats(files []File) []string {
	return walk(files, func(f File, n ast.Node) string {
		switch n := n.(type) {
		case *ast.Ident:
			if n.Name == "float32" || n.Name == "float64" {
				return n.Name
			}
		case *ast.BasicLit:
			if n.Kind == token.FLOAT || n.Kind == token.IMAG {
				return "the literal " + n.Value
			}
		}
		return ""
	})
}

// Clocks complains about code that reads the time of day or waits.
func Clocks(files []File) []string {
	waits := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
	return walk(files, func(f File, n ast.Node) string {
		s, ok := n.(*ast.SelectorExpr)
		if ok && isPackage(f, s.X, "time") && slices.Contains(waits, s.Sel.Name) {
			return "time." + s.Sel.Name
		}
		return ""
	})
}

// Movement complains about goroutines, channels and struct tags: core computes, and is nobody's wire
// format.
func Movement(files []File) []string {
	return walk(files, func(_ File, n ast.Node) string {
		switch n := n.(type) {
		case *ast.GoStmt:
			return "a go statement"
		case *ast.ChanType:
			return "a channel"
		case *ast.Field:
			if n.Tag != nil {
				return "a struct tag"
			}
		}
		return ""
	})
}

// PackageComments complains about a package whose comment is missing, or is in more than one file.
func PackageComments(files []File) []string {
	var order []string
	comments := map[string][]string{}
	for _, f := range files {
		if _, seen := comments[f.Folder]; !seen {
			order = append(order, f.Folder)
			comments[f.Folder] = nil
		}
		if f.Syntax.Doc != nil {
			comments[f.Folder] = append(comments[f.Folder], f.Name)
		}
	}
	var bad []string
	for _, folder := range order {
		if n := len(comments[folder]); n != 1 {
			bad = append(bad, fmt.Sprintf("%q has %d package comments %v, not one", folder, n, comments[folder]))
		}
	}
	return bad
}

// walk collects a complaint per node that visit names.
func walk(files []File, visit func(File, ast.Node) string) []string {
	var bad []string
	for _, f := range files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			if what := visit(f, n); what != "" {
				bad = append(bad, f.at(n)+": "+what)
			}
			return true
		})
	}
	return bad
}

// isPackage reports whether x names the imported package.
func isPackage(f File, x ast.Expr, path string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == localName(f, path)
}

// localName is the name under which a file imports a package, or nothing.
func localName(f File, path string) string {
	for _, imp := range f.Syntax.Imports {
		if imported, err := strconv.Unquote(imp.Path.Value); err != nil || imported != path {
			continue
		}
		if imp.Name != nil {
			return imp.Name.Name
		}
		return path[strings.LastIndex(path, "/")+1:]
	}
	return ""
}
