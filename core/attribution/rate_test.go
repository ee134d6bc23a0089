package attribution_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// rates are so many different ones.
func rates(n int) (all []attribution.Rate) {
	for i := range n {
		all = append(all, attribution.Rate{Product: attribution.ProductID(fmt.Sprintf("product-%03d", i)), Bps: 1})
	}
	return all
}

func backwards(all []attribution.Rate) []attribution.Rate {
	all = slices.Clone(all)
	slices.Reverse(all)
	return all
}

// Every limit of rates, on both sides.
func TestPriced(t *testing.T) {
	t.Parallel()
	open, err := attribution.OpenProgram("prog_1", "acct_m", "Tea", 1_000, day, day, noon)
	require.NoError(t, err)
	part := attribution.Rate{Bps: 1}
	of := func(r attribution.Rate) []attribution.Rate { return []attribution.Rate{r} }
	long := attribution.ProductID(strings.Repeat("a", 50))
	for name, test := range map[string]struct {
		own     attribution.Rate
		special []attribution.Rate
		want    error
	}{
		"a_part":                 {part, nil, nil},
		"the_whole":              {attribution.Rate{Bps: money.Whole}, nil, nil},
		"more_than_the_whole":    {attribution.Rate{Bps: money.Whole + 1}, nil, attribution.ErrRate},
		"less_than_nothing":      {attribution.Rate{Bps: -1}, nil, attribution.ErrRate},
		"nothing":                {attribution.Rate{}, nil, attribution.ErrRate},
		"one_unit":               {attribution.Rate{Flat: 1}, nil, nil},
		"the_most":               {attribution.Rate{Flat: money.Max}, nil, nil},
		"a_negative_amount":      {attribution.Rate{Flat: -1}, nil, attribution.ErrRate},
		"both":                   {attribution.Rate{Bps: 1, Flat: 1}, nil, attribution.ErrRate},
		"its_own_for_a_product":  {attribution.Rate{Product: "tea", Bps: 1}, nil, attribution.ErrRates},
		"its_own_for_a_tier":     {attribution.Rate{Tier: attribution.Gold, Bps: 1}, nil, attribution.ErrRates},
		"a_hundred":              {part, rates(100), nil},
		"a_hundred_and_one":      {part, rates(101), attribution.ErrRates},
		"one_for_everything":     {part, of(part), attribution.ErrRates},
		"two_for_one_product":    {part, append(rates(3), rates(3)[1]), attribution.ErrRates},
		"a_product_and_its_tier": {part, []attribution.Rate{{Product: "tea", Bps: 1}, {Product: "tea", Tier: attribution.Gold, Bps: 1}}, nil},
		"no_such_tier":           {part, of(attribution.Rate{Tier: "gold", Bps: 1}), attribution.ErrTier},
		"a_special_nothing":      {part, of(attribution.Rate{Product: "tea"}), attribution.ErrRate},
		"a_product_of_3":         {part, of(attribution.Rate{Product: "a-9", Bps: 1}), nil},
		"a_product_of_2":         {part, of(attribution.Rate{Product: "a9", Bps: 1}), attribution.ErrProduct},
		"a_product_of_50":        {part, of(attribution.Rate{Product: long, Bps: 1}), nil},
		"a_product_of_51":        {part, of(attribution.Rate{Product: long + "a", Bps: 1}), attribution.ErrProduct},
		"a_product_in_capitals":  {part, of(attribution.Rate{Product: "Tea", Bps: 1}), attribution.ErrProduct},
		"a_product_with_spaces":  {part, of(attribution.Rate{Product: "te a", Bps: 1}), attribution.ErrProduct},
	} {
		p, err := open.Priced(test.own, test.special)
		require.ErrorIs(t, err, test.want, name)
		if test.want != nil {
			require.ErrorIs(t, err, fault.Invalid, name)
			continue
		}
		is := attribution.Rate{Bps: p.Rate, Flat: p.Flat}
		require.Equal(t, test.own, is)
		require.Len(t, p.Rates, len(test.special))
		again, err := open.Priced(test.own, backwards(p.Rates)) // in any order the same
		require.NoError(t, err)
		require.Equal(t, p, again)
	}
	flat, err := open.Priced(attribution.Rate{Flat: 5}, nil)
	require.NoError(t, err)
	kept, err := flat.Change(0, day, 0)
	require.NoError(t, err)
	require.Equal(t, money.Amount(5), kept.Flat)
	_, err = flat.Change(1, day, 0)
	require.ErrorIs(t, err, attribution.ErrRate)
	_, err = open.Close(noon).Priced(part, nil)
	require.ErrorIs(t, err, attribution.ErrProgramClosed)
}

// items are so many of a unit each.
func items(n int) []attribution.Item {
	return slices.Repeat([]attribution.Item{{Product: "tea", Amount: 1}}, n)
}

func TestItemsMakeUpTheOrder(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		amount money.Amount
		items  []attribution.Item
		want   error
	}{
		"none":                 {7, nil, nil},
		"one":                  {7, []attribution.Item{{"tea", 7}}, nil},
		"the_same_twice":       {7, []attribution.Item{{"tea", 3}, {"tea", 4}}, nil},
		"too_little":           {7, []attribution.Item{{"tea", 6}}, attribution.ErrItems},
		"too_much":             {7, []attribution.Item{{"tea", 8}}, attribution.ErrItems},
		"one_for_nothing":      {7, []attribution.Item{{"tea", 7}, {"gift", 0}}, attribution.ErrItems},
		"one_below_nothing":    {7, []attribution.Item{{"tea", 8}, {"gift", -1}}, attribution.ErrItems},
		"more_than_can_be":     {7, []attribution.Item{{"tea", money.Max}, {"tea", money.Max}, {"tea", 9}}, attribution.ErrItems},
		"a_hundred":            {100, items(100), nil},
		"a_hundred_and_one":    {101, items(101), attribution.ErrItems},
		"of_no_product":        {7, []attribution.Item{{"", 7}}, attribution.ErrProduct},
		"of_no_proper_product": {7, []attribution.Item{{"Tea", 7}}, attribution.ErrProduct},
	} {
		o := attribution.Order{Program: "prog_1", ID: "1", Amount: test.amount, Currency: attribution.Currency, Items: test.items}
		require.ErrorIs(t, o.Check(), test.want, name)
	}
}

// A6: which rate a line earns by is decided by what it gives, in base units, and not by comparing amounts with
// parts; of equal ones the most special is named.
func TestTheRateThatGivesMost(t *testing.T) {
	t.Parallel()
	own, tea := attribution.Rate{Bps: 1_000}, attribution.ProductID("tea")
	for name, test := range map[string]struct {
		line  money.Amount
		rates []attribution.Rate
		want  attribution.Rate
		earns money.Amount
	}{
		"its_own":                       {1_000, nil, own, 100},
		"flat_500_against_half":         {1_000, []attribution.Rate{{Product: tea, Flat: 499}, {Tier: attribution.Gold, Bps: 5_000}}, attribution.Rate{Tier: attribution.Gold, Bps: 5_000}, 500},
		"half_against_flat_501":         {1_000, []attribution.Rate{{Product: tea, Flat: 501}, {Tier: attribution.Gold, Bps: 5_000}}, attribution.Rate{Product: tea, Flat: 501}, 501},
		"equal_product_and_tier":        {1_000, []attribution.Rate{{Product: tea, Flat: 500}, {Tier: attribution.Gold, Bps: 5_000}}, attribution.Rate{Product: tea, Flat: 500}, 500},
		"equal_to_its_own":              {1_000, []attribution.Rate{{Tier: attribution.Gold, Flat: 100}}, attribution.Rate{Tier: attribution.Gold, Flat: 100}, 100},
		"equal_both":                    {1_000, []attribution.Rate{{Product: tea, Flat: 500}, {Product: tea, Tier: attribution.Gold, Bps: 5_000}}, attribution.Rate{Product: tea, Tier: attribution.Gold, Bps: 5_000}, 500},
		"less_than_its_own":             {1_000, []attribution.Rate{{Product: tea, Tier: attribution.Gold, Flat: 99}}, own, 100},
		"flat_is_at_most_the_line":      {1_000, []attribution.Rate{{Product: tea, Flat: 1_001}}, attribution.Rate{Product: tea, Flat: 1_001}, 1_000},
		"of_another_product_or_tier":    {1_000, []attribution.Rate{{Product: "pot", Flat: 900}, {Tier: attribution.Silver, Flat: 900}, {Product: tea, Tier: attribution.Bronze, Flat: 900}}, own, 100},
		"what_is_rounded_to_a_draw":     {19, []attribution.Rate{{Product: tea, Bps: 1_049}}, attribution.Rate{Product: tea, Bps: 1_049}, 1},
		"the_largest_line_at_the_whole": {money.Max, []attribution.Rate{{Product: tea, Bps: 10_000}}, attribution.Rate{Product: tea, Bps: 10_000}, money.Max},
	} {
		c := converted(test.line, 0)
		c.Rule.Rate, c.Rule.Rates, c.Order.Items = own.Bps, test.rates, []attribution.Item{{tea, test.line}}
		touches := c.Consider([]attribution.Click{click("clk_1", noon)})
		touches[0].Tier = attribution.Gold
		e, err := c.Explain(touches)
		require.NoError(t, err, name)
		require.Equal(t, []attribution.Line{{Item: c.Order.Items[0], Rate: test.want, Earns: test.earns}}, e.Earnings[0].Lines, name)
		require.Equal(t, test.earns, e.Credits[0].Amount, name)
		require.Equal(t, test.want.Bps, e.Credits[0].Rate, name)
	}
}

// priced is a drawn conversion with items and rates of every kind, and touches with tiers.
func priced(rt *rapid.T) (attribution.Conversion, []attribution.Touch) {
	c, clicks := drawn(rt)
	products := []attribution.ProductID{"tea", "pot", "cup"}
	left := c.Order.Amount
	for n := rapid.IntRange(0, 5).Draw(rt, "items"); n > 0 && left > 0; n-- {
		part := money.Amount(rapid.Int64Range(1, int64(left)).Draw(rt, "part"))
		if n == 1 {
			part = left
		}
		left -= part
		c.Order.Items = append(c.Order.Items, attribution.Item{Product: rapid.SampledFrom(products).Draw(rt, "product"), Amount: part})
	}
	if left > 0 && len(c.Order.Items) > 0 {
		c.Order.Amount -= left
	}
	some := func(product attribution.ProductID, tier attribution.Tier) attribution.Rate {
		r := attribution.Rate{Product: product, Tier: tier, Flat: amount(rt)}
		if rapid.Bool().Draw(rt, "part") {
			r.Bps, r.Flat = money.Bps(rapid.IntRange(1, 10_000).Draw(rt, "bps")), 0
		}
		return r
	}
	own := some("", "")
	c.Rule.Rate, c.Rule.Flat = own.Bps, own.Flat
	for _, product := range append([]attribution.ProductID{""}, products...) {
		for _, tier := range append([]attribution.Tier{""}, attribution.Tiers()...) {
			if (product != "" || tier != "") && rapid.IntRange(0, 2).Draw(rt, "there") == 0 {
				c.Rule.Rates = append(c.Rule.Rates, some(product, tier))
			}
		}
	}
	touches := c.Consider(clicks)
	tiers := map[attribution.InfluencerID]attribution.Tier{}
	for i, touch := range touches {
		if _, known := tiers[touch.Influencer]; !known {
			tiers[touch.Influencer] = rapid.SampledFrom(attribution.Tiers()).Draw(rt, "tier")
		}
		touches[i].Tier = tiers[touch.Influencer]
	}
	return c, touches
}

// best is what a line earns at a tier, in numbers without a limit: the most that any rate for it gives.
func best(c attribution.Conversion, line attribution.Item, tier attribution.Tier) *big.Int {
	most := new(big.Int)
	for _, r := range append([]attribution.Rate{{Bps: c.Rule.Rate, Flat: c.Rule.Flat}}, c.Rule.Rates...) {
		if (r.Product != "" && r.Product != line.Product) || (r.Tier != "" && r.Tier != tier) {
			continue
		}
		earns := scale(line.Amount, money.Amount(r.Bps), 10_000)
		if r.Flat > 0 {
			earns = big.NewInt(int64(min(r.Flat, line.Amount)))
		}
		if earns.Cmp(most) > 0 {
			most = earns
		}
	}
	return most
}

// TestCreditsOfTiers holds orders of any items under any rates against numbers without a limit: each line earns what the
// best rate for it gives (A6); each influencer has her part of what the order earns at her tier to within a unit; all
// together have no more than it earns at the best tier, which is no more than the order, and at equal tiers exactly that
// (A1, P-18, P-20). Another order of rates and touches changes nothing (S7).
func TestCreditsOfTiers(t *testing.T) {
	t.Parallel()
	mixed := 0
	rapid.Check(t, func(rt *rapid.T) {
		c, touches := priced(rt)
		require.NoError(rt, c.Order.Check())
		e, err := c.Explain(touches)
		require.NoError(rt, err)
		pots := map[attribution.Tier]*big.Int{}
		for _, earning := range e.Earnings {
			pot := new(big.Int)
			for i, line := range c.Order.Lines() {
				require.Equal(rt, best(c, line, earning.Tier).String(), earning.Lines[i].Earns.String())
				pot.Add(pot, best(c, line, earning.Tier))
			}
			require.Equal(rt, pot.String(), earning.Pot.String())
			require.LessOrEqual(rt, earning.Pot, e.Pot)
			pots[earning.Tier] = pot
		}
		require.LessOrEqual(rt, e.Pot, c.Order.Amount)
		whole, weights := new(big.Int), new(big.Int)
		for _, credit := range e.Credits {
			weights.Add(weights, new(big.Int).SetUint64(credit.Weight))
		}
		for _, credit := range e.Credits {
			gave := big.NewInt(int64(credit.Amount))
			whole.Add(whole, gave)
			exact := new(big.Int).Mul(pots[credit.Tier], new(big.Int).SetUint64(credit.Weight)) // times all weights
			off := exact.Sub(exact, gave.Mul(gave, weights))
			require.Negative(rt, off.CmpAbs(weights), "within a unit of her part")
			require.GreaterOrEqual(rt, credit.Amount, money.Amount(0))
		}
		require.LessOrEqual(rt, whole.Cmp(big.NewInt(int64(e.Pot))), 0, "never more than at the best tier")
		if len(e.Credits) > 0 && len(e.Earnings) == 1 {
			require.Equal(rt, e.Pot.String(), whole.String(), "the credits make up the pot")
		}
		if len(e.Earnings) > 1 {
			mixed++
		}
		slices.Reverse(c.Rule.Rates)
		slices.Reverse(touches)
		again, err := c.Explain(touches)
		require.NoError(rt, err)
		require.Equal(rt, e.Credits, again.Credits)
		require.Equal(rt, e.Earnings, again.Earnings)

		c.Rule = c.Rule.For(c.Order)
		trimmed, err := c.Explain(touches)
		require.NoError(rt, err)
		require.Equal(rt, e.Credits, trimmed.Credits, "the rates that are left out could decide nothing")
	})
	require.Positive(t, mixed)
}

// By the largest remainder somebody's part of three units can be more than of four: all together have no more than the
// pot of the best tier even then.
func TestTiersNeverAddUpToMore(t *testing.T) {
	t.Parallel()
	c := converted(4, 0)
	c.Rule.Model, c.Rule.Rate = attribution.Linear, 7_500
	c.Rule.Rates = []attribution.Rate{{Tier: attribution.Gold, Bps: 10_000}}
	var clicks []attribution.Click
	for i, of := range []int{1, 1, 1, 2, 2, 2, 3} { // weights of 3, 3 and 1, as 6, 6 and 2
		k := click(attribution.ClickID(fmt.Sprintf("clk_%d", i)), noon.Add(-day))
		k.Influencer = attribution.InfluencerID(fmt.Sprintf("infl_%d", of))
		clicks = append(clicks, k)
	}
	touches := c.Consider(clicks)
	for i := range touches {
		touches[i].Tier = attribution.Gold
	}
	touches[6].Tier = attribution.Bronze
	e, err := c.Explain(touches)
	require.NoError(t, err)
	got := map[attribution.InfluencerID]money.Amount{}
	for _, credit := range e.Credits {
		got[credit.Influencer] = credit.Amount
	}
	require.Equal(t, map[attribution.InfluencerID]money.Amount{"infl_1": 2, "infl_2": 2, "infl_3": 0}, got)
}
