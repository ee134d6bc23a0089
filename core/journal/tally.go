package journal

import (
	"crypto/sha512"
	"encoding/binary"
	"strconv"
)

// lanes is how many sums a tally keeps. Sums of 256 bits could be made to come out right by somebody who
// may choose the contents of thousands of rows; of 2,048 bits nobody knows how.
const lanes = 32

// tally is the fingerprint of items in any order: how many there are, and the sums of their hashes.
type tally struct {
	items int64
	sums  [lanes]uint64
}

func (t *tally) add(i Item) {
	t.items++
	digest := sum(string(i.Source), i.ID, i.Digest.String())
	for lane := 0; lane < lanes; {
		part := sha512.Sum512(strconv.AppendInt(digest[:], int64(lane), 10))
		for at := 0; at < len(part); at += 8 {
			t.sums[lane] += binary.BigEndian.Uint64(part[at:]) // wraps, on purpose
			lane++
		}
	}
}
