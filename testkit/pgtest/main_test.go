package pgtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// child names the way by which this program, started again by a test, gets a server and holds it until it
// is killed or its standard input ends.
const child = "TWIST_PGTEST_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(child); name != "" {
		os.Exit(hold(name))
	}
	os.Exit(Main(m))
}

func hold(name string) int {
	for _, w := range eligible("") {
		if w.name != name {
			continue
		}
		s, err := w.open(context.Background(), config{})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(s.admin)
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0 // without a word to the server
	}
	return 2
}

// holder starts this program again and gives the URL of the server that it holds.
func holder(t *testing.T, name string) (cmd *exec.Cmd, stdin io.Closer, admin string) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), os.Args[0], "-test.v=false") // testcontainers says less then
	cmd.Env = append(os.Environ(), child+"="+name)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = fmt.Fscanln(stdout, &admin)
	require.NoError(t, err)
	return cmd, stdin, admin
}

// each runs a test by each way that starts a server of its own, and hands it one. A machine may lack what a
// way needs: then the way has to say so, unless the environment requires it.
func each(t *testing.T, test func(t *testing.T, w way, s *server)) {
	t.Helper()
	says := map[string]string{"Docker": "scripts/images.sh|no engine answers", "a local PostgreSQL": "postgres"}
	for _, w := range eligible("") {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s, err := w.open(t.Context(), config{})
			if err != nil {
				required := w.name == "Docker" && os.Getenv(dockerPolicy) == "required"
				require.False(t, required, "%s is required: %v", w.name, err)
				require.Regexp(t, says[w.name], err.Error())
				t.Logf("not on this machine: %v", err)
				return
			}
			test(t, w, s)
		})
	}
}

func query[V any](t *testing.T, url, statement string, args ...any) V {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(t.Context())) }()
	var v V
	require.NoError(t, conn.QueryRow(t.Context(), statement, args...).Scan(&v))
	return v
}

func exists(t *testing.T, admin, database string) bool {
	t.Helper()
	return query[bool](t, admin, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, database)
}
