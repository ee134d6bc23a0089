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

// Deposit is an arrival that was booked, once: to an account, or to nobody when Account is empty.
type Deposit struct {
	Arrival Arrival
	Account AccountID
	At      time.Time
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
