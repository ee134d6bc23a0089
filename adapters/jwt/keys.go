package jwt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// State says what a key is used for at a moment. It follows from the key's moments, so every process that
// holds the same ring changes it at the same instant, and none has to be told.
type State string

// The states, in the order in which a key has them.
const (
	// Next: published, and about to sign. Its tokens are accepted already, because the clock of another
	// process may be ahead.
	Next State = "next"
	// Active: signs. There is exactly one.
	Active State = "active"
	// Retired: published, and verifies what it signed before it retired.
	Retired State = "retired"
	// Removed: retired for so long that its last token expired. It is neither published nor accepted.
	Removed State = "removed"
	// Dropped: taken away at once, whatever it signed. It is neither published nor accepted.
	Dropped State = "dropped"
)

// Key is a key of ours. Without any moments it is active, always was, and stays so. It prints and marshals
// as its id, never as the secret.
type Key struct {
	ID          string
	Private     ed25519.PrivateKey // of a dropped key it may be empty: nothing needs it any more
	PublishedAt time.Time          // since when it is among the public keys
	ActiveAt    time.Time          // since when it signs
	RetiresAt   time.Time          // from when the key after it signs; zero while there is none
	MinIssued   time.Time          // its tokens that were issued before are refused
	Dropped     bool
}

// NewKey makes a key that is named after its public half.
func NewKey(private ed25519.PrivateKey) Key {
	k := Key{Private: private}
	if len(private) == ed25519.PrivateKeySize {
		const named = 8 // bytes: enough to tell our few keys apart
		k.ID = hex.EncodeToString(k.public()[:named])
	}
	return k
}

// StateAt says what the key is used for at a moment.
func (k Key) StateAt(now time.Time) State {
	switch {
	case k.Dropped:
		return Dropped
	case now.Before(k.ActiveAt):
		return Next
	case k.RetiresAt.IsZero() || now.Before(k.RetiresAt):
		return Active
	case now.Before(k.RetiresAt.Add(Kept)):
		return Retired
	}
	return Removed
}

// public reports whether the key is among the published ones, which are those that verify.
func (s State) public() bool { return s == Next || s == Active || s == Retired }

// signed reports whether the key may have signed a token that says it was issued then. One that says it
// was issued after the key retired was signed by somebody who should not have the key.
func (k Key) signed(issued time.Time) bool {
	return !issued.Before(k.MinIssued) && (k.RetiresAt.IsZero() || issued.Before(k.RetiresAt))
}

// String names the key.
func (k Key) String() string { return k.ID }

// Format prints String for every verb.
func (k Key) Format(out fmt.State, _ rune) { _, _ = io.WriteString(out, k.String()) }

// MarshalText gives String, also to JSON and so to logs.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// public is the half that verifies.
func (k Key) public() ed25519.PublicKey {
	return ed25519.PublicKey(k.Private[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
}

// half is the half that verifies, in hexadecimal; nothing where the key has none any more.
func (k Key) half() string {
	if len(k.Private) != ed25519.PrivateKeySize {
		return ""
	}
	return hex.EncodeToString(k.public())
}

// maxKeyID bounds a key's id, which stands in every token.
const maxKeyID = 64

// named reports a text that may be the id of a key.
func named(id string) bool {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return id != "" && len(id) <= maxKeyID && strings.Trim(id, allowed) == ""
}

// check says what is wrong with the key itself.
func (k Key) check() error {
	if !named(k.ID) {
		return fmt.Errorf("jwt: key id %q: 1 to %d letters, digits, hyphens or underscores", k.ID, maxKeyID)
	}
	if !k.RetiresAt.IsZero() && k.RetiresAt.Before(k.ActiveAt) {
		return fmt.Errorf("jwt: key %s retires before it is active", k.ID)
	}
	if k.Dropped && len(k.Private) == 0 {
		return nil
	}
	if len(k.Private) != ed25519.PrivateKeySize {
		return fmt.Errorf("jwt: key %s: not an Ed25519 private key", k.ID)
	}
	// A public half of another key would make every signature a hint at the secret.
	if !bytes.Equal(k.Private, ed25519.NewKeyFromSeed(k.Private.Seed())) {
		return fmt.Errorf("jwt: key %s: not an Ed25519 private key", k.ID)
	}
	if bytes.Equal(k.Private.Seed(), make([]byte, ed25519.SeedSize)) {
		return errors.New("jwt: key " + k.ID + ": a seed of zeros is what is left when none was drawn")
	}
	return nil
}
