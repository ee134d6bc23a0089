package testkit

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"sync/atomic"

	"github.com/twist-platform/twist/ports"
)

var (
	_ ports.IDs    = (*IDs)(nil)
	_ ports.Random = (*Random)(nil)
)

// IDs counts names up: the first is …0001, whatever its prefix. Every name sorts after all that were made
// before it, which is more than the port promises. It is safe for concurrent use; use NewIDs.
type IDs struct{ made atomic.Uint64 }

// NewIDs gives a counter that has made no name yet.
func NewIDs() *IDs { return new(IDs) }

// New gives prefix, an underscore and 26 digits.
func (i *IDs) New(prefix string) string { return fmt.Sprintf("%s_%026d", prefix, i.made.Add(1)) }

// Random gives texts that look drawn and are not: the hash of a seed and of how many were given before.
// It is safe for concurrent use; use NewRandom. It protects nothing.
type Random struct {
	seed  string
	given atomic.Uint64
}

// NewRandom gives a source of its own for every seed.
func NewRandom(seed string) *Random { return &Random{seed: seed} }

// Text gives n letters and digits. Two texts of the same source differ unless n is very small.
func (r *Random) Text(n int) string {
	given := r.given.Add(1)
	text := make([]byte, 0, n)
	for block := 0; len(text) < n; block++ {
		digest := sha256.Sum256(fmt.Appendf(nil, "%s/%d/%d", r.seed, given, block))
		// Base 62 writes 256 bits in at least 40 digits for all but a few hashes in 2^17; one that is
		// shorter only makes the loop go round again.
		text = append(text, new(big.Int).SetBytes(digest[:]).Text(62)...)
	}
	return string(text[:n])
}
