package identity

import (
	"crypto/ed25519"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// The numbers of an access token.
const (
	// AccessLife is how long an access token is good.
	AccessLife = 10 * time.Minute
	// ClockLeeway is how far the clocks of two machines may disagree about a token's first and last
	// moment.
	ClockLeeway = 5 * time.Second
	// KeysLife is how long a reader of our public keys may keep them before asking again.
	KeysLife = 10 * time.Minute
)

// Faults of an access token.
var (
	// ErrToken is every reason for which a token proves nothing: it tells a forger nothing.
	ErrToken        = fault.New(fault.Unauthenticated, "token_invalid", "the access token is not valid")
	ErrTokenExpired = fault.New(fault.Unauthenticated, "token_expired", "the access token expired")
	ErrClaims       = fault.New(fault.Internal, "claims_malformed", "the access token cannot be issued")
)

// Claims is what an access token says about its bearer. The moments are whole seconds, because that is
// what a token carries.
type Claims struct {
	ID        TokenID
	Account   AccountID
	Session   SessionID
	Wallet    Wallet // the wallet that opened the session
	Roles     []Role
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// Claims makes what a token of the session says from now on: for AccessLife, and never past the
// session's end. A session with no whole second left is ErrSessionEnded.
func (s Session) Claims(id TokenID, now time.Time) (Claims, error) {
	issued := now.UTC().Truncate(time.Second)
	expires := issued.Add(AccessLife)
	if last := s.ExpiresAt.UTC().Truncate(time.Second); last.Before(expires) {
		expires = last
	}
	if !issued.Before(expires) {
		return Claims{}, ErrSessionEnded
	}
	return Claims{
		ID: id, Account: s.Account, Session: s.ID, Wallet: s.Wallet, Roles: slices.Clone(s.Roles),
		IssuedAt: issued, ExpiresAt: expires,
	}, nil
}

// Check returns ErrClaims unless every field says something and the moments are whole seconds in order, not
// further apart than AccessLife.
// Whoever writes a token and whoever reads one asks it.
func (c Claims) Check() error {
	if c.ID == "" || c.Account == "" || c.Session == "" {
		return ErrClaims.Saying("a name is missing")
	}
	if _, err := ParseWallet(string(c.Wallet)); err != nil {
		return ErrClaims.Saying("wallet %q", string(c.Wallet))
	}
	if err := checkRoles(c.Roles); err != nil {
		return ErrClaims.Saying("roles %q", c.Roles)
	}
	parts := c.IssuedAt.Nanosecond() | c.ExpiresAt.Nanosecond()
	life := c.ExpiresAt.Sub(c.IssuedAt)
	if parts != 0 || c.IssuedAt.IsZero() || life <= 0 || life > AccessLife {
		return ErrClaims.Saying("issued %s, expires %s", c.IssuedAt, c.ExpiresAt)
	}
	return nil
}

// Has reports that the bearer has the role.
func (c Claims) Has(role Role) bool { return slices.Contains(c.Roles, role) }

// PublicKey is a key that verifies access tokens, as anyone may know it.
type PublicKey struct {
	ID  string // what a token's header calls it
	Key [ed25519.PublicKeySize]byte
}
