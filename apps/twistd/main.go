// Command twistd is TWIST as a program. Its subcommands are the table below; each is a page of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// environment is what a command gets from outside.
type environment struct {
	args   []string // after the command's name
	lookup func(string) (string, bool)
	stdout io.Writer
	stderr io.Writer
}

// command is one subcommand.
type command struct {
	name string
	doc  string
	run  func(ctx context.Context, env environment) error
}

func commands() []command {
	return []command{
		{"demo", "run the whole money loop in one process, and prove it  [--json] [--snapshot FILE | --database-url URL]", demo},
		{"dev", "run the same system until interrupted, seeded, and say what to type next", dev},
		{"sign-in", "sign in at an API with a key from a file, and print the access token  --key FILE [--api URL]", signInCommand},
		{"keys", "show or change the file of keys that sign access tokens  list|rotate|drop|refuse-tokens [--file FILE] [--id KEY]", keysCommand},
		{"migrate", "bring a PostgreSQL database to the newest schema  [--database-url URL]", migrate},
		{"verify", "recompute a database or a snapshot; exit 1 when anything is wrong  [--database-url URL | --snapshot FILE] [--head POSITION:HASH]", verify},
		{"config", "print every setting, its value and what it is for", config},
	}
}

// errUsage means that the command line was not understood; usage has been printed.
var errUsage = errors.New("see the usage above")

// errNotOK means that a command did its work and the answer is no; it has been printed.
var errNotOK = errors.New("not ok")

func main() {
	// Of what a request allocates nothing lives on, and whoever calls while it is collected waits longest of all: a few
	// milliseconds, several times a second, where little else is in memory. So it grows to 31 times of what lives, and to a
	// gibibyte at most while less than that lives. GOGC and GOMEMLIMIT say otherwise.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(3_000)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(1 << 30)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "twistd:", err)
		os.Exit(1)
	}
}

// run is the program: what main does, with everything handed in.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) error {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] {
				err := c.run(ctx, environment{args: args[1:], lookup: lookup, stdout: stdout, stderr: stderr})
				if errors.Is(err, flag.ErrHelp) {
					return nil // it was asked for, and printed
				}
				return err
			}
		}
	}
	printf(stderr, "usage: twistd COMMAND [FLAGS]\n")
	for _, c := range commands() {
		printf(stderr, "  %-8s %s\n", c.name, c.doc)
	}
	return errUsage
}

// printf writes for a person. That nobody reads it any more is no reason to stop.
func printf(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
