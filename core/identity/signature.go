package identity

import (
	"crypto/ed25519"

	"github.com/twist-platform/twist/core/fault"
)

// ErrSignature is every reason for which a signature does not prove a wallet: it tells a forger nothing.
var ErrSignature = fault.New(fault.Unauthenticated, "signature_invalid", "the signature does not prove the wallet")

// Verify returns nil when the signature over exactly these bytes was made with the wallet's key, and
// ErrSignature otherwise, whatever the three arguments hold.
//
// It is stricter than crypto/ed25519, which accepts keys and first halves of small order. What that
// package refuses by itself stays with it: a key off the curve, an S of the group order or more, and a
// first half in a second spelling.
func Verify(wallet Wallet, message, signature []byte) error {
	key, ok := wallet.key()
	if !ok || !signed(key, message, signature) {
		return ErrSignature
	}
	return nil
}

// signed is Verify for a key that Wallet.key gave.
func signed(key ed25519.PublicKey, message, signature []byte) bool {
	const half = ed25519.SignatureSize / 2
	return len(signature) == ed25519.SignatureSize && strictPoint(signature[:half]) && ed25519.Verify(key, message, signature)
}

// ParseSignature reads a signature in base58, as Solana writes it. Another text, or one of other than 64
// bytes, is ErrSignature.
func ParseSignature(text string) ([]byte, error) {
	const longest = 88
	if len(text) > longest {
		return nil, ErrSignature
	}
	signature, ok := decode58(text, ed25519.SignatureSize)
	if !ok {
		return nil, ErrSignature
	}
	return signature, nil
}
