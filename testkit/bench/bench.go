package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/migrations"
)

// bench is one run of this program.
type bench struct {
	options

	url        string
	admin      *pgx.Conn // of a superuser
	postmaster int       // the server's first process
	scratch    string    // a folder of our own
	progress   io.Writer
	runs       int // of pgbench so far: it makes names that never repeat
}

// open connects to the server and refuses one whose commits are not on disk: it would flatter both sides.
func open(ctx context.Context, url string, progress io.Writer) (*bench, error) {
	if url == "" {
		return nil, fmt.Errorf("%s is not set: run scripts/bench.sh", serverURL)
	}
	admin, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	b := &bench{url: url, admin: admin, progress: progress}
	if err := b.look(ctx); err != nil {
		return nil, errors.Join(err, admin.Close(ctx))
	}
	b.scratch, err = os.MkdirTemp("", "twist-bench")
	return b, err
}

func (b *bench) look(ctx context.Context) error {
	var durable bool
	var backend int
	err := b.admin.QueryRow(ctx, `SELECT current_setting('fsync')::bool AND current_setting('synchronous_commit') = 'on'
		AND current_setting('full_page_writes')::bool, pg_backend_pid()`).Scan(&durable, &backend)
	if err != nil {
		return err
	}
	if !durable {
		return errors.New("the server may forget what it committed: fsync, full_page_writes and synchronous_commit must be on")
	}
	p, err := stat(backend)
	if err != nil {
		return fmt.Errorf("the server does not run on this machine: %w", err)
	}
	b.postmaster = p.parent
	return nil
}

func (b *bench) close() {
	_ = b.admin.Close(context.WithoutCancel(context.Background())) // the process ends with it
	_ = os.RemoveAll(b.scratch)
}

// say tells whoever waits what happens.
func (b *bench) say(format string, args ...any) { _, _ = fmt.Fprintf(b.progress, format+"\n", args...) }

// database is one of our own, with the schema in it.
type database struct {
	*bench

	name string
	url  string
	conn *pgx.Conn // of its owner, who is a superuser: to fill it
}

// database makes one, in place of one of the same name that an earlier run left.
func (b *bench) database(ctx context.Context, name string) (*database, error) {
	d := &database{bench: b, name: "twist_bench_" + name}
	quoted := pgx.Identifier{d.name}.Sanitize()
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + quoted + " WITH (FORCE)", "CREATE DATABASE " + quoted + " TEMPLATE template0"} {
		if _, err := b.admin.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	at, err := url.Parse(b.url)
	if err != nil {
		return nil, fmt.Errorf("%s is no URL", serverURL) // and may hold a password
	}
	at.Path = "/" + d.name
	d.url = at.String()
	if _, err := postgres.Migrate(ctx, d.url, migrations.Files); err != nil {
		return nil, err
	}
	d.conn, err = pgx.Connect(ctx, d.url)
	return d, err
}

// drop removes the database with whoever is connected to it.
func (d *database) drop(ctx context.Context) error {
	_ = d.conn.Close(ctx)
	_, err := d.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{d.name}.Sanitize()+" WITH (FORCE)")
	return err
}

// again gives another connection to the same database.
func (d *database) again(ctx context.Context) (*database, error) {
	conn, err := pgx.Connect(ctx, d.url)
	return &database{bench: d.bench, name: d.name, url: d.url, conn: conn}, err
}

// store opens the adapter on the database, as a program does. The report says what the server keeps.
func (d *database) store(ctx context.Context, o postgres.Options) (*postgres.Store, error) {
	o.Volatile = true
	return postgres.Open(ctx, d.url, o)
}

// load carries out a file of sql with settings that it reads as bench.<name>. Triggers and foreign keys
// rest meanwhile: the file writes what they would let pass.
func (d *database) load(ctx context.Context, file string, with map[string]int) error {
	began := time.Now()
	if _, err := d.conn.Exec(ctx, "SET session_replication_role = replica"); err != nil {
		return err
	}
	for name, value := range with {
		if _, err := d.conn.Exec(ctx, "SELECT set_config('bench.' || $1, $2::text, false)", name, fmt.Sprint(value)); err != nil {
			return err
		}
	}
	if _, err := d.conn.Exec(ctx, script(file)); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if _, err := d.conn.Exec(ctx, "SET session_replication_role = DEFAULT"); err != nil {
		return err
	}
	d.say("loaded %s %v in %v", file, with, time.Since(began).Round(10*time.Millisecond))
	return nil
}

// settle makes the database what it is after a quiet while: its statistics are right and its pages on disk.
func (d *database) settle(ctx context.Context) error {
	for _, statement := range []string{"VACUUM (ANALYZE)", "CHECKPOINT"} {
		if _, err := d.conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
