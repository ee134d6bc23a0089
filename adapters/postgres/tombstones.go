package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

var _ ports.Tombstones = (*Tombstones)(nil)

// Tombstones is ports.Tombstones over the database of a Store. It stands outside the unit of work.
type Tombstones struct{ store *Store }

// Tombstones gives what is remembered of keys.
func (s *Store) Tombstones() *Tombstones { return &Tombstones{s} }

// tombstoneRow is the latest tombstone of a key.
type tombstoneRow struct {
	Key    string
	Before time.Time
}

// Bury keeps tombstones, all in one statement.
func (t *Tombstones) Bury(ctx context.Context, all ...identity.Tombstone) error {
	keys, moments := make([]string, len(all)), make([]time.Time, len(all))
	for i, stone := range all {
		keys[i], moments[i] = stone.Key, stone.Before
	}
	if !storable([]any{keys}) {
		return ErrText
	}
	_, err := t.store.db.DB.ExecContext(ctx, `
		INSERT INTO tombstones (key, before) SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS n (key, before) ORDER BY key, before
		ON CONFLICT (key, before) DO NOTHING`, keys, moments)
	if err != nil {
		return translate(err)
	}
	return nil
}

// Buried gives the latest of each key: a few rows for each key that was ever dropped.
func (t *Tombstones) Buried(ctx context.Context) ([]identity.Tombstone, error) {
	rows, err := t.store.db.DB.QueryContext(ctx, `SELECT key, max(before) AS before FROM tombstones GROUP BY key ORDER BY key`)
	if err != nil {
		return nil, translate(err)
	}
	var found []tombstoneRow
	if err := t.store.db.ScanRows(ctx, rows, &found); err != nil {
		return nil, translate(err)
	}
	var all []identity.Tombstone
	for _, r := range found {
		all = append(all, identity.Tombstone{Key: r.Key, Before: r.Before.UTC()})
	}
	return all, nil
}
