package siws_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/siws"
)

// drawn draws a message of any shape: each part may be missing.
func drawn(t *rapid.T) siws.Message {
	maybe := func(name, pattern string) string {
		if rapid.Bool().Draw(t, "has "+name) {
			return rapid.StringMatching(pattern).Draw(t, name)
		}
		return ""
	}
	const (
		uri    = `[a-z][a-z0-9+.-]{0,5}:(//([a-z0-9.-]{0,12})(:[0-9]{0,5})?)?(/[a-zA-Z0-9._~!$&'()*+,;=:@%-]{0,0}[a-z0-9]{0,6}){0,3}(\?[a-z0-9/?=&]{0,6})?(#[a-z0-9/?]{0,6})?`
		moment = `[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,12})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])`
	)
	m := siws.Message{
		Domain:         rapid.StringMatching(`([a-z]{1,4}@)?[a-z0-9.~-]{1,20}(:[0-9]{0,5})?`).Draw(t, "domain"),
		Address:        rapid.StringMatching(`[1-9A-HJ-NP-Za-km-z]{32,44}`).Draw(t, "address"),
		Statement:      maybe("statement", `[a-z0-9:/?#\[\]@!$&'()*+,;=._~ -]{1,60}`),
		URI:            maybe("URI", uri),
		Version:        maybe("version", `1`),
		ChainID:        maybe("chain", `(solana:)?(mainnet|testnet|devnet)|localnet`),
		Nonce:          maybe("nonce", `[a-zA-Z0-9]{8,40}`),
		IssuedAt:       maybe("issued", moment),
		ExpirationTime: maybe("expires", moment),
		NotBefore:      maybe("begins", moment),
	}
	if rapid.Bool().Draw(t, "has request") {
		id := rapid.StringMatching(`([a-zA-Z0-9._~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2}){0,20}`).Draw(t, "request")
		m.RequestID = &id
	}
	if rapid.Bool().Draw(t, "has resources") {
		m.Resources = rapid.SliceOfN(rapid.StringMatching(uri), 0, 4).Draw(t, "resources")
	}
	return m
}

// What is written is read as it was.
func TestParseOfRender(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawn(t)
		text, err := m.Render()
		require.NoError(t, err)
		again, err := siws.Parse(text)
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}

// A text with one byte changed, one left out or one put in is refused, or read as what it is.
func TestOneReadingOfAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, err := drawn(t).Render()
		require.NoError(t, err)
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		with := rapid.SampledFrom([]string{"", "\n", " ", ":", "-", "a", "\r", "\x00", "%", "ü", text[at:]}).Draw(t, "with")
		after := rapid.SampledFrom([]int{at, at + 1}).Draw(t, "after")
		requireOneReading(t, text[:at]+with+text[after:])
	})
}

// requireOneReading holds that a text is refused, or that what it is read as is written as the text.
func requireOneReading(t require.TestingT, text string) {
	m, err := siws.Parse(text)
	if err != nil {
		require.ErrorIs(t, err, fault.Invalid)
		require.Zero(t, m)
		return
	}
	again, err := m.Render()
	require.NoError(t, err)
	require.Equal(t, text, again)
	for _, c := range []byte(text) {
		require.True(t, c == '\n' || (c >= ' ' && c <= '~'), "every byte of a text can be seen")
	}
}

// FuzzParse: no text makes it panic, and what is read is written again byte for byte.
func FuzzParse(f *testing.F) {
	f.Add(fullText)
	f.Add(opened)
	f.Add(opened + "\n\nHello.")
	f.Add(opened + "\n\nRequest ID: ")
	f.Add(opened + "\n\nResources:")
	f.Add(strings.Replace(fullText, "pay.example.com", "u:p@[1::1.2.3.4]:8", 1))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) { requireOneReading(t, text) })
}

// FuzzParseEnvelope: no bytes make it panic, and what is read is written again byte for byte.
func FuzzParseEnvelope(f *testing.F) {
	me := []siws.Key{key()}
	f.Add(layout(0, named("a.b"), 0, me, fullText))
	f.Add(layout(0, [32]byte{}, 1, me, "ü"))
	f.Add(layout(0, [32]byte{}, 2, me, strings.Repeat("a", 1300)))
	f.Add(layout(1, [32]byte{}, 0, me, fullText))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := siws.ParseEnvelope(raw)
		if err != nil {
			require.ErrorIs(t, err, fault.Invalid)
			require.Zero(t, e)
			return
		}
		again, err := e.Encode()
		require.NoError(t, err)
		require.Equal(t, raw, again)
	})
}

// Every envelope that can be written is read as it was.
func TestParseEnvelopeOfEncode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := siws.Envelope{
			Version: siws.Version(rapid.IntRange(0, 2).Draw(t, "version")),
			Format:  siws.Format(rapid.IntRange(0, 3).Draw(t, "format")),
			Body:    rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~\n]{1,40}`), rapid.StringN(0, 2200, 2200)).Draw(t, "body"),
		}
		copy(e.Signer[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "signer"))
		if rapid.Bool().Draw(t, "of a domain") {
			copy(e.Domain[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "domain"))
		}
		raw, err := e.Encode()
		if err != nil {
			require.ErrorIs(t, err, fault.Invalid)
			return
		}
		again, err := siws.ParseEnvelope(raw)
		require.NoError(t, err)
		require.Equal(t, e, again)
		require.LessOrEqual(t, len(raw), siws.MaxSize)
	})
}
