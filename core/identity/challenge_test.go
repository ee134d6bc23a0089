package identity_test

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/siws"
)

// golden is the text byte for byte: wallets show it and people sign it.
const golden = "pay.example.com wants you to sign in with your Solana account:\n" +
	"FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF\n" +
	"\n" +
	"Sign in to Example Pay\n" +
	"\n" +
	"URI: https://pay.example.com/login\n" +
	"Version: 1\n" +
	"Chain ID: solana:devnet\n" +
	"Nonce: n0nceN0nce123456789012\n" +
	"Issued At: 2026-11-23T05:00:00.123Z\n" +
	"Expiration Time: 2026-11-23T05:05:00.123Z\n" +
	"Request ID: chal_01abc"

func TestIssueChallenge(t *testing.T) {
	t.Parallel()
	got, err := identity.IssueChallenge(site(), identity.AskSignIn(site()), "chal_01abc", wallet, nonce, start)
	require.NoError(t, err)
	issued := time.Date(2026, 11, 23, 5, 0, 0, 123_000_000, time.UTC)
	require.Equal(t, identity.Challenge{
		ID: "chal_01abc", Purpose: identity.SignIn, Wallet: wallet,
		Domain: "pay.example.com", URI: "https://pay.example.com/login", ChainID: identity.Devnet,
		Statement: "Sign in to Example Pay", Nonce: nonce,
		IssuedAt: issued, ExpiresAt: issued.Add(5 * time.Minute),
	}, got)
}

func TestText(t *testing.T) {
	t.Parallel()
	c := asked(t)
	require.Equal(t, golden, c.Text())
	c.IssuedAt, c.ExpiresAt = c.IssuedAt.In(start.Location()), c.ExpiresAt.Local()
	require.Equal(t, golden, c.Text(), "the zone a store gives back changes nothing")
}

func TestIssueChallengeRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id     identity.ChallengeID
		wallet identity.Wallet
		nonce  string
		want   error
	}{
		"no_id":                 {"", wallet, nonce, identity.ErrChallengeMalformed},
		"an_id_with_a_line":     {"chal_1\nNonce: x", wallet, nonce, identity.ErrChallengeMalformed},
		"an_id_that_is_long":    {identity.ChallengeID(strings.Repeat("a", 65)), wallet, nonce, identity.ErrChallengeMalformed},
		"no_nonce":              {"chal_1", wallet, "", identity.ErrChallengeMalformed},
		"a_short_nonce":         {"chal_1", wallet, nonce[1:], identity.ErrChallengeMalformed},
		"a_long_nonce":          {"chal_1", wallet, nonce + "1", identity.ErrChallengeMalformed},
		"a_nonce_with_a_hyphen": {"chal_1", wallet, "-" + nonce[1:], identity.ErrChallengeMalformed},
		"no_wallet":             {"chal_1", "", nonce, identity.ErrWallet},
		"the_system_program":    {"chal_1", identity.Wallet(strings.Repeat("1", 32)), nonce, identity.ErrWallet},
		"a_wallet_with_a_line":  {"chal_1", wallet[:40] + "\n\nH", nonce, identity.ErrWallet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := identity.IssueChallenge(site(), identity.AskSignIn(site()), test.id, test.wallet, test.nonce, start)
			require.ErrorIs(t, err, test.want)
			require.Zero(t, got)
		})
	}
	_, err := identity.IssueChallenge(identity.Site{}, identity.AskSignIn(site()), "chal_1", wallet, nonce, start)
	require.ErrorIs(t, err, identity.ErrChallengeMalformed)
}

func TestSite(t *testing.T) {
	t.Parallel()
	for _, s := range []identity.Site{
		site(),
		{Domain: "pay.example.com", URI: "https://pay.example.com", ChainID: identity.Mainnet, Statement: "Sign in."},
		{Domain: "localhost:5173", URI: "http://localhost:5173/", ChainID: identity.Localnet, Statement: "Sign in (it's free)!"},
		{Domain: "localhost", URI: "https://localhost/a?b=c#d", ChainID: identity.Testnet, Statement: "a"},
	} {
		require.NoError(t, s.Check())
	}
	for name, spoil := range map[string]func(*identity.Site){
		"no_domain":               func(s *identity.Site) { s.Domain = "" },
		"a_domain_with_a_user":    func(s *identity.Site) { s.Domain, s.URI = "a@b.c", "https://a@b.c" },
		"a_domain_in_capitals":    func(s *identity.Site) { s.Domain, s.URI = "Pay.example.com", "https://Pay.example.com" },
		"a_long_domain":           func(s *identity.Site) { s.Domain = strings.Repeat("a", 256); s.URI = "https://" + s.Domain },
		"no_URI":                  func(s *identity.Site) { s.URI = "" },
		"a_URI_of_another_domain": func(s *identity.Site) { s.URI = "https://pay.example.org/login" },
		"a_URI_of_a_longer_name":  func(s *identity.Site) { s.URI = "https://pay.example.com.evil.org/" },
		"a_URI_with_a_user":       func(s *identity.Site) { s.URI = "https://pay.example.com@evil.org/" },
		"a_URI_with_a_port":       func(s *identity.Site) { s.URI = "https://pay.example.com:8443/" },
		"a_URI_without_TLS":       func(s *identity.Site) { s.URI = "http://pay.example.com/login" },
		"a_URI_with_a_space":      func(s *identity.Site) { s.URI += "/a b" },
		"a_long_URI":              func(s *identity.Site) { s.URI += strings.Repeat("a", 512) },
		"no_statement":            func(s *identity.Site) { s.Statement = "" },
		"a_statement_of_two":      func(s *identity.Site) { s.Statement += "\nURI: https://evil.org" },
		"a_statement_in_letters":  func(s *identity.Site) { s.Statement = "Prüfen" },
		"a_long_statement":        func(s *identity.Site) { s.Statement = strings.Repeat("a", 513) },
		"a_statement_as_a_field":  func(s *identity.Site) { s.Statement = "URI: https://evil.org" },
		"a_statement_as_a_list":   func(s *identity.Site) { s.Statement = "Resources:" },
		"a_URI_half_encoded":      func(s *identity.Site) { s.URI += "/%2" },
		"a_domain_with_two_ports": func(s *identity.Site) { s.Domain, s.URI = "a:1:2", "https://a:1:2" },
		"a_domain_without_a_host": func(s *identity.Site) { s.Domain, s.URI = ":80", "https://:80" },
		"an_unknown_chain":        func(s *identity.Site) { s.ChainID = "solana:localnet" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site()
			spoil(&s)
			require.ErrorIs(t, s.Check(), identity.ErrChallengeMalformed)
			require.ErrorIs(t, s.Check(), fault.Internal)
		})
	}
}

// TestAnswer: a signed challenge is answered, at every attempt and moment that are allowed (P-44).
func TestAnswer(t *testing.T) {
	t.Parallel()
	c := asked(t)
	for _, now := range []time.Time{start, c.IssuedAt, c.ExpiresAt.Add(-time.Nanosecond)} {
		require.NoError(t, c.Answer(now, []byte(golden), sign(golden)))
	}
	for c.Attempts = 1; c.Attempts <= identity.MaxAttempts; c.Attempts++ {
		require.NoError(t, c.Answer(start, []byte(golden), sign(golden)))
	}
}

func TestAnswerRefuses(t *testing.T) {
	t.Parallel()
	c := asked(t)
	for name, test := range map[string]struct {
		now      time.Time
		attempts int
		want     error
		kind     fault.Kind
	}{
		"at_its_last_moment":          {c.ExpiresAt, 1, identity.ErrChallengeExpired, fault.Unauthenticated},
		"long_after":                  {c.ExpiresAt.AddDate(1, 0, 0), 1, identity.ErrChallengeExpired, fault.Unauthenticated},
		"the_sixth_attempt":           {start, identity.MaxAttempts + 1, identity.ErrChallengeExhausted, fault.Unauthenticated},
		"late_and_often":              {c.ExpiresAt, identity.MaxAttempts + 1, identity.ErrChallengeExpired, fault.Unauthenticated},
		"an_attempt_nobody_counted":   {start, 0, identity.ErrChallengeMalformed, fault.Internal},
		"a_count_that_makes_no_sense": {start, -1, identity.ErrChallengeMalformed, fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := c
			c.Attempts = test.attempts
			err := c.Answer(test.now, []byte(golden), sign(golden))
			require.ErrorIs(t, err, test.want)
			require.ErrorIs(t, err, test.kind)
		})
	}
}

// TestAnswerTakesOnlyWhatWasAsked: every text here is well signed by the wallet.
func TestAnswerTakesOnlyWhatWasAsked(t *testing.T) {
	t.Parallel()
	c := asked(t)
	swap := func(old, with string) string {
		require.Contains(t, golden, old)
		return strings.Replace(golden, old, with, 1)
	}
	for name, text := range map[string]string{
		"a_line_end_at_the_end":      golden + "\n",
		"lines_of_Windows":           strings.ReplaceAll(golden, "\n", "\r\n"),
		"a_byte_order_mark":          "\ufeff" + golden,
		"a_space_at_the_end":         golden + " ",
		"a_padded_line":              swap("Version: 1", "Version:  1"),
		"a_line_twice":               swap("Nonce: "+nonce, "Nonce: "+nonce+"\nNonce: "+nonce),
		"an_unknown_line":            golden + "\nResources:",
		"lines_in_another_order":     swap("URI: https://pay.example.com/login\nVersion: 1", "Version: 1\nURI: https://pay.example.com/login"),
		"the_nonce_of_another":       swap(nonce, strings.Repeat("x", len(nonce))),
		"the_id_of_another":          swap("chal_01abc", "chal_01abd"),
		"another_domain":             swap("pay.example.com", "pay.example.org"),
		"another_page":               swap("/login", "/"),
		"another_chain":              swap("solana:devnet", "solana:mainnet"),
		"another_wallet":             swap(string(wallet), "2EZEiBdw47VHT6SpZSW9VnuSvBe7DxuYHBTxj19gxvv8"),
		"another_statement":          swap("Sign in to", "Pay all to"),
		"a_later_end":                swap("05:05:00", "06:05:00"),
		"a_text_before_it":           "x" + golden,
		"a_megabyte":                 golden + strings.Repeat("\n", 1<<20),
		"the_text_of_another_moment": swap("05:00:00.123Z", "05:00:00.124Z"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, c.Answer(start, []byte(text), sign(text)), identity.ErrChallengeMismatch)
			require.ErrorIs(t, c.Answer(start, nil, sign(text)), identity.ErrSignature)
			require.ErrorIs(t, c.Answer(start, []byte(golden), sign(text)), identity.ErrSignature)
			for _, form := range []siws.Envelope{{Format: siws.UTF8}, {Version: siws.V1}} {
				form.Signer, form.Body = me(), text
				if raw, err := form.Encode(); err == nil {
					require.ErrorIs(t, c.Answer(start, raw, sign(string(raw))), identity.ErrChallengeMismatch)
					require.ErrorIs(t, c.Answer(start, nil, sign(string(raw))), identity.ErrSignature)
				}
			}
		})
	}
	for i := range len(golden) {
		changed := []byte(golden)
		changed[i] ^= 1 << (i % 8)
		require.ErrorIs(t, c.Answer(start, changed, sign(string(changed))), identity.ErrChallengeMismatch, i)
	}
}

// TestAnswerTakesOnlyTheWallet: nobody signs in as another (P-45).
func TestAnswerTakesOnlyTheWallet(t *testing.T) {
	t.Parallel()
	c := asked(t)
	for name, signed := range map[string][]byte{
		"a_stranger":         ed25519.Sign(stranger(), []byte(golden)),
		"another_text":       sign(golden + "\n"),
		"nothing":            nil,
		"zeros":              make([]byte, ed25519.SignatureSize),
		"a_longer_signature": append(sign(golden), 0),
		"twice":              bytes.Repeat(sign(golden), 2),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, c.Answer(start, []byte(golden), signed), identity.ErrSignature)
		})
	}
}

// TestChallengesOfOneWalletDoNotDisturb: asking for another challenge breaks no sign-in in flight (P-49),
// and the answer to one is no answer to the other.
func TestChallengesOfOneWalletDoNotDisturb(t *testing.T) {
	t.Parallel()
	one := asked(t)
	two, err := identity.IssueChallenge(site(), identity.AskSignIn(site()), "chal_02", wallet, strings.Repeat("x", identity.NonceLength), start)
	require.NoError(t, err)
	two.Attempts = 1
	for _, c := range []identity.Challenge{one, two} {
		require.NoError(t, c.Answer(start, []byte(c.Text()), sign(c.Text())))
	}
	require.ErrorIs(t, two.Answer(start, []byte(one.Text()), sign(one.Text())), identity.ErrChallengeMismatch)
}

func TestFaultsOfAChallengeRevealOnlyTheirCode(t *testing.T) {
	t.Parallel()
	codes := map[*fault.Fault]string{
		identity.ErrChallengeUnknown: "challenge_unknown", identity.ErrChallengeExpired: "challenge_expired",
		identity.ErrChallengeExhausted: "challenge_exhausted", identity.ErrChallengeMismatch: "challenge_mismatch",
		identity.ErrChallengeUsed: "challenge_used", identity.ErrSignature: "signature_invalid",
		identity.ErrToken: "token_invalid", identity.ErrTokenExpired: "token_expired",
		identity.ErrSessionEnded: "session_ended",
	}
	for f, code := range codes {
		require.Equal(t, code, f.Code())
		require.Equal(t, fault.Unauthenticated, f.Kind(), code)
	}
}
