package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// Rows gives the cells of every table row of a page whose first cell is neither a heading nor a rule.
func Rows(page string, heading string) [][]string {
	var rows [][]string
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] != heading {
			rows = append(rows, cells)
		}
	}
	return rows
}

// Banned reads the page of terms: the words in its last column that stand in `code`, by the domain in
// its first, which the rows below inherit.
func Banned(page string) map[string][]string {
	banned := map[string][]string{}
	domain := ""
	for _, cells := range Rows(page, "domain") {
		if cells[0] != "" {
			domain = cells[0]
		}
		for _, word := range quoted.FindAllStringSubmatch(cells[len(cells)-1], -1) {
			banned[domain] = append(banned[domain], word[1])
		}
	}
	return banned
}

// Words complains about declared names in core/<domain> with a part that the domain's terms ban.
func Words(banned map[string][]string, files []File) []string {
	return walk(files, func(f File, n ast.Node) string {
		words := banned[strings.TrimPrefix(f.Folder, "core/")]
		for _, id := range declares(n) {
			for _, part := range parts(id.Name) {
				if slices.Contains(words, part) {
					return fmt.Sprintf("%s uses %q, which docs/terms.md bans here", id.Name, part)
				}
			}
		}
		return ""
	})
}

// declares gives the names that a node itself declares.
func declares(n ast.Node) []*ast.Ident {
	switch n := n.(type) {
	case *ast.TypeSpec:
		return []*ast.Ident{n.Name}
	case *ast.FuncDecl:
		return []*ast.Ident{n.Name}
	case *ast.ValueSpec:
		return n.Names
	case *ast.Field:
		return n.Names
	case *ast.AssignStmt:
		var names []*ast.Ident
		for _, x := range n.Lhs {
			if id, ok := x.(*ast.Ident); ok && n.Tok == token.DEFINE {
				names = append(names, id)
			}
		}
		return names
	}
	return nil
}

// parts splits a name into its words, in lower case: ErrNoPool is err, no, pool.
func parts(name string) []string {
	var words []string
	for i, r := range name {
		if i == 0 || unicode.IsUpper(r) {
			words = append(words, "")
		}
		words[len(words)-1] += string(unicode.ToLower(r))
	}
	return words
}
