package jwt_test

import (
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
)

const (
	issuer   = "https://api.example.com"
	audience = "https://app.example.com"
)

// start is when every test here plays.
var start = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

// key makes a key from one repeated byte.
func key(id string, seed byte, state jwt.State) jwt.Key {
	raw := make([]byte, ed25519.SeedSize)
	for i := range raw {
		raw[i] = seed
	}
	return jwt.Key{ID: id, Private: ed25519.NewKeyFromSeed(raw), State: state}
}

// with makes options of one issuer around the keys.
func with(keys ...jwt.Key) jwt.Options {
	return jwt.Options{Issuer: issuer, Audience: audience, ChainID: identity.Devnet, Keys: keys}
}

func open(t *testing.T, o jwt.Options) *jwt.Tokens {
	t.Helper()
	tokens, err := jwt.New(o)
	require.NoError(t, err)
	return tokens
}

func claims() identity.Claims {
	return identity.Claims{
		ID: "tok_1", Account: "acct_1", Session: "sess_1",
		Wallet: "FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF", Roles: []identity.Role{identity.RoleUser},
		IssuedAt: start, ExpiresAt: start.Add(identity.AccessLife),
	}
}

func issue(t *testing.T, tokens *jwt.Tokens) string {
	t.Helper()
	token, err := tokens.Issue(t.Context(), claims())
	require.NoError(t, err)
	return token
}

func TestTokens(t *testing.T) {
	t.Parallel()
	contract.Tokens(t, func(t *testing.T) ports.Tokens {
		return open(t, with(key("old", 1, jwt.Retired), key("now", 2, jwt.Active), key("soon", 3, jwt.Next)))
	})
}

// TestRotation walks two processes through a rotation, one always a step ahead: no token is refused.
func TestRotation(t *testing.T) {
	t.Parallel()
	steps := [][]jwt.Key{
		{key("a", 1, jwt.Active)},
		{key("a", 1, jwt.Active), key("b", 2, jwt.Next)},
		{key("a", 1, jwt.Retired), key("b", 2, jwt.Active)},
	}
	for i := range steps[1:] {
		behind, ahead := open(t, with(steps[i]...)), open(t, with(steps[i+1]...))
		for _, pair := range [][2]*jwt.Tokens{{behind, ahead}, {ahead, behind}} {
			got, err := pair[1].Verify(t.Context(), issue(t, pair[0]), start)
			require.NoError(t, err, "step %d", i)
			require.Equal(t, claims(), got)
		}
	}
	removed := open(t, with(key("b", 2, jwt.Active)))
	_, err := removed.Verify(t.Context(), issue(t, open(t, with(steps[0]...))), start)
	require.ErrorIs(t, err, identity.ErrToken)
}

func TestOnlyTheActiveKeySigns(t *testing.T) {
	t.Parallel()
	all := open(t, with(key("old", 1, jwt.Retired), key("now", 2, jwt.Active), key("soon", 3, jwt.Next)))
	token := issue(t, all)
	_, err := open(t, with(key("now", 2, jwt.Active))).Verify(t.Context(), token, start)
	require.NoError(t, err)
	_, err = open(t, with(key("old", 1, jwt.Active), key("soon", 3, jwt.Next))).Verify(t.Context(), token, start)
	require.ErrorIs(t, err, identity.ErrToken)
}

func TestKeysPublishesEveryKey(t *testing.T) {
	t.Parallel()
	keys := []jwt.Key{key("old", 1, jwt.Retired), key("now", 2, jwt.Active), key("soon", 3, jwt.Next)}
	published, err := open(t, with(keys...)).Keys(t.Context())
	require.NoError(t, err)
	require.Len(t, published, len(keys))
	for i, k := range keys {
		require.Equal(t, k.ID, published[i].ID)
		require.Equal(t, k.Private.Public(), ed25519.PublicKey(published[i].Key[:]))
	}
}

func TestNewKeepsNothingItWasHanded(t *testing.T) {
	t.Parallel()
	o := with(key("now", 2, jwt.Active))
	tokens := open(t, o)
	before := issue(t, tokens)
	clear(o.Keys[0].Private)
	require.Equal(t, before, issue(t, tokens))
	_, err := tokens.Verify(t.Context(), before, start)
	require.NoError(t, err)
}

// BenchmarkVerify is what every authenticated request pays.
func BenchmarkVerify(b *testing.B) {
	tokens, err := jwt.New(with(key("now", 2, jwt.Active)))
	require.NoError(b, err)
	token, err := tokens.Issue(b.Context(), claims())
	require.NoError(b, err)
	for b.Loop() {
		if _, err := tokens.Verify(b.Context(), token, start); err != nil {
			b.Fatal(err)
		}
	}
}
