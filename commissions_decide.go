package twist

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/ports"
)

// Approve shares a commission of a program of the caller's before its hold is over. One that is held is not the
// merchant's to share: that, and whatever else is not pending, is attribution.ErrCommissionState.
func (a *Attribution) Approve(ctx context.Context, by Caller, id attribution.CommissionID) (attribution.Commission, error) {
	return a.asMerchant(ctx, by, id, "approve_commission", func(now time.Time) change {
		return func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			return a.approve(ctx, tx, c, now, by.Account, func(weighted bool) (attribution.Commission, error) { return c.ApproveEarly(now, weighted) })
		}
	})
}

// Reject refuses a commission of a program of the caller's that was not shared, for a reason that its influencer is
// shown, gives the budget back what was set aside for it, and frees the customer whom its order bound. It fails as
// attribution.Commission.Reject does.
func (a *Attribution) Reject(ctx context.Context, by Caller, id attribution.CommissionID, reason string) (attribution.Commission, error) {
	return a.asMerchant(ctx, by, id, "reject_commission", func(now time.Time) change { return a.rejecting(by.Account, reason, now) })
}

// HoldCommission keeps a commission from being shared, by whomever, until ReleaseCommission, for a reason that its
// influencer and its merchant are shown. It is an operator's in person, fails as attribution.Commission.Hold does, and
// refuses callers as WithdrawBadge does; an operator who earns or pays it is attribution.ErrCommissionOwn.
func (a *Attribution) HoldCommission(ctx context.Context, by Caller, id attribution.CommissionID, reason string) (attribution.Commission, error) {
	return a.asOperator(ctx, by, id, "hold_commission", func(time.Time) change {
		return func(_ context.Context, _ ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			held, err := c.Hold(reason)
			return held, []news{earned(journal.CommissionHeld, held, facts{"by": string(by.Account)})}, err
		}
	})
}

// ReleaseCommission ends the hold of a commission, which is then shared in its time. It fails as
// attribution.Commission.Release does, and refuses callers as HoldCommission does.
func (a *Attribution) ReleaseCommission(ctx context.Context, by Caller, id attribution.CommissionID) (attribution.Commission, error) {
	return a.asOperator(ctx, by, id, "release_commission", func(now time.Time) change { return releasing(by.Account, now) })
}

// RejectHeld is Reject by an operator, of a commission that is held: any other is attribution.ErrCommissionState. It
// refuses callers as HoldCommission does.
func (a *Attribution) RejectHeld(ctx context.Context, by Caller, id attribution.CommissionID, reason string) (attribution.Commission, error) {
	return a.asOperator(ctx, by, id, "reject_held_commission", func(now time.Time) change {
		return func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			if _, err := c.Release(); err != nil {
				return c, nil, err
			}
			return a.rejecting(by.Account, reason, now)(ctx, tx, c)
		}
	})
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

// rejecting refuses a commission, gives the budget back what was set aside, and frees the customer whom its order bound to
// who would have earned it: nobody earns for years by an order that earned nothing in the end.
func (a *Attribution) rejecting(by identity.AccountID, reason string, now time.Time) change {
	return func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
		amount, err := c.Outstanding()
		if err != nil {
			return c, nil, err
		}
		rejected, err := c.Reject(reason)
		if err != nil {
			return c, nil, err
		}
		if err := tx.Bindings.Unbind(ctx, c.Conversion, c.Holder); err != nil { // before the ledger, as whoever binds does
			return c, nil, err
		}
		tell := []news{earned(journal.CommissionRejected, rejected, facts{"amount": amount.String(), "by": string(by)})}
		if !c.State.Stands() {
			return rejected, tell, nil
		}
		e, err := a.c.entry(ledger.KindRejection, "rejection:"+string(c.ID), now, terms(c),
			ledger.Move(ledger.Pending(c.Program), ledger.Budget(c.Program), amount))
		if err != nil {
			return c, nil, err
		}
		return rejected, tell, tx.Ledger.Record(ctx, e)
	}
}

// releasing ends the hold of a commission, and binds the customer of its order.
func releasing(by identity.AccountID, now time.Time) change {
	return func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
		released, err := c.Release()
		if err == nil {
			err = bindReleased(ctx, tx, c.ID, now)
		}
		return released, []news{earned(journal.CommissionReleased, released, facts{"by": string(by)})}, err
	}
}

// asMerchant changes a commission of a program of the caller's, once under a key.
func (a *Attribution) asMerchant(ctx context.Context, by Caller, id attribution.CommissionID, operation string, do func(time.Time) change) (attribution.Commission, error) {
	row, merchant, err := a.commission(ctx, id)
	if err == nil && merchant != attribution.AccountID(by.Account) {
		err = attribution.ErrCommissionNotFound
	}
	if err != nil {
		return attribution.Commission{}, err
	}
	now := a.c.Clock.Now()
	return once(ctx, a.c, by, operation, func(ctx context.Context, tx ports.Tx) (attribution.Commission, error) {
		if _, err := holdLiving(ctx, tx, by); err != nil { // accounts are held before conversions
			return attribution.Commission{}, err
		}
		return a.alter(ctx, tx, row, now, do(now))
	})
}

// asOperator changes somebody else's commission, once under a key.
func (a *Attribution) asOperator(ctx context.Context, by Caller, id attribution.CommissionID, operation string, do func(time.Time) change) (attribution.Commission, error) {
	if err := by.inPerson(); err != nil {
		return attribution.Commission{}, err
	}
	row, merchant, missing := a.commission(ctx, id)
	now := a.c.Clock.Now()
	return once(ctx, a.c, by, operation, func(ctx context.Context, tx ports.Tx) (attribution.Commission, error) {
		if _, _, err := a.c.decider(ctx, tx, by, "", now); err != nil {
			return attribution.Commission{}, err
		}
		if missing != nil { // which only those learn who may decide
			return attribution.Commission{}, missing
		}
		if me := attribution.AccountID(by.Account); me == row.Holder || me == merchant {
			return attribution.Commission{}, attribution.ErrCommissionOwn
		}
		return a.alter(ctx, tx, row, now, do(now))
	})
}

// commission gives a commission as it stands, and whose program pays it, which never changes.
func (a *Attribution) commission(ctx context.Context, id attribution.CommissionID) (c attribution.Commission, merchant attribution.AccountID, err error) {
	err = a.c.Store.Read(ctx, func(ctx context.Context, v ports.View) error {
		if c, err = v.Commissions.Get(ctx, id); err != nil {
			return err
		}
		program, err := v.Programs.Get(ctx, c.Program)
		merchant = program.Merchant
		return err
	})
	return c, merchant, err
}

// ProgramCommissions gives at most limit commissions of a program of the caller's that are in a state, in the order of
// their ids, after the one named. A state that there is not is attribution.ErrState.
func (a *Attribution) ProgramCommissions(ctx context.Context, by Caller, program attribution.ProgramID, state attribution.State, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	if err := state.Check(); err != nil {
		return nil, err
	}
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		if _, err := ownProgram(ctx, v.Programs, by, program); err != nil {
			return nil, err
		}
		return v.Commissions.ListByState(ctx, program, state, after, limit)
	})
}

// CommissionsIn is ProgramCommissions of all programs. It is for operators.
func (a *Attribution) CommissionsIn(ctx context.Context, state attribution.State, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	if err := state.Check(); err != nil {
		return nil, err
	}
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return v.Commissions.ListByState(ctx, "", state, after, limit)
	})
}
