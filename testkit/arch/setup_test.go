package arch

import (
	"context"
	"flag"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root   = "../.."
	module = "github.com/twist-platform/twist"
)

var update = flag.Bool("update", false, "rewrite the generated pages and golden files")

// load runs go list once for all tests of this package.
var load = sync.OnceValues(func() (*Tree, error) { return Load(context.Background(), root) })

func repository(t *testing.T) *Tree {
	t.Helper()
	tree, err := load()
	require.NoError(t, err)
	require.Equal(t, module, tree.Module)
	return tree
}

func checked(t *testing.T, folders ...string) []Checked {
	t.Helper()
	pkgs, err := repository(t).CheckAll(folders...)
	require.NoError(t, err)
	return pkgs
}

// plant parses one file as if it stood in the folder.
func plant(t *testing.T, folder, source string) []File {
	t.Helper()
	f, err := parse(token.NewFileSet(), folder, folder+"/planted.go", source)
	require.NoError(t, err)
	return []File{f}
}

// plantTyped is plant with types; the source may import this module's packages.
func plantTyped(t *testing.T, folder, source string) []Checked {
	t.Helper()
	tree := repository(t)
	tree.mu.Lock()
	f, err := parse(tree.set, folder, folder+"/planted.go", source)
	tree.mu.Unlock()
	require.NoError(t, err)
	c, err := tree.Check(folder, []File{f})
	require.NoError(t, err)
	return []Checked{c}
}

// none fails with a complaint per line.
func none(t *testing.T, complaints []string) {
	t.Helper()
	require.Empty(t, strings.Join(complaints, "\n"))
}

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

// golden compares with a committed file, or rewrites it under -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(got), 0o644))
	}
	require.Equal(t, page(t, name), got, "run make generate, and read the diff of %s", name)
}
