package money_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
)

// weights draws one to twelve of them, not all zero, with a sum that is an Amount.
func weights() *rapid.Generator[[]money.Amount] {
	return rapid.SliceOfN(between(0, money.Max/12), 1, 12).Filter(func(list []money.Amount) bool {
		return slices.Max(list) > 0
	})
}

func split(t require.TestingT, total money.Amount, list []money.Amount) []money.Amount {
	parts, err := money.Split(total, list)
	require.NoError(t, err)
	require.Len(t, parts, len(list))
	return parts
}

// The parts of a split: they sum to the total (S1), each is less than a unit from its exact share (S2), a
// weight of zero gets nothing (S4), and the floors are those of unbounded integers (S9).
func TestSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total, list := between(0, money.Max).Draw(t, "total"), weights().Draw(t, "weights")
		parts := split(t, total, list)

		sum, err := money.Sum(parts...)
		require.NoError(t, err)
		require.Equal(t, total, sum)
		whole, err := money.Sum(list...)
		require.NoError(t, err)
		for i, w := range list {
			floor := quotient(total, w, whole, money.Down)
			over := new(big.Int).Sub(integer(parts[i]), floor)
			require.True(t, over.Sign() == 0 || over.Cmp(big.NewInt(1)) == 0, "part %d is %s of %s", i, parts[i], floor)
			exact := new(big.Int).Mul(integer(total), integer(w))
			if over.Sign() > 0 {
				require.NotZero(t, exact.Mod(exact, integer(whole)).Sign(), "part %d is exact and got a unit more", i)
			}
			if w == 0 {
				require.Zero(t, parts[i])
			}
		}
	})
}

// Who gets the units left over has the larger remainder, or the same one and the lower index. So permuting
// equal weights changes ties only (S3).
func TestSplitGivesTheLargestRemainderFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total, list := between(0, money.Max).Draw(t, "total"), weights().Draw(t, "weights")
		parts := split(t, total, list)
		whole, _ := money.Sum(list...)
		rests := make([]*big.Int, len(list))
		more := make([]bool, len(list))
		for i, w := range list {
			product := new(big.Int).Mul(integer(total), integer(w))
			floor := new(big.Int)
			floor.DivMod(product, integer(whole), new(big.Int))
			rests[i] = new(big.Int).Sub(product, new(big.Int).Mul(floor, integer(whole)))
			more[i] = integer(parts[i]).Cmp(floor) > 0
		}
		for i := range list {
			for j := range list {
				if more[i] && !more[j] {
					order := rests[i].Cmp(rests[j])
					require.True(t, order > 0 || (order == 0 && i < j), "%d got a unit before %d", i, j)
				}
			}
		}
	})
}

// Scaling all weights changes nothing (S5), and a replay gives the same parts (S7).
func TestSplitSeesOnlyTheRatio(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := between(0, money.Max).Draw(t, "total")
		list := rapid.SliceOfN(between(1, 1_000_000), 1, 12).Draw(t, "weights")
		by := between(1, 1_000_000).Draw(t, "by")
		scaled := slices.Clone(list)
		for i := range scaled {
			scaled[i] *= by
		}
		before := slices.Clone(list)
		require.Equal(t, split(t, total, list), split(t, total, scaled))
		again := split(t, total, list)
		require.Equal(t, split(t, total, list), again)
		require.Equal(t, before, list, "the weights are the caller's")
	})
}

// Reversing with weights equal to what is outstanding never raises a part and ends at nothing (S6).
func TestSplitReverses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		outstanding := split(t, between(1, 1_000_000).Draw(t, "pot"), weights().Draw(t, "weights"))
		left, _ := money.Sum(outstanding...)
		for left > 0 {
			back := between(1, left).Draw(t, "back")
			for i, part := range split(t, back, outstanding) {
				require.GreaterOrEqual(t, part, money.Amount(0))
				require.LessOrEqual(t, part, outstanding[i])
				outstanding[i] -= part
			}
			left -= back
		}
		require.Zero(t, slices.Max(outstanding))
	})
}

func TestSplitCases(t *testing.T) {
	t.Parallel()
	list := func(n ...money.Amount) []money.Amount { return n }
	for name, test := range map[string]struct {
		total   money.Amount
		weights []money.Amount
		want    []money.Amount
		fails   error
	}{
		"p_20_three_equal_parts_of_100.00": {10_000, list(1, 1, 1), list(3_334, 3_333, 3_333), nil},
		"ties_go_to_the_lower_index":       {2, list(1, 1, 1), list(1, 1, 0), nil},
		"the_larger_remainder_first":       {10, list(1, 2, 3), list(2, 3, 5), nil},
		"three_of_alabama":                 {3, list(6, 6, 2), list(1, 1, 1), nil},
		"four_of_alabama":                  {4, list(6, 6, 2), list(2, 2, 0), nil},
		"a_weight_of_zero":                 {5, list(0, 1, 0), list(0, 5, 0), nil},
		"nothing_to_split":                 {0, list(3, 4), list(0, 0), nil},
		"everything":                       {money.Max, list(money.Max), list(money.Max), nil},
		"weights_up_to_the_most":           {money.Max, list(money.Max-1, 1), list(money.Max-1, 1), nil},
		"weights_above_the_most":           {1, list(money.Max, 1), nil, money.ErrOverflow},
		"no_weights":                       {1, nil, nil, money.ErrWeights},
		"only_zero_weights":                {1, list(0, 0), nil, money.ErrWeights},
		"a_negative_weight":                {1, list(2, -1), nil, money.ErrWeights},
		"a_negative_total":                 {-1, list(1), nil, money.ErrNegative},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := money.Split(test.total, test.weights)
			require.ErrorIs(t, err, test.fails)
			require.Equal(t, test.want, got)
		})
	}
}
