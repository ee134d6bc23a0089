package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// ErrRefreshToken is every reason for which a refresh token proves nothing: it tells a forger nothing.
var ErrRefreshToken = fault.New(fault.Unauthenticated, "refresh_token_invalid", "the refresh token is not valid")

// RefreshToken is what a session goes on with. Its text names the session and the generation, and carries
// the generation's secret, a tag by which the session recognizes every token it ever gave, and a checksum.
//
// It prints as the session's id. Text gives the secret.
type RefreshToken struct {
	Session    SessionID
	generation int64
	secret     [secretSize]byte
	tag        [tagSize]byte
}

// The parts of a token, in bytes. A secret is never shorter than what is drawn for the first one.
const (
	secretSize   = sha256.Size
	tagSize      = 16
	checksumSize = 4
	maxSessionID = 64
)

// tokenPrefix says what a text is, to a person who finds it and to a program that looks for leaks.
const tokenPrefix = "twr1."

// Text is the token as its client keeps it.
func (t RefreshToken) Text() string {
	head := tokenPrefix + string(t.Session) + "." + strconv.FormatInt(t.generation, 10) + "."
	body := slices.Concat(t.secret[:], t.tag[:])
	// It tells a token from a text that was cut, changed or made up. It proves nothing: it spares the store a
	// question.
	checksum := sha256.Sum256(slices.Concat([]byte(head), body))
	return head + base64.RawURLEncoding.EncodeToString(slices.Concat(body, checksum[:checksumSize]))
}

// ParseRefreshToken reads what Text writes, in its one spelling, or returns ErrRefreshToken.
func ParseRefreshToken(text string) (RefreshToken, error) {
	const longest = len(tokenPrefix) + maxSessionID + len(".9223372036854775807.") + 80
	rest, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || len(text) > longest {
		return RefreshToken{}, ErrRefreshToken
	}
	id, rest, _ := strings.Cut(rest, ".")
	number, encoded, _ := strings.Cut(rest, ".")
	generation, err := strconv.ParseInt(number, 10, 64)
	if err != nil || generation < 0 || !within(id, inID, maxSessionID) {
		return RefreshToken{}, ErrRefreshToken
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil || len(raw) != secretSize+tagSize+checksumSize {
		return RefreshToken{}, ErrRefreshToken
	}
	t := RefreshToken{
		Session: SessionID(id), generation: generation,
		secret: [secretSize]byte(raw), tag: [tagSize]byte(raw[secretSize:]),
	}
	if t.Text() != text { // another spelling, or another checksum
		return RefreshToken{}, ErrRefreshToken
	}
	return t, nil
}

// String names the session, and hides the secret.
func (t RefreshToken) String() string { return "a refresh token of " + string(t.Session) }

// Format prints String for every verb.
func (t RefreshToken) Format(out fmt.State, _ rune) { _, _ = io.WriteString(out, t.String()) }
