package jwt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	adapter "github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/testkit/forge"
)

// forger holds a good token of the key "now".
func forger(t testing.TB) *forge.Forger {
	t.Helper()
	tokens, err := adapter.New(with(key("now", 2)), start)
	require.NoError(t, err)
	return forge.New(issue(t, tokens), key("now", 2).Private)
}

func TestForgeIsGoodUnchanged(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2)))
	got, err := tokens.Verify(t.Context(), forger(t).With(nil, nil), start)
	require.NoError(t, err)
	require.Equal(t, claims(), got)
}

// E-03: none of the texts that are a token to a careless reader is one to us, whatever other keys there are.
func TestHostileTokens(t *testing.T) {
	t.Parallel()
	one, turning := open(t, with(key("now", 2))), open(t, with(turn()...))
	for name, text := range forger(t).Tokens() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, one, text)
			requireInvalid(t, turning, text)
		})
	}
	t.Run("kid_of_another_key", func(t *testing.T) {
		t.Parallel()
		for _, id := range []string{"old", "soon"} {
			requireInvalid(t, turning, forger(t).With(map[string]any{"kid": id}, nil))
		}
	})
}

func TestHostileBits(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2)))
	for _, text := range forger(t).Flips() {
		requireInvalid(t, tokens, text)
	}
}

func TestHostileClaims(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2)))
	for _, wallet := range []string{
		identity.Wallet("FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF").CAIP10(identity.Mainnet),
		identity.Wallet(strings.Repeat("1", 32)).CAIP10(identity.Devnet), // the system program
	} {
		requireInvalid(t, tokens, forger(t).With(nil, map[string]any{"wallet": wallet}))
	}
	requireInvalid(t, tokens, forger(t).With(nil, map[string]any{"exp": start.Unix() - 3})) // within the leeway, and before its issue
}

// TestSignatureHasOneSpelling: the last character of a signature carries four unused bits, and the
// decoder would also skip line ends.
func TestSignatureHasOneSpelling(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2)))
	token := issue(t, tokens)
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=\n" {
		if text := token[:len(token)-1] + string(last); text != token {
			requireInvalid(t, tokens, text)
		}
	}
}

func TestExpiredIsSaidOnlyOfOurOwn(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2)))
	late := start.Add(identity.AccessLife + identity.ClockLeeway)
	_, err := tokens.Verify(t.Context(), issue(t, tokens), late)
	require.ErrorIs(t, err, identity.ErrTokenExpired)

	stranger := open(t, with(key("now", 9)))
	_, err = tokens.Verify(t.Context(), issue(t, stranger), late)
	require.ErrorIs(t, err, identity.ErrToken)

	early := map[string]any{"exp": start.Unix() - 60, "nbf": start.Unix() + 60}
	_, err = tokens.Verify(t.Context(), forger(t).With(nil, early), start)
	require.ErrorIs(t, err, identity.ErrToken, "expired, and not good yet")
}

// TestRefusedByTheFirstDoor: other checks would stop these too, which is no reason to open the door.
func TestRefusedByTheFirstDoor(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2)))
	for cause, change := range map[string][2]map[string]any{
		"signing method HS256 is invalid": {{"alg": "HS256"}, nil},
		"signing method none is invalid":  {{"alg": "none"}, nil},
		"exp claim is required":           {nil, {"exp": nil}},
	} {
		_, err := tokens.Verify(t.Context(), forger(t).With(change[0], change[1]), start)
		require.ErrorIs(t, err, identity.ErrToken)
		require.ErrorContains(t, err, cause)
	}
}

func requireInvalid(t *testing.T, tokens *adapter.Tokens, text string) {
	t.Helper()
	got, err := tokens.Verify(t.Context(), text, start)
	require.ErrorIs(t, err, identity.ErrToken)
	require.Zero(t, got)
}

// FuzzVerify: no text makes Verify panic, and none but ours is a token.
func FuzzVerify(f *testing.F) {
	tokens, err := adapter.New(with(key("now", 2)), start)
	require.NoError(f, err)
	token, err := tokens.Issue(f.Context(), claims())
	require.NoError(f, err)
	f.Add(token)
	f.Add(strings.Replace(token, ".", "..", 1))
	f.Add("eyJhbGciOiJub25lIn0.bnVsbA.")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := tokens.Verify(t.Context(), text, start); err == nil {
			require.Equal(t, token, text)
		}
	})
}
