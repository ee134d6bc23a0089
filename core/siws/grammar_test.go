package siws_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/siws"
)

// parts asks for a text with one part changed.
func parts(t *testing.T, change func(m *siws.Message, part string), want error, good, bad []string) {
	t.Helper()
	for _, part := range good {
		m := full()
		change(&m, part)
		text, err := m.Render()
		require.NoError(t, err, "%q", part)
		again, err := siws.Parse(text)
		require.NoError(t, err, "%q", part)
		require.Equal(t, m, again)
	}
	for _, part := range bad {
		m := full()
		change(&m, part)
		_, err := m.Render()
		require.ErrorIs(t, err, want, "%q", part)
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	parts(t, func(m *siws.Message, part string) { m.Domain = part }, siws.ErrDomain, []string{
		"a", "example.com", "EXAMPLE.com", "example.com:443", "example.com:", "localhost:5173", "127.0.0.1:80", "1.2.3.4.5",
		"a_b~c!d", "xn--prfen-kva.example", "a%20b", "user@host", "user:word@host:1", "[::1]", "[::]:80", "[1:2:3:4:5:6:7:8]",
		"[1:2:3:4:5:6:1.2.3.4]", "[::ffff:1.2.3.4]", "[1::8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]", "[v1.a:b]", "[VA.x]",
	}, []string{
		"", ":80", "user@", "@", "a@b@c", "us/er@host", "us%4@host", "example.com:80:80", "example.com:port", "example.com:-1",
		"a b", "a\tb", "a/b", "a?b", "a#b", "a\\b", "ü.example", "a%2", "a%", "a%zz", "a\"b", "<a>", "[", "[]", "[::1", "[::1]80",
		"[::1]x", "[::1]:x", "::1", "[:::]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[1:2:3:4:5:6:7:8::]",
		"[::1:2:3:4:5:6:7:8]", "[12345::]", "[g::]", "[1:]", "[:1]", "[1.2.3.4]", "[1.2.3.4::]", "[::1.2.3]", "[::1.2.3.4.5]",
		"[::256.2.3.4]", "[::01.2.3.4]", "[::1.2.3.4:5]", "[::1.2..4]", "[::1.2.3.4444]", "[1:2:3:4:5:6:7:1.2.3.4]", "[fe80::1%25eth0]",
		"[v.a]", "[v1.]", "[v1]", "[vg.a]", "[x1.a]", "[v1.a/b]",
	})
}

func TestURIs(t *testing.T) {
	t.Parallel()
	good := []string{
		"a:", "a:b", "urn:example:animal:ferret:nose", "mailto:a@b.c", "https://example.com", "https://example.com/", "file:///etc",
		"http://a/b/c/d;p?q", "https://u:p@[::1]:8/a%20b?x=/?&y=:@#frag/?%41", "a+b-c.1:/x", "data:,x", "a:/", "a:///", "a://b//c",
		"https://example.com?", "https://example.com#", "Z9:x",
	}
	bad := []string{
		"a", "/a", "//a/b", "1a:b", "+a:b", ":a", "a b:c", "a:b c", "a:b\\c", "a:%", "a:%4", "a:%4g", "a:b#c#d", "a:b?c[d]", "a:[b]",
		"https://a b/", "https://[::1/", "https://a:b/", "https://ü.example/", "a:b|c", "a:b^c", "a:b`c", "a:{b}", "a:\"b\"", "a:<b>",
		"a:b#c%", "a:b?c%4", "_:x", "a://u@v@w/",
	}
	parts(t, func(m *siws.Message, part string) { m.URI = part }, siws.ErrURI, good, bad)
	parts(t, func(m *siws.Message, part string) { m.Resources = []string{part} }, siws.ErrResources, good, append(bad, ""))
}

func TestMoments(t *testing.T) {
	t.Parallel()
	good := []string{
		"2026-11-23T05:00:00Z", "2026-11-23t05:00:00z", "2026-11-23T05:00:00.0Z", "2026-11-23T05:00:00.123456789012Z",
		"2026-11-23T23:59:59+23:59", "2026-11-23T00:00:00-00:00", "2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "0000-02-29T00:00:00Z",
		"9999-12-31T23:59:59.999Z", "2026-04-30T12:30:30.5+01:00",
	}
	bad := []string{
		"2026-11-23", "2026-11-23T05:00:00", "2026-11-23T05:00Z", "2026-11-23 05:00:00Z", "2026-11-23T5:00:00Z", "2026-1-23T05:00:00Z",
		"26-11-23T05:00:00Z", "2026-11-23T05:00:00,5Z", "2026-11-23T05:00:00.Z", "2026-11-23T05:00:00.5", "2026-11-23T05:00:00ZZ",
		"2026-11-23T05:00:00+0100", "2026-11-23T05:00:00+01", "2026-11-23T05:00:00+24:00", "2026-11-23T05:00:00+01:60",
		"2026-11-23T05:00:00+1:00", "2026-11-23T24:00:00Z", "2026-11-23T23:60:00Z", "2026-12-31T23:59:60Z", "2026-11-31T05:00:00Z",
		"2026-11-00T05:00:00Z", "2026-00-23T05:00:00Z", "2026-13-23T05:00:00Z", "2025-02-29T05:00:00Z", "1900-02-29T05:00:00Z",
		"+2026-11-23T05:00:00Z", "2026-11-23T05:00:00 Z", " 2026-11-23T05:00:00Z", "2026-11-23T05:00:00Ż", "２026-11-23T05:00:00Z",
		"2026/11/23T05:00:00Z", "2026-11-23T05.00.00Z", "2026-11-23T05:00:00\u221201:00", "2026-11-23T05:0a:00Z",
	}
	parts(t, func(m *siws.Message, part string) { m.IssuedAt = part }, siws.ErrIssuedAt, good, bad)
	parts(t, func(m *siws.Message, part string) { m.ExpirationTime = part }, siws.ErrExpirationTime, good, bad)
	parts(t, func(m *siws.Message, part string) { m.NotBefore = part }, siws.ErrNotBefore, good, bad)
	for _, text := range good {
		_, err := time.Parse(time.RFC3339Nano, upper(text))
		require.NoError(t, err, "%s is a moment to others too", text)
	}
}

// upper is the spelling that Go reads.
func upper(text string) string {
	raw := []byte(text)
	for i, c := range raw {
		if c == 't' || c == 'z' {
			raw[i] -= 'a' - 'A'
		}
	}
	return string(raw)
}

func TestChainsNoncesAndRequests(t *testing.T) {
	t.Parallel()
	parts(t, func(m *siws.Message, part string) { m.ChainID = part }, siws.ErrChainID, []string{
		"mainnet", "testnet", "devnet", "localnet", "solana:mainnet", "solana:testnet", "solana:devnet",
	}, []string{"solana:localnet", "Solana:devnet", "solana:", "solana", "mainnet-beta", "devnet ", "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1"})
	parts(t, func(m *siws.Message, part string) { m.Nonce = part }, siws.ErrNonce,
		[]string{"abcdefgh", "ABCDEFGH", "01234567", "a1B2c3D4e5F6"}, []string{"abcdefg", "abcdefg-", "abcdefg ", "abcdefgü"})
	parts(t, func(m *siws.Message, part string) { m.RequestID = &part }, siws.ErrRequestID,
		[]string{"", "a", "a-._~!$&'()*+,;=:@", "%41%c3%Bc", "chal_01abc"}, []string{"a b", "a/b", "a?b", "a#b", "%", "%4", "%4g", "ü", "a\nb"})
	parts(t, func(m *siws.Message, part string) { m.Statement = part }, siws.ErrStatement,
		[]string{" ", "a", "a-._~:/?#[]@!$&'()*+,;= Z9", "Nonce", "Nonce:x", "- a"}, []string{"100%", "\"a\"", "a|b", "a\\b", "Nonce: x", "Resources:"})
}
