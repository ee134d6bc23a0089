package twist

import (
	"context"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// maxTouches bounds the clicks of one visitor that are looked at.
const maxTouches = 100

// evidence is what is known of an order beside its clicks.
type evidence struct {
	promoted attribution.Link    // whose promo code it names, also one that is reserved; none where it names none, or one that there is not
	bound    attribution.Binding // of its customer, also one that is over; none where something stronger decides
}

// customer gives the hash of the customer that an order names, and takes the name off it: no more of it is kept anywhere.
func (a *Attribution) customer(o *attribution.Order) attribution.Customer {
	hash := attribution.Customer(a.c.Visitors.Customer(string(o.Program), o.Customer))
	o.Customer = ""
	return hash
}

// offer gives the program of an order as it stands, and what else is known of the order, all of one moment.
func (a *Attribution) offer(ctx context.Context, by Caller, o attribution.Order, customer attribution.Customer) (p attribution.Program, found evidence, err error) {
	err = a.c.Store.Read(ctx, func(ctx context.Context, v ports.View) (err error) {
		if p, err = ownProgram(ctx, v.Programs, by, o.Program); err != nil {
			return err
		}
		if o.Promo != "" {
			found.promoted, _, err = v.Links.FindByPromo(ctx, p.ID, o.Promo.Look())
			return err
		}
		if o.Click == "" && customer != "" {
			found.bound, _, err = v.Bindings.Find(ctx, p.ID, customer)
		}
		return err
	})
	return p, found, err
}

// consider gives the touches that an order is decided by: the promo code that it names, the clicks of the visitor whose
// click it names, or the binding of its customer, and whether there were more clicks. It reads outside the unit of
// work: clicks never change. What is too old to count is shown as such, as long as a program's window can be. A closed
// program takes only what something from before its end led to.
func (a *Attribution) consider(ctx context.Context, c attribution.Conversion, found evidence) (touches []attribution.Touch, more bool, err error) {
	if c.Promoted && (found.promoted.ID == "" || found.promoted.Reserved) {
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
