package identity

import (
	"crypto/sha256"

	"github.com/twist-platform/twist/core/fault"
)

// ErrClient is a text by which no client can be recognized.
var ErrClient = fault.New(fault.Invalid, "client_invalid", "a client is named by 16 to 128 visible ASCII characters that nobody can guess")

// The bounds of a client's secret, in bytes.
const (
	minClient = 16
	maxClient = 128
)

// Client is the digest of the secret by which one installation of an application is recognized. A refresh
// token is good from the client that signed in, and from no other: whoever has only the token has nothing.
type Client struct{ Digest }

// ParseClient makes a client of its secret, or returns ErrClient. The secret itself is not kept.
func ParseClient(secret string) (Client, error) {
	if len(secret) < minClient || len(secret) > maxClient {
		return Client{}, ErrClient
	}
	for _, c := range []byte(secret) {
		if c < '!' || c > '~' {
			return Client{}, ErrClient
		}
	}
	return Client{sha256.Sum256([]byte("twist client\n" + secret))}, nil
}

// is compares in a time that tells nothing about where two digests differ.
func (c Client) is(other Client) bool {
	return c.Digest.is(other.Digest)
}
