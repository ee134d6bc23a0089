package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/internal/serve"
	"github.com/twist-platform/twist/core/identity"
)

// demo runs the money loop once: a real API on a free port, and a client that walks it over HTTP.
func demo(ctx context.Context, env environment) (err error) {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(env.stderr)
	asJSON := flags.Bool("json", false, "print one JSON document")
	snapshot := flags.String("snapshot", "", "write everything that was stored to this file, for verify")
	database := databaseFlag(flags, "keep everything in this empty PostgreSQL database instead of memory")
	if err := flags.Parse(env.args); err != nil {
		return err
	}
	if flags.NArg() > 0 || (*snapshot != "" && *database != "") {
		flags.Usage()
		return errUsage
	}

	s, err := newStory(ctx, env, func(c *boot.Config) {
		c.Database = database.secret(env)
		if key, _ := env.lookup("TWIST_VISITOR_KEY"); *database != "" && key == "" {
			c.VisitorKey = boot.DrawVisitorKey() // nobody goes on with a story that is over
		}
		if _, given := env.lookup("TWIST_LOG_LEVEL"); !given {
			c.LogLevel = slog.LevelWarn // the story is told on its own, without a line per request
		}
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.system.Close()) }()
	address, stop, err := s.open(ctx, s.system.Handler(), "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.base = "http://" + address
	s.client = newClient(s.base)
	out := newReport(env.stdout)
	out.json = *asJSON
	told := s.tell(ctx, out)
	if err := stop(); err != nil {
		told = errors.Join(told, err)
	}
	if told == nil && *snapshot != "" {
		told = writeSnapshot(s.system, *snapshot)
	}
	return errors.Join(told, out.end(told == nil))
}

func writeSnapshot(system *boot.System, path string) error {
	content, err := system.Snapshot()
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// hurry is what a request under way has beside its own deadline once a program is to end: for its answer.
const hurry = 5 * time.Second

// open serves until stop is called, which lets requests under way finish, whatever their deadline.
func (s *story) open(ctx context.Context, h http.Handler, address string) (listening string, stop func() error, err error) {
	server, err := serve.Listen(ctx, address, h, s.system.Log())
	if err != nil {
		return "", nil, err
	}
	return server.Address(), func() error {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.system.Longest()+hurry)
		defer cancel()
		return server.Stop(last)
	}, nil
}

// newSystem assembles the embedded default with one more operator.
func newSystem(ctx context.Context, env environment, operator identity.Wallet, adjust func(*boot.Config)) (*boot.System, boot.Config, error) {
	c, err := boot.Load(env.lookup)
	if err != nil {
		return nil, c, err
	}
	c.Operators = append(c.Operators, operator)
	c.Database = boot.Secret{} // a sandbox keeps off the database of the environment
	if adjust != nil {
		adjust(&c)
	}
	if _, err := boot.Migrate(ctx, c); err != nil && !errors.Is(err, boot.ErrNoDatabase) {
		return nil, c, err
	}
	log := slog.New(slog.NewTextHandler(env.stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	system, err := boot.New(ctx, c, log)
	return system, c, err
}

// must names what a step expected and did not find.
func must(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}
