package identity

import (
	"bytes"
	"slices"
)

// alphabet is the base58 digits in order: no 0, O, I or l.
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// digits gives the value of a character, or -1.
var digits = func() (table [256]int8) { //nolint:gochecknoglobals // a constant table
	for i := range table {
		table[i] = -1
	}
	for i, c := range []byte(alphabet) {
		table[c] = int8(i)
	}
	return table
}()

// encode58 writes bytes in base58: one '1' for each leading zero byte, then the number without leading
// zeros. The cost grows with the square of the length; it is for keys.
func encode58(raw []byte) string {
	var reversed []int // base58 digits, least significant first
	for _, b := range raw {
		carry := int(b)
		for i, d := range reversed {
			carry += d << 8
			reversed[i], carry = carry%58, carry/58
		}
		for ; carry > 0; carry /= 58 {
			reversed = append(reversed, carry%58)
		}
	}
	text := bytes.Repeat([]byte{alphabet[0]}, leading(raw, 0))
	for _, d := range slices.Backward(reversed) {
		text = append(text, alphabet[d])
	}
	return string(text)
}

// decode58 reads exactly size bytes, or reports false. It takes only the text that encode58 gives: a
// number has one spelling. The caller bounds the length of the text.
func decode58(text string, size int) ([]byte, bool) {
	raw := make([]byte, size)
	for _, c := range []byte(text) {
		carry := int(digits[c])
		if carry < 0 {
			return nil, false
		}
		for i := size - 1; i >= 0; i-- {
			carry += int(raw[i]) * 58
			raw[i], carry = byte(carry&0xff), carry>>8
		}
		if carry != 0 {
			return nil, false
		}
	}
	if leading([]byte(text), alphabet[0]) != leading(raw, 0) {
		return nil, false
	}
	return raw, true
}

// leading counts how often c stands at the start.
func leading(text []byte, c byte) int {
	n := 0
	for n < len(text) && text[n] == c {
		n++
	}
	return n
}
