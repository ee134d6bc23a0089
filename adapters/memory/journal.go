package memory

import (
	"context"

	"github.com/twist-platform/twist/core/journal"
)

// sequence is the one row that says where the sequence of everything ends.
type sequence struct {
	Turn int64 // the last that was given to an item
	Seal journal.Seal
}

// end gives that row.
func (s *state) end() sequence {
	row, _ := s.sequences.get(1)
	return row
}

// await puts an item among those that wait for a seal.
func (s *state) await(i journal.Item) {
	end := s.end()
	end.Turn++
	s.sequences.put(end)
	s.waiting.put(journal.Waiting{Turn: end.Turn, Item: i})
}

type outbox struct{ *unit }

// Add keeps events; each waits for its seal.
func (o outbox) Add(_ context.Context, events ...journal.Event) error {
	return o.write(func(s *state) error {
		for _, e := range events {
			if err := e.Validate(); err != nil {
				return err
			}
			if err := s.events.add(e, journal.ErrEvent.Saying("id %s is taken", e.ID)); err != nil {
				return err
			}
			s.await(e.Item())
		}
		return nil
	})
}

type seals struct{ *unit }

// Lock gives the last seal; the unit of work holds everything anyway.
func (q seals) Lock(context.Context) (journal.Seal, error) {
	s, err := q.read()
	if err != nil {
		return journal.Seal{}, err
	}
	return s.end().Seal, nil
}

// Waiting pages through what has no seal.
func (q seals) Waiting(_ context.Context, after int64, limit int) ([]journal.Waiting, error) {
	s, err := q.read()
	if err != nil {
		return nil, err
	}
	return s.waiting.list(after, limit, every), nil
}

// Add appends seals of what waited.
func (q seals) Add(_ context.Context, waited []journal.Waiting, added []journal.Seal) error {
	return q.write(func(s *state) error {
		if len(waited) != len(added) {
			return journal.ErrSealed.Saying("%d items and %d seals", len(waited), len(added))
		}
		for i, seal := range added {
			w := waited[i]
			if row, ok := s.waiting.get(w.Turn); !ok || row != w || seal.Item != w.Item {
				return journal.ErrSealed.Saying("%s %s does not wait", w.Source, w.ID)
			}
			if err := s.seals.add(seal, journal.ErrSealed.Saying("position %d is taken", seal.Position)); err != nil {
				return err
			}
			s.waiting.remove(w.Turn)
			end := s.end()
			end.Seal = seal
			s.sequences.put(end)
		}
		return nil
	})
}

// sealed reads the sequence of everything.
type sealed struct{ seals }

// Events pages through the events.
func (q sealed) Events(_ context.Context, after journal.EventID, limit int) ([]journal.Event, error) {
	s, err := q.read()
	if err != nil {
		return nil, err
	}
	return s.events.list(after, limit, every), nil
}

// Seals pages through the chain.
func (q sealed) Seals(_ context.Context, after int64, limit int) ([]journal.Seal, error) {
	s, err := q.read()
	if err != nil {
		return nil, err
	}
	return s.seals.list(after, limit, every), nil
}

// resume finds where the sequence of loaded rows ends.
func (s *state) resume(sealed []journal.Seal, waiting []journal.Waiting) {
	var end sequence
	for _, seal := range sealed {
		if seal.Position > end.Seal.Position {
			end.Seal = seal
		}
	}
	for _, w := range waiting {
		end.Turn = max(end.Turn, w.Turn)
	}
	s.sequences.load([]sequence{end})
}
