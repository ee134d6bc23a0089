package twist

import (
	"context"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// How much one run of Seal does at most: so many units of work of so many items.
const (
	sealUnits = 100
	sealItems = 1_000
)

// Seal gives every entry and event that waits its position in the chain, in the order in which they were
// written, and gives how many it sealed. One run ends after 100,000; the next goes on. Any number of runs
// at once leave one chain.
func (l *Ledger) Seal(ctx context.Context) (int, error) {
	sealed := 0
	for range sealUnits {
		n, err := ports.Write(ctx, l.c.Store, sealNext)
		sealed += n
		if err != nil || n < sealItems {
			return sealed, err
		}
	}
	return sealed, nil
}

// sealNext seals as many items as one unit of work takes.
func sealNext(ctx context.Context, tx ports.Tx) (int, error) {
	last, err := tx.Seals.Lock(ctx)
	if err != nil {
		return 0, err
	}
	waiting, err := tx.Seals.Waiting(ctx, 0, sealItems)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	seals := make([]journal.Seal, len(waiting))
	for i, w := range waiting {
		last = last.Next(w.Item)
		seals[i] = last
	}
	return len(seals), tx.Seals.Add(ctx, waiting, seals)
}
