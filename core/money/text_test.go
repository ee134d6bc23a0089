package money_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
)

var canonical = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

func TestTextRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, decimals := amounts().Draw(t, "a"), rapid.IntRange(0, 18).Draw(t, "decimals")
		require.Equal(t, integer(a).String(), a.String())
		back, err := money.Parse(a.String())
		require.NoError(t, err)
		require.Equal(t, a, back)

		text := a.Decimal(decimals)
		exact, ok := new(big.Rat).SetString(text)
		require.True(t, ok, text)
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
		require.Zero(t, exact.Cmp(new(big.Rat).SetFrac(integer(a), unit)), text)
		back, err = money.ParseDecimal(text, decimals)
		require.NoError(t, err, text)
		require.Equal(t, a, back)
	})
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.Amount{
		"0": 0, "1": 1, "-1": -1, "1000000000": 1_000_000_000,
		"9223372036854775807": money.Max, "-9223372036854775807": money.Min,
	} {
		got, err := money.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{
		"9223372036854775808", "-9223372036854775808", "-9223372036854775809", "10000000000000000000",
		"99999999999999999999999999999999999999999999",
	} {
		_, err := money.Parse(text)
		require.ErrorIs(t, err, money.ErrOverflow, text)
	}
}

// P-14: a stake of `1.5`, of garbage, in hexadecimal or as a float's text is refused, never guessed.
func TestParseRefusesWhatIsNotAnAmount(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "-", "+1", "--1", "-0", "00", "01", "-01", "1.5", "1.0", ".5", "1.", "1e3", "1E3", "1e-7", "0x10", "0b1", "0o7",
		"1_000", "1,000", " 1", "1 ", "1\n", "\t1", "NaN", "Infinity", "-Inf", "null", "true", "abc", "１", "٣", "1\x00", "−1",
	} {
		_, err := money.Parse(text)
		require.ErrorIs(t, err, money.ErrSyntax, "%q", text)
	}
	_, err := money.Parse(strings.Repeat("x", 10_000))
	require.Less(t, len(err.Error()), 200, "hostile text stays short in a message")
	_, err = money.Parse("1\r\nSet-Cookie: x")
	require.NotContains(t, err.Error(), "\n")
}

func TestJSONIsAString(t *testing.T) {
	t.Parallel()
	type body struct {
		Amount money.Amount `json:"amount"`
	}
	bytes, err := json.Marshal(body{money.Max})
	require.NoError(t, err)
	require.JSONEq(t, `{"amount":"9223372036854775807"}`, string(bytes))
	var got body
	require.NoError(t, json.Unmarshal(bytes, &got))
	require.Equal(t, money.Max, got.Amount)
	for _, text := range []string{
		`{"amount":5}`, `{"amount":1.5}`, `{"amount":1e3}`, `{"amount":true}`, `{"amount":{}}`, `{"amount":"5.0"}`, `{"amount":""}`,
		`{"amount":"9223372036854775808"}`,
	} {
		require.Error(t, json.Unmarshal([]byte(text), &got), text)
		require.Equal(t, money.Max, got.Amount, "a refused text leaves the value alone")
	}
}

// P-19: all 100,000 amounts from 0.01 to 1000.00 survive being written and read.
func TestEveryCentSurvives(t *testing.T) {
	t.Parallel()
	const units = 10_000_000 // base units in 0.01 TWIST
	for cents := int64(1); cents <= 100_000; cents++ {
		text := fmt.Sprintf("%d.%02d", cents/100, cents%100)
		got, err := money.ParseDecimal(text, 9)
		if err != nil || int64(got) != cents*units {
			require.FailNow(t, "lost", "%s was read as %s: %v", text, got, err)
		}
		written := got.Decimal(9)
		if plain := strings.TrimSuffix(strings.TrimSuffix(text, "0"), ".0"); written != plain {
			require.FailNow(t, "changed", "%s was written as %s", text, written)
		}
		if back, err := money.ParseDecimal(written, 9); err != nil || back != got {
			require.FailNow(t, "lost", "%s came back as %s: %v", written, back, err)
		}
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for text, test := range map[string]struct {
		amount   money.Amount
		decimals int
	}{
		"0": {0, 9}, "1.5": {1_500_000_000, 9}, "-1.5": {-1_500_000_000, 9}, "0.000000001": {1, 9}, "-0.000000001": {-1, 9},
		"100": {100_000_000_000, 9}, "7": {7, 0}, "9223372036.854775807": {money.Max, 9}, "-9223372036.854775807": {money.Min, 9},
		"9.223372036854775807": {money.Max, 18}, "9223372036854775807": {money.Max, 0},
	} {
		require.Equal(t, text, test.amount.Decimal(test.decimals))
		back, err := money.ParseDecimal(text, test.decimals)
		require.NoError(t, err)
		require.Equal(t, test.amount, back)
	}
	for _, decimals := range []int{-1, 19} {
		require.Panics(t, func() { money.Amount(1).Decimal(decimals) })
		require.Panics(t, func() { _, _ = money.ParseDecimal("1", decimals) })
	}
}

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.Amount{"1.50": 1_500_000_000, "1.0": 1_000_000_000, "0.0": 0, "0.100000000": 100_000_000} {
		got, err := money.ParseDecimal(text, 9)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{
		"", "-", ".", ".5", "1.", "1.2.3", "1,5", "+1", " 1", "1 ", "1e3", "0x1", "1.0000000001", "1.-5", "--1", "1.5x", "NaN",
	} {
		_, err := money.ParseDecimal(text, 9)
		require.ErrorIs(t, err, money.ErrSyntax, "%q", text)
	}
	_, err := money.ParseDecimal("1.0", 0)
	require.ErrorIs(t, err, money.ErrSyntax, "an asset without decimals has no point")
	for _, text := range []string{
		"9223372036.854775808", "9223372037", "-9223372036.854775808", "9223372036854775807", "9223372036854775808",
		"99999999999999999999999",
	} {
		_, err := money.ParseDecimal(text, 9)
		require.ErrorIs(t, err, money.ErrOverflow, text)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0", "-1", "1.5", "0x10", "1e9", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "１"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := money.Parse(text)
		if err == nil {
			require.Equal(t, text, a.String())
			return
		}
		exact, ok := new(big.Int).SetString(text, 10)
		fits := ok && exact.CmpAbs(integer(money.Max)) <= 0
		require.False(t, fits && canonical.MatchString(text), "%q is an amount", text)
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, seed := range []string{"0", "1.5", "-0.000000001", "1.0000000001", "9223372036.854775807", "9223372036.854775808", "1.", ".5", "--1"} {
		f.Add(seed, 9)
	}
	f.Add("1", 0)
	f.Add("9.223372036854775807", 18)
	f.Fuzz(func(t *testing.T, text string, decimals int) {
		if decimals < 0 || decimals > 18 {
			return
		}
		a, err := money.ParseDecimal(text, decimals)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		require.True(t, ok, "%q is a number", text)
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
		require.Zero(t, exact.Cmp(new(big.Rat).SetFrac(integer(a), unit)), "%q was read as %s", text, a)
		back, err := money.ParseDecimal(a.Decimal(decimals), decimals)
		require.NoError(t, err)
		require.Equal(t, a, back)
	})
}
