package memory

import (
	"context"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
)

type wallets struct{ *unit }

// Find gives a linked wallet.
func (w wallets) Find(_ context.Context, wallet identity.Wallet) (identity.LinkedWallet, bool, error) {
	s, err := w.read()
	if err != nil {
		return identity.LinkedWallet{}, false, err
	}
	found, ok := s.wallets.get(wallet)
	return found, ok, nil
}

// Shared reports whether two accounts have or had a wallet in common.
func (w wallets) Shared(_ context.Context, one, other identity.AccountID) (bool, error) {
	s, err := w.read()
	if err != nil {
		return false, err
	}
	hers, theirs := s.usedBy(one), s.usedBy(other)
	for wallet := range hers {
		if theirs[wallet] {
			return true, nil
		}
	}
	return false, nil
}

// usedBy gives the wallets that an account has, was opened by or was paid to.
func (s *state) usedBy(account identity.AccountID) map[identity.Wallet]bool {
	used := map[identity.Wallet]bool{}
	for _, linked := range s.wallets.where(func(l identity.LinkedWallet) bool { return l.Account == account }) {
		used[linked.Wallet] = true
	}
	if opened, ok := s.accounts.get(account); ok {
		used[opened.Wallet] = true
	}
	for _, p := range s.payouts.where(func(p payouts.Payout) bool { return p.Account == payouts.AccountID(account) }) {
		used[identity.Wallet(p.Destination)] = true
	}
	return used
}

// List gives the wallets of an account.
func (w wallets) List(_ context.Context, account identity.AccountID) (identity.Wallets, error) {
	s, err := w.read()
	if err != nil {
		return nil, err
	}
	return s.wallets.where(func(l identity.LinkedWallet) bool { return l.Account == account }), nil
}

// Lock is List: units of work run one at a time.
func (w wallets) Lock(ctx context.Context, account identity.AccountID) (identity.Wallets, error) {
	return w.List(ctx, account)
}

// All pages through the linked wallets.
func (w wallets) All(_ context.Context, after identity.Wallet, limit int) ([]identity.LinkedWallet, error) {
	s, err := w.read()
	if err != nil {
		return nil, err
	}
	return s.wallets.list(after, limit, every), nil
}

// Add links a wallet.
func (w wallets) Add(_ context.Context, linked identity.LinkedWallet) error {
	return w.write(func(s *state) error { return s.wallets.add(linked, identity.ErrWalletTaken) })
}

// Remove unlinks a wallet.
func (w wallets) Remove(_ context.Context, wallet identity.Wallet) error {
	return w.write(func(s *state) error { s.wallets.remove(wallet); return nil })
}

type assents struct{ *unit }

// Add keeps an assent.
func (c assents) Add(_ context.Context, assent identity.Assent) error {
	return c.write(func(s *state) error { return s.assents.add(assent, identity.ErrChallengeUsed) })
}
