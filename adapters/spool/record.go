package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// A record is the length of its body and a checksum of it, 4 bytes each, little-endian, and the body: a version, a byte that is
// 1 for a click in excess and else 0, the moment and the rules as varints, then each text behind its length. Records of the
// version before have no such byte, and their clicks are not in excess.
const (
	headBytes = 8
	version   = 2
	before    = 1
	maxBody   = 16 << 10 // a click is a few hundred bytes
)

// errRecord means that a record cannot be read: it is torn, or something else was written over it.
var errRecord = errors.New("no record of ours")

//nolint:gochecknoglobals // a table that is computed once
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// texts are the texts of a click, in the order in which a record has them.
func texts(k *attribution.Click) [10]*string {
	return [10]*string{
		(*string)(&k.ID), (*string)(&k.Link), (*string)(&k.Program), (*string)(&k.Influencer), (*string)(&k.Holder), &k.Visitor,
		(*string)(&k.Verdict), &k.Country, &k.Device, (*string)(&k.Origin),
	}
}

// encode adds the record of a click to what is there. One that is too long for a record is not added.
func encode(to []byte, k attribution.Click) ([]byte, bool) {
	begins := len(to)
	to = append(to, make([]byte, headBytes)...)
	to = append(to, version, 0)
	if k.Excess {
		to[len(to)-1] = 1
	}
	to = binary.AppendVarint(to, k.At.UnixMicro())
	to = binary.AppendVarint(to, int64(k.Rules))
	for _, text := range texts(&k) {
		to = binary.AppendUvarint(to, uint64(len(*text)))
		to = append(to, *text...)
	}
	body := to[begins+headBytes:]
	if len(body) > maxBody {
		return to[:begins], false
	}
	binary.LittleEndian.PutUint32(to[begins:], uint32(len(body))) //nolint:gosec // at most maxBody
	binary.LittleEndian.PutUint32(to[begins+4:], crc32.Checksum(body, castagnoli))
	return to, true
}

// decode reads the record at the beginning of a file's rest, and gives how long it is.
func decode(rest []byte) (k attribution.Click, size int, err error) {
	if len(rest) < headBytes {
		return k, 0, errRecord
	}
	length := binary.LittleEndian.Uint32(rest)
	if length > maxBody || int(length) > len(rest)-headBytes {
		return k, 0, errRecord
	}
	body := rest[headBytes : headBytes+int(length)]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(rest[4:]) || len(body) == 0 {
		return k, 0, errRecord
	}
	excess, body, ok := opening(body)
	if !ok {
		return k, 0, errRecord
	}
	at, n := binary.Varint(body)
	if n <= 0 {
		return attribution.Click{}, 0, errRecord
	}
	body = body[n:]
	rules, n := binary.Varint(body)
	if n <= 0 {
		return k, 0, errRecord
	}
	body = body[n:]
	k.At, k.Rules, k.Excess = time.UnixMicro(at).UTC(), int(rules), excess
	for _, text := range texts(&k) {
		long, n := binary.Uvarint(body)
		if n <= 0 || long > uint64(len(body)-n) { //nolint:gosec // n bytes of the body were read
			return attribution.Click{}, 0, errRecord
		}
		*text, body = string(body[n:n+int(long)]), body[n+int(long):] //nolint:gosec // within the body
	}
	if len(body) > 0 {
		return attribution.Click{}, 0, errRecord
	}
	return k, headBytes + int(length), nil
}

// opening reads what a body begins with, and gives its rest.
func opening(body []byte) (excess bool, rest []byte, ok bool) {
	switch {
	case body[0] == before:
		return false, body[1:], true
	case body[0] == version && len(body) > 1 && body[1] <= 1:
		return body[1] == 1, body[2:], true
	}
	return false, nil, false
}
