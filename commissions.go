package twist

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// batch is how many rows one run of a job looks at.
const batch = 500

// ApproveDue shares every commission whose hold is over, each in a unit of work of its own, and gives
// how many it shared. One that is refused does not keep the others.
func (a *Attribution) ApproveDue(ctx context.Context) (int, error) {
	now := a.c.Clock.Now()
	due, err := ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return v.Commissions.Due(ctx, now, batch)
	})
	if err != nil {
		return 0, err
	}
	return each(due, func(c attribution.Commission) error {
		return a.update(ctx, c, now, func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			return a.approve(ctx, tx, c, now)
		})
	})
}

// FundWaiting sets aside what waits for a budget, oldest first within each program, and gives how many
// commissions it funded.
func (a *Attribution) FundWaiting(ctx context.Context) (int, error) {
	now := a.c.Clock.Now()
	funded := 0
	var failed error
	short := map[attribution.ProgramID]bool{} // where an older one waits, a younger one does too
	for after := attribution.CommissionID(""); ; {
		page, err := ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
			return v.Commissions.Unfunded(ctx, after, batch)
		})
		if err != nil || len(page) == 0 {
			return funded, errors.Join(failed, err)
		}
		after = page[len(page)-1].ID
		n, err := each(page, func(c attribution.Commission) error {
			if short[c.Program] {
				return errUnchanged
			}
			err := a.update(ctx, c, now, func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
				return a.setAside(ctx, tx, c, now)
			})
			short[c.Program] = err != nil
			return err
		})
		funded, failed = funded+n, errors.Join(failed, err)
	}
}

// CollectDebts takes what holders owe out of what they have, each holder in a unit of work of its own, and
// gives how many paid. What is owed cannot be spent meanwhile, so it waits for this and nothing else.
func (a *Attribution) CollectDebts(ctx context.Context) (int, error) {
	paid := 0
	var failed error
	for after := (attribution.Debt{}); ; {
		page, err := ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Debt, error) {
			return v.Debts.All(ctx, after, batch)
		})
		if err != nil || len(page) == 0 {
			return paid, errors.Join(failed, err)
		}
		after = page[len(page)-1]
		n, err := each(page, func(d attribution.Debt) error { return a.collect(ctx, d.Holder) })
		paid, failed = paid+n, errors.Join(failed, err)
	}
}

// collect repays as much of a holder's debts as the holder has.
func (a *Attribution) collect(ctx context.Context, holder attribution.AccountID) error {
	now := a.c.Clock.Now()
	return a.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		debts, err := tx.Debts.Lock(ctx, holder)
		if err != nil {
			return err
		}
		rows, err := tx.Ledger.Lock(ctx, ledger.Available(holder))
		if err != nil {
			return err
		}
		var owed money.Amount
		for _, d := range debts[:min(len(debts), maxRepaid)] {
			if owed, err = owed.Add(d.Owed); err != nil {
				return err
			}
		}
		amount := min(owed, rows[0])
		if !amount.Positive() {
			return errUnchanged
		}
		postings, tell, err := credit(ctx, tx, ledger.Available(holder), holder, amount)
		if err != nil {
			return err
		}
		e, err := a.c.entry(ledger.KindRepayment, "", now, nil, postings...)
		if err != nil {
			return err
		}
		if err := tx.Ledger.Record(ctx, e); err != nil {
			return err
		}
		return a.c.tell(ctx, tx, now, tell...)
	})
}

// errUnchanged means that a job found nothing to do on a row: another run was there first, or it is
// not time.
var errUnchanged = errors.New("nothing to do")

// each runs do on every row, counts those it changed and joins the errors of those that failed.
func each[T any](rows []T, do func(T) error) (changed int, err error) {
	for _, row := range rows {
		failed := do(row)
		switch {
		case failed == nil:
			changed++
		case errors.Is(failed, errUnchanged):
		default:
			err = errors.Join(err, failed)
		}
	}
	return changed, err
}

// change decides what becomes of a commission, writes all that goes with it, and gives what there is to tell.
type change func(context.Context, ports.Tx, attribution.Commission) (attribution.Commission, []news, error)

// update changes one commission under its conversion's lock. The row was read before: what do sees is the
// row as it stands now, and a commission that has moved on is left alone.
func (a *Attribution) update(ctx context.Context, row attribution.Commission, now time.Time, do change) error {
	return a.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		if _, err := tx.Conversions.Lock(ctx, row.Conversion); err != nil {
			return err
		}
		commissions, err := tx.Commissions.ListByConversion(ctx, row.Conversion)
		if err != nil {
			return err
		}
		for _, c := range commissions {
			if c.ID != row.ID || c.State != row.State {
				continue
			}
			next, tell, err := do(ctx, tx, c)
			if err != nil {
				return err
			}
			if next == c {
				return errUnchanged
			}
			if err := tx.Commissions.Put(ctx, next); err != nil {
				return err
			}
			return a.c.tell(ctx, tx, now, tell...)
		}
		return errUnchanged
	})
}

// approve shares a commission: pending → platform, fans and influencer, under the pool's lock.
func (a *Attribution) approve(ctx context.Context, tx ports.Tx, c attribution.Commission, now time.Time) (attribution.Commission, []news, error) {
	pool, weighted, err := a.fans(ctx, tx, c, now)
	if err != nil {
		return c, nil, err
	}
	approved, err := c.Approve(now, weighted)
	if err != nil {
		return c, nil, err
	}
	before := pool
	if weighted && approved.Fans.Positive() {
		if pool, err = pool.Distribute(approved.Fans); err != nil {
			return c, nil, err
		}
	}
	if pool.ID != "" {
		if err := tx.Pools.Put(ctx, pool); err != nil {
			return c, nil, err
		}
		if err := countDay(ctx, tx, before, pool, now); err != nil {
			return c, nil, err
		}
	}
	source := ledger.Pending(c.Program)
	postings, repaid, err := credit(ctx, tx, source, c.Holder, approved.Net)
	if err != nil {
		return c, nil, err
	}
	postings = append(postings, ledger.Move(source, ledger.Fees(), approved.Fee))
	if approved.Fans.Positive() {
		postings = append(postings, ledger.Move(source, ledger.Rewards(c.Pool), approved.Fans))
	}
	e, err := a.c.entry(ledger.KindApproval, "approval:"+string(c.ID), now, terms(c), postings...)
	if err != nil {
		return c, nil, err
	}
	tell := earned(journal.CommissionApproved, approved, facts{
		"fee": approved.Fee.String(), "fans": approved.Fans.String(), "net": approved.Net.String(),
	})
	return approved, append([]news{tell}, repaid...), tx.Ledger.Record(ctx, e)
}

// fans locks the pool that a commission shares with, and reports whether anyone's stake counts in it.
func (a *Attribution) fans(ctx context.Context, tx ports.Tx, c attribution.Commission, now time.Time) (staking.Pool, bool, error) {
	if c.Pool == "" {
		return staking.Pool{}, false, nil
	}
	pool, err := lockRolled(ctx, a.c, tx, staking.PoolID(c.Pool), now)
	if errors.Is(err, fault.NotFound) {
		return staking.Pool{}, false, nil
	}
	return pool, err == nil && pool.HasWeight(), err
}
