package identity

import (
	"encoding/hex"

	"github.com/twist-platform/twist/core/fault"
)

// Digest is 32 bytes that stand for a secret, or are one that no client has. As text it is hexadecimal.
type Digest [32]byte

// MarshalText writes 64 hexadecimal digits.
func (d Digest) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(d[:])), nil }

// UnmarshalText reads what MarshalText wrote; what is nothing of that kind is internal.
func (d *Digest) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(d) {
		return fault.ErrInternal.Saying("a digest of %d characters", len(text))
	}
	copy(d[:], raw)
	return nil
}

// is compares in a time that tells nothing about where two digests differ.
func (d Digest) is(other Digest) bool { return same(d[:], other[:]) }
