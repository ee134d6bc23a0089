package main

import (
	"context"
	"flag"
	"net/url"

	"github.com/twist-platform/twist/apps/internal/boot"
)

// database is the URL of a database as a flag gives it, empty when it does not.
type database string

// databaseFlag adds --database-url.
func databaseFlag(flags *flag.FlagSet, doc string) *database {
	var d database
	flags.StringVar((*string)(&d), "database-url", "", doc)
	return &d
}

// secret is the URL as a setting. A password on the command line is shown to everybody on the machine.
func (d database) secret(env environment) boot.Secret {
	if parsed, err := url.Parse(string(d)); err == nil && parsed.User != nil {
		if _, given := parsed.User.Password(); given {
			printf(env.stderr, "the password in --database-url is visible to others on this machine; TWIST_DATABASE_URL or PGPASSWORD is not\n")
		}
	}
	return boot.NewSecret(string(d))
}

// configured loads the configuration, in which the flag replaces TWIST_DATABASE_URL.
func (d database) configured(env environment) (boot.Config, error) {
	c, err := boot.Load(env.lookup)
	if d != "" {
		c.Database = d.secret(env)
	}
	return c, err
}

// migrate brings a database to the newest schema.
func migrate(ctx context.Context, env environment) error {
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	flags.SetOutput(env.stderr)
	where := databaseFlag(flags, "the PostgreSQL database to migrate; without it TWIST_DATABASE_URL")
	if err := flags.Parse(env.args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		flags.Usage()
		return errUsage
	}
	c, err := where.configured(env)
	if err != nil {
		return err
	}
	applied, err := boot.Migrate(ctx, c)
	if err != nil {
		return err
	}
	for _, step := range applied {
		printf(env.stdout, "applied %s\n", step)
	}
	if len(applied) == 0 {
		printf(env.stdout, "nothing to do\n")
	}
	return nil
}
