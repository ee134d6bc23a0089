package attribution_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// TestOrderCheck: an order names its currency, and an amount in it. P-18
func TestOrderCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*attribution.Order)
		want   error
	}{
		"as_it_is":               {func(*attribution.Order) {}, nil},
		"no_id":                  {func(o *attribution.Order) { o.ID = "" }, attribution.ErrOrderID},
		"an_id_of_1":             {func(o *attribution.Order) { o.ID = "1" }, nil},
		"an_id_of_100":           {func(o *attribution.Order) { o.ID = strings.Repeat("ü", 100) }, nil},
		"an_id_of_101":           {func(o *attribution.Order) { o.ID = strings.Repeat("ü", 101) }, attribution.ErrOrderID},
		"an_id_with_a_break":     {func(o *attribution.Order) { o.ID = "a\r\nb" }, attribution.ErrOrderID},
		"an_id_that_is_no_text":  {func(o *attribution.Order) { o.ID = "\xc3\x28" }, attribution.ErrOrderID},
		"no_amount":              {func(o *attribution.Order) { o.Amount = 0 }, attribution.ErrOrderAmount},
		"a_negative_amount":      {func(o *attribution.Order) { o.Amount = -1 }, attribution.ErrOrderAmount},
		"one_unit":               {func(o *attribution.Order) { o.Amount = 1 }, nil},
		"the_largest_amount":     {func(o *attribution.Order) { o.Amount = money.Max }, nil},
		"no_currency":            {func(o *attribution.Order) { o.Currency = "" }, attribution.ErrCurrency},
		"another_currency":       {func(o *attribution.Order) { o.Currency = "USD" }, attribution.ErrCurrency},
		"the_currency_in_little": {func(o *attribution.Order) { o.Currency = "twist" }, attribution.ErrCurrency},
		"a_promo_code":           {func(o *attribution.Order) { o.Promo = " fay-10 " }, nil},
		"no_proper_promo_code":   {func(o *attribution.Order) { o.Promo = "FAY" }, attribution.ErrPromo},
		"no_click":               {func(o *attribution.Order) { o.Click = "" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := attribution.Order{Program: "prog_1", ID: "order 1", Amount: twist, Currency: attribution.Currency, Click: "clk_1"}
			test.change(&o)
			err := o.Check()
			require.ErrorIs(t, err, test.want)
			if test.want != nil {
				require.ErrorIs(t, err, fault.Invalid)
			}
		})
	}
	err := attribution.Order{ID: "1", Amount: 1, Currency: strings.Repeat("x", 1_000)}.Check()
	require.Less(t, len(err.Error()), 100, "a stranger's text is shown in part")
}

// converted is a conversion of an order, of which some went back already.
func converted(order, refunded money.Amount) attribution.Conversion {
	return attribution.Conversion{
		ID: "conv_1", Touch: "clk_1", Refunded: refunded, At: noon,
		Rule:  attribution.Rule{Version: attribution.RuleVersion, Model: attribution.Last, Window: 30 * day, Rate: 1_000},
		Order: attribution.Order{Program: "prog_1", ID: "1", Amount: order, Currency: attribution.Currency, Click: "clk_1"},
	}
}

func TestRefund(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		order, refunded money.Amount
		id              string
		amount          money.Amount
		after           time.Duration
		want            error
	}{
		"a_part":              {10, 0, "r", 3, day, nil},
		"all_of_it":           {10, 0, "r", 10, day, nil},
		"the_rest":            {10, 7, "r", 3, day, nil},
		"more_than_the_rest":  {10, 7, "r", 4, day, attribution.ErrRefundExceeds},
		"more_than_the_order": {10, 0, "r", 11, day, attribution.ErrRefundExceeds},
		"after_all_of_it":     {10, 10, "r", 1, day, attribution.ErrRefundExceeds},
		"what_would_wrap":     {money.Max, money.Max, "r", money.Max, day, attribution.ErrRefundExceeds},
		"nothing":             {10, 0, "r", 0, day, attribution.ErrRefundAmount},
		"a_negative_amount":   {10, 5, "r", -1, day, attribution.ErrRefundAmount},
		"no_id":               {10, 0, "", 3, day, attribution.ErrRefundID},
		"an_id_of_100":        {10, 0, strings.Repeat("r", 100), 3, day, nil},
		"an_id_of_101":        {10, 0, strings.Repeat("r", 101), 3, day, attribution.ErrRefundID},
		"an_id_with_a_break":  {10, 0, "a\nb", 3, day, attribution.ErrRefundID},
		"at_once":             {10, 0, "r", 3, 0, nil},
		"after_years":         {10, 0, "r", 3, 1_000 * day, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := converted(test.order, test.refunded)
			c, r, err := before.Refund(test.id, test.amount, noon.Add(test.after))
			require.Equal(t, converted(test.order, test.refunded), before)
			require.ErrorIs(t, err, test.want)
			if test.want != nil {
				require.Zero(t, c)
				require.Zero(t, r)
				return
			}
			require.Equal(t, converted(test.order, test.refunded+test.amount), c, "only what was refunded changes")
			require.Equal(t, attribution.Refund{Conversion: "conv_1", ID: test.id, Amount: test.amount, At: noon.Add(test.after)}, r)
		})
	}
}

func TestFaultsOfAttribution(t *testing.T) {
	t.Parallel()
	for kind, faults := range map[fault.Kind][]*fault.Fault{
		fault.NotFound: {
			attribution.ErrProgramNotFound, attribution.ErrLinkNotFound, attribution.ErrConversionNotFound,
		},
		fault.Conflict: {
			attribution.ErrCodeTaken, attribution.ErrOrderConflict, attribution.ErrRefundConflict, attribution.ErrRefundWindow,
			attribution.ErrCommissionState, attribution.ErrOnHold, attribution.ErrTouchesNotKept,
		},
		fault.Invalid: {attribution.ErrClickNotFound, attribution.ErrModel},
	} {
		for _, f := range faults {
			require.ErrorIs(t, f, kind, f.Code())
		}
	}
}
