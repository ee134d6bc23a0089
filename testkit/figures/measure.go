package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/twist-platform/twist/testkit/arch"
)

// The limits. The way past one is a better shape.
const (
	maxFile  = 400
	maxFunc  = 80
	minRatio = 0.9
)

// figures is what the files add up to.
type figures struct {
	files, funcs         []int // lengths in lines, sorted
	test, source         int   // lines; the testkit counts as test, since only tests import it
	named                int   // lines of _test.go files
	exported, documented int
	over                 []string // what is past a limit
}

func measure(files []arch.File) figures {
	var m figures
	for _, f := range files {
		if ast.IsGenerated(f.Syntax) {
			continue
		}
		lines := strings.Count(f.Source, "\n")
		switch {
		case f.Test:
			m.test += lines
			m.named += lines
			continue
		case strings.HasPrefix(f.Folder, "testkit"):
			m.test += lines
		default:
			m.source += lines
		}
		m.files = append(m.files, lines)
		if lines > maxFile {
			m.over = append(m.over, fmt.Sprintf("%s has %d lines, more than %d", f.Name, lines, maxFile))
		}
		m.add(f)
	}
	slices.Sort(m.files)
	slices.Sort(m.funcs)
	return m
}

// add measures the functions of a file and the comments on what it exports.
func (m *figures) add(f arch.File) {
	for _, d := range f.Syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			lines := f.Set.Position(d.End()).Line - f.Set.Position(d.Pos()).Line + 1
			m.funcs = append(m.funcs, lines)
			if lines > maxFunc {
				m.over = append(m.over, fmt.Sprintf("%s: %s has %d lines, more than %d", f.Name, d.Name.Name, lines, maxFunc))
			}
			if d.Name.IsExported() && reachable(d.Recv) {
				m.comment(f, d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok && t.Name.IsExported() {
					m.comment(f, t.Name, t.Doc, d.Doc)
				}
			}
		}
	}
}

// comment counts one exported name. What is inside apps is exported to ourselves only.
func (m *figures) comment(f arch.File, name *ast.Ident, docs ...*ast.CommentGroup) {
	if strings.HasPrefix(f.Folder, "apps/internal") {
		return
	}
	m.exported++
	if slices.ContainsFunc(docs, func(g *ast.CommentGroup) bool { return g != nil }) {
		m.documented++
		return
	}
	m.over = append(m.over, fmt.Sprintf("%s: %s has no comment", f.Name, name.Name))
}

// reachable reports a function, or a method of an exported type.
func reachable(receiver *ast.FieldList) bool {
	if receiver == nil {
		return true
	}
	t := receiver.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	id, ok := t.(*ast.Ident)
	return !ok || id.IsExported()
}

// excess says what is past a limit.
func (m figures) excess() []string {
	over := slices.Clone(m.over)
	if m.ratio() < minRatio {
		missing := int(minRatio*float64(m.source)) - m.test
		over = append(over, fmt.Sprintf("test : source is %.2f, under %.1f: %d lines of test to %d of source, %d short",
			m.ratio(), minRatio, m.test, m.source, missing))
	}
	return over
}

func (m figures) ratio() float64 { return float64(m.test) / float64(max(m.source, 1)) }

// strictRatio tells test from source by file names alone.
func (m figures) strictRatio() float64 {
	return float64(m.named) / float64(max(m.source+m.test-m.named, 1))
}

func (m figures) doc() int { return 100 * m.documented / max(m.exported, 1) }

// at is a percentile of sorted lengths.
func at(sorted []int, percent int) int {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)*percent/100]
}
