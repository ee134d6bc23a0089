package identity

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBase58(t *testing.T) {
	t.Parallel()
	for raw, text := range map[string]string{
		"":                   "",
		"00":                 "1",
		"0000":               "11",
		"39":                 "z",
		"3a":                 "21",
		"000001":             "112",
		"61626364":           "3VNr6P",
		"ffffffffffffffff":   "jpXCZedGfVQ",
		"00ffffffffffffffff": "1jpXCZedGfVQ",
	} {
		bytes, err := hex.DecodeString(raw)
		require.NoError(t, err)
		require.Equal(t, text, encode58(bytes), raw)
		back, ok := decode58(text, len(bytes))
		require.True(t, ok, text)
		require.Equal(t, bytes, back)
	}
}

func TestBase58Refuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		size int
	}{
		"a_digit_it_does_not_have": {"3VNr6O", 4},
		"a_space":                  {"3VNr6P ", 4},
		"a_letter_beyond_ascii":    {"3VNr6é", 4},
		"not_UTF-8":                {"\xff", 1},
		"one_more_leading_zero":    {"13VNr6P", 4},
		"one_leading_zero_less":    {"1", 2},
		"a_number_that_is_larger":  {"jpXCZedGfVR", 8},
		"fewer_bytes_than_asked":   {"3VNr6P", 5},
		"more_bytes_than_asked":    {"3VNr6P", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ok := decode58(test.text, test.size)
			require.False(t, ok)
		})
	}
}

// FuzzBase58 compares the codec with arithmetic on large numbers, both ways.
func FuzzBase58(f *testing.F) {
	f.Add([]byte(nil), "")
	f.Add([]byte{0, 0, 1}, "112")
	f.Add(bytes.Repeat([]byte{0xff}, 32), strings.Repeat("z", 44))
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		const most = 64
		if len(raw) > most || len(text) > 2*most {
			return
		}
		require.Equal(t, reference58(raw), encode58(raw))
		back, ok := decode58(encode58(raw), len(raw))
		require.True(t, ok)
		require.True(t, bytes.Equal(raw, back))

		for size := range most {
			if decoded, ok := decode58(text, size); ok {
				require.Equal(t, text, encode58(decoded), "a number has one spelling")
			}
		}
	})
}

func reference58(raw []byte) string {
	text := ""
	for n := new(big.Int).SetBytes(raw); n.Sign() > 0; {
		digit := new(big.Int)
		n.DivMod(n, big.NewInt(58), digit)
		text = string(alphabet[digit.Int64()]) + text
	}
	return strings.Repeat("1", len(raw)-len(bytes.TrimLeft(raw, "\x00"))) + text
}
