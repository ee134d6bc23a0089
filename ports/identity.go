package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// Challenges keeps what wallets were asked to sign, outside the unit of work. It may forget a challenge
// at any moment, and the wallet asks for another; what it remembers is never older than its last answer:
// a count does not fall and what was taken does not return.
//
// It judges nothing. That a challenge expired or was tried too often is decided from what it gives.
type Challenges interface {
	// Put keeps the challenge under its id, with its count of attempts. Challenges of one wallet stand
	// beside one another. Put may drop challenges that have expired at this one's IssuedAt.
	Put(ctx context.Context, challenge identity.Challenge) error
	// Get gives the challenge, or ErrChallengeUnknown. It changes nothing.
	Get(ctx context.Context, id identity.ChallengeID) (identity.Challenge, error)
	// Attempt counts one attempt and gives the challenge with the new count, or ErrChallengeUnknown.
	// Every caller sees a count of its own.
	Attempt(ctx context.Context, id identity.ChallengeID) (identity.Challenge, error)
	// Take removes the challenge and gives it as it stood. Exactly one of any number of callers gets
	// it; the others, and every call that comes later, get ErrChallengeUnknown.
	Take(ctx context.Context, id identity.ChallengeID) (identity.Challenge, error)
}

// Tokens writes and reads access tokens: text that says who calls, signed by a key of ours.
type Tokens interface {
	// Issue writes the claims into a token. Claims that fail their Check are ErrClaims.
	Issue(ctx context.Context, claims identity.Claims) (string, error)
	// Verify gives the claims of a token that Issue wrote, exactly as they were. A token is good from
	// ClockLeeway before it was issued and until ClockLeeway after it expires; from then on it is
	// ErrTokenExpired, for as long as its key is kept. Any other text is ErrToken.
	Verify(ctx context.Context, token string, now time.Time) (identity.Claims, error)
	// Keys gives every key that a token which is good now, or soon will be, may be signed with, each
	// under its own id.
	Keys(ctx context.Context, now time.Time) ([]identity.PublicKey, error)
}

// Tombstones remembers what of our keys is not trusted any more, for ever and outside the unit of work. It is what
// tells a process that was handed an old list of keys.
type Tombstones interface {
	// Bury keeps tombstones, all or none. One that is kept already stays, and so does a later one of the same key.
	Bury(ctx context.Context, all ...identity.Tombstone) error
	// Buried gives of each key the latest tombstone, in the order of keys.
	Buried(ctx context.Context) ([]identity.Tombstone, error)
}
