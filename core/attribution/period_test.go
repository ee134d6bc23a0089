package attribution_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/attribution"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339Nano, text)
	require.NoError(t, err)
	return moment
}

// E-22: each period begins where the one before ends, by UTC and the calendar.
func TestPeriods(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		by       attribution.Step
		from, to string
		want     []string // where the periods begin, and where the last ends
	}{
		"one_hour":                     {"hour", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z", []string{"2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"}},
		"an_instant_more":              {"hour", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00.000000001Z", []string{"2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z", "2026-03-01T14:00:00Z"}},
		"hours_of_another_zone":        {"hour", "2026-03-01T12:30:00+05:30", "2026-03-01T13:00:00+05:30", []string{"2026-03-01T07:00:00Z", "2026-03-01T08:00:00Z"}},
		"days_are_those_of_utc":        {"day", "2026-03-01T23:30:00-02:00", "2026-03-02T02:00:00Z", []string{"2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"}},
		"a_leap_day":                   {"day", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z", []string{"2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"}},
		"a_week_begins_on_monday":      {"week", "2026-03-01T23:59:59Z", "2026-03-02T00:00:01Z", []string{"2026-02-23T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"}},
		"monday_is_its_own_beginning":  {"week", "2026-03-02T00:00:00Z", "2026-03-02T00:00:01Z", []string{"2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"}},
		"a_week_of_two_years":          {"week", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", []string{"2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"}},
		"months_are_as_long_as_theirs": {"month", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z", []string{"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := attribution.Periods(test.by, attribution.Period{From: at(t, test.from), To: at(t, test.to)})
			require.NoError(t, err)
			require.Len(t, got, len(test.want)-1)
			for i, p := range got {
				require.Equal(t, attribution.Period{From: at(t, test.want[i]).UTC(), To: at(t, test.want[i+1]).UTC()}, p)
			}
		})
	}
}

func TestPeriodsAreRefused(t *testing.T) {
	t.Parallel()
	from := at(t, "2026-03-01T00:00:00Z")
	for by, most := range map[attribution.Step]time.Time{
		attribution.Hourly: from.Add(attribution.MaxPeriods * time.Hour), attribution.Daily: from.AddDate(0, 0, attribution.MaxPeriods),
		attribution.Weekly: at(t, "2026-03-02T00:00:00Z").AddDate(0, 0, 7*attribution.MaxPeriods), attribution.Monthly: from.AddDate(0, attribution.MaxPeriods, 0),
	} {
		begin := from
		if by == attribution.Weekly {
			begin = at(t, "2026-03-02T00:00:00Z")
		}
		all, err := attribution.Periods(by, attribution.Period{From: begin, To: most})
		require.NoError(t, err)
		require.Len(t, all, attribution.MaxPeriods)
		_, err = attribution.Periods(by, attribution.Period{From: begin, To: most.Add(1)})
		require.ErrorIs(t, err, attribution.ErrPeriods)
		_, err = attribution.Periods(by, attribution.Period{From: begin, To: begin})
		require.ErrorIs(t, err, attribution.ErrPeriod)
		_, err = attribution.Periods(by, by.Usual(from))
		require.NoError(t, err)
	}
	one := func(from, to string) error {
		_, err := attribution.Periods(attribution.Hourly, attribution.Period{From: at(t, from), To: at(t, to)})
		return err
	}
	require.NoError(t, one("2000-01-01T00:00:00Z", "2000-01-01T01:00:00Z"))
	require.ErrorIs(t, one("1999-12-31T23:59:59Z", "2000-01-01T01:00:00Z"), attribution.ErrPeriod)
	require.NoError(t, one("9999-12-31T22:00:00Z", "9999-12-31T23:00:00Z"))
	require.ErrorIs(t, one("9999-12-31T22:00:00Z", "9999-12-31T23:00:01Z"), attribution.ErrPeriod, "the last one would end in a year that nobody can write")
	require.ErrorIs(t, one("9999-12-31T22:00:00Z", "9999-12-31T23:00:00-02:00"), attribution.ErrPeriod)
	_, err := attribution.Periods("fortnight", attribution.Period{From: from, To: from.Add(1)})
	require.ErrorIs(t, err, attribution.ErrStep)
	require.NoError(t, attribution.RankClicks.Check())
	require.ErrorIs(t, attribution.Ranking("luck").Check(), attribution.ErrRanking)
}

// E-22: every moment of a span is in one period and no other.
func TestPeriodsCoverTheirSpan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := noon.Add(time.Duration(rapid.Int64Range(0, int64(1000*day)).Draw(t, "from")))
		span := attribution.Period{From: from, To: from.Add(time.Duration(rapid.Int64Range(1, int64(30*day)).Draw(t, "span")))}
		all, err := attribution.Periods(rapid.SampledFrom(attribution.Steps()).Draw(t, "by"), span)
		require.NoError(t, err)
		require.False(t, span.From.Before(all[0].From))
		require.True(t, all[0].Has(span.From))
		require.False(t, all[len(all)-1].To.Before(span.To))
		moment := span.From.Add(time.Duration(rapid.Int64Range(0, int64(span.To.Sub(span.From))-1).Draw(t, "moment")))
		in := 0
		for i, p := range all {
			require.True(t, p.From.Before(p.To))
			if i > 0 {
				require.Equal(t, all[i-1].To, p.From)
			}
			if p.Has(moment) {
				in++
			}
		}
		require.Equal(t, 1, in)
	})
}

// Links are ranked over whole days, and not over more of them than there are in a year.
func TestRanked(t *testing.T) {
	t.Parallel()
	from := time.Date(2024, 1, 1, 13, 0, 0, 0, time.UTC) // of a year that has 366
	begins := from.Truncate(day)
	last := begins.AddDate(1, 0, 0)
	for name, test := range map[string]struct {
		to   time.Time
		want error
		days attribution.Period
	}{
		"a_moment":       {from.Add(1), nil, attribution.Period{From: begins, To: begins.Add(day)}},
		"a_year":         {last, nil, attribution.Period{From: begins, To: last}},
		"a_moment_more":  {last.Add(1), attribution.ErrRanked, attribution.Period{}},
		"two_years":      {begins.Add(attribution.MaxPeriods * day), attribution.ErrRanked, attribution.Period{}},
		"more_than_that": {begins.Add((attribution.MaxPeriods + 1) * day), attribution.ErrRanked, attribution.Period{}},
		"for_ever":       {time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), attribution.ErrRanked, attribution.Period{}},
		"nothing":        {from, attribution.ErrPeriod, attribution.Period{}},
	} {
		got, err := attribution.Ranked(attribution.Period{From: from, To: test.to})
		require.ErrorIs(t, err, test.want, name)
		require.Equal(t, test.days, got, name)
	}
}

func TestVisitsAddUp(t *testing.T) {
	t.Parallel()
	var v attribution.Visits
	first := v.Count("robot", 2, 0)
	second := first.Count("robot", 1, 0).Count("duplicate", 4, 0).Count(attribution.Valid, 3, 2)
	require.Equal(t, attribution.Visits{}, v)
	require.Equal(t, map[attribution.Verdict]int64{"robot": 2}, first.Dropped, "what was counted before stays")
	require.Equal(t, attribution.Visits{Valid: 3, Visitors: 2, Dropped: map[attribution.Verdict]int64{"robot": 3, "duplicate": 4}}, second)
	require.Equal(t, int64(7), second.Filtered())
}

func TestWhatIsLost(t *testing.T) {
	t.Parallel()
	c := attribution.Commission{Order: 100, Gross: 10, Reversed: 3, State: attribution.Approved}
	require.Equal(t, attribution.Orders{Conversions: 1, Amount: 100, Commission: 10, Lost: 3}, attribution.OrdersOf(c))
	c.State = attribution.Waived
	require.Equal(t, attribution.Orders{Conversions: 1, Amount: 100, Commission: 10, Lost: 10}, attribution.OrdersOf(c))
}
