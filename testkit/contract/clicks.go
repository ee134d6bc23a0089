package contract

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// Clicks is the specification of ports.ClickLog. What open returns is empty.
func Clicks(t *testing.T, open func(t *testing.T) ports.ClickLog) {
	for name, test := range map[string]func(*testing.T, ports.ClickLog){
		"find_gives_a_click_that_was_kept":              clickFind,
		"a_click_kept_already_stays_as_it_was":          clickTwice,
		"of_one_click_raced_one_is_kept":                clickRaceOne,
		"clicks_appended_at_once_are_all_kept":          clickRaceMany,
		"by_visitor_gives_those_of_visitor_and_program": clickByVisitor,
		"by_visitor_gives_what_counts":                  clickVerdicts,
		"by_visitor_begins_at_since":                    clickSince,
		"by_visitor_gives_the_latest_first":             clickOrder,
		"counts_are_what_the_clicks_add_up_to":          clickCounts,
		"a_click_kept_already_is_counted_once":          clickCountedOnce,
		"links_are_counted_those_with_most_first":       clickLinks,
		"what_was_dropped_stays_counted":                clickCountsStay,
		"rotating_drops_the_days_of_long_ago":           clickRotate,
		"neither_side_keeps_what_it_was_handed":         clickCopies,
		"by_a_text_nothing_can_hold_nothing_is_found":   clickTexts,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

func keep(t *testing.T, s ports.ClickLog, clicks ...attribution.Click) {
	t.Helper()
	require.NoError(t, s.Append(t.Context(), clicks...))
}

// visits gives the clicks of the visitor for program 0.
func visits(t *testing.T, s ports.ClickLog, since time.Time, limit int) []attribution.Click {
	t.Helper()
	clicks, err := s.ByVisitor(t.Context(), program(0).ID, click(0).Visitor, since, limit)
	require.NoError(t, err)
	return clicks
}

func requireClick(t *testing.T, s ports.ClickLog, want found[attribution.Click], id attribution.ClickID) {
	t.Helper()
	got, err := find(s.Find(t.Context(), id))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func clickFind(t *testing.T, s ports.ClickLog) {
	requireClick(t, s, absent[attribution.Click](), click(1).ID)
	require.Empty(t, visits(t, s, time.Time{}, 9))
	keep(t, s)
	keep(t, s, click(1))
	keep(t, s, click(2), click(3))
	for n := 1; n <= 3; n++ {
		requireClick(t, s, present(click(n)), click(n).ID)
	}
	requireClick(t, s, absent[attribution.Click](), click(4).ID)
}

func clickTwice(t *testing.T, s ports.ClickLog) {
	other := click(1)
	other.Visitor, other.At = "another", later(9)
	keep(t, s, click(1), click(1), other)
	keep(t, s, other, click(1), click(2))
	requireClick(t, s, present(click(1)), click(1).ID)
	require.Equal(t, []attribution.Click{click(2), click(1)}, visits(t, s, time.Time{}, 9))
	elsewhere, err := s.ByVisitor(t.Context(), program(0).ID, "another", time.Time{}, 9)
	require.NoError(t, err)
	require.Empty(t, elsewhere)
}

func clickRaceOne(t *testing.T, s ports.ClickLog) {
	var failed atomic.Int32
	race(func() {
		if s.Append(t.Context(), click(1)) != nil {
			failed.Add(1)
		}
	})
	require.Zero(t, failed.Load())
	require.Equal(t, []attribution.Click{click(1)}, visits(t, s, time.Time{}, 9))
}

func clickRaceMany(t *testing.T, s ports.ClickLog) {
	var turn, failed atomic.Int32
	race(func() {
		n := int(turn.Add(1))
		if s.Append(t.Context(), click(n), click(n+racers)) != nil {
			failed.Add(1)
		}
		if _, ok, err := s.Find(t.Context(), click(n).ID); !ok || err != nil {
			failed.Add(1) // nil means kept
		}
	})
	require.Zero(t, failed.Load())
	require.Len(t, visits(t, s, time.Time{}, 3*racers), 2*racers)
}

func clickByVisitor(t *testing.T, s ports.ClickLog) {
	stranger, elsewhere := click(2), click(3)
	stranger.Visitor, elsewhere.Program = "a stranger", program(1).ID
	keep(t, s, click(1), stranger, elsewhere, click(4))
	require.Equal(t, []attribution.Click{click(4), click(1)}, visits(t, s, time.Time{}, 9))
}

func clickVerdicts(t *testing.T, s ports.ClickLog) {
	robot := click(3)
	robot.Verdict, robot.Rules, robot.Country, robot.Device, robot.Origin = "robot", 7, "", "", attribution.Redirect
	robot.Excess = false
	keep(t, s, click(1), click(2), robot)
	require.Equal(t, []attribution.Click{click(2), click(1)}, visits(t, s, time.Time{}, 9))
	require.Equal(t, []attribution.Click{click(2)}, visits(t, s, time.Time{}, 1), "what is filtered takes nobody's place")
	requireClick(t, s, present(robot), robot.ID)
	judgedAgain := robot
	judgedAgain.Verdict = attribution.Valid
	keep(t, s, judgedAgain)
	requireClick(t, s, present(robot), robot.ID)
}

func clickSince(t *testing.T, s ports.ClickLog) {
	keep(t, s, click(1), click(2), click(3))
	require.Equal(t, []attribution.Click{click(3), click(2)}, visits(t, s, later(2), 9))
	require.Equal(t, []attribution.Click{click(3)}, visits(t, s, later(2).Add(time.Microsecond), 9))
	require.Empty(t, visits(t, s, later(4), 9))
}

func clickOrder(t *testing.T, s ports.ClickLog) {
	tied := click(7)
	tied.At = click(4).At
	keep(t, s, click(2), tied, click(5), click(1), click(4), click(3))
	want := []attribution.Click{click(5), tied, click(4), click(3), click(2), click(1)}
	for limit := range len(want) + 2 {
		require.True(t, slices.Equal(want[:min(limit, len(want))], visits(t, s, time.Time{}, limit)), "the latest %d", limit)
	}
}

func clickRotate(t *testing.T, s ports.ClickLog) {
	day := time.Date(2020, time.January, 10, 0, 0, 0, 0, time.UTC)
	now := day.Add(attribution.ClicksKept + 5*time.Hour)
	before, first, last := click(1), click(2), click(3)
	before.At, first.At, last.At = day.Add(-time.Microsecond), day, now
	keep(t, s, before, first, last)
	dropped, err := s.Rotate(t.Context(), now, attribution.ClicksKept)
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
	requireClick(t, s, absent[attribution.Click](), before.ID)
	requireClick(t, s, present(first), first.ID)
	require.Equal(t, []attribution.Click{last, first}, visits(t, s, time.Time{}, 9))
	dropped, err = s.Rotate(t.Context(), now, attribution.ClicksKept)
	require.NoError(t, err)
	require.Zero(t, dropped, "nothing is left to do")
}

func clickCopies(t *testing.T, s ports.ClickLog) {
	given := []attribution.Click{click(1), click(2)}
	keep(t, s, given...)
	clear(given)
	for range 2 {
		got := visits(t, s, time.Time{}, 9)
		require.Equal(t, []attribution.Click{click(2), click(1)}, got)
		clear(got)
	}
}

func clickTexts(t *testing.T, log ports.ClickLog) {
	for _, text := range []string{"a\x00b", "a\xff"} {
		_, ok, err := log.Find(t.Context(), attribution.ClickID(text))
		require.NoError(t, err)
		require.False(t, ok)
		found, err := log.ByVisitor(t.Context(), attribution.ProgramID(text), text, later(0), 1)
		require.NoError(t, err)
		require.Empty(t, found)
	}
}
