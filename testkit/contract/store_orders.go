package contract

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

func orderTests() map[string]storeTest {
	return map[string]storeTest{
		"orders_are_what_the_rows_add_up_to":                      seeded(orderSums),
		"commissions_of_a_program_come_in_the_order_of_their_ids": seeded(orderCommissions),
		"orders_that_do_not_fit_are_cut_off":                      seeded(orderSumsCapped),
		"links_are_summed_those_that_brought_most_first":          seeded(orderLinks),
	}
}

// traded is orders with their commissions.
type traded struct {
	conversions []attribution.Conversion
	commissions []attribution.Commission
}

// trade keeps drawn orders of program 0 within three days, most with commissions in one of the states.
func trade(t *testing.T, s ports.Store) (all traded) {
	t.Helper()
	random := rand.New(rand.NewPCG(5, 5))
	for n := 100; n < 160; n++ {
		c := conversion(n)
		c.At = monday.Add(time.Duration(random.IntN(72*3600)) * time.Second)
		if n%5 == 0 {
			c.At = c.At.Truncate(time.Hour)
		}
		c.Order.Amount = money.Amount(1_000_000 + random.IntN(1000))
		all.conversions = append(all.conversions, c)
		if n%6 == 0 {
			continue
		}
		k := commission(n, attribution.States()[random.IntN(len(attribution.States()))])
		k.Conversion, k.Order, k.EarnedAt, k.MatureAt, k.FinalAt = c.ID, c.Order.Amount, c.At, c.At, c.At
		k.Link = link(random.IntN(3)).ID
		if n%11 == 0 {
			k.Link = ""
		}
		all.commissions = append(all.commissions, k)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Conversions.Add, all.conversions...)
	})
	putCommissions(t, s, all.commissions...)
	return all
}

// orders are those of a period, from the rows themselves.
func (a traded) orders(in attribution.Period, link attribution.LinkID) (sum attribution.Orders) {
	for _, c := range a.conversions {
		if link == "" && in.Has(c.At) {
			sum = sum.Plus(attribution.Orders{Conversions: 1, Amount: c.Order.Amount})
		}
	}
	for _, c := range a.commissions {
		if !in.Has(c.EarnedAt) || link != "" && c.Link != link {
			continue
		}
		of := attribution.OrdersOf(c)
		if link == "" {
			of.Conversions, of.Amount = 0, 0 // which the conversions say
		}
		sum = sum.Plus(of)
	}
	return sum
}

func orderSums(t *testing.T, s ports.Store) {
	all := trade(t, s)
	for _, by := range attribution.Steps() {
		periods, err := attribution.Periods(by, attribution.Period{From: monday.Add(-time.Hour), To: monday.Add(74 * time.Hour)})
		require.NoError(t, err)
		for _, id := range []attribution.LinkID{"", link(0).ID, link(1).ID, link(2).ID, link(3).ID} {
			got := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Orders, error) {
				return v.Orders.Sum(ctx, program(0).ID, id, periods)
			})
			require.Len(t, got, len(periods))
			for i, p := range periods {
				require.Equal(t, all.orders(p, id), got[i], "%s %q %s", by, id, p.From)
			}
			elsewhere := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Orders, error) {
				return v.Orders.Sum(ctx, program(1).ID, id, periods)
			})
			require.Equal(t, make([]attribution.Orders, len(periods)), elsewhere)
		}
	}
}

func orderSumsCapped(t *testing.T, s ports.Store) {
	for n := 100; n < 102; n++ {
		c := conversion(n)
		c.At, c.Order.Amount = monday, money.Max-1
		write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Conversions.Add(ctx, c) })
		k := commission(n, attribution.Waived)
		k.Conversion, k.Order, k.EarnedAt, k.MatureAt, k.FinalAt, k.Link = c.ID, c.Order.Amount, monday, monday, monday, link(0).ID
		k.Gross, k.Reversed = money.Max-1, 0
		putCommissions(t, s, k)
	}
	want := []attribution.Orders{{Conversions: 2, Amount: money.Max, Commission: money.Max, Lost: money.Max}}
	for _, id := range []attribution.LinkID{"", link(0).ID} {
		require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Orders, error) {
			return v.Orders.Sum(ctx, program(0).ID, id, anHour)
		}))
	}
	require.Equal(t, []attribution.LinkOrders{{Link: link(0).ID, Orders: want[0]}}, view(t, s, func(ctx context.Context, v ports.View) ([]attribution.LinkOrders, error) {
		return v.Orders.SumLinks(ctx, attribution.Whose{Program: program(0).ID}, anHour[0], attribution.RankCommission, nil, 9)
	}))
}

func orderLinks(t *testing.T, s ports.Store) {
	all := trade(t, s)
	period := attribution.Period{From: monday, To: monday.Add(40 * time.Hour)}
	for _, by := range attribution.Rankings() {
		var want []attribution.LinkOrders
		for l := range 3 {
			want = append(want, attribution.LinkOrders{Link: link(l).ID, Orders: all.orders(period, link(l).ID)})
		}
		slices.SortFunc(want, func(a, b attribution.LinkOrders) int {
			greater := cmp.Compare(b.Conversions, a.Conversions)
			if by == attribution.RankCommission {
				greater = cmp.Compare(b.Kept(), a.Kept())
			}
			return cmp.Or(greater, cmp.Compare(a.Link, b.Link))
		})
		for _, of := range []attribution.Whose{{Program: program(0).ID}, {Holder: attribution.AccountID(accountID(0))}, {Program: program(0).ID, Holder: attribution.AccountID(accountID(0))}} {
			sums := func(only []attribution.LinkID, limit int) []attribution.LinkOrders {
				return view(t, s, func(ctx context.Context, v ports.View) ([]attribution.LinkOrders, error) {
					return v.Orders.SumLinks(ctx, of, period, by, only, limit)
				})
			}
			for limit := range 5 {
				require.True(t, slices.Equal(want[:min(limit, 3)], sums(nil, limit)), "%s, %d of %v", by, limit, want)
			}
			require.Equal(t, want[1:2], sums([]attribution.LinkID{want[1].Link}, 9))
			require.Empty(t, sums([]attribution.LinkID{}, 9))
		}
		for _, of := range []attribution.Whose{
			{Program: program(1).ID},
			{Program: program(1).ID, Holder: attribution.AccountID(accountID(0))},
			{Program: program(0).ID, Holder: attribution.AccountID(accountID(1))},
		} {
			none := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.LinkOrders, error) {
				return v.Orders.SumLinks(ctx, of, period, by, nil, 9)
			})
			require.Empty(t, none)
		}
	}
}

func orderCommissions(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Add(ctx, program(1)) })
	other := commission(7, attribution.Pending)
	other.Program = program(1).ID
	want := []attribution.Commission{commission(1, attribution.Unfunded), commission(3, attribution.Approved), commission(5, attribution.Pending)}
	putCommissions(t, s, want[2], other, want[0], want[1])
	requirePages(t, s, want, func(ctx context.Context, v ports.View, after attribution.Commission, limit int) ([]attribution.Commission, error) {
		return v.Orders.Commissions(ctx, program(0).ID, after.ID, limit)
	})
}
