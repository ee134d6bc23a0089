package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	platform "github.com/twist-platform/twist" // whose name is a unit of the story here
	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/core/journal"
)

// verify recomputes what is stored: a database, or a snapshot.
func verify(ctx context.Context, env environment) error {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.SetOutput(env.stderr)
	path := flags.String("snapshot", "", "the file to verify, as demo --snapshot writes it")
	where := databaseFlag(flags, "the PostgreSQL database to verify; without it, and without a snapshot, TWIST_DATABASE_URL")
	var known []journal.Head
	flags.Func("head", "a head that was kept from before, and must stand in the chain; may be given more than once", func(text string) error {
		head, err := journal.ParseHead(text)
		known = append(known, head)
		return err
	})
	if err := flags.Parse(env.args); err != nil {
		return err
	}
	if flags.NArg() > 0 || (*path != "" && *where != "") {
		flags.Usage()
		return errUsage
	}
	result, intact, err := recompute(ctx, env, *path, *where, known)
	if err != nil {
		return err
	}
	for _, finding := range result.Findings {
		printf(env.stdout, "%s\n", finding)
	}
	if !intact {
		printf(env.stdout, "snapshot_altered: its rows are not the ones that were written\n")
	}
	if !intact || len(result.Findings) > 0 {
		return fmt.Errorf("%w: %d findings", errNotOK, len(result.Findings))
	}
	printf(env.stdout, "ok: %d entries and %d events recomputed, %d of them wait for their seals\n", result.Entries, result.Events, result.Unsealed)
	printf(env.stdout, "head: %s\n", result.Head)
	return nil
}

// recompute verifies the file, or the database where there is none. A file has a digest that can say that
// it was altered where no recomputation can.
func recompute(ctx context.Context, env environment, path string, where database, known []journal.Head) (v platform.Verification, intact bool, err error) {
	if path == "" {
		c, err := where.configured(env)
		if err != nil {
			return platform.Verification{}, false, err
		}
		v, err = boot.VerifyDatabase(ctx, c, known...)
		return v, true, err
	}
	snapshot, err := os.ReadFile(path) //nolint:gosec // whoever runs the command names the file
	if err != nil {
		return platform.Verification{}, false, err
	}
	return boot.VerifySnapshot(ctx, snapshot, known...)
}
