package contract

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// Tombstones is the specification of ports.Tombstones. What open returns is empty.
func Tombstones(t *testing.T, open func(t *testing.T) ports.Tombstones) {
	for name, test := range map[string]func(*testing.T, ports.Tombstones){
		"what_is_buried_is_given_in_the_order_of_keys": stonesGiven,
		"a_later_one_of_the_same_key_stays":            stonesStay,
		"all_that_is_buried_at_once_is_kept":           stonesRace,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

func buried(t *testing.T, s ports.Tombstones) []identity.Tombstone {
	t.Helper()
	all, err := s.Buried(t.Context())
	require.NoError(t, err)
	return all
}

func stonesGiven(t *testing.T, s ports.Tombstones) {
	require.Empty(t, buried(t, s))
	require.NoError(t, s.Bury(t.Context()))
	every, dropped := identity.Tombstone{Key: identity.EveryKey, Before: later(1)}, identity.Tombstone{Key: "a", Before: identity.Forever()}
	signed := identity.Tombstone{Key: "B-_9", Before: later(2)}
	require.NoError(t, s.Bury(t.Context(), dropped, every))
	require.NoError(t, s.Bury(t.Context(), signed))
	require.Equal(t, []identity.Tombstone{every, signed, dropped}, buried(t, s))
}

func stonesStay(t *testing.T, s ports.Tombstones) {
	at := func(n int) identity.Tombstone { return identity.Tombstone{Key: "a", Before: later(n)} }
	for _, step := range []struct{ bury, want []identity.Tombstone }{
		{[]identity.Tombstone{at(3), at(3)}, []identity.Tombstone{at(3)}},
		{[]identity.Tombstone{at(2)}, []identity.Tombstone{at(3)}},
		{[]identity.Tombstone{at(5), at(4)}, []identity.Tombstone{at(5)}},
	} {
		require.NoError(t, s.Bury(t.Context(), step.bury...))
		require.NoError(t, s.Bury(t.Context(), step.bury...))
		require.Equal(t, step.want, buried(t, s))
	}
}

func stonesRace(t *testing.T, s ports.Tombstones) {
	var running sync.WaitGroup
	failed := make([]error, racers)
	for n := range racers {
		running.Go(func() {
			failed[n] = s.Bury(t.Context(), identity.Tombstone{Key: "same", Before: later(n)}, identity.Tombstone{Key: strconv.Itoa(n), Before: later(n)})
		})
	}
	running.Wait()
	requireAllWon(t, failed)
	all := buried(t, s)
	require.Len(t, all, racers+1)
	require.Contains(t, all, identity.Tombstone{Key: "same", Before: later(racers - 1)})
}
