package arch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"sync"
)

// Package is what the guards read of go list -json.
type Package struct {
	ImportPath   string
	Dir          string
	Export       string // the file with its compiled types
	Standard     bool
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
	Module       *struct {
		Path string
		Main bool
	}
}

// File is one parsed source file.
type File struct {
	Folder string // of its package, "" for the root
	Name   string // its path from the root
	Test   bool   // its name ends in _test.go
	Source string
	Syntax *ast.File
	Set    *token.FileSet
}

// at names the line of a node.
func (f File) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.Name, f.Set.Position(n.Pos()).Line)
}

// Checked is one package with its types: what its production files declare and use.
type Checked struct {
	Folder string
	Files  []File
	Types  *types.Package
	Info   *types.Info
}

// Tree is the repository as the guards see it.
type Tree struct {
	Module   string
	Dir      string
	Packages []Package // of this module
	Files    []File    // of those packages, tests included

	set      *token.FileSet
	mu       sync.Mutex // the importer is not safe for concurrent use
	importer types.Importer
}

// Load reads the module in dir with one go list, which compiles what changed since the last build. A
// package that does not build has no types: only the guards that need them fail.
func Load(ctx context.Context, dir string) (*Tree, error) {
	all, err := list(ctx, dir)
	if err != nil {
		return nil, err
	}
	t := &Tree{Dir: dir, set: token.NewFileSet()}
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
		if p.Module == nil || !p.Module.Main {
			continue
		}
		t.Module = p.Module.Path
		t.Packages = append(t.Packages, p)
		if err := t.parse(p); err != nil {
			return nil, err
		}
	}
	t.importer = importer.ForCompiler(t.set, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("%s has no compiled types", path)
		}
		return os.Open(exports[path])
	})
	return t, nil
}

func list(ctx context.Context, dir string) ([]Package, error) {
	const fields = "ImportPath,Dir,Export,Standard,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports,Deps,Module"
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-export", "-deps", "-json="+fields, "./...")
	var out, said bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, said.Bytes())
	}
	var all []Package
	for d := json.NewDecoder(&out); ; {
		var p Package
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read what go list printed: %w", err)
		}
		all = append(all, p)
	}
}

func (t *Tree) parse(p Package) error {
	folder, _ := inside(t.Module, p.ImportPath)
	for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
		source, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return err
		}
		f, err := parse(t.set, folder, path.Join(folder, name), string(source))
		if err != nil {
			return err
		}
		f.Test = !slices.Contains(p.GoFiles, name)
		t.Files = append(t.Files, f)
	}
	return nil
}

func parse(set *token.FileSet, folder, name, source string) (File, error) {
	syntax, err := parser.ParseFile(set, name, source, parser.ParseComments|parser.SkipObjectResolution)
	return File{Folder: folder, Name: name, Source: source, Syntax: syntax, Set: set}, err
}

// Source gives the production files of the named folders and those below them, or all of them.
func (t *Tree) Source(folders ...string) []File {
	return slices.DeleteFunc(slices.Clone(t.Files), func(f File) bool {
		wanted := len(folders) == 0 || slices.ContainsFunc(folders, func(name string) bool { return covers(name, f.Folder) })
		return f.Test || !wanted
	})
}

// Check gives the types of one package's files, which may import whatever the module already does.
func (t *Tree) Check(folder string, files []File) (Checked, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := Checked{Folder: folder, Files: files, Info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
	}}
	syntax := make([]*ast.File, len(files))
	for i, f := range files {
		syntax[i] = f.Syntax
	}
	var err error
	c.Types, err = (&types.Config{Importer: t.importer}).Check(path.Join(t.Module, folder), t.set, syntax, c.Info)
	return c, err
}

// CheckAll gives the types of every package that lies in the named folders, or of all.
func (t *Tree) CheckAll(folders ...string) ([]Checked, error) {
	byFolder := map[string][]File{}
	var order []string
	for _, f := range t.Source(folders...) {
		if byFolder[f.Folder] == nil {
			order = append(order, f.Folder)
		}
		byFolder[f.Folder] = append(byFolder[f.Folder], f)
	}
	var all []Checked
	for _, folder := range order {
		c, err := t.Check(folder, byFolder[folder])
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
