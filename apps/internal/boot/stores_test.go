package boot_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/worker"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/testkit/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// connect works on the server beside a system.
func connect(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// inDatabase is a configuration with a database of its own, migrated.
func inDatabase(t *testing.T, pairs ...string) (c boot.Config, url string) {
	t.Helper()
	url = pgtest.Open(t, nil)
	c = load(t, append(pairs, "TWIST_DATABASE_URL", url, "TWIST_DATABASE_CONNECTIONS", "3", "TWIST_VISITOR_KEY", seed)...)
	applied, err := boot.Migrate(t.Context(), c)
	require.NoError(t, err)
	require.NotEmpty(t, applied)
	return c, url
}

// open is how many connections of ours a database has.
func open(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(),
		`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'twist'`).Scan(&n))
	return n
}

// requireClosed holds that no connection of ours is left. The server takes a moment to see one go.
func requireClosed(t *testing.T, db *sql.DB) {
	t.Helper()
	require.Eventually(t, func() bool { return open(t, db) == 0 }, time.Minute, 10*time.Millisecond)
}

// The same system stands over memory and over a database; only where it is kept differs, and whether it can be
// written to a file.
func TestStores(t *testing.T) {
	t.Parallel()
	c, url := inDatabase(t)
	for name, c := range map[string]boot.Config{"memory": load(t), "database": c} {
		t.Run(name, func(t *testing.T) {
			s, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			status, answer := call(t, s, http.MethodGet, "/readyz", "", nil)
			require.Equal(t, http.StatusOK, status, answer)
			account, token := signIn(t, s)
			const amount money.Amount = 5_000_000_000
			require.NoError(t, s.Sandbox.Faucet(wallet, amount))
			_, err = s.Sandbox.Deposit(t.Context(), key(), account, amount)
			require.NoError(t, err)
			s.Sandbox.Tick(boot.Finality)
			done, err := worker.Once(t.Context(), s.Jobs())
			require.NoError(t, err)
			require.Equal(t, 1+4, done)
			_, answer = call(t, s, http.MethodGet, "/v1/me/balances", token, nil)
			require.Equal(t, amount.String(), answer["available"])
			snapshot, err := s.Snapshot()
			require.Equal(t, name == "memory", err == nil, "%v", err)
			require.Equal(t, name == "memory", len(snapshot) > 0)
			require.NoError(t, s.Close())
		})
	}
	requireClosed(t, connect(t, url)) // Close ends all connections
	v, err := boot.VerifyDatabase(t.Context(), c)
	require.NoError(t, err, "what it kept outlives it")
	require.EqualValues(t, 1, v.Entries)
	require.Empty(t, v.Findings)
}

// P-48: a system whose database is gone says that it is not ready, and to callers nothing else; it is ready
// again when the database is back, and holds no more connections than it may.
func TestReadyFollowsTheDatabase(t *testing.T) {
	t.Parallel()
	c, address := inDatabase(t)
	s, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, token := signIn(t, s)
	u, err := url.Parse(address)
	require.NoError(t, err)
	name, outside := strings.TrimPrefix(u.Path, "/"), connect(t, pgtest.Admin(t))
	server := func(statement string) {
		t.Helper()
		_, err := outside.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	server(`ALTER DATABASE "` + name + `" ALLOW_CONNECTIONS false`)
	server(`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '` + name + `'`)
	s.Sandbox.Advance(time.Second) // what was found before is remembered so long
	for _, path := range []string{"/readyz", "/v1/me/balances", "/v1/pools"} {
		for range 3 { // whichever connection it takes
			status, answer := call(t, s, http.MethodGet, path, token, nil)
			require.Equal(t, http.StatusServiceUnavailable, status, path)
			require.Equal(t, "store_unavailable", answer["code"], path)
			require.NotEmpty(t, answer["title"])
			require.NotContains(t, fmt.Sprint(answer), name)
		}
	}
	status, _ := call(t, s, http.MethodGet, "/healthz", "", nil)
	require.Equal(t, http.StatusOK, status, "the process itself lives")

	server(`ALTER DATABASE "` + name + `" ALLOW_CONNECTIONS true`)
	s.Sandbox.Advance(time.Second)
	for _, path := range []string{"/readyz", "/v1/me/balances"} {
		status, answer := call(t, s, http.MethodGet, path, token, nil)
		require.Equal(t, http.StatusOK, status, answer)
	}
	require.LessOrEqual(t, open(t, connect(t, address)), 3)
	require.NoError(t, s.Close())
	s.Sandbox.Advance(time.Second)
	status, _ = call(t, s, http.MethodGet, "/readyz", "", nil)
	require.Equal(t, http.StatusServiceUnavailable, status)
}

// What cannot be a system's database is refused at the start, and nothing stays open of the attempt.
func TestNewRefusesADatabase(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	t.Run("that_is_not_there", func(t *testing.T) {
		t.Parallel()
		_, err := boot.New(t.Context(), load(t, "TWIST_DATABASE_URL", "postgres://127.0.0.1:1/x?connect_timeout=1", "TWIST_VISITOR_KEY", seed), log)
		require.ErrorIs(t, err, fault.Unavailable)
		require.ErrorContains(t, err, "store: ")
	})
	t.Run("that_was_never_migrated", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Open(t, nil)
		_, err := boot.New(t.Context(), load(t, "TWIST_DATABASE_URL", url, "TWIST_VISITOR_KEY", seed), log)
		require.Error(t, err)
		requireClosed(t, connect(t, url))
	})
	t.Run("under_a_key_that_is_drawn", func(t *testing.T) {
		t.Parallel()
		c, url := inDatabase(t)
		for _, none := range []boot.Secret{{}, boot.NewSecret("")} {
			c.VisitorKey = none
			_, err := boot.New(t.Context(), c, log)
			require.ErrorContains(t, err, "TWIST_VISITOR_KEY is missing")
		}
		requireClosed(t, connect(t, url))
		c.VisitorKey = boot.DrawVisitorKey()
		s, err := boot.New(t.Context(), c, log)
		require.NoError(t, err)
		require.NoError(t, s.Close())
	})
	t.Run("that_was_used", func(t *testing.T) {
		t.Parallel()
		c, url := inDatabase(t)
		s, err := boot.New(t.Context(), c, log)
		require.NoError(t, err)
		_, _ = signIn(t, s)
		require.NoError(t, s.Close())
		_, err = boot.New(t.Context(), c, log)
		require.ErrorContains(t, err, "must be empty")
		requireClosed(t, connect(t, url))
	})
	t.Run("that_is_not_at_fault", func(t *testing.T) {
		t.Parallel()
		c, url := inDatabase(t)
		c.Epoch = -1
		_, err := boot.New(t.Context(), c, log)
		require.ErrorContains(t, err, "Epoch")
		requireClosed(t, connect(t, url)) // what failed half-way closes what it opened
	})
}

func TestVerifyDatabase(t *testing.T) {
	t.Parallel()
	_, err := boot.VerifyDatabase(t.Context(), load(t))
	require.ErrorIs(t, err, boot.ErrNoDatabase)
	_, err = boot.Migrate(t.Context(), load(t))
	require.ErrorIs(t, err, boot.ErrNoDatabase)
	_, err = boot.VerifyDatabase(t.Context(), load(t, "TWIST_DATABASE_URL", pgtest.Open(t, nil)))
	require.Error(t, err, "it was never migrated")

	c, url := inDatabase(t)
	db := connect(t, url)
	_, err = db.ExecContext(t.Context(), `INSERT INTO events (id, kind, subject, account, at, data) VALUES ('evt_x', 'x', 'x', '', now(), '{"x":1}')`)
	require.NoError(t, err)
	v, err := boot.VerifyDatabase(t.Context(), c)
	require.NoError(t, err)
	require.Len(t, v.Findings, 1)
	require.Equal(t, "row_unreadable", v.Findings[0].Code)
	requireClosed(t, db)
}
