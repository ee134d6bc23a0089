package payouts

import (
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
