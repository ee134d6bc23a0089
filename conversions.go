package twist

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Converted is a conversion with what it earned.
type Converted struct {
	Conversion  attribution.Conversion
	Commissions []attribution.Commission
	Refunds     []attribution.Refund
}

// maxTouches bounds the clicks of one visitor that are looked at.
const maxTouches = 100

// ReportConversion books an order of a program of the caller's: the last click of the visitor whose
// click the order names earns, and its commission is set aside from the budget. The program and the
// order's id are the key: the same order again gives the first answer, the same id with other contents
// is attribution.ErrOrderConflict.
func (a *Attribution) ReportConversion(ctx context.Context, by Caller, order attribution.Order) (Converted, error) {
	now := a.c.Clock.Now()
	if err := order.Check(); err != nil {
		return Converted{}, err
	}
	program, err := ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (attribution.Program, error) {
		return ownProgram(ctx, v.Programs, by, order.Program)
	})
	if err != nil {
		return Converted{}, err
	}
	conversion := attribution.Conversion{ID: attribution.ConversionID(a.c.IDs.New("conv")), Order: order, At: now}
	touch, unknown := a.lastTouch(ctx, program, conversion)
	conversion.Touch = touch.ID

	key := Key{
		Value:   string(order.Program) + "/" + order.ID,
		Request: digest(string(order.Program), order.ID, order.Amount.String(), order.Currency, string(order.Click)),
	}
	return onceFor(ctx, a.c, by, "conversion", key, attribution.ErrOrderConflict, func(ctx context.Context, tx ports.Tx) (Converted, error) {
		if unknown != nil { // asked for only now: an order that was answered before is answered again without its clicks
			return Converted{}, unknown
		}
		if err := tx.Conversions.Add(ctx, conversion); err != nil {
			return Converted{}, err
		}
		if touch.ID == "" {
			return Converted{Conversion: conversion}, nil
		}
		commission, err := a.earn(ctx, tx, conversion, program, touch)
		if err != nil {
			return Converted{}, err
		}
		return Converted{Conversion: conversion, Commissions: commission}, nil
	})
}

// lastTouch finds the click that earns, or the zero click. It reads outside the unit of work: clicks
// never change.
func (a *Attribution) lastTouch(ctx context.Context, p attribution.Program, c attribution.Conversion) (attribution.Click, error) {
	if c.Order.Click == "" {
		return attribution.Click{}, nil
	}
	named, ok, err := a.c.Clicks.Find(ctx, c.Order.Click)
	if err != nil {
		return attribution.Click{}, err
	}
	if !ok || named.Program != p.ID {
		return attribution.Click{}, attribution.ErrClickNotFound
	}
	at := c.At
	if named.At.After(at) {
		at = named.At // our clocks differ; the order cannot be older than the click it names
	}
	clicks, err := a.c.Clicks.ByVisitor(ctx, p.ID, named.Visitor, at.Add(-p.Window), maxTouches)
	if err != nil {
		return attribution.Click{}, err
	}
	touch, _ := attribution.LastTouch(clicks, p.ID, at, p.Window)
	return touch, nil
}

// earn computes the commission of a conversion and sets it aside if the budget reaches.
func (a *Attribution) earn(ctx context.Context, tx ports.Tx, c attribution.Conversion, p attribution.Program, touch attribution.Click) ([]attribution.Commission, error) {
	pool, _, err := tx.Pools.FindByInfluencer(ctx, staking.InfluencerID(touch.Influencer))
	if err != nil {
		return nil, err
	}
	id := attribution.CommissionID(a.c.IDs.New("comm"))
	commission, some, err := attribution.Earn(id, c, p, touch, attribution.PoolID(pool.ID), pool.Share)
	if err != nil || !some {
		return nil, err
	}
	if _, err := tx.Ledger.Lock(ctx, ledger.Budget(p.ID)); err != nil { // so that nobody takes a place in the queue meanwhile
		return nil, err
	}
	waiting, err := tx.Commissions.HasUnfunded(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if !waiting { // else the ones before come first
		if commission, err = a.setAside(ctx, tx, commission); err != nil {
			return nil, err
		}
	}
	return []attribution.Commission{commission}, tx.Commissions.Put(ctx, commission)
}

// setAside funds a commission from the budget, or gives it back unfunded when the budget is short.
func (a *Attribution) setAside(ctx context.Context, tx ports.Tx, c attribution.Commission) (attribution.Commission, error) {
	amount, err := c.Outstanding()
	if err != nil {
		return c, err
	}
	budget, err := tx.Ledger.Lock(ctx, ledger.Budget(c.Program))
	if err != nil || budget[0] < amount {
		return c, err
	}
	funded, err := c.Fund()
	if err != nil {
		return c, err
	}
	e, err := a.c.entry(ledger.KindConversion, "conversion:"+string(c.ID), a.c.Clock.Now(), terms(c),
		ledger.Move(ledger.Budget(c.Program), ledger.Pending(c.Program), amount))
	if err != nil {
		return c, err
	}
	return funded, tx.Ledger.Record(ctx, e)
}

// terms is what a commission's entries say about the rates that decided it.
func terms(c attribution.Commission) map[string]string {
	return map[string]string{
		"commission": string(c.ID),
		"rate_bps":   fmt.Sprint(c.Rate), "fee_bps": fmt.Sprint(c.FeeRate), "fans_bps": fmt.Sprint(c.FansShare),
	}
}

// Conversion gives a conversion to the merchant who reported it.
func (a *Attribution) Conversion(ctx context.Context, by Caller, id attribution.ConversionID) (Converted, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (Converted, error) {
		c, err := v.Conversions.Get(ctx, id)
		if err != nil {
			return Converted{}, err
		}
		if _, err := ownProgram(ctx, v.Programs, by, c.Order.Program); err != nil {
			return Converted{}, attribution.ErrConversionNotFound
		}
		commissions, err := v.Commissions.ListByConversion(ctx, id)
		if err != nil {
			return Converted{}, err
		}
		refunds, err := v.Conversions.Refunds(ctx, id)
		return Converted{Conversion: c, Commissions: commissions, Refunds: refunds}, err
	})
}

// Commissions pages through what the caller earned, in the order of ids.
func (a *Attribution) Commissions(ctx context.Context, by Caller, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return v.Commissions.ListByHolder(ctx, attribution.AccountID(by.Account), after, limit)
	})
}

// digest is the fingerprint of a request: each part is preceded by its length.
func digest(parts ...string) [32]byte {
	h := sha256.New()
	for _, part := range parts {
		h.Write(fmt.Appendf(nil, "%d:%s", len(part), part))
	}
	return [32]byte(h.Sum(nil))
}

// Refund books that amount of an order went back to the buyer, and takes back what belongs to it of
// the commission: from the pending amount before approval, and afterwards from the platform's fee and
// the influencer's part. The fans keep theirs. What the influencer does not have becomes a debt. The
// refund's id is the merchant's: the same refund again gives the first answer, another amount under it
// is attribution.ErrRefundConflict.
func (a *Attribution) Refund(ctx context.Context, by Caller, id attribution.ConversionID, refund string, amount money.Amount) (Converted, error) {
	now := a.c.Clock.Now()
	if err := attribution.CheckRefundID(refund); err != nil { // it becomes a key
		return Converted{}, err
	}
	key := Key{
		Value:   string(id) + "/" + refund,
		Request: digest(string(id), refund, amount.String()),
	}
	return onceFor(ctx, a.c, by, "refund", key, attribution.ErrRefundConflict, func(ctx context.Context, tx ports.Tx) (Converted, error) {
		conversion, err := tx.Conversions.Lock(ctx, id)
		if err != nil {
			return Converted{}, err
		}
		if _, err := ownProgram(ctx, tx.Programs, by, conversion.Order.Program); err != nil {
			return Converted{}, attribution.ErrConversionNotFound
		}
		conversion, row, err := conversion.Refund(refund, amount, now)
		if err != nil {
			return Converted{}, err
		}
		commissions, err := tx.Commissions.ListByConversion(ctx, id)
		if err != nil {
			return Converted{}, err
		}
		for i, c := range commissions {
			if err := c.Reversible(now); err != nil {
				return Converted{}, err
			}
			next, reversal, err := c.Reverse(conversion.Refunded)
			if err != nil {
				return Converted{}, err
			}
			if err := a.reverse(ctx, tx, c, next, reversal, now); err != nil {
				return Converted{}, err
			}
			if row.Reversed, err = row.Reversed.Add(reversal.Total); err != nil {
				return Converted{}, err
			}
			commissions[i] = next
		}
		if err := tx.Conversions.AddRefund(ctx, row); err != nil {
			return Converted{}, err
		}
		return Converted{Conversion: conversion, Commissions: commissions, Refunds: []attribution.Refund{row}},
			tx.Conversions.Put(ctx, conversion)
	})
}

// reverse books one reversal: was is the commission before it, is the one after.
func (a *Attribution) reverse(ctx context.Context, tx ports.Tx, was, is attribution.Commission, r attribution.Reversal, now time.Time) error {
	if err := tx.Commissions.Put(ctx, is); err != nil || r.Total == 0 || was.State == attribution.Unfunded {
		return err
	}
	kind := ledger.KindRefund
	postings := []ledger.Posting{ledger.Move(ledger.Pending(was.Program), ledger.Budget(was.Program), r.Total)}
	if was.State == attribution.Approved {
		var err error
		kind = ledger.KindClawback
		if postings, err = clawBack(ctx, tx, was, r, now); err != nil || len(postings) == 0 {
			return err
		}
	}
	reference := fmt.Sprintf("%s:%s:%s", kind, was.ID, is.Reversed) // what was reversed so far only grows
	e, err := a.c.entry(kind, reference, now, terms(is), postings...)
	if err != nil {
		return err
	}
	return tx.Ledger.Record(ctx, e)
}

// clawBack takes from the platform and the influencer what an approved commission gave. What the
// influencer does not have is owed: it stands as a debt, and earnings to come repay it.
func clawBack(ctx context.Context, tx ports.Tx, c attribution.Commission, r attribution.Reversal, now time.Time) ([]ledger.Posting, error) {
	if r.Fee == 0 && r.Net == 0 {
		return nil, nil // all of so little was the fans'
	}
	debts, err := tx.Debts.Lock(ctx, c.Holder)
	if err != nil {
		return nil, err
	}
	available, err := tx.Ledger.Lock(ctx, ledger.Available(c.Holder))
	if err != nil {
		return nil, err
	}
	taken := min(r.Net, available[0])
	owed, err := r.Net.Sub(taken)
	if err != nil {
		return nil, err
	}
	if owed.Positive() {
		debt := attribution.Debt{Holder: c.Holder, Program: c.Program, Since: now}
		for _, d := range debts {
			if d.Program == c.Program {
				debt = d
			}
		}
		if debt, err = debt.Grow(owed); err != nil {
			return nil, err
		}
		if err := tx.Debts.Put(ctx, debt); err != nil {
			return nil, err
		}
	}
	return []ledger.Posting{
		ledger.Move(ledger.Fees(), ledger.Budget(c.Program), r.Fee),
		ledger.Move(ledger.Available(c.Holder), ledger.Budget(c.Program), taken),
		ledger.Move(ledger.Owed(c.Holder), ledger.Receivable(c.Program), owed),
	}, nil
}
