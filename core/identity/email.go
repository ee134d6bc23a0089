package identity

import (
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of an email.
var (
	// ErrEmailToken says the same of every token that verifies nothing: who asks learns of no address
	// whether it is known.
	ErrEmailToken = fault.New(fault.Invalid, "email_token_invalid", "the token verifies nothing; another mail can be asked for")
	ErrEmailLimit = fault.New(fault.Limited, "email_limited", "no more mails can be asked for today")
	// ErrEmailTaken is between the store and the use case, which answers ErrEmailToken instead.
	ErrEmailTaken = fault.New(fault.Conflict, "email_taken", "another account has verified the address")
)

const (
	// EmailTokenLength is how many characters of [A-Za-z0-9] a token has: 43 of them are 256 bits.
	EmailTokenLength = 43
	// EmailTokenLife is how long a token verifies, from the moment it was made.
	EmailTokenLife = 24 * time.Hour
	// MaxVerifications is how many mails one account may ask for within a day.
	MaxVerifications = 5
)

// Email is how an account is reached: the address that it proved, and the one that it wants to prove. The
// first stays until the second is proven.
type Email struct {
	Account    AccountID
	Verified   EmailAddress // empty until an address was proven
	VerifiedAt time.Time
	Pending    Verification // zero where nothing waits to be proven

	Asked      int       // verifications asked for since AskedSince
	AskedSince time.Time // when the day began in which they are counted
}

// Verification is the wish to prove an address. Its token is in a letter to the address and nowhere else:
// what is kept is a hash, so that no copy of the store verifies anything.
type Verification struct {
	ID        VerificationID
	Address   EmailAddress
	Token     TokenHash // zero until a letter was made
	AskedAt   time.Time
	ExpiresAt time.Time // the first moment at which the token verifies nothing
}

// TokenHash is the SHA-256 of a token.
type TokenHash [sha256.Size]byte

// Ask wants to prove an address, in place of what was to be proven before. It reports whether there is
// something to prove: an address that the account has verified already stays as it is. The sixth time within
// a day is ErrEmailLimit.
func (e Email) Ask(id VerificationID, address EmailAddress, now time.Time) (Email, bool, error) {
	if e.Verified.Key() == address.Key() {
		e.Pending = Verification{}
		return e, false, nil
	}
	return e.begin(id, address, now)
}

// Again wants another letter for the address that is to be proven, with a token of its own; the one before
// it verifies nothing from now on. It reports whether there is something to prove.
func (e Email) Again(id VerificationID, now time.Time) (Email, bool, error) {
	if e.Pending.Address == "" {
		return e, false, nil
	}
	return e.begin(id, e.Pending.Address, now)
}

func (e Email) begin(id VerificationID, address EmailAddress, now time.Time) (Email, bool, error) {
	now = now.UTC()
	ahead := e.AskedSince.After(now.Add(clockAhead)) // a clock that was wrong keeps nobody waiting
	if e.Asked == 0 || ahead || !now.Before(e.AskedSince.Add(24*time.Hour)) {
		e.Asked, e.AskedSince = 0, now
	}
	if e.Asked >= MaxVerifications {
		return Email{}, false, ErrEmailLimit
	}
	e.Asked++
	e.Pending = Verification{ID: id, Address: address, AskedAt: now}
	return e, true, nil
}

// Forget drops both addresses. How many mails were asked for stays.
func (e Email) Forget() Email {
	return Email{Account: e.Account, Asked: e.Asked, AskedSince: e.AskedSince}
}

// Arm keeps the hash of the token that a letter of the verification carries; no earlier token verifies
// anything from now on. It reports whether that verification is still the one that is wanted.
func (e Email) Arm(id VerificationID, token string, now time.Time) (Email, bool) {
	if e.Pending.ID != id || id == "" {
		return e, false
	}
	e.Pending.Token, e.Pending.ExpiresAt = sha256.Sum256([]byte(token)), now.UTC().Add(EmailTokenLife)
	return e, true
}

// Verify makes of the address to be proven the one that is, or returns ErrEmailToken. It does the same work
// whatever is wrong.
func (e Email) Verify(token string, now time.Time) (Email, error) {
	given := TokenHash(sha256.Sum256([]byte(token)))
	same := subtle.ConstantTimeCompare(given[:], e.Pending.Token[:]) == 1
	if !same || e.Pending.Address == "" || !now.Before(e.Pending.ExpiresAt) {
		return Email{}, ErrEmailToken
	}
	e.Verified, e.VerifiedAt, e.Pending = e.Pending.Address, now.UTC(), Verification{}
	return e, nil
}

// Bare is the email without what its token is held against: what others than the store may see.
func (e Email) Bare() Email {
	e.Pending.Token = TokenHash{}
	return e
}
