package identity

import (
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// How long a session lasts.
const (
	// SessionLife is how long a session lasts at most from the signature that opened it; nothing extends it.
	SessionLife = 90 * 24 * time.Hour
	// IdleLife is how long a session lasts from its last refresh.
	IdleLife = 30 * 24 * time.Hour
	// clockAhead is how far the clock of another process may be ahead; a moment later than that was a mistake.
	clockAhead = time.Minute
)

// Faults of a session.
var (
	// ErrSessionEnded is a session that expired, was ended or does not exist: the wallet signs in again.
	ErrSessionEnded = fault.New(fault.Unauthenticated, "session_ended", "the session has ended")
	// ErrSessionNotFound is a session that does not exist, or is somebody else's.
	ErrSessionNotFound = fault.New(fault.NotFound, "session_not_found", "there is no such session")
)

// Ending says why somebody ended a session. A session that came to its end by itself has none.
type Ending string

// The endings, closed.
const (
	SignedOut Ending = "signed_out"     // its own bearer ended it
	Revoked   Ending = "revoked"        // another session of the account ended it
	Barred    Ending = "barred"         // an operator ended it
	Reused    Ending = "refresh_reused" // one of its refresh tokens came back too late, or from another client
)

// Endings lists every ending.
func Endings() []Ending { return []Ending{SignedOut, Revoked, Barred, Reused} }

// Session is what one signed challenge earns. At most one session names a challenge, for ever: it is
// what keeps a challenge that came back from a restored cache from opening a second one.
type Session struct {
	ID        SessionID
	Account   AccountID
	Wallet    Wallet // the wallet that opened it
	Challenge ChallengeID
	Roles     []Role // what the account could do when the session's newest tokens were made
	OpenedAt  time.Time
	ExpiresAt time.Time // nothing extends it
	EndsAt    time.Time // the first moment at which it has ended, unless it is refreshed before; never after ExpiresAt
	Renewal   Renewal   // what its refresh tokens are held against; zero where it has none
	EndedAt   time.Time // when somebody ended it, for ever; zero while nobody has
	EndedBy   Ending
}

// OpenSession opens a session of the wallet's account for the challenge that it answered: one that ends with
// its first access token, until Renewable makes it last. A challenge of another wallet or purpose is
// ErrChallengeMismatch; roles that are missing or not listed are ErrRole.
func OpenSession(id SessionID, linked LinkedWallet, answered Challenge, roles []Role, now time.Time) (Session, error) {
	if answered.Wallet != linked.Wallet || answered.Purpose != SignIn {
		return Session{}, ErrChallengeMismatch
	}
	if err := checkRoles(roles); err != nil {
		return Session{}, err
	}
	opened := now.UTC()
	return Session{
		ID: id, Account: linked.Account, Wallet: linked.Wallet, Challenge: answered.ID,
		Roles: slices.Clone(roles), OpenedAt: opened, ExpiresAt: opened.Add(SessionLife), EndsAt: opened.Add(AccessLife),
	}, nil
}

// Alive returns ErrSessionEnded once the session came to its end or somebody ended it.
func (s Session) Alive(now time.Time) error {
	if !s.EndedAt.IsZero() || !now.Before(s.EndsAt) {
		return ErrSessionEnded
	}
	return nil
}

// End ends the session for ever. One that somebody has ended already stays as it is, and ended is false.
func (s Session) End(why Ending, now time.Time) (_ Session, ended bool) {
	if !s.EndedAt.IsZero() {
		return s, false
	}
	s.EndedAt, s.EndedBy = now.UTC(), why
	return s, true
}

// Bare is the session without what its refresh tokens are held against: what others than the store may see.
func (s Session) Bare() Session {
	s.Roles, s.Renewal = slices.Clone(s.Roles), Renewal{}
	return s
}

// lasts gives the session as it is after a refresh: alive for IdleLife from now, and never past its end. A
// clock that is behind another shortens nothing.
func (s Session) lasts(now time.Time) Session {
	ends := now.UTC().Add(IdleLife)
	if ends.Before(s.EndsAt) {
		ends = s.EndsAt
	}
	if s.ExpiresAt.Before(ends) {
		ends = s.ExpiresAt
	}
	s.EndsAt = ends
	return s
}
