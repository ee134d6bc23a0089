package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/jackc/pgx/v5"
)

// oldest is the first major version that has what the adapter uses.
const oldest = 15

// server is a PostgreSQL that the tests of this process share.
type server struct {
	way     string // how it was had, for the log
	version string
	admin   *url.URL
	stop    func(context.Context) // ends the server when it is ours
	run     string                // names this process on the server
	lease   *pgx.Conn             // open for as long as this process lives
	created atomic.Int64
	logged  sync.Once

	mu        sync.Mutex
	templates map[unsafe.Pointer]func() (string, error)
}

// join makes a server out of one that answers: it refuses an old one, signs this process in and drops what
// dead ones left.
func join(ctx context.Context, way string, admin *url.URL, stop func(context.Context)) (*server, error) {
	s := &server{way: way, admin: admin, stop: stop, run: newRun(), templates: map[unsafe.Pointer]func() (string, error){}}
	config, err := pgx.ParseConfig(admin.String())
	if err != nil {
		return nil, fmt.Errorf("read its URL: %w", err)
	}
	config.RuntimeParams["application_name"] = prefix + s.run
	if s.lease, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{s.inspect, s.sweep} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, s.lease.Close(ctx))
		}
	}
	return s, nil
}

// inspect asks for the version and refuses an old one.
func (s *server) inspect(ctx context.Context) error {
	var number int
	row := s.lease.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version')`)
	if err := row.Scan(&number, &s.version); err != nil {
		return fmt.Errorf("ask for its version: %w", err)
	}
	return recent(number, s.version)
}

// recent refuses a server that is too old; number is its server_version_num.
func recent(number int, version string) error {
	if number/10000 < oldest {
		return fmt.Errorf("it is PostgreSQL %s, and %d or later is needed", version, oldest)
	}
	return nil
}

// newRun gives a name that no other process has.
func newRun() string {
	raw := make([]byte, 6)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

// url is the admin's URL with another database.
func (s *server) url(database string) string {
	u := *s.admin
	u.Path, u.RawPath = "/"+database, ""
	return u.String()
}

// do runs one statement as admin, over a connection of its own: tests ask in parallel.
func (s *server) do(ctx context.Context, statement string, args ...any) error {
	conn, err := pgx.Connect(ctx, s.admin.String())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement, args...)
	return errors.Join(err, conn.Close(ctx))
}

// end drops the templates and ends the server if it is ours.
func (s *server) end(ctx context.Context) {
	if s.stop != nil {
		_ = s.lease.Close(ctx)
		s.stop(ctx)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, get := range s.templates {
		if name, err := get(); err == nil {
			_ = s.drop(ctx, name)
		}
	}
	_ = s.lease.Close(ctx)
}

// ready waits until a server that is being started takes connections, until gone says that it never will,
// or until ctx ends.
func ready(ctx context.Context, admin *url.URL, gone <-chan struct{}) error {
	pause := 5 * time.Millisecond
	for {
		conn, err := pgx.Connect(ctx, admin.String())
		if err == nil {
			return conn.Close(ctx)
		}
		pause = min(2*pause, 200*time.Millisecond)
		select {
		case <-gone:
			return errors.New("it ended as soon as it was started")
		case <-ctx.Done():
			return fmt.Errorf("it did not answer in time: %w", err)
		case <-time.After(pause):
		}
	}
}
