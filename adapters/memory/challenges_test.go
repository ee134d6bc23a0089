package memory_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
)

func TestChallenges(t *testing.T) {
	t.Parallel()
	contract.Challenges(t, func(*testing.T) ports.Challenges { return new(memory.Challenges) })
}

func TestChallengesForgetWhatExpired(t *testing.T) {
	t.Parallel()
	var (
		s     memory.Challenges
		start = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
		put   = func(id identity.ChallengeID, issued time.Time) {
			require.NoError(t, s.Put(t.Context(), identity.Challenge{
				ID: id, IssuedAt: issued, ExpiresAt: issued.Add(identity.ChallengeLife),
			}))
		}
	)
	put("chal_taken", start)
	put("chal_old", start)
	put("chal_young", start.Add(time.Second))
	_, err := s.Take(t.Context(), "chal_taken")
	require.NoError(t, err)

	put("chal_last", start.Add(identity.ChallengeLife-time.Millisecond))
	_, err = s.Get(t.Context(), "chal_old")
	require.NoError(t, err, "it may still be answered")

	put("chal_next", start.Add(identity.ChallengeLife))
	_, err = s.Get(t.Context(), "chal_old")
	require.ErrorIs(t, err, identity.ErrChallengeUnknown)
	for _, id := range []identity.ChallengeID{"chal_young", "chal_last", "chal_next"} {
		_, err = s.Get(t.Context(), id)
		require.NoError(t, err, id)
	}
}
