package twist

import (
	"context"
	"fmt"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
)

// pools checks every pool with its positions, activations and tickets.
func (a *audit) pools(ctx context.Context) error {
	activations := &beside[staking.Activation]{
		read: func(after staking.Activation) ([]staking.Activation, error) {
			return a.view.Positions.AllActivations(ctx, after, verifyPage)
		},
		owner: func(row staking.Activation) string { return string(row.Pool) },
		stray: func(row staking.Activation) { a.orphan("activation", fmt.Sprint(row.Epoch), "pool", string(row.Pool)) },
	}
	positions := &beside[staking.Position]{
		read: func(after staking.Position) ([]staking.Position, error) {
			return a.view.Positions.All(ctx, after, verifyPage)
		},
		owner: func(row staking.Position) string { return string(row.Pool) },
		stray: func(row staking.Position) { a.orphan("position", string(row.ID), "pool", string(row.Pool)) },
	}
	tickets := &beside[staking.Ticket]{
		read: func(after staking.Ticket) ([]staking.Ticket, error) {
			return a.view.Tickets.All(ctx, after, verifyPage)
		},
		owner: func(row staking.Ticket) string { return string(row.Pool) },
		stray: func(row staking.Ticket) { a.orphan("ticket", string(row.ID), "pool", string(row.Pool)) },
	}
	days := &beside[staking.PoolDay]{
		read: func(after staking.PoolDay) ([]staking.PoolDay, error) {
			return a.view.PoolDays.All(ctx, after, verifyPage)
		},
		owner: func(row staking.PoolDay) string { return string(row.Pool) },
		stray: func(row staking.PoolDay) { a.orphan("day", fmt.Sprint(row.Day), "pool", string(row.Pool)) },
	}
	var id staking.PoolID
	err := pages(func() ([]staking.Pool, error) { return a.view.Pools.List(ctx, id, verifyPage) }, func(p staking.Pool) error {
		id = p.ID
		var awaited []staking.Activation
		if err := activations.of(string(p.ID), func(row staking.Activation) { awaited = append(awaited, row) }); err != nil {
			return err
		}
		auditor := staking.NewAuditor(p, awaited)
		a.poolOpened(p)
		if err := positions.of(string(p.ID), func(row staking.Position) {
			auditor.Add(row)
			a.positionOpened(row)
			a.positionHolds(row)
		}); err != nil {
			return err
		}
		if err := tickets.of(string(p.ID), func(row staking.Ticket) {
			auditor.AddTicket(row)
			a.ticketOpened(row)
		}); err != nil {
			return err
		}
		var counted []staking.PoolDay
		if err := days.of(string(p.ID), func(row staking.PoolDay) { counted = append(counted, row) }); err != nil {
			return err
		}
		a.daysOf(p, counted)
		a.rose(p, counted)
		for _, problem := range auditor.Finish() {
			a.journal.Report("pool_wrong", "pool "+string(p.ID), "%s", problem)
		}
		if p.Epoch > a.latest() {
			a.journal.Report("pool_ahead", "pool "+string(p.ID), "it stands in epoch %d, which has not begun", p.Epoch)
		}
		a.owes(ledger.Staked(p.ID), p.Staked())
		a.owes(ledger.Cooling(p.ID), p.Cooling)
		a.owes(ledger.Rewards(p.ID), a.minus(a.minus(p.Funded, p.Paid), p.Returned))
		a.poolLived(p)
		a.remainder(p)
		return nil
	})
	return first(err, activations.rest, positions.rest, tickets.rest, days.rest)
}

// orphan reports a row whose owner is not there.
func (a *audit) orphan(what, id, owner, of string) {
	a.journal.Report("row_orphaned", what+" "+id, "there is no %s %s", owner, of)
}

// first runs steps until one fails.
func first(err error, steps ...func() error) error {
	for _, step := range steps {
		if err == nil {
			err = step()
		}
	}
	return err
}
