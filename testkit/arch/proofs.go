package arch

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

var citation = regexp.MustCompile(`\b[PEI]-\d{2}\b`)

// Proofs complains about a row of docs/must-never-happen.md whose id is taken, or that names a test
// which does not exist or does not mention the id; and about a test that cites an id without a row. A
// test is named `folder.TestName`, or `TestName` in the root; a subtest follows after a slash.
func Proofs(page string, files []File) []string {
	tests := testTexts(files)
	var bad, known []string
	for _, cells := range Rows(page, "id") {
		id := cells[0]
		if slices.Contains(known, id) {
			bad = append(bad, id+" has two rows")
		}
		known = append(known, id)
		for _, name := range quoted.FindAllStringSubmatch(cells[len(cells)-1], -1) {
			if why := unproven(tests, id, name[1]); why != "" {
				bad = append(bad, fmt.Sprintf("%s names %s, which %s", id, name[1], why))
			}
		}
	}
	for name, text := range tests {
		for _, id := range citation.FindAllString(text, -1) {
			if !slices.Contains(known, id) {
				bad = append(bad, fmt.Sprintf("%s cites %s, which has no row", name, id))
			}
		}
	}
	slices.Sort(bad)
	return bad
}

// Claims complains about a row of docs/asvs.md or docs/staking-invariants.md whose item is taken, that names a test which does not exist,
// or that names none and gives no reason. Tests are named as in Proofs.
func Claims(page string, files []File) []string {
	tests := testTexts(files)
	var bad, known []string
	for _, cells := range Rows(page, "item") {
		item := cells[0]
		if slices.Contains(known, item) {
			bad = append(bad, item+" has two rows")
		}
		known = append(known, item)
		if len(cells) != claimCells {
			bad = append(bad, item+" is not a row of four")
			continue
		}
		named := quoted.FindAllStringSubmatch(cells[2], -1)
		if len(named) == 0 && cells[3] == "" {
			bad = append(bad, item+" names no test and no reason")
		}
		for _, name := range named {
			if why := unproven(tests, "", name[1]); why != "" {
				bad = append(bad, fmt.Sprintf("%s names %s, which %s", item, name[1], why))
			}
		}
	}
	return bad
}

// claimCells is how many cells a claim has: the item, what it asks, the tests, and what to know.
const claimCells = 4

func unproven(tests map[string]string, id, name string) string {
	dot := strings.LastIndex(name, ".") + 1
	test, sub, _ := strings.Cut(name[dot:], "/")
	text, ok := tests[name[:dot]+test]
	switch {
	case !ok:
		return "does not exist"
	case !strings.Contains(text, id):
		return "does not mention it"
	case !strings.Contains(text, sub):
		return "has no such subtest"
	}
	return ""
}

// testTexts gives each test function, and each function of a contract suite, with its comment.
func testTexts(files []File) map[string]string {
	texts := map[string]string{}
	for _, f := range files {
		if !f.Test && f.Folder != "testkit/contract" {
			continue
		}
		for _, d := range f.Syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil {
				continue
			}
			name := fn.Name.Name
			if f.Folder != "" {
				name = f.Folder + "." + name
			}
			from := fn.Pos()
			if fn.Doc != nil {
				from = fn.Doc.Pos()
			}
			texts[name] = f.Source[f.Set.Position(from).Offset:f.Set.Position(fn.End()).Offset]
		}
	}
	return texts
}
