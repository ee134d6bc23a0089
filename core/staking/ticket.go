package staking

import (
	"errors"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// TicketID names a ticket: tick_….
type TicketID string

// TicketState is what became of a ticket.
type TicketState string

// The states of a ticket.
const (
	// Cooling waits, or is due and was not withdrawn yet.
	Cooling TicketState = "cooling"
	// Withdrawn gave its tokens to the holder.
	Withdrawn TicketState = "withdrawn"
	// Canceled gave its tokens back to the position.
	Canceled TicketState = "canceled"
)

// TicketStates lists every state of a ticket.
func TicketStates() []TicketState { return []TicketState{Cooling, Withdrawn, Canceled} }

// TicketsMost is how many tickets of one position may cool at once. Leaving with everything is never kept by it.
const TicketsMost = 100

// Faults of a ticket.
var (
	ErrTooManyTickets = fault.New(fault.Conflict, "too_many_tickets", "too many parts of this stake are on their way out; leave with all of it, or with more at once when some have arrived")
	ErrTicketNotFound = fault.New(fault.NotFound, "ticket_not_found", "there is no such ticket")
	ErrTicketOver     = fault.New(fault.Conflict, "ticket_over", "these tokens are not cooling down any more")
	ErrCooldownActive = fault.New(fault.Conflict, "cooldown_active", "the stake is still cooling down")
)

// Ticket is a part of a stake on its way out. It earns nothing, and nobody's decision makes it later: not a
// longer cooldown, and not a pool that is paused or closed.
type Ticket struct {
	ID       TicketID
	Pool     PoolID
	Position PositionID
	Account  AccountID
	Amount   money.Amount
	State    TicketState
	LeftAt   time.Time
	DueAt    time.Time
	EndedAt  time.Time // zero while it cools
}

// OpenTicket makes the ticket of a part that left a position.
func OpenTicket(id TicketID, of Position, part Term, now time.Time) Ticket {
	return Ticket{
		ID: id, Pool: of.Pool, Position: of.ID, Account: of.Account, Amount: part.Amount,
		State: Cooling, LeftAt: now, DueAt: now.Add(part.Cooldown),
	}
}

// CheckTickets returns ErrTooManyTickets when a position of which so many tickets cool may not get so many more for a
// part that leaves.
func CheckTickets(cooling, more int) error {
	if cooling+more > TicketsMost {
		return ErrTooManyTickets
	}
	return nil
}

// Withdraw ends a ticket that is due: its amount leaves the pool. It works in every state of the pool. It
// fails with ErrTicketOver or ErrCooldownActive, and with ErrRowsContradict for a ticket of another pool.
func (p Pool) Withdraw(t Ticket, now time.Time) (Pool, Ticket, error) {
	switch {
	case t.State != Cooling:
		return Pool{}, Ticket{}, ErrTicketOver.Saying("it is %s", t.State)
	case now.Before(t.DueAt):
		return Pool{}, Ticket{}, ErrCooldownActive.Saying("until %s", t.DueAt.Format(time.RFC3339))
	}
	return p.release(t, Withdrawn, now)
}

// Cancel ends a ticket and stakes its amount again: as a new stake, which earns from the next boundary on
// and waits for the cooldown of today when it leaves. What then stands in the position has to reach the
// minimum. It fails as Stake does, or with ErrTicketOver.
func (b Book) Cancel(t Ticket, now time.Time) (Book, Ticket, error) {
	if t.State != Cooling {
		return Book{}, Ticket{}, ErrTicketOver.Saying("it is %s", t.State)
	}
	if t.Account != b.Position.Account {
		return Book{}, Ticket{}, ErrRowsContradict.Saying("ticket %s is not of position %s", t.ID, b.Position.ID)
	}
	counts, err := b.Position.Staked().Add(t.Amount)
	if err != nil {
		return Book{}, Ticket{}, err
	}
	pool, ended, err := b.Pool.release(t, Canceled, now)
	if err != nil {
		return Book{}, Ticket{}, err
	}
	b.Pool = pool
	b, err = b.put(t.Amount, counts)
	return b, ended, err
}

// release ends a ticket, whose amount cools no longer.
func (p Pool) release(t Ticket, as TicketState, now time.Time) (Pool, Ticket, error) {
	var foreign error
	if t.Pool != p.ID {
		foreign = ErrRowsContradict.Saying("ticket %s is in another pool than %s", t.ID, p.ID)
	}
	if err := errors.Join(foreign, sub(&p.Cooling, t.Amount)); err != nil {
		return Pool{}, Ticket{}, err
	}
	t.State, t.EndedAt = as, now
	return p, t, nil
}
