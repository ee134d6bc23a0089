package jwt_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/jwt"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	now, next := key("now", 2), key("soon", 3)
	crossed := jwt.Key{ID: "x", Private: append(now.Private[:32:32], next.Private[32:]...)}
	for name, test := range map[string]struct {
		options jwt.Options
		says    string
	}{
		"no_key":                   {with(), "0 active keys"},
		"no_active_key":            {with(turn()[0]), "0 active keys"},
		"only_a_next_key":          {with(turn()[2]), "0 active keys"},
		"only_a_dropped_key":       {with(jwt.Key{ID: "x", Dropped: true}), "0 active keys"},
		"two_active_keys":          {with(now, key("other", 4)), "2 active keys"},
		"one_id_twice":             {with(now, key("now", 3)), "key now is listed twice"},
		"one_key_under_two_ids":    {with(now, key("new", 2)), "key new is listed twice"},
		"a_key_without_an_id":      {with(key("", 2)), `key id ""`},
		"an_id_that_is_a_path":     {with(now, key("../now", 3)), `key id "../now"`},
		"an_id_that_is_too_long":   {with(now, key(strings.Repeat("a", 65), 3)), "1 to 64"},
		"a_key_that_ends_first":    {with(jwt.Key{ID: "x", Private: now.Private, ActiveAt: start, RetiresAt: start.Add(-1)}), "retires before"},
		"a_seed_of_zeros":          {with(key("x", 0)), "a seed of zeros"},
		"a_short_private_key":      {with(jwt.Key{ID: "x", Private: now.Private[:63]}), "not an Ed25519"},
		"no_private_key":           {with(jwt.Key{ID: "x"}), "not an Ed25519"},
		"halves_of_different_keys": {with(crossed), "not an Ed25519"},
		"nothing_at_all":           {jwt.Options{}, "0 active keys"},
		"no_issuer":                {jwt.Options{Audience: audience, ChainID: "localnet", Ring: jwt.Ring{Keys: []jwt.Key{now}}}, "issuer"},
		"no_audience":              {jwt.Options{Issuer: issuer, ChainID: "localnet", Ring: jwt.Ring{Keys: []jwt.Key{now}}}, "audience"},
		"an_unknown_chain":         {jwt.Options{Issuer: issuer, Audience: audience, ChainID: "sol", Ring: jwt.Ring{Keys: []jwt.Key{now}}}, "chain"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens, err := jwt.New(test.options, start)
			require.ErrorContains(t, err, test.says)
			require.Nil(t, tokens)
		})
	}
}

func TestNewSaysEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := jwt.New(jwt.Options{Ring: with(key("", 1), turn()[2]).Ring}, start)
	for _, says := range []string{`key id ""`, "0 active keys", "soon does not begin", "an issuer", "the chain"} {
		require.ErrorContains(t, err, says)
	}
}

func TestPrivateKeysAreNeverPrinted(t *testing.T) {
	t.Parallel()
	k := key("now", 7)
	o := with(k)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("text", "key", k, "options", o, "tokens", open(t, o))
	slog.New(slog.NewJSONHandler(&log, nil)).Info("json", "key", k, "options", o, "tokens", open(t, o))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&log, verb+verb+verb+verb+"\n", k, &k, o, open(t, o))
	}
	_, err := jwt.New(with(k, k, jwt.Key{ID: "short", Private: k.Private[:40]}), start)
	fmt.Fprintln(&log, err)
	text, err := json.Marshal(o)
	require.NoError(t, err)
	log.Write(text)

	require.Contains(t, log.String(), "now")
	seed := k.Private.Seed()
	for _, secret := range []string{
		hex.EncodeToString(seed), strings.ToUpper(hex.EncodeToString(seed)), string(seed),
		base64.StdEncoding.EncodeToString(k.Private)[:40], fmt.Sprintf("%d", seed)[1:50], "0x7, 0x7, 0x7", "7 7 7",
	} {
		require.NotContains(t, log.String(), secret)
	}
	require.Len(t, seed, ed25519.SeedSize)
}
