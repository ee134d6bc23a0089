package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Cooled is the answer to a withdrawal of what has cooled down.
type Cooled struct {
	Entry  ledger.EntryID
	Ticket staking.Ticket
	Pool   staking.Pool
}

// Withdraw pays the caller a ticket that is due. ReleaseDue does so for everybody soon after, so nobody has to
// ask. It fails with staking.ErrTicketNotFound also for somebody else's, staking.ErrTicketOver or
// staking.ErrCooldownActive.
func (s *Staking) Withdraw(ctx context.Context, by Caller, id staking.TicketID) (Cooled, error) {
	now := s.c.Clock.Now()
	return once(ctx, s.c, by, string(ledger.KindCooled), func(ctx context.Context, tx ports.Tx) (Cooled, error) {
		return s.withdraw(ctx, tx, id, now, func(t staking.Ticket) bool { return t.Account == staking.AccountID(by.Account) })
	})
}

// ReleaseDue pays every ticket whose cooldown is over, each in a unit of work of its own, and gives how many
// it paid. One that is refused does not keep the others, however many are refused: it goes on behind them. What
// refused a ticket is in the error, with its id; it is tried again at every run.
func (s *Staking) ReleaseDue(ctx context.Context) (int, error) {
	now := s.c.Clock.Now()
	due := func(ctx context.Context, v ports.View, behind staking.Ticket) ([]staking.Ticket, error) {
		return v.Tickets.Due(ctx, now, behind, batch)
	}
	return sweep(ctx, s.c.Store, due, func(row staking.Ticket) error {
		err := s.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
			_, err := s.withdraw(ctx, tx, row.ID, now, func(staking.Ticket) bool { return true })
			return instead(err, staking.ErrTicketOver, errUnchanged) // its owner was there first
		})
		return about("ticket", row.ID, err)
	})
}

// withdraw pays a ticket that the caller may have.
func (s *Staking) withdraw(ctx context.Context, tx ports.Tx, id staking.TicketID, now time.Time, may func(staking.Ticket) bool) (Cooled, error) {
	t, err := findTicket(ctx, tx, id, may)
	if err != nil {
		return Cooled{}, err
	}
	before, err := lockRolled(ctx, s.c, tx, t.Pool, now)
	if err != nil {
		return Cooled{}, err
	}
	if t, err = tx.Tickets.Get(ctx, id); err != nil { // as it stands, now that its pool is held
		return Cooled{}, err
	}
	pool, t, err := before.Withdraw(t, now)
	if err != nil {
		return Cooled{}, err
	}
	e, err := s.c.entry(ledger.KindCooled, "cooled:"+string(id), now, nil, ledger.Move(ledger.Cooling(t.Pool), ledger.Available(t.Account), t.Amount))
	if err != nil {
		return Cooled{}, err
	}
	told := news{journal.TicketWithdrawn, string(id), string(t.Account), ends(t, e.ID)}
	pool, err = s.commit(ctx, tx, act{before: before, book: staking.Book{Pool: pool}, ended: &t, entry: e, tells: []news{told}}, now)
	return Cooled{Entry: e.ID, Ticket: t, Pool: pool}, err
}

// findTicket reads a ticket to learn its pool, which never changes. One that the caller may not have does not
// exist for the caller.
func findTicket(ctx context.Context, tx ports.Tx, id staking.TicketID, may func(staking.Ticket) bool) (staking.Ticket, error) {
	t, err := tx.Tickets.Get(ctx, id)
	if err == nil && !may(t) {
		err = staking.ErrTicketNotFound
	}
	if err != nil {
		return staking.Ticket{}, err
	}
	return t, nil
}

// CancelExit stakes again what is cooling, as a new stake of the caller's, whether or not it is due. It fails
// with staking.ErrTicketNotFound also for somebody else's, staking.ErrTicketOver, and as a stake does. No rule of fraud is
// asked, since it brings in nothing new; an account that is blocked is fraud.ErrStakesBlocked.
func (s *Staking) CancelExit(ctx context.Context, by Caller, id staking.TicketID) (StakeMoved, error) {
	now := s.c.Clock.Now()
	return once(ctx, s.c, by, string(ledger.KindRestake), func(ctx context.Context, tx ports.Tx) (StakeMoved, error) {
		t, err := findTicket(ctx, tx, id, func(t staking.Ticket) bool { return t.Account == staking.AccountID(by.Account) })
		if err != nil {
			return StakeMoved{}, err
		}
		before, err := s.open(ctx, tx, t.Pool, t.Account, now)
		if err != nil {
			return StakeMoved{}, err
		}
		if t, err = tx.Tickets.Get(ctx, id); err != nil {
			return StakeMoved{}, err
		}
		book, t, err := before.Cancel(t, now)
		if err != nil {
			return StakeMoved{}, err
		}
		if err := mayGain(ctx, tx, t.Account, now); err != nil {
			return StakeMoved{}, err
		}
		metadata := map[string]string{"position": string(book.Position.ID)}
		e, err := s.c.entry(ledger.KindRestake, "restake:"+string(id), now, metadata, ledger.Move(ledger.Cooling(t.Pool), ledger.Staked(t.Pool), t.Amount))
		if err != nil {
			return StakeMoved{}, err
		}
		told := news{journal.TicketCanceled, string(id), string(t.Account), ends(t, e.ID)}
		told.facts["position"], told.facts["cooldown"] = string(book.Position.ID), seconds(book.Pool.Cooldown)
		pool, err := s.commit(ctx, tx, act{before: before.Pool, book: book, ended: &t, entry: e, tells: []news{told}}, now)
		return StakeMoved{Entry: e.ID, Principal: t.Amount, Pool: pool, Position: book.Position, Tickets: []staking.Ticket{t}}, err
	})
}

// ends is what tells of the end of a ticket.
func ends(t staking.Ticket, entry ledger.EntryID) facts {
	return facts{"pool": string(t.Pool), "amount": t.Amount.String(), "entry": string(entry)}
}

// Tickets pages through the caller's tickets in the order of their ids, with those that are over.
func (s *Staking) Tickets(ctx context.Context, by Caller, after staking.TicketID, limit int) ([]staking.Ticket, error) {
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]staking.Ticket, error) {
		return v.Tickets.ListByAccount(ctx, staking.AccountID(by.Account), after, limit)
	})
}
