package ledger

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Asset is what an amount counts, with its number of decimals in the name.
type Asset string

// The assets. Internal money is TWIST; SOL appears only as gas.
const (
	TWIST Asset = "TWIST/9"
	SOL   Asset = "SOL/9"
)

// Assets lists every asset.
func Assets() []Asset { return []Asset{TWIST, SOL} }

// EntryID names an entry: ent_….
type EntryID string

// Posting is one movement from a source to a destination.
type Posting struct {
	Source      Address
	Destination Address
	Asset       Asset
	Amount      money.Amount // base units, positive
}

// Move is a posting of TWIST.
func Move(from, to Address, amount money.Amount) Posting {
	return Posting{Source: from, Destination: to, Asset: TWIST, Amount: amount}
}

// Entry is an atomic, dated, keyed set of postings. An Entry made by NewEntry is valid for ever; one
// read from elsewhere is checked with Validate.
type Entry struct {
	ID        EntryID
	Reference string // the business key: at most one entry has it, ever
	Kind      Kind
	At        time.Time
	Postings  []Posting
	Metadata  map[string]string
}

// Faults of an entry.
var (
	ErrEntry = fault.New(fault.Internal, "entry_invalid", "the entry breaks a rule of the ledger")
	// ErrEntryExists means that the same movement is already in the journal: the work was done.
	ErrEntryExists = fault.New(fault.Conflict, "entry_exists", "this movement is already recorded")
	// ErrReferenceReused means that the reference stands for another movement.
	ErrReferenceReused = fault.New(fault.Conflict, "reference_reused", "the reference belongs to another movement")
	// ErrInsufficientFunds means that a floor would break.
	ErrInsufficientFunds = fault.New(fault.Invalid, "insufficient_funds", "Insufficient funds")
)

// The limits of an entry.
const (
	maxPostings  = 64
	maxReference = 200
	maxMetadata  = 16
	maxText      = 500
)

// NewEntry builds an entry. Postings of zero are left out, so that a share which rounds to nothing
// needs no special case; an entry of which nothing is left is ErrEntry.
func NewEntry(id EntryID, kind Kind, reference string, at time.Time, postings []Posting, metadata map[string]string) (Entry, error) {
	e := Entry{
		ID: id, Reference: reference, Kind: kind, At: at, Metadata: maps.Clone(metadata),
		Postings: slices.DeleteFunc(slices.Clone(postings), func(p Posting) bool { return p.Amount == 0 }),
	}
	if err := e.Validate(); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Clone copies the entry with everything it refers to.
func (e Entry) Clone() Entry {
	e.Postings, e.Metadata = slices.Clone(e.Postings), maps.Clone(e.Metadata)
	return e
}

// Validate checks every rule an entry must hold by itself, or returns ErrEntry with the first broken.
func (e Entry) Validate() error {
	switch {
	case !identifier(string(e.ID)):
		return ErrEntry.Saying("id %q", e.ID)
	case !text(e.Reference, maxReference):
		return ErrEntry.Saying("a reference of %d bytes", len(e.Reference))
	case e.At.IsZero():
		return ErrEntry.Saying("no time")
	case len(e.Postings) == 0 || len(e.Postings) > maxPostings:
		return ErrEntry.Saying("%d postings", len(e.Postings))
	case len(e.Metadata) > maxMetadata:
		return ErrEntry.Saying("%d items of metadata", len(e.Metadata))
	}
	for key, value := range e.Metadata {
		if !text(key, maxText) || (value != "" && !text(value, maxText)) {
			return ErrEntry.Saying("metadata %.20q", key)
		}
	}
	for _, p := range e.Postings {
		if err := p.check(e.Kind); err != nil {
			return err
		}
	}
	return nil
}

// text reports 1 to most bytes of UTF-8 without a NUL, which is what every store can keep.
func text(s string, most int) bool {
	return s != "" && len(s) <= most && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}

func (p Posting) check(kind Kind) error {
	switch {
	case !p.Amount.Positive():
		return ErrEntry.Saying("a posting of %s", p.Amount)
	case p.Source == p.Destination:
		return ErrEntry.Saying("from %s to itself", p.Source)
	case !kind.allows(p):
		return ErrEntry.Saying("%s does not move %s from %q to %q", kind, p.Asset, p.Source, p.Destination)
	}
	return nil
}
