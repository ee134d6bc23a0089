package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/staking"
)

type tickets struct{ *unit }

// Get gives a ticket.
func (t tickets) Get(_ context.Context, id staking.TicketID) (staking.Ticket, error) {
	s, err := t.read()
	if err != nil {
		return staking.Ticket{}, err
	}
	return orFault(s.tickets, id, staking.ErrTicketNotFound)
}

// ListByAccount pages through an account's tickets.
func (t tickets) ListByAccount(_ context.Context, account staking.AccountID, after staking.TicketID, limit int) ([]staking.Ticket, error) {
	s, err := t.read()
	if err != nil {
		return nil, err
	}
	return s.tickets.list(after, limit, func(v staking.Ticket) bool { return v.Account == account }), nil
}

// Due gives the tickets that are due.
func (t tickets) Due(_ context.Context, now time.Time, behind staking.Ticket, limit int) ([]staking.Ticket, error) {
	order := func(a, b staking.Ticket) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) }
	return t.page(limit, func(v staking.Ticket) bool {
		return v.State == staking.Cooling && !v.DueAt.After(now) && order(v, behind) > 0
	}, order)
}

// All pages through the tickets.
func (t tickets) All(_ context.Context, after staking.Ticket, limit int) ([]staking.Ticket, error) {
	order := func(a, b staking.Ticket) int { return cmp.Or(cmp.Compare(a.Pool, b.Pool), cmp.Compare(a.ID, b.ID)) }
	return t.page(limit, func(v staking.Ticket) bool { return order(v, after) > 0 }, order)
}

// page orders by something else than the key of the table.
func (t tickets) page(limit int, wanted func(staking.Ticket) bool, order func(a, b staking.Ticket) int) ([]staking.Ticket, error) {
	s, err := t.read()
	if err != nil {
		return nil, err
	}
	found := s.tickets.where(wanted)
	slices.SortFunc(found, order)
	return first(found, limit), nil
}

// CountCooling counts the tickets of a position that cool.
func (t tickets) CountCooling(_ context.Context, account staking.AccountID, of staking.PositionID) (int, error) {
	s, err := t.read()
	if err != nil {
		return 0, err
	}
	return len(s.tickets.where(func(v staking.Ticket) bool {
		return v.Account == account && v.Position == of && v.State == staking.Cooling
	})), nil
}

// Add keeps a ticket.
func (t tickets) Add(_ context.Context, ticket staking.Ticket) error {
	return t.write(func(s *state) error { return s.tickets.add(ticket, errIDTaken) })
}

// Put replaces what became of a ticket.
func (t tickets) Put(_ context.Context, ticket staking.Ticket) error {
	return t.write(func(s *state) error {
		kept, ok := s.tickets.get(ticket.ID)
		if !ok {
			return staking.ErrTicketNotFound
		}
		kept.State, kept.EndedAt = ticket.State, ticket.EndedAt
		s.tickets.put(kept)
		return nil
	})
}
