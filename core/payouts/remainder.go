package payouts

import (
	"fmt"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// ErrRemainderChanged means that what a holder has is not what the holder agreed to give up.
var ErrRemainderChanged = fault.New(fault.Conflict, "remainder_changed", "what the account has is not what was agreed to be given up")

// IsRemainder reports that tokens stand there which no payout could bring out: they are less than the Minimum
// with its fee. Whoever leaves may give up exactly that, and nothing larger.
func IsRemainder(available money.Amount) bool {
	return available.Positive() && available < Minimum+ProcessingFee
}

// RemainderText says in the words that a wallet signs that a remainder is given up. The amount stands there
// twice, as in Intent.Text.
func RemainderText(amount money.Amount, mint string) string {
	return fmt.Sprintf("What it has left, %s TWIST (%s base units of mint %s), is too little to be paid out and becomes the platform's.", whole(amount), amount, mint)
}
