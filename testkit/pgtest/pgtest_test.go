package pgtest_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/testkit/pgtest"
)

var migrations atomic.Int64 // how often migrate ran

func migrate(ctx context.Context, url string) error {
	migrations.Add(1)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `CREATE TABLE word (word text); INSERT INTO word VALUES ('b'), ('A')`)
	return errors.Join(err, conn.Close(ctx))
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	return conn
}

func words(t *testing.T, conn *pgx.Conn, order string) string {
	t.Helper()
	var all string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT string_agg(word, ' ' ORDER BY `+order+`) FROM word`).Scan(&all))
	return all
}

func TestDatabasesAreIsolated(t *testing.T) {
	t.Parallel()
	mine, other := connect(t, pgtest.Open(t, migrate)), connect(t, pgtest.Open(t, migrate))
	_, err := mine.Exec(t.Context(), `INSERT INTO word VALUES ('c')`)
	require.NoError(t, err)
	require.Equal(t, "A b c", words(t, mine, "word"))
	require.Equal(t, "A b", words(t, other, "word"))
}

func TestManyOpenAtOnce(t *testing.T) {
	t.Parallel()
	for range 20 {
		t.Run("one_of_many", func(t *testing.T) {
			t.Parallel()
			conn := connect(t, pgtest.Open(t, migrate))
			require.Equal(t, "A b", words(t, conn, "word"))
			require.EqualValues(t, 1, migrations.Load())
		})
	}
}

// A schema that relies on the order of bytes has to say so, whatever the server was set up with.
func TestTextComparesAsInADictionary(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.Open(t, func(ctx context.Context, url string) error {
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		_, err = c.Exec(ctx, `CREATE TABLE word (word text); INSERT INTO word VALUES ('b'), ('A'), ('C')`)
		return errors.Join(err, c.Close(ctx))
	}))
	require.Equal(t, "A b C", words(t, conn, "word"))
	require.Equal(t, "A C b", words(t, conn, `word COLLATE "C"`))
}

func TestDatabaseIsDroppedWithWhoeverIsConnected(t *testing.T) {
	t.Parallel()
	var opened string
	t.Run("open", func(t *testing.T) {
		opened = pgtest.Open(t, nil)
		connect(t, opened) // and never closed
	})
	u, err := url.Parse(opened)
	require.NoError(t, err)
	var left int
	row := connect(t, pgtest.Admin(t)).QueryRow(t.Context(), `SELECT count(*) FROM pg_database WHERE datname = $1`, strings.TrimPrefix(u.Path, "/"))
	require.NoError(t, row.Scan(&left))
	require.Zero(t, left)
}

func TestWithoutMigrationItIsEmpty(t *testing.T) {
	t.Parallel()
	var tables int
	row := connect(t, pgtest.Open(t, nil)).QueryRow(t.Context(), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`)
	require.NoError(t, row.Scan(&tables))
	require.Zero(t, tables)
}

// PostgreSQL copies no database that somebody is connected to.
func TestMigrationMayLeaveConnectionsOpen(t *testing.T) {
	t.Parallel()
	leaks := func(ctx context.Context, url string) error {
		_, err := pgx.Connect(ctx, url)
		return err
	}
	for range 2 {
		connect(t, pgtest.Open(t, leaks))
	}
}

// Functions that captured different values are different, though their code is the same.
func TestMigrationsAreToldApart(t *testing.T) {
	t.Parallel()
	makes := func(name string) func(context.Context, string) error {
		return func(ctx context.Context, url string) error {
			conn, err := pgx.Connect(ctx, url)
			if err != nil {
				return err
			}
			_, err = conn.Exec(ctx, `CREATE TABLE word (word text); INSERT INTO word VALUES ('`+name+`')`)
			return errors.Join(err, conn.Close(ctx))
		}
	}
	for _, name := range []string{"x", "y"} {
		require.Equal(t, name, words(t, connect(t, pgtest.Open(t, makes(name))), "word"))
	}
}

func TestAdminEndsASession(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.Open(t, nil))
	admin := connect(t, pgtest.Admin(t))
	_, err := admin.Exec(t.Context(), `SELECT pg_terminate_backend($1, 10000)`, conn.PgConn().PID())
	require.NoError(t, err)
	require.Error(t, conn.Ping(t.Context()))
}

func TestDurableServerForgetsNothing(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.Open(t, nil, pgtest.Durable()))
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT current_setting($1)`, setting).Scan(&value))
		require.Equal(t, "on", value, setting)
	}
}

// failing is a test that notes its failure and goes no further.
type failing struct {
	*testing.T
	said string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = strings.TrimSpace(format)
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			f.said += " " + err.Error()
		}
	}
	panic(f)
}

func TestFailedMigrationFailsEveryTest(t *testing.T) {
	t.Parallel()
	broken := func(context.Context, string) error { return errors.New("no such table") }
	for range 2 {
		f := &failing{T: t}
		require.PanicsWithValue(t, f, func() { pgtest.Open(f, broken) })
		require.Contains(t, f.said, "migrate: no such table")
	}
}
