package twist

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

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
		if _, err := holdLiving(ctx, tx, by); err != nil {
			return ProgramFunds{}, err
		}
		before, err := tx.Programs.Lock(ctx, id)
		if err == nil && before.Merchant != attribution.AccountID(by.Account) {
			err = attribution.ErrProgramNotFound
		}
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

// Waive gives up a commission of the caller's that waits for the budget of its program, so that a merchant who never
// funds it keeps nobody: neither from being erased nor from withdrawing what is there. One that was waived stays as it
// is; any other is attribution.ErrCommissionState.
func (a *Attribution) Waive(ctx context.Context, by Caller, id attribution.CommissionID) (attribution.Commission, error) {
	now := a.c.Clock.Now()
	for {
		row, err := ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (attribution.Commission, error) {
			c, err := v.Commissions.Get(ctx, id)
			if err == nil && c.Holder != attribution.AccountID(by.Account) {
				err = attribution.ErrCommissionNotFound
			}
			return c, err
		})
		if err != nil {
			return attribution.Commission{}, err
		}
		if row.State == attribution.Waived {
			return row, nil
		}
		if _, err := row.Waive(); err != nil {
			return attribution.Commission{}, err
		}
		err = a.update(ctx, row, now, func(_ context.Context, _ ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			outstanding, err := c.Outstanding()
			if err != nil {
				return c, nil, err
			}
			waived, err := c.Waive()
			row = waived
			return waived, []news{earned(journal.CommissionWaived, waived, facts{"amount": outstanding.String()})}, err
		})
		if !errors.Is(err, errUnchanged) { // else it was funded or taken back meanwhile, and is looked at again
			return row, err
		}
	}
}
