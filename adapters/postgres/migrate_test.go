package postgres_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// steps gives the first n migrations.
func steps(t *testing.T, n int) fs.FS {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	require.NoError(t, err)
	require.LessOrEqual(t, n, len(names))
	some := fstest.MapFS{}
	for _, name := range names[:n] {
		text, err := fs.ReadFile(migrations.Files, name)
		require.NoError(t, err)
		some[name] = &fstest.MapFile{Data: text}
	}
	return some
}

func newest(t *testing.T) int {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	require.NoError(t, err)
	return len(names)
}

// owner works on a database as whoever made it, beside the adapter.
func owner(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func number(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n), query)
	return n
}

// P-47: an empty database has the whole schema by its migrations, and a second run finds nothing to do.
func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, nil)
	applied, err := postgres.Migrate(t.Context(), url, migrations.Files)
	require.NoError(t, err)
	require.Len(t, applied, newest(t))
	applied, err = postgres.Migrate(t.Context(), url, migrations.Files)
	require.NoError(t, err)
	require.Empty(t, applied)
}

// P-47: several processes that start at once all find the schema, made once.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, nil)
	var running sync.WaitGroup
	applied, failed := make([][]string, 4), make([]error, 4)
	for i := range applied {
		running.Go(func() { applied[i], failed[i] = postgres.Migrate(t.Context(), url, migrations.Files) })
	}
	running.Wait()
	steps := 0
	for i := range applied {
		require.NoError(t, failed[i])
		steps += len(applied[i])
	}
	require.Equal(t, newest(t), steps)
}

// A database that was used at any older version keeps every row on its way to the newest, and works.
func TestMigrateOverAnOlderVersion(t *testing.T) {
	t.Parallel()
	for version := 1; version <= newest(t); version++ {
		t.Run(fmt.Sprintf("from_%04d", version), func(t *testing.T) {
			t.Parallel()
			url := pgtest.Open(t, nil)
			_, err := postgres.Migrate(t.Context(), url, steps(t, version))
			require.NoError(t, err)
			db := owner(t, url)
			populate(t, db, version)
			was := contents(t, db)
			applied, err := postgres.Migrate(t.Context(), url, migrations.Files)
			require.NoError(t, err)
			require.Len(t, applied, newest(t)-version)
			now := contents(t, db)
			for table, rows := range was {
				requireKept(t, table, rows, now[table])
			}
			requireWorks(t, url)
		})
	}
}

// requireKept holds that every row of a table still says all that it said; it may say more.
func requireKept(t *testing.T, table, was, now string) {
	t.Helper()
	var before, after []map[string]any
	require.NoError(t, json.Unmarshal([]byte(was), &before))
	require.NoError(t, json.Unmarshal([]byte(now), &after))
	if table == "click_hours" { // programs are counted beside their links since
		after = slices.DeleteFunc(after, func(row map[string]any) bool { return row["link"] == "" })
		before = slices.DeleteFunc(before, func(row map[string]any) bool { return row["link"] == "" })
	}
	require.Len(t, after, len(before), table)
	for n, row := range before {
		for column, value := range row {
			require.Equal(t, value, after[n][column], "%s.%s", table, column)
		}
	}
}

// populate puts a row into every table that a version has.
func populate(t *testing.T, db *sql.DB, version int) {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	require.NoError(t, err)
	for _, name := range names[:version] {
		text, err := os.ReadFile(filepath.Join("testdata", name[:4]+".sql"))
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), string(text))
		require.NoError(t, err)
	}
	for table, rows := range contents(t, db) {
		require.NotEqual(t, "[]", rows, "testdata has no row for %s", table)
	}
}

// contents gives all rows of every table of ours, as JSON.
func contents(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	found, err := db.QueryContext(t.Context(), `
		SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
			AND relnamespace = current_schema()::regnamespace AND relname <> 'goose_db_version'`)
	require.NoError(t, err)
	defer func() { require.NoError(t, found.Close()) }()
	var names []string
	for found.Next() {
		var name string
		require.NoError(t, found.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, found.Err())
	all := map[string]string{}
	for _, name := range names {
		var rows string
		require.NoError(t, db.QueryRowContext(t.Context(),
			fmt.Sprintf(`SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY to_jsonb(r)), '[]')::text FROM %q AS r`, name)).Scan(&rows))
		all[name] = rows
	}
	return all
}

func requireWorks(t *testing.T, url string) {
	t.Helper()
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 2})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	e, err := ledger.NewEntry("ent_new", ledger.KindDeposit, "deposit:new", later, []ledger.Posting{
		ledger.Move(ledger.World(), ledger.Available("acct_old"), 5),
	}, nil)
	require.NoError(t, err)
	require.NoError(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, e) }))
	pools, err := ports.Read(t.Context(), store, func(ctx context.Context, v ports.View) ([]staking.Pool, error) {
		return v.Pools.List(ctx, "", 10)
	})
	require.NoError(t, err)
	for _, pool := range pools {
		require.Equal(t, staking.U128{Hi: 1<<64 - 1, Lo: 1<<64 - 1}, pool.Index)
	}
}

func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for name, url := range map[string]string{
		"no_url":        "postgres://twist:" + secret + "@127.0.0.1:notaport/x",
		"nobody_there":  "postgres://twist:" + secret + "@127.0.0.1:1/x?connect_timeout=1",
		"nothing_known": "postgres://twist:" + secret + "@127.0.0.1:1/x?sslmode=perhaps",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := postgres.Migrate(t.Context(), url, migrations.Files)
			require.ErrorIs(t, err, ports.ErrStore)
			require.NotContains(t, err.Error(), secret)
			_, err = postgres.Open(t.Context(), url, postgres.Options{Volatile: true})
			require.ErrorIs(t, err, ports.ErrStore)
			require.NotContains(t, err.Error(), secret)
		})
	}
}

// A step that fails leaves nothing of itself, and those before it stand.
func TestMigrateFailsWhole(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, nil)
	broken := fstest.MapFS{
		"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (n int);\n")},
		"0002_b.sql": {Data: []byte("-- +goose Up\nCREATE TABLE b (n int);\nCREATE TABLE a (n int);\n")},
	}
	_, err := postgres.Migrate(t.Context(), url, broken)
	require.ErrorContains(t, err, "0002_b.sql")
	db := owner(t, url)
	require.Equal(t, 1, number(t, db, `SELECT count(*) FROM information_schema.tables WHERE table_name = 'a'`))
	require.Zero(t, number(t, db, `SELECT count(*) FROM information_schema.tables WHERE table_name = 'b'`))
}

// A step that waits for a table keeps everybody who comes after it waiting: it gives up, and may be tried again.
func TestMigrateWaitsForNoWriter(t *testing.T) {
	t.Parallel()
	address := pgtest.Open(t, nil)
	_, err := postgres.Migrate(t.Context(), address, steps(t, 7))
	require.NoError(t, err)
	writer, err := owner(t, address).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = writer.ExecContext(t.Context(), `INSERT INTO waiting (source, id) VALUES ('event', 'evt_x')`)
	require.NoError(t, err)
	at, err := url.Parse(address)
	require.NoError(t, err)
	query := at.Query()
	query.Set("lock_timeout", "50")
	at.RawQuery = query.Encode()
	_, err = postgres.Migrate(t.Context(), at.String(), migrations.Files)
	require.ErrorContains(t, err, "55P03")
	require.NoError(t, writer.Rollback())
	_, err = postgres.Migrate(t.Context(), at.String(), migrations.Files)
	require.NoError(t, err)

	asks := fstest.MapFS{"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a AS SELECT current_setting('lock_timeout') AS wait;\n")}}
	address = pgtest.Open(t, nil)
	_, err = postgres.Migrate(t.Context(), address, asks)
	require.NoError(t, err)
	require.Equal(t, 1, number(t, owner(t, address), `SELECT count(*) FROM a WHERE wait = '5s'`))
}
