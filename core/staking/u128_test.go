package staking_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/staking"
)

const limb = 1<<64 - 1 // the largest

var wide = new(big.Int).Lsh(big.NewInt(1), 128) // 2^128

// limbs draws one that is often at an edge.
func limbs() *rapid.Generator[uint64] {
	return rapid.OneOf(rapid.SampledFrom([]uint64{0, 1, 2, 1 << 63, limb - 1, limb}), rapid.Uint64(), rapid.Uint64Range(0, 1000))
}

func wides() *rapid.Generator[staking.U128] {
	return rapid.Custom(func(t *rapid.T) staking.U128 {
		return staking.U128{Hi: limbs().Draw(t, "hi"), Lo: limbs().Draw(t, "lo")}
	})
}

// requireWide compares a result with the exact one, which may be out of range.
func requireWide(t require.TestingT, want *big.Int, got staking.U128, err error) {
	if want.Sign() < 0 || want.Cmp(wide) >= 0 {
		require.ErrorIs(t, err, staking.ErrWideOverflow)
		require.Zero(t, got)
		return
	}
	require.NoError(t, err)
	require.Zero(t, want.Cmp(integer(got)), "want %s, got %s", want, got)
}

func TestWideArithmeticIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		u, v, n := wides().Draw(t, "u"), wides().Draw(t, "v"), limbs().Draw(t, "n")
		a, b, c := integer(u), integer(v), new(big.Int).SetUint64(n)

		got, err := u.Add(v)
		requireWide(t, new(big.Int).Add(a, b), got, err)
		got, err = u.Sub(v)
		requireWide(t, new(big.Int).Sub(a, b), got, err)
		got, err = u.Mul64(n)
		requireWide(t, new(big.Int).Mul(a, c), got, err)
		require.Equal(t, a.Cmp(b), u.Cmp(v))
		if n > 0 {
			quotient, rest := u.DivMod(n)
			q, r := new(big.Int).DivMod(a, c, new(big.Int))
			requireWide(t, q, quotient, nil)
			require.Equal(t, r.Uint64(), rest)
		}
	})
	// Each half of the product fits, and the carry between them does not.
	_, err := staking.U128{Hi: limb / 3, Lo: limb}.Mul64(3)
	require.ErrorIs(t, err, staking.ErrWideOverflow)
	require.Panics(t, func() { staking.U128{Hi: 1}.DivMod(0) })
}

func TestWideText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		u := wides().Draw(t, "u")
		require.Equal(t, integer(u).String(), u.String())
		back, err := staking.ParseU128(u.String())
		require.NoError(t, err)
		require.Equal(t, u, back)
	})
	for text, want := range map[string]string{
		"0": "", "10000000000000000000": "", "100000000000000000000000000000000000000": "",
		"340282366920938463463374607431768211455": "",
		"340282366920938463463374607431768211456": "wide_overflow", "999999999999999999999999999999999999999": "wide_overflow",
		"3402823669209384634633746074317682114550": "wide_overflow",
		"": "wide_malformed", "00": "wide_malformed", "01": "wide_malformed", "-1": "wide_malformed", "+1": "wide_malformed",
		" 1": "wide_malformed", "1.0": "wide_malformed", "1e3": "wide_malformed", "0x1": "wide_malformed", "१": "wide_malformed",
	} {
		u, err := staking.ParseU128(text)
		require.Equal(t, want, code(err), text)
		if err == nil {
			require.Equal(t, text, u.String())
		}
	}
}

func TestWideJSONIsAString(t *testing.T) {
	t.Parallel()
	bytes, err := json.Marshal(staking.U128{Hi: 1})
	require.NoError(t, err)
	require.Equal(t, `"18446744073709551616"`, string(bytes))
	var u staking.U128
	require.NoError(t, json.Unmarshal(bytes, &u))
	require.Equal(t, staking.U128{Hi: 1}, u)
	require.Error(t, json.Unmarshal([]byte(`5`), &u))
	require.ErrorIs(t, json.Unmarshal([]byte(`"x"`), &u), staking.ErrWideSyntax)
	require.Equal(t, staking.U128{Hi: 1}, u, "a fault leaves the value alone")
}

func FuzzParseU128(f *testing.F) {
	for _, seed := range []string{"", "0", "7", "007", "-1", "340282366920938463463374607431768211455", "340282366920938463463374607431768211456"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := staking.ParseU128(text)
		exact, ok := new(big.Int).SetString(text, 10)
		if err != nil {
			canonical := ok && exact.Sign() >= 0 && exact.Cmp(wide) < 0 && exact.String() == text
			require.False(t, canonical, "%q is a number of 128 bits", text)
			return
		}
		require.Equal(t, text, u.String())
	})
}
