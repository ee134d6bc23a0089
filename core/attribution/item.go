package attribution

import (
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// MaxItems is how many items an order may have.
const MaxItems = 100

// ErrItems means that the items of an order are not what it consists of.
var ErrItems = fault.New(fault.Invalid, "order_items_invalid", "an order has at most 100 items, of positive amounts that add up to its own")

// Item is a part of an order: a product, and what was paid for it. The same product may stand in several.
type Item struct {
	Product ProductID // empty only in the one line of an order without items
	Amount  money.Amount
}

// checkItems returns ErrItems or ErrProduct unless the order has no items, or items that make it up.
func (o Order) checkItems() error {
	if len(o.Items) > MaxItems {
		return ErrItems
	}
	var whole money.Amount
	for _, item := range o.Items {
		if err := item.Product.Check(); err != nil {
			return err
		}
		var err error
		if whole, err = whole.Add(item.Amount); err != nil || !item.Amount.Positive() {
			return ErrItems
		}
	}
	if len(o.Items) > 0 && whole != o.Amount {
		return ErrItems
	}
	return nil
}

// Lines are what earns, each by itself: the items of the order, or all of it as one line of no product.
func (o Order) Lines() []Item {
	if len(o.Items) > 0 {
		return o.Items
	}
	return []Item{{Amount: o.Amount}}
}

// Line is what a line of an order earns, and by which rate.
type Line struct {
	Item

	Rate  Rate
	Earns money.Amount
}

// Earning is what an order earns for whoever brought all of it, line by line.
type Earning struct {
	Tier  Tier // of whom; empty where no rate asks for it
	Lines []Line
	Pot   money.Amount // of all lines; never more than the order
}

// Rate is the one rate by which all lines earn, or zero where there are several or a flat one.
func (e Earning) Rate() money.Bps {
	for _, line := range e.Lines {
		if line.Rate.Bps != e.Lines[0].Rate.Bps {
			return 0
		}
	}
	return e.Lines[0].Rate.Bps // an order has a line
}

// earning is what the conversion earns at a tier.
func (c Conversion) earning(tier Tier) (Earning, error) {
	e := Earning{Tier: tier}
	for _, item := range c.Order.Lines() {
		line, err := c.Rule.price(item, tier)
		if err == nil {
			e.Pot, err = e.Pot.Add(line.Earns)
		}
		if err != nil {
			return Earning{}, err
		}
		e.Lines = append(e.Lines, line)
	}
	return e, nil
}

// price lets a line earn by the rate that gives most for it, in base units: a flat 5 is less than 50 % of 1,000. Of
// several that give the same the most special one is named.
func (r Rule) price(item Item, tier Tier) (Line, error) {
	if item.Amount < 0 {
		return Line{}, money.ErrNegative.Saying("a line of %s", item.Amount)
	}
	best := Line{Item: item, Rate: Rate{Bps: r.Rate, Flat: r.Flat}}
	var err error
	if best.Earns, err = best.Rate.Earns(item.Amount); err != nil {
		return Line{}, err
	}
	for _, rate := range r.Rates {
		if !rate.fits(item.Product, tier) {
			continue
		}
		earns, err := rate.Earns(item.Amount)
		if err != nil {
			return Line{}, err
		}
		if earns > best.Earns || earns == best.Earns && rate.special() > best.Rate.special() {
			best.Rate, best.Earns = rate, earns
		}
	}
	return best, nil
}
