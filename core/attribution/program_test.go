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

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	day   = 24 * time.Hour
	twist = money.Amount(1_000_000_000)
)

func TestOpenProgram(t *testing.T) {
	t.Parallel()
	const least = time.Nanosecond
	for name, test := range map[string]struct {
		name         string
		rate         money.Bps
		window, hold time.Duration
		want         error
	}{
		"as_usual":                    {"Shop", 500, attribution.DefaultWindow, attribution.DefaultHold, nil},
		"no_name":                     {"", 500, day, day, attribution.ErrProgramName},
		"a_blank_name":                {" \t ", 500, day, day, attribution.ErrProgramName},
		"a_name_of_1":                 {"x", 500, day, day, nil},
		"a_name_of_100":               {strings.Repeat("ü", 100), 500, day, day, nil},
		"a_name_of_101":               {strings.Repeat("ü", 101), 500, day, day, attribution.ErrProgramName},
		"a_name_of_100_within_spaces": {" " + strings.Repeat("x", 100) + "\n", 500, day, day, nil},
		"a_name_of_two_lines":         {"a\nb", 500, day, day, attribution.ErrProgramName},
		"a_name_with_a_null":          {"a\x00b", 500, day, day, attribution.ErrProgramName},
		"a_name_written_backwards":    {"a\u202eb", 500, day, day, attribution.ErrProgramName},
		"a_name_that_is_no_text":      {"a\xffb", 500, day, day, attribution.ErrProgramName},
		"no_rate":                     {"Shop", 0, day, day, attribution.ErrRate},
		"a_negative_rate":             {"Shop", -1, day, day, attribution.ErrRate},
		"the_least_rate":              {"Shop", 1, day, day, nil},
		"the_whole":                   {"Shop", 10_000, day, day, nil},
		"more_than_the_whole":         {"Shop", 10_001, day, day, attribution.ErrRate},
		"no_window":                   {"Shop", 500, 0, day, attribution.ErrWindow},
		"the_least_window":            {"Shop", 500, time.Second, day, nil},
		"less_than_the_least_window":  {"Shop", 500, time.Second - least, day, attribution.ErrWindow},
		"the_longest_window":          {"Shop", 500, 90 * day, day, nil},
		"more_than_the_longest":       {"Shop", 500, 90*day + least, day, attribution.ErrWindow},
		"no_hold":                     {"Shop", 500, day, 0, nil},
		"a_part_of_a_microsecond":     {"Shop", 500, day + time.Nanosecond, day, attribution.ErrWindow},
		"a_hold_of_a_nanosecond_more": {"Shop", 500, day, day + time.Nanosecond, attribution.ErrHold},
		"a_negative_hold":             {"Shop", 500, day, -least, attribution.ErrHold},
		"the_longest_hold":            {"Shop", 500, day, 90 * day, nil},
		"more_than_the_longest_hold":  {"Shop", 500, day, 90*day + least, attribution.ErrHold},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := attribution.OpenProgram("prog_1", "acct_m", test.name, test.rate, test.window, test.hold, noon)
			require.ErrorIs(t, err, test.want)
			if test.want != nil {
				require.ErrorIs(t, err, fault.Invalid)
				require.Zero(t, p)
				return
			}
			require.Equal(t, attribution.Program{
				ID: "prog_1", Merchant: "acct_m", Name: strings.TrimSpace(test.name), Rate: test.rate,
				Window: test.window, Hold: test.hold, Refunds: 90 * day, Model: attribution.Last, OpenedAt: noon,
			}, p)
			require.Equal(t, attribution.Rule{Version: attribution.RuleVersion, Model: attribution.Last, Window: test.window, Rate: test.rate}, p.Rule())
			other, err := p.Under(attribution.Position)
			require.NoError(t, err)
			require.Equal(t, attribution.Position, other.Rule().Model)
			_, err = p.Under("shapley")
			require.ErrorIs(t, err, attribution.ErrModel)
		})
	}
}

// What binds orders to come moves; what the program is stays, and its end is for good.
func TestProgramsChangeAndEnd(t *testing.T) {
	t.Parallel()
	p, err := attribution.OpenProgram("prog_1", "acct_m", "Tea", 1_000, day, day, noon)
	require.NoError(t, err)
	changed, err := p.Change(1, attribution.MinWindow, 0)
	require.NoError(t, err)
	want := p
	want.Rate, want.Window, want.Hold = 1, attribution.MinWindow, 0
	require.Equal(t, want, changed)
	for name, test := range map[string]struct {
		rate         money.Bps
		window, hold time.Duration
		want         error
	}{
		"no_rate":       {0, day, 0, attribution.ErrRate},
		"too_high":      {money.Whole + 1, day, 0, attribution.ErrRate},
		"no_window":     {1, 0, 0, attribution.ErrWindow},
		"a_long_window": {1, attribution.MaxWindow + time.Microsecond, 0, attribution.ErrWindow},
		"a_part_of_one": {1, day + 1, 0, attribution.ErrWindow},
		"a_past_hold":   {1, day, -1, attribution.ErrHold},
		"a_long_hold":   {1, day, attribution.MaxHold + time.Microsecond, attribution.ErrHold},
		"the_longest":   {money.Whole, attribution.MaxWindow, attribution.MaxHold, nil},
	} {
		_, err := p.Change(test.rate, test.window, test.hold)
		require.ErrorIs(t, err, test.want, name)
	}
	for window, fault := range map[time.Duration]error{
		0: nil, time.Microsecond: nil, 90 * day: nil,
		-time.Microsecond: attribution.ErrRefunds, 1: attribution.ErrRefunds, 90*day + time.Microsecond: attribution.ErrRefunds,
	} {
		other, err := p.Refunding(window)
		require.ErrorIs(t, err, fault, window)
		if fault == nil {
			require.Equal(t, window, other.Refunds)
		}
	}
	closed := p.Close(noon.Add(day))
	require.Equal(t, noon.Add(day), closed.ClosedAt)
	require.Equal(t, closed, closed.Close(noon.Add(2*day)))
	_, err = closed.Change(1, day, 0)
	require.ErrorIs(t, err, attribution.ErrProgramClosed)

	require.Equal(t, closed.ClosedAt, closed.Rule().Until)
	require.Zero(t, p.Rule().Until)
}
