package identity

import (
	"crypto/ed25519"
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of a wallet.
var (
	ErrWallet      = fault.New(fault.Invalid, "wallet_invalid", "a wallet is the base58 address of an Ed25519 key")
	ErrWalletTaken = fault.New(fault.Conflict, "wallet_taken", "the wallet belongs to an account")
)

// Wallet is the address of a holder's key: the one base58 spelling of 32 bytes that encode, canonically,
// a point of the curve that is not of small order. ParseWallet and WalletOf make it; a Wallet from
// elsewhere is only text.
type Wallet string

// The lengths of 32 bytes in base58.
const (
	minWallet = 32
	maxWallet = 44
)

// ParseWallet reads an address as a person or a wallet wrote it, or returns ErrWallet. An address that
// no secret key can have (a program's derived address, a point of small order) is not a wallet.
func ParseWallet(text string) (Wallet, error) {
	key, ok := Wallet(text).key()
	if !ok || !onCurve(key) {
		return "", ErrWallet
	}
	return Wallet(text), nil
}

// WalletOf is the wallet of a public key, or ErrWallet.
func WalletOf(key ed25519.PublicKey) (Wallet, error) {
	if len(key) != ed25519.PublicKeySize {
		return "", ErrWallet
	}
	return ParseWallet(encode58(key))
}

// key decodes the address into a key that passes strictPoint. Length comes first: it bounds the work,
// and crypto/ed25519 panics on a key of another size.
func (w Wallet) key() (ed25519.PublicKey, bool) {
	if len(w) < minWallet || len(w) > maxWallet {
		return nil, false
	}
	key, ok := decode58(string(w), ed25519.PublicKeySize)
	return key, ok && strictPoint(key)
}

// CAIP10 is the wallet's chain-agnostic name: the chain's name, a colon and the address.
func (w Wallet) CAIP10(chain ChainID) string { return chain.CAIP2() + ":" + string(w) }

// ParseCAIP10 reads what CAIP10 writes for the same chain. Another chain or a bad address is ErrWallet.
func ParseCAIP10(text string, chain ChainID) (Wallet, error) {
	address, ok := strings.CutPrefix(text, chain.CAIP2()+":")
	if !ok || !chain.Known() {
		return "", ErrWallet
	}
	return ParseWallet(address)
}
