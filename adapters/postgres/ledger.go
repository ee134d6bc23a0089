package postgres

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// book is the ledger.
type book struct{ *unit }

// postingJSON is a posting as entries keep it.
type postingJSON struct {
	From   ledger.Address `json:"from"`
	To     ledger.Address `json:"to"`
	Asset  ledger.Asset   `json:"asset"`
	Amount money.Amount   `json:"amount"` // a string: JSON's numbers lose units
}

// batch is entries as the server takes them: a column for each field, and one for each of their changes.
type batch struct {
	ids, references, kinds []string
	times                  []time.Time
	postings, metadata     []string
	digests                [][]byte

	places            []int32 // of the entry that a change belongs to, from 1
	addresses, assets []string
	stripes           []int16
	deltas            []int64
	floors, draws     []bool
}

func (b *batch) add(e ledger.Entry, changes []ledger.Change) error {
	moved := make([]postingJSON, len(e.Postings))
	for i, p := range e.Postings {
		moved[i] = postingJSON{From: p.Source, To: p.Destination, Asset: p.Asset, Amount: p.Amount}
	}
	postings, err := json.Marshal(moved)
	if err != nil {
		return err
	}
	metadata := []byte("{}")
	if e.Metadata != nil {
		if metadata, err = json.Marshal(e.Metadata); err != nil {
			return err
		}
	}
	digest := e.Digest()
	b.ids, b.references, b.kinds = append(b.ids, string(e.ID)), append(b.references, e.Reference), append(b.kinds, string(e.Kind))
	b.times, b.digests = append(b.times, e.At), append(b.digests, digest[:])
	b.postings, b.metadata = append(b.postings, string(postings)), append(b.metadata, string(metadata))
	for _, c := range changes {
		b.places = append(b.places, int32(len(b.ids))) //nolint:gosec // a batch fits in memory
		b.addresses, b.assets = append(b.addresses, c.Address.String()), append(b.assets, string(c.Asset))
		b.stripes, b.deltas = append(b.stripes, int16(c.Stripe)), append(b.deltas, int64(c.Delta))
		b.floors, b.draws = append(b.floors, c.Address.Floored()), append(b.draws, c.Draws)
	}
	return nil
}

// check gives what an entry does to each ledger account, or the rule that it breaks by itself. Whether its
// reference is taken comes before whether its sums fit.
func (b book) check(ctx context.Context, e ledger.Entry) ([]ledger.Change, error) {
	if err := e.Validate(); err != nil {
		return nil, b.refuse(err)
	}
	changes, err := e.Changes()
	if err == nil {
		return changes, nil
	}
	digest := e.Digest()
	if taken := b.run(ctx, nil, `SELECT refuse_taken($1, $2)`, e.Reference, digest[:]); taken != nil {
		return nil, taken
	}
	return nil, b.refuse(err)
}

// Record appends one entry in one statement.
func (b book) Record(ctx context.Context, e ledger.Entry) error {
	changes, err := b.check(ctx, e)
	if err != nil {
		return err
	}
	return b.one(ctx, e, changes)
}

func (b book) one(ctx context.Context, e ledger.Entry, changes []ledger.Change) error {
	var v batch
	if err := v.add(e, changes); err != nil {
		return b.refuse(err)
	}
	return b.run(ctx, nil, `SELECT record_entry($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb, $7, $8, $9, $10, $11, $12, $13)`,
		v.ids[0], v.references[0], v.kinds[0], v.times[0], v.postings[0], v.metadata[0], v.digests[0],
		v.addresses, v.assets, v.stripes, v.deltas, v.floors, v.draws)
}

// together appends entries that draw from no stripes in one statement.
func (b book) together(ctx context.Context, v batch) error {
	if len(v.ids) == 0 {
		return nil
	}
	return b.run(ctx, nil, `SELECT record_entries($1, $2, $3, $4, $5::text[]::jsonb[], $6::text[]::jsonb[], $7, $8, $9, $10, $11, $12, $13)`,
		v.ids, v.references, v.kinds, v.times, v.postings, v.metadata, v.digests,
		v.places, v.addresses, v.assets, v.stripes, v.deltas, v.floors)
}

// RecordAll appends entries in one statement. One that draws from several stripes has a statement of its
// own, and so has one that breaks a rule by itself: it is refused after those before it were asked.
func (b book) RecordAll(ctx context.Context, entries []ledger.Entry) error {
	if !b.usable() {
		return ports.ErrSpoiled
	}
	var v batch
	for _, e := range entries {
		if changes, ok := joins(e); ok {
			if err := v.add(e, changes); err != nil {
				return b.refuse(err)
			}
			continue
		}
		if err := b.together(ctx, v); err != nil {
			return err
		}
		if err := b.Record(ctx, e); err != nil {
			return err
		}
		v = batch{}
	}
	return b.together(ctx, v)
}

// joins gives what an entry does, and whether it can be recorded along with others.
func joins(e ledger.Entry) ([]ledger.Change, bool) {
	if e.Validate() != nil {
		return nil, false
	}
	changes, err := e.Changes()
	return changes, err == nil && !slices.ContainsFunc(changes, func(c ledger.Change) bool { return c.Draws })
}

// Balance sums the stripes of an address. The sum may not fit, which is no fault of a row.
func (b book) Balance(ctx context.Context, a ledger.Address, asset ledger.Asset) (money.Amount, error) {
	sum, _, err := find[sumRow](ctx, b.unit,
		`SELECT coalesce(sum(balance), 0)::text AS sum FROM balances WHERE address = $1 AND asset = $2`, a.String(), string(asset))
	if err != nil {
		return 0, err
	}
	amount, err := money.Parse(sum)
	if err != nil {
		return 0, b.refuse(money.ErrOverflow.Saying("%s", sum))
	}
	return amount, nil
}

// sumRow is a sum as text.
type sumRow struct{ Sum string }

func (r sumRow) value() string { return r.Sum }

// Lock makes the rows that are missing, holds them all in the order of their keys and gives their sums.
func (b book) Lock(ctx context.Context, addresses ...ledger.Address) ([]money.Amount, error) {
	var names, assets []string
	var stripes []int16
	for _, a := range addresses {
		for stripe := range rowsOf(a) {
			names, assets, stripes = append(names, a.String()), append(assets, string(ledger.TWIST)), append(stripes, stripe)
		}
	}
	held, err := list[heldRow](ctx, b.unit, `SELECT address, balance FROM hold_balances($1, $2, $3)`, names, assets, stripes)
	if err != nil {
		return nil, err
	}
	sums := map[string]money.Amount{}
	for _, row := range held {
		if sums[row.Address], err = sums[row.Address].Add(row.Balance); err != nil {
			return nil, b.refuse(err)
		}
	}
	balances := make([]money.Amount, len(addresses))
	for i, a := range addresses {
		balances[i] = sums[a.String()]
	}
	return balances, nil
}

// rowsOf is how many rows carry an address.
func rowsOf(a ledger.Address) int16 {
	if a.Striped() {
		return ledger.Stripes
	}
	return 1
}

// heldRow is a row of balances that is held.
type heldRow struct {
	Address string
	Balance money.Amount
}

func (r heldRow) value() heldRow { return r }
