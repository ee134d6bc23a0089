package spool

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// A disk that fails drops what it did not take, which is counted, and no more than that.
func TestAFailingDiskDropsAndCounts(t *testing.T) {
	t.Parallel()
	under := new(memory.Clicks)
	log, err := Open(t.TempDir(), under, Options{})
	require.NoError(t, err)
	require.NoError(t, log.Append(t.Context(), click(1)))
	log.mu.Lock()
	require.NoError(t, log.segments[len(log.segments)-1].file.Close()) // the file is taken away under it
	log.mu.Unlock()
	require.ErrorIs(t, log.Append(t.Context(), click(2)), ports.ErrClickDropped)
	require.NoError(t, log.Append(t.Context(), click(3)), "the next one has a file of its own")
	require.EqualValues(t, 1, log.Counts().Unwritten)
	require.NoError(t, log.Settle(t.Context()))
	for n, want := range map[int]bool{1: true, 2: false, 3: true} {
		_, ok, err := under.Find(t.Context(), click(n).ID)
		require.NoError(t, err)
		require.Equal(t, want, ok, n)
	}
	_ = log.Close()
}

// A folder that cannot be synced is tried again, until the names of the files in which clicks wait are on the disk: nobody
// has to write more for that. Whoever closes the log before is told.
func TestAFolderThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, heals := range map[string]bool{"it_heals": true, "it_does_not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "spool")
			log, err := Open(dir, down{}, Options{Closing: time.Millisecond})
			require.NoError(t, err)
			require.NoError(t, os.Rename(dir, dir+".away")) // the files are there, and the folder cannot be opened by its name
			require.NoError(t, log.Append(t.Context(), click(1)))
			tried := func() int64 { return log.Counts().Unsure }
			require.Eventually(t, func() bool { return tried() >= 3 }, time.Minute, time.Millisecond)
			named := func() bool {
				log.mu.Lock()
				defer log.mu.Unlock()
				return log.segments[len(log.segments)-1].named
			}
			require.False(t, named())
			if !heals {
				require.ErrorIs(t, log.Close(), os.ErrNotExist)
				return
			}
			require.NoError(t, os.Rename(dir+".away", dir))
			require.Eventually(t, named, time.Minute, time.Millisecond)
			require.ErrorContains(t, log.Close(), "1 clicks wait")
			again, err := Open(dir, new(memory.Clicks), Options{})
			require.NoError(t, err)
			require.EqualValues(t, 1, again.Counts().Replayed)
			require.NoError(t, again.Close())
		})
	}
}

// down is a log that takes nothing for now.
type down struct{ ports.ClickLog }

func (down) Append(context.Context, ...attribution.Click) error { return ports.ErrStore }
