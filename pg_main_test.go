package twist_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// scratch is a folder for what is built once per process.
var scratch string

// TestMain is also the program that TestKilledProcesses starts and kills.
func TestMain(m *testing.M) {
	if url := os.Getenv(childDatabase); url != "" {
		os.Exit(childMain(url))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "twist-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	return pgtest.Main(m)
}

// twistd builds the program once.
var twistd = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "twistd")
	said, err := exec.Command("go", "build", "-o", path, "./apps/twistd").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build twistd: %w: %s", err, said)
	}
	return path, nil
})

// requireVerified holds that `twistd verify`, as an operator would run it, finds nothing in a database.
func requireVerified(t testing.TB, url string) {
	t.Helper()
	path, err := twistd()
	require.NoError(t, err)
	verify := exec.CommandContext(t.Context(), path, "verify")
	verify.Env = append(os.Environ(), "TWIST_DATABASE_URL="+url)
	said, err := verify.CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.Regexp(t, `^ok: \d`, string(said))
}

func migrate(ctx context.Context, url string) error {
	_, err := postgres.Migrate(ctx, url, migrations.Files)
	return err
}

// openStore gives a store on the database of a URL, which is closed when the test ends.
func openStore(t testing.TB, url string) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 8})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}
