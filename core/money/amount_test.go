package money_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
)

// amounts draws any Amount, often one at an edge.
func amounts() *rapid.Generator[money.Amount] {
	return between(money.Min, money.Max)
}

// between draws an Amount of a range, often its first, its last or a small one.
func between(least, most money.Amount) *rapid.Generator[money.Amount] {
	return rapid.Map(rapid.OneOf(
		rapid.SampledFrom([]int64{int64(least), int64(most)}),
		rapid.Int64Range(int64(least), int64(most)),
		rapid.Int64Range(max(int64(least), -10), min(int64(most), 10)),
	), func(n int64) money.Amount { return money.Amount(n) })
}

func integer(a money.Amount) *big.Int { return big.NewInt(int64(a)) }

// requireExact demands the exact answer, or ErrOverflow when it is not an Amount.
func requireExact(t require.TestingT, want *big.Int, got money.Amount, err error) {
	if want.CmpAbs(integer(money.Max)) > 0 {
		require.ErrorIs(t, err, money.ErrOverflow)
		require.Zero(t, got)
		return
	}
	require.NoError(t, err)
	require.Zero(t, want.Cmp(integer(got)), "want %s, got %s", want, got)
}

func TestArithmeticIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts().Draw(t, "a"), amounts().Draw(t, "b")
		got, err := a.Add(b)
		requireExact(t, new(big.Int).Add(integer(a), integer(b)), got, err)
		got, err = a.Sub(b)
		requireExact(t, new(big.Int).Sub(integer(a), integer(b)), got, err)
		requireExact(t, new(big.Int).Neg(integer(a)), a.Neg(), nil)
		require.Equal(t, integer(a).Sign() > 0, a.Positive())
	})
}

func TestArithmeticAtTheEdges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func() (money.Amount, error)
		want money.Amount
		fits bool
	}{
		"add_up_to_the_most":        {func() (money.Amount, error) { return (money.Max - 1).Add(1) }, money.Max, true},
		"add_above_the_most":        {func() (money.Amount, error) { return money.Max.Add(1) }, 0, false},
		"add_most_to_most":          {func() (money.Amount, error) { return money.Max.Add(money.Max) }, 0, false},
		"add_down_to_the_least":     {func() (money.Amount, error) { return (money.Min + 1).Add(-1) }, money.Min, true},
		"add_onto_the_lowest_int64": {func() (money.Amount, error) { return money.Min.Add(-1) }, 0, false},
		"add_below_the_least":       {func() (money.Amount, error) { return money.Min.Add(-2) }, 0, false},
		"sub_down_to_the_least":     {func() (money.Amount, error) { return (money.Min + 1).Sub(1) }, money.Min, true},
		"sub_onto_the_lowest_int64": {func() (money.Amount, error) { return money.Min.Sub(1) }, 0, false},
		"sub_below_the_least":       {func() (money.Amount, error) { return money.Min.Sub(money.Max) }, 0, false},
		"sub_up_to_the_most":        {func() (money.Amount, error) { return money.Amount(0).Sub(money.Min) }, money.Max, true},
		"sub_above_the_most":        {func() (money.Amount, error) { return money.Amount(1).Sub(money.Min) }, 0, false},
		"neg_of_the_least":          {func() (money.Amount, error) { return money.Min.Neg(), nil }, money.Max, true},
		"sum_of_none":               {func() (money.Amount, error) { return money.Sum() }, 0, true},
		"sum_that_passes_the_most":  {func() (money.Amount, error) { return money.Sum(money.Max, 1, -1) }, 0, false},
		"sum_that_reaches_the_most": {func() (money.Amount, error) { return money.Sum(money.Max, -1, 1) }, money.Max, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.do()
			if !test.fits {
				require.ErrorIs(t, err, money.ErrOverflow)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestSumIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(between(-1_000_000_000_000, 1_000_000_000_000)).Draw(t, "list")
		want := new(big.Int)
		for _, a := range list {
			want.Add(want, integer(a))
		}
		got, err := money.Sum(list...)
		requireExact(t, want, got, err)
	})
}
