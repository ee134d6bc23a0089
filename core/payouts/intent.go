package payouts

import (
	"fmt"

	"github.com/twist-platform/twist/core/money"
)

// Intent is what a payee asks for, under the id that the payout will have.
type Intent struct {
	Payout      ID
	Account     AccountID
	Destination Address
	Amount      money.Amount
}

// Assurance is what was shown for an intent beside a session, the least first.
type Assurance uint8

// The assurances.
const (
	// Unshown: nothing was.
	Unshown Assurance = iota
	// KnownDestination: the account asked to be paid at this destination before, or was opened by it.
	KnownDestination
	// SteppedUp: a settled wallet of the account has just signed the text of this very intent.
	SteppedUp
)

// Check returns ErrBelowMinimum for an amount that is not paid out, whatever is shown.
func (i Intent) Check() error {
	if i.Amount < Minimum {
		return ErrBelowMinimum
	}
	return nil
}

// needs is the least that must be shown.
func (i Intent) needs() Assurance {
	if i.Amount >= StepUpFrom {
		return SteppedUp
	}
	return KnownDestination
}

// Text is the intent in the words that a wallet signs, one line in the characters of the sign-in grammar.
// It is canonical: two intents share a text only if they are equal, and the amount stands there twice, as
// people read it and as it is booked. When it expires, the signed text says around it.
func (i Intent) Text(mint string) string {
	return fmt.Sprintf("Pay %s TWIST (%s base units of mint %s) to %s as payout %s of account %s. A fee of %s TWIST comes on top.",
		whole(i.Amount), i.Amount, mint, i.Destination, i.Payout, i.Account, whole(ProcessingFee))
}

// whole writes an amount that is not negative in tokens, with all nine decimals.
func whole(a money.Amount) string {
	const decimals = 9
	digits := fmt.Sprintf("%0*d", decimals+1, int64(a))
	point := len(digits) - decimals
	return digits[:point] + "." + digits[point:]
}
