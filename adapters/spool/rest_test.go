package spool_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/spool"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// down is a log that is out of reach until some moment.
type down struct {
	ports.ClickLog

	until time.Time
}

func (d *down) Append(ctx context.Context, clicks ...attribution.Click) error {
	if time.Now().Before(d.until) {
		return ports.ErrStore
	}
	return d.ClickLog.Append(ctx, clicks...)
}

// A log that was out of reach for long cost the machine nothing: what comes after it does not wait for three times as long.
func TestNoRestForWhatWasOutOfReach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		under := &down{ClickLog: new(memory.Clicks), until: time.Now().Add(time.Hour)}
		log, err := spool.Open(dir, under, spool.Options{})
		require.NoError(t, err)
		defer func() { require.NoError(t, log.Close()) }()
		require.NoError(t, log.Append(t.Context(), click(1)))
		time.Sleep(time.Second)
		require.NoError(t, log.Append(t.Context(), click(2)))
		time.Sleep(time.Hour)
		synctest.Wait()
		require.True(t, finds(t, under, 1))
		time.Sleep(2 * time.Second)
		require.True(t, finds(t, under, 2))
	})
}

// However long a batch took, the next one waits for 5 s at most: other processes do not see what waits.
func TestARestIsShort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		under := &slow{ClickLog: new(memory.Clicks), takes: 10 * time.Second}
		log, err := spool.Open(dir, under, spool.Options{Closing: time.Minute})
		require.NoError(t, err)
		defer func() { require.NoError(t, log.Close()) }()
		require.NoError(t, log.Append(t.Context(), click(1)))
		time.Sleep(time.Second)
		require.NoError(t, log.Append(t.Context(), click(2)))
		time.Sleep(under.takes + 4*time.Second)
		require.EqualValues(t, 1, under.told.Load(), "it rests")
		time.Sleep(time.Second)
		require.EqualValues(t, 2, under.told.Load())
	})
}
