package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// tickets keeps tickets.
type tickets struct{ *unit }

// ticketRow is a ticket.
type ticketRow struct {
	ID       staking.TicketID
	Pool     staking.PoolID
	Position staking.PositionID
	Account  staking.AccountID
	Amount   money.Amount
	State    staking.TicketState
	LeftAt   time.Time
	DueAt    time.Time
	EndedAt  *time.Time
}

const ticketColumns = `id, pool, position, account, amount, state, left_at, due_at, ended_at`

func (r ticketRow) value() staking.Ticket {
	return staking.Ticket{
		ID: r.ID, Pool: r.Pool, Position: r.Position, Account: r.Account, Amount: r.Amount, State: r.State,
		LeftAt: r.LeftAt.UTC(), DueAt: r.DueAt.UTC(), EndedAt: orZero(r.EndedAt),
	}
}

// Get gives a ticket.
func (t tickets) Get(ctx context.Context, id staking.TicketID) (staking.Ticket, error) {
	return get[ticketRow](ctx, t.unit, staking.ErrTicketNotFound, `SELECT `+ticketColumns+` FROM tickets WHERE id = $1`, string(id))
}

// ListByAccount pages through an account's tickets.
func (t tickets) ListByAccount(ctx context.Context, account staking.AccountID, after staking.TicketID, limit int) ([]staking.Ticket, error) {
	return list[ticketRow](ctx, t.unit, `
		SELECT `+ticketColumns+` FROM tickets WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(account), spot(string(after)), most(limit))
}

// Due gives the tickets that are due.
func (t tickets) Due(ctx context.Context, now time.Time, behind staking.Ticket, limit int) ([]staking.Ticket, error) {
	return list[ticketRow](ctx, t.unit, `
		SELECT `+ticketColumns+` FROM tickets WHERE state = 'cooling' AND due_at <= $1 AND (due_at, id) > ($2, $3)
		ORDER BY due_at, id LIMIT $4`,
		now, behind.DueAt, spot(string(behind.ID)), most(limit))
}

// All pages through all tickets, pool by pool.
func (t tickets) All(ctx context.Context, after staking.Ticket, limit int) ([]staking.Ticket, error) {
	pool, id := spots(string(after.Pool), string(after.ID))
	return list[ticketRow](ctx, t.unit, `
		SELECT `+ticketColumns+` FROM tickets WHERE (pool, id) > ($1, $2) ORDER BY pool, id LIMIT $3`,
		pool, id, most(limit))
}

// CountCooling counts the tickets of a position that cool.
func (t tickets) CountCooling(ctx context.Context, account staking.AccountID, of staking.PositionID) (int, error) {
	counted, _, err := find[countRow](ctx, t.unit, `
		SELECT count(*) AS count FROM tickets WHERE account = $1 AND position = $2 AND state = 'cooling'`, string(account), string(of))
	return counted, err
}

// Add keeps a ticket.
func (t tickets) Add(ctx context.Context, v staking.Ticket) error {
	return t.run(ctx, nil, `INSERT INTO tickets (`+ticketColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(v.ID), string(v.Pool), string(v.Position), string(v.Account), int64(v.Amount), string(v.State), v.LeftAt, v.DueAt, unlessZero(v.EndedAt))
}

// Put replaces what became of a ticket.
func (t tickets) Put(ctx context.Context, v staking.Ticket) error {
	return t.replace(ctx, staking.ErrTicketNotFound, `UPDATE tickets SET state = $2, ended_at = $3 WHERE id = $1`,
		string(v.ID), string(v.State), unlessZero(v.EndedAt))
}
