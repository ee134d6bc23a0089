package pgtest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"unsafe"

	"github.com/jackc/pgx/v5"
)

// prefix starts the name of every database and of every session that stands for a process.
const prefix = "twist_test_"

// fresh starts every database from what PostgreSQL guarantees, not from what the server's owner chose.
// A dictionary's order shows where a schema relies on that of bytes without saying COLLATE "C".
const fresh = ` TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`

// create makes a database that migrate has run on and gives its name.
func (s *server) create(ctx context.Context, migrate func(context.Context, string) error) (string, error) {
	from := fresh
	if migrate != nil {
		template, err := s.template(migrate)
		if err != nil {
			return "", err
		}
		from = " TEMPLATE " + quote(template)
	}
	return s.createFrom(ctx, from)
}

func (s *server) createFrom(ctx context.Context, from string) (string, error) {
	name := prefix + s.run + "_" + strconv.FormatInt(s.created.Add(1), 10)
	if err := s.do(ctx, "CREATE DATABASE "+quote(name)+from); err != nil {
		return "", fmt.Errorf("create a database: %w", err)
	}
	return name, nil
}

// drop drops a database with whoever is connected to it. To drop what is gone already succeeds.
func (s *server) drop(ctx context.Context, name string) error {
	if err := s.do(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop a database: %w", err)
	}
	return nil
}

// template gives the database that migrate has run on, and runs it the first time.
func (s *server) template(migrate func(context.Context, string) error) (string, error) {
	s.mu.Lock()
	get, ok := s.templates[identity(migrate)]
	if !ok {
		get = sync.OnceValues(func() (string, error) { return s.migrated(migrate) })
		s.templates[identity(migrate)] = get
	}
	s.mu.Unlock()
	return get()
}

// identity tells functions apart by their closure: the code alone is the same for two that captured
// different values. As a key of a map it keeps the closure alive, so no other takes its place.
func identity(migrate func(context.Context, string) error) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&migrate))
}

func (s *server) migrated(migrate func(context.Context, string) error) (string, error) {
	// Not the context of the test that came first: others wait for the same template.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name, err := s.createFrom(ctx, fresh)
	if err != nil {
		return "", err
	}
	if err := migrate(ctx, s.url(name)); err != nil {
		_ = s.drop(ctx, name) // the error of migrate is the one to show
		return "", fmt.Errorf("migrate: %w", err)
	}
	return name, s.seal(ctx, name)
}

// seal keeps everybody out of a template, as PostgreSQL copies none that somebody is connected to.
func (s *server) seal(ctx context.Context, name string) error {
	if err := s.do(ctx, "ALTER DATABASE "+quote(name)+" WITH ALLOW_CONNECTIONS false"); err != nil {
		return fmt.Errorf("close the template: %w", err)
	}
	const leave = `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1`
	if err := s.do(ctx, leave, name); err != nil {
		return fmt.Errorf("empty the template: %w", err)
	}
	return nil
}

// sweep drops the databases of processes that are gone, which only a server that was given can have. Two
// processes may sweep at once, and a database may belong to another role: what cannot be dropped stays.
func (s *server) sweep(ctx context.Context) error {
	const abandoned = `SELECT d.datname FROM pg_database d WHERE starts_with(d.datname, $1) AND NOT EXISTS (
		SELECT FROM pg_stat_activity a WHERE a.application_name = $1 || split_part(substr(d.datname, length($1) + 1), '_', 1))`
	rows, err := s.lease.Query(ctx, abandoned, prefix)
	if err != nil {
		return fmt.Errorf("look for what others left: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for what others left: %w", err)
	}
	for _, name := range names {
		_ = s.drop(ctx, name)
	}
	return nil
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
