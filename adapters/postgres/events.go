package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/twist-platform/twist/core/journal"
)

// outbox takes events.
type outbox struct{ *unit }

// eventJSON is an event as Add sends it.
type eventJSON struct {
	ID      journal.EventID   `json:"id"`
	Kind    journal.Kind      `json:"kind"`
	Subject string            `json:"subject"`
	Account string            `json:"account"`
	At      time.Time         `json:"at"`
	Data    map[string]string `json:"data"`
}

// Add keeps events, and puts them among what waits.
func (o outbox) Add(ctx context.Context, events ...journal.Event) error {
	rows := make([]eventJSON, len(events))
	for i, e := range events {
		if err := e.Validate(); err != nil {
			return o.refuse(err)
		}
		rows[i] = eventJSON{ID: e.ID, Kind: e.Kind, Subject: e.Subject, Account: e.Account, At: e.At.UTC(), Data: e.Data}
		if e.Data == nil {
			rows[i].Data = map[string]string{}
		}
	}
	batch, err := json.Marshal(rows)
	if err != nil {
		return o.refuse(err)
	}
	return o.run(ctx, nil, `
		WITH given AS (
			SELECT * FROM ROWS FROM (
				jsonb_to_recordset($1::text::jsonb) AS (id text, kind text, subject text, account text, at timestamptz, data jsonb)
			) WITH ORDINALITY AS e (id, kind, subject, account, at, data, n)
		), kept AS (
			INSERT INTO events (id, kind, subject, account, at, data)
			SELECT id, kind, subject, account, at, data FROM given
		)
		INSERT INTO waiting (source, id) SELECT 'event', id FROM given ORDER BY n`, string(batch))
}

// eventRow is an event.
type eventRow struct {
	ID      journal.EventID
	Kind    journal.Kind
	Subject string
	Account string
	At      time.Time
	Data    document[map[string]string]
}

func (r eventRow) value() journal.Event {
	e := journal.Event{ID: r.ID, Kind: r.Kind, Subject: r.Subject, Account: r.Account, At: r.At.UTC()}
	if len(r.Data.content) > 0 {
		e.Data = r.Data.content
	}
	return e
}

// sequence reads what happened and its chain.
type sequence struct{ *unit }

// Events pages through the events.
func (s sequence) Events(ctx context.Context, after journal.EventID, limit int) ([]journal.Event, error) {
	return list[eventRow](ctx, s.unit, `
		SELECT id, kind, subject, account, at, data FROM events WHERE id > $1 ORDER BY id LIMIT $2`,
		spot(string(after)), most(limit))
}
