package visitor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/visitor"
)

// What browsers keep must be known by whatever runs next: this was made by openssl dgst -mac HMAC.
func TestSealVector(t *testing.T) {
	t.Parallel()
	require.Equal(t, "ada0.41da279e810e574c16b3dc5c705f95e3", key(t, secret(visitor.MinKey)).Seal("ada0"))
}

// E-23: a seal opens under its key, as it was made, and in no other way: nobody has another's name, or one of their own
// making.
func TestSealsAreNotForged(t *testing.T) {
	t.Parallel()
	k, other := key(t, secret(visitor.MinKey)), key(t, secret(visitor.MinKey+1))
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.StringMatching(`[0-9A-Za-z.\n]{0,30}`).Draw(rt, "name")
		text := k.Seal(name)
		opened, ok := k.Open(text)
		require.True(rt, ok)
		require.Equal(rt, name, opened)

		_, ok = other.Open(text)
		require.False(rt, ok, "another key")
		at := rapid.IntRange(0, len(text)-1).Draw(rt, "at")
		_, ok = k.Open(text[:at] + string(rune(text[at]^1)) + text[at+1:])
		require.False(rt, ok, "one bit")
		_, ok = k.Open(text[:at])
		require.False(rt, ok, "cut")
		_, ok = k.Open(text + "0")
		require.False(rt, ok, "longer")
		_, ok = k.Open(strings.ToUpper(text))
		require.Equal(rt, strings.ToUpper(text) == text, ok, "other letters")
	})
	for _, text := range []string{"", ".", "ada0", "ada0.", "." + strings.Repeat("0", 32), "ada0." + strings.Repeat("0", 32)} {
		_, ok := k.Open(text)
		require.False(t, ok, text)
	}
	require.Empty(t, visitor.Key{}.Seal("ada0"), "without a key nothing is sealed")
	_, ok := visitor.Key{}.Open(k.Seal("ada0"))
	require.False(t, ok)
}

// A hash that somebody sees is no seal: the two are made of different lines.
func TestAHashIsNoSeal(t *testing.T) {
	t.Parallel()
	k := key(t, secret(visitor.MinKey))
	for _, p := range []visitor.Purpose{visitor.Clicks, visitor.Stakes} {
		require.NotEqual(t, visitor.Purpose("name"), p)
	}
	_, ok := k.Open("2026-11-29\n203.0.113.7/32.a26abe06ff745ee83b15459887c6d69b")
	require.False(t, ok)
}
