package memory

import (
	"context"
	"slices"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// book is the ledger.
type book struct{ *unit }

// Balance sums the stripes of an address.
func (b book) Balance(_ context.Context, a ledger.Address, asset ledger.Asset) (money.Amount, error) {
	s, err := b.read()
	if err != nil {
		return 0, err
	}
	var sum money.Amount
	for _, k := range stripes(a, asset) {
		row, _ := s.standings.get(k)
		if sum, err = sum.Add(row.Balance); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

func stripes(a ledger.Address, asset ledger.Asset) []ledger.Key {
	if !a.Striped() {
		return []ledger.Key{{Address: a, Asset: asset}}
	}
	keys := make([]ledger.Key, ledger.Stripes)
	for i := range keys {
		keys[i] = ledger.Key{Address: a, Asset: asset, Stripe: uint8(i)}
	}
	return keys
}

// Lock gives balances; the unit of work holds everything anyway.
func (b book) Lock(ctx context.Context, addresses ...ledger.Address) ([]money.Amount, error) {
	balances := make([]money.Amount, len(addresses))
	for i, a := range addresses {
		var err error
		if balances[i], err = b.Balance(ctx, a, ledger.TWIST); err != nil {
			return nil, err
		}
	}
	return balances, nil
}

// Record appends one entry.
func (b book) Record(ctx context.Context, e ledger.Entry) error {
	return b.RecordAll(ctx, []ledger.Entry{e})
}

// RecordAll appends entries in order; the first that is refused spoils the unit, so none is kept.
func (b book) RecordAll(_ context.Context, entries []ledger.Entry) error {
	return b.write(func(s *state) error {
		for _, e := range entries {
			if err := s.record(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *state) record(e ledger.Entry) error {
	if err := e.Validate(); err != nil {
		return err
	}
	digest := e.Digest()
	if known, ok := s.references.get(e.Reference); ok {
		if known.Digest == digest {
			return ledger.ErrEntryExists
		}
		return ledger.ErrReferenceReused
	}
	lines, err := e.Apply(func(k ledger.Key) ledger.Standing {
		row, ok := s.standings.get(k)
		if !ok {
			row.Key = k
		}
		return row
	})
	if err != nil {
		return err
	}
	r := ledger.Record{Entry: e, Digest: digest, Lines: lines}
	if err := s.records.add(r, ledger.ErrEntry.Saying("id %s is taken", e.ID)); err != nil {
		return err
	}
	s.references.put(r)
	s.await(journal.EntryItem(e.ID, e.At, digest))
	for _, l := range lines {
		s.lines.put(l)
		s.standings.put(ledger.Standing{Key: l.Key, Version: l.Version, Balance: l.After})
	}
	return nil
}

// Entries pages through the journal.
func (b book) Entries(_ context.Context, after ledger.EntryID, limit int) ([]ledger.Record, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	return s.records.list(after, limit, every), nil
}

// GetAll gives entries in the order asked.
func (b book) GetAll(_ context.Context, ids []ledger.EntryID) ([]ledger.Record, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	var all []ledger.Record
	for _, id := range ids {
		if r, ok := s.records.get(id); ok {
			all = append(all, r)
		}
	}
	return all, nil
}

// Lines pages through the histories of the rows.
func (b book) Lines(_ context.Context, after ledger.Line, limit int) ([]ledger.Line, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	return s.lines.list(lineKey{after.Key, after.Version}, limit, every), nil
}

// Past pages back through what happened at an address.
func (b book) Past(_ context.Context, a ledger.Address, before int64, limit int) ([]ports.Moved, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	key := ledger.Key{Address: a, Asset: ledger.TWIST}
	lines := s.lines.where(func(l ledger.Line) bool { return l.Key == key && (before == 0 || l.Version < before) })
	slices.Reverse(lines)
	var found []ports.Moved
	for _, l := range first(lines, limit) {
		record, _ := s.records.get(l.Entry)
		found = append(found, ports.Moved{
			Entry: l.Entry, At: record.Entry.At, Version: l.Version, Delta: l.Delta, Metadata: record.Entry.Metadata,
		})
	}
	return found, nil
}

// Standings pages through the balances.
func (b book) Standings(_ context.Context, after ledger.Key, limit int) ([]ledger.Standing, error) {
	s, err := b.read()
	if err != nil {
		return nil, err
	}
	return s.standings.list(after, limit, every), nil
}

// outcomes keeps answers.
type outcomes struct{ *unit }

// Lock gives an answer by its key; the unit of work holds everything.
func (o outcomes) Lock(_ context.Context, account, operation, key string) (ports.Outcome, bool, error) {
	s, err := o.read()
	if err != nil {
		return ports.Outcome{}, false, err
	}
	found, ok := s.outcomes.get(outcomeKey{account, operation, key})
	return found, ok, nil
}

// Add keeps an answer.
func (o outcomes) Add(_ context.Context, outcome ports.Outcome) error {
	return o.write(func(s *state) error { return s.outcomes.add(outcome, ports.ErrOutcomeExists) })
}
