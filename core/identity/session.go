package identity

import (
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// SessionLife is how long a session lasts from the signature that opened it; nothing extends it.
const SessionLife = 90 * 24 * time.Hour

// ErrSessionEnded is a session that expired or does not exist: the wallet signs in again.
var ErrSessionEnded = fault.New(fault.Unauthenticated, "session_ended", "the session has ended")

// Session is what one signed challenge earns. At most one session names a challenge, for ever: it is
// what keeps a challenge that came back from a restored cache from opening a second one.
type Session struct {
	ID        SessionID
	Account   AccountID
	Wallet    Wallet
	Challenge ChallengeID
	Roles     []Role
	OpenedAt  time.Time
	ExpiresAt time.Time // the first moment at which it has ended
}

// OpenSession opens a session of the account for the challenge that its wallet answered. A challenge of
// another wallet is ErrChallengeMismatch; roles that are missing or not listed are ErrRole.
func OpenSession(id SessionID, account Account, answered Challenge, roles []Role, now time.Time) (Session, error) {
	if answered.Wallet != account.Wallet || answered.Purpose != SignIn {
		return Session{}, ErrChallengeMismatch
	}
	if err := checkRoles(roles); err != nil {
		return Session{}, err
	}
	opened := now.UTC()
	return Session{
		ID: id, Account: account.ID, Wallet: account.Wallet, Challenge: answered.ID,
		Roles: slices.Clone(roles), OpenedAt: opened, ExpiresAt: opened.Add(SessionLife),
	}, nil
}
