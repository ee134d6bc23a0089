package testkit

import (
	"crypto/ed25519"
	"crypto/sha256"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/visitor"
)

// Key gives the Ed25519 key that belongs to a name: the same for the same name, always. Everybody who
// knows the name knows the key.
func Key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("twist testkit key of " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// Wallet is the address of Key(name).
func Wallet(name string) identity.Wallet {
	wallet, err := identity.WalletOf(Key(name).Public().(ed25519.PublicKey)) //nolint:forcetypeassert // documented
	if err != nil {
		panic("testkit: " + err.Error()) // no honest key fails; the names of a test are constants
	}
	return wallet
}

// Visitors is the key that hides addresses in tests. It hides nothing from who reads this.
func Visitors() visitor.Key {
	secret := sha256.Sum256([]byte("twist testkit key of visitors"))
	key, err := visitor.NewKey(secret[:])
	if err != nil {
		panic("testkit: " + err.Error()) // it is long enough
	}
	return key
}

// Answer signs a challenge as the wallet of name would: it gives what SignIn takes.
func Answer(name string, challenge identity.Challenge) (message, signature []byte) {
	message = []byte(challenge.Text())
	return message, ed25519.Sign(Key(name), message)
}
