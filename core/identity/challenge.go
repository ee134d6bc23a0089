package identity

import (
	"cmp"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// The numbers of a challenge.
const (
	// ChallengeLife is how long a challenge may be answered. The signed text states it: there is no
	// second, shorter life.
	ChallengeLife = 5 * time.Minute
	// MaxAttempts is how many answers to one challenge are looked at.
	MaxAttempts = 5
	// NonceLength is the length of a nonce of letters and digits: 130 bits.
	NonceLength = 22
)

// Faults of a challenge. All but the last answer a caller who has proven nothing.
var (
	// ErrChallengeUnknown covers a challenge that never was, was forgotten or was taken, alike.
	ErrChallengeUnknown   = fault.New(fault.Unauthenticated, "challenge_unknown", "there is no such challenge to answer")
	ErrChallengeExpired   = fault.New(fault.Unauthenticated, "challenge_expired", "the challenge expired")
	ErrChallengeExhausted = fault.New(fault.Unauthenticated, "challenge_exhausted", "the challenge was answered wrongly too often")
	ErrChallengeMismatch  = fault.New(fault.Unauthenticated, "challenge_mismatch", "what was signed is not what was asked")
	ErrChallengeUsed      = fault.New(fault.Unauthenticated, "challenge_used", "the challenge was used already")
	ErrChallengeMalformed = fault.New(fault.Internal, "challenge_malformed", "the challenge cannot be issued")
)

// Challenge is what one wallet is asked to sign, once. Any number of them may wait for the same wallet,
// so nobody can disturb a sign-in by asking for another.
type Challenge struct {
	ID        ChallengeID
	Purpose   Purpose
	Account   AccountID // whose business an answer is; empty where it opens a session
	Subject   string    // the id of what an answer will make; empty where that has none yet
	Wallet    Wallet
	Domain    string
	URI       string
	ChainID   ChainID
	Statement string
	Nonce     string
	IssuedAt  time.Time // to the millisecond, as the text states it
	ExpiresAt time.Time // the first moment at which it is too late
	Attempts  int       // answers looked at, the present one included
}

// IssueChallenge asks a wallet on behalf of the site. The nonce is NonceLength letters and digits that
// nobody could guess. A bad address is ErrWallet; a bad site, id or nonce, or something to ask that is not
// whole, is ErrChallengeMalformed.
func IssueChallenge(site Site, ask Ask, id ChallengeID, wallet Wallet, nonce string, now time.Time) (Challenge, error) {
	if err := cmp.Or(site.Check(), ask.check()); err != nil {
		return Challenge{}, err
	}
	if _, err := ParseWallet(string(wallet)); err != nil {
		return Challenge{}, err
	}
	const maxID = 64
	if !within(string(id), inID, maxID) {
		return Challenge{}, ErrChallengeMalformed.Saying("id %q", string(id))
	}
	if len(nonce) != NonceLength || !within(nonce, alphanum, NonceLength) {
		return Challenge{}, ErrChallengeMalformed.Saying("a nonce of %d characters", len(nonce))
	}
	issued := now.UTC().Truncate(time.Millisecond)
	return Challenge{
		ID: id, Purpose: ask.Purpose, Account: ask.Account, Subject: ask.Subject, Wallet: wallet,
		Domain: site.Domain, URI: site.URI, ChainID: site.ChainID, Statement: ask.Statement,
		Nonce: nonce, IssuedAt: issued, ExpiresAt: issued.Add(ChallengeLife),
	}, nil
}

// Text is what the wallet signs: the Sign-In With Solana message, its fields in the order of the
// grammar, lines ended by a line feed and the last line by nothing.
func (c Challenge) Text() string {
	const moment = "2006-01-02T15:04:05.000Z"
	return strings.Join([]string{
		c.Domain + " wants you to sign in with your Solana account:",
		string(c.Wallet),
		"",
		c.Statement,
		"",
		"URI: " + c.URI,
		"Version: 1",
		"Chain ID: " + string(c.ChainID),
		"Nonce: " + c.Nonce,
		"Issued At: " + c.IssuedAt.UTC().Format(moment),
		"Expiration Time: " + c.ExpiresAt.UTC().Format(moment),
		"Request ID: " + string(c.ID),
	}, "\n")
}

// Answer returns nil when the wallet signed exactly this challenge in time, bare or in an envelope. The
// client may send the bytes that were signed; without them, or with the bare text, the answer is held to
// each form in which a wallet may have signed it. The caller has counted this attempt before, asked what
// the challenge Serves, and spends it after: by taking it, or by keeping the Assent in the unit of work
// that acts on it.
//
// Too late is ErrChallengeExpired, too often ErrChallengeExhausted, other bytes ErrChallengeMismatch,
// another key or a bad signature ErrSignature. An attempt that was not counted is
// ErrChallengeMalformed: it would allow any number of them.
func (c Challenge) Answer(now time.Time, signedMessage, signature []byte) error {
	switch {
	case c.Attempts < 1:
		return ErrChallengeMalformed.Saying("the attempt was not counted")
	case !now.Before(c.ExpiresAt):
		return ErrChallengeExpired
	case c.Attempts > MaxAttempts:
		return ErrChallengeExhausted
	}
	return proven(c.Wallet, c.Domain, c.Text(), signedMessage, signature)
}
