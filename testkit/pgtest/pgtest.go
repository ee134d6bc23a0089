package pgtest

import (
	"context"
	"testing"
	"time"
)

// patience is how long one step may take: starting a server, creating or dropping a database.
const patience = time.Minute

// Option says what the server of a test has to be like.
type Option func(*config)

// config is comparable: tests that want the same share a server.
type config struct {
	durable bool
}

// Durable asks for a server that forgets nothing it has committed, as in production: for benchmarks and
// for tests that crash. Without it a server may lose everything in a crash and is several times as fast.
// A server that was given by URL is passed over when it is not durable.
func Durable() Option {
	return func(c *config) { c.durable = true }
}

// Open gives the URL of a new database that migrate has run on. The database is dropped, with whoever is
// still connected, when the test ends. A nil migrate leaves it empty. Open fails the test when there is no
// server, when it is older than 15, and when migrate fails.
//
// Migrate runs once per process and function; every further database is a copy. It must not depend on the
// test that came first, and its connections are closed for it. A function that captures nothing, such as
// one declared in a package, is the same at every call; one that captures is another each time it is
// written, and runs again. What migrate sets for the database as a whole (ALTER DATABASE) is not copied.
//
// Text compares as in a dictionary (ICU, en-US), so that an order which needs bytes has to say so.
func Open(t testing.TB, migrate func(ctx context.Context, url string) error, opts ...Option) string {
	t.Helper()
	s := serve(t, opts)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	name, err := s.create(ctx, migrate)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s.url(name)
}

// Admin gives the URL of the role that owns the databases of Open, on the same server and outside of them:
// a superuser unless the server was given by URL. It is for what a test cannot do from inside, as ending
// another session with pg_terminate_backend. Other tests work on that server at the same time.
func Admin(t testing.TB, opts ...Option) string {
	t.Helper()
	return serve(t, opts).admin.String()
}

// Main runs the tests of a package and then waits until what they used is gone: call it from TestMain as
// os.Exit(pgtest.Main(m)). A package that does not call it leaves nothing behind either, a moment later
// or, on a server that was given, when the next process starts.
func Main(m *testing.M) int {
	code := m.Run()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	shared.end(ctx)
	return code
}

// serve gives the server of this process, and fails the test when there is none.
func serve(t testing.TB, opts []Option) *server {
	t.Helper()
	var c config
	for _, o := range opts {
		o(&c)
	}
	s, err := shared.server(c)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	s.logged.Do(func() { t.Logf("pgtest: PostgreSQL %s, %s", s.version, s.way) })
	return s
}
