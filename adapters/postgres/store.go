package postgres

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"github.com/twist-platform/twist/ports"
)

// Store is ports.Store and ports.ClickLog over one database. Make one with Open; it is safe for
// concurrent use.
type Store struct {
	db    *bun.DB
	clock ports.Clock // nil where nobody asks
}

// maxAttempts bounds how often a unit of work runs that conflicts with others again and again.
const maxAttempts = 10

// Write runs fn in one transaction, and again when PostgreSQL made it give way to another.
func (s *Store) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	inside, err := ports.Begin(ctx)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		again, err := s.write(inside, fn)
		if !again || attempt == maxAttempts || !pause(ctx, attempt) {
			return err
		}
	}
}

// write runs fn once. It reports whether a conflict ended it, so that the same call may succeed.
func (s *Store) write(ctx context.Context, fn func(context.Context, ports.Tx) error) (again bool, err error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted}) // what decides is locked
	if err != nil {
		return false, ports.ErrStore.Because(err)
	}
	u := &unit{db: s.db, tx: tx}
	defer func() {
		u.over = true
		_ = tx.Rollback() // of what was committed nothing is left to roll back
	}()
	if err := fn(ctx, u.writer()); err != nil {
		return retryable(u.cause), err
	}
	if u.failed != nil {
		return retryable(u.cause), u.failed
	}
	if err := ctx.Err(); err != nil {
		return false, ports.ErrStore.Because(err)
	}
	if err := tx.Commit(); err != nil {
		return retryable(err), translate(err)
	}
	return false, nil
}

// pause lets the others go on before the next attempt, and reports whether there may be one. The waits
// are random, so that two that met do not meet again.
func pause(ctx context.Context, attempt int) bool {
	longest := time.Duration(attempt) * 5 * time.Millisecond
	timer := time.NewTimer(rand.N(longest)) //nolint:gosec // when to try again is no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Read runs fn against one snapshot, which no writer waits for.
func (s *Store) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	inside, err := ports.Begin(ctx)
	if err != nil {
		return err
	}
	tx, err := s.db.BeginTx(inside, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return ports.ErrStore.Because(err)
	}
	u := &unit{db: s.db, tx: tx}
	defer func() {
		u.over = true
		_ = tx.Rollback()
	}()
	return fn(inside, u.reader())
}
