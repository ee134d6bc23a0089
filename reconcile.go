package twist

import (
	"context"
	"errors"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// Reconciliation holds the treasury against the ledger at one finalized slot.
type Reconciliation struct {
	Slot       uint64
	Reserve    money.Amount // what the treasury holds on chain
	World      money.Amount // minus what the ledger says it must hold
	Unbooked   money.Amount // final on chain and not booked yet: arrivals less payouts
	Difference money.Amount // Reserve − Unbooked + World: zero, or tokens are missing or nobody's
}

// Reconcile compares. Between the answers of chain and store both may move on, so a difference counts
// only when it stays.
func (l *Ledger) Reconcile(ctx context.Context) (Reconciliation, error) {
	reserve, err := l.c.Chain.Reserve(ctx)
	if err != nil {
		return Reconciliation{}, err
	}
	r := Reconciliation{Slot: reserve.Slot, Reserve: reserve.Twist}
	if r.Unbooked, err = l.arrived(ctx); err != nil {
		return Reconciliation{}, err
	}
	left, err := l.leftUnbooked(ctx)
	if err != nil {
		return Reconciliation{}, err
	}
	if r.Unbooked, err = r.Unbooked.Sub(left); err != nil {
		return Reconciliation{}, err
	}
	r.World, err = ports.Read(ctx, l.c.Store, func(ctx context.Context, v ports.View) (money.Amount, error) {
		return v.Ledger.Balance(ctx, ledger.World(), ledger.TWIST)
	})
	if err != nil {
		return Reconciliation{}, err
	}
	booked, err := r.Reserve.Sub(r.Unbooked)
	if err != nil {
		return Reconciliation{}, err
	}
	r.Difference, err = booked.Add(r.World)
	return r, err
}

// arrived sums the arrivals that are final and not booked. The chain may show one again on the next
// page: it counts once.
func (l *Ledger) arrived(ctx context.Context) (money.Amount, error) {
	var sum money.Amount
	from, err := ports.Read(ctx, l.c.Store, func(ctx context.Context, v ports.View) (uint64, error) { return v.Deposits.Cursor(ctx) })
	if err != nil {
		return 0, err
	}
	seen := map[string]bool{}
	for {
		page, next, err := l.c.Chain.Arrivals(ctx, from, arrivalsPage)
		if err != nil {
			return 0, err
		}
		booked, err := ports.Read(ctx, l.c.Store, func(ctx context.Context, v ports.View) ([]bool, error) {
			return v.Deposits.Booked(ctx, page)
		})
		if err != nil {
			return 0, err
		}
		for i, arrival := range page {
			if booked[i] || arrival.Mint != l.c.Mint || seen[depositReference(arrival)] {
				continue
			}
			seen[depositReference(arrival)] = true
			if sum, err = sum.Add(arrival.Amount); err != nil {
				return 0, err
			}
		}
		if next <= from {
			return sum, nil
		}
		from = next
	}
}

// leftUnbooked sums the payouts that are final on chain and not settled in the ledger. One that is signed
// counts: whoever sent it may have died before it could say so.
func (l *Ledger) leftUnbooked(ctx context.Context) (money.Amount, error) {
	p := &Payouts{l.c}
	var sum money.Amount
	flying, err := p.flying(ctx)
	if err != nil {
		return 0, err
	}
	for _, payout := range flying {
		attempt, err := p.live(ctx, payout)
		if errors.Is(err, errUnchanged) {
			continue // it was settled in between
		}
		if err != nil {
			return 0, err
		}
		sightings, err := l.c.Chain.Look(ctx, attempt.Signature)
		if err != nil {
			return 0, err
		}
		if attempt.Judge(sightings).Fate != payouts.FateLanded {
			continue
		}
		if sum, err = sum.Add(payout.Amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}
