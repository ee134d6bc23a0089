package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"strconv"
)

// Digest is the fingerprint of what an entry does.
type Digest [sha256.Size]byte

// String is the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes the digest as String does.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote, or returns ErrEntry.
func (d *Digest) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(d) {
		return ErrEntry.Saying("a digest of %d characters", len(text))
	}
	copy(d[:], raw)
	return nil
}

// Digest covers reference, kind, postings in order and metadata. It leaves out id and time, so that
// a second try at the same work, which names and dates its entry anew, has the same digest. Every
// field is preceded by its length: no two entries share bytes.
func (e Entry) Digest() Digest {
	h := sha256.New()
	put(h, e.Reference)
	put(h, string(e.Kind))
	put(h, strconv.Itoa(len(e.Postings)))
	for _, p := range e.Postings {
		put(h, p.Source.text)
		put(h, p.Destination.text)
		put(h, string(p.Asset))
		put(h, p.Amount.String())
	}
	put(h, strconv.Itoa(len(e.Metadata)))
	for _, key := range slices.Sorted(maps.Keys(e.Metadata)) {
		put(h, key)
		put(h, e.Metadata[key])
	}
	return Digest(h.Sum(nil))
}

// tally is the fingerprint of lines in any order: how many there are, and the sum of their hashes.
type tally struct {
	lines int64
	sum   [4]uint64
}

func (t *tally) add(l Line) {
	h := sha256.New()
	for _, field := range []string{
		string(l.Entry), l.Address.text, string(l.Asset), strconv.Itoa(int(l.Stripe)), strconv.FormatInt(l.Version, 10),
		l.Delta.String(), l.Before.String(), l.After.String(),
	} {
		put(h, field)
	}
	digest := h.Sum(nil)
	t.lines++
	for i := range t.sum {
		t.sum[i] += binary.BigEndian.Uint64(digest[8*i:]) // wraps, on purpose
	}
}

func put(h hash.Hash, field string) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(field)))
	h.Write(size[:])
	h.Write([]byte(field))
}
