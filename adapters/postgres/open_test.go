package postgres_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

var volatile = postgres.Options{Connections: 2, Volatile: true}

// requireNoStore asks that a database cannot be opened, and that the reason is said.
func requireNoStore(t *testing.T, address string, o postgres.Options, reason string) {
	t.Helper()
	_, err := postgres.Open(t.Context(), address, o)
	require.ErrorIs(t, err, ports.ErrStore)
	require.ErrorContains(t, err, reason)
}

// requireRecords opens a database and records an entry in it.
func requireRecords(t *testing.T, address string, o postgres.Options) {
	t.Helper()
	store, err := postgres.Open(t.Context(), address, o)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	require.NoError(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		return tx.Ledger.Record(ctx, deposit(t, "ent_new", "x", 7))
	}))
	require.EqualValues(t, 7, balance(t, store, ledger.Available("x")))
}

// What a database says of commits and isolation decides nothing: what was answered is kept.
func TestCommitsAreOurs(t *testing.T) {
	t.Parallel()
	address := pgtest.Open(t, migrate)
	db := owner(t, address)
	_, err := db.ExecContext(t.Context(), `DO $$ BEGIN
		EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
		EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''repeatable read''', current_database());
	END $$;
	CREATE TABLE seen (what text);
	GRANT INSERT ON seen TO twist_app;
	CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO seen VALUES (current_setting('synchronous_commit') || ', ' || current_setting('transaction_isolation'));
		RETURN NEW;
	END $$;
	CREATE TRIGGER see BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION see()`)
	require.NoError(t, err)
	requireRecords(t, address, volatile)
	var what string
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT what FROM seen`).Scan(&what))
	require.Equal(t, "on, read committed", what)
}

// A server that forgets what it committed is refused, unless whoever opens it said that this will do.
func TestForgetfulServersAreRefused(t *testing.T) {
	t.Parallel()
	requireRecords(t, pgtest.Open(t, migrate, pgtest.Durable()), postgres.Options{Connections: 2})
	address := pgtest.Open(t, migrate)
	var keeps bool
	require.NoError(t, owner(t, address).QueryRowContext(t.Context(), `SELECT current_setting('fsync')::bool`).Scan(&keeps))
	if !keeps { // a server that was given to the tests may be durable
		requireNoStore(t, address, postgres.Options{}, "may lose what it has committed")
	}
	requireRecords(t, address, volatile)
}

// A program works on the schema that it knows, and says which way the other one differs.
func TestOtherSchemasAreRefused(t *testing.T) {
	t.Parallel()
	address := pgtest.Open(t, nil)
	requireNoStore(t, address, volatile, "migrate it")
	for n := 1; n < newest(t); n++ {
		_, err := postgres.Migrate(t.Context(), address, steps(t, n))
		require.NoError(t, err)
		requireNoStore(t, address, volatile, "migrate it")
	}
	_, err := postgres.Migrate(t.Context(), address, migrations.Files)
	require.NoError(t, err)
	requireRecords(t, address, volatile)
	_, err = owner(t, address).ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, true)`, newest(t)+1)
	require.NoError(t, err)
	requireNoStore(t, address, volatile, fmt.Sprintf("at step %d and this program knows %d", newest(t)+1, newest(t)))
}

// The schema is that of whoever connects, whatever the role twist_app would find.
func TestSchemaOfTheUser(t *testing.T) {
	t.Parallel()
	address := pgtest.Open(t, nil)
	_, err := owner(t, address).ExecContext(t.Context(), `DO $$ BEGIN EXECUTE format('CREATE SCHEMA %I', current_user); END $$`)
	require.NoError(t, err)
	_, err = postgres.Migrate(t.Context(), address, migrations.Files)
	require.NoError(t, err)
	requireRecords(t, address, volatile)
}

// member makes a login with rights of its own, and gives the URL of a database as that login has it.
func member(t *testing.T, db *sql.DB, address, rights string) (name, at string) {
	t.Helper()
	name = "twist_test_" + strings.ToLower(rand.Text())
	_, err := db.ExecContext(t.Context(), fmt.Sprintf(`CREATE ROLE %s LOGIN PASSWORD 'secret' %s`, name, rights))
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.ExecContext(context.WithoutCancel(t.Context()), fmt.Sprintf(`REASSIGN OWNED BY %[1]s TO CURRENT_USER; DROP OWNED BY %[1]s; DROP ROLE %[1]s`, name))
		require.NoError(t, err)
	})
	u, err := url.Parse(address)
	require.NoError(t, err)
	u.User = url.UserPassword(name, "secret")
	return name, u.String()
}

// Whoever migrates need be no superuser, and whoever the program connects as need not be who migrated: it
// must be allowed to work as twist_app, and nothing else.
func TestRolesThatAreNoSuperusers(t *testing.T) {
	t.Parallel()
	t.Run("who_migrates", func(t *testing.T) {
		t.Parallel()
		address := pgtest.Open(t, nil)
		db := owner(t, address)
		name, at := member(t, db, address, "CREATEROLE")
		_, err := db.ExecContext(t.Context(), fmt.Sprintf(`GRANT CREATE, USAGE ON SCHEMA public TO %[1]s`, name))
		require.NoError(t, err)
		_, err = postgres.Migrate(t.Context(), at, migrations.Files)
		require.NoError(t, err)
		requireRecords(t, at, volatile)
	})
	t.Run("who_works", func(t *testing.T) {
		t.Parallel()
		address := pgtest.Open(t, migrate)
		db := owner(t, address)
		name, at := member(t, db, address, "")
		requireNoStore(t, at, volatile, "GRANT twist_app")
		_, err := db.ExecContext(t.Context(), `GRANT twist_app TO `+name)
		require.NoError(t, err)
		requireRecords(t, at, volatile)
	})
}

// No connection serves for ever: one that was moved to another server is noticed.
func TestConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	store, address := openWith(t, postgres.Options{Connections: 1, Life: time.Millisecond})
	db := owner(t, address)
	who := func() int {
		require.NoError(t, store.Ready(t.Context()))
		return number(t, db, `SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'twist'`)
	}
	first := who()
	require.Eventually(t, func() bool { return who() != first }, time.Minute, 5*time.Millisecond)
}

// shifted is the system's clock, and an hour of how many that it is wrong.
type shifted struct{ hours atomic.Int64 }

func (c *shifted) Now() time.Time { return time.Now().Add(time.Duration(c.hours.Load()) * time.Hour) }

// A process whose clock is not the server's does not begin to work, and says that it is not ready when that happens later.
func TestClocksAreCompared(t *testing.T) {
	t.Parallel()
	address := pgtest.Open(t, migrate)
	clock := &shifted{}
	o := volatile
	o.Clock = clock
	for _, hours := range []int64{-1, 1} {
		clock.hours.Store(hours)
		_, err := postgres.Open(t.Context(), address, o)
		require.ErrorIs(t, err, ports.ErrClock)
		require.ErrorContains(t, err, "apart")
	}
	clock.hours.Store(0)
	store, err := postgres.Open(t.Context(), address, o)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	require.NoError(t, store.Ready(t.Context()))
	clock.hours.Store(3)
	require.ErrorIs(t, store.Ready(t.Context()), ports.ErrClock)
	clock.hours.Store(0)
	require.NoError(t, store.Ready(t.Context()))
}
