package jwt

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"strings"
)

// State says what a key is used for. A key moves from next to active to retired; each step waits until
// everybody who reads the published keys has seen the one before.
type State string

// The states. Every key listed is published and verifies tokens.
const (
	// Next: about to sign. Its tokens are accepted already, because another process may be one step
	// ahead while keys rotate.
	Next State = "next"
	// Active: signs. There is exactly one.
	Active State = "active"
	// Retired: signs no more, until its last token expired.
	Retired State = "retired"
)

// Key is a key of ours. It prints and marshals as its id and state, never as the secret.
type Key struct {
	ID      string
	Private ed25519.PrivateKey
	State   State
}

// String names the key.
func (k Key) String() string { return fmt.Sprintf("%s (%s)", k.ID, k.State) }

// Format prints String for every verb.
func (k Key) Format(out fmt.State, _ rune) { _, _ = io.WriteString(out, k.String()) }

// MarshalText gives String, also to JSON and so to logs.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// public is the half that verifies.
func (k Key) public() ed25519.PublicKey {
	return ed25519.PublicKey(k.Private[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
}

// maxKeyID bounds a key's id, which stands in every token.
const maxKeyID = 64

// check says what is wrong with the key itself.
func (k Key) check() error {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	if k.ID == "" || len(k.ID) > maxKeyID || strings.Trim(k.ID, allowed) != "" {
		return fmt.Errorf("jwt: key id %q: 1 to %d letters, digits, hyphens or underscores", k.ID, maxKeyID)
	}
	if k.State != Next && k.State != Active && k.State != Retired {
		return fmt.Errorf("jwt: key %s: no state %q", k.ID, string(k.State))
	}
	// A public half of another key would make every signature a hint at the secret.
	if len(k.Private) != ed25519.PrivateKeySize || !bytes.Equal(k.Private, ed25519.NewKeyFromSeed(k.Private.Seed())) {
		return fmt.Errorf("jwt: key %s: not an Ed25519 private key", k.ID)
	}
	return nil
}

// checkKeys says everything that is wrong with the keys, together.
func checkKeys(keys []Key) error {
	var (
		faults []error
		active int
		ids    = map[string]bool{}
		halves = map[string]bool{}
	)
	for _, k := range keys {
		if err := k.check(); err != nil {
			faults = append(faults, err)
			continue
		}
		if ids[k.ID] || halves[string(k.public())] {
			faults = append(faults, fmt.Errorf("jwt: key %s is listed twice", k.ID))
		}
		ids[k.ID], halves[string(k.public())] = true, true
		if k.State == Active {
			active++
		}
	}
	if active != 1 {
		faults = append(faults, fmt.Errorf("jwt: %d active keys: one signs", active))
	}
	return errors.Join(faults...)
}
