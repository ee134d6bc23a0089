package twist_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// database is one as its owner sees it, beside the adapter.
type database struct {
	*pgx.Conn

	t testing.TB
}

func owner(t testing.TB, url string) database {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(context.Background())) })
	return database{conn, t}
}

func (d database) do(statement string, args ...any) {
	d.t.Helper()
	_, err := d.Exec(d.t.Context(), statement, args...)
	require.NoError(d.t, err, statement)
}

// texts gives the one column of a query.
func (d database) texts(query string, args ...any) []string {
	d.t.Helper()
	rows, err := d.Query(d.t.Context(), query, args...)
	require.NoError(d.t, err, query)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(d.t, err, query)
	return found
}

// tables are ours, in the order of their names.
func (d database) tables() []string {
	d.t.Helper()
	return d.texts(`SELECT relname::text FROM pg_class
		WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace AND relname <> 'goose_db_version' ORDER BY relname`)
}

// empty makes the database as it was when it was migrated.
func (d database) empty() {
	d.t.Helper()
	var statements strings.Builder
	tables := d.tables()
	for _, table := range tables {
		fmt.Fprintf(&statements, "ALTER TABLE %s DISABLE TRIGGER USER; ", table)
	}
	fmt.Fprintf(&statements, "TRUNCATE %s RESTART IDENTITY; ", strings.Join(tables, ", "))
	for _, table := range tables {
		fmt.Fprintf(&statements, "ALTER TABLE %s ENABLE TRIGGER USER; ", table)
	}
	d.do(statements.String())
}
