package fraud_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fraud"
)

// I-17: every limit from both sides: less than two seconds after its click, less than five, and whoever pays for it.
func TestSuspect(t *testing.T) {
	t.Parallel()
	click := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	findings := map[fraud.Name]fraud.Finding{
		fraud.SelfReferral:   {Rule: fraud.SelfReferral, Kind: fraud.KindOrders, Severity: fraud.Critical, Confidence: 95},
		fraud.SharedMailbox:  {Rule: fraud.SharedMailbox, Kind: fraud.KindOrders, Severity: fraud.Critical, Confidence: 95},
		fraud.ClickInjection: {Rule: fraud.ClickInjection, Kind: fraud.KindOrders, Severity: fraud.High, Confidence: 90},
		fraud.CookieStuffing: {Rule: fraud.CookieStuffing, Kind: fraud.KindOrders, Severity: fraud.Medium, Confidence: 70},
	}
	for name, test := range map[string]struct {
		credit fraud.Credit
		want   fraud.Name
	}{
		"an_honest_one":         {fraud.Credit{Clicked: click, Ordered: click.Add(time.Minute)}, ""},
		"five_seconds":          {fraud.Credit{Clicked: click, Ordered: click.Add(5 * time.Second)}, ""},
		"a_little_less":         {fraud.Credit{Clicked: click, Ordered: click.Add(5*time.Second - 1)}, fraud.CookieStuffing},
		"two_seconds":           {fraud.Credit{Clicked: click, Ordered: click.Add(2 * time.Second)}, fraud.CookieStuffing},
		"less_than_two_seconds": {fraud.Credit{Clicked: click, Ordered: click.Add(2*time.Second - 1)}, fraud.ClickInjection},
		"at_once":               {fraud.Credit{Clicked: click, Ordered: click}, fraud.ClickInjection},
		"before_its_click":      {fraud.Credit{Clicked: click, Ordered: click.Add(-time.Hour)}, fraud.ClickInjection},
		"by_a_promo_code":       {fraud.Credit{Ordered: click}, ""},
		"by_the_merchant":       {fraud.Credit{Self: true, Ordered: click}, fraud.SelfReferral},
		"by_one_mailbox":        {fraud.Credit{Mailbox: true, Ordered: click}, fraud.SharedMailbox},
		"one_hand_in_two":       {fraud.Credit{Self: true, Mailbox: true, Ordered: click}, fraud.SelfReferral},
		"the_surest_counts":     {fraud.Credit{Self: true, Clicked: click, Ordered: click}, fraud.SelfReferral},
		"of_many_clicks":        {fraud.Credit{Self: true, Clicked: click, Ordered: click.Add(time.Hour), Traffic: fraud.Traffic{Clicks: 10_000, Orders: 1}}, fraud.SelfReferral},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, some := fraud.Canonical().Suspect(test.credit)
			require.Equal(t, test.want != "", some)
			require.Equal(t, findings[test.want], found)
			_, some = fraud.Silent().Suspect(test.credit)
			require.False(t, some)
			strict := fraud.Canonical()
			strict.Review = 90
			_, some = strict.Suspect(test.credit)
			require.Equal(t, test.want != "" && test.want != fraud.CookieStuffing, some, "it is not sure enough")
		})
	}
	for name, f := range findings {
		r := fraud.Canonical()
		r.Review = f.Confidence
		require.True(t, r.Heeds(name))
		r.Review++
		require.False(t, r.Heeds(name), "it is not sure enough")
	}
	for _, bad := range []func(*fraud.Rules){
		func(r *fraud.Rules) { r.Injection = 0 }, func(r *fraud.Rules) { r.Stuffing = 0 }, func(r *fraud.Rules) { r.Flood = 0 },
		func(r *fraud.Rules) { r.FloodDays = 0 }, func(r *fraud.Rules) { r.FloodDays = 31 },
	} {
		r := fraud.Canonical()
		bad(&r)
		require.ErrorIs(t, r.Check(), fraud.ErrRules)
	}
	for _, days := range []int{1, 30} {
		r := fraud.Canonical()
		r.Injection, r.Stuffing, r.Flood, r.FloodDays = 1, 1, 1, days
		require.NoError(t, r.Check(), "the least and the most there can be")
	}
}

// I-17: ten thousand clicks or more for each order are held, from both sides; never what less than ten thousand brought, what a
// promo code did, or what an operator found good.
func TestFlooding(t *testing.T) {
	t.Parallel()
	click := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		traffic fraud.Traffic
		held    bool
	}{
		"nobody's":                     {fraud.Traffic{Orders: 1}, false},
		"the first order of few":       {fraud.Traffic{Clicks: 9_999, Orders: 1}, false},
		"the first order of many":      {fraud.Traffic{Clicks: 10_000, Orders: 1}, true},
		"the second of them":           {fraud.Traffic{Clicks: 10_000, Orders: 2}, false},
		"one too few for two":          {fraud.Traffic{Clicks: 19_999, Orders: 2}, false},
		"enough for two":               {fraud.Traffic{Clicks: 20_000, Orders: 2}, true},
		"a hundred of a million":       {fraud.Traffic{Clicks: 1_000_000, Orders: 100}, true},
		"one more":                     {fraud.Traffic{Clicks: 1_000_000, Orders: 101}, false},
		"one more, while looked at":    {fraud.Traffic{Clicks: 1_000_000, Orders: 101, Watched: true}, true},
		"few, while looked at":         {fraud.Traffic{Clicks: 9_999, Orders: 1, Watched: true}, false},
		"found good":                   {fraud.Traffic{Clicks: 1_000_000, Orders: 1, Cleared: true}, false},
		"found good, and found again":  {fraud.Traffic{Clicks: 1_000_000, Orders: 1, Cleared: true, Watched: true}, true},
		"more than anybody can follow": {fraud.Traffic{Clicks: math.MaxInt64, Orders: math.MaxInt64 / 10_000}, true},
		"one order more than those":    {fraud.Traffic{Clicks: math.MaxInt64, Orders: math.MaxInt64/10_000 + 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.traffic.Excess = 7
			credit := fraud.Credit{Clicked: click, Ordered: click.Add(time.Hour), Traffic: test.traffic}
			found, some := fraud.Canonical().Suspect(credit)
			require.Equal(t, test.held, some)
			if some {
				require.Equal(t, fraud.Finding{
					Rule: fraud.ClickFlooding, Kind: fraud.KindOrders, Severity: fraud.High, Confidence: 80, Clicks: test.traffic.Clicks, Excess: 7,
				}, found)
			}
			credit.Clicked = time.Time{}
			_, some = fraud.Canonical().Suspect(credit)
			require.False(t, some, "what a promo code brought no click can have taken")
			_, some = fraud.Silent().Suspect(credit)
			require.False(t, some)
		})
	}
	require.True(t, fraud.Canonical().Heeds(fraud.ClickFlooding))
	require.False(t, fraud.Canonical().Heeds(fraud.RapidStakes), "no rule of orders")
	require.False(t, fraud.Silent().Heeds(fraud.ClickFlooding))
}

// A click is held against whole days that are over: those before today, or until its own day where that is over.
func TestDaysOfAClick(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct{ clicked, ordered, to time.Time }{
		"today":                    {today.Add(8 * time.Hour), today.Add(9 * time.Hour), today},
		"yesterday":                {today.Add(-1), today, today},
		"at the first moment":      {today, today.Add(day), today.Add(day)},
		"a month ago":              {today.Add(-30*day + 8*time.Hour), today.Add(3 * time.Hour), today.Add(-29 * day)},
		"by a clock that is ahead": {today.Add(8 * time.Hour), today.Add(-time.Hour), today.Add(-day)},
		"elsewhere":                {today.Add(time.Hour).In(time.FixedZone("", -7*3600)), today.Add(2 * time.Hour), today},
	} {
		from, to := fraud.Canonical().Days(test.clicked, test.ordered)
		require.Equal(t, test.to, to, name)
		require.Equal(t, test.to.Add(-7*day), from, name)
	}
}
