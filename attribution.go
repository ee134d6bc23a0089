package twist

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Attribution runs programs, links and clicks, and turns conversions into commissions.
type Attribution struct {
	c     Config
	links *recent[string, lead] // by code, those that lead somewhere
	off   *recent[string, lead] // by code, those that do not; the link of a code of none has no id
}

// The bounds of what is remembered about links.
const (
	// LinkLife is how long a process may go on leading visitors by a link that another process switched off. What it
	// switched off itself it knows at once.
	LinkLife = time.Minute
	// LinkOffLife is how long a process may go on sending visitors away from a link that another process made, or
	// switched on again. What it did itself it knows at once.
	LinkOffLife = 5 * time.Second
	// mostLinks bounds each of the two halves of the memory of links that lead somewhere, and mostOff of those that do
	// not: strangers choose their codes, and take no room from the others.
	mostLinks, mostOff = 8_192, 4_096
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

// ProgramFunds is a program's money.
type ProgramFunds struct {
	Program    attribution.Program
	Budget     money.Amount // can be spent on commissions or withdrawn
	Pending    money.Amount // commissions in their hold
	Receivable money.Amount // what holders still owe after clawbacks
}

// Fund moves amount of the caller's spendable tokens into the budget of a program of the caller's. One that is closed
// takes money only while something that was earned waits for it; else it is attribution.ErrProgramClosed.
func (a *Attribution) Fund(ctx context.Context, by Caller, id attribution.ProgramID, amount money.Amount) (ProgramFunds, error) {
	return a.budget(ctx, by, id, ledger.KindFund, journal.ProgramFunded, ledger.Move(ledger.Available(by.Account), ledger.Budget(id), amount))
}

// Withdraw moves amount out of the budget of a program of the caller's, unless something that was earned waits for it:
// then it is attribution.ErrUnfundedFirst.
func (a *Attribution) Withdraw(ctx context.Context, by Caller, id attribution.ProgramID, amount money.Amount) (ProgramFunds, error) {
	return a.budget(ctx, by, id, ledger.KindWithdraw, journal.ProgramWithdrawn, ledger.Move(ledger.Budget(id), ledger.Available(by.Account), amount))
}

func (a *Attribution) budget(ctx context.Context, by Caller, id attribution.ProgramID, kind ledger.Kind, tells journal.Kind, posting ledger.Posting) (ProgramFunds, error) {
	now, amount := a.c.Clock.Now(), posting.Amount
	if !amount.Positive() {
		return ProgramFunds{}, staking.ErrNotPositive
	}
	return once(ctx, a.c, by, string(kind), func(ctx context.Context, tx ports.Tx) (ProgramFunds, error) {
		program, err := ownProgram(ctx, tx.Programs, by, id)
		if err != nil {
			return ProgramFunds{}, err
		}
		if err := mayMove(ctx, tx, program, kind); err != nil {
			return ProgramFunds{}, err
		}
		if kind == ledger.KindFund {
			if err := mustSpend(ctx, tx, by.Account, amount); err != nil {
				return ProgramFunds{}, err
			}
		}
		e, err := a.c.entry(kind, "", now, nil, posting)
		if err != nil {
			return ProgramFunds{}, err
		}
		if err := tx.Ledger.Record(ctx, e); err != nil {
			return ProgramFunds{}, err
		}
		f, err := funds(ctx, tx.Ledger, program)
		if err != nil {
			return ProgramFunds{}, err
		}
		return f, a.c.tell(ctx, tx, now, news{
			tells, string(id), string(by.Account), facts{"amount": amount.String(), "entry": string(e.ID)},
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

// balance is what both sides of a unit of work can read of the ledger.
type balance interface {
	Balance(ctx context.Context, a ledger.Address, asset ledger.Asset) (money.Amount, error)
}

func funds(ctx context.Context, l balance, p attribution.Program) (f ProgramFunds, err error) {
	f.Program = p
	if f.Budget, err = l.Balance(ctx, ledger.Budget(p.ID), ledger.TWIST); err != nil {
		return ProgramFunds{}, err
	}
	if f.Pending, err = l.Balance(ctx, ledger.Pending(p.ID), ledger.TWIST); err != nil {
		return ProgramFunds{}, err
	}
	f.Receivable, err = l.Balance(ctx, ledger.Receivable(p.ID), ledger.TWIST)
	return f, err
}

// programs is what both sides of a unit of work can read of programs.
type programs interface {
	Get(ctx context.Context, id attribution.ProgramID) (attribution.Program, error)
}

// ownProgram gives a program of the caller's. Somebody else's does not exist for the caller.
func ownProgram(ctx context.Context, r programs, by Caller, id attribution.ProgramID) (attribution.Program, error) {
	program, err := r.Get(ctx, id)
	if err == nil && program.Merchant != attribution.AccountID(by.Account) {
		err = attribution.ErrProgramNotFound
	}
	if err != nil {
		return attribution.Program{}, err
	}
	return program, nil
}

// ownConversion returns ErrConversionNotFound unless the conversion is of a program of the caller's.
func ownConversion(ctx context.Context, r programs, by Caller, c attribution.Conversion) error {
	_, err := ownProgram(ctx, r, by, c.Order.Program)
	if errors.Is(err, attribution.ErrProgramNotFound) {
		return attribution.ErrConversionNotFound
	}
	return err
}
