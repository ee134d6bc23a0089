package contract

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

// Challenges is the specification of ports.Challenges. What open returns holds no challenge.
func Challenges(t *testing.T, open func(t *testing.T) ports.Challenges) {
	for name, test := range map[string]func(*testing.T, ports.Challenges){
		"get_gives_what_was_put":                    challengePut,
		"put_keeps_the_count_of_attempts":           challengePutCounted,
		"put_again_replaces":                        challengePutAgain,
		"put_drops_only_what_has_expired":           challengePutDrops,
		"put_and_what_comes_after_race_on_many":     challengeLifeRace,
		"challenges_of_one_wallet_coexist":          challengesCoexist, // P-49
		"absent_is_unknown_to_every_method":         challengeAbsent,
		"get_changes_nothing":                       challengeGetIsPure,
		"attempt_counts_one":                        challengeAttempt,
		"attempts_of_one_are_not_those_of_another":  challengeAttemptsApart,
		"every_attempt_in_a_race_has_its_own_count": challengeAttemptRace,
		"take_gives_it_as_it_stood":                 challengeTake,
		"taken_is_unknown_to_every_method":          challengeTaken, // I-12, later
		"exactly_one_of_64_takes_wins":              challengeTakeRace,
		"an_attempt_racing_a_take_revives_nothing":  challengeAttemptAgainstTake,
		"exhaustion_is_judged_elsewhere":            challengeNotJudged,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, open(t)) })
	}
}

// racers is how many goroutines meet in a race.
const racers = 64

// challenge makes the n-th challenge of one wallet: to sign in when n is even, and to step up when it is odd.
func challenge(t *testing.T, n int) identity.Challenge {
	t.Helper()
	site := identity.Site{
		Domain: "app.example.com", URI: "https://app.example.com/sign-in",
		ChainID: identity.Localnet, Statement: "Sign in to Example.",
	}
	const wallet = identity.Wallet("FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF")
	id := identity.ChallengeID(fmt.Sprintf("chal_%d", n))
	nonce := fmt.Sprintf("%0*d", identity.NonceLength, n)
	ask := identity.AskSignIn(site)
	if n%2 == 1 {
		ask = identity.AskStepUp(account(n).ID, "po_1", "Pay 1 TWIST to somebody.")
	}
	c, err := identity.IssueChallenge(site, ask, id, wallet, nonce, moment.Add(time.Duration(n)*time.Millisecond))
	require.NoError(t, err)
	return c
}

// moment is when the suites play. It has more digits than a token or a signed text can carry.
var moment = time.Date(2026, 11, 23, 5, 0, 0, 123_456_789, time.UTC)

func challengePut(t *testing.T, s ports.Challenges) {
	put := challenge(t, 1)
	require.NoError(t, s.Put(t.Context(), put))
	got, err := s.Get(t.Context(), put.ID)
	require.NoError(t, err)
	require.Equal(t, put, got)
	require.Equal(t, put.Text(), got.Text(), "the text must survive byte for byte")
}

func challengePutCounted(t *testing.T, s ports.Challenges) {
	put := challenge(t, 1)
	put.Attempts = 3
	require.NoError(t, s.Put(t.Context(), put))
	got, err := s.Attempt(t.Context(), put.ID)
	require.NoError(t, err)
	require.Equal(t, 4, got.Attempts)
}

// challengePutAgain puts under one id what belongs to other moments, so that the id has expired in between.
func challengePutAgain(t *testing.T, s ports.Challenges) {
	for n := range 4 {
		put := challenge(t, n)
		put.ID, put.Attempts = "chal_again", n
		put.IssuedAt = put.IssuedAt.Add(time.Duration(n) * identity.ChallengeLife)
		put.ExpiresAt = put.IssuedAt.Add(identity.ChallengeLife)
		require.NoError(t, s.Put(t.Context(), put))
		got, err := s.Get(t.Context(), put.ID)
		require.NoError(t, err)
		require.Equal(t, put, got)
	}
}

// challengePutDrops puts at the last moment of others: they may be answered until then.
func challengePutDrops(t *testing.T, s ports.Challenges) {
	old := challenge(t, 1)
	require.NoError(t, s.Put(t.Context(), old))
	for n := range 40 {
		put := challenge(t, 100+n)
		put.IssuedAt = old.ExpiresAt.Add(-time.Microsecond)
		put.ExpiresAt = put.IssuedAt.Add(identity.ChallengeLife)
		require.NoError(t, s.Put(t.Context(), put))
	}
	got, err := s.Get(t.Context(), old.ID)
	require.NoError(t, err)
	require.Equal(t, old, got)
	for n := range 40 { // which drops old, or not
		put := challenge(t, 200+n)
		put.IssuedAt = old.ExpiresAt
		put.ExpiresAt = put.IssuedAt.Add(identity.ChallengeLife)
		require.NoError(t, s.Put(t.Context(), put))
	}
	for n := range 40 {
		_, err := s.Take(t.Context(), challenge(t, 100+n).ID)
		require.NoError(t, err)
		_, err = s.Take(t.Context(), challenge(t, 200+n).ID)
		require.NoError(t, err)
	}
}

// challengeLifeRace lets each of many put, try and take a challenge of its own while the others' expire.
func challengeLifeRace(t *testing.T, s ports.Challenges) {
	for n := range 100 {
		require.NoError(t, s.Put(t.Context(), challenge(t, n)))
	}
	var turn, whole atomic.Int32
	race(func() {
		put := challenge(t, 1_000+int(turn.Add(1)))
		put.IssuedAt = put.IssuedAt.Add(identity.ChallengeLife)
		put.ExpiresAt = put.IssuedAt.Add(identity.ChallengeLife)
		want := put
		want.Attempts = 1
		if s.Put(t.Context(), put) != nil {
			return
		}
		if got, err := s.Attempt(t.Context(), put.ID); err != nil || got != want {
			return
		}
		if got, err := s.Take(t.Context(), put.ID); err == nil && got == want {
			whole.Add(1)
		}
	})
	require.EqualValues(t, racers, whole.Load())
}

func challengesCoexist(t *testing.T, s ports.Challenges) {
	for n := range 20 {
		require.NoError(t, s.Put(t.Context(), challenge(t, n)))
	}
	for n := range 20 {
		got, err := s.Take(t.Context(), challenge(t, n).ID)
		require.NoError(t, err)
		require.Equal(t, challenge(t, n), got)
	}
}

func challengeAbsent(t *testing.T, s ports.Challenges) {
	require.NoError(t, s.Put(t.Context(), challenge(t, 1)))
	requireUnknown(t, s, "chal_2")
	requireUnknown(t, s, "")
	requireUnknown(t, s, "chal_\x00")
	requireUnknown(t, s, "chal_\xff")
}

// requireUnknown asks every method for a challenge that is not there.
func requireUnknown(t *testing.T, s ports.Challenges, id identity.ChallengeID) {
	t.Helper()
	for name, ask := range map[string]func(context.Context, identity.ChallengeID) (identity.Challenge, error){
		"Get": s.Get, "Attempt": s.Attempt, "Take": s.Take,
	} {
		got, err := ask(t.Context(), id)
		require.ErrorIs(t, err, identity.ErrChallengeUnknown, name)
		require.Zero(t, got, name)
	}
}

func challengeGetIsPure(t *testing.T, s ports.Challenges) {
	require.NoError(t, s.Put(t.Context(), challenge(t, 1)))
	for range 3 {
		got, err := s.Get(t.Context(), "chal_1")
		require.NoError(t, err)
		require.Equal(t, challenge(t, 1), got)
	}
}

func challengeAttempt(t *testing.T, s ports.Challenges) {
	want := challenge(t, 1)
	require.NoError(t, s.Put(t.Context(), want))
	for n := 1; n <= 3; n++ {
		want.Attempts = n
		counted, err := s.Attempt(t.Context(), want.ID)
		require.NoError(t, err)
		require.Equal(t, want, counted)
		got, err := s.Get(t.Context(), want.ID)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func challengeAttemptsApart(t *testing.T, s ports.Challenges) {
	require.NoError(t, s.Put(t.Context(), challenge(t, 1)))
	require.NoError(t, s.Put(t.Context(), challenge(t, 2)))
	_, err := s.Attempt(t.Context(), "chal_1")
	require.NoError(t, err)
	got, err := s.Get(t.Context(), "chal_2")
	require.NoError(t, err)
	require.Zero(t, got.Attempts)
}

func challengeAttemptRace(t *testing.T, s ports.Challenges) {
	require.NoError(t, s.Put(t.Context(), challenge(t, 1)))
	var counts [racers + 1]atomic.Int32
	race(func() {
		if got, err := s.Attempt(t.Context(), "chal_1"); err == nil && got.Attempts <= racers {
			counts[got.Attempts].Add(1)
		}
	})
	for n := 1; n <= racers; n++ {
		require.EqualValues(t, 1, counts[n].Load(), "attempt %d", n)
	}
}

func challengeTake(t *testing.T, s ports.Challenges) {
	want := challenge(t, 1)
	require.NoError(t, s.Put(t.Context(), want))
	_, err := s.Attempt(t.Context(), want.ID)
	require.NoError(t, err)
	want.Attempts = 1
	got, err := s.Take(t.Context(), want.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func challengeTaken(t *testing.T, s ports.Challenges) {
	require.NoError(t, s.Put(t.Context(), challenge(t, 1)))
	_, err := s.Take(t.Context(), "chal_1")
	require.NoError(t, err)
	requireUnknown(t, s, "chal_1")
	require.NoError(t, s.Put(t.Context(), challenge(t, 2)))
	requireUnknown(t, s, "chal_1")
}

// challengeTakeRace is I-12: a replay, in parallel or later, opens nothing.
func challengeTakeRace(t *testing.T, s ports.Challenges) {
	for round := range 8 {
		put := challenge(t, round)
		require.NoError(t, s.Put(t.Context(), put))
		var won, lost atomic.Int32
		race(func() {
			switch got, err := s.Take(t.Context(), put.ID); {
			case err == nil && got == put:
				won.Add(1)
			case identity.ErrChallengeUnknown.Is(err) && got == identity.Challenge{}:
				lost.Add(1)
			}
		})
		require.EqualValues(t, 1, won.Load())
		require.EqualValues(t, racers-1, lost.Load())
	}
}

func challengeAttemptAgainstTake(t *testing.T, s ports.Challenges) {
	for round := range 8 {
		put := challenge(t, round)
		require.NoError(t, s.Put(t.Context(), put))
		var turn, won atomic.Int32
		race(func() {
			if turn.Add(1)%2 == 0 {
				_, _ = s.Attempt(t.Context(), put.ID) // may come before or after the take
				return
			}
			if _, err := s.Take(t.Context(), put.ID); err == nil {
				won.Add(1)
			}
		})
		require.EqualValues(t, 1, won.Load())
		requireUnknown(t, s, put.ID)
	}
}

func challengeNotJudged(t *testing.T, s ports.Challenges) {
	put := challenge(t, 1)
	put.Attempts = identity.MaxAttempts
	require.NoError(t, s.Put(t.Context(), put))
	got, err := s.Attempt(t.Context(), put.ID)
	require.NoError(t, err)
	require.Equal(t, identity.MaxAttempts+1, got.Attempts)
}

// race starts racers goroutines at once and waits for all.
func race(run func()) {
	var ready, done sync.WaitGroup
	ready.Add(racers)
	for range racers {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			run()
		})
	}
	done.Wait()
}
