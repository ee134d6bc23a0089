package jwt_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
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

// key makes a key from one repeated byte. It has no moments: it is active.
func key(id string, seed byte) jwt.Key {
	raw := make([]byte, ed25519.SeedSize)
	for i := range raw {
		raw[i] = seed
	}
	return jwt.Key{ID: id, Private: ed25519.NewKeyFromSeed(raw)}
}

// turn is a rotation in the middle of another: at start, old is retired, now is active and soon is next.
func turn() []jwt.Key {
	old, now, soon := key("old", 1), key("now", 2), key("soon", 3)
	old.RetiresAt = start.Add(-time.Minute)
	now.PublishedAt, now.ActiveAt = old.RetiresAt.Add(-jwt.Lead), old.RetiresAt
	soon.PublishedAt, soon.ActiveAt = start, start.Add(jwt.Lead)
	now.RetiresAt = soon.ActiveAt
	return []jwt.Key{old, now, soon}
}

// with makes options of one issuer around the keys.
func with(keys ...jwt.Key) jwt.Options {
	return jwt.Options{Issuer: issuer, Audience: audience, ChainID: identity.Devnet, Ring: jwt.Ring{Keys: keys}}
}

func open(t *testing.T, o jwt.Options) *jwt.Tokens {
	t.Helper()
	tokens, err := jwt.New(o, start)
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

func issue(t testing.TB, tokens *jwt.Tokens) string {
	t.Helper()
	token, err := tokens.Issue(t.Context(), claims())
	require.NoError(t, err)
	return token
}

func TestTokens(t *testing.T) {
	t.Parallel()
	contract.Tokens(t, func(t *testing.T) ports.Tokens {
		return open(t, with(turn()...))
	})
}

func TestOnlyTheActiveKeySigns(t *testing.T) {
	t.Parallel()
	all := open(t, with(turn()...))
	_, err := open(t, with(key("now", 2))).Verify(t.Context(), issue(t, all), start)
	require.NoError(t, err)
	_, err = open(t, with(key("old", 1))).Verify(t.Context(), issue(t, all), start)
	require.ErrorIs(t, err, identity.ErrToken)
}

func TestKeysPublishesWhatVerifies(t *testing.T) {
	t.Parallel()
	keys := turn()
	tokens := open(t, with(keys...))
	published, err := tokens.Keys(t.Context(), start)
	require.NoError(t, err)
	require.Len(t, published, len(keys))
	for i, k := range keys {
		require.Equal(t, k.ID, published[i].ID)
		require.Equal(t, k.Private.Public(), ed25519.PublicKey(published[i].Key[:]))
	}
	gone := keys[0].RetiresAt.Add(jwt.Kept)
	for now, want := range map[time.Time]int{gone.Add(-time.Nanosecond): 3, gone: 2} {
		published, err = tokens.Keys(t.Context(), now)
		require.NoError(t, err)
		require.Len(t, published, want)
	}
	keys[0].Dropped = true
	published, err = open(t, with(keys...)).Keys(t.Context(), start)
	require.NoError(t, err)
	require.Len(t, published, 2)
}

func TestNewKeepsNothingItWasHanded(t *testing.T) {
	t.Parallel()
	o := with(key("now", 2))
	tokens := open(t, o)
	before := issue(t, tokens)
	clear(o.Ring.Keys[0].Private)
	o.Ring.Keys[0].ID = "mine"
	require.Equal(t, before, issue(t, tokens))
	_, err := tokens.Verify(t.Context(), before, start)
	require.NoError(t, err)
}

// kid reads the name of a token's key.
func kid(t *testing.T, token string) string {
	t.Helper()
	part, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)
	var header struct{ Kid string }
	require.NoError(t, json.Unmarshal(raw, &header))
	return header.Kid
}
