package attribution_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
)

func TestBindingsOfAProgram(t *testing.T) {
	t.Parallel()
	for span, want := range map[time.Duration]error{
		0: nil, time.Microsecond: nil, 730 * day: nil,
		-time.Microsecond: attribution.ErrBinding, 1: attribution.ErrBinding, 730*day + time.Microsecond: attribution.ErrBinding,
	} {
		p, err := attribution.Program{ID: "prog_1"}.Binding(span)
		require.ErrorIs(t, err, want, span)
		if want == nil {
			require.Equal(t, attribution.Program{ID: "prog_1", Bound: span}, p)
		}
	}
	for customer, want := range map[string]error{
		"": nil, "c": nil, strings.Repeat("ü", 100): nil,
		strings.Repeat("x", 101): attribution.ErrCustomer, "a\nb": attribution.ErrCustomer, "a\x00": attribution.ErrCustomer, "\xff": attribution.ErrCustomer,
	} {
		o := attribution.Order{Program: "prog_1", ID: "1", Amount: 1, Currency: attribution.Currency, Customer: customer}
		require.ErrorIs(t, o.Check(), want, "%q", customer)
	}
}

// Who is bound: the latest touch with a part in the order whose influencer earned by it; nobody where nobody earned, where
// the order is itself one of a binding, and where the program or the order says no customer.
func TestBind(t *testing.T) {
	t.Parallel()
	c := attribution.Conversion{ID: "conv_1", At: noon}
	p := attribution.Program{ID: "prog_1", Bound: 30 * day}
	e := attribution.Explanation{Touches: []attribution.Weighed{
		{Touch: attribution.Touch{Link: "link_a", Influencer: "infl_a", Holder: "acct_a"}, Weight: 1},
		{Touch: attribution.Touch{Link: "link_b", Influencer: "infl_b", Holder: "acct_b"}, Weight: 1},
		{Touch: attribution.Touch{Link: "link_c", Influencer: "infl_c", Holder: "acct_c"}},
	}}
	a, b, other := attribution.Credit{Influencer: "infl_a"}, attribution.Credit{Influencer: "infl_b"}, attribution.Credit{Influencer: "infl_c"}
	bound, ok := c.Bind(p, "hash", e, []attribution.Credit{a, b, other})
	require.True(t, ok)
	require.Equal(t, attribution.Binding{
		Program: "prog_1", Customer: "hash", Link: "link_b", Influencer: "infl_b", Holder: "acct_b", Conversion: "conv_1", At: noon, Until: noon.Add(30 * day),
	}, bound)
	bound, ok = c.Bind(p, "hash", e, []attribution.Credit{a})
	require.True(t, ok)
	require.Equal(t, attribution.LinkID("link_a"), bound.Link, "of whom was erased meanwhile nobody is")
	again, none := c, p
	again.Bound, none.Bound = true, 0
	for name, try := range map[string]func() (attribution.Binding, bool){
		"nobody_earned":            func() (attribution.Binding, bool) { return c.Bind(p, "hash", e, nil) },
		"who_earned_has_no_part":   func() (attribution.Binding, bool) { return c.Bind(p, "hash", e, []attribution.Credit{other}) },
		"no_customer":              func() (attribution.Binding, bool) { return c.Bind(p, "", e, []attribution.Credit{a}) },
		"a_program_that_binds_not": func() (attribution.Binding, bool) { return c.Bind(none, "hash", e, []attribution.Credit{a}) },
		"an_order_of_a_binding":    func() (attribution.Binding, bool) { return again.Bind(p, "hash", e, []attribution.Credit{a}) },
	} {
		_, ok := try()
		require.False(t, ok, name)
	}
}

// One that waited begins when it is released, and not before its order by the clock of another process; it ends when it would have.
func TestReleasedBindings(t *testing.T) {
	t.Parallel()
	b := attribution.Binding{Program: "prog_1", Customer: "hash", Commission: "comm_1", At: noon, Until: noon.Add(day)}
	require.False(t, b.Binds(noon))
	for now, at := range map[time.Time]time.Time{noon.Add(time.Hour): noon.Add(time.Hour), noon: noon, noon.Add(-time.Hour): noon} {
		require.Equal(t, attribution.Binding{Program: "prog_1", Customer: "hash", At: at, Until: noon.Add(day)}, b.Released(now))
	}
}

func TestKnownCustomers(t *testing.T) {
	t.Parallel()
	b := attribution.Binding{Program: "prog_1", Customer: "hash", Link: "link_a", Influencer: "infl_a", Holder: "acct_a", At: noon, Until: noon.Add(day)}
	reason := func(at, closed time.Time) attribution.Reason {
		c := attribution.Conversion{ID: "conv_2", Bound: true, At: at, Rule: attribution.Rule{Version: 2, Model: attribution.TimeDecay, Window: time.Second, Rate: 1_000, Until: closed}}
		touch := c.Known(b)
		require.Equal(t, attribution.Touch{Conversion: "conv_2", Link: "link_a", Influencer: "infl_a", Holder: "acct_a", At: at, Reason: touch.Reason}, touch)
		c.Order = attribution.Order{ID: "2", Amount: 100, Currency: attribution.Currency}
		e, err := c.Explain([]attribution.Touch{touch})
		require.NoError(t, err)
		require.Equal(t, attribution.ByCustomer, e.Evidence)
		require.Equal(t, touch.Reason == attribution.Counted, len(e.Credits) == 1)
		return touch.Reason
	}
	require.Equal(t, attribution.Counted, reason(noon, time.Time{}))
	require.Equal(t, attribution.Counted, reason(noon.Add(day-1), time.Time{}), "whatever a click's window is")
	require.Equal(t, attribution.Expired, reason(noon.Add(day), time.Time{}))
	require.Equal(t, attribution.Closed, reason(noon.Add(time.Hour), noon.Add(time.Hour)))
	require.Equal(t, attribution.Counted, reason(noon.Add(time.Hour-1), noon.Add(time.Hour)))
}

// An order counts for the link of the latest touch that has a part in it, of each influencer, and for none of the others.
func TestCreditsAreOfTheLatestLink(t *testing.T) {
	t.Parallel()
	touch := func(click attribution.ClickID, link attribution.LinkID, at time.Duration, reason attribution.Reason) attribution.Touch {
		return attribution.Touch{Click: click, Link: link, Influencer: "infl_a", Holder: "acct_a", At: noon.Add(at), Reason: reason}
	}
	touches := []attribution.Touch{
		touch("clk_3", "link_filtered", 3, attribution.Filtered), touch("clk_1", "link_first", 1, attribution.Counted), touch("clk_2", "link_last", 2, attribution.Counted),
	}
	for model, want := range map[attribution.Model]attribution.LinkID{attribution.Linear: "link_last", attribution.Last: "link_last", attribution.First: "link_first"} {
		c := attribution.Conversion{ID: "conv_1", At: noon.Add(day), Order: attribution.Order{Amount: 100}, Rule: attribution.Rule{Version: 2, Model: model, Window: day, Rate: 1_000}}
		e, err := c.Explain(touches)
		require.NoError(t, err)
		require.Equal(t, want, e.Credits[0].Link, model)
	}
}
