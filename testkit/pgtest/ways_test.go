package pgtest

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestEveryWayGivesAServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w way, s *server) {
		durable, err := w.open(t.Context(), config{durable: true})
		require.NoError(t, err)
		for _, s := range []*server{s, durable} {
			admin := s.admin.String()
			require.Equal(t, s == durable, query[bool](t, admin, `SELECT current_setting('fsync')::bool`))
			require.True(t, query[bool](t, admin, `SELECT usesuper FROM pg_user WHERE usename = current_user`))
			name, err := s.create(t.Context(), nil)
			require.NoError(t, err)
			require.Equal(t, name, query[string](t, s.url(name), `SELECT current_database()`))
			s.end(t.Context())
			require.True(t, gone(t, admin))
		}
		t.Run("and_none_that_outlives_the_process", func(t *testing.T) { endsWithProcess(t, w) })
	})
}

// However a process ends, its server does too, and takes its files along.
func endsWithProcess(t *testing.T, w way) {
	t.Helper()
	killed, _, admin := holder(t, w.name)
	files := query[string](t, admin, `SHOW data_directory`)
	require.NoError(t, killed.Process.Kill())
	require.Error(t, killed.Wait())
	require.Eventually(t, func() bool { return gone(t, admin) && missing(files) }, patience, 20*time.Millisecond)

	forgetful, stdin, admin := holder(t, w.name)
	require.NoError(t, stdin.Close())
	require.NoError(t, forgetful.Wait(), "it ends without a word to its server")
	require.Eventually(t, func() bool { return gone(t, admin) }, patience, 20*time.Millisecond)
}

// gone reports that nobody listens where the server was.
func gone(t *testing.T, admin string) bool {
	t.Helper()
	u, err := url.Parse(admin)
	require.NoError(t, err)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		return true
	}
	require.NoError(t, conn.Close())
	return false
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

func TestGivenServer(t *testing.T) {
	t.Parallel()
	admin := Admin(t)
	s := joined(t, admin)
	require.Contains(t, s.way, givenURL)
	runs := 0
	name, err := s.create(t.Context(), func(context.Context, string) error { runs++; return nil })
	require.NoError(t, err)
	require.Equal(t, 1, runs)
	require.Equal(t, 2, owned(t, admin, s), "a template and a copy")
	require.NoError(t, s.drop(t.Context(), name))
	s.end(t.Context())
	require.Zero(t, owned(t, admin, s), "the template goes too")
	require.False(t, gone(t, admin), "the server is not ours")
}

// A process that was killed leaves its databases on a server that is not ours; the next one drops them,
// and no other.
func TestGivenServerIsSwept(t *testing.T) {
	t.Parallel()
	admin := Admin(t)
	dead, alive := joined(t, admin), joined(t, admin)
	_, err := dead.create(t.Context(), func(context.Context, string) error { return nil })
	require.NoError(t, err)
	kept, err := alive.create(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, dead.lease.Close(t.Context())) // as the kernel does
	require.Eventually(t, func() bool {
		joined(t, admin).end(t.Context())
		return owned(t, admin, dead) == 0
	}, patience, 20*time.Millisecond)
	require.True(t, exists(t, admin, kept))
	require.NoError(t, alive.drop(t.Context(), kept))
	alive.end(t.Context())
}

func joined(t *testing.T, admin string) *server {
	t.Helper()
	s, err := start(t.Context(), config{}, environment(givenURL, admin))
	require.NoError(t, err)
	return s
}

func owned(t *testing.T, admin string, s *server) int {
	t.Helper()
	return query[int](t, admin, `SELECT count(*) FROM pg_database WHERE starts_with(datname, $1)`, prefix+s.run)
}

func environment(name, value string) func(string) string {
	return func(asked string) string {
		if asked == name {
			return value
		}
		return ""
	}
}

// Whoever names a server means that one: nothing else is tried.
func TestGivenServerIsOfNoUse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ url, problem string }{
		"not_a_url":    {"host=localhost password=secret", "no postgres:// URL"},
		"another_url":  {"mysql://me:secret@localhost/x", "no postgres:// URL"},
		"nobody_there": {"postgres://me:secret@127.0.0.1:1/x", "connect"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := start(t.Context(), config{}, environment(givenURL, c.url))
			require.ErrorContains(t, err, c.problem)
			require.ErrorContains(t, err, givenURL)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

// A durable server is one that was given if it is durable, and one of ours otherwise.
func TestGivenServerIsForgetful(t *testing.T) {
	t.Parallel()
	admin := Open(t, nil, Durable())
	s, err := given(t.Context(), config{durable: true}, admin)
	require.NoError(t, err)
	s.end(t.Context())

	alter(t, admin, "SET synchronous_commit = off")
	_, err = given(t.Context(), config{durable: true}, admin)
	require.ErrorIs(t, err, errForgetful)
	s, err = start(t.Context(), config{durable: true}, environment(givenURL, admin))
	require.NoError(t, err)
	require.NotContains(t, s.way, givenURL)
	s.end(t.Context())
}

func TestNoWay(t *testing.T) {
	t.Parallel()
	fails := func(why string) func(context.Context, config) (*server, error) {
		return func(context.Context, config) (*server, error) { return nil, errors.New(why) }
	}
	_, err := first(t.Context(), config{}, []way{{"one", fails("it is closed")}, {"two", fails("it is broken")}})
	require.EqualError(t, err, "no PostgreSQL to test with: start Docker and run scripts/images.sh, install PostgreSQL 15 or "+
		"later (apt-get install postgresql), or set TWIST_TEST_DATABASE_URL to the URL of a server "+
		"(one: it is closed; two: it is broken)")

	works := func(context.Context, config) (*server, error) { return &server{way: "works"}, nil }
	s, err := first(t.Context(), config{}, []way{{"one", fails("it is closed")}, {"two", works}, {"three", fails("never asked")}})
	require.NoError(t, err)
	require.Equal(t, "works", s.way)
}

func TestDockerCanBeRequired(t *testing.T) {
	t.Parallel()
	require.Len(t, eligible(""), 2)
	require.Len(t, eligible("required"), 1)
	require.Equal(t, "Docker", eligible("required")[0].name)
}

func TestOldServersAreRefused(t *testing.T) {
	t.Parallel()
	require.NoError(t, recent(150000, "15.0"))
	require.NoError(t, recent(180001, "18.1"))
	require.EqualError(t, recent(140013, "14.13"), "it is PostgreSQL 14.13, and 15 or later is needed")
	require.Error(t, recent(90624, "9.6.24"))
}

func TestReadyGivesUp(t *testing.T) {
	t.Parallel()
	nobody, err := url.Parse("postgres://127.0.0.1:1/x")
	require.NoError(t, err)
	over := make(chan struct{})
	close(over)
	require.ErrorContains(t, ready(t.Context(), nobody, over), "ended as soon as it was started")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorContains(t, ready(ctx, nobody, nil), "did not answer in time")
}

// alter changes a setting of the database that the URL names.
func alter(t *testing.T, url, change string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "ALTER DATABASE "+quote(conn.Config().Database)+" "+change)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}
