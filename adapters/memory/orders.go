package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
)

// orders adds up conversions and commissions.
type orders struct{ *unit }

// Sum adds up the orders of periods.
func (o orders) Sum(_ context.Context, program attribution.ProgramID, link attribution.LinkID, periods []attribution.Period) ([]attribution.Orders, error) {
	s, err := o.read()
	if err != nil {
		return nil, err
	}
	all := make([]attribution.Orders, len(periods))
	for i, p := range periods {
		if link == "" {
			for _, c := range s.conversions.where(func(c attribution.Conversion) bool { return c.Order.Program == program && p.Has(c.At) }) {
				all[i] = all[i].Plus(attribution.Orders{Conversions: 1, Amount: c.Order.Amount})
			}
		}
		for _, c := range s.commissions.where(func(c attribution.Commission) bool {
			return c.Program == program && p.Has(c.EarnedAt) && (link == "" || c.Link == link)
		}) {
			of := attribution.OrdersOf(c)
			if link == "" {
				of.Conversions, of.Amount = 0, 0
			}
			all[i] = all[i].Plus(of)
		}
	}
	return all, nil
}

// SumLinks adds up the orders of links, and gives the greatest first.
func (o orders) SumLinks(_ context.Context, of attribution.Whose, period attribution.Period, by attribution.Ranking, only []attribution.LinkID, limit int) ([]attribution.LinkOrders, error) {
	s, err := o.read()
	if err != nil {
		return nil, err
	}
	sums := map[attribution.LinkID]attribution.Orders{}
	for _, c := range s.commissions.where(func(c attribution.Commission) bool {
		return c.Link != "" && period.Has(c.EarnedAt) && wants(of, c.Program, c.Holder) && (only == nil || slices.Contains(only, c.Link))
	}) {
		sums[c.Link] = sums[c.Link].Plus(attribution.OrdersOf(c))
	}
	var all []attribution.LinkOrders
	for link, sum := range sums {
		all = append(all, attribution.LinkOrders{Link: link, Orders: sum})
	}
	slices.SortFunc(all, func(a, b attribution.LinkOrders) int {
		greater := cmp.Compare(b.Conversions, a.Conversions)
		if by == attribution.RankCommission {
			greater = cmp.Compare(b.Kept(), a.Kept())
		}
		return cmp.Or(greater, cmp.Compare(a.Link, b.Link))
	})
	return first(all, limit), nil
}

// Commissions pages through the commissions of a program.
func (o orders) Commissions(_ context.Context, program attribution.ProgramID, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	s, err := o.read()
	if err != nil {
		return nil, err
	}
	return s.commissions.list(after, limit, func(c attribution.Commission) bool { return c.Program == program }), nil
}

// wants reports that something of a program and a holder is asked for.
func wants(of attribution.Whose, program attribution.ProgramID, holder attribution.AccountID) bool {
	return (of.Holder == "" || holder == of.Holder) && (of.Program == "" && of.Holder != "" || program == of.Program)
}
