package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

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

// mayMove returns attribution.ErrUnfundedFirst for a withdrawal while something that was earned waits for the budget,
// which is held so that nothing joins the queue meanwhile; and attribution.ErrProgramClosed for money that a closed
// program has no use for.
func mayMove(ctx context.Context, tx ports.Tx, p attribution.Program, kind ledger.Kind) error {
	if kind == ledger.KindFund && p.ClosedAt.IsZero() {
		return nil
	}
	if kind == ledger.KindWithdraw { // in the order in which the entry will take them
		if _, err := tx.Ledger.Lock(ctx, ledger.Available(p.Merchant), ledger.Budget(p.ID)); err != nil {
			return err
		}
	}
	waiting, err := tx.Commissions.HasUnfunded(ctx, p.ID)
	switch {
	case err != nil:
		return err
	case waiting && kind == ledger.KindWithdraw:
		return attribution.ErrUnfundedFirst
	case !waiting && kind == ledger.KindFund:
		return attribution.ErrProgramClosed
	}
	return nil
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
