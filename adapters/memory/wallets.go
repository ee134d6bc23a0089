package memory

import (
	"context"

	"github.com/twist-platform/twist/core/identity"
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
