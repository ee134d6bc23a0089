package arch

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Code is one declared fault, as clients meet it.
type Code struct {
	Code    string
	Kind    string
	Message string
	Folder  string
	At      string
}

var snake = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// Codes collects every fault.New of the files, sorted by code. It complains about a code that is not
// snake_case, that is declared twice, or that is not written where it is declared.
func Codes(module string, files []File) (codes []Code, bad []string) {
	for _, f := range files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !declaresFault(module, f, call) {
				return true
			}
			c, ok := read(call)
			c.Folder, c.At = f.Folder, f.at(call)
			switch {
			case !ok:
				bad = append(bad, c.At+": a fault's kind, code and message are written where it is declared")
			case !snake.MatchString(c.Code):
				bad = append(bad, fmt.Sprintf("%s: the code %q is not snake_case", c.At, c.Code))
			default:
				codes = append(codes, c)
			}
			return true
		})
	}
	slices.SortFunc(codes, func(a, b Code) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.At, b.At)) })
	for i := range codes {
		if i > 0 && codes[i].Code == codes[i-1].Code {
			bad = append(bad, fmt.Sprintf("%s: the code %q is also declared at %s", codes[i].At, codes[i].Code, codes[i-1].At))
		}
	}
	return codes, bad
}

// declaresFault reports a call of fault.New, which the package itself calls New.
func declaresFault(module string, f File, call *ast.CallExpr) bool {
	const folder = "core/fault"
	switch name := call.Fun.(type) {
	case *ast.SelectorExpr:
		return name.Sel.Name == "New" && isPackage(f, name.X, module+"/"+folder)
	case *ast.Ident:
		return f.Folder == folder && name.Name == "New"
	}
	return false
}

func read(call *ast.CallExpr) (c Code, ok bool) {
	if len(call.Args) != 3 {
		return c, false
	}
	switch kind := call.Args[0].(type) {
	case *ast.SelectorExpr:
		c.Kind = kind.Sel.Name
	case *ast.Ident:
		c.Kind = kind.Name
	}
	var codeOK, messageOK bool
	c.Code, codeOK = literal(call.Args[1])
	c.Message, messageOK = literal(call.Args[2])
	return c, c.Kind != "" && codeOK && messageOK
}

// literal is the text of a string literal.
func literal(x ast.Expr) (string, bool) {
	lit, ok := x.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// ErrorPage writes the table of codes for docs/errors.md.
func ErrorPage(codes []Code) string {
	var b strings.Builder
	b.WriteString("# Error codes\n\n" +
		"Every refusal carries one of these codes, and clients branch on the code, never on the message.\n" +
		"This page is generated from the declarations: run `make generate` after a change and read the diff.\n" +
		"A code that disappears from it breaks a client.\n\n" +
		"| code | kind | message | declared in |\n|---|---|---|---|\n")
	for _, c := range codes {
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", c.Code, c.Kind, c.Message, cmp.Or(c.Folder, "."))
	}
	return b.String()
}
