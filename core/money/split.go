package money

import (
	"math/bits"
	"slices"
)

// Split divides total by weights with the method of the largest remainder: each part is the floor of
// its exact share, and the units left over go one each to the largest remainders. Ties go to the lower
// index, so a caller that must favour nobody orders its weights by a hash first.
//
// The parts sum to total, each is less than one unit from its exact share, and a weight of 0 gets 0.
// A negative total is ErrNegative; no positive weight, a negative one or a sum of weights above Max is
// ErrWeights or ErrOverflow.
func Split(total Amount, weights []Amount) ([]Amount, error) {
	if total < 0 {
		return nil, ErrNegative.Saying("a total of %d", int64(total))
	}
	var whole Amount
	for _, w := range weights {
		if w < 0 {
			return nil, ErrWeights.Saying("a weight of %d", int64(w))
		}
		var err error
		if whole, err = whole.Add(w); err != nil {
			return nil, err
		}
	}
	if whole == 0 {
		return nil, ErrWeights
	}

	parts := make([]Amount, len(weights))
	rests := make([]uint64, len(weights))
	order := make([]int, len(weights))
	left := total
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(w))
		q, r := bits.Div64(hi, lo, uint64(whole)) // hi < whole because w ≤ whole and total < 2^64
		parts[i], rests[i], order[i] = Amount(q), r, i
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case rests[i] > rests[j]:
			return -1
		case rests[i] < rests[j]:
			return 1
		default:
			return 0
		}
	})
	for _, i := range order[:left] { // left < number of non-zero rests
		parts[i]++
	}
	return parts, nil
}
