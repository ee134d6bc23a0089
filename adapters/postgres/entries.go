package postgres

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// entryRow is an entry, with its lines as one document.
type entryRow struct {
	ID        ledger.EntryID
	Reference string
	Kind      ledger.Kind
	At        time.Time
	Postings  document[[]postingJSON]
	Metadata  document[map[string]string]
	Digest    hash
	Lines     document[[]lineJSON]
}

// lineJSON is a line inside entryRow.
type lineJSON struct {
	Entry   ledger.EntryID
	Address ledger.Address
	Asset   ledger.Asset
	Stripe  stripe
	Version int64
	Delta   money.Amount
	Before  money.Amount
	After   money.Amount
}

func (r entryRow) value() ledger.Record {
	record := ledger.Record{
		Entry:  ledger.Entry{ID: r.ID, Reference: r.Reference, Kind: r.Kind, At: r.At.UTC()},
		Digest: r.Digest.Digest,
	}
	if len(r.Metadata.content) > 0 {
		record.Entry.Metadata = r.Metadata.content
	}
	for _, p := range r.Postings.content {
		record.Entry.Postings = append(record.Entry.Postings, ledger.Posting{Source: p.From, Destination: p.To, Asset: p.Asset, Amount: p.Amount})
	}
	for _, l := range r.Lines.content {
		record.Lines = append(record.Lines, ledger.Line{
			Entry: l.Entry, Key: ledger.Key{Address: l.Address, Asset: l.Asset, Stripe: uint8(l.Stripe)},
			Version: l.Version, Delta: l.Delta, Before: l.Before, After: l.After,
		})
	}
	return record
}

// lineRow is a line.
type lineRow struct {
	Entry   ledger.EntryID
	Address place
	Asset   ledger.Asset
	Stripe  stripe
	Version int64
	Delta   money.Amount
	Before  money.Amount
	After   money.Amount
}

func (r lineRow) value() ledger.Line {
	return ledger.Line{
		Entry: r.Entry, Key: ledger.Key{Address: r.Address.Address, Asset: r.Asset, Stripe: uint8(r.Stripe)},
		Version: r.Version, Delta: r.Delta, Before: r.Before, After: r.After,
	}
}

// standingRow is a row of balances.
type standingRow struct {
	Address place
	Asset   ledger.Asset
	Stripe  stripe
	Version int64
	Balance money.Amount
}

func (r standingRow) value() ledger.Standing {
	return ledger.Standing{
		Key: ledger.Key{Address: r.Address.Address, Asset: r.Asset, Stripe: uint8(r.Stripe)}, Version: r.Version, Balance: r.Balance,
	}
}

// linesOfEntries joins to each entry its lines.
const linesOfEntries = `
		CROSS JOIN LATERAL (
			SELECT coalesce(jsonb_agg(jsonb_build_object(
				'entry', entry, 'address', address, 'asset', asset, 'stripe', stripe, 'version', version,
				'delta', delta::text, 'before', before::text, 'after', after::text
			) ORDER BY address, asset, stripe), '[]') AS lines
			FROM lines WHERE entry = e.id
		) AS l`

// Entries pages through the journal. A line's amounts travel as text: JSON's numbers lose units.
func (b book) Entries(ctx context.Context, after ledger.EntryID, limit int) ([]ledger.Record, error) {
	return list[entryRow](ctx, b.unit, `
		SELECT e.id, e.reference, e.kind, e.at, e.postings, e.metadata, e.digest, l.lines
		FROM (SELECT * FROM entries WHERE id > $1 ORDER BY id LIMIT $2) AS e`+linesOfEntries+`
		ORDER BY e.id`, spot(string(after)), most(limit))
}

// GetAll gives entries in the order asked.
func (b book) GetAll(ctx context.Context, ids []ledger.EntryID) ([]ledger.Record, error) {
	known := slices.DeleteFunc(words(ids), func(id string) bool { return !holds(id) }) // the others no row has
	return list[entryRow](ctx, b.unit, `
		SELECT e.id, e.reference, e.kind, e.at, e.postings, e.metadata, e.digest, l.lines
		FROM unnest($1::text[]) WITH ORDINALITY AS asked (id, n)
		JOIN entries AS e ON e.id = asked.id`+linesOfEntries+`
		ORDER BY asked.n`, known)
}

// Lines pages through the histories of the rows.
func (b book) Lines(ctx context.Context, after ledger.Line, limit int) ([]ledger.Line, error) {
	return list[lineRow](ctx, b.unit, `
		SELECT entry, address, asset, stripe, version, delta, before, after FROM lines
		WHERE (address, asset, stripe, version) > ($1, $2, $3, $4)
		ORDER BY address, asset, stripe, version LIMIT $5`,
		after.Address.String(), spot(string(after.Asset)), int16(after.Stripe), after.Version, most(limit))
}

// movedRow is what an entry did at an address.
type movedRow struct {
	Entry    ledger.EntryID
	At       time.Time
	Version  int64
	Delta    money.Amount
	Metadata document[map[string]string]
}

func (r movedRow) value() ports.Moved {
	m := ports.Moved{Entry: r.Entry, At: r.At.UTC(), Version: r.Version, Delta: r.Delta}
	if len(r.Metadata.content) > 0 {
		m.Metadata = r.Metadata.content
	}
	return m
}

// Past pages back through what happened at an address.
func (b book) Past(ctx context.Context, a ledger.Address, before int64, limit int) ([]ports.Moved, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list[movedRow](ctx, b.unit, `
		SELECT l.entry, e.at, l.version, l.delta, e.metadata
		FROM (
			SELECT entry, version, delta FROM lines
			WHERE address = $1 AND asset = $2 AND stripe = 0 AND version < $3 ORDER BY version DESC LIMIT $4
		) AS l JOIN entries AS e ON e.id = l.entry
		ORDER BY l.version DESC`, a.String(), string(ledger.TWIST), before, most(limit))
}

// Standings pages through the balances.
func (b book) Standings(ctx context.Context, after ledger.Key, limit int) ([]ledger.Standing, error) {
	return list[standingRow](ctx, b.unit, `
		SELECT address, asset, stripe, version, balance FROM balances
		WHERE (address, asset, stripe) > ($1, $2, $3)
		ORDER BY address, asset, stripe LIMIT $4`,
		after.Address.String(), spot(string(after.Asset)), int16(after.Stripe), most(limit))
}
