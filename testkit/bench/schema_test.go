package main

import (
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func migrate(ctx context.Context, url string) error {
	_, err := postgres.Migrate(ctx, url, migrations.Files)
	return err
}

// small is a database as the figures have it, on a server that need not be durable.
func small(t *testing.T) *ledgerBench {
	t.Helper()
	d := &database{bench: &bench{progress: io.Discard, scratch: t.TempDir()}, url: pgtest.Open(t, migrate)}
	var err error
	d.conn, err = pgx.Connect(t.Context(), d.url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.conn.Close(context.WithoutCancel(t.Context()))) })
	l, err := d.ledger(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.store.Close()) })
	return l
}

// TestHistoryIsAHistory holds what is written in bulk against what Apply would have left: each row of balances
// with its lines in order, and each entry with two of them.
func TestHistoryIsAHistory(t *testing.T) {
	t.Parallel()
	const rounds = 2
	l := small(t)
	require.NoError(t, l.history(t.Context(), rounds*half))
	var lines, rows, entries int
	err := l.conn.QueryRow(t.Context(), `
		SELECT count(*), count(DISTINCT (l.address, l.stripe)), count(DISTINCT l.entry)
		FROM (SELECT *, lag(after, 1, 0) OVER w AS last, row_number() OVER w AS n FROM lines WINDOW w AS (PARTITION BY address, asset, stripe ORDER BY version)) AS l
		JOIN balances AS b USING (address, asset, stripe)
		JOIN entries AS e ON e.id = l.entry
		WHERE l.version = l.n AND l.before = l.last AND (l.version < b.version OR l.after = b.balance)`).Scan(&lines, &rows, &entries)
	require.NoError(t, err)
	require.Equal(t, (2+rounds)*half, entries)
	require.Equal(t, 2*entries, lines)
	require.Equal(t, 2*half+ledger.Stripes, rows)

	// What comes now goes on from there.
	e := l.stake(spread)
	require.NoError(t, l.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, e) }))
}

var (
	settingLine = regexp.MustCompile(`(?m)^\\set .*$`)
	variable    = regexp.MustCompile(`(^|[^:]):([a-z_]+)`)
)

// TestScriptsFitTheSchema carries out what the figures load and what pgbench sends, once each.
func TestScriptsFitTheSchema(t *testing.T) {
	t.Parallel()
	l := small(t)
	for _, step := range []struct {
		file string
		with map[string]int
	}{
		{"people.sql", map[string]int{"people": 2_000}},
		{"pools.sql", map[string]int{"pools": 100}},
		{"positions.sql", map[string]int{"pool": 1, "positions": 10}},
		{"positions_spread.sql", map[string]int{"spread": 20}},
		{"programs.sql", map[string]int{"programs": 10}},
		{"commissions.sql", map[string]int{"pool": 3, "from": 1, "to": 100}},
		{"commissions_done.sql", nil},
		{"rest.sql", map[string]int{"rest": 100}},
		{"waiting.sql", map[string]int{"round": 1, "items": 1_100}},
		{"backlog.sql", nil},
	} {
		require.NoError(t, l.load(t.Context(), step.file, step.with), step.file)
	}
	for file, change := range map[string]string{
		"one_bare.sql": "bare_transfers", "batch_bare.sql": "bare_transfers", "one_same.sql": "waiting", "batch_same.sql": "waiting",
		"seal_same.sql": "seals", "pools_bare.sql": "",
	} {
		t.Run(file, func(t *testing.T) {
			text := filled(file)
			before := rowsOf(t, l.conn, change)
			_, err := l.conn.Exec(t.Context(), text)
			require.NoError(t, err, strings.TrimSpace(text))
			if change != "" {
				require.Greater(t, rowsOf(t, l.conn, change), before)
			}
		})
	}
}

// filled is a script of pgbench with its variables put in.
func filled(file string) string {
	values := map[string]string{"run": "1", "n": "1", "client_id": "0", "source": "7", "destination": "7", "amount": "5"}
	if file == "one_bare.sql" {
		values["destination"] = "5007"
	}
	return fill(script(file), values)
}

func fill(script string, values map[string]string) string {
	return variable.ReplaceAllStringFunc(settingLine.ReplaceAllString(script, ""), func(found string) string {
		parts := variable.FindStringSubmatch(found)
		return parts[1] + values[parts[2]]
	})
}

func rowsOf(t *testing.T, conn *pgx.Conn, table string) (n int) {
	t.Helper()
	if table != "" {
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM "+pgx.Identifier{table}.Sanitize()).Scan(&n))
	}
	return n
}

// TestAStakeIsReplayed holds that what is sent for a stake today can be sent by pgbench, too.
func TestAStakeIsReplayed(t *testing.T) {
	t.Parallel()
	s, err := small(t).stakes(t.Context())
	require.NoError(t, err)
	text := fill(s.script, map[string]string{"client_id": "0", "run": "1", "fan": "1001", "pool": "8", "n": "1"})
	before := rowsOf(t, s.conn, "entries")
	_, err = s.conn.Exec(t.Context(), text)
	require.NoError(t, err, text)
	require.Equal(t, before+1, rowsOf(t, s.conn, "entries"))
}
