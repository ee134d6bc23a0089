package jwt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/core/identity"
)

// A drop and the return of the same secret under another name, in one file, is no drop.
func TestADropThatKeepsTheSecretIsRefused(t *testing.T) {
	t.Parallel()
	tokens := open(t, with(key("now", 2)))
	file := jwt.Ring{Keys: []jwt.Key{key("now", 2), key("heir", 2)}}
	file.Keys[0].Dropped, file.Keys[0].Private, file.Keys[0].RetiresAt = true, nil, start
	file.Keys[1].ActiveAt = start
	require.NoError(t, file.Check(start), "by itself it does not show")
	require.ErrorContains(t, tokens.Replace(file, start), "key heir was dropped")
	require.Empty(t, tokens.Tombstones(), "what was refused buries nothing")
	file.Keys[1].Private = drawn(3)
	require.NoError(t, tokens.Replace(file, start))
}

// What a slip of an editor would bury for ever is refused before: a moment of issue that is far ahead ends every
// sign-in until then, and a name that no key can have is remembered by no store, or stands for every key.
func TestSlipsAreNotBuried(t *testing.T) {
	t.Parallel()
	const ahead = identity.AccessLife + identity.ClockLeeway
	for name, test := range map[string]struct {
		spoil func(*jwt.Ring)
		says  string
	}{
		"all_tokens_far_ahead":   {func(r *jwt.Ring) { r.MinIssued = start.Add(ahead + 1) }, "too far ahead"},
		"a_keys_tokens_for_ever": {func(r *jwt.Ring) { r.Keys[1].MinIssued = identity.Forever() }, "too far ahead"},
		"every_key_gone":         {func(r *jwt.Ring) { r.Gone = []string{identity.EveryKey} }, "no name of a key"},
		"no_name_gone":           {func(r *jwt.Ring) { r.Gone = []string{""} }, "no name of a key"},
		"a_long_name_gone":       {func(r *jwt.Ring) { r.Gone = []string{strings.Repeat("a", 65)} }, "no name of a key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spoilt := jwt.Ring{Keys: turn()}
			test.spoil(&spoilt)
			require.ErrorContains(t, spoilt.Check(start), test.says)
			tokens := open(t, with(turn()...))
			require.ErrorContains(t, tokens.Replace(spoilt, start), test.says)
			require.Empty(t, tokens.Tombstones())
		})
	}
	good := jwt.Ring{Keys: turn(), Gone: []string{strings.Repeat("a", 64)}}.Refuse(start.Add(ahead))
	good.Keys[1].MinIssued = start.Add(ahead)
	require.NoError(t, good.Check(start), "by a clock that is a little ahead")
}
