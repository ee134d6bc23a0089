package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
)

// entryRow is an entry with its lines as one array.
type entryRow struct {
	ID        ledger.EntryID
	Reference string
	Kind      ledger.Kind
	At        time.Time
	Postings  []byte
	Metadata  []byte
	Digest    []byte
	Lines     []byte
}

// lineRow is a line, as a row and inside entryRow.
type lineRow struct {
	Entry   ledger.EntryID `json:"entry"`
	Address string         `json:"address"`
	Asset   ledger.Asset   `json:"asset"`
	Stripe  uint8          `json:"stripe"`
	Version int64          `json:"version"`
	Delta   money.Amount   `json:"delta"`
	Before  money.Amount   `json:"before"`
	After   money.Amount   `json:"after"`
}

// standingRow is a row of balances.
type standingRow struct {
	Address string
	Asset   ledger.Asset
	Stripe  uint8
	Version int64
	Balance money.Amount
}

func key(address string, asset ledger.Asset, stripe uint8) (ledger.Key, error) {
	a, err := ledger.ParseAddress(address)
	return ledger.Key{Address: a, Asset: asset, Stripe: stripe}, err
}

func (r lineRow) value() (ledger.Line, error) {
	k, err := key(r.Address, r.Asset, r.Stripe)
	return ledger.Line{Entry: r.Entry, Key: k, Version: r.Version, Delta: r.Delta, Before: r.Before, After: r.After}, err
}

func (r standingRow) value() (ledger.Standing, error) {
	k, err := key(r.Address, r.Asset, r.Stripe)
	return ledger.Standing{Key: k, Version: r.Version, Balance: r.Balance}, err
}

func (r entryRow) value() (ledger.Record, error) {
	var postings []postingJSON
	var lines []lineRow
	record := ledger.Record{Entry: ledger.Entry{ID: r.ID, Reference: r.Reference, Kind: r.Kind, At: r.At.UTC()}}
	for text, into := range map[*[]byte]any{&r.Postings: &postings, &r.Lines: &lines, &r.Metadata: &record.Entry.Metadata} {
		if err := json.Unmarshal(*text, into); err != nil {
			return ledger.Record{}, ledger.ErrEntry.Because(err)
		}
	}
	if len(record.Entry.Metadata) == 0 {
		record.Entry.Metadata = nil
	}
	for _, p := range postings {
		record.Entry.Postings = append(record.Entry.Postings, ledger.Posting{Source: p.From, Destination: p.To, Asset: p.Asset, Amount: p.Amount})
	}
	for _, l := range lines {
		line, err := l.value()
		if err != nil {
			return ledger.Record{}, err
		}
		record.Lines = append(record.Lines, line)
	}
	copy(record.Digest[:], r.Digest)
	return record, nil
}

// Entries pages through the journal. A line's amounts travel as text: they are strings in JSON.
func (b book) Entries(ctx context.Context, after ledger.EntryID, limit int) ([]ledger.Record, error) {
	return list[entryRow](ctx, b.unit, `
		SELECT e.id, e.reference, e.kind, e.at, e.postings, e.metadata, e.digest, l.lines
		FROM (SELECT * FROM entries WHERE id > $1 ORDER BY id LIMIT $2) AS e
		CROSS JOIN LATERAL (
			SELECT coalesce(jsonb_agg(jsonb_build_object(
				'entry', entry, 'address', address, 'asset', asset, 'stripe', stripe, 'version', version,
				'delta', delta::text, 'before', before::text, 'after', after::text
			) ORDER BY address, asset, stripe), '[]') AS lines
			FROM lines WHERE entry = e.id
		) AS l
		ORDER BY e.id`, string(after), most(limit))
}

// Lines pages through the histories of the rows.
func (b book) Lines(ctx context.Context, after ledger.Line, limit int) ([]ledger.Line, error) {
	return list[lineRow](ctx, b.unit, `
		SELECT entry, address, asset, stripe, version, delta, before, after FROM lines
		WHERE (address, asset, stripe, version) > ($1, $2, $3, $4)
		ORDER BY address, asset, stripe, version LIMIT $5`,
		after.Address.String(), string(after.Asset), int16(after.Stripe), after.Version, most(limit))
}

// Standings pages through the balances.
func (b book) Standings(ctx context.Context, after ledger.Key, limit int) ([]ledger.Standing, error) {
	return list[standingRow](ctx, b.unit, `
		SELECT address, asset, stripe, version, balance FROM balances
		WHERE (address, asset, stripe) > ($1, $2, $3)
		ORDER BY address, asset, stripe LIMIT $4`,
		after.Address.String(), string(after.Asset), int16(after.Stripe), most(limit))
}
