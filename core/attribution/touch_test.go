package attribution_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// TestConsider holds the window at both edges (A8), and that each click has the reason that is its own.
func TestConsider(t *testing.T) {
	t.Parallel()
	const window, least = 30 * day, time.Nanosecond
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	for name, test := range map[string]struct {
		at      time.Time
		program attribution.ProgramID
		verdict attribution.Verdict
		want    attribution.Reason
	}{
		"at_the_same_moment":          {noon, "prog_1", attribution.Valid, attribution.Counted},
		"a_moment_later":              {noon.Add(least), "prog_1", attribution.Valid, attribution.Early},
		"the_moment_before_it_closes": {ago(window - least), "prog_1", attribution.Valid, attribution.Counted},
		"the_moment_it_closes":        {ago(window), "prog_1", attribution.Valid, attribution.Expired},
		"long_ago":                    {ago(10 * window), "prog_1", attribution.Valid, attribution.Expired},
		"elsewhere":                   {ago(1), "prog_2", attribution.Valid, attribution.Elsewhere},
		"elsewhere_and_long_ago":      {ago(10 * window), "prog_2", attribution.Valid, attribution.Elsewhere},
		"filtered":                    {ago(1), "prog_1", "robot", attribution.Filtered},
		"unjudged":                    {ago(1), "prog_1", "", attribution.Filtered},
		"filtered_and_long_ago":       {ago(10 * window), "prog_1", "robot", attribution.Filtered},
		"filtered_and_elsewhere":      {ago(1), "prog_2", "robot", attribution.Elsewhere},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := click("a", test.at)
			c.Program, c.Link, c.Verdict = test.program, "link_1", test.verdict
			require.Equal(t, []attribution.Touch{{
				Conversion: "conv_1", Click: "a", Link: "link_1", Influencer: "infl_1", Holder: "acct_1", At: test.at, Reason: test.want,
			}}, converted(1, 0).Consider([]attribution.Click{c}))
		})
	}
	require.Empty(t, converted(1, 0).Consider(nil))
	require.Equal(t, []attribution.Reason{
		attribution.Counted, attribution.Expired, attribution.Early, attribution.Elsewhere, attribution.Filtered,
		attribution.Closed, attribution.Overruled, attribution.Off,
	}, attribution.Reasons())
}

// A click that came when its program was closed is shown and does not count, to the microsecond.
func TestClicksAfterTheEndDoNotCount(t *testing.T) {
	t.Parallel()
	c := converted(1, 0)
	c.Rule.Until = noon.Add(-day)
	touches := c.Consider([]attribution.Click{click("before", c.Rule.Until.Add(-time.Microsecond)), click("at", c.Rule.Until), click("after", noon)})
	var reasons []attribution.Reason
	for _, touch := range touches {
		reasons = append(reasons, touch.Reason)
	}
	require.Equal(t, []attribution.Reason{attribution.Counted, attribution.Closed, attribution.Closed}, reasons)
}

// An order by promo code is its influencer's under every model, whatever was clicked, or nobody's when the link was off or
// the program closed.
func TestPromoCodesDecide(t *testing.T) {
	t.Parallel()
	link := attribution.Link{ID: "link_p", Influencer: "infl_p", Holder: "acct_p", Promo: "FAY-10"}
	off, expired := link, link
	off.WithdrawnAt, expired.ExpiresAt = noon, noon
	later := link
	later.ExpiresAt = noon.Add(time.Microsecond)
	for _, model := range attribution.Models() {
		for name, test := range map[string]struct {
			link  attribution.Link
			until time.Time
			want  attribution.Reason
		}{
			"active": {link, time.Time{}, attribution.Counted}, "just_active": {later, time.Time{}, attribution.Counted},
			"withdrawn": {off, time.Time{}, attribution.Off}, "expired": {expired, time.Time{}, attribution.Off},
			"closed": {link, noon, attribution.Closed}, "not_yet_closed": {link, noon.Add(time.Microsecond), attribution.Counted},
		} {
			c := converted(1_000, 0)
			c.Promoted, c.Rule.Model, c.Rule.Until = true, model, test.until
			touches := append(c.Consider([]attribution.Click{click("clk_1", noon.Add(-day)), click("old", noon.Add(-31*day))}), c.Promotion(test.link))
			e, err := c.Explain(touches)
			require.NoError(t, err)
			require.Equal(t, attribution.ByPromo, e.Evidence)
			require.Equal(t, []attribution.Reason{attribution.Expired, attribution.Overruled, test.want}, []attribution.Reason{e.Touches[0].Reason, e.Touches[1].Reason, e.Touches[2].Reason}, name)
			require.Empty(t, e.Touch(), "it was no click")
			if test.want != attribution.Counted {
				require.Empty(t, e.Credits, name)
				continue
			}
			require.Len(t, e.Credits, 1)
			require.Equal(t, attribution.InfluencerID("infl_p"), e.Credits[0].Influencer)
			require.Equal(t, money.Amount(100), e.Credits[0].Amount)
		}
	}
}

// The click that an order names was before the order, whatever our clocks say: what came before it counts too, and
// what came after it does not.
func TestTheNamedClickCannotComeAfterItsOrder(t *testing.T) {
	t.Parallel()
	c := converted(10*twist, 0)
	c.Order.Click, c.Rule.Model = "named", attribution.TimeDecay
	touches := c.Consider([]attribution.Click{
		click("later", noon.Add(3*time.Second)), click("named", noon.Add(2*time.Second)), click("before", noon.Add(time.Second)),
		click("expired", noon.Add(2*time.Second-30*day)), click("open", noon.Add(3*time.Second-30*day)),
	})
	var reasons []attribution.Reason
	for _, touch := range touches {
		reasons = append(reasons, touch.Reason)
	}
	require.Equal(t, []attribution.Reason{
		attribution.Expired, attribution.Counted, attribution.Counted, attribution.Counted, attribution.Early,
	}, reasons)
	e, err := c.Explain(touches)
	require.NoError(t, err)
	require.Equal(t, uint64(1<<32), e.Touches[3].Weight, "no time passed since")
	require.Equal(t, attribution.ClickID("named"), e.Touch())

	e, err = c.Explain(c.Consider([]attribution.Click{click("before", noon), click("named", noon.Add(7*day))}))
	require.NoError(t, err)
	require.Equal(t, uint64(1<<31), e.Touches[0].Weight, "ages count from there too")
}

// S8: what lies outside the window, or in the future, belongs to another program or was filtered, changes nothing, and neither does
// the order in which clicks come.
func TestClicksThatDoNotCountChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := converted(amount(rt), 0)
		c.Rule.Model = rapid.SampledFrom(attribution.Models()).Draw(rt, "model")
		c.Rule.Window = time.Duration(rapid.IntRange(1, 9).Draw(rt, "window"))
		offsets := rapid.SliceOfN(rapid.IntRange(-12, 3), 0, 12).Draw(rt, "offsets")
		var all, counting []attribution.Click
		for i, offset := range offsets {
			one := click(attribution.ClickID(rune('a'+i)), noon.Add(time.Duration(offset)))
			one.Influencer = rapid.SampledFrom([]attribution.InfluencerID{"infl_1", "infl_2", "infl_3"}).Draw(rt, "influencer")
			if rapid.IntRange(0, 3).Draw(rt, "program") == 0 {
				one.Program = "prog_2"
			}
			if rapid.IntRange(0, 3).Draw(rt, "verdict") == 0 {
				one.Verdict = "robot"
			}
			all = append(all, one)
			if one.Program == "prog_1" && one.Verdict == attribution.Valid && offset <= 0 && time.Duration(-offset) < c.Rule.Window {
				counting = append(counting, one)
			}
		}
		want, err := c.Explain(c.Consider(counting))
		require.NoError(rt, err)
		require.Equal(rt, len(counting) > 0, len(want.Credits) > 0)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "order"), 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		touches := c.Consider(all)
		require.Len(rt, touches, len(all), "every click has its reason")
		got, err := c.Explain(touches)
		require.NoError(rt, err)
		require.Equal(rt, want.Credits, got.Credits)
		require.Equal(rt, want.Touch(), got.Touch())
		rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "order"), 1)).Shuffle(len(touches), func(i, j int) { touches[i], touches[j] = touches[j], touches[i] })
		again, err := c.Explain(touches)
		require.NoError(rt, err)
		require.Equal(rt, got, again)
	})
}
