package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func ticketTests() map[string]storeTest {
	return map[string]storeTest{
		"get_gives_a_ticket_or_err_ticket_not_found":  seeded(ticketGet),
		"add_keeps_a_ticket_under_an_id_of_its_own":   seeded(ticketAdd),
		"put_replaces_what_became_of_a_ticket":        seeded(ticketPut),
		"tickets_are_listed_by_account_and_by_pool":   seeded(ticketPages),
		"due_gives_tickets_that_cool_first_due_first": seeded(ticketDue),
		"count_cooling_is_of_one_position":            seeded(ticketCount),
	}
}

// cool adds tickets of position 1.
func cool(t *testing.T, s ports.Store, all ...staking.Ticket) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Positions.Put(ctx, position(1)); err != nil {
			return err
		}
		return putAll(ctx, tx.Tickets.Add, all...)
	})
}

// endedTicket is a ticket that is over.
func endedTicket(t staking.Ticket, as staking.TicketState) staking.Ticket {
	t.State, t.EndedAt = as, later(70)
	return t
}

func getTicket(t *testing.T, s ports.Store, n int) staking.Ticket {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (staking.Ticket, error) {
		return tx.Tickets.Get(ctx, ticket(n).ID)
	})
}

func ticketGet(t *testing.T, s ports.Store) {
	cool(t, s, ticket(1), ticket(2))
	require.Equal(t, ticket(1), getTicket(t, s, 1))
	require.Equal(t, ticket(2), getTicket(t, s, 2))
	refuse(t, s, staking.ErrTicketNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Tickets.Get(ctx, ticket(9).ID)) })
}

func ticketAdd(t *testing.T, s ports.Store) {
	cool(t, s)
	add := func(ctx context.Context, tx ports.Tx) error { return tx.Tickets.Add(ctx, ticket(1)) }
	abandon(t, s, add)
	refuse(t, s, staking.ErrTicketNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Tickets.Get(ctx, ticket(1).ID)) })
	write(t, s, add)
	other := ticket(2)
	other.ID = ticket(1).ID
	require.Error(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Tickets.Add(ctx, other) }))
	require.Equal(t, ticket(1), getTicket(t, s, 1))
	over := endedTicket(ticket(3), staking.Canceled)
	cool(t, s, over)
	require.Equal(t, over, getTicket(t, s, 3))
}

func ticketPut(t *testing.T, s ports.Store) {
	refuse(t, s, staking.ErrTicketNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Tickets.Put(ctx, ticket(9)) })
	cool(t, s, ticket(1), ticket(2))
	next := endedTicket(ticket(1), staking.Withdrawn)
	said := next
	said.Amount, said.DueAt, said.LeftAt = 1, later(80), later(81) // which stay
	put := func(ctx context.Context, tx ports.Tx) error { return tx.Tickets.Put(ctx, said) }
	abandon(t, s, put)
	require.Equal(t, ticket(1), getTicket(t, s, 1))
	write(t, s, put)
	require.Equal(t, next, getTicket(t, s, 1))
	require.Equal(t, ticket(2), getTicket(t, s, 2))
}

func ticketPages(t *testing.T, s ports.Store) {
	// Pools take turns and run against ids, and so do accounts.
	var all, ofAccount []staking.Ticket
	var away staking.Position
	for n := range 8 {
		v := ticket(20 + n)
		if n%2 == 1 {
			away = position(2)
			away.Pool = pool(1).ID
			v.Pool, v.Position, v.Account = away.Pool, away.ID, away.Account
		}
		all = append(all, v)
	}
	ofAccount = []staking.Ticket{all[1], all[3], all[5], all[7]}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return tx.Pools.Add(ctx, pool(1)) },
			func() error { return putAll(ctx, tx.Positions.Put, away, position(1)) },
			func() error {
				return putAll(ctx, tx.Tickets.Add, all[3], all[5], all[1], all[7], all[4], all[2], all[0], all[6])
			},
		)
	})
	all = []staking.Ticket{all[0], all[2], all[4], all[6], all[1], all[3], all[5], all[7]}
	requirePages(t, s, all, func(ctx context.Context, v ports.View, after staking.Ticket, limit int) ([]staking.Ticket, error) {
		return v.Tickets.All(ctx, after, limit)
	})
	requirePages(t, s, ofAccount, func(ctx context.Context, v ports.View, after staking.Ticket, limit int) ([]staking.Ticket, error) {
		return v.Tickets.ListByAccount(ctx, away.Account, after.ID, limit)
	})
}

func ticketCount(t *testing.T, s ports.Store) {
	cooling := func(account staking.AccountID, of staking.PositionID) int {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) { return tx.Tickets.CountCooling(ctx, account, of) })
	}
	own := position(1)
	require.Zero(t, cooling(own.Account, own.ID))
	cool(t, s, ticket(1), ticket(2), endedTicket(ticket(3), staking.Withdrawn), endedTicket(ticket(4), staking.Canceled))
	require.Equal(t, 2, cooling(own.Account, own.ID))
	require.Zero(t, cooling(own.Account, position(2).ID))
	require.Zero(t, cooling(position(2).Account, own.ID))
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return tx.Tickets.Put(ctx, endedTicket(ticket(1), staking.Withdrawn))
	})
	require.Equal(t, 1, cooling(own.Account, own.ID))
}

func ticketDue(t *testing.T, s ports.Store) {
	one, two, three, four, over := ticket(1), ticket(2), ticket(3), ticket(4), endedTicket(ticket(5), staking.Withdrawn)
	one.DueAt, two.DueAt, three.DueAt, four.DueAt, over.DueAt = later(12), later(11), later(11), later(13), later(11)
	cool(t, s, four, one, three, over, two)
	due := func(at, limit int) []staking.Ticket {
		return view(t, s, func(ctx context.Context, v ports.View) ([]staking.Ticket, error) {
			return v.Tickets.Due(ctx, later(at), staking.Ticket{}, limit)
		})
	}
	require.Empty(t, due(10, 9))
	require.Equal(t, []staking.Ticket{two, three}, due(11, 9), "due from that moment on")
	require.Equal(t, []staking.Ticket{two, three, one}, due(12, 9))
	require.Equal(t, []staking.Ticket{two, three, one, four}, due(99, 9))
	require.Equal(t, []staking.Ticket{two, three}, due(99, 2))
	requirePages(t, s, []staking.Ticket{two, three, one, four}, func(ctx context.Context, v ports.View, behind staking.Ticket, limit int) ([]staking.Ticket, error) {
		return v.Tickets.Due(ctx, later(99), behind, limit)
	})
	between := two // where no ticket is, nor ever was
	between.ID += "-"
	require.Equal(t, []staking.Ticket{three, one}, view(t, s, func(ctx context.Context, v ports.View) ([]staking.Ticket, error) {
		return v.Tickets.Due(ctx, later(12), between, 9)
	}))
}

// poolLockTickets has everybody end the same ticket, if it still cools.
func poolLockTickets(t *testing.T, s ports.Store) {
	cool(t, s, ticket(1))
	requireWinners(t, 1, staking.ErrTicketOver, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		if _, err := tx.Pools.Lock(ctx, pool(0).ID); err != nil {
			return err
		}
		v, err := tx.Tickets.Get(ctx, ticket(1).ID)
		if err != nil {
			return err
		}
		if v.State != staking.Cooling {
			return staking.ErrTicketOver
		}
		return tx.Tickets.Put(ctx, endedTicket(v, staking.Withdrawn))
	}))
}
