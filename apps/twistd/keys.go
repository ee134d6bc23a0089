package main

import (
	"context"
	"flag"
	"text/tabwriter"
	"time"

	"github.com/twist-platform/twist/apps/internal/boot"
)

// keysCommand changes or shows the file of keys that sign access tokens. No secret is an argument or an
// output: keys are drawn here and stand in the file only.
func keysCommand(_ context.Context, env environment) error {
	flags := flag.NewFlagSet("keys", flag.ContinueOnError)
	flags.SetOutput(env.stderr)
	configured, _ := env.lookup("TWIST_TOKEN_KEYS")
	path := flags.String("file", configured, "the file of keys; TWIST_TOKEN_KEYS when it is not given")
	id := flags.String("id", "", "the key to drop")
	if len(env.args) == 0 {
		printf(env.stderr, "usage: twistd keys list|rotate|drop|refuse-tokens [--file FILE] [--id KEY]\n")
		return errUsage
	}
	if err := flags.Parse(env.args[1:]); err != nil {
		return err
	}
	now := time.Now()
	acts := map[string]func() (boot.KeyRing, error){
		"list":          func() (boot.KeyRing, error) { return boot.ListKeys(*path, now) },
		"rotate":        func() (boot.KeyRing, error) { return boot.RotateKeys(*path, now) },
		"drop":          func() (boot.KeyRing, error) { return boot.DropKey(*path, *id, now) },
		"refuse-tokens": func() (boot.KeyRing, error) { return boot.RefuseTokens(*path, now) },
	}
	act, known := acts[env.args[0]]
	if !known || *path == "" || flags.NArg() > 0 || (env.args[0] == "drop") != (*id != "") {
		flags.Usage()
		return errUsage
	}
	ring, err := act()
	if len(ring.Keys) > 0 {
		printKeys(env, ring)
	}
	return err
}

// printKeys shows what anyone may see of the keys.
func printKeys(env environment, ring boot.KeyRing) {
	moment := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.UTC().Format(time.RFC3339)
	}
	table := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	printf(table, "KEY\tSTATE\tPUBLISHED\tSIGNS FROM\tRETIRES\tREMOVED\n")
	for _, k := range ring.Keys {
		printf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.State, moment(k.Published), moment(k.Active), moment(k.Retires), moment(k.Removed))
	}
	_ = table.Flush()
	if !ring.MinIssued.IsZero() {
		printf(env.stdout, "Tokens issued before %s are refused.\n", moment(ring.MinIssued))
	}
}
