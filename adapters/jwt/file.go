package jwt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// ringText is a ring as a file holds it.
type ringText struct {
	MinIssued *time.Time `json:"min_iat,omitempty"`
	Keys      []keyText  `json:"keys"`
	Gone      []string   `json:"gone,omitempty"`
}

type keyText struct {
	ID          string     `json:"id"`
	Seed        string     `json:"seed,omitempty"` // hexadecimal; a secret
	PublishedAt *time.Time `json:"published_at,omitempty"`
	ActiveAt    *time.Time `json:"active_at,omitempty"`
	RetiresAt   *time.Time `json:"retires_at,omitempty"`
	MinIssued   *time.Time `json:"min_iat,omitempty"`
	Dropped     bool       `json:"dropped,omitempty"`
}

// ErrRing means that a text is no ring. It says nothing of the text, which may be a secret with a typing
// error.
var ErrRing = errors.New("jwt: the text is not a list of keys")

// MaxRing is the longest text of a ring that is read, in bytes.
const MaxRing = 64 << 10

// ParseRing reads a ring that Secrets wrote, or somebody by hand. Anything else is ErrRing. Whether the ring
// is a good one says its Check.
func ParseRing(text []byte) (Ring, error) {
	if len(text) > MaxRing {
		return Ring{}, ErrRing
	}
	var read ringText
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&read) != nil {
		return Ring{}, ErrRing
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Ring{}, ErrRing
	}
	r := Ring{MinIssued: given(read.MinIssued)}
	if len(read.Gone) > 0 {
		r.Gone = read.Gone
	}
	for _, k := range read.Keys {
		key := Key{
			ID: k.ID, PublishedAt: given(k.PublishedAt), ActiveAt: given(k.ActiveAt), RetiresAt: given(k.RetiresAt),
			MinIssued: given(k.MinIssued), Dropped: k.Dropped,
		}
		seed, err := hex.DecodeString(k.Seed)
		switch {
		case err != nil:
			return Ring{}, ErrRing
		case len(seed) == ed25519.SeedSize:
			key.Private = ed25519.NewKeyFromSeed(seed)
		case len(seed) != 0:
			return Ring{}, ErrRing
		}
		r.Keys = append(r.Keys, key)
	}
	return r, nil
}

// Secrets writes the ring with its secrets, for a file that nobody else may read.
func (r Ring) Secrets() []byte {
	text := ringText{MinIssued: told(r.MinIssued), Keys: []keyText{}, Gone: r.Gone}
	for _, k := range r.Keys {
		written := keyText{
			ID: k.ID, PublishedAt: told(k.PublishedAt), ActiveAt: told(k.ActiveAt), RetiresAt: told(k.RetiresAt),
			MinIssued: told(k.MinIssued), Dropped: k.Dropped,
		}
		if len(k.Private) == ed25519.PrivateKeySize {
			written.Seed = hex.EncodeToString(k.Private.Seed())
		}
		text.Keys = append(text.Keys, written)
	}
	raw, err := json.MarshalIndent(text, "", "  ")
	if err != nil { // texts and moments: it cannot be, but for a year past 9999
		return nil
	}
	return append(raw, '\n')
}

func given(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func told(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
