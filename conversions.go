package twist

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
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
	considered, more, unknown := a.consider(ctx, conversion, found)
	var courses map[attribution.InfluencerID]course
	if unknown == nil {
		courses, unknown = a.courses(ctx, conversion, considered)
	}
	conversion.More, conversion.Order.Promo = more, ""
	key := Key{Value: string(order.Program) + "/" + order.ID, Request: requestOf(order, customer)}
	return onceFor(ctx, a.c, by, "conversion", key, attribution.ErrOrderConflict, func(ctx context.Context, tx ports.Tx) (Converted, error) {
		if unknown != nil { // asked for only now: an order that was answered before is answered again without its clicks
			return Converted{}, unknown
		}
		touches, err := ranked(ctx, tx, conversion, considered)
		if err != nil {
			return Converted{}, err
		}
		decided, err := conversion.Explain(touches)
		if err != nil {
			return Converted{}, err
		}
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
		suspected, err := a.suspected(ctx, tx, conversion, credits, ties, courses)
		if err != nil {
			return Converted{}, err
		}
		if binding, binds := conversion.Bind(program, customer, decided, unsuspected(credits, suspected)); binds {
			if err := tx.Bindings.Bind(ctx, binding); err != nil {
				return Converted{}, err
			}
		}
		tell := []news{{journal.ConversionReported, string(conversion.ID), string(by.Account), reported(conversion, touches)}}
		commissions, earnings, err := a.earn(ctx, tx, conversion, program, credits, suspected)
		if err != nil {
			return Converted{}, err
		}
		return Converted{Conversion: conversion, Commissions: commissions}, a.c.tell(ctx, tx, now, append(tell, earnings...)...)
	})
}

// consider gives the touches that an order is decided by: the promo code that it names, the clicks of the visitor whose
// click it names, or the binding of its customer, and whether there were more clicks. It reads outside the unit of
// work: clicks never change. What is too old to count is shown as such, as long as a program's window can be. A closed
// program takes only what something from before its end led to.
func (a *Attribution) consider(ctx context.Context, c attribution.Conversion, found evidence) (touches []attribution.Touch, more bool, err error) {
	if c.Promoted && found.promoted.ID == "" {
		return nil, false, attribution.ErrPromoUnknown
	}
	clicks, more, err := a.followed(ctx, c)
	if err != nil {
		return nil, false, err
	}
	touches = c.Consider(clicks)
	if c.Promoted {
		touches = append(touches, c.Promotion(found.promoted))
	}
	if c.Bound {
		touches = append(touches, c.Known(found.bound))
	}
	counts := func(t attribution.Touch) bool { return t.Reason == attribution.Counted }
	if !c.Rule.Until.IsZero() && !slices.ContainsFunc(touches, counts) {
		return nil, false, attribution.ErrProgramClosed
	}
	return touches, more, nil
}

// followed gives the clicks of the visitor whose click an order names, the latest and that one, and whether there are more.
func (a *Attribution) followed(ctx context.Context, c attribution.Conversion) (clicks []attribution.Click, more bool, err error) {
	if c.Order.Click == "" {
		return nil, false, nil
	}
	named, ok, err := a.c.Clicks.Find(ctx, c.Order.Click)
	if err != nil {
		return nil, false, err
	}
	if !ok || named.Program != c.Order.Program {
		return nil, false, attribution.ErrClickNotFound
	}
	clicks, err = a.c.Clicks.ByVisitor(ctx, c.Order.Program, named.Visitor, c.At.Add(-attribution.MaxWindow), maxTouches+1)
	if err != nil {
		return nil, false, err
	}
	more = len(clicks) > maxTouches
	clicks = clicks[:min(len(clicks), maxTouches)]
	if !slices.ContainsFunc(clicks, func(k attribution.Click) bool { return k.ID == named.ID }) {
		clicks = append(clicks, named)
	}
	return clicks, more, nil
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

// ranked gives touches with the tier of each influencer whose touch counts, where a rate asks for it. It is that of her
// pool as it stands, read without its lock: a stake that moves at the same moment comes before or after.
func ranked(ctx context.Context, tx ports.Tx, c attribution.Conversion, touches []attribution.Touch) ([]attribution.Touch, error) {
	if !c.Rule.Tiered() {
		return touches, nil
	}
	tiers := map[attribution.InfluencerID]attribution.Tier{}
	touches = slices.Clone(touches) // this may run again
	for i, touch := range touches {
		if touch.Reason != attribution.Counted {
			continue
		}
		if _, known := tiers[touch.Influencer]; !known {
			pool, _, err := tx.Pools.FindByInfluencer(ctx, staking.InfluencerID(touch.Influencer))
			if err != nil {
				return nil, err
			}
			tiers[touch.Influencer] = attribution.Tier(staking.TierOf(pool.Staked()).String()) // without one, the lowest
		}
		touches[i].Tier = tiers[touch.Influencer]
	}
	return touches, nil
}

// earners holds the merchant who reports and whoever earns, and gives the credits that earn: those of something, and
// not those of an influencer who was erased; and how each is tied to the merchant. The conversion stands, and the budget keeps
// what would have been set aside.
func (a *Attribution) earners(ctx context.Context, tx ports.Tx, by Caller, credits []attribution.Credit) (earn []attribution.Credit, ties []fraud.Credit, err error) {
	var holders []identity.AccountID
	for _, credit := range credits {
		holders = append(holders, identity.AccountID(credit.Holder))
	}
	held, err := holdLiving(ctx, tx, by, append(holders, by.Account)...)
	if err != nil {
		return nil, nil, err
	}
	holders = holders[:0]
	for i, credit := range credits {
		if !held[i].Erased() && credit.Amount.Positive() {
			earn, holders = append(earn, credit), append(holders, held[i].ID)
		}
	}
	ties, err = a.tied(ctx, tx, by.Account, holders)
	return earn, ties, err
}

// earn makes the commissions of a conversion, and sets them aside as far as the budget reaches.
func (a *Attribution) earn(ctx context.Context, tx ports.Tx, c attribution.Conversion, p attribution.Program, credits []attribution.Credit, suspected map[attribution.InfluencerID]fraud.Finding) ([]attribution.Commission, []news, error) {
	commissions := make([]attribution.Commission, 0, len(credits))
	for _, credit := range credits {
		pool, _, err := tx.Pools.FindByInfluencer(ctx, staking.InfluencerID(credit.Influencer))
		if err != nil {
			return nil, nil, err
		}
		pool, _, _ = pool.Roll(staking.EpochOf(c.At, a.c.Epoch)) // what was announced before may bind by now
		id := attribution.CommissionID(a.c.IDs.New("comm"))
		commissions = append(commissions, attribution.Earn(id, c, p, credit, attribution.PoolID(pool.ID), pool.Share))
	}
	if len(commissions) == 0 {
		return nil, nil, nil
	}
	tell, err := a.suspectAll(ctx, tx, c, commissions, suspected) // alerts are held before the ledger
	if err != nil {
		return nil, nil, err
	}
	if _, err := tx.Ledger.Lock(ctx, ledger.Budget(p.ID)); err != nil { // so that nobody takes a place in the queue meanwhile
		return nil, nil, err
	}
	waiting, err := tx.Commissions.HasUnfunded(ctx, p.ID)
	if err != nil {
		return nil, nil, err
	}
	for i, commission := range commissions {
		tell = append(tell, earned(journal.CommissionEarned, commission, earnedBy(commission)))
		if commission.Reason != "" {
			tell = append(tell, earned(journal.CommissionHeld, commission, facts{"by": ""}))
		}
		if !waiting { // else the ones before come first
			var funded []news
			if commission, funded, err = a.setAside(ctx, tx, commission, c.At); err != nil {
				return nil, nil, err
			}
			tell, waiting = append(tell, funded...), commission.State == attribution.Unfunded
		}
		if err := tx.Commissions.Put(ctx, commission); err != nil {
			return nil, nil, err
		}
		commissions[i] = commission
	}
	return commissions, tell, nil
}

// setAside funds a commission from the budget and tells of it, or gives it back unfunded when the budget is
// short.
func (a *Attribution) setAside(ctx context.Context, tx ports.Tx, c attribution.Commission, now time.Time) (attribution.Commission, []news, error) {
	amount, err := c.Outstanding()
	if err != nil {
		return c, nil, err
	}
	budget, err := tx.Ledger.Lock(ctx, ledger.Budget(c.Program))
	if err != nil || budget[0] < amount {
		return c, nil, err
	}
	funded, err := c.Fund()
	if err != nil {
		return c, nil, err
	}
	e, err := a.c.entry(ledger.KindConversion, "conversion:"+string(c.ID), now, terms(c),
		ledger.Move(ledger.Budget(c.Program), ledger.Pending(c.Program), amount))
	if err != nil {
		return c, nil, err
	}
	tell := earned(journal.CommissionFunded, funded, facts{"amount": amount.String()})
	return funded, []news{tell}, tx.Ledger.Record(ctx, e)
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
		if err := ownConversion(ctx, v.Programs, by, c); err != nil {
			return Converted{}, err
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
