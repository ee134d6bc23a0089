package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

var _ ports.Tombstones = (*Tombstones)(nil)

// Tombstones remembers for as long as the process runs. Its zero value is empty and ready; it is safe for
// concurrent use.
type Tombstones struct {
	mu   sync.Mutex
	kept map[string]time.Time
}

// Bury keeps tombstones.
func (t *Tombstones) Bury(_ context.Context, all ...identity.Tombstone) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = map[string]time.Time{}
	}
	for _, stone := range all {
		if stone.Before.After(t.kept[stone.Key]) {
			t.kept[stone.Key] = stone.Before.UTC()
		}
	}
	return nil
}

// Buried gives the latest of each key.
func (t *Tombstones) Buried(context.Context) ([]identity.Tombstone, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []identity.Tombstone
	for key, before := range t.kept {
		all = append(all, identity.Tombstone{Key: key, Before: before})
	}
	slices.SortFunc(all, func(a, b identity.Tombstone) int { return cmp.Compare(a.Key, b.Key) })
	return all, nil
}
