package identity_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

// start is when the tests play: past a millisecond and past a second, in a zone that is not UTC.
var start = time.Date(2026, 11, 23, 6, 0, 0, 123_456_789, time.FixedZone("CET", 3600))

const (
	wallet = identity.Wallet("FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF")
	nonce  = "n0nceN0nce123456789012"
)

// private is the key of wallet: its seed is the bytes 0 to 31.
func private() ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	for i := range seed {
		seed[i] = byte(i)
	}
	return ed25519.NewKeyFromSeed(seed)
}

// stranger is somebody else's key.
func stranger() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) }

func site() identity.Site {
	return identity.Site{
		Domain: "pay.example.com", URI: "https://pay.example.com/login",
		ChainID: identity.Devnet, Statement: "Sign in to Example Pay",
	}
}

// asked is a challenge whose first attempt is counted.
func asked(t *testing.T) identity.Challenge {
	t.Helper()
	c, err := identity.IssueChallenge(site(), identity.AskSignIn(site()), "chal_01abc", wallet, nonce, start)
	require.NoError(t, err)
	c.Attempts = 1
	return c
}

func sign(message string) []byte { return ed25519.Sign(private(), []byte(message)) }

// unhex reads hexadecimal; "xx*n" repeats the byte xx n times.
func unhex(t *testing.T, text string) []byte {
	t.Helper()
	var raw []byte
	for _, word := range strings.Fields(text) {
		bytes, times, repeated := strings.Cut(word, "*")
		n := 1
		if repeated {
			n = 0
			for _, c := range times {
				n = n*10 + int(c-'0')
			}
		}
		one, err := hex.DecodeString(bytes)
		require.NoError(t, err)
		for range n {
			raw = append(raw, one...)
		}
	}
	return raw
}
