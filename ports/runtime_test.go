package ports_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
)

// A clock may be as far from the store's as the tolerance says, in either direction and beside what the answer took.
func TestCompareClocks(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	const most, took = ports.ClockTolerance, 7 * time.Second
	for name, test := range map[string]struct {
		asked, answered time.Duration // after what the store said
		wrong           bool
	}{
		"the_same":           {0, 0, false},
		"between":            {-took, took, false},
		"ahead":              {most, most + took, false},
		"ahead_by_too_much":  {most + 1, most + took, true},
		"behind":             {-most - took, -most, false},
		"behind_by_too_much": {-most - took, -most - 1, true},
		"hours_ahead":        {3 * time.Hour, 3 * time.Hour, true},
		"a_day_behind":       {-24 * time.Hour, -24 * time.Hour, true},
	} {
		err := ports.CompareClocks(noon.Add(test.asked), noon, noon.Add(test.answered))
		if test.wrong {
			require.ErrorIs(t, err, ports.ErrClock, name)
			require.ErrorIs(t, err, fault.Unavailable, name)
			continue
		}
		require.NoError(t, err, name)
	}
}
