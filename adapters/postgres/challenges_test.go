package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
	"github.com/twist-platform/twist/testkit/pgtest"
)

func TestChallenges(t *testing.T) {
	t.Parallel()
	contract.Challenges(t, func(t *testing.T) ports.Challenges { return open(t).Challenges() })
}

// What one process puts, another answers; what one takes is gone for all (P-44).
func TestChallengesBelongToAllProcesses(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, migrate)
	here, there := process(t, url), process(t, url)
	put := asked(1, later)
	require.NoError(t, here.Put(t.Context(), put))
	put.Attempts = 1
	got, err := there.Attempt(t.Context(), put.ID)
	require.NoError(t, err)
	require.Equal(t, put, got)
	got, err = here.Take(t.Context(), put.ID)
	require.NoError(t, err)
	require.Equal(t, put, got)
	_, err = there.Take(t.Context(), put.ID)
	require.ErrorIs(t, err, identity.ErrChallengeUnknown)
}

func process(t *testing.T, url string) *postgres.Challenges {
	t.Helper()
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store.Challenges()
}

func asked(n int, issued time.Time) identity.Challenge {
	return identity.Challenge{
		ID: identity.ChallengeID(fmt.Sprintf("chal_%d", n)), Purpose: identity.SignIn, Wallet: "a wallet", Domain: "a.b", URI: "https://a.b",
		ChainID: identity.Devnet, Statement: "Sign in.", Nonce: "a nonce", IssuedAt: issued, ExpiresAt: issued.Add(identity.ChallengeLife),
	}
}

// Of what expired each Put drops some and never much: the table shrinks to what may still be answered, and
// nobody's sign-in waits for all that piled up.
func TestChallengesForgetWhatExpired(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, migrate)
	s, db := process(t, url), owner(t, url)
	const pile = 100
	for n := range pile {
		require.NoError(t, s.Put(t.Context(), asked(n, later)))
	}
	require.Equal(t, pile, number(t, db, `SELECT count(*) FROM challenges`))
	before := pile
	for n := range pile {
		require.NoError(t, s.Put(t.Context(), asked(pile+n, later.Add(identity.ChallengeLife))))
		now := number(t, db, `SELECT count(*) FROM challenges`)
		require.LessOrEqual(t, before+1-now, 16, "no more than a few at once")
		before = now
	}
	require.Equal(t, pile, number(t, db, `SELECT count(*) FROM challenges WHERE id >= 'chal_100' AND length(id) = 8`))
	require.Equal(t, pile, before, "all that expired is gone")
}

// A server that crashes forgets every challenge, and so does one that is restored from a copy of its files:
// no challenge outlives the record that it was taken. Nothing about one waits for a disk.
func TestChallengesAreNotLogged(t *testing.T) {
	t.Parallel()
	db := owner(t, pgtest.Open(t, migrate))
	require.Equal(t, 2, number(t, db, `
		SELECT count(*) FROM pg_class
		WHERE (oid = 'challenges'::regclass OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'challenges'::regclass))
			AND relname <> 'challenges' AND relpersistence = 'u'`))
	require.Equal(t, 1, number(t, db, `SELECT count(*) FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'`), "and nothing else is")
}

// What cannot be stored is refused; who does not get an answer is told so, and not that there is no challenge.
func TestChallengesRefuse(t *testing.T) {
	t.Parallel()
	store := open(t)
	s := store.Challenges()
	bad := asked(1, later)
	bad.Statement = "a\x00b"
	require.ErrorIs(t, s.Put(t.Context(), bad), postgres.ErrText)
	bad = asked(1, later)
	bad.Attempts = -1
	require.Error(t, s.Put(t.Context(), bad))

	gone, stop := context.WithCancel(t.Context())
	stop()
	require.ErrorIs(t, s.Put(gone, asked(1, later)), ports.ErrStore)
	for _, ask := range []func(context.Context, identity.ChallengeID) (identity.Challenge, error){s.Get, s.Attempt, s.Take} {
		_, err := ask(gone, "chal_1")
		require.ErrorIs(t, err, ports.ErrStore)
	}
}
