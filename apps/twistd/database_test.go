package main

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// A database is brought to the newest schema, once, and what was done is said.
func TestMigrate(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, nil)
	out, err := twistd(t.Context(), inDatabase(url), "migrate")
	require.NoError(t, err)
	require.Regexp(t, `^applied 0001_\w+\.sql \(.+\)\n(applied \d{4}_\w+\.sql \(.+\)\n)+$`, out.stdout.String())
	for range 2 {
		out, err = twistd(t.Context(), nil, "migrate", "--database-url", url)
		require.NoError(t, err)
		require.Equal(t, "nothing to do\n", out.stdout.String())
	}
	out, err = twistd(t.Context(), inDatabase(url), "verify")
	require.NoError(t, err)
	require.Equal(t, "ok: 0 entries and 0 events recomputed, 0 of them wait for their seals\nhead: "+journal.Head{}.String()+"\n", out.stdout.String())
}

// The flag stands for the variable, which is not looked at then.
func TestTheFlagGoesFirst(t *testing.T) {
	t.Parallel()
	named, other := pgtest.Open(t, nil), pgtest.Open(t, nil)
	_, err := twistd(t.Context(), inDatabase(other), "migrate", "--database-url", named)
	require.NoError(t, err)
	const tables = `SELECT count(*) FROM information_schema.tables WHERE table_name = 'entries'`
	require.Equal(t, 1, number(t, owner(t, named), tables))
	require.Zero(t, number(t, owner(t, other), tables))
	_, err = twistd(t.Context(), inDatabase(other), "verify", "--database-url", named)
	require.NoError(t, err)
	_, err = twistd(t.Context(), inDatabase(other), "verify")
	require.Error(t, err, "it was never migrated")
}

func TestWithoutADatabaseThereIsNothingToWorkOn(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"migrate", "verify"} {
		for name, v := range map[string]variables{"unset": nil, "empty": inDatabase("")} {
			out, err := twistd(t.Context(), v, command)
			require.ErrorIs(t, err, boot.ErrNoDatabase, "%s, %s", command, name)
			require.ErrorContains(t, err, "TWIST_DATABASE_URL")
			require.Empty(t, out.stdout.String())
		}
		_, code := process(t, inDatabase(""), command)
		require.Equal(t, 1, code)
	}
}

// P-14, E-11: a database that cannot be reached, or a URL that is none, fails at once, and no word repeats the
// password.
func TestAnUnreachableDatabaseKeepsItsPassword(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	for name, url := range map[string]string{
		"nobody_listens": "postgres://twist:" + password + "@127.0.0.1:1/twist?connect_timeout=1",
		"no_port":        "postgres://twist:" + password + "@127.0.0.1:port/twist",
		"no_mode":        "postgres://twist:" + password + "@127.0.0.1:1/twist?sslmode=perhaps",
		"no_host":        "postgres://twist:" + password + "@nowhere.invalid/twist?connect_timeout=1",
		"another_scheme": "mysql://twist:" + password + "@127.0.0.1:1/twist",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, args := range [][]string{{"migrate"}, {"verify"}, {"migrate", "--database-url", url}, {"verify", "--database-url", url}, {"demo", "--database-url", url}, {"config"}} {
				v := inDatabase(url)
				if len(args) > 1 {
					v = quiet()
				}
				out, err := twistd(t.Context(), v, args...)
				if args[0] != "config" || name == "another_scheme" {
					require.Error(t, err, args)
					require.NotContains(t, err.Error(), password, args)
				}
				require.NotContains(t, out.stdout.String()+out.stderr.String(), password, args)
			}
		})
	}
	_, err := twistd(t.Context(), inDatabase("postgres://127.0.0.1:1/twist?connect_timeout=1"), "migrate")
	require.ErrorIs(t, err, fault.Unavailable)
}

// E-11: who writes a password into the command line is told who reads it there; it is not said again.
func TestAPasswordInTheFlagIsWarnedAbout(t *testing.T) {
	t.Parallel()
	secretive, password := withPassword(t, pgtest.Open(t, nil))
	for _, args := range [][]string{{"migrate"}, {"demo"}, {"verify"}} {
		out, err := twistd(t.Context(), quiet(), append(args, "--database-url", secretive)...)
		require.NoError(t, err, args)
		require.Contains(t, out.stderr.String(), "visible to others on this machine", args)
		require.NotContains(t, out.stdout.String()+out.stderr.String(), password, args)
	}
	out, err := twistd(t.Context(), inDatabase(secretive), "verify")
	require.NoError(t, err)
	require.Empty(t, out.stderr.String(), "nobody sees it there")
	out, err = twistd(t.Context(), inDatabase(secretive), "config")
	require.NoError(t, err)
	require.Regexp(t, `TWIST_DATABASE_URL +\*\*\*\n`, out.stdout.String())
	require.NotContains(t, out.stdout.String(), ":"+password+"@") // a container's password is a word of other settings

	u, err := url.Parse(secretive)
	require.NoError(t, err)
	u.User = url.User(u.User.Username())
	out, _ = twistd(t.Context(), quiet(), "verify", "--database-url", u.String())
	require.NotContains(t, out.stderr.String(), "visible", "a name is no secret")
}

// P-35: the demo tells the same story over PostgreSQL, in the same shape, and what it stored verifies there.
func TestDemoInADatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, nil) // it migrates by itself
	out, err := twistd(t.Context(), quiet(), "demo", "--json", "--database-url", url)
	require.NoError(t, err)
	stored := read(t, out)
	require.True(t, *stored.OK)
	out, err = twistd(t.Context(), quiet(), "demo", "--json")
	require.NoError(t, err)
	inMemory := read(t, out)
	require.Len(t, stored.Steps, len(inMemory.Steps))
	for i, s := range inMemory.Steps {
		require.Equal(t, s.Name, stored.Steps[i].Name)
		require.Equal(t, "ok", stored.Steps[i].Status)
	}
	require.Equal(t, inMemory.Ledger.Entries, stored.Ledger.Entries)
	require.Equal(t, inMemory.Ledger.Events, stored.Ledger.Events)
	require.Equal(t, inMemory.Ledger.Sum, stored.Ledger.Sum)
	require.Equal(t, inMemory.Chain, stored.Chain)

	out, err = twistd(t.Context(), inDatabase(url), "verify", "--head", stored.Ledger.Head)
	require.NoError(t, err)
	require.Regexp(t, `^ok: \d+ entries and \d+ events recomputed, 0 of them wait for their seals\nhead: `+stored.Ledger.Head+`\n$`, out.stdout.String())
	for head, says := range map[string]string{
		"1:" + strings.Repeat("7", 64): "head_differs", "100000:" + strings.Repeat("7", 64): "head_lost",
	} {
		out, err = twistd(t.Context(), inDatabase(url), "verify", "--head", head)
		require.ErrorIs(t, err, errNotOK)
		require.Contains(t, out.stdout.String(), says)
	}
}

// Its cluster begins anew, so a database in which something happened is left as it is.
func TestDemoRefusesAUsedDatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, demonstrated)
	db := owner(t, url)
	const rows = `SELECT (SELECT count(*) FROM entries) + (SELECT count(*) FROM events)`
	was := number(t, db, rows)
	require.Positive(t, was)
	for _, args := range [][]string{{"demo"}, {"demo", "--json"}} {
		out, err := twistd(t.Context(), quiet(), append(args, "--database-url", url)...)
		require.ErrorContains(t, err, "must be empty")
		require.Empty(t, out.stdout.String(), "no story was begun")
	}
	require.Equal(t, was, number(t, db, rows))
}

// A sandbox keeps off the database of the environment: without its flag the demo is in memory, and dev always.
func TestASandboxKeepsOffTheDatabaseOfTheEnvironment(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, nil)
	_, err := twistd(t.Context(), inDatabase(url), "demo")
	require.NoError(t, err)
	startDev(t, inDatabase(url)).stop()
	db := owner(t, url)
	require.Zero(t, number(t, db, `SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace`))
	require.Zero(t, number(t, db, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'twist%'`))

	_, err = twistd(t.Context(), inDatabase("postgres://127.0.0.1:1/twist?connect_timeout=1"), "demo")
	require.NoError(t, err, "nor is it asked for")
}

// An operator who interrupts gets an answer, and nothing half-done: each step of a migration is whole.
func TestMigrateIsInterrupted(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := twistd(ctx, inDatabase(url), "migrate")
	require.Error(t, err)
	require.NoError(t, migrated(t.Context(), url))
}
