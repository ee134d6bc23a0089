package money

import "math/bits"

// Bps is a share in basis points: 10,000 is the whole.
type Bps int32

// Whole is 100 %.
const Whole Bps = 10_000

// Check returns ErrBps unless 0 ≤ b ≤ Whole.
func (b Bps) Check() error {
	if b < 0 || b > Whole {
		return ErrBps.Saying("%d", int32(b))
	}
	return nil
}

// Rounding names what a division does with its remainder.
type Rounding uint8

// The roundings, for amounts that are never negative.
const (
	// Down drops the remainder: the payer of the share keeps it.
	Down Rounding = iota
	// Up counts a remainder as one more unit.
	Up
)

// Share is a·b/10,000 through a 128-bit product. The amount must not be negative.
func (a Amount) Share(b Bps, round Rounding) (Amount, error) {
	if err := b.Check(); err != nil {
		return 0, err
	}
	return a.Scale(Amount(b), Amount(Whole), round)
}

// Scale is a·part/whole through a 128-bit product. All three must not be negative and whole must be
// positive (ErrNegative, ErrWeights); a result above Max is ErrOverflow.
func (a Amount) Scale(part, whole Amount, round Rounding) (Amount, error) {
	if a < 0 || part < 0 {
		return 0, ErrNegative.Saying("%d of %d", int64(part), int64(a))
	}
	if whole <= 0 {
		return 0, ErrWeights.Saying("a whole of %d", int64(whole))
	}
	hi, lo := bits.Mul64(uint64(a), uint64(part))
	if hi >= uint64(whole) {
		return 0, ErrOverflow.Saying("%d * %d / %d", int64(a), int64(part), int64(whole))
	}
	quotient, rest := bits.Div64(hi, lo, uint64(whole))
	if round == Up && rest > 0 {
		quotient++ // cannot wrap: the quotient of a 128-bit product by whole with a rest is below 2^64-1
	}
	if quotient > uint64(Max) {
		return 0, ErrOverflow.Saying("%d * %d / %d", int64(a), int64(part), int64(whole))
	}
	return Amount(quotient), nil
}
