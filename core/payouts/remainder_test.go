package payouts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// Both sides of each limit: nothing is no remainder, and neither is what one payout could bring out.
func TestIsRemainder(t *testing.T) {
	t.Parallel()
	const least = payouts.Minimum + payouts.ProcessingFee
	for amount, want := range map[money.Amount]bool{-1: false, 0: false, 1: true, payouts.Minimum: true, least - 1: true, least: false, money.Max: false} {
		require.Equal(t, want, payouts.IsRemainder(amount), "%s", amount)
	}
	require.ErrorIs(t, payouts.ErrRemainderChanged, fault.Conflict)
}

// The text byte for byte, and two amounts never share one.
func TestRemainderText(t *testing.T) {
	t.Parallel()
	require.Equal(t, "What it has left, 10.099999999 TWIST (10099999999 base units of mint "+mint+
		"), is too little to be paid out and becomes the platform's.", payouts.RemainderText(10_099_999_999, mint))
	amount := rapid.Map(rapid.Int64Range(1, int64(payouts.Minimum+payouts.ProcessingFee-1)), func(n int64) money.Amount { return money.Amount(n) })
	rapid.Check(t, func(t *rapid.T) {
		a, b := amount.Draw(t, "a"), amount.Draw(t, "b")
		require.Equal(t, a == b, payouts.RemainderText(a, mint) == payouts.RemainderText(b, mint))
	})
}
