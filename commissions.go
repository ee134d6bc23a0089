package twist

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Commissions pages through what the caller earned, in the order of ids.
func (a *Attribution) Commissions(ctx context.Context, by Caller, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return v.Commissions.ListByHolder(ctx, attribution.AccountID(by.Account), after, limit)
	})
}

// ApproveDue shares every commission whose hold is over, each in a unit of work of its own, and gives
// how many it shared. One that is refused does not keep the others, however many are refused. What refused a
// commission is in the error, with its id; it is tried again at every run.
func (a *Attribution) ApproveDue(ctx context.Context) (int, error) {
	now := a.c.Clock.Now()
	due := func(ctx context.Context, v ports.View, behind attribution.Commission) ([]attribution.Commission, error) {
		return v.Commissions.Due(ctx, now, behind, batch)
	}
	return sweep(ctx, a.c.Store, due, func(c attribution.Commission) error {
		err := a.update(ctx, c, now, func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			return a.approve(ctx, tx, c, now, "", func(weighted bool) (attribution.Commission, error) { return c.Approve(now, weighted) })
		})
		return about("commission", c.ID, err)
	})
}

// FundWaiting sets aside what waits for a budget, oldest first within each program, and gives how many
// commissions it funded. One whose rows are wrong gives its fault and holds up nobody behind it.
func (a *Attribution) FundWaiting(ctx context.Context) (int, error) {
	queued := func(ctx context.Context, v ports.View, behind attribution.ProgramID) ([]attribution.ProgramID, error) {
		return v.Waiting.Programs(ctx, behind, batch)
	}
	return sweepAll(ctx, a.c.Store, queued, a.fundQueue)
}

// fundQueue sets aside what waits for the budget of a program, until that is short: where an older one waits, a younger one
// does too. So a queue that nobody funds costs the same however long it is.
func (a *Attribution) fundQueue(ctx context.Context, program attribution.ProgramID) (int, error) {
	now, short := a.c.Clock.Now(), false
	waiting := func(ctx context.Context, v ports.View, behind attribution.Commission) ([]attribution.Commission, error) {
		if short {
			return nil, nil
		}
		return v.Commissions.ListByState(ctx, program, attribution.Unfunded, behind.ID, batch)
	}
	return sweep(ctx, a.c.Store, waiting, func(c attribution.Commission) error {
		if short {
			return errUnchanged
		}
		err := a.update(ctx, c, now, func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			return a.setAside(ctx, tx, c, now)
		})
		short = errors.Is(err, errUnchanged) || errors.Is(err, fault.Unavailable)
		return about("commission", c.ID, err)
	})
}

// CollectDebts takes what holders owe out of what they have, each holder in a unit of work of its own, and
// gives how many paid. What is owed cannot be spent meanwhile, so it waits for this and nothing else.
func (a *Attribution) CollectDebts(ctx context.Context) (int, error) {
	debts := func(ctx context.Context, v ports.View, behind attribution.Debt) ([]attribution.Debt, error) {
		return v.Debts.All(ctx, behind, batch)
	}
	return sweep(ctx, a.c.Store, debts, func(d attribution.Debt) error {
		return about("debts of", d.Holder, a.collect(ctx, d.Holder))
	})
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

// change decides what becomes of a commission, writes all that goes with it, and gives what there is to tell.
type change func(context.Context, ports.Tx, attribution.Commission) (attribution.Commission, []news, error)

// update changes one commission under its conversion's lock. The row was read before: what do sees is the
// row as it stands now, and a commission that has moved on is left alone.
func (a *Attribution) update(ctx context.Context, row attribution.Commission, now time.Time, do change) error {
	return a.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		_, err := a.alter(ctx, tx, row, now, func(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, []news, error) {
			if c.State != row.State {
				return c, nil, errUnchanged
			}
			next, tell, err := do(ctx, tx, c)
			if err == nil && next == c {
				err = errUnchanged
			}
			return next, tell, err
		})
		return err
	})
}

// alter changes one commission in a unit of work, under its conversion's lock: do decides about it as it stands then.
func (a *Attribution) alter(ctx context.Context, tx ports.Tx, row attribution.Commission, now time.Time, do change) (attribution.Commission, error) {
	if _, err := tx.Conversions.Lock(ctx, row.Conversion); err != nil {
		return attribution.Commission{}, err
	}
	all, err := tx.Commissions.ListByConversion(ctx, row.Conversion)
	if err != nil {
		return attribution.Commission{}, err
	}
	i := slices.IndexFunc(all, func(c attribution.Commission) bool { return c.ID == row.ID })
	if i < 0 {
		return attribution.Commission{}, attribution.ErrCommissionNotFound
	}
	next, tell, err := do(ctx, tx, all[i])
	if err != nil {
		return attribution.Commission{}, err
	}
	if err := tx.Commissions.Put(ctx, next); err != nil {
		return attribution.Commission{}, err
	}
	return next, a.c.tell(ctx, tx, now, tell...)
}

// approve shares a commission as share says, which is asked for it with fans and without: pending → platform, fans and
// influencer, under the pool's lock. Who approved it is nobody where the job did.
func (a *Attribution) approve(ctx context.Context, tx ports.Tx, c attribution.Commission, now time.Time, by identity.AccountID, share func(weighted bool) (attribution.Commission, error)) (attribution.Commission, []news, error) {
	pool, err := a.fans(ctx, tx, c, now)
	if err != nil {
		return c, nil, err
	}
	approved, err := share(true)
	if err == nil && !pool.Takes(approved.Fans, c.EarnedAt) {
		approved, err = share(false)
	}
	if err != nil {
		return c, nil, err
	}
	before := pool
	if approved.Fans.Positive() {
		if pool, err = pool.Distribute(approved.Fans, c.EarnedAt); err != nil {
			return c, nil, err
		}
	}
	if pool.ID != "" {
		if err := tx.Pools.Put(ctx, pool); err != nil {
			return c, nil, err
		}
		if err := countDay(ctx, tx, before, pool, ledger.KindApproval, now); err != nil {
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
		"fee": approved.Fee.String(), "fans": approved.Fans.String(), "net": approved.Net.String(), "by": string(by),
	})
	return approved, append([]news{tell}, repaid...), tx.Ledger.Record(ctx, e)
}

// fans locks the pool that a commission shares with, and gives the zero Pool, which takes nothing, where there is none.
func (a *Attribution) fans(ctx context.Context, tx ports.Tx, c attribution.Commission, now time.Time) (staking.Pool, error) {
	if c.Pool == "" {
		return staking.Pool{}, nil
	}
	pool, err := lockRolled(ctx, a.c, tx, staking.PoolID(c.Pool), now)
	if errors.Is(err, fault.NotFound) {
		return staking.Pool{}, nil
	}
	return pool, err
}
