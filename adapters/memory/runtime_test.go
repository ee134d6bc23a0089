package memory_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
)

func TestClockAdvance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the time stands still in here
		var clock memory.Clock
		start := clock.Now()
		clock.Advance(14 * 24 * time.Hour)
		require.Equal(t, start.Add(14*24*time.Hour), clock.Now())
		clock.Advance(-time.Hour)
		clock.Advance(0)
		require.Equal(t, start.Add(14*24*time.Hour), clock.Now(), "it never goes back")
		clock.Advance(time.Second)
		require.Equal(t, start.Add(14*24*time.Hour+time.Second), clock.Now())
	})
}

func TestIDsOfOneMomentDiffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const most = 100_000
		clock := new(memory.Clock)
		ids := memory.IDs{Clock: clock}
		var made []string
		for range most {
			made = append(made, ids.New("ent"))
		}
		first, last := slices.Min(made), slices.Max(made)
		require.Len(t, first, len("ent_")+26)
		require.Equal(t, first[:len("ent_")+10], last[:len("ent_")+10], "all of one millisecond")
		slices.Sort(made)
		require.Len(t, slices.Compact(made), most)

		clock.Advance(time.Millisecond)
		require.Less(t, last, ids.New("ent"))
	})
}

func TestIDsSortForACentury(t *testing.T) {
	t.Parallel()
	clock := new(memory.Clock)
	ids := memory.IDs{Clock: clock}
	last := ids.New("x")
	for range 10 {
		clock.Advance(100 * 365 * 24 * time.Hour / 10)
		next := ids.New("x")
		require.Less(t, last, next)
		last = next
	}
}

func TestRandomLengths(t *testing.T) {
	t.Parallel()
	require.Empty(t, memory.Random{}.Text(0))
	require.Len(t, memory.Random{}.Text(1_000), 1_000)
}
