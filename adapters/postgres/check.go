package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/twist-platform/twist/ports"
)

const (
	// oldest is the first server version that has all the schema uses.
	oldest = 150_000
	// schema is the number of the newest migration, which this package's statements are written for.
	schema = 54
)

// begin is what a connection does first. The schema is that of whoever connects: a role's own search path
// may lead elsewhere. Temporary tables come last, so that none stands in for a table of ours.
const begin = `-- whoever connects, as twist_app
	SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false);
	SET ROLE twist_app`

// check refuses a server or a schema that cannot be worked with.
func (s *Store) check(ctx context.Context, volatile bool) error {
	var version int
	var keeps, made, shown bool
	err := s.db.QueryRowContext(ctx, `
		SELECT current_setting('server_version_num')::int,
			current_setting('fsync')::bool AND current_setting('full_page_writes')::bool,
			to_regclass('goose_db_version') IS NOT NULL,
			coalesce(has_table_privilege(to_regclass('goose_db_version'), 'SELECT'), false)`,
	).Scan(&version, &keeps, &made, &shown)
	switch {
	case err != nil:
		return unopened(err)
	case version < oldest:
		return ports.ErrStore.Saying("PostgreSQL 15 or later is needed, and this is %d.%d", version/10_000, version%10_000)
	case !keeps && !volatile:
		return ports.ErrStore.Saying("the server may lose what it has committed: fsync or full_page_writes is off")
	case !made:
		return errUnmigrated
	case !shown: // the step that shows it is one of ours
		return ports.ErrStore.Saying("the database is older than this program: migrate it")
	}
	return s.checkSchema(ctx)
}

var errUnmigrated = ports.ErrStore.Saying("the database has no schema of ours: migrate it")

// checkSchema compares the newest step that was taken with the one that this package knows.
func (s *Store) checkSchema(ctx context.Context) error {
	var taken int
	if err := s.db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&taken); err != nil {
		return ports.ErrStore.Because(err)
	}
	if taken < schema {
		return ports.ErrStore.Saying("the database is at step %d and this program needs %d: migrate it", taken, schema)
	}
	if taken > schema {
		return ports.ErrStore.Saying("the database is at step %d and this program knows %d: it is the program that is too old", taken, schema)
	}
	return nil
}

// unopened says why the first connection came to nothing.
func unopened(err error) error {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		switch said.Code {
		case "22023": // the role does not exist
			return errUnmigrated.Because(err)
		case "42501":
			return ports.ErrStore.Saying("whoever connects may not work as twist_app: GRANT twist_app TO that role").Because(err)
		}
	}
	return ports.ErrStore.Because(err)
}
