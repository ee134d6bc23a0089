package twist_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/ports"
)

// witness is a store that watches its units of work: each that commits adds to the outbox at most once, after
// the last entry, and none records an entry without a word.
type witness struct {
	ports.Store

	mu  sync.Mutex
	bad []string
}

// wrong gives what was done wrong.
func (w *witness) wrong() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bad
}

func (w *witness) Write(ctx context.Context, fn func(context.Context, ports.Tx) error) error {
	var seen watched
	err := w.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		seen = watched{outbox: tx.Outbox}
		tx.Ledger, tx.Outbox = watchedLedger{tx.Ledger, &seen}, &seen
		return fn(ctx, tx)
	})
	if err == nil && (seen.adds > 1 || seen.late > 0 || seen.records > 0 && seen.adds == 0) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.bad = append(w.bad, fmt.Sprintf("%d entries, told %d times, %d entries after it", seen.records, seen.adds, seen.late))
	}
	return err
}

// watched is one unit of work, as its outbox.
type watched struct {
	outbox ports.Outbox

	records, adds, late int
}

func (w *watched) Add(ctx context.Context, events ...journal.Event) error {
	w.adds++
	return w.outbox.Add(ctx, events...)
}

// watchedLedger counts what is recorded, and what after the outbox was told.
type watchedLedger struct {
	ports.Ledger

	unit *watched
}

func (l watchedLedger) Record(ctx context.Context, e ledger.Entry) error {
	l.unit.records++
	l.unit.late += l.unit.adds
	return l.Ledger.Record(ctx, e)
}
