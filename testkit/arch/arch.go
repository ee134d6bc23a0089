// Package arch guards the repository's shape: who may import whom, what core may not do, which codes,
// interfaces and words exist, and that every port is proven by a suite.
//
// Each guard is a pure function from what it reads to a list of complaints, so that a planted violation
// shows it bite; its test then runs it on the whole repository. Only tests and testkit/figures import
// this package, and it imports the standard library alone.
package arch

import (
	"fmt"
	"slices"
	"strings"
)

// Check returns a complaint for every import that the table does not allow, and for every package that
// has no row in it.
func Check(module string, pkgs []Package) []string {
	var bad []string
	for _, p := range pkgs {
		from, ours := inside(module, p.ImportPath)
		if !ours {
			continue
		}
		row, ok := find(from)
		if !ok {
			bad = append(bad, fmt.Sprintf("%q has no row in the import table", from))
			continue
		}
		for _, imp := range p.Imports {
			if why := row.refuses(module, imp); why != "" {
				bad = append(bad, fmt.Sprintf("%q imports %s: %s", from, imp, why))
			}
		}
		for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := row.refusesInTests(module, imp); why != "" {
				bad = append(bad, fmt.Sprintf("%q imports %s in a test: %s", from, imp, why))
			}
		}
	}
	return bad
}

// Missing lists the rows and the names in them that no package answers to, so that a renamed folder
// cannot disarm its rule.
func Missing(module string, pkgs []Package) []string {
	var folders []string
	for _, p := range pkgs {
		if folder, ours := inside(module, p.ImportPath); ours {
			folders = append(folders, folder)
		}
	}
	var bad []string
	for _, row := range table {
		for _, name := range slices.Concat([]string{row.folder}, row.may, row.tests) {
			if !slices.ContainsFunc(folders, func(f string) bool { return covers(name, f) }) {
				bad = append(bad, fmt.Sprintf("the row of %q names %q, which holds no package", row.folder, name))
			}
		}
	}
	return bad
}

// Linked returns the refused packages among the dependencies of a program. It is a complaint too when
// there is no such program.
func Linked(program string, pkgs []Package, refused ...string) []string {
	at := slices.IndexFunc(pkgs, func(p Package) bool { return p.ImportPath == program })
	if at < 0 {
		return []string{"there is no program " + program}
	}
	var bad []string
	for _, dep := range pkgs[at].Deps {
		for _, name := range refused {
			if covers(name, dep) {
				bad = append(bad, fmt.Sprintf("%s links %s", program, dep))
			}
		}
	}
	return bad
}

// inside gives the folder of an import path of this module: "" is the root.
func inside(module, path string) (folder string, ours bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

// covers reports whether folder is name or lies below it. The root covers itself alone.
func covers(name, folder string) bool {
	return folder == name || (name != "" && strings.HasPrefix(folder, name+"/"))
}
