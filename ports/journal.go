package ports

import (
	"context"

	"github.com/twist-platform/twist/core/journal"
)

// Outbox takes what happened, for those outside: effects beyond the store leave through it.
type Outbox interface {
	// Add keeps events with the unit of work, in order. An event that breaks a rule or whose id is taken
	// is journal.ErrEvent.
	Add(ctx context.Context, events ...journal.Event) error
}

// Seals extends the chain over entries and events.
type Seals interface {
	// Lock gives the last seal, the zero Seal where there is none, and holds the end of the chain.
	Lock(ctx context.Context) (journal.Seal, error)
	// Waiting gives at most limit items that are committed and not sealed, in the order of their turns,
	// after the one given: whatever was committed before an item was written has a lower turn than it,
	// or is sealed. Turns are positive.
	Waiting(ctx context.Context, after int64, limit int) ([]journal.Waiting, error)
	// Add appends seals, of what waited, in the same order. A position that is taken, an item that does not
	// wait with its turn, or a seal that is not of the item beside it is journal.ErrSealed.
	Add(ctx context.Context, waited []journal.Waiting, seals []journal.Seal) error
}

// JournalReader reads the sequence of everything that happened.
type JournalReader interface {
	// Events gives at most limit events in the order of their ids, after the one named.
	Events(ctx context.Context, after journal.EventID, limit int) ([]journal.Event, error)
	// Seals gives at most limit seals in the order of their positions, after the one given.
	Seals(ctx context.Context, after int64, limit int) ([]journal.Seal, error)
	// Waiting is Seals'.
	Waiting(ctx context.Context, after int64, limit int) ([]journal.Waiting, error)
}
