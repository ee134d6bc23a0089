// Package migrations carries the schema, as steps forward that never change once they are committed.
//
// Whoever opens a database hands Files to postgres.Migrate; nobody else imports it. Its invariant: a file
// that was committed stays as it is, which a test holds against the list in sums.
package migrations

import "embed"

// Files are the steps, in the order of their names.
//
//go:embed *.sql
var Files embed.FS
