package spool_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/spool"
	"github.com/twist-platform/twist/core/attribution"
)

// Who counts days that are over waits for nothing that was clicked since, and for all that was clicked in them.
func TestCountsOfDaysThatAreOver(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		under := &slow{ClickLog: new(memory.Clicks), takes: 100 * time.Millisecond}
		log, err := spool.Open(dir, under, spool.Options{Gather: time.Hour})
		require.NoError(t, err)
		defer func() { require.NoError(t, log.Close()) }()
		midnight := click(1).At.Truncate(day)
		whose, yesterday := attribution.Whose{Program: "prog_1"}, attribution.Period{From: midnight.Add(-day), To: midnight}
		counts := func() int64 {
			visits, err := log.Count(t.Context(), "prog_1", "", []attribution.Period{yesterday})
			require.NoError(t, err)
			links, err := log.CountLinks(t.Context(), whose, yesterday, nil, 9)
			require.NoError(t, err)
			require.Equal(t, visits[0].Valid > 0, len(links) > 0)
			return visits[0].Valid
		}
		at := func(n int, when time.Time) attribution.Click {
			k := click(n)
			k.At = when
			return k
		}
		require.NoError(t, log.Append(t.Context(), at(1, midnight.Add(time.Hour)), at(2, midnight)))
		require.Zero(t, counts())
		require.Zero(t, under.told.Load(), "it waits on")
		require.NoError(t, log.Append(t.Context(), at(3, midnight.Add(time.Hour)), at(4, midnight.Add(-time.Microsecond))))
		require.EqualValues(t, 1, counts())
		require.EqualValues(t, 1, under.told.Load())
		require.NoError(t, log.Append(t.Context(), at(5, midnight)))
		require.EqualValues(t, 1, counts(), "what is sent waits no more")
		require.EqualValues(t, 1, under.told.Load())
	})
}

// What was clicked in a day that is over and is sent by now is waited for no more, though others wait all the time: else each
// order of a busy day would hurry what is clicked in it.
func TestCountsOfADayThatWaitedOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		under := &slow{ClickLog: new(memory.Clicks), takes: time.Second}
		log, err := spool.Open(dir, under, spool.Options{Batch: 1})
		require.NoError(t, err)
		defer func() { require.NoError(t, log.Close()) }()
		midnight, before := click(1).At.Truncate(24*time.Hour), click(1)
		before.At = midnight.Add(-time.Second)
		require.NoError(t, log.Append(t.Context(), before, click(2)))
		time.Sleep(2 * time.Second)
		require.Equal(t, 1, log.Counts().Waiting)
		began := time.Now()
		links, err := log.CountLinks(t.Context(), attribution.Whose{Holder: "acct_1"}, attribution.Period{From: midnight.AddDate(0, 0, -7), To: midnight}, nil, 9)
		require.NoError(t, err)
		require.EqualValues(t, 1, links[0].Valid)
		require.Zero(t, time.Since(began))
		require.Equal(t, 1, log.Counts().Waiting, "it rests")
	})
}
