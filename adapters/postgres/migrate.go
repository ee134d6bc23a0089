package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/twist-platform/twist/ports"
)

// Migrate brings the database of a URL to the newest of the files, each in a transaction of its own, and
// gives the names of those it applied. Of several processes at once one works and the others wait for it. A
// step that gets no hold of a table within five seconds, or what lock_timeout in the URL says, fails and
// leaves nothing of itself.
func Migrate(ctx context.Context, url string, files fs.FS) ([]string, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = "twist migrate"
	if _, chosen := config.RuntimeParams["lock_timeout"]; !chosen {
		// Whoever comes after a step that waits for a table waits too: rather the step gives up.
		config.RuntimeParams["lock_timeout"] = "5000"
	}
	db := stdlib.OpenDB(*config)
	defer func() { _ = db.Close() }()
	if err := db.PingContext(ctx); err != nil {
		return nil, ports.ErrStore.Because(err)
	}
	// One try a second, for ten minutes: the longest step there may ever be.
	one, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return nil, err
	}
	steps, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(one), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, err
	}
	done, err := steps.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		return nil, fmt.Errorf("migrate %s: %w", partial.Failed.Source.Path, partial.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	applied := make([]string, len(done))
	for i, step := range done {
		applied[i] = fmt.Sprintf("%s (%s)", step.Source.Path, step.Duration.Round(time.Millisecond))
	}
	return applied, nil
}
