package payouts

import (
	"strings"
	"time"

	"github.com/twist-platform/twist/core/money"
)

// Arrival is one finalized transfer of tokens into the treasury, as the chain shows it.
type Arrival struct {
	Signature Signature
	Index     int // the instruction's place in its transaction; with Signature it is unique
	Slot      uint64
	Mint      string
	From      Address      // the wallet that owned the source
	Amount    money.Amount // what the treasury received: the delta, not what was sent
	Memo      string       // names the account to credit; may be anything
	At        time.Time
}

// Reserve is what the treasury holds at one finalized slot.
type Reserve struct {
	Slot  uint64
	Twist money.Amount
	Sol   money.Amount
}

// Deposit is an arrival that was booked, once: to an account, to what the platform sets aside for a purpose, or to
// nobody.
type Deposit struct {
	Arrival Arrival
	Account AccountID // empty when it was not for an account
	Purpose Purpose   // empty when it was for no purpose of the platform
	At      time.Time
}

// Purpose is what the platform sets tokens aside for, which an operator of it sends.
type Purpose string

// ForBonuses is what bonuses are paid out of.
const ForBonuses Purpose = "bonuses"

// purposePrefix marks a memo as the name of a purpose.
const purposePrefix = "twist:platform:"

// PurposeMemo is what an operator writes beside tokens for a purpose.
func PurposeMemo(p Purpose) string { return purposePrefix + string(p) }

// Purpose reads the purpose that a memo names, or false. The memo is a stranger's text: that the sender is an operator is
// for the caller to see.
func (a Arrival) Purpose() (Purpose, bool) {
	name, ok := strings.CutPrefix(a.Memo, purposePrefix)
	return Purpose(name), ok && Purpose(name) == ForBonuses
}

// memoPrefix marks a memo as the name of an account to credit.
const memoPrefix = "twist:deposit:"

// DepositMemo is what a holder writes beside a deposit.
func DepositMemo(account AccountID) string { return memoPrefix + string(account) }

// Beneficiary reads the account a memo names, or false. The memo is a stranger's text: that the
// account exists is for the caller to see.
func (a Arrival) Beneficiary() (AccountID, bool) {
	id, ok := strings.CutPrefix(a.Memo, memoPrefix)
	return AccountID(id), ok && id != ""
}
