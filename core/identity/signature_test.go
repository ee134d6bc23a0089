package identity_test

import (
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base64"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

// signedText is a sign-in text of wallet, with a signature that another implementation made.
const (
	signedText = "pay.example.com wants you to sign in with your Solana account:\nFAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF\n\n" +
		"Sign in to Example Pay\n\nURI: https://pay.example.com/login\nVersion: 1\nChain ID: solana:devnet\nNonce: n0nceN0nce12345678\n" +
		"Issued At: 2026-11-23T05:00:00.000Z\nExpiration Time: 2026-11-23T05:05:00.000Z\nRequest ID: req-1\nResources:\n- https://pay.example.com/tos"
	signedHash = "f7406d2ea789c99023332429ccafa331c57cca6d6e4502e22c75adda92644601"
	signature  = "zwpazd5mOyqg4My1UL0FP462qa8prf0fTIBm8sgHWISwIa2wX10rRz42cxqElz6vAgTaNC4K6gNTHMLoq+ANBg=="
)

// signatureBytes is the signature above as bytes.
func signatureBytes(t *testing.T) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(signature)
	require.NoError(t, err)
	return raw
}

func requireForged(t *testing.T, w identity.Wallet, message, signature []byte, of any) {
	t.Helper()
	err := identity.Verify(w, message, signature)
	require.ErrorIs(t, err, identity.ErrSignature, of)
	require.ErrorIs(t, err, fault.Unauthenticated, of)
	require.Equal(t, identity.ErrSignature, err, "nothing tells why")
}

func TestVerifyRefusesAnyFlippedBit(t *testing.T) {
	t.Parallel()
	signed := signatureBytes(t)
	for i := range len(signedText) {
		for bit := range 8 {
			changed := []byte(signedText)
			changed[i] ^= 1 << bit
			requireForged(t, wallet, changed, signed, i)
		}
	}
	for i := range signed {
		for bit := range 8 {
			changed := slices.Clone(signed)
			changed[i] ^= 1 << bit
			requireForged(t, wallet, []byte(signedText), changed, i)
		}
	}
}

func TestVerifyRefusesOtherLengths(t *testing.T) {
	t.Parallel()
	signed := signatureBytes(t)
	for size := range len(signed) {
		requireForged(t, wallet, []byte(signedText), signed[:size], size)
	}
	requireForged(t, wallet, []byte(signedText), append(signed, 0), "one more")
	requireForged(t, wallet, []byte(signedText), nil, "none")
	requireForged(t, wallet, nil, signed, "no message")
}

// TestVerifyRefusesWallets that were never parsed, and someone else's (P-45).
func TestVerifyRefusesWallets(t *testing.T) {
	t.Parallel()
	signed := signatureBytes(t)
	for _, w := range []identity.Wallet{
		"", "a", "hkcktF2Akp3vj8pbBVJuxJfk5m41i4t4TSVLx2VoNHT", "2EZEiBdw47VHT6SpZSW9VnuSvBe7DxuYHBTxj19gxvv8",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOO", "1" + wallet,
	} {
		requireForged(t, w, []byte(signedText), signed, w)
	}
}

// addressOf writes any 32 bytes as an address, which WalletOf would refuse.
func addressOf(key []byte) identity.Wallet {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	text, zeros := "", 0
	for n := new(big.Int).SetBytes(key); n.Sign() > 0; {
		digit := new(big.Int)
		n.DivMod(n, big.NewInt(58), digit)
		text = string(alphabet[digit.Int64()]) + text
	}
	for zeros < len(key) && key[zeros] == 0 {
		zeros++
		text = "1" + text
	}
	return identity.Wallet(text)
}

// order is L, the order of the group that signatures live in.
func order() *big.Int {
	l, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return l.Add(l, new(big.Int).Lsh(big.NewInt(1), 252))
}

// TestVerifyRefusesSecondSpellings: S + L would be the same signature in other bytes.
func TestVerifyRefusesSecondSpellings(t *testing.T) {
	t.Parallel()
	signed := signatureBytes(t)
	s := bigEndian(signed[32:])
	for range 7 { // as long as 32 bytes hold it
		s.Add(s, order())
		again := slices.Concat(signed[:32], s.FillBytes(make([]byte, 32)))
		slices.Reverse(again[32:])
		requireForged(t, wallet, []byte(signedText), again, s)
	}
}

// TestVerifyRefusesWeakFirstHalves: who holds the key can make signatures whose first half is of small
// order, which crypto/ed25519 takes and the chain does not.
func TestVerifyRefusesWeakFirstHalves(t *testing.T) {
	t.Parallel()
	message := []byte("nobody's nonce")
	r := unhex(t, "01 00*31")
	public := private().Public().(ed25519.PublicKey)
	secret := sha512.Sum512(private().Seed())
	secret[0] &= 248
	secret[31] = secret[31]&127 | 64
	k := sha512.Sum512(slices.Concat(r, public, message))
	s := new(big.Int).Mul(bigEndian(k[:]), bigEndian(secret[:32])) // S = k·a, with R the identity
	half := s.Mod(s, order()).FillBytes(make([]byte, 32))
	slices.Reverse(half)
	made := slices.Concat(r, half)

	require.True(t, ed25519.Verify(public, message, made), "the signature is not the one it should be")
	requireForged(t, wallet, message, made, "R")
}

// bigEndian reads little-endian bytes.
func bigEndian(little []byte) *big.Int {
	raw := slices.Clone(little)
	slices.Reverse(raw)
	return new(big.Int).SetBytes(raw)
}

// FuzzVerify: no three arguments make it panic, and none but the signed bytes pass.
func FuzzVerify(f *testing.F) {
	signed, err := base64.StdEncoding.DecodeString(signature)
	require.NoError(f, err)
	f.Add(string(wallet), []byte(signedText), signed)
	f.Add("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", []byte(nil), signed)
	f.Add("11111111111111111111111111111111", []byte{0}, make([]byte, 64))
	f.Fuzz(func(t *testing.T, address string, message, signed []byte) {
		err := identity.Verify(identity.Wallet(address), message, signed)
		if err == nil {
			require.Equal(t, string(wallet), address)
			require.Equal(t, signedText, string(message))
			return
		}
		require.ErrorIs(t, err, identity.ErrSignature)
	})
}

// BenchmarkVerify is what each answer to a challenge costs.
func BenchmarkVerify(b *testing.B) {
	signed, err := base64.StdEncoding.DecodeString(signature)
	require.NoError(b, err)
	for b.Loop() {
		if err := identity.Verify(wallet, []byte(signedText), signed); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseWallet is what each address that arrives costs.
func BenchmarkParseWallet(b *testing.B) {
	for b.Loop() {
		if _, err := identity.ParseWallet(string(wallet)); err != nil {
			b.Fatal(err)
		}
	}
}
