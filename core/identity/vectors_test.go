package identity_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/siws"
	"github.com/twist-platform/twist/testkit"
)

// TestVectors: what wallets and another implementation signed proves the wallet, in the form in which it was
// signed and without a word about the form (P-44). In any other form it proves nothing.
func TestVectors(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte(testkit.SignIn().Signed[0].Text))
	require.Equal(t, signedHash, hex.EncodeToString(sum[:]))
	for _, s := range testkit.SignIn().Signed {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			raw := s.Bytes(identity.KeyOf(s.Address))
			require.NoError(t, identity.Verify(s.Address, raw, s.Signature))
			for how, sent := range map[string][]byte{"as_signed": raw, "as_text": []byte(s.Text), "unsaid": nil} {
				require.NoError(t, identity.Proven(s.Address, s.Domain, s.Text, sent, s.Signature), how)
			}
			for _, form := range []string{"raw", "v1", "v0 zero 0", "v0 zero 1", "v0 zero 2", "v0 domain 0", "v0 domain 1", "v0 domain 2"} {
				other := s
				if other.Form = form; form != s.Form && form != "raw" {
					err := identity.Proven(s.Address, s.Domain, s.Text, other.Bytes(identity.KeyOf(s.Address)), s.Signature)
					require.ErrorIs(t, err, identity.ErrSignature, form)
				}
			}
		})
	}
}

// TestVectorsAreNoAnswers: what wallets signed for others has no nonce of ours, and some of it another order:
// no challenge is answered by it, whoever it was issued to.
func TestVectorsAreNoAnswers(t *testing.T) {
	t.Parallel()
	for _, s := range testkit.SignIn().Signed {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			theirs := identity.Site{Domain: s.Domain, URI: "https://" + s.Domain, ChainID: identity.Mainnet, Statement: "Statement"}
			at := time.Date(2025, 3, 29, 0, 0, 0, 0, time.UTC)
			c, err := identity.IssueChallenge(theirs, identity.AskSignIn(theirs), "chal_1", s.Address, nonce, at)
			require.NoError(t, err)
			c.Attempts = 1
			require.ErrorIs(t, c.Answer(at, s.Bytes(identity.KeyOf(s.Address)), s.Signature), identity.ErrChallengeMismatch)
			require.ErrorIs(t, c.Answer(at, []byte(s.Text), s.Signature), identity.ErrChallengeMismatch)
			require.ErrorIs(t, c.Answer(at, nil, s.Signature), identity.ErrSignature)

			m, err := siws.Parse(s.Text)
			switch s.Name {
			case "W3", "W4":
				require.ErrorIs(t, err, siws.ErrOrder)
			case "W1", "W2", "W5":
				require.NoError(t, err)
				require.Empty(t, m.Nonce)
			default:
				require.NoError(t, err)
			}
		})
	}
}

// TestForgeries: under none of the fourteen keys of small order is any of a thousand messages signed (P-45),
// bare or as an answer. crypto/ed25519 takes as many of them as the vectors say, so that they are the attack.
func TestForgeries(t *testing.T) {
	t.Parallel()
	forgery := testkit.SignIn().Forgery
	require.Len(t, forgery.Keys, len(weakKeys))
	for i, weak := range forgery.Keys {
		require.Equal(t, unhex(t, weakKeys[i]), []byte(weak.Key))
		t.Run(hex.EncodeToString(weak.Key), func(t *testing.T) {
			t.Parallel()
			address := addressOf(weak.Key)
			_, err := identity.ParseWallet(string(address))
			require.ErrorIs(t, err, identity.ErrWallet)
			taken := 0
			for n := range uint32(1000) {
				message := binary.LittleEndian.AppendUint32(nil, n)
				if ed25519.Verify(ed25519.PublicKey(weak.Key), message, forgery.Signature) {
					taken++
				}
				require.ErrorIs(t, identity.Verify(address, message, forgery.Signature), identity.ErrSignature)
			}
			require.Equal(t, weak.Taken, taken)
			require.ErrorIs(t, identity.Proven(address, "a.b", golden, nil, forgery.Signature), identity.ErrSignature)
		})
	}
}

// TestNoWallets: an address without a secret key is refused where it is asked for a challenge, and where a
// signature is to prove it.
func TestNoWallets(t *testing.T) {
	t.Parallel()
	for _, no := range testkit.SignIn().NoWallets {
		t.Run(no.Name, func(t *testing.T) {
			t.Parallel()
			w := identity.Wallet(no.Address)
			_, err := identity.IssueChallenge(site(), identity.AskSignIn(site()), "chal_1", w, nonce, start)
			require.ErrorIs(t, err, identity.ErrWallet)
			for _, signed := range [][]byte{testkit.SignIn().Forgery.Signature, sign(golden), make([]byte, 64), nil} {
				require.ErrorIs(t, identity.Verify(w, []byte(golden), signed), identity.ErrSignature)
				require.ErrorIs(t, identity.Proven(w, "a.b", golden, nil, signed), identity.ErrSignature)
			}
		})
	}
}
