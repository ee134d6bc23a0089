package jwt_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/jwt"
)

func TestRingFile(t *testing.T) {
	t.Parallel()
	r := jwt.Ring{Keys: turn()}.Refuse(start)
	r.Keys[0].MinIssued = start
	read, err := jwt.ParseRing(r.Secrets())
	require.NoError(t, err)
	require.Equal(t, r, read)
	dropped, err := r.Drop("now", nil, start)
	require.NoError(t, err)
	require.NotContains(t, string(dropped.Secrets()), hex.EncodeToString(r.Keys[1].Private.Seed()))
	read, err = jwt.ParseRing(dropped.Secrets())
	require.NoError(t, err)
	require.Equal(t, dropped, read)
	byHand, err := jwt.ParseRing([]byte(`{"keys":[{"id":"a","seed":"` + strings.Repeat("5e", 32) + `"}]}`))
	require.NoError(t, err)
	require.NoError(t, byHand.Check(start), "one key needs no moments")
}

// E-11: what is no ring is refused without a word of it, because it may be a secret with a typing error.
func TestRingFileRefuses(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("5ec2e7", 10)
	for name, text := range map[string]string{
		"empty": "", "text": secret, "list": `[]`, "cut": `{"keys":[{"id":"a","seed":"` + secret,
		"two": `{"keys":[]}{"keys":[]}`, "unknown_field": `{"keys":[],"` + secret + `":1}`,
		"short_seed": `{"keys":[{"id":"a","seed":"` + secret + `"}]}`, "odd_seed": `{"keys":[{"id":"a","seed":"` + secret + `e"}]}`,
		"moment": `{"keys":[{"id":"a","active_at":"` + secret + `"}]}`, "seed_is_a_number": `{"keys":[{"seed":5}]}`,
		"long": `{"keys":[]}` + strings.Repeat(" ", jwt.MaxRing),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := jwt.ParseRing([]byte(text))
			require.ErrorIs(t, err, jwt.ErrRing)
			require.NotContains(t, err.Error(), secret[:8])
		})
	}
}

// FuzzParseRing: no text makes it panic, and what it reads is written and read as the same.
func FuzzParseRing(f *testing.F) {
	f.Add(string(jwt.Ring{Keys: turn()}.Refuse(start).Secrets()))
	f.Add(`{"keys":[{"id":"a","dropped":true,"min_iat":"2026-11-23T05:00:00+01:00"}]}`)
	f.Add(`{"keys":null}`)
	f.Add(`{"keys":[],"gone":["5f0c1d2e3a4b5968",""]}`)
	f.Add(`{"gone":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := jwt.ParseRing([]byte(text))
		if err != nil {
			return
		}
		_ = r.Check(start)
		again, err := jwt.ParseRing(r.Secrets())
		require.NoError(t, err)
		require.Equal(t, r, again)
	})
}
