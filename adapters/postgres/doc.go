// Package postgres keeps everything that is stored in PostgreSQL 15 or later: the ports over bun, with
// pgx below it.
//
// Only apps/internal/boot and tests import it; it is the only package that knows bun. Every statement is
// a constant with numbered parameters, prepared once per connection; bun maps rows and carries the
// transaction. Its invariant: a unit of work is one transaction in which every row that decides is locked,
// in the order of ports.Tx, so that what commits is what would have happened one after the other.
package postgres
