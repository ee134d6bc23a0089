package boot

import (
	"context"
	"errors"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/adapters/spool"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/ports"
)

// stores is where a system keeps what it keeps.
type stores struct {
	units      ports.Store
	clicks     ports.ClickLog
	challenges ports.Challenges
	tombstones ports.Tombstones
	ready      func(context.Context) error
	snapshot   func() ([]byte, error)
	spool      *spool.Log // before clicks, or nil
	close      func() error
}

// errNoSnapshot means that a system has no snapshot of what it stores: its database has backups.
var errNoSnapshot = errors.New("only a store in memory can be written to a file")

// errNoVisitorKey means that a database was to be opened under a key that is drawn at each start: what is kept under it
// would be strangers' to the next process, and to any other beside this one.
var errNoVisitorKey = errors.New("TWIST_VISITOR_KEY is missing: whoever opens a database brings the key that everybody who opens it has, for instance of openssl rand -hex 32")

// openStores opens the configured database, or keeps everything in memory.
func openStores(ctx context.Context, c Config) (stores, error) {
	if c.Database.text() == "" {
		kept := memory.New()
		return stores{
			units: kept, clicks: &memory.Clicks{}, challenges: &memory.Challenges{}, tombstones: &memory.Tombstones{}, snapshot: kept.Snapshot,
			ready: func(context.Context) error { return nil }, // everything it needs is in the process
			close: func() error { return nil },
		}, nil
	}
	if c.VisitorKey.text() == "" {
		return stores{}, errNoVisitorKey
	}
	// A sandbox plays with money: it may be lost with the machine. Its clock moves; the machine's must be right.
	kept, err := postgres.Open(ctx, c.Database.text(), postgres.Options{Connections: c.Connections, Volatile: true, Clock: &memory.Clock{}})
	if err != nil {
		return stores{}, err
	}
	if err := mustBeUnused(ctx, kept); err != nil {
		return stores{}, errors.Join(err, kept.Close())
	}
	opened := stores{
		units: kept, clicks: kept.Clicks(), challenges: kept.Challenges(), tombstones: kept.Tombstones(), ready: kept.Ready, close: kept.Close,
		snapshot: func() ([]byte, error) { return nil, errNoSnapshot },
	}
	if c.ClickSpool == "" {
		return opened, nil
	}
	if opened.spool, err = spool.Open(c.ClickSpool, kept.Clicks(), spool.Options{}); err != nil {
		return stores{}, errors.Join(err, kept.Close())
	}
	opened.clicks = opened.spool
	opened.close = func() error { return errors.Join(opened.spool.Close(), kept.Close()) }
	return opened, nil
}

// errDatabaseUsed means that a sandbox was given a database in which something happened already.
var errDatabaseUsed = errors.New("the database is in use: a sandbox brings a cluster that begins anew, so its database must be empty")

// mustBeUnused refuses a store in which anything was recorded.
func mustBeUnused(ctx context.Context, s ports.Store) error {
	return s.Read(ctx, func(ctx context.Context, v ports.View) error {
		entries, err := v.Ledger.Entries(ctx, "", 1)
		if err != nil {
			return err
		}
		events, err := v.Journal.Events(ctx, "", 1)
		if err == nil && len(entries)+len(events) > 0 {
			err = errDatabaseUsed
		}
		return err
	})
}

// ErrNoDatabase means that a command which works on a database was told none.
var ErrNoDatabase = errors.New("no database is configured: set TWIST_DATABASE_URL")

// Migrate brings the configured database to the newest schema, and gives the steps that it took.
func Migrate(ctx context.Context, c Config) ([]string, error) {
	if c.Database.text() == "" {
		return nil, ErrNoDatabase
	}
	return postgres.Migrate(ctx, c.Database.text(), migrations.Files)
}

// VerifyDatabase recomputes everything in the configured database, in whose chain the known heads must
// stand. What is stored there cannot be read at all is a finding too.
func VerifyDatabase(ctx context.Context, c Config, known ...journal.Head) (v twist.Verification, err error) {
	if c.Database.text() == "" {
		return twist.Verification{}, ErrNoDatabase
	}
	kept, err := postgres.Open(ctx, c.Database.text(), postgres.Options{Connections: 1, Volatile: true}) // it only reads
	if err != nil {
		return twist.Verification{}, err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	v, err = twist.Verify(ctx, kept, known...)
	if errors.Is(err, postgres.ErrUnreadable) {
		v.Findings, err = append(v.Findings, ledger.Finding{Code: "row_unreadable", Where: "database", Detail: err.Error()}), nil
	}
	return v, err
}
