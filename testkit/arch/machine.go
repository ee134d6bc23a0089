package arch

import (
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Moves reads a machine from its code: a map literal, held by the named variable, from each state to
// those that may follow it. It writes a move as "queued → signed".
func Moves(files []File, variable string) []string {
	var moves []string
	for _, f := range files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || spec.Names[0].Name != variable || len(spec.Values) != 1 {
				return true
			}
			for _, from := range elements(spec.Values[0]) {
				if pair, ok := from.(*ast.KeyValueExpr); ok {
					for _, to := range elements(pair.Value) {
						moves = append(moves, move(word(pair.Key), word(to)))
					}
				}
			}
			return false
		})
	}
	slices.Sort(moves)
	return moves
}

func elements(x ast.Expr) []ast.Expr {
	if lit, ok := x.(*ast.CompositeLit); ok {
		return lit.Elts
	}
	return nil
}

func word(x ast.Expr) string {
	if id, ok := x.(*ast.Ident); ok {
		return strings.ToLower(id.Name)
	}
	return "?"
}

func move(from, to string) string { return from + " → " + to }

// TableMoves reads a machine from a table of a page: a state in the first cell, and what may follow it
// in the last. Words that are no state of the table say something to a reader.
func TableMoves(page string) []string {
	states := map[string]string{}
	for _, cells := range Rows(page, "state") {
		states[cells[0]] = cells[len(cells)-1]
	}
	var moves []string
	for _, from := range slices.Sorted(maps.Keys(states)) {
		for to := range strings.SplitSeq(states[from], ", ") {
			if _, ok := states[to]; ok {
				moves = append(moves, move(from, to))
			}
		}
	}
	slices.Sort(moves)
	return moves
}

var arrow = regexp.MustCompile(`(?m)^ *([a-z]+) --> ([a-z]+)`)

// DrawnMoves reads a machine from the mermaid drawing of a page; where it begins and ends is no move.
func DrawnMoves(page string) []string {
	var moves []string
	for _, m := range arrow.FindAllStringSubmatch(page, -1) {
		moves = append(moves, move(m[1], m[2]))
	}
	slices.Sort(moves)
	return moves
}
