package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func millis(all ...int) []time.Duration {
	waits := make([]time.Duration, len(all))
	for i, n := range all {
		waits[i] = time.Duration(n) * time.Millisecond
	}
	return waits
}

func TestPercentilesAreNearestRanks(t *testing.T) {
	t.Parallel()
	require.Zero(t, outcome{}.wait(99))
	require.Equal(t, 7*time.Millisecond, outcome{waits: millis(7)}.wait(50))
	hundred := outcome{}
	for i := range 100 {
		hundred.waits = append(hundred.waits, time.Duration(i+1))
	}
	for percent, want := range map[int]time.Duration{0: 1, 1: 1, 50: 50, 95: 95, 99: 99, 100: 100} {
		require.Equal(t, want, hundred.wait(percent), "p%d", percent)
	}
	require.Equal(t, 3*time.Millisecond, outcome{waits: millis(1, 2, 3)}.wait(99), "few calls: the slowest")
}

func TestRoundsAreGathered(t *testing.T) {
	t.Parallel()
	o := gather("ours", 100, []sample{
		{calls: 10, took: time.Second, waits: millis(9, 1), client: 40 * time.Millisecond, server: 100 * time.Millisecond},
		{calls: 30, took: time.Second, waits: millis(5), client: 80 * time.Millisecond, server: 100 * time.Millisecond},
		{calls: 20, took: 2 * time.Second, waits: millis(2), server: 40 * time.Millisecond},
	})
	require.Equal(t, []float64{1000, 1000, 3000}, o.rates)
	require.Equal(t, millis(1, 2, 5, 9), o.waits)
	require.Equal(t, 2*time.Millisecond, o.client)
	require.Equal(t, 4*time.Millisecond, o.server)
	require.InDelta(t, 1000, o.rate(), 0)

	require.InDelta(t, 15, outcome{rates: []float64{10, 20}}.rate(), 0)
	require.Zero(t, outcome{}.rate())
	require.Zero(t, gather("ours", 1, nil).server)
}
