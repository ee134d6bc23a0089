package attribution_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// earned is the commission of an order that one click brought.
func earned(t require.TestingT, order money.Amount, rate money.Bps, pool attribution.PoolID, share money.Bps) (attribution.Commission, bool) {
	c := converted(order, 0)
	c.Rule.Rate = rate
	e, err := c.Explain(c.Consider([]attribution.Click{click("clk_1", noon)}))
	require.NoError(t, err)
	require.Len(t, e.Credits, 1)
	if e.Credits[0].Amount == 0 {
		return attribution.Commission{}, false
	}
	return attribution.Earn("comm_1", c, attribution.Program{ID: "prog_1", Hold: 14 * day, Refunds: 60 * day}, e.Credits[0], pool, share), true
}

// reverse takes back what belongs to the refunds of the only commission of an order.
func reverse(c attribution.Commission, refunded money.Amount) (attribution.Commission, attribution.Reversal, error) {
	after, undone, err := attribution.Reverse([]attribution.Commission{c}, refunded, noon)
	if err != nil {
		return attribution.Commission{}, attribution.Reversal{}, err
	}
	return after[0], undone[0], nil
}

// pending is a commission that is set aside, of an order of which gross is all.
func pending(t require.TestingT, gross money.Amount) attribution.Commission {
	c, ok := earned(t, gross, money.Whole, "pool_1", 5_000)
	require.True(t, ok)
	c, err := c.Fund()
	require.NoError(t, err)
	return c
}

// mature is the first moment after the hold.
var mature = noon.Add(14 * day)

// TestEarn: a commission is the configured rate of the order, in its currency, and nothing else. P-18
func TestEarn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		order money.Amount
		rate  money.Bps
		want  money.Amount
	}{
		"a_tenth":                {100 * twist, 1_000, 10 * twist},
		"all_of_it":              {7, 10_000, 7},
		"the_least_that_earns":   {10_000, 1, 1},
		"a_unit_less_is_nothing": {9_999, 1, 0},
		"rounded_down":           {19_999, 1, 1},
		"the_most_there_can_be":  {money.Max, 10_000, money.Max},
		"nearly_the_most":        {money.Max, 9_999, 9_222_449_699_651_090_329},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ok := earned(t, test.order, test.rate, "pool_1", 2_000)
			require.Equal(t, test.want > 0, ok)
			if !ok {
				require.Zero(t, c)
				return
			}
			require.Equal(t, attribution.Commission{
				ID: "comm_1", Conversion: "conv_1", Program: "prog_1", Influencer: "infl_1", Holder: "acct_1", Pool: "pool_1",
				Order: test.order, Rate: test.rate, FeeRate: 1_000, FansShare: 2_000, Gross: test.want,
				State: attribution.Unfunded, EarnedAt: noon, MatureAt: mature, FinalAt: noon.Add(60 * day),
			}, c)
		})
	}
	for name, change := range map[string]func(*attribution.Conversion){
		"more_than_the_order": func(c *attribution.Conversion) { c.Rule.Rate = 10_001 },
		"a_negative_order":    func(c *attribution.Conversion) { c.Order.Amount = -1 },
		"no_model":            func(c *attribution.Conversion) { c.Rule.Model = "" },
	} {
		c := converted(1, 0)
		change(&c)
		e, err := c.Explain(nil)
		require.Error(t, err, name)
		require.Zero(t, e, name)
	}
}

// TestEveryCent earns on every amount from 0.01 to 1000.00 and finds each exact, where a
// floating-point number misses thousands of them. P-19
func TestEveryCent(t *testing.T) {
	t.Parallel()
	const cent = twist / 100
	for n := range money.Amount(100_000) {
		order := (n + 1) * cent
		c, ok := earned(t, order, 500, "", 0)
		require.True(t, ok)
		if c.Gross*20 != order {
			require.Failf(t, "inexact", "5 %% of %s is not %s", order, c.Gross)
		}
	}
}

func TestFund(t *testing.T) {
	t.Parallel()
	for state, want := range map[attribution.State]error{
		attribution.Unfunded: nil, attribution.Pending: attribution.ErrCommissionState,
		attribution.Approved: attribution.ErrCommissionState, attribution.Reversed: attribution.ErrCommissionState,
		"": attribution.ErrCommissionState,
	} {
		c, err := attribution.Commission{ID: "comm_1", State: state}.Fund()
		require.ErrorIs(t, err, want, state)
		if want == nil {
			require.Equal(t, attribution.Commission{ID: "comm_1", State: attribution.Pending}, c)
		} else {
			require.Zero(t, c)
		}
	}
}

// TestApprove: the parts make up the whole, to the unit. P-20, I-03, I-08
func TestApprove(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		gross, reversed money.Amount
		share           money.Bps
		pool            attribution.PoolID
		weighted        bool
		fee, fans, net  money.Amount
	}{
		"round":                      {1_000, 0, 5_000, "pool_1", true, 100, 450, 450},
		"fee_is_floored":             {1_009, 0, 0, "pool_1", true, 100, 0, 909},
		"fans_are_floored":           {11, 0, 5_000, "pool_1", true, 1, 5, 5},
		"the_rest_is_the_holders":    {19, 0, 5_000, "pool_1", true, 1, 9, 9},
		"one_unit_is_the_holders":    {1, 0, 9_999, "pool_1", true, 0, 0, 1},
		"one_unit_is_all_the_fans":   {1, 0, 10_000, "pool_1", true, 0, 1, 0},
		"thirds_of_a_hundred":        {9_999, 0, 3_333, "pool_1", true, 999, 2_999, 6_001},
		"nobody_staked":              {1_000, 0, 5_000, "pool_1", false, 100, 0, 900},
		"no_pool":                    {1_000, 0, 5_000, "", true, 100, 0, 900},
		"no_pool_and_nobody_staked":  {1_000, 0, 5_000, "", false, 100, 0, 900},
		"part_of_it_reversed_before": {1_000, 300, 5_000, "pool_1", true, 70, 315, 315},
		"the_most_there_can_be":      {money.Max, 0, 5_000, "pool_1", true, 922_337_203_685_477_580, 4_150_517_416_584_649_113, 4_150_517_416_584_649_114},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := pending(t, test.gross)
			c.Reversed, c.FansShare, c.Pool = test.reversed, test.share, test.pool
			got, err := c.Approve(mature, test.weighted)
			require.NoError(t, err)
			want := c
			want.State, want.Fee, want.Fans, want.Net, want.ApprovedAt = attribution.Approved, test.fee, test.fans, test.net, mature
			require.Equal(t, want, got)
			require.Equal(t, test.gross-test.reversed, test.fee+test.fans+test.net)
		})
	}
}

func TestApproveRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*attribution.Commission)
		at     time.Time
		want   error
	}{
		"the_moment_the_hold_ends":    {func(*attribution.Commission) {}, mature, nil},
		"the_moment_before":           {func(*attribution.Commission) {}, mature.Add(-1), attribution.ErrOnHold},
		"long_after":                  {func(*attribution.Commission) {}, mature.Add(1_000 * day), nil},
		"unfunded":                    {func(c *attribution.Commission) { c.State = attribution.Unfunded }, mature, attribution.ErrCommissionState},
		"approved":                    {func(c *attribution.Commission) { c.State = attribution.Approved }, mature, attribution.ErrCommissionState},
		"reversed":                    {func(c *attribution.Commission) { c.State = attribution.Reversed }, mature, attribution.ErrCommissionState},
		"unfunded_and_on_hold":        {func(c *attribution.Commission) { c.State = attribution.Unfunded }, noon, attribution.ErrCommissionState},
		"a_broken_fee":                {func(c *attribution.Commission) { c.FeeRate = 10_001 }, mature, money.ErrBps},
		"a_broken_share":              {func(c *attribution.Commission) { c.FansShare = -1 }, mature, money.ErrBps},
		"more_reversed_than_it_was":   {func(c *attribution.Commission) { c.Reversed = 1_001 }, mature, money.ErrNegative},
		"less_reversed_than_possible": {func(c *attribution.Commission) { c.Reversed = money.Min }, mature, money.ErrOverflow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := pending(t, 1_000)
			test.change(&c)
			got, err := c.Approve(test.at, true)
			require.ErrorIs(t, err, test.want)
			if test.want != nil {
				require.Zero(t, got)
			}
		})
	}
}

// TestReverse: a refund takes back its part of the commission and is told apart by the commission's
// state. P-22
func TestReverse(t *testing.T) {
	t.Parallel()
	c, _ := earned(t, 1_000, 1_000, "pool_1", 5_000) // 100 of 1,000
	unfunded, r, err := reverse(c, 500)
	require.NoError(t, err)
	require.Equal(t, attribution.Reversal{Total: 50}, r)
	require.Equal(t, attribution.Unfunded, unfunded.State)
	require.Equal(t, money.Amount(50), unfunded.Reversed)

	waiting, err := c.Fund()
	require.NoError(t, err)
	waiting, r, err = reverse(waiting, 9)
	require.NoError(t, err)
	require.Zero(t, r, "less than a unit")
	require.Zero(t, waiting.Reversed)
	waiting, r, err = reverse(waiting, 10)
	require.NoError(t, err)
	require.Equal(t, attribution.Reversal{Total: 1}, r)

	approved, err := waiting.Approve(mature, true) // 99: 9 and 45 and 45
	require.NoError(t, err)
	approved, r, err = reverse(approved, 120)
	require.NoError(t, err)
	require.Equal(t, attribution.Reversal{Total: 11, Fee: 1, Net: 5}, r)
	require.Equal(t, []money.Amount{8, 40, 40, 12}, []money.Amount{approved.Fee, approved.Fans, approved.Net, approved.Reversed})
	same, r, err := reverse(approved, 120)
	require.NoError(t, err)
	require.Zero(t, r, "the same refunds again take nothing")
	require.Equal(t, approved, same)

	gone, r, err := reverse(approved, 1_000)
	require.NoError(t, err)
	require.Equal(t, attribution.Reversal{Total: 88, Fee: 8, Net: 40}, r)
	require.Equal(t, attribution.Reversed, gone.State)
	require.Zero(t, gone.Fee+gone.Fans+gone.Net)
	still, r, err := reverse(gone, 1_000)
	require.NoError(t, err)
	require.Zero(t, r)
	require.Equal(t, gone, still)
}

// What was shared can be taken back until the window closes, and what was not at any time.
func TestReversible(t *testing.T) {
	t.Parallel()
	c, _ := earned(t, 1_000, 1_000, "pool_1", 5_000)
	for state, closes := range map[attribution.State]bool{
		attribution.Unfunded: false, attribution.Pending: false, attribution.Approved: true, attribution.Reversed: false,
	} {
		c.State = state
		require.NoError(t, c.Reversible(noon.Add(60*day-1)))
		require.Equal(t, closes, errors.Is(c.Reversible(noon.Add(60*day)), attribution.ErrRefundWindow), state)
	}
}

// TestReverseOfSeveral: what a refund takes is split by what is outstanding of each, and not by what each would have of
// the rest: of 6, 6 and 2 nobody has more after a refund than before, where dividing anew gives 2, 2, 0 of four units and
// 1, 1, 1 of three.
func TestReverseOfSeveral(t *testing.T) {
	t.Parallel()
	of := func(influencer attribution.InfluencerID, gross money.Amount) attribution.Commission {
		c := pending(t, 14)
		c.Influencer, c.Gross = influencer, gross
		return c
	}
	all := []attribution.Commission{of("infl_1", 6), of("infl_2", 6), of("infl_3", 2)}
	for refunded := money.Amount(1); refunded <= 14; refunded++ {
		after, undone, err := attribution.Reverse(all, refunded, noon)
		require.NoError(t, err)
		var taken money.Amount
		for i := range after {
			require.GreaterOrEqual(t, after[i].Reversed, all[i].Reversed)
			require.LessOrEqual(t, after[i].Reversed, all[i].Gross)
			taken += undone[i].Total
		}
		require.Equal(t, money.Amount(1), taken)
		all = after
	}
	for _, c := range all {
		require.Equal(t, attribution.Reversed, c.State)
	}
	one := []attribution.Commission{of("infl_1", 7), of("infl_2", 7)}
	other := []attribution.Commission{one[1], one[0]}
	after, _, err := attribution.Reverse(one, 1, noon)
	require.NoError(t, err)
	turned, _, err := attribution.Reverse(other, 1, noon)
	require.NoError(t, err)
	require.Equal(t, after[0], turned[1], "whose the odd unit is, a hash says, and not the order in which they come")
	require.Equal(t, after[1], turned[0])

	none, undone, err := attribution.Reverse(nil, 5, noon)
	require.NoError(t, err, "an order that earned nothing is refunded too")
	require.Empty(t, none)
	require.Empty(t, undone)
	for name, change := range map[string]func(c *attribution.Commission){
		"more_than_one_number_holds": func(c *attribution.Commission) { c.Gross = money.Max },
		"more_reversed_than_earned":  func(c *attribution.Commission) { c.Reversed = c.Gross + 1 },
	} {
		bent := []attribution.Commission{of("infl_1", 6), of("infl_2", 6)}
		change(&bent[1])
		_, _, err := attribution.Reverse(bent, 14, noon)
		require.Error(t, err, name)
	}
}

// TestReverseAroundWhatIsFinal: a refund that comes too late for some takes of the others what it would have taken anyway,
// and counts what the first keep; where nobody else has anything left it is refused (P-22).
func TestReverseAroundWhatIsFinal(t *testing.T) {
	t.Parallel()
	at := func(state attribution.State) attribution.Commission {
		c := pending(t, 1_000)
		c.Conversion, c.Influencer, c.Order, c.State = "conv_1", attribution.InfluencerID("infl_"+state), 2_000, state
		if state == attribution.Approved {
			c.Fee, c.Net = 100, 900
		}
		return c
	}
	final := noon.Add(60 * day)
	for state, want := range map[attribution.State]error{
		attribution.Unfunded: nil, attribution.Pending: nil, attribution.Held: nil,
		attribution.Rejected: attribution.ErrRefundWindow, attribution.Waived: attribution.ErrRefundWindow, attribution.Approved: attribution.ErrRefundWindow,
	} {
		all, undone, err := attribution.Reverse([]attribution.Commission{at(attribution.Approved), at(state)}, 1_500, final)
		require.ErrorIs(t, err, want, state)
		if want != nil {
			require.Nil(t, all)
			continue
		}
		require.Equal(t, []attribution.Reversal{{Kept: 750}, {Total: 750}}, undone)
		require.Equal(t, []any{attribution.Approved, money.Amount(0), money.Amount(750), money.Amount(100), money.Amount(900)}, []any{all[0].State, all[0].Reversed, all[0].Kept, all[0].Fee, all[0].Net})
		require.Equal(t, []any{state, money.Amount(750), money.Amount(0)}, []any{all[1].State, all[1].Reversed, all[1].Kept})
		all, undone, err = attribution.Reverse(all, 2_000, final)
		require.NoError(t, err)
		require.Equal(t, []attribution.Reversal{{Kept: 250}, {Total: 250}}, undone)
		require.Equal(t, []attribution.State{attribution.Approved, attribution.Reversed}, []attribution.State{all[0].State, all[1].State})
		_, _, err = attribution.Reverse(all, 2_000, final)
		require.ErrorIs(t, err, attribution.ErrRefundWindow, "nothing is left")
		_, undone, err = attribution.Reverse([]attribution.Commission{at(attribution.Approved), at(state)}, 1_500, final.Add(-1))
		require.NoError(t, err)
		require.Equal(t, []attribution.Reversal{{Total: 750, Fee: 75, Net: 675}, {Total: 750}}, undone, "in time")
	}
	sum, err := attribution.Reversal{Total: 1, Kept: 2, Fee: 3, Net: 4}.Plus(attribution.Reversal{Total: 10, Kept: 20, Fee: 30, Net: 40})
	require.NoError(t, err)
	require.Equal(t, attribution.Reversal{Total: 11, Kept: 22, Fee: 33, Net: 44}, sum)
	_, err = attribution.Reversal{Kept: money.Max}.Plus(attribution.Reversal{Kept: 1})
	require.ErrorIs(t, err, money.ErrOverflow)
}

// A commission that a bug or a hand has bent is refused rather than paid out of somebody's pocket.
func TestReverseRefuses(t *testing.T) {
	t.Parallel()
	approved, err := pending(t, 1_000).Approve(mature, true)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		change   func(*attribution.Commission)
		refunded money.Amount
		want     error
	}{
		"more_than_the_order":          {func(*attribution.Commission) {}, 1_001, attribution.ErrRefundExceeds},
		"more_than_the_order_by_far":   {func(*attribution.Commission) {}, money.Max, attribution.ErrRefundExceeds},
		"more_while_pending":           {func(c *attribution.Commission) { c.State = attribution.Pending }, 1_001, attribution.ErrRefundExceeds},
		"a_negative_refund":            {func(*attribution.Commission) {}, -1, money.ErrNegative},
		"less_than_before":             {func(c *attribution.Commission) { c.Reversed = 11 }, 10, fault.ErrInternal},
		"less_than_before_and_pending": {func(c *attribution.Commission) { c.Reversed, c.State = 11, attribution.Pending }, 10, fault.ErrInternal},
		"no_order":                     {func(c *attribution.Commission) { c.Order = 0 }, 0, money.ErrWeights},
		"reversed_below_nothing":       {func(c *attribution.Commission) { c.Reversed = money.Min }, 1, money.ErrOverflow},
		"more_kept_than_it_was":        {func(c *attribution.Commission) { c.Kept = 1_001 }, 1_000, fault.ErrInternal},
		"kept_below_nothing":           {func(c *attribution.Commission) { c.Kept = money.Min }, 1, money.ErrOverflow},
		"nothing_left_to_take_from":    {func(c *attribution.Commission) { c.Fee, c.Fans, c.Net = 0, 0, 0 }, 1, money.ErrWeights},
		"less_left_than_is_taken":      {func(c *attribution.Commission) { c.Fee, c.Fans, c.Net = 0, 0, 9 }, 10, fault.ErrInternal},
		"a_negative_part":              {func(c *attribution.Commission) { c.Fee = -1 }, 10, money.ErrWeights},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := approved
			test.change(&c)
			got, r, err := reverse(c, test.refunded)
			require.ErrorIs(t, err, test.want)
			require.Zero(t, got)
			require.Zero(t, r)
		})
	}
	exact := approved
	exact.Fee, exact.Fans, exact.Net = 0, 0, 10
	_, r, err := reverse(exact, 10)
	require.NoError(t, err, "as much as there is")
	require.Equal(t, attribution.Reversal{Total: 10, Net: 10}, r)
}

// scale is floor(a · part / whole), without a limit.
func scale(a, part, whole money.Amount) *big.Int {
	n := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(part)))
	return n.Div(n, big.NewInt(int64(whole)))
}

// A commission that was waived is worth nothing to anybody: a refund of its order moves nothing, and it stays waived.
func TestWaive(t *testing.T) {
	t.Parallel()
	c, ok := earned(t, 1_000, money.Whole, "pool_1", 5_000)
	require.True(t, ok)
	waived, err := c.Waive()
	require.NoError(t, err)
	require.Equal(t, attribution.Waived, waived.State)
	for _, refunded := range []money.Amount{300, 1_000} {
		all, undone, err := attribution.Reverse([]attribution.Commission{waived}, refunded, noon)
		require.NoError(t, err)
		require.Equal(t, attribution.Waived, all[0].State)
		require.Equal(t, refunded, all[0].Reversed)
		require.Zero(t, undone[0].Fee+undone[0].Net)
	}
	for _, state := range attribution.States() {
		c.State = state
		_, err := c.Waive()
		require.Equal(t, state != attribution.Unfunded, errors.Is(err, attribution.ErrCommissionState), state)
		if state == attribution.Waived {
			_, err = c.Fund()
			require.ErrorIs(t, err, attribution.ErrCommissionState)
			_, err = c.Approve(mature, true)
			require.ErrorIs(t, err, attribution.ErrCommissionState)
		}
	}
}
