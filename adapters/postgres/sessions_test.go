package postgres_test

import (
	"context"
	"database/sql"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// heard remembers the last statement that was sent and has a text in it.
type heard struct{ with, last string }

// TraceQueryStart remembers.
func (h *heard) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, h.with) {
		h.last = q.SQL
	}
	return ctx
}

// TraceQueryEnd is for pgx.
func (*heard) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// seedSessions is an old account with many sessions that came to their end by themselves and three that are alive,
// beside others with one session each.
const seedSessions = `
	INSERT INTO accounts (id, wallet, opened_at) SELECT 'acct_' || n, 'wallet ' || n, '2026-01-01Z' FROM generate_series(0, 2000) AS n;
	INSERT INTO sessions (id, account, wallet, challenge, roles, opened_at, expires_at, ends_at)
	SELECT 'sess_' || lpad(n::text, 8, '0'), CASE WHEN n <= 20000 THEN 'acct_0' ELSE 'acct_' || n - 20000 END, 'wallet', 'chal_' || n, '{user}',
		'2026-01-01Z', '2026-05-01Z', CASE WHEN n % 7000 = 0 THEN '2026-05-01Z'::timestamptz ELSE '2026-01-01Z' END
	FROM generate_series(1, 22000) AS n;
	ANALYZE sessions`

// removed is how many rows a plan read in vain.
var removed = regexp.MustCompile(`Rows Removed by (?:Filter|Join Filter|Index Recheck): (\d+)`)

// What came to its end by itself is not read by who lists what is alive, however much there is of it: also not by
// a plan that knows no argument.
func TestSessionsThatAreOverCostNothing(t *testing.T) {
	t.Parallel()
	url, sent := pgtest.Open(t, migrate), &heard{with: "FROM sessions"}
	db := owner(t, url)
	_, err := db.ExecContext(t.Context(), seedSessions)
	require.NoError(t, err)
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1, Trace: sent})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	moment := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	page := func(after identity.SessionID) []identity.Session {
		found, err := ports.Read(t.Context(), store, func(ctx context.Context, v ports.View) ([]identity.Session, error) {
			return v.Sessions.ListAlive(ctx, "acct_0", moment, after, 2)
		})
		require.NoError(t, err)
		return found
	}
	require.Len(t, page(""), 2)
	last := page("sess_00007000")
	require.Len(t, last, 1)
	require.Equal(t, identity.SessionID("sess_00014000"), last[0].ID)

	plan := planned(t, db, sent.last, "(ANALYZE, COSTS OFF, TIMING OFF)", "'acct_0', '2026-03-01Z', '', 100")
	require.Contains(t, plan, "sessions_unended")
	for _, found := range removed.FindAllStringSubmatch(plan, -1) {
		n, err := strconv.Atoi(found[1])
		require.NoError(t, err)
		require.Less(t, n, 10, plan)
	}
}

// planned is how a statement is carried out that is planned before it has its arguments.
func planned(t *testing.T, db *sql.DB, statement, options, args string) string {
	t.Helper()
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	for _, s := range []string{"SET plan_cache_mode = force_generic_plan", "PREPARE given AS " + statement} {
		_, err = conn.ExecContext(t.Context(), s)
		require.NoError(t, err)
	}
	rows, err := conn.QueryContext(t.Context(), "EXPLAIN "+options+" EXECUTE given ("+args+")")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var plan strings.Builder
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		plan.WriteString(line + "\n")
	}
	require.NoError(t, rows.Err())
	return plan.String()
}
