package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// MaxBinding bounds how long a program's customers may be bound.
const MaxBinding = 730 * day

// Faults of a binding.
var (
	ErrCustomer = fault.New(fault.Invalid, "customer_id_invalid", "a customer id has 1 to 100 printable characters")
	ErrBinding  = fault.New(fault.Invalid, "binding_invalid", "customers are bound for 0 to 730 days, in whole microseconds")
)

// Customer is a hash that stands for a customer of a merchant's in one program, and says nothing else about it. The empty
// one is nobody.
type Customer string

// Binding says whose the orders of a customer are that name nothing else: those of the influencer who brought the first
// order that earned something. Another takes its place only when it is over.
type Binding struct {
	Program    ProgramID
	Customer   Customer
	Link       LinkID
	Influencer InfluencerID
	Holder     AccountID
	Conversion ConversionID // the order that bound
	Commission CommissionID // held: while it is, this binds nobody; empty for one that binds
	At         time.Time
	Until      time.Time // from then on it counts no more
}

// Binds reports that the binding counts at a moment.
func (b Binding) Binds(at time.Time) bool { return b.Commission == "" && !b.Over(at) }

// Over reports that the binding counts no more at a moment, nor will.
func (b Binding) Over(at time.Time) bool { return !at.Before(b.Until) }

// Released is the binding once the commission that it waited for is released: it begins at that moment, so that what is over by
// then gives way to it, and ends when it would have.
func (b Binding) Released(now time.Time) Binding {
	b.Commission = ""
	if now.After(b.At) { // the clock of another process
		b.At = now.UTC()
	}
	return b
}

// Waiting is the binding of an order that binds nobody because what it earned is held: it waits for the commission of whom
// the order would have bound. There is none where she has none.
func (b Binding) Waiting(commissions []Commission) (Binding, bool) {
	for _, c := range commissions {
		if c.Influencer == b.Influencer {
			b.Commission = c.ID
			return b, true
		}
	}
	return Binding{}, false
}

// Binding is the program with another span for which customers of orders to come are bound; zero binds none. It fails
// with ErrBinding.
func (p Program) Binding(span time.Duration) (Program, error) {
	if span < 0 || span > MaxBinding || span%time.Microsecond != 0 {
		return Program{}, ErrBinding
	}
	p.Bound = span
	return p, nil
}

// Bind is the binding that an order makes of its customer: to the latest touch that has a part in it, among those whose
// influencers earned. There is none where the program binds nobody, the order names no customer, is itself one of a
// binding, or earned nothing.
func (c Conversion) Bind(p Program, customer Customer, e Explanation, earned []Credit) (Binding, bool) {
	if p.Bound == 0 || customer == "" || c.Bound {
		return Binding{}, false
	}
	for i := len(e.Touches) - 1; i >= 0; i-- {
		t := e.Touches[i]
		for _, credit := range earned {
			if t.Weight > 0 && credit.Influencer == t.Influencer {
				return Binding{
					Program: p.ID, Customer: customer, Link: t.Link, Influencer: t.Influencer, Holder: t.Holder,
					Conversion: c.ID, At: c.At, Until: c.At.Add(p.Bound),
				}, true
			}
		}
	}
	return Binding{}, false
}

// Known is the touch that the binding of an order's customer is: it counts while the binding does and the program is open.
func (c Conversion) Known(b Binding) Touch {
	t := Touch{Conversion: c.ID, Link: b.Link, Influencer: b.Influencer, Holder: b.Holder, At: c.At, Reason: Counted}
	switch {
	case c.Rule.closed(c.At):
		t.Reason = Closed
	case !b.Binds(c.At):
		t.Reason = Expired
	}
	return t
}
