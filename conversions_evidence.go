package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// evidence is what is known of an order beside its clicks.
type evidence struct {
	promoted attribution.Link    // whose promo code it names; none where it names none, or one that there is not
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
