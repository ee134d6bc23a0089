package journal

import (
	"strconv"
	"strings"

	"github.com/twist-platform/twist/core/fault"
)

// Head is the end of the chain at some moment. Who keeps one outside the store can tell later whether
// anything before it was changed, also when all that came after was written anew.
type Head struct {
	Position int64 // 0 where nothing is sealed
	Hash     Digest
}

// ErrHead means that a text is no head.
var ErrHead = fault.New(fault.Invalid, "head_invalid", "a head is a position, a colon and a hash in hexadecimal")

// Head is the seal as the end of its chain.
func (s Seal) Head() Head { return Head{Position: s.Position, Hash: s.Hash} }

// String is the head as position:hash.
func (h Head) String() string { return strconv.FormatInt(h.Position, 10) + ":" + h.Hash.String() }

// ParseHead reads what String wrote, or returns ErrHead.
func ParseHead(text string) (Head, error) {
	position, hash, _ := strings.Cut(text, ":")
	var h Head
	var err error
	if h.Position, err = strconv.ParseInt(position, 10, 64); err != nil || h.Position < 0 {
		return Head{}, ErrHead
	}
	if err := h.Hash.UnmarshalText([]byte(hash)); err != nil || h.String() != text {
		return Head{}, ErrHead // also for another way to write the same
	}
	if h.Position == 0 && h != (Head{}) {
		return Head{}, ErrHead // before the first seal stands nothing
	}
	return h, nil
}
