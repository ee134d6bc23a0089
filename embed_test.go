package twist_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The library is what it says: another module embeds it through its exported API alone, with adapters and
// keys of its own, and nothing but what this module requires.
func TestAnotherModuleEmbedsTheLibrary(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	require.NoError(t, err)
	mod, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	_, requirements, ok := strings.Cut(string(mod), "require (")
	require.True(t, ok)
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	program, err := os.ReadFile(filepath.Join("testdata", "embed", "main.go"))
	require.NoError(t, err)

	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/embed\n\ngo 1.26\n\nrequire github.com/twist-platform/twist v0.0.0\n\n" +
			"replace github.com/twist-platform/twist => " + here + "\n\nrequire (" + requirements,
		"go.sum": string(sums), "main.go": string(program),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	run := exec.CommandContext(t.Context(), "go", "run", ".")
	run.Dir = dir
	run.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	output, err := run.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.Equal(t, "staked 25000000000 left 15000000000\n", string(output))
}
