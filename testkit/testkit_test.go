package testkit_test

import (
	"crypto/ed25519"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/testkit"
)

func TestClockStandsStillUntilItIsMoved(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 3600)
	clock := testkit.NewClock(time.Date(2026, 1, 1, 1, 0, 0, 1_999, east))
	require.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 1_000, time.UTC), clock.Now())
	require.Equal(t, clock.Now().Add(time.Hour), clock.Advance(time.Hour))
	require.Equal(t, clock.Now().Add(-2*time.Hour), clock.Advance(-2*time.Hour))
	clock.Set(testkit.Start)
	require.Equal(t, testkit.Start, clock.Now())
}

func TestNamesAscendAndAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^pool_[a-z0-9]{26}$`)
	ids, again := testkit.NewIDs(), testkit.NewIDs()
	last := ""
	for range 100 {
		name := ids.New("pool")
		require.Regexp(t, form, name)
		require.Greater(t, name, last)
		require.Equal(t, name, again.New("pool"))
		last = name
	}
}

func TestNamesDifferWhenMadeTogether(t *testing.T) {
	t.Parallel()
	ids, seen := testkit.NewIDs(), sync.Map{}
	var makers sync.WaitGroup
	for range 8 {
		makers.Go(func() {
			for range 100 {
				seen.Store(ids.New("x"), true)
			}
		})
	}
	makers.Wait()
	count := 0
	seen.Range(func(any, any) bool { count++; return true })
	require.Equal(t, 800, count)
}

func TestRandomDiffersAndRepeats(t *testing.T) {
	t.Parallel()
	one, same, other := testkit.NewRandom("a"), testkit.NewRandom("a"), testkit.NewRandom("b")
	seen := map[string]bool{}
	for range 100 {
		text := one.Text(identity.NonceLength)
		require.Regexp(t, `^[A-Za-z0-9]{22}$`, text)
		require.Equal(t, text, same.Text(identity.NonceLength))
		require.NotEqual(t, text, other.Text(identity.NonceLength))
		require.False(t, seen[text])
		seen[text] = true
	}
	require.Len(t, one.Text(1_000), 1_000)
}

func TestKeysBelongToNames(t *testing.T) {
	t.Parallel()
	first, again := testkit.Key("ada"), testkit.Key("ada")
	require.Equal(t, first, again)
	require.NotEqual(t, testkit.Wallet("ada"), testkit.Wallet("bea"))

	challenge, err := identity.IssueChallenge(testkit.Site(), identity.AskSignIn(testkit.Site()), "chal_1", testkit.Wallet("ada"), testkit.NewRandom("").Text(identity.NonceLength), testkit.Start)
	require.NoError(t, err)
	message, signature := testkit.Answer("ada", challenge)
	require.True(t, ed25519.Verify(testkit.Key("ada").Public().(ed25519.PublicKey), message, signature))
	challenge.Attempts = 1
	require.NoError(t, challenge.Answer(testkit.Start, message, signature))
}

func TestTWISTCountsWholeTokens(t *testing.T) {
	t.Parallel()
	require.Equal(t, money.Amount(12_000_000_000), testkit.TWIST(12))
	require.Panics(t, func() { testkit.TWIST(-1) })
	require.Panics(t, func() { testkit.TWIST(10_000_000_000) })
}
