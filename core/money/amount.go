// Package money counts. It holds whole base units in checked integers, takes shares in basis points
// through 128 bits, and splits totals so that the parts always sum to the whole.
//
// It knows no currency and no float. Its invariant: an operation gives the exact answer or a fault,
// never a wrapped or silently rounded one.
package money

import (
	"math"

	"github.com/twist-platform/twist/core/fault"
)

// Faults of arithmetic and parsing.
var (
	ErrOverflow = fault.New(fault.Invalid, "amount_overflow", "the amount does not fit")
	ErrSyntax   = fault.New(fault.Invalid, "amount_malformed", "an amount is a string of decimal digits in base units")
	ErrBps      = fault.New(fault.Invalid, "bps_out_of_range", "basis points run from 0 to 10000")
	ErrWeights  = fault.New(fault.Invalid, "weights_invalid", "weights must not be negative and one must be positive")
	ErrNegative = fault.New(fault.Invalid, "amount_negative", "the amount must not be negative")
)

// Amount is a number of base units (10^-9 TWIST, lamports). It may be negative, as a balance can.
// Use its methods: plain arithmetic wraps without a word, and a test refuses it outside this package.
type Amount int64

// The range of an Amount. The lowest int64 is left out, so that every Amount has a negative.
const (
	Max Amount = math.MaxInt64
	Min Amount = -math.MaxInt64
)

// Add is a + b, or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	sum := a + b
	if (b > 0 && sum < a) || (b < 0 && sum > a) || sum < Min {
		return 0, ErrOverflow.Saying("%d + %d", int64(a), int64(b))
	}
	return sum, nil
}

// Sub is a − b, or ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) {
	diff := a - b
	if (b < 0 && diff < a) || (b > 0 && diff > a) || diff < Min {
		return 0, ErrOverflow.Saying("%d - %d", int64(a), int64(b))
	}
	return diff, nil
}

// Neg is −a.
func (a Amount) Neg() Amount { return -a }

// Positive reports a > 0.
func (a Amount) Positive() bool { return a > 0 }

// Sum adds amounts, or ErrOverflow.
func Sum(amounts ...Amount) (Amount, error) {
	var total Amount
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}
