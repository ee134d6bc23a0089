package memory

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
	"sync/atomic"
	"time"
)

// Clock is the system's clock, which can be moved forward. Its zero value tells the time as it is.
type Clock struct{ ahead atomic.Int64 }

// Now is the system's time in UTC and whole microseconds, ahead by what Advance added.
func (c *Clock) Now() time.Time {
	return time.Now().UTC().Add(time.Duration(c.ahead.Load())).Truncate(time.Microsecond)
}

// Advance moves the clock forward for everyone who reads it. Demonstrations pass holds and epochs so.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(max(d, 0))) }

// IDs makes names of 48 bits of milliseconds and 80 random bits, in 26 digits of base 32.
type IDs struct{ Clock *Clock }

// digits are Crockford's, in ascending order, so that names sort as their bytes do.
const digits = "0123456789abcdefghjkmnpqrstvwxyz"

// New gives a name that never repeats.
func (i IDs) New(prefix string) string {
	var raw [16]byte
	rand.Read(raw[:])
	binary.BigEndian.PutUint64(raw[:8], uint64(i.Clock.Now().UnixMilli())<<16|uint64(raw[6])<<8|uint64(raw[7]))
	var b strings.Builder
	b.WriteString(prefix)
	b.WriteByte('_')
	high, low := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	for shift := 125; shift >= 0; shift -= 5 { // 26 digits carry 130 bits; the top two are zero
		var digit uint64
		switch {
		case shift >= 64:
			digit = high >> (shift - 64)
		default:
			digit = low>>shift | high<<(64-shift)
		}
		b.WriteByte(digits[digit&31])
	}
	return b.String()
}

// Random draws from the system's generator.
type Random struct{}

// Text gives n letters and digits, evenly drawn.
func (Random) Text(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, 0, n)
	var raw [64]byte
	for len(text) < n {
		rand.Read(raw[:])
		for _, b := range raw {
			// 248 is the largest multiple of 62 in a byte: what lies above would favour some letters.
			if b < 248 && len(text) < n {
				text = append(text, letters[int(b)%len(letters)])
			}
		}
	}
	return string(text)
}
