package twist_test

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
)

// storm is what befalls the sessions of a database on purpose, and how often it hit.
type storm struct {
	db   *sql.DB // from outside, as the server's superuser
	sums *sums   // looked at after every unit of work that was tried; nil for nothing

	calls      atomic.Int64 // of the store
	answered   atomic.Int64 // units of work
	kills      atomic.Int64 // backends ended
	again      atomic.Int64 // units of work that ran again for a conflict
	unanswered atomic.Int64 // calls of the store of which nobody can say what became
}

// newStorm prepares a database: its sessions notice a deadlock at once, so that they and not the storm's
// own session give way.
func newStorm(t testing.TB, url string) *storm {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), `DO $$ BEGIN
		EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''10ms''', current_database());
	END $$`)
	require.NoError(t, err)
	return &storm{db: db}
}

// wait lets up to most units of work be answered, so that on a slow machine the storm is slow too, and reports
// whether ctx goes on. What it left unanswered does not hurry it, nor do reads that come before a unit is tried
// again: a storm that feeds on its own failures would let nobody through.
func (s *storm) wait(ctx context.Context, most int64) bool {
	next := s.answered.Load() + 1 + rand.N(most)
	for idle(ctx, 8*time.Millisecond) {
		if s.answered.Load() >= next {
			return true
		}
	}
	return false
}

// kill ends backends of the program until ctx does, those at work first.
func (s *storm) kill(ctx context.Context) {
	for s.wait(ctx, 12) {
		var ended bool
		// Not until ctx ends: what is asked last must not hit who comes after the storm.
		err := s.db.QueryRowContext(context.WithoutCancel(ctx), `
			SELECT pg_terminate_backend(pid) FROM (
				SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'twist'
				ORDER BY state = 'idle', random() LIMIT 1
			) AS one`).Scan(&ended)
		if err == nil && ended {
			s.kills.Add(1)
		}
	}
}

// entangle takes rows until ctx ends in the order opposite to everybody's, and keeps them for a moment.
func (s *storm) entangle(ctx context.Context) {
	for s.wait(ctx, 20) {
		tx, err := s.db.BeginTx(ctx, nil)
		if err != nil {
			continue
		}
		for _, statement := range []string{
			`SET LOCAL deadlock_timeout = '100ms'`,  // it is the last to notice
			`SET LOCAL statement_timeout = '200ms'`, // those who share a row, one after the other, keep it from who wants it alone
			`SELECT FROM balances WHERE address LIKE 'account:%' OR address LIKE 'program:%' OR address LIKE 'pool:%'
				ORDER BY address DESC FOR UPDATE`,
			`SELECT FROM payouts ORDER BY id DESC FOR UPDATE`,
			`SELECT FROM pools ORDER BY id DESC FOR UPDATE`,
			`SELECT FROM conversions ORDER BY id DESC FOR UPDATE`,
			`SELECT FROM accounts ORDER BY id DESC FOR UPDATE`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				break // it was the one to give way
			}
			idle(ctx, 2*time.Millisecond)
		}
		_ = tx.Rollback()
	}
}

// idle waits for a moment of no fixed length, and reports whether ctx goes on.
func idle(ctx context.Context, longest time.Duration) bool {
	timer := time.NewTimer(rand.N(longest))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// deadlocks is how many the server has ended in this database, as far as its sessions have reported.
func (s *storm) deadlocks(t testing.TB) (n int64) {
	t.Helper()
	require.NoError(t, s.db.QueryRowContext(t.Context(),
		`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&n))
	return n
}

// count asks for one number.
func (s *storm) count(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, s.db.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

// weathered is a store that notes what the storm did to it.
type weathered struct {
	ports.Store

	storm *storm
}

func (w *weathered) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	runs := int64(0)
	err := w.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		runs++
		return fn(ctx, tx)
	})
	w.storm.again.Add(max(runs-1, 0))
	if !errors.Is(err, ports.ErrStore) {
		w.storm.answered.Add(1)
	}
	if w.storm.sums != nil {
		w.storm.sums.look(ctx)
	}
	return w.note(err)
}

func (w *weathered) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	return w.note(w.Store.Read(ctx, fn))
}

func (w *weathered) note(err error) error {
	w.storm.calls.Add(1)
	if errors.Is(err, ports.ErrStore) {
		w.storm.unanswered.Add(1)
	}
	return err
}

// texts gives the one column of a query.
func (s *storm) texts(t testing.TB, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := s.db.QueryContext(t.Context(), query, args...)
	require.NoError(t, err)
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		all = append(all, text)
	}
	require.NoError(t, rows.Err())
	require.NoError(t, rows.Close())
	return all
}

// passing reports that every part of an error may be gone at the next try.
func passing(err error) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			if !passing(one) {
				return false
			}
		}
		return true
	}
	return errors.Is(err, fault.Unavailable)
}
