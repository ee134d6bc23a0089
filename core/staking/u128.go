package staking

import (
	"cmp"
	"math/bits"
	"strconv"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of wide arithmetic. Neither can follow from valid input: lifetime revenue of a pool fits an
// Amount, and that bounds every number here.
var (
	ErrWideOverflow = fault.New(fault.Internal, "wide_overflow", "a number does not fit 128 bits")
	ErrWideSyntax   = fault.New(fault.Internal, "wide_malformed", "a wide number is a string of decimal digits")
)

// U128 is the unsigned number Hi·2^64 + Lo. As a reward it counts units of 2^-64 of a base unit, so Hi
// is the whole base units and Lo the fraction. Values compare with ==.
type U128 struct {
	Hi, Lo uint64
}

// Add is u + v, or ErrWideOverflow.
func (u U128) Add(v U128) (U128, error) {
	lo, carry := bits.Add64(u.Lo, v.Lo, 0)
	hi, carry := bits.Add64(u.Hi, v.Hi, carry)
	if carry != 0 {
		return U128{}, ErrWideOverflow.Saying("%s + %s", u, v)
	}
	return U128{hi, lo}, nil
}

// Sub is u − v, or ErrWideOverflow when v is the larger.
func (u U128) Sub(v U128) (U128, error) {
	lo, borrow := bits.Sub64(u.Lo, v.Lo, 0)
	hi, borrow := bits.Sub64(u.Hi, v.Hi, borrow)
	if borrow != 0 {
		return U128{}, ErrWideOverflow.Saying("%s - %s", u, v)
	}
	return U128{hi, lo}, nil
}

// Mul64 is u·n, or ErrWideOverflow.
func (u U128) Mul64(n uint64) (U128, error) {
	carry, lo := bits.Mul64(u.Lo, n)
	over, hi := bits.Mul64(u.Hi, n)
	hi, wrapped := bits.Add64(hi, carry, 0)
	if over != 0 || wrapped != 0 {
		return U128{}, ErrWideOverflow.Saying("%s * %d", u, n)
	}
	return U128{hi, lo}, nil
}

// DivMod is the floor of u/d and what the floor leaves, which is below d. It panics when d is 0, as
// the division of integers does.
func (u U128) DivMod(d uint64) (U128, uint64) {
	hi, rest := u.Hi/d, u.Hi%d
	lo, rest := bits.Div64(rest, u.Lo, d)
	return U128{hi, lo}, rest
}

// Cmp is −1, 0 or +1 as u is below, equal to or above v.
func (u U128) Cmp(v U128) int {
	if order := cmp.Compare(u.Hi, v.Hi); order != 0 {
		return order
	}
	return cmp.Compare(u.Lo, v.Lo)
}

// chunk is the largest power of ten in 64 bits, and chunkDigits its zeros.
const (
	chunk       = 10_000_000_000_000_000_000
	chunkDigits = 19
)

// String is u in decimal digits without leading zeros.
func (u U128) String() string {
	rest, low := u.DivMod(chunk)
	if rest == (U128{}) {
		return strconv.FormatUint(low, 10)
	}
	text := strconv.FormatUint(low, 10)
	for len(text) < chunkDigits {
		text = "0" + text
	}
	return rest.String() + text
}

// ParseU128 reads decimal digits without a sign, a space or a leading zero. Anything else is
// ErrWideSyntax, and 2^128 or more is ErrWideOverflow.
func ParseU128(text string) (U128, error) {
	if text == "" || (text[0] == '0' && text != "0") {
		return U128{}, ErrWideSyntax
	}
	var u U128
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return U128{}, ErrWideSyntax
		}
		tenfold, err := u.Mul64(10)
		if err != nil {
			return U128{}, err
		}
		if u, err = tenfold.Add(U128{Lo: uint64(c - '0')}); err != nil {
			return U128{}, err
		}
	}
	return u, nil
}

// MarshalText writes u as String does.
func (u U128) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what ParseU128 reads and fails as it does.
func (u *U128) UnmarshalText(text []byte) error {
	parsed, err := ParseU128(string(text))
	if err != nil {
		return err
	}
	*u = parsed
	return nil
}
