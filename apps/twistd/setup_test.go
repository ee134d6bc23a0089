package main

import (
	"bytes"
	"context"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/testkit/pgtest"
)

// asProgram makes this binary the program itself, so that a test can see it as its caller does: by its output
// and its exit code.
const asProgram = "TWIST_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(pgtest.Main(m))
}

// process runs the program as a process of its own and gives its exit code.
func process(t *testing.T, v variables, args ...string) (out *output, code int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], args...)
	command.Env = append(os.Environ(), asProgram+"=1")
	for name, value := range v {
		command.Env = append(command.Env, name+"="+value)
	}
	out = &output{}
	command.Stdout, command.Stderr = &out.stdout, &out.stderr
	var failed *exec.ExitError
	if err := command.Run(); err != nil {
		require.ErrorAs(t, err, &failed)
		return out, failed.ExitCode()
	}
	return out, 0
}

// migrated makes the schema as an operator does.
func migrated(ctx context.Context, url string) error {
	return run(ctx, []string{"migrate"}, variables{"TWIST_DATABASE_URL": url}.lookup, new(bytes.Buffer), new(bytes.Buffer))
}

// demonstrated is migrated, with all that the demo stores.
func demonstrated(ctx context.Context, url string) error {
	return run(ctx, []string{"demo", "--database-url", url}, quiet().lookup, new(bytes.Buffer), new(bytes.Buffer))
}

// inDatabase is an environment that names a database.
func inDatabase(url string) variables {
	v := quiet()
	v["TWIST_DATABASE_URL"] = url
	return v
}

// owner works on a database as whoever made it.
func owner(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// number gives what a query counts.
func number(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n), query)
	return n
}

// withPassword is the URL of a database with one in it, that the server asks for or not.
func withPassword(t *testing.T, of string) (secretive, password string) {
	t.Helper()
	u, err := url.Parse(of)
	require.NoError(t, err)
	password, given := u.User.Password()
	if !given {
		password = "hunter2-hunter2"
		u.User = url.UserPassword(u.User.Username(), password)
	}
	return u.String(), password
}
