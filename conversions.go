package twist

import (
	"context"
	"strings"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// Converted is a conversion with what it earned.
type Converted struct {
	Conversion  attribution.Conversion
	Commissions []attribution.Commission
	Refunds     []attribution.Refund
}

// ReportConversion books an order of a program of the caller's: the promo code that it names says whose it is; without
// one, the clicks of the visitor whose click the order names are considered, and the program's model divides what the
// order earns among the influencers whose links they followed; without either it is that of whom its customer is bound
// to, if the program binds customers. Each commission is set aside from the budget. The program and the order's id are
// the key: the same order again gives the first answer, the same id with other contents is
// attribution.ErrOrderConflict. A closed program takes orders that a click from before its end led to; others are
// attribution.ErrProgramClosed.
func (a *Attribution) ReportConversion(ctx context.Context, by Caller, order attribution.Order) (Converted, error) {
	now := a.c.Clock.Now()
	if err := order.Check(); err != nil {
		return Converted{}, err
	}
	order.Promo = attribution.Promo(strings.ToUpper(strings.TrimSpace(string(order.Promo))))
	customer := a.customer(&order)
	program, found, err := a.offer(ctx, by, order, customer)
	if err != nil {
		return Converted{}, err
	}
	conversion := attribution.Conversion{
		ID: attribution.ConversionID(a.c.IDs.New("conv")), Order: order, Rule: program.Rule().For(order), Promoted: order.Promo != "",
		Bound: found.bound.Customer != "", At: now,
	}
	touches, more, unknown := a.consider(ctx, conversion, found)
	var courses map[attribution.InfluencerID]course
	if unknown == nil {
		courses, unknown = a.courses(ctx, conversion, touches)
	}
	conversion.More, conversion.Order.Promo = more, ""
	key := Key{Value: string(order.Program) + "/" + order.ID, Request: requestOf(order, customer)}
	return onceFor(ctx, a.c, by, "conversion", key, attribution.ErrOrderConflict, func(ctx context.Context, tx ports.Tx) (Converted, error) {
		if unknown != nil { // asked for only now: an order that was answered before is answered again without its clicks
			return Converted{}, unknown
		}
		return a.book(ctx, tx, by, report{program, customer, conversion, touches, courses})
	})
}

// report is an order with what was read of it before the unit of work that books it.
type report struct {
	program    attribution.Program
	customer   attribution.Customer
	conversion attribution.Conversion
	touches    []attribution.Touch // without tiers
	courses    map[attribution.InfluencerID]course
}

// book decides what an order earns for whom, and keeps it with all that it was decided by.
func (a *Attribution) book(ctx context.Context, tx ports.Tx, by Caller, r report) (Converted, error) {
	touches, err := ranked(ctx, tx, r.conversion, r.touches)
	if err != nil {
		return Converted{}, err
	}
	decided, err := r.conversion.Explain(touches)
	if err != nil {
		return Converted{}, err
	}
	conversion := r.conversion
	conversion.Touch = decided.Touch()
	credits, ties, err := a.earners(ctx, tx, by, decided.Credits)
	if err != nil {
		return Converted{}, err
	}
	if err := tx.Conversions.Add(ctx, conversion); err != nil {
		return Converted{}, err
	}
	if len(touches) > 0 {
		if err := tx.Touches.Add(ctx, touches...); err != nil {
			return Converted{}, err
		}
	}
	suspected, err := a.suspected(ctx, tx, conversion, credits, ties, r.courses)
	if err != nil {
		return Converted{}, err
	}
	binding, binds := conversion.Bind(r.program, r.customer, decided, unsuspected(credits, suspected))
	if binds {
		if err := tx.Bindings.Bind(ctx, binding); err != nil {
			return Converted{}, err
		}
	}
	tell := []news{{journal.ConversionReported, string(conversion.ID), string(by.Account), reported(conversion, touches)}}
	commissions, earnings, err := a.earn(ctx, tx, conversion, r.program, credits, suspected)
	if err != nil {
		return Converted{}, err
	}
	if later, some := conversion.Bind(r.program, r.customer, decided, credits); some && !binds {
		if err := bindLater(ctx, tx, later, commissions); err != nil {
			return Converted{}, err
		}
	}
	return Converted{Conversion: conversion, Commissions: commissions}, a.c.tell(ctx, tx, conversion.At, append(tell, earnings...)...)
}

// requestOf is the fingerprint of an order.
func requestOf(o attribution.Order, customer attribution.Customer) [32]byte {
	parts := []string{string(o.Program), o.ID, o.Amount.String(), o.Currency, string(o.Click)}
	for _, item := range o.Items {
		parts = append(parts, string(item.Product), item.Amount.String())
	}
	if customer != "" {
		parts = append(parts, "", string(customer)) // no product has an empty name
	}
	if o.Promo != "" {
		parts = append(parts, string(o.Promo)) // the number of parts is even now
	}
	return digest(parts...)
}

// maxRefunds bounds the refunds of a conversion that are given with it: an order may be refunded unit by unit.
const maxRefunds = 1_000

// Conversion gives a conversion to the merchant who reported it, with its first thousand refunds by their ids; what all of
// them took back its commissions say.
func (a *Attribution) Conversion(ctx context.Context, by Caller, id attribution.ConversionID) (Converted, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (Converted, error) {
		c, err := v.Conversions.Get(ctx, id)
		if err != nil {
			return Converted{}, err
		}
		if err := ownConversion(ctx, v.Programs, by, c); err != nil {
			return Converted{}, err
		}
		commissions, err := v.Commissions.ListByConversion(ctx, id)
		if err != nil {
			return Converted{}, err
		}
		refunds, err := v.Conversions.Refunds(ctx, id, "", maxRefunds)
		return Converted{Conversion: c, Commissions: commissions, Refunds: refunds}, err
	})
}
