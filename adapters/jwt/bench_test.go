package jwt_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/jwt"
)

// BenchmarkTokens is what every sign-in and every authenticated request pays, and beside it the signature
// alone, which nothing can save.
func BenchmarkTokens(b *testing.B) {
	tokens, err := jwt.New(with(turn()...), start)
	require.NoError(b, err)
	token, signer := issue(b, tokens), key("now", 2).Private
	signature := ed25519.Sign(signer, []byte(token))
	public := signer.Public().(ed25519.PublicKey)
	b.Run("Issue", func(b *testing.B) {
		for b.Loop() {
			if _, err := tokens.Issue(b.Context(), claims()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Issue/bare", func(b *testing.B) {
		for b.Loop() {
			ed25519.Sign(signer, []byte(token))
		}
	})
	b.Run("Verify", func(b *testing.B) {
		for b.Loop() {
			if _, err := tokens.Verify(b.Context(), token, start); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Verify/bare", func(b *testing.B) {
		for b.Loop() {
			if !ed25519.Verify(public, []byte(token), signature) {
				b.Fatal("it is no signature")
			}
		}
	})
}
