package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

// LedgerReader reads the journal and the balances it makes.
type LedgerReader interface {
	// Balance is what stands at an address, over all its stripes; zero where nothing ever stood.
	Balance(ctx context.Context, a ledger.Address, asset ledger.Asset) (money.Amount, error)
	// Entries gives at most limit records in the order of their ids, after the one named.
	Entries(ctx context.Context, after ledger.EntryID, limit int) ([]ledger.Record, error)
	// GetAll gives entries with their lines in the order asked; one that is missing is left out.
	GetAll(ctx context.Context, ids []ledger.EntryID) ([]ledger.Record, error)
	// Lines gives at most limit lines in the order of key and version, after the one given.
	Lines(ctx context.Context, after ledger.Line, limit int) ([]ledger.Line, error)
	// Past gives at most limit moves of TWIST at an address that is not striped, the newest first, before a
	// version; before 0 are all.
	Past(ctx context.Context, a ledger.Address, before int64, limit int) ([]Moved, error)
	// Standings gives at most limit rows of balances in the order of their keys, after the one given.
	Standings(ctx context.Context, after ledger.Key, limit int) ([]ledger.Standing, error)
}

// Moved is what one entry did at an address.
type Moved struct {
	Entry    ledger.EntryID
	At       time.Time
	Version  int64
	Delta    money.Amount
	Metadata map[string]string // of the entry
}

// Ledger writes the journal.
type Ledger interface {
	// Balance is LedgerReader's, inside the unit of work: it sees what the unit recorded.
	Balance(ctx context.Context, a ledger.Address, asset ledger.Asset) (money.Amount, error)
	// Lock holds the rows of the addresses, whether or not anything ever stood there, and gives their
	// balances in TWIST in the order asked.
	Lock(ctx context.Context, addresses ...ledger.Address) ([]money.Amount, error)
	// Record appends one entry and moves the balances it touches. A reference already in the journal
	// is ErrEntryExists when it stands for the same movement and ErrReferenceReused when not, whatever
	// the balances are by now; a floor that would break is ErrInsufficientFunds; a balance that would not
	// fit is money.ErrOverflow; an entry that breaks a rule or whose id is taken is ErrEntry.
	Record(ctx context.Context, e ledger.Entry) error
	// RecordAll is Record for each entry in order, all or none; the error is that of the first refused.
	RecordAll(ctx context.Context, entries []ledger.Entry) error
}

// Outcome is what an idempotent call answered when it committed. It is kept for ever.
type Outcome struct {
	Account   string // whose key it is
	Operation string // the operation the key was used for
	Key       string
	Request   [32]byte // a digest of what was asked
	Answer    []byte   // the use case's result, encoded
	At        time.Time
}

// ErrKeyReused means that an idempotency key came back with another request.
var ErrKeyReused = fault.New(fault.Conflict, "idempotency_key_reused", "the idempotency key was used for another request")

// ErrOutcomeExists means that the same key committed in between; reading it gives the answer.
var ErrOutcomeExists = fault.New(fault.Conflict, "idempotency_key_in_use", "a request with this idempotency key has just been answered")

// Outcomes keeps the answers of idempotent calls.
type Outcomes interface {
	// Lock gives the outcome of a key, if there is one, and holds the key until the unit ends, whether or
	// not it has one: of equal calls at the same time, one acts and the others see its outcome.
	Lock(ctx context.Context, account, operation, key string) (Outcome, bool, error)
	// Add keeps an outcome; a second one of the same key is ErrOutcomeExists.
	Add(ctx context.Context, o Outcome) error
}
