package identity

import (
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// The numbers of linked wallets.
const (
	// MaxWallets is how many wallets an account may have at once.
	MaxWallets = 10
	// WalletCooldown is how long a linked wallet waits before it settles: before it may sign for a payout
	// and be paid. Whoever stole a session is a day away from the money, and the holder has that day.
	WalletCooldown = 24 * time.Hour
)

// Faults of linked wallets.
var (
	ErrWalletNotFound = fault.New(fault.NotFound, "wallet_not_found", "the account has no such wallet")
	ErrWalletLimit    = fault.New(fault.Conflict, "wallet_limit", "an account has at most 10 wallets")
	ErrWalletCooling  = fault.New(fault.Conflict, "wallet_cooling", "the wallet was linked less than 24 hours ago and cannot sign for this yet")
	ErrLastWallet     = fault.New(fault.Conflict, "last_wallet", "an account keeps one wallet that has been linked for 24 hours")
)

// LinkedWallet is a wallet of an account. A wallet is linked to at most one account.
type LinkedWallet struct {
	Wallet   Wallet
	Account  AccountID
	LinkedAt time.Time
}

// FirstWallet is the wallet that opened the account, as it was linked then.
func (a Account) FirstWallet() LinkedWallet {
	return LinkedWallet{Wallet: a.Wallet, Account: a.ID, LinkedAt: a.OpenedAt}
}

// OpenedBy reports that the wallet opened the account and was linked to it ever since.
func (a Account) OpenedBy(w LinkedWallet) bool {
	return w.Account == a.ID && w.Wallet == a.Wallet && w.LinkedAt.Equal(a.OpenedAt)
}

// SettlesAt is the moment from which the wallet may sign for a payout of its account and be paid: at once
// if it opened the account and was linked ever since, else WalletCooldown after it was linked.
func (w LinkedWallet) SettlesAt(account Account) time.Time {
	if account.OpenedBy(w) {
		return w.LinkedAt
	}
	return w.LinkedAt.Add(WalletCooldown)
}

// Wallets are all wallets of one account.
type Wallets []LinkedWallet

// Get gives a wallet of the account, or ErrWalletNotFound.
func (all Wallets) Get(wallet Wallet) (LinkedWallet, error) {
	i := slices.IndexFunc(all, func(w LinkedWallet) bool { return w.Wallet == wallet })
	if i < 0 {
		return LinkedWallet{}, ErrWalletNotFound
	}
	return all[i], nil
}

// Link adds the wallet that answered a challenge to the account that it names. An answer to a challenge of
// another purpose is ErrChallengeMismatch, one wallet too many ErrWalletLimit; whether the wallet is free
// is the store's to say.
func (all Wallets) Link(answered Challenge, now time.Time) (LinkedWallet, error) {
	if answered.Purpose != Link {
		return LinkedWallet{}, ErrChallengeMismatch
	}
	if len(all) >= MaxWallets {
		return LinkedWallet{}, ErrWalletLimit
	}
	return LinkedWallet{Wallet: answered.Wallet, Account: answered.Account, LinkedAt: now.UTC()}, nil
}

// Unlink gives the wallet that leaves the account, ErrWalletNotFound for one that is not there, and
// ErrLastWallet when no settled wallet would stay: neither a holder's slip nor a thief who links a wallet
// of their own shuts the holder out at once.
func (all Wallets) Unlink(account Account, wallet Wallet, now time.Time) (LinkedWallet, error) {
	leaves, err := all.Get(wallet)
	if err != nil {
		return LinkedWallet{}, err
	}
	if !slices.ContainsFunc(all, func(w LinkedWallet) bool { return w.Wallet != wallet && !now.Before(w.SettlesAt(account)) }) {
		return LinkedWallet{}, ErrLastWallet
	}
	return leaves, nil
}
