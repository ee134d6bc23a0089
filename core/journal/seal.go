package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/ledger"
)

// Source says where an item of the sequence stands.
type Source string

// The sources.
const (
	FromEntry Source = "entry"
	FromEvent Source = "event"
)

// Digest is a SHA-256.
type Digest = ledger.Digest

// Item is what takes a position: an entry or an event, by its id and the digest of all it says.
type Item struct {
	Source Source
	ID     string
	Digest Digest
}

// EntryItem is the item of an entry. The entry's own digest leaves out id and time; this one binds them.
func EntryItem(id ledger.EntryID, at time.Time, digest ledger.Digest) Item {
	return Item{Source: FromEntry, ID: string(id), Digest: sum(string(id), moment(at), digest.String())}
}

// Item is the event as the sequence holds it.
func (e Event) Item() Item {
	fields := []string{string(e.ID), string(e.Kind), e.Subject, e.Account, moment(e.At), strconv.Itoa(len(e.Data))}
	for _, key := range slices.Sorted(maps.Keys(e.Data)) {
		fields = append(fields, key, e.Data[key])
	}
	return Item{Source: FromEvent, ID: string(e.ID), Digest: sum(fields...)}
}

// moment is a time in microseconds since 1970: what every store keeps exactly.
func moment(at time.Time) string { return strconv.FormatInt(at.UnixMicro(), 10) }

// Waiting is an item that is committed and has no seal yet.
type Waiting struct {
	Turn int64 // grows in the order in which items were written; it has gaps, and is gone once sealed
	Item
}

// Seal gives an item its position. The zero Seal stands before the first.
type Seal struct {
	Position int64 // from 1, without gaps
	Item
	Hash Digest // of the seal before, the position and the item
}

// Next seals the item right after s.
func (s Seal) Next(item Item) Seal {
	next := Seal{Position: s.Position + 1, Item: item}
	next.Hash = sum(s.Hash.String(), strconv.FormatInt(next.Position, 10), string(item.Source), item.ID, item.Digest.String())
	return next
}

// sum hashes fields, each preceded by its length: no two lists of fields share bytes.
func sum(fields ...string) Digest {
	h := sha256.New()
	for _, field := range fields {
		put(h, field)
	}
	return Digest(h.Sum(nil))
}

func put(h hash.Hash, field string) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(field)))
	h.Write(size[:])
	h.Write([]byte(field))
}
