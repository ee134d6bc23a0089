package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
)

// seals extends the chain.
type seals struct{ *unit }

// sealRow is a seal.
type sealRow struct {
	Position int64
	Source   journal.Source
	ID       string
	Digest   hash
	Hash     hash
}

func (r sealRow) value() journal.Seal {
	return journal.Seal{
		Position: r.Position, Item: journal.Item{Source: r.Source, ID: r.ID, Digest: r.Digest.Digest}, Hash: r.Hash.Digest,
	}
}

// Lock holds the end of the chain and gives the last seal as it stands once it is held.
func (s seals) Lock(ctx context.Context) (journal.Seal, error) {
	if err := s.run(ctx, nil, `SELECT hold_name('seals')`); err != nil {
		return journal.Seal{}, err
	}
	last, _, err := find[sealRow](ctx, s.unit, `
		SELECT position, source, id, digest, hash FROM seals ORDER BY position DESC LIMIT 1`)
	return last, err
}

// Add appends seals, and removes what they seal from what waits.
func (s seals) Add(ctx context.Context, waited []journal.Waiting, added []journal.Seal) error {
	if len(waited) != len(added) {
		return s.refuse(journal.ErrSealed.Saying("%d seals for %d items", len(added), len(waited)))
	}
	turns, positions := make([]int64, len(added)), make([]int64, len(added))
	sources, ids := make([]string, len(added)), make([]string, len(added))
	digests, hashes := make([][]byte, len(added)), make([][]byte, len(added))
	for i, seal := range added {
		if seal.Item != waited[i].Item {
			return s.refuse(journal.ErrSealed.Saying("position %d is not of what waited", seal.Position))
		}
		turns[i], positions[i], sources[i], ids[i] = waited[i].Turn, seal.Position, string(seal.Source), seal.ID
		digests[i], hashes[i] = seal.Digest[:], seal.Hash[:]
	}
	gone, _, err := find[countRow](ctx, s.unit, `
		WITH gone AS (
			DELETE FROM waiting AS w
			USING unnest($1::bigint[], $2::text[], $3::text[]) AS t (turn, source, id)
			WHERE w.turn = t.turn AND w.source = t.source AND w.id = t.id
			RETURNING w.turn
		), added AS (
			INSERT INTO seals (position, source, id, digest, hash)
			SELECT * FROM unnest($4::bigint[], $2::text[], $3::text[], $5::bytea[], $6::bytea[])
		)
		SELECT count(*) FROM gone`, turns, sources, ids, positions, digests, hashes)
	if err == nil && gone != len(added) {
		err = s.fail(journal.ErrSealed.Saying("%d of %d items wait", gone, len(added)))
	}
	return err
}

// countRow is a number of rows.
type countRow struct{ Count int }

func (r countRow) value() int { return r.Count }

// Seals pages through the chain.
func (s sequence) Seals(ctx context.Context, after int64, limit int) ([]journal.Seal, error) {
	return list[sealRow](ctx, s.unit, `
		SELECT position, source, id, digest, hash FROM seals WHERE position > $1 ORDER BY position LIMIT $2`,
		after, most(limit))
}

// waitingRow is what waits, with the entry or the event it stands for.
type waitingRow struct {
	Turn    int64
	Source  journal.Source
	ID      string
	At      time.Time
	Digest  hash
	Kind    journal.Kind
	Subject string
	Account string
	Data    document[map[string]string]
}

func (r waitingRow) value() journal.Waiting {
	if r.Source == journal.FromEntry {
		return journal.Waiting{Turn: r.Turn, Item: journal.EntryItem(ledger.EntryID(r.ID), r.At, r.Digest.Digest)}
	}
	e := eventRow{ID: journal.EventID(r.ID), Kind: r.Kind, Subject: r.Subject, Account: r.Account, At: r.At, Data: r.Data}
	return journal.Waiting{Turn: r.Turn, Item: e.value().Item()}
}

// Waiting is the reader's, inside the unit of work.
func (s seals) Waiting(ctx context.Context, after int64, limit int) ([]journal.Waiting, error) {
	return sequence(s).Waiting(ctx, after, limit)
}

// Waiting pages through what has no seal.
func (s sequence) Waiting(ctx context.Context, after int64, limit int) ([]journal.Waiting, error) {
	return list[waitingRow](ctx, s.unit, `
		SELECT w.turn, w.source, w.id, coalesce(e.at, v.at, 'epoch') AS at, e.digest,
			coalesce(v.kind, '') AS kind, coalesce(v.subject, '') AS subject, coalesce(v.account, '') AS account,
			coalesce(v.data, '{}') AS data
		FROM (SELECT * FROM waiting WHERE turn > $1 ORDER BY turn LIMIT $2) AS w
		LEFT JOIN LATERAL (SELECT * FROM entries WHERE w.source = 'entry' AND id = w.id LIMIT 1) AS e ON true
		LEFT JOIN LATERAL (SELECT * FROM events WHERE w.source = 'event' AND id = w.id LIMIT 1) AS v ON true
		ORDER BY w.turn`, after, most(limit))
}
