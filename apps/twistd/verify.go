package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/twist-platform/twist/apps/internal/boot"
)

// verify recomputes a snapshot.
func verify(ctx context.Context, env environment) error {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.SetOutput(env.stderr)
	path := flags.String("snapshot", "", "the file to verify, as demo --snapshot writes it")
	if err := flags.Parse(env.args); err != nil {
		return err
	}
	if *path == "" || flags.NArg() > 0 {
		flags.Usage()
		return errUsage
	}
	snapshot, err := os.ReadFile(*path)
	if err != nil {
		return err
	}
	result, intact, err := boot.VerifySnapshot(ctx, snapshot)
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
	printf(env.stdout, "ok: %d entries recomputed\n", result.Entries)
	return nil
}
