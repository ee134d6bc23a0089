package identity_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/siws"
)

// me is the key of wallet.
func me() siws.Key { return siws.Key(private().Public().(ed25519.PublicKey)) }

// of is a domain as an envelope has it.
func of(domain string) (raw [32]byte) {
	copy(raw[:], domain)
	return raw
}

// enveloped writes an envelope of golden, of wallet.
func enveloped(t testing.TB, e siws.Envelope) []byte {
	t.Helper()
	if e.Body == "" {
		e.Body = golden
	}
	if e.Signer == (siws.Key{}) {
		e.Signer = me()
	}
	raw, err := e.Encode()
	require.NoError(t, err)
	return raw
}

// forms are all in which golden may be signed, and whether one is tried without being told.
func forms(t testing.TB) map[string]struct {
	raw   []byte
	tried bool
} {
	own := of("pay.example.com")
	return map[string]struct {
		raw   []byte
		tried bool
	}{
		"raw":                 {[]byte(golden), true},
		"v0_ascii":            {enveloped(t, siws.Envelope{}), true},
		"v0_utf8":             {enveloped(t, siws.Envelope{Format: siws.UTF8}), true},
		"v0_long":             {enveloped(t, siws.Envelope{Format: siws.LongUTF8}), false},
		"v0_ascii_of_domain":  {enveloped(t, siws.Envelope{Domain: own}), true},
		"v0_utf8_of_domain":   {enveloped(t, siws.Envelope{Domain: own, Format: siws.UTF8}), true},
		"v0_long_of_a_domain": {enveloped(t, siws.Envelope{Domain: own, Format: siws.LongUTF8}), false},
		"v1":                  {enveloped(t, siws.Envelope{Version: siws.V1}), true},
	}
}

// TestAnswerTakesEnvelopes: what a hardware wallet signs answers a challenge like what others sign (P-44),
// whether the client knows what exactly was signed or not.
func TestAnswerTakesEnvelopes(t *testing.T) {
	t.Parallel()
	c := asked(t)
	for name, form := range forms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signature := sign(string(form.raw))
			require.NoError(t, c.Answer(start, form.raw, signature))
			for _, sent := range [][]byte{nil, {}, []byte(golden)} {
				err := c.Answer(start, sent, signature)
				require.Equal(t, form.tried, err == nil, "%v", err)
				if err != nil {
					require.ErrorIs(t, err, identity.ErrSignature)
				}
			}
			for other, others := range forms(t) { // what was said to be signed is what must be
				if other != name && other != "raw" {
					require.ErrorIs(t, c.Answer(start, others.raw, signature), identity.ErrSignature, other)
				}
			}
			require.ErrorIs(t, c.Answer(start, form.raw, ed25519.Sign(stranger(), form.raw)), identity.ErrSignature)
		})
	}
}

// TestAnswerRefusesEnvelopes: each of these is signed by the wallet.
func TestAnswerRefusesEnvelopes(t *testing.T) {
	t.Parallel()
	c := asked(t)
	other := siws.Key(stranger().Public().(ed25519.PublicKey))
	v0, v1 := enveloped(t, siws.Envelope{}), enveloped(t, siws.Envelope{Version: siws.V1})
	with := func(raw []byte, at int, b ...byte) []byte { return slices.Concat(raw[:at], b, raw[at+len(b):]) }
	signers := func(raw []byte, at int, keys ...siws.Key) []byte { // at is where their number stands
		named := []byte{byte(len(keys))}
		for _, k := range keys {
			named = append(named, k[:]...)
		}
		return slices.Concat(raw[:at], named, raw[at+33:])
	}
	sorted := []siws.Key{me(), other}
	slices.SortFunc(sorted, func(a, b siws.Key) int { return bytes.Compare(a[:], b[:]) })
	transfer := slices.Concat([]byte{1, 0, 1, 3}, slices.Repeat(private().Public().(ed25519.PublicKey), 3), make([]byte, 32), []byte{1, 2, 2, 0, 1, 4, 2, 0, 0, 0})
	for name, raw := range map[string][]byte{
		"of_another_application":           enveloped(t, siws.Envelope{Domain: of("pay.example.org")}),
		"of_the_domain_and_more":           enveloped(t, siws.Envelope{Domain: of("pay.example.com.evil.org")}),
		"of_a_part_of_the_domain":          enveloped(t, siws.Envelope{Domain: of("pay.example")}),
		"for_another_signer_v0":            enveloped(t, siws.Envelope{Signer: other}),
		"for_another_signer_v1":            enveloped(t, siws.Envelope{Version: siws.V1, Signer: other}),
		"for_two_signers_v0":               signers(v0, 50, sorted...),
		"for_two_signers_v1":               signers(v1, 17, sorted...),
		"for_two_unsorted_signers_v0":      signers(v0, 50, sorted[1], sorted[0]),
		"for_two_unsorted_signers_v1":      signers(v1, 17, sorted[1], sorted[0]),
		"for_the_wallet_twice_v0":          signers(v0, 50, me(), me()),
		"for_the_wallet_twice_v1":          signers(v1, 17, me(), me()),
		"for_nobody_v0":                    signers(v0, 50),
		"for_nobody_v1":                    signers(v1, 17),
		"with_a_length_too_small":          with(v0, 83, v0[83]-1),
		"with_a_length_too_great":          with(v0, 83, v0[83]+1),
		"with_a_length_in_the_other_order": with(v0, 83, v0[84], v0[83]),
		"with_a_byte_behind_v0":            append(slices.Clone(v0), 0),
		"with_a_byte_behind_v1":            append(slices.Clone(v1), 0),
		"with_a_line_end_behind_v1":        append(slices.Clone(v1), '\n'),
		"with_a_byte_less_v0":              v0[:len(v0)-1],
		"with_a_byte_less_v1":              v1[:len(v1)-1],
		"of_version_2":                     with(v0, 16, 2),
		"of_format_3":                      with(v0, 49, 3),
		"without_a_text_v0":                v0[:85],
		"without_a_text_v1":                v1[:50],
		"in_an_envelope":                   enveloped(t, siws.Envelope{Version: siws.V1, Body: golden + "\n" + golden}),
		"twice":                            slices.Concat(v0, v0),
		"around_a_transaction_v0":          enveloped(t, siws.Envelope{Format: siws.UTF8, Body: string(bytes.ToValidUTF8(transfer, []byte("?")))}),
		"a_transaction":                    transfer,
		"nothing_but_a_beginning":          v0[:16],
		"of_the_greatest_length":           enveloped(t, siws.Envelope{Version: siws.V1, Body: golden + strings.Repeat(" ", siws.MaxSize-50-len(golden))}),
		"of_a_byte_more":                   append(slices.Clone(v1), make([]byte, siws.MaxSize+1-len(v1))...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, c.Answer(start, raw, sign(string(raw))), identity.ErrChallengeMismatch)
			require.ErrorIs(t, c.Answer(start, nil, sign(string(raw))), identity.ErrSignature)
			require.ErrorIs(t, c.Answer(start, []byte(golden), sign(string(raw))), identity.ErrSignature)
		})
	}
	for _, raw := range [][]byte{v0, v1} {
		for i := range raw {
			changed := slices.Clone(raw)
			changed[i] ^= 1 << (2 + i%6) // the two lowest bits of the format are other formats
			require.ErrorIs(t, c.Answer(start, changed, sign(string(changed))), identity.ErrChallengeMismatch, i)
		}
	}
}

// TestAnswerRefusesSignatures: of a right answer no bit of the signature may change, and no other number in
// its second half means the same.
func TestAnswerRefusesSignatures(t *testing.T) {
	t.Parallel()
	c := asked(t)
	for name, form := range forms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			right := sign(string(form.raw))
			for i := range right {
				changed := slices.Clone(right)
				changed[i] ^= 1 << (i % 8)
				require.ErrorIs(t, c.Answer(start, form.raw, changed), identity.ErrSignature, i)
			}
			s := bigEndian(right[32:])
			s.Add(s, order())
			require.Negative(t, s.Cmp(new(big.Int).Lsh(big.NewInt(1), 256)))
			again := slices.Concat(right[:32], s.FillBytes(make([]byte, 32)))
			slices.Reverse(again[32:])
			require.ErrorIs(t, c.Answer(start, form.raw, again), identity.ErrSignature, "S + L")
			for _, size := range []int{0, 1, 32, 63, 65, 128} {
				short := slices.Concat(right, right)[:size]
				require.ErrorIs(t, c.Answer(start, form.raw, short), identity.ErrSignature, size)
				require.ErrorIs(t, c.Answer(start, nil, short), identity.ErrSignature, size)
			}
		})
	}
}

// TestAnAnswerCostsAtMostSixChecks, whatever the site and the text: a domain that does not fit is left out,
// and so is an envelope that cannot hold the text.
func TestAnAnswerCostsAtMostSixChecks(t *testing.T) {
	t.Parallel()
	public := private().Public().(ed25519.PublicKey)
	for _, test := range []struct{ domain, text, want int }{{15, 400, 6}, {32, 1232, 6}, {33, 400, 4}, {15, 1233, 2}, {255, 1600, 2}} {
		forms := identity.Likely(public, strings.Repeat("d", test.domain), strings.Repeat("t", test.text))
		require.Len(t, forms, test.want, "%+v", test)
		for i := range forms {
			require.False(t, slices.ContainsFunc(forms[:i], func(b []byte) bool { return bytes.Equal(b, forms[i]) }), "%+v", test)
		}
	}
}

// TestTextsKeepToTheGrammar: whatever a site is called and says, what wallets are asked to sign is read by
// the grammar as what was meant, and its longest form is within what is looked at.
func TestTextsKeepToTheGrammar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		domain := rapid.StringMatching(`[a-z0-9][a-z0-9.-]{0,250}(:[0-9]{1,4})?`).Draw(t, "domain")
		s := identity.Site{
			Domain: domain, URI: "https://" + domain + rapid.StringMatching(`(/[a-zA-Z0-9._~-]{0,200})?`).Draw(t, "path"),
			ChainID:   rapid.SampledFrom([]identity.ChainID{identity.Mainnet, identity.Testnet, identity.Devnet, identity.Localnet}).Draw(t, "chain"),
			Statement: rapid.StringMatching(`[a-zA-Z0-9 .,:;!?()'-]{1,512}`).Draw(t, "statement"),
		}
		id := identity.ChallengeID(rapid.StringMatching(`[a-zA-Z0-9_-]{1,64}`).Draw(t, "id"))
		c, err := identity.IssueChallenge(s, identity.AskSignIn(s), id, wallet, nonce, start)
		require.NoError(t, err)
		request := string(id)
		m, err := siws.Parse(c.Text())
		require.NoError(t, err)
		require.Equal(t, siws.Message{
			Domain: s.Domain, Address: string(wallet), Statement: s.Statement, URI: s.URI, Version: "1", ChainID: string(s.ChainID),
			Nonce: nonce, IssuedAt: "2026-11-23T05:00:00.123Z", ExpirationTime: "2026-11-23T05:05:00.123Z", RequestID: &request,
		}, m)
		c.Attempts = 1
		raw, err := siws.Envelope{Version: siws.V1, Signer: me(), Body: c.Text()}.Encode()
		require.NoError(t, err)
		require.NoError(t, c.Answer(start, raw, sign(string(raw))))
	})
}

// FuzzAnswer: no answer makes it panic, and those it takes say by the strict reading of an envelope that
// they are the text, of the wallet.
func FuzzAnswer(f *testing.F) {
	for _, form := range forms(f) {
		f.Add(form.raw, sign(string(form.raw)))
		f.Add([]byte(nil), sign(string(form.raw)))
	}
	c, err := identity.IssueChallenge(site(), identity.AskSignIn(site()), "chal_01abc", wallet, nonce, start)
	require.NoError(f, err)
	c.Attempts = 1
	f.Fuzz(func(t *testing.T, sent, signature []byte) {
		if err := c.Answer(start, sent, signature); err != nil {
			ok := identity.ErrChallengeMismatch.Is(err) || identity.ErrSignature.Is(err)
			require.True(t, ok, "%v", err)
			return
		}
		if len(sent) == 0 || string(sent) == golden {
			return
		}
		e, err := siws.ParseEnvelope(sent)
		require.NoError(t, err)
		require.Equal(t, golden, e.Body)
		require.Equal(t, me(), e.Signer)
		require.Contains(t, [][32]byte{{}, of("pay.example.com")}, e.Domain)
	})
}

// TestParseSignature: every signature has one spelling in base58, of 64 to 88 characters.
func TestParseSignature(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "signature")
		text := string(addressOf(raw))
		got, err := identity.ParseSignature(text)
		require.NoError(t, err)
		require.Equal(t, raw, got)
	})
	for _, raw := range [][]byte{make([]byte, 64), bytes.Repeat([]byte{0xff}, 64)} {
		got, err := identity.ParseSignature(string(addressOf(raw)))
		require.NoError(t, err)
		require.Equal(t, raw, got)
	}
	full := string(addressOf(bytes.Repeat([]byte{0xff}, 64)))
	require.Len(t, full, 88)
	for name, text := range map[string]string{
		"nothing": "", "63_bytes": string(addressOf(make([]byte, 63))), "65_bytes": string(addressOf(make([]byte, 65))),
		"a_greater_number": full[:87] + "z", "a_digit_more": full + "1", "a_zero_before": "1" + full[:87],
		"base64": "0O" + full[2:], "a_space": " " + full[1:], "a_megabyte": strings.Repeat("z", 1<<20),
	} {
		_, err := identity.ParseSignature(text)
		require.ErrorIs(t, err, identity.ErrSignature, fmt.Sprint(name))
	}
}
