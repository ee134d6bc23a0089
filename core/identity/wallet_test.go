package identity_test

import (
	"crypto/ed25519"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
)

// weakKeys are the fourteen encodings of points of small order: eight canonical, six not.
var weakKeys = []string{
	"00*32",
	"00*31 80",
	"01 00*31",
	"ec ff*30 7f",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"01 00*30 80",
	"ec ff*31",
	"ed ff*30 7f",
	"ed ff*31",
	"ee ff*30 7f",
	"ee ff*31",
}

func TestParseWallet(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		string(wallet),
		"2EZEiBdw47VHT6SpZSW9VnuSvBe7DxuYHBTxj19gxvv8",
		"4UPcfLX6rHuunkDiCnrVdN2BxnaKUAT1m2KCrzaAAct6",
		"EqzxWVyBpLD34SV9w1FFpPPvbfrfAXdiDVg1cyHTR1Rv",
	} {
		got, err := identity.ParseWallet(text)
		require.NoError(t, err)
		require.Equal(t, identity.Wallet(text), got)
	}
}

func TestParseWalletRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":                  "",
		"24_bytes":                 strings.Repeat("a", 32),
		"characters_of_no_digit":   strings.Repeat("O", 44),
		"one_character_less":       string(wallet[:len(wallet)-1]),
		"one_character_more":       string(wallet) + "1",
		"a_leading_zero_more":      "1" + string(wallet),
		"a_space_before":           " " + string(wallet),
		"a_line_end_after":         string(wallet) + "\n",
		"hexadecimal":              "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
		"33_bytes":                 strings.Repeat("z", 44),
		"a_megabyte":               strings.Repeat("z", 1<<20),
		"not_UTF-8":                strings.Repeat("\xff", 40),
		"a_derived_address":        "hkcktF2Akp3vj8pbBVJuxJfk5m41i4t4TSVLx2VoNHT", // off the curve
		"the_system_program":       strings.Repeat("1", 32),
		"the_identity":             "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM",
		"the_system_program_again": strings.Repeat("1", 44),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := identity.ParseWallet(text)
			require.ErrorIs(t, err, identity.ErrWallet)
			require.ErrorIs(t, err, fault.Invalid)
			require.Empty(t, got)
		})
	}
}

func TestWalletOfRefusesWeakKeys(t *testing.T) {
	t.Parallel()
	for _, weak := range weakKeys {
		_, err := identity.WalletOf(unhex(t, weak))
		require.ErrorIs(t, err, identity.ErrWallet, weak)
	}
}

func TestWalletOf(t *testing.T) {
	t.Parallel()
	got, err := identity.WalletOf(private().Public().(ed25519.PublicKey))
	require.NoError(t, err)
	require.Equal(t, wallet, got)
	for _, size := range []int{0, 31, 33, 64} {
		_, err := identity.WalletOf(make([]byte, size))
		require.ErrorIs(t, err, identity.ErrWallet)
	}
}

// TestWalletOfAnyKey: every key that a seed gives is a wallet; of all other bytes those are for which the
// curve's equation, solved by division and root, has an x. That is about every second.
func TestWalletOfAnyKey(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{1})
	on := 0
	for range 300 {
		raw := make([]byte, ed25519.SeedSize)
		_, _ = random.Read(raw)
		_, err := identity.WalletOf(ed25519.NewKeyFromSeed(raw).Public().(ed25519.PublicKey))
		require.NoError(t, err)

		_, err = identity.WalletOf(raw)
		require.Equal(t, hasX(raw), err == nil)
		if err == nil {
			on++
		}
	}
	require.InDelta(t, 150, on, 50)
}

// hasX solves −x² + y² = 1 + d·x²·y² for x.
func hasX(raw []byte) bool {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	d, _ := new(big.Int).SetString("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3", 16)
	raw = slices.Clone(raw)
	raw[31] &= 0x7f
	slices.Reverse(raw)
	y := new(big.Int).SetBytes(raw)
	yy := y.Mul(y, y)
	over := new(big.Int).Sub(yy, big.NewInt(1))
	under := new(big.Int).Add(d.Mul(d, yy), big.NewInt(1))
	xx := over.Mul(over, under.ModInverse(under, p))
	return new(big.Int).ModSqrt(xx.Mod(xx, p), p) != nil
}

func TestCAIP10(t *testing.T) {
	t.Parallel()
	for chain, name := range map[identity.ChainID]string{
		identity.Mainnet:  "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:" + string(wallet),
		identity.Testnet:  "solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z:" + string(wallet),
		identity.Devnet:   "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1:" + string(wallet),
		identity.Localnet: "solana:localnet:" + string(wallet),
	} {
		require.Equal(t, name, wallet.CAIP10(chain))
		got, err := identity.ParseCAIP10(name, chain)
		require.NoError(t, err)
		require.Equal(t, wallet, got)
		for _, other := range []identity.ChainID{identity.Mainnet, identity.Testnet, identity.Devnet, identity.Localnet, "", "bitcoin"} {
			if _, err := identity.ParseCAIP10(name, other); other != chain {
				require.ErrorIs(t, err, identity.ErrWallet)
			}
		}
	}
	_, err := identity.ParseCAIP10(":"+string(wallet), "")
	require.ErrorIs(t, err, identity.ErrWallet, "a chain without a name")
	_, err = identity.ParseCAIP10("solana:localnet:"+strings.Repeat("1", 32), identity.Localnet)
	require.ErrorIs(t, err, identity.ErrWallet)
}

// FuzzParseWallet: no text makes it panic, and what it takes has exactly this spelling.
func FuzzParseWallet(f *testing.F) {
	f.Add(string(wallet))
	f.Add(strings.Repeat("a", 32))
	f.Add(strings.Repeat("O", 44))
	f.Add(strings.Repeat("1", 32))
	f.Fuzz(func(t *testing.T, text string) {
		got, err := identity.ParseWallet(text)
		if err != nil {
			require.ErrorIs(t, err, identity.ErrWallet)
			return
		}
		require.Equal(t, text, string(got))
		require.ErrorIs(t, identity.Verify(got, []byte(text), make([]byte, ed25519.SignatureSize)), identity.ErrSignature)
	})
}
