package api

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const digits58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// spelled58 writes bytes in base58.
func spelled58(raw []byte) string {
	text, base := []byte{}, big.NewInt(58)
	for n, digit := new(big.Int).SetBytes(raw), new(big.Int); n.Sign() > 0; {
		n.DivMod(n, base, digit)
		text = append([]byte{digits58[digit.Int64()]}, text...)
	}
	return strings.Repeat("1", len(raw)-len(bytes.TrimLeft(raw, "\x00"))) + string(text)
}

// P-44: a signature in base58 that is also good base64, of 64 bytes too, is read in both ways: neither is lost.
func TestASignatureOfTwoReadingsHasBoth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := "1z" + rapid.StringMatching("["+digits58+"]{83}[AQgw]").Draw(t, "text") // a zero byte first, and no bit beyond 64 bytes
		signature, other, err := parseSignature(text)
		require.NoError(t, err)
		require.Len(t, signature, ed25519.SignatureSize)
		require.Len(t, other, ed25519.SignatureSize)
		require.Equal(t, text, base64.RawStdEncoding.EncodeToString(signature))
		require.Equal(t, text, spelled58(other))
		padded, none, err := parseSignature(text + "==")
		require.NoError(t, err)
		require.Equal(t, signature, padded)
		require.Nil(t, none, "padding says which it is")
	})
}

// P-44: whatever 64 bytes a wallet sends, in whichever spelling, they are among what is read.
func TestASignatureIsAmongItsReadings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.SliceOfN(rapid.Byte(), ed25519.SignatureSize, ed25519.SignatureSize).Draw(t, "signature")
		for _, text := range []string{base64.StdEncoding.EncodeToString(sent), base64.RawURLEncoding.EncodeToString(sent), spelled58(sent)} {
			signature, other, err := parseSignature(text)
			require.NoError(t, err)
			require.True(t, bytes.Equal(sent, signature) || bytes.Equal(sent, other), text)
		}
	})
}
