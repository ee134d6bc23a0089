package money_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
)

// quotient is a·part/whole with the rounding, in integers without a limit.
func quotient(a, part, whole money.Amount, round money.Rounding) *big.Int {
	product := new(big.Int).Mul(integer(a), integer(part))
	q, rest := new(big.Int).QuoRem(product, integer(whole), new(big.Int))
	if round == money.Up && rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// The 128-bit path gives what math/big gives, for every rounding, or ErrOverflow when that is no Amount.
func TestScaleIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, part := between(0, money.Max).Draw(t, "a"), between(0, money.Max).Draw(t, "part")
		whole := between(1, money.Max).Draw(t, "whole")
		for _, round := range []money.Rounding{money.Down, money.Up} {
			got, err := a.Scale(part, whole, round)
			requireExact(t, quotient(a, part, whole, round), got, err)
		}
	})
}

func TestScaleAtTheEdges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		a, part, whole money.Amount
		round          money.Rounding
		want           money.Amount
		fails          error
	}{
		"the_most":                   {money.Max, money.Max, money.Max, money.Up, money.Max, nil},
		"nothing":                    {0, money.Max, 1, money.Up, 0, nil},
		"one_unit_up":                {1, 1, money.Max, money.Up, 1, nil},
		"one_unit_down":              {1, 1, money.Max, money.Down, 0, nil},
		"exact_is_not_rounded_up":    {6, 1, 3, money.Up, 2, nil},
		"quotient_of_64_bits":        {money.Max, 2, 1, money.Down, 0, money.ErrOverflow},
		"quotient_just_above_most":   {1 << 62, 2, 1, money.Down, 0, money.ErrOverflow},
		"quotient_of_65_bits":        {1 << 62, 4, 1, money.Down, 0, money.ErrOverflow},
		"quotient_of_128_bits":       {money.Max, money.Max, 1, money.Down, 0, money.ErrOverflow},
		"rounding_up_to_the_most":    {money.Max - 1, 7, 7, money.Up, money.Max - 1, nil},
		"rounding_up_above_the_most": {money.Max, money.Max - 1, money.Max - 2, money.Up, 0, money.ErrOverflow},
		"negative_amount":            {-1, 1, 1, money.Down, 0, money.ErrNegative},
		"negative_part":              {1, -1, 1, money.Down, 0, money.ErrNegative},
		"whole_of_nothing":           {1, 1, 0, money.Down, 0, money.ErrWeights},
		"negative_whole":             {1, 1, -1, money.Down, 0, money.ErrWeights},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.a.Scale(test.part, test.whole, test.round)
			require.ErrorIs(t, err, test.fails)
			require.Equal(t, test.want, got)
		})
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := between(0, money.Max).Draw(t, "a")
		bps := money.Bps(rapid.Int32Range(0, int32(money.Whole)).Draw(t, "bps"))
		down, err := a.Share(bps, money.Down)
		requireExact(t, quotient(a, money.Amount(bps), money.Amount(money.Whole), money.Down), down, err)
		up, err := a.Share(bps, money.Up)
		requireExact(t, quotient(a, money.Amount(bps), money.Amount(money.Whole), money.Up), up, err)
		rest, err := a.Share(money.Whole-bps, money.Up)
		require.NoError(t, err)
		require.Equal(t, a-down, rest, "what one side rounds down the other rounds up")
	})
	for name, test := range map[string]struct {
		bps   money.Bps
		want  money.Amount
		fails error
	}{
		"none": {0, 0, nil}, "least": {1, 1, nil}, "half": {5_000, 5_000, nil}, "all": {money.Whole, 10_000, nil},
		"below": {-1, 0, money.ErrBps}, "above": {money.Whole + 1, 0, money.ErrBps},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, test.bps.Check(), test.fails)
			got, err := money.Amount(10_000).Share(test.bps, money.Down)
			require.ErrorIs(t, err, test.fails)
			require.Equal(t, test.want, got)
		})
	}
	_, err := money.Amount(-1).Share(1, money.Down)
	require.ErrorIs(t, err, money.ErrNegative)
}
