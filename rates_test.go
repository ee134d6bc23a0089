package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// sets gives the program other rates.
func (d divided) sets(own attribution.Rate, special ...attribution.Rate) {
	d.t.Helper()
	_, err := d.Attribution.SetRates(d.ctx(), d.signIn("shop"), d.program, own, special)
	require.NoError(d.t, err)
}

// sells reports an order of items.
func (d divided) sells(id string, click attribution.ClickID, items ...attribution.Item) twist.Converted {
	d.t.Helper()
	order := orderOf(d.program, id, 0, click)
	order.Items = items
	for _, item := range items {
		order.Amount = sum(d.t, order.Amount, item.Amount)
	}
	sold, err := d.Attribution.ReportConversion(d.ctx(), d.signIn("shop"), order)
	require.NoError(d.t, err)
	return sold
}

// rated is a world in which the pool of ada is GOLD, and a program whose rates are of every kind.
func rated(w *world) divided {
	d := dividedIn(w, attribution.Linear, testkit.TWIST(1_000))
	d.deposit("fay", staking.Gold.From())
	d.stake("fay", d.pools["ada"], staking.Gold.From())
	d.sets(attribution.Rate{Bps: 1_000},
		attribution.Rate{Product: "pot", Flat: testkit.TWIST(3)},
		attribution.Rate{Tier: attribution.Gold, Bps: 2_000},
		attribution.Rate{Product: "cup", Tier: attribution.Gold, Bps: 5_000},
	)
	return d
}

// A6, P-18: an order earns line by line by the rate that gives most, each influencer at the tier of her pool when it was
// reported; what is stored explains it, whatever rates and tiers are later.
func TestOrdersEarnByTheirItemsAndTiers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := rated(w)
		shop := d.signIn("shop")
		pot, cup := attribution.Item{Product: "pot", Amount: testkit.TWIST(20)}, attribution.Item{Product: "cup", Amount: testkit.TWIST(10)}
		sold := d.sells("1", d.visit("ada", "bea"), pot, cup)
		// at GOLD 20 % of the pot beat the flat 3, and half of the cup 20 %; at BRONZE the flat 3 beat 10 %, and the cup has 10 %
		require.Equal(t, map[string]money.Amount{"ada": 4_500_000_000, "bea": 2_000_000_000}, d.grossOf(sold))
		before, err := d.Attribution.Explain(t.Context(), shop, sold.Conversion.ID)
		require.NoError(t, err)
		require.Equal(t, testkit.TWIST(9), before.Explanation.Pot)
		require.Equal(t, []attribution.Earning{
			{Tier: attribution.Gold, Pot: testkit.TWIST(9), Lines: []attribution.Line{
				{Item: pot, Rate: attribution.Rate{Tier: attribution.Gold, Bps: 2_000}, Earns: testkit.TWIST(4)},
				{Item: cup, Rate: attribution.Rate{Product: "cup", Tier: attribution.Gold, Bps: 5_000}, Earns: testkit.TWIST(5)},
			}},
			{Tier: attribution.Bronze, Pot: testkit.TWIST(4), Lines: []attribution.Line{
				{Item: pot, Rate: attribution.Rate{Product: "pot", Flat: testkit.TWIST(3)}, Earns: testkit.TWIST(3)},
				{Item: cup, Rate: attribution.Rate{Bps: 1_000}, Earns: testkit.TWIST(1)},
			}},
		}, before.Explanation.Earnings)
		for _, c := range sold.Commissions {
			require.Zero(t, c.Rate, "no single rate decided")
		}

		d.clock.Advance(day)
		d.leave("fay", d.pools["ada"], staking.Gold.From())
		d.sets(attribution.Rate{Flat: testkit.TWIST(1)})
		again, err := d.Attribution.Explain(t.Context(), shop, sold.Conversion.ID)
		require.NoError(t, err)
		require.Equal(t, before, again)
		alone, err := d.Attribution.Replay(t.Context(), shop, sold.Conversion.ID, attribution.First)
		require.NoError(t, err)
		require.Equal(t, testkit.TWIST(9), alone.Credits[0].Amount)
		own, err := d.Attribution.Explain(t.Context(), d.signIn("bea"), sold.Conversion.ID)
		require.NoError(t, err)
		require.Nil(t, own.Explanation.Earnings, "what was bought is the merchant's business")

		refunded := d.refund(sold, "half", testkit.TWIST(15))
		for _, c := range refunded.Commissions {
			require.Equal(t, c.Gross, 2*c.Reversed, "a refund is of the order, whatever its items")
		}
		later := d.sells("2", d.visit("ada", "bea"), pot, cup)
		require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(1), "bea": testkit.TWIST(1)}, d.grossOf(later), "a unit flat for each item")
		small := d.order(d.program, "3", testkit.TWIST(1)/2, d.visit("cyd"))
		require.Equal(t, testkit.TWIST(1)/2, small.Commissions[0].Gross, "and never more than the line")
		d.sound()
	})
}

// P-17: the items are a part of an order: the same again is answered, and others under its id are refused.
func TestItemsAreAPartOfTheOrder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := rated(w)
		pot, cup := attribution.Item{Product: "pot", Amount: testkit.TWIST(2)}, attribution.Item{Product: "cup", Amount: testkit.TWIST(1)}
		click := d.visit("ada")
		sold := d.sells("1", click, pot, cup)
		require.Equal(t, sold, d.sells("1", click, pot, cup))
		for _, other := range [][]attribution.Item{{cup, pot}, nil, {{Product: "pot", Amount: testkit.TWIST(3)}}} {
			order := sold.Conversion.Order
			order.Items = other
			require.ErrorIs(t, got(d.Attribution.ReportConversion(d.ctx(), d.signIn("shop"), order)), attribution.ErrOrderConflict)
		}
		order := orderOf(d.program, "2", testkit.TWIST(3), click)
		order.Items = []attribution.Item{pot}
		require.ErrorIs(t, got(d.Attribution.ReportConversion(d.ctx(), d.signIn("shop"), order)), attribution.ErrItems)
		d.sound()
	})
}

// Rates are the merchant's, whole, and told; those that are what there is change nothing.
func TestRatesAreSetAsAWhole(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := rated(w)
		shop := d.signIn("shop")
		own, gold := attribution.Rate{Flat: 7}, attribution.Rate{Tier: attribution.Gold, Bps: 1}
		d.sets(own, gold)
		events := len(d.told())
		d.sets(own, gold)
		require.Len(t, d.told(), events)
		p := d.funds("shop", d.program).Program
		require.Equal(t, []attribution.Rate{gold}, p.Rates)
		is := attribution.Rate{Bps: p.Rate, Flat: p.Flat}
		require.Equal(t, own, is)
		short := hold / 2
		changed, err := d.Attribution.ChangeProgram(d.ctx(), shop, d.program, twist.ProgramChange{Hold: &short})
		require.NoError(t, err)
		require.Equal(t, own.Flat, changed.Program.Flat, "other settings leave them")
		none, part := money.Bps(0), money.Bps(500)
		require.ErrorIs(t, got(d.Attribution.ChangeProgram(d.ctx(), shop, d.program, twist.ProgramChange{Rate: &none})), attribution.ErrRate)
		changed, err = d.Attribution.ChangeProgram(d.ctx(), shop, d.program, twist.ProgramChange{Rate: &part})
		require.NoError(t, err)
		require.Equal(t, attribution.Rate{Bps: 500}, attribution.Rate{Bps: changed.Program.Rate, Flat: changed.Program.Flat})
		require.Equal(t, []attribution.Rate{gold}, changed.Program.Rates)
		require.ErrorIs(t, got(d.Attribution.SetRates(d.ctx(), d.signIn("ada"), d.program, own, nil)), attribution.ErrProgramNotFound)
		require.ErrorIs(t, got(d.Attribution.SetRates(d.ctx(), shop, d.program, own, []attribution.Rate{own})), attribution.ErrRates)
		d.closes(d.program)
		require.ErrorIs(t, got(d.Attribution.SetRates(d.ctx(), shop, d.program, own, nil)), attribution.ErrProgramClosed)
	})
}

// The tiers that rates are for are those of pools.
func TestTiersAreThoseOfPools(t *testing.T) {
	t.Parallel()
	var names []attribution.Tier
	for _, tier := range staking.Tiers() {
		names = append(names, attribution.Tier(tier.String()))
	}
	require.Equal(t, names, attribution.Tiers())
}

// P-18: a program that changes while orders are reported judges each by what it was or by what it is, never by a mix.
func TestOrdersDuringAChangeAreJudgedByOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := dividedIn(w, attribution.Last, testkit.TWIST(1_000))
		click, shop := d.visit("ada"), d.signIn("shop")
		rate, long, short, model, refunds := money.Bps(1_000), 20*day, 5*day, attribution.First, 10*day
		got, errs := together(41, func(i int) (twist.Converted, error) {
			if i == 20 {
				_, err := d.Attribution.ChangeProgram(d.ctx(), shop, d.program, twist.ProgramChange{Rate: &rate, Window: &long, Hold: &short, Model: &model, Refunds: &refunds})
				return twist.Converted{}, err
			}
			return d.Attribution.ReportConversion(d.ctx(), shop, orderOf(d.program, numbered("order-", i), testkit.TWIST(10), click))
		})
		requireAll(t, errs)
		before := attribution.Rule{Version: attribution.RuleVersion, Model: attribution.Last, Window: 10 * day, Rate: 2_000}
		after := attribution.Rule{Version: attribution.RuleVersion, Model: model, Window: long, Rate: rate}
		for i, sold := range got {
			if i == 20 {
				continue
			}
			c := sold.Commissions[0]
			if sold.Conversion.Rule.Rate == before.Rate {
				require.Equal(t, before, sold.Conversion.Rule)
				require.Equal(t, c.EarnedAt.Add(hold), c.MatureAt)
				require.Equal(t, c.EarnedAt.Add(90*day), c.FinalAt)
				require.Equal(t, testkit.TWIST(2), c.Gross)
				continue
			}
			require.Equal(t, after, sold.Conversion.Rule)
			require.Equal(t, c.EarnedAt.Add(short), c.MatureAt)
			require.Equal(t, c.EarnedAt.Add(refunds), c.FinalAt)
			require.Equal(t, testkit.TWIST(1), c.Gross)
		}
		d.sound()
	})
}
