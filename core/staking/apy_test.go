package staking_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// P-12: nothing is divided by zero, nothing is rounded up to something, and there is a most.
func TestAPYAtItsEdges(t *testing.T) {
	t.Parallel()
	const twist = 1_000_000_000
	for name, c := range map[string]struct {
		rewards money.Amount
		weight  staking.U128
		want    staking.Yield
	}{
		"nothing shared":                            {0, staking.U128{Lo: 1}, 0},
		"nothing staked":                            {1, staking.U128{}, 0},
		"neither":                                   {0, staking.U128{}, 0},
		"less than nothing, which cannot be":        {-1, staking.U128{Lo: 1}, 0},
		"one unit on all there can be":              {1, staking.U128{Hi: 29, Lo: 1}, 0},
		"1 TWIST on 1,000 for thirty days":          {twist, staking.U128{Lo: 30_000 * twist}, 122}, // 1.224 %
		"just under a basis point":                  {1, staking.U128{Lo: 3_650_182}, 0},            // 365 in 3,650,182 and the interest on it
		"just a basis point":                        {1, staking.U128{Lo: 3_650_181}, 1},            //
		"a pool that would have read 0 by a floor":  {1, staking.U128{Lo: 1_000_000}, 3},            // 0.0365 %
		"one part in 152 a day, under the most":     {1, staking.U128{Lo: 152}, 99_512},             //
		"one part in 151 a day, above the most":     {1, staking.U128{Lo: 151}, staking.APYMaximum}, //
		"one part in 100 a day":                     {1, staking.U128{Lo: 100}, staking.APYMaximum}, // computed
		"one part in 99 a day":                      {1, staking.U128{Lo: 99}, staking.APYMaximum},  // not computed
		"all there can be on one unit":              {money.Max, staking.U128{Lo: 1}, staking.APYMaximum},
		"all there can be on thirty times the same": {money.Max, staking.U128{Hi: 14, Lo: 1<<64 - 30}, staking.APYMaximum},
	} {
		require.Equal(t, c.want, staking.APY(c.rewards, c.weight), name)
	}
}

// The yield is that of the formula in its docstring, computed step by step in fractions, and rounded down.
func TestAPYIsTheFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rewards := rapid.OneOf(rapid.Int64Range(1, 1_000), rapid.Int64Range(1, int64(money.Max))).Draw(t, "rewards")
		times := rapid.OneOf(rapid.Int64Range(1, 400), rapid.Int64Range(1, 100_000_000)).Draw(t, "times")
		weight := new(big.Int).Mul(big.NewInt(rewards), big.NewInt(times))
		weight.Add(weight, big.NewInt(rapid.Int64Range(0, rewards).Draw(t, "more")))
		if weight.BitLen() > 68 { // thirty days of all there can be
			weight.SetInt64(int64(money.Max))
		}
		after := new(big.Rat).SetInt64(1)
		daily := new(big.Rat).SetFrac(big.NewInt(rewards), weight)
		if daily.Cmp(big.NewRat(1, 50)) < 0 { // above, the most is far away
			step := new(big.Rat).Add(big.NewRat(1, 1), daily)
			for range 365 {
				after.Mul(after, step)
			}
		} else {
			after.SetInt64(1_000)
		}
		gain := after.Sub(after, big.NewRat(1, 1))
		gain.Mul(gain, big.NewRat(10_000, 1))
		want := new(big.Int).Quo(gain.Num(), gain.Denom())
		if want.Cmp(big.NewInt(int64(staking.APYMaximum))) > 0 {
			want.SetInt64(int64(staking.APYMaximum))
		}
		low := new(big.Int).And(weight, new(big.Int).SetUint64(1<<64-1)).Uint64()
		high := new(big.Int).Rsh(weight, 64).Uint64()
		require.EqualValues(t, want.Int64(), staking.APY(money.Amount(rewards), staking.U128{Hi: high, Lo: low}))
	})
}

func TestTrendAtItsEdges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		net, before money.Amount
		want        staking.Trend
	}{
		{0, 0, staking.Stable},
		{1, 0, staking.Up},
		{-1, 0, staking.Down},
		{100, 1_000, staking.Stable},
		{101, 1_000, staking.Up},
		{-100, 1_000, staking.Stable},
		{-101, 1_000, staking.Down},
		{100, 999, staking.Up},
		{99, 999, staking.Stable},
		{-100, 999, staking.Down},
		{-99, 999, staking.Stable},
		{money.Max, money.Max, staking.Up},
		{money.Min, money.Max, staking.Down},
		{0, money.Max, staking.Stable},
	} {
		require.Equal(t, c.want, staking.TrendOf(c.net, c.before), "%d of %d", c.net, c.before)
	}
}
