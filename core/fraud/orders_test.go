package fraud_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fraud"
)

// Every limit from both sides: less than two seconds after its click, less than five, and whoever pays for it.
func TestSuspect(t *testing.T) {
	t.Parallel()
	click := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
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
		"the_surest_counts":     {fraud.Credit{Self: true, Clicked: click, Ordered: click}, fraud.SelfReferral},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, some := fraud.Canonical().Suspect(test.credit)
			require.Equal(t, test.want != "", some)
			require.Equal(t, test.want, found.Rule)
			_, some = fraud.Silent().Suspect(test.credit)
			require.False(t, some)
			strict := fraud.Canonical()
			strict.Review = 90
			found, some = strict.Suspect(test.credit)
			require.Equal(t, test.want != "" && test.want != fraud.CookieStuffing, some, "it is not sure enough")
			if some {
				require.Equal(t, fraud.KindOrders, found.Kind)
			}
		})
	}
	for _, bad := range []func(*fraud.Rules){
		func(r *fraud.Rules) { r.Injection = 0 }, func(r *fraud.Rules) { r.Stuffing = -1 },
	} {
		r := fraud.Canonical()
		bad(&r)
		require.ErrorIs(t, r.Check(), fraud.ErrRules)
	}
}
