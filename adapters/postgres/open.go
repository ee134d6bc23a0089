package postgres

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/twist-platform/twist/ports"
)

// Options say how to work with a database. Zero fields have the values named.
type Options struct {
	// Connections is the most that are open at once: 16.
	Connections int
	// Statement is how long one statement may take: 30 seconds.
	Statement time.Duration
	// Lock is how long one statement waits for a row that another unit of work holds: 10 seconds.
	Lock time.Duration
	// Idle is how long a unit of work may do nothing while it holds rows: 30 seconds.
	Idle time.Duration
	// Life is how long a connection serves before a new one takes its place, which may lead to another
	// server: 30 minutes.
	Life time.Duration
	// Volatile says that what was committed may be lost with the machine, so that a server without fsync or
	// full_page_writes will do: for tests, for a sandbox, and for whoever only reads.
	Volatile bool
	// Clock is what the process goes by. Where it is given, one that is further from the server's than
	// ports.ClockTolerance is ports.ErrClock, at first and whenever Ready asks.
	Clock ports.Clock
	// Trace sees every statement; tests and measurements count with it.
	Trace pgx.QueryTracer
}

func (o Options) filled() Options {
	if o.Connections == 0 {
		o.Connections = 16
	}
	if o.Statement == 0 {
		o.Statement = 30 * time.Second
	}
	if o.Lock == 0 {
		o.Lock = 10 * time.Second
	}
	if o.Idle == 0 {
		o.Idle = 30 * time.Second
	}
	if o.Life == 0 {
		o.Life = 30 * time.Minute
	}
	return o
}

// Open connects to the database of a URL, which Migrate has prepared. It works as the role twist_app,
// whoever the URL names, in the schema that is the current one of whoever it names. A server that does not
// answer is ports.ErrStore; so is one that is too old or forgetful, and a database whose schema is not the
// one that this program knows.
func Open(ctx context.Context, url string, options Options) (*Store, error) {
	o := options.filled()
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	config.Tracer = o.Trace
	for name, value := range map[string]string{
		"application_name":                    "twist",
		"timezone":                            "UTC",
		"synchronous_commit":                  "on", // whatever the database says: what was answered is kept
		"default_transaction_isolation":       "read committed",
		"enable_seqscan":                      "off", // a plan that was made on an empty table stays with its connection
		"jit":                                 "off", // every statement is short
		"statement_timeout":                   milliseconds(o.Statement),
		"lock_timeout":                        milliseconds(o.Lock),
		"idle_in_transaction_session_timeout": milliseconds(o.Idle),
	} {
		config.RuntimeParams[name] = value
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, begin)
		return err
	}))
	pool.SetMaxOpenConns(o.Connections)
	pool.SetMaxIdleConns(o.Connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(o.Life)

	s := &Store{db: bun.NewDB(pool, pgdialect.New()), clock: o.Clock}
	if err := s.check(ctx, o.Volatile); err != nil {
		_ = s.Close()
		return nil, err
	}
	if o.Clock != nil {
		if err := s.Ready(ctx); err != nil {
			_ = s.Close()
			return nil, err
		}
	}
	return s, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// parse reads a URL. What it answers never repeats the URL, which may hold a password.
func parse(url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, ports.ErrStore.Because(fmt.Errorf("the database URL cannot be read"))
	}
	return config, nil
}

// Ready asks the database what time it is, or just for a sign of life where Options.Clock is not given. One that does not
// answer is ports.ErrStore, and one with another clock is ports.ErrClock.
func (s *Store) Ready(ctx context.Context) error {
	if s.clock == nil {
		if err := s.db.PingContext(ctx); err != nil {
			return ports.ErrStore.Because(err)
		}
		return nil
	}
	asked := s.clock.Now()
	var there time.Time
	if err := s.db.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&there); err != nil {
		return ports.ErrStore.Because(err)
	}
	return ports.CompareClocks(asked, there, s.clock.Now())
}

// Close ends all connections.
func (s *Store) Close() error { return s.db.Close() }
