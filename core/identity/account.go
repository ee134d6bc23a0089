package identity

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// ErrAccountNotFound is an account that does not exist.
var ErrAccountNotFound = fault.New(fault.NotFound, "account_not_found", "there is no such account")

// Account is a holder. It exists only since a wallet signed, and keeps its id whatever becomes of the
// wallet.
type Account struct {
	ID       AccountID
	Wallet   Wallet // the one that opened it, also when it is linked no more
	Roles    []Role // granted to it, in the order of Roles; what everybody has is not among them
	OpenedAt time.Time
	ErasedAt time.Time // zero unless it was erased
}

// OpenAccount makes the account of the wallet that answered the challenge.
func OpenAccount(id AccountID, answered Challenge, now time.Time) Account {
	return Account{ID: id, Wallet: answered.Wallet, OpenedAt: now.UTC()}
}
