package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// The numbers of a refresh.
const (
	// RefreshGrace is how long the token before the current one still gives the current one, to the same
	// client: the answer that brought it may have been lost.
	RefreshGrace = 30 * time.Second
	// RefreshEntropy is how many letters and digits are drawn for a session's refresh tokens: 256 bits.
	RefreshEntropy = 43
)

// Faults of a refresh.
var (
	// ErrRefreshReused is a refresh token that was used before, too long ago to be a lost answer, or one that
	// another client brings: somebody has a copy of it. The session is over.
	ErrRefreshReused = fault.New(fault.Unauthenticated, "refresh_token_reused", "the refresh token was used before, or by another client: the session has ended")
	// ErrEntropy is a source of randomness that gives too little.
	ErrEntropy = fault.New(fault.Internal, "entropy_short", "too little randomness was drawn")
)

// Renewal is what a session keeps about its refresh tokens. From it a token can be recognized and the next
// one after a given one computed; none can be made from it alone.
//
// It prints as its generation.
type Renewal struct {
	Client     Client
	Generation int64     // of the current token; the first is 0
	At         time.Time // when the current token was made
	Key        Digest    // tags every token of the session, and leads from each secret to the next
	Current    Digest    // the digest of the current secret
}

// String gives the generation, and hides the key.
func (r Renewal) String() string { return "generation " + strconv.FormatInt(r.Generation, 10) }

// Format prints String for every verb.
func (r Renewal) Format(out fmt.State, _ rune) { _, _ = io.WriteString(out, r.String()) }

// kept reports a renewal that a session has.
func (r Renewal) kept() bool { return !r.At.IsZero() }

// Renewable gives a session that was just opened with its first refresh token, for one client. What is drawn
// is RefreshEntropy letters and digits that nobody could guess, or ErrEntropy.
func (s Session) Renewable(client Client, drawn string, now time.Time) (Session, RefreshToken, error) {
	if len(drawn) < RefreshEntropy || !within(drawn, alphanum, len(drawn)) {
		return Session{}, RefreshToken{}, ErrEntropy
	}
	secret := sha256.Sum256([]byte("twist first refresh secret\n" + drawn))
	s.Renewal = Renewal{
		Client: client, At: now.UTC(), Current: digestOf(secret),
		Key: sha256.Sum256([]byte("twist refresh key\n" + drawn)),
	}
	s = s.lasts(now)
	return s, s.token(secret), nil
}

// Refreshed is what a refresh token gave.
type Refreshed struct {
	Session Session      // as it is from now on
	Token   RefreshToken // the current one
	Rotated bool         // false for an answer that is given again: nothing changed
}

// Refresh takes a refresh token of the session, which a client presents, and gives the next one. The roles are
// those that the account has now.
//
// The current token gives the next one. The one before it gives the current one again, within RefreshGrace of
// the rotation. Any other token that the session ever gave, and any that another client brings, is
// ErrRefreshReused: then the session that is given has ended, and the caller keeps that although it answers
// with the fault. A token that the session never gave is ErrRefreshToken, and a session that has ended, or has
// no refresh tokens, is ErrSessionEnded or ErrRefreshToken; neither changes anything.
func (s Session) Refresh(presented RefreshToken, client Client, roles []Role, now time.Time) (Refreshed, error) {
	if err := checkRoles(roles); err != nil {
		return Refreshed{}, err
	}
	if !s.gave(presented) {
		return Refreshed{}, ErrRefreshToken
	}
	if err := s.Alive(now); err != nil {
		return Refreshed{}, err
	}
	next := s.after(presented.secret, presented.generation)
	current := s.Renewal.Current
	switch {
	case !s.Renewal.Client.is(client):
		return s.reused(now)
	case presented.generation == s.Renewal.Generation && digestOf(presented.secret).is(current):
		return s.rotate(next, roles, now), nil
	case presented.generation == s.Renewal.Generation-1 && digestOf(next).is(current):
		if !now.Before(s.Renewal.At.Add(RefreshGrace)) {
			return s.reused(now)
		}
		s.Roles = slices.Clone(roles)
		return Refreshed{Session: s, Token: s.token(next)}, nil
	case presented.generation < s.Renewal.Generation-1:
		return s.reused(now)
	}
	return Refreshed{}, ErrRefreshToken // tagged with our key, and never given: whoever made it knows the store
}

// rotate moves on to the next secret. The moment of a rotation never moves back by the little that clocks differ;
// one that a clock far ahead wrote does, or the grace would have no end.
func (s Session) rotate(next [secretSize]byte, roles []Role, now time.Time) Refreshed {
	s.Roles = slices.Clone(roles)
	s.Renewal.Generation++
	s.Renewal.Current = digestOf(next)
	if now.After(s.Renewal.At) || s.Renewal.At.After(now.Add(clockAhead)) {
		s.Renewal.At = now.UTC()
	}
	s = s.lasts(now)
	return Refreshed{Session: s, Token: s.token(next), Rotated: true}
}

// reused ends the session, whose token somebody else has.
func (s Session) reused(now time.Time) (Refreshed, error) {
	s, _ = s.End(Reused, now)
	return Refreshed{Session: s}, ErrRefreshReused
}

// gave reports that the token bears the session's tag: of this or of any earlier generation.
func (s Session) gave(t RefreshToken) bool {
	tag := s.tagOf(t.secret, t.generation)
	return s.Renewal.kept() && t.Session == s.ID && subtle.ConstantTimeCompare(tag[:], t.tag[:]) == 1
}

// token is the session's current token, whose secret the caller knows.
func (s Session) token(secret [secretSize]byte) RefreshToken {
	return RefreshToken{
		Session: s.ID, generation: s.Renewal.Generation, secret: secret, tag: s.tagOf(secret, s.Renewal.Generation),
	}
}

// after is the secret that follows on the one of a generation. Whoever has one can have the next from us, and
// nobody can have one from the store.
func (s Session) after(secret [secretSize]byte, generation int64) [secretSize]byte {
	return [secretSize]byte(s.mac("next", secret, generation))
}

func (s Session) tagOf(secret [secretSize]byte, generation int64) [tagSize]byte {
	return [tagSize]byte(s.mac("tag", secret, generation)[:tagSize])
}

func (s Session) mac(use string, secret [secretSize]byte, generation int64) []byte {
	h := hmac.New(sha256.New, s.Renewal.Key[:])
	_, _ = fmt.Fprintf(h, "%s\n%s\n%d\n", use, s.ID, generation) // a hash takes all it is given
	_, _ = h.Write(secret[:])
	return h.Sum(nil)
}

func digestOf(secret [secretSize]byte) Digest { return sha256.Sum256(secret[:]) }
