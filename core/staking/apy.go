package staking

import (
	"math/big"

	"github.com/twist-platform/twist/core/money"
)

// Yield is what one unit brings in a year, in basis points: 10,000 is as much again. Unlike a share it may be
// more.
type Yield int32

const (
	// APYMaximum is the highest yield that is shown: 1,000 %. What a pool shared on the first day of a first
	// small stake says nothing about a year.
	APYMaximum Yield = 100_000
	// APYDays is how many whole days a pool's yield is taken from.
	APYDays = 30

	year    = 365
	soAbove = 100 // one part in so many a day comes to more than APYMaximum in a year
)

// APY is the annual percentage yield of a pool that shared rewards, of what was earned, among what was staked in it: weight is
// the sum, over the days, of what stood in the pool at the end of each.
//
//	daily = rewards / weight                 the yield of a day on what was staked on average
//	APY   = (1 + daily)^365 − 1              if every day were like that, and rewards were staked again
//
// This is the definition of an annual percentage yield, (1 + r/n)^n − 1 (Regulation DD, 12 CFR 1030,
// appendix A), for a year of n = 365 periods. Dividing sums and not averages, the number of days cancels: a
// pool that had nothing staked on some of them is measured by the others.
//
// It is exact in integers and then rounded down to a basis point, never up, with no least value: nothing
// shared or nothing staked is 0. It is APYMaximum at most.
func APY(rewards money.Amount, weight U128) Yield {
	if rewards <= 0 || weight == (U128{}) {
		return 0
	}
	shared, stood := big.NewInt(int64(rewards)), wide(weight)
	if new(big.Int).Mul(shared, big.NewInt(soAbove)).Cmp(stood) > 0 {
		return APYMaximum // and the power below stays small
	}
	exponent := big.NewInt(year)
	after := new(big.Int).Add(stood, shared)
	after.Exp(after, exponent, nil)
	before := new(big.Int).Exp(stood, exponent, nil)
	gain := after.Sub(after, before)
	gain.Mul(gain, big.NewInt(int64(money.Whole))).Quo(gain, before)
	return Yield(min(gain.Int64(), int64(APYMaximum)))
}
