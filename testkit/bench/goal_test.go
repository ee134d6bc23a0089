package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	of := map[string]outcome{
		"ours": {rates: []float64{60}, waits: millis(19)},
		"base": {rates: []float64{100}},
		"none": {},
	}
	for name, test := range map[string]struct {
		goal  goal
		value string
		word  string
	}{
		"share_met":        {atLeast(0.6, "base"), "60 %", "met"},
		"share_missed":     {atLeast(0.61, "base"), "60 %", "MISSED"},
		"factor_met":       {within(2, "ours", "base"), "1.67×", "met"},
		"factor_missed":    {within(1.3, "ours", "base"), "1.67×", "MISSED"},
		"tail_met":         {below(20 * time.Millisecond), "19.0 ms", "met"},
		"tail_missed":      {below(19 * time.Millisecond), "19.0 ms", "MISSED"},
		"shown_is_no_goal": {shown("ours", "base"), "60 %", ""},
		"no_baseline":      {atLeast(0.6, "none"), "0 %", "MISSED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := test.goal.judge(of)
			require.Equal(t, test.value, v.value)
			require.Equal(t, test.word, v.word)
		})
	}
}

func TestGoalsSayWhatTheyWant(t *testing.T) {
	t.Parallel()
	require.Equal(t, "at least 60 % of “base”", atLeast(0.6, "base").text)
	require.Equal(t, "at most 1.3× slower than “base”", within(1.3, "ours", "base").text)
	require.Equal(t, "p99 below 20ms", below(20*time.Millisecond).text)
	require.Equal(t, "beside “base”", shown("ours", "base").text)
}
