package twist

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// NewProgram is what a merchant decides when opening a program.
type NewProgram struct {
	Name   string
	Rate   money.Bps         // of each order
	Window time.Duration     // how long a click counts; zero means attribution.DefaultWindow
	Hold   time.Duration     // how long a commission waits
	Model  attribution.Model // divides what an order earns; empty means attribution.Last

	Refunds *time.Duration // how long what was shared may be taken back; nil means attribution.DefaultRefundWindow
	Binding time.Duration  // how long a customer is bound to who brought its first order; zero binds none
}

// OpenProgram opens a program of the caller's.
func (a *Attribution) OpenProgram(ctx context.Context, by Caller, n NewProgram) (attribution.Program, error) {
	if n.Window == 0 {
		n.Window = attribution.DefaultWindow
	}
	if n.Model == "" {
		n.Model = attribution.Last
	}
	id := attribution.ProgramID(a.c.IDs.New("prog"))
	program, err := attribution.OpenProgram(id, attribution.AccountID(by.Account), n.Name, n.Rate, n.Window, n.Hold, a.c.Clock.Now())
	if err != nil {
		return attribution.Program{}, err
	}
	if program, err = program.Under(n.Model); err != nil {
		return attribution.Program{}, err
	}
	if program, err = program.Refunding(or(n.Refunds, program.Refunds)); err != nil {
		return attribution.Program{}, err
	}
	if program, err = program.Binding(n.Binding); err != nil {
		return attribution.Program{}, err
	}
	return once(ctx, a.c, by, "open_program", func(ctx context.Context, tx ports.Tx) (attribution.Program, error) {
		if _, err := holdLiving(ctx, tx, by); err != nil {
			return attribution.Program{}, err
		}
		if err := tx.Programs.Add(ctx, program); err != nil {
			return attribution.Program{}, err
		}
		return program, a.c.tell(ctx, tx, program.OpenedAt, news{
			journal.ProgramOpened, string(id), string(by.Account), facts{"rate_bps": fmt.Sprint(program.Rate)},
		})
	})
}

// Program gives a program of the caller's with its money.
func (a *Attribution) Program(ctx context.Context, by Caller, id attribution.ProgramID) (ProgramFunds, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (ProgramFunds, error) {
		program, err := ownProgram(ctx, v.Programs, by, id)
		if err != nil {
			return ProgramFunds{}, err
		}
		return funds(ctx, v.Ledger, program)
	})
}

// Programs pages through the caller's programs, in the order of ids, which is that of their opening. What each has of
// money Program says.
func (a *Attribution) Programs(ctx context.Context, by Caller, after attribution.ProgramID, limit int) ([]attribution.Program, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Program, error) {
		return v.Programs.ListByMerchant(ctx, attribution.AccountID(by.Account), after, limit)
	})
}

// ProgramChange is what a merchant changes of a program; what is nil stays as it is.
type ProgramChange struct {
	Rate   *money.Bps
	Window *time.Duration
	Hold   *time.Duration
	Model  *attribution.Model

	Refunds *time.Duration // how long what was shared may be taken back
	Binding *time.Duration // how long a customer is bound from then on; those who are bound stay so
}

// ChangeProgram gives a program of the caller's other settings. Orders that are reported from then on are judged by
// them; what was earned before keeps the rate, the hold and the refund window that it was earned under.
func (a *Attribution) ChangeProgram(ctx context.Context, by Caller, id attribution.ProgramID, c ProgramChange) (ProgramFunds, error) {
	return a.turn(ctx, by, id, func(p attribution.Program, _ time.Time) (attribution.Program, *news, error) {
		if c.Rate != nil {
			p.Flat = 0 // of the two there is one
		}
		after, err := p.Change(or(c.Rate, p.Rate), or(c.Window, p.Window), or(c.Hold, p.Hold))
		if err == nil {
			after, err = after.Under(or(c.Model, p.Model))
		}
		if err == nil {
			after, err = after.Refunding(or(c.Refunds, p.Refunds))
		}
		if err == nil {
			after, err = after.Binding(or(c.Binding, p.Bound))
		}
		return after, &news{journal.ProgramChanged, string(id), string(by.Account), settings(after)}, err
	})
}

// SetRates gives a program of the caller's other rates, all of them: its own, and special ones for products, tiers or
// both, instead of those it has. Orders that are reported from then on earn by them.
func (a *Attribution) SetRates(ctx context.Context, by Caller, id attribution.ProgramID, own attribution.Rate, special []attribution.Rate) (ProgramFunds, error) {
	return a.turn(ctx, by, id, func(p attribution.Program, _ time.Time) (attribution.Program, *news, error) {
		after, err := p.Priced(own, special)
		return after, &news{journal.ProgramChanged, string(id), string(by.Account), settings(after)}, err
	})
}

// CloseProgram closes a program of the caller's, for good. Orders whose click came before go on earning, what waits for
// the budget can be funded, refunds go on, and the rest of the budget can be withdrawn. One that is closed stays as it is.
func (a *Attribution) CloseProgram(ctx context.Context, by Caller, id attribution.ProgramID) (ProgramFunds, error) {
	defer a.forgetLinks(func(l lead) bool { return l.Program == id })
	return a.turn(ctx, by, id, func(p attribution.Program, now time.Time) (attribution.Program, *news, error) {
		return p.Close(now), &news{journal.ProgramClosed, string(id), string(by.Account), nil}, nil
	})
}

// or is what was given, or what there is.
func or[T any](given *T, there T) T {
	if given == nil {
		return there
	}
	return *given
}

// turn makes another of a program of the caller's and tells of it, unless it is what it was.
func (a *Attribution) turn(ctx context.Context, by Caller, id attribution.ProgramID, do func(attribution.Program, time.Time) (attribution.Program, *news, error)) (ProgramFunds, error) {
	now := a.c.Clock.Now()
	return ports.Write(ctx, a.c.Store, func(ctx context.Context, tx ports.Tx) (ProgramFunds, error) {
		before, err := holdProgram(ctx, tx, by, id)
		if err != nil {
			return ProgramFunds{}, err
		}
		after, tell, err := do(before, now)
		if err != nil {
			return ProgramFunds{}, err
		}
		f, err := funds(ctx, tx.Ledger, after)
		if err != nil || reflect.DeepEqual(after, before) {
			return f, err
		}
		if err := tx.Programs.Put(ctx, after); err != nil {
			return ProgramFunds{}, err
		}
		return f, a.c.tell(ctx, tx, now, *tell)
	})
}

// holdProgram holds the caller and a program of the caller's. Somebody else's does not exist for the caller.
func holdProgram(ctx context.Context, tx ports.Tx, by Caller, id attribution.ProgramID) (attribution.Program, error) {
	if _, err := holdLiving(ctx, tx, by); err != nil {
		return attribution.Program{}, err
	}
	program, err := tx.Programs.Lock(ctx, id)
	if err == nil && program.Merchant != attribution.AccountID(by.Account) {
		err = attribution.ErrProgramNotFound
	}
	return program, err
}
