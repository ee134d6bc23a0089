package spool

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
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
