package staking

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"

	"github.com/twist-platform/twist/core/money"
)

// StakerName is a position as others see it: the same on every list of its pool and for ever, so that a pool
// has faces, and nothing that says whose it is. A position's id is drawn when it is opened, and nobody but
// its account is shown it; this is a hash of it, without the moment that stands in an id. So two positions of
// one account have nothing in common, whoever compares pools, and the account finds itself.
func StakerName(id PositionID) string {
	const letters = 10 // 50 bits: two stakers of a pool are hardly ever namesakes, and nobody counts on it
	digest := sha256.Sum256([]byte("twist staker\x00" + string(id)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(digest[:])[:letters])
}

// Standing is where a position stands among those of its pool: before all that hold less, or as much and have a
// smaller digest. It may be told, which the position's id may not: the moment of the first stake stands in that.
type Standing struct {
	Staked money.Amount
	Digest string
}

// Standing is where the position stands. Its digest is the SHA-256 of its id in hexadecimal digits.
func (p Position) Standing() Standing {
	digest := sha256.Sum256([]byte(p.ID))
	return Standing{Staked: p.Staked(), Digest: hex.EncodeToString(digest[:])}
}
