package solana

import (
	"crypto/ed25519"
	"fmt"

	solanago "github.com/gagliardetto/solana-go"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// DepositTransfer is what a holder's wallet signs to bring TWIST in. The platform never signs one: it
// is here for the demo, for tests and for wallets written in Go.
type DepositTransfer struct {
	Account  payouts.AccountID // whom to credit
	Purpose  payouts.Purpose   // or what the platform is to set it aside for, if an operator says so
	Treasury payouts.Address   // it must already hold a token account
	Mint     string
	Amount   money.Amount
	Head     payouts.Head
}

// Sign builds the transfer out of the wallet's token account, with the memo that names the account or the purpose.
// The same deposit gives the same bytes, so two equal ones on one blockhash are a single transfer.
func (d DepositTransfer) Sign(key ed25519.PrivateKey) (payouts.SignedTransfer, error) {
	w, err := open(key)
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("open the wallet: %w", err)
	}
	treasury, err := spendable(d.Treasury)
	if err != nil {
		return payouts.SignedTransfer{}, err
	}
	mint, err := solanago.PublicKeyFromBase58(d.Mint)
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("read the mint %q: %w", d.Mint, err)
	}
	from, err := tokenAccount(w.key, mint)
	if err != nil {
		return payouts.SignedTransfer{}, err
	}
	to, err := tokenAccount(treasury, mint)
	if err != nil {
		return payouts.SignedTransfer{}, err
	}
	transfer, err := w.transfer(mint, from, to, d.Amount)
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("deposit for %s: %w", d.Account, err)
	}
	memo := payouts.DepositMemo(d.Account)
	if d.Purpose != "" {
		memo = payouts.PurposeMemo(d.Purpose)
	}
	return w.seal(d.Head.Blockhash, note(memo, w.key), transfer)
}
