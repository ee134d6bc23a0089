// Package solana builds and signs the Solana transactions that move TWIST: payouts out of the treasury,
// and the deposit that a holder's wallet makes.
//
// It decides nothing about a payout, sends nothing and reads no clock; only boot and tests import it.
// Its invariant: the same order gives the same bytes, and no key leaves it through an error, a log
// line or a formatted value.
package solana

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"

	solanago "github.com/gagliardetto/solana-go"
	ata "github.com/gagliardetto/solana-go/programs/associated-token-account"

	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

var _ ports.Signer = (*Treasury)(nil)

// Treasury signs transfers of TWIST out of one wallet, which also pays every fee. Use NewTreasury.
// However it is printed, it shows its address and nothing else.
type Treasury struct {
	wallet wallet
	mint   solanago.PublicKey
	tokens solanago.PublicKey // the treasury's token account
}

// NewTreasury takes the treasury's key and the mint of TWIST. It refuses a key whose public half does
// not belong to its seed, because signing with such a pair gives the seed away, and a mint that is not
// the base58 form of 32 bytes.
func NewTreasury(key ed25519.PrivateKey, mint string) (*Treasury, error) {
	w, err := open(key)
	if err != nil {
		return nil, fmt.Errorf("open the treasury: %w", err)
	}
	m, err := solanago.PublicKeyFromBase58(mint)
	if err != nil {
		return nil, fmt.Errorf("read the mint %q: %w", mint, err)
	}
	tokens, err := tokenAccount(w.key, m)
	if err != nil {
		return nil, err
	}
	return &Treasury{wallet: w, mint: m, tokens: tokens}, nil
}

// Treasury is the wallet that pays and receives deposits.
func (t *Treasury) Treasury() payouts.Address { return payouts.Address(t.wallet.key.String()) }

// Sign builds the one transaction that carries out the order: it opens the payee's token account if
// there is none, names the payout and the attempt in a memo, and transfers last. The same order gives
// the same bytes. A destination that nobody could spend from, the mint or the treasury itself is
// payouts.ErrDestination.
func (t *Treasury) Sign(_ context.Context, order payouts.Order) (payouts.SignedTransfer, error) {
	payee, err := t.payee(order.To)
	if err != nil {
		return payouts.SignedTransfer{}, err
	}
	tokens, err := tokenAccount(payee, t.mint)
	if err != nil {
		return payouts.SignedTransfer{}, err
	}
	transfer, err := t.wallet.transfer(t.mint, t.tokens, tokens, order.Amount)
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("sign %s attempt %d: %w", order.Payout, order.Attempt, err)
	}
	signed, err := t.wallet.seal(
		order.Head.Blockhash,
		ata.NewCreateIdempotentInstruction(t.wallet.key, payee, t.mint).Build(),
		note(PayoutMemo(order.Payout, order.Attempt), t.wallet.key),
		transfer,
	)
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("sign %s attempt %d: %w", order.Payout, order.Attempt, err)
	}
	return signed, nil
}

// PayoutMemo is what the treasury writes beside a payout: it leads from the chain back to the attempt,
// and keeps two attempts from ever sharing bytes.
func PayoutMemo(id payouts.ID, attempt int) string {
	return fmt.Sprintf("twist:payout:%s:%d", id, attempt)
}

// payee reads a destination, or returns payouts.ErrDestination.
func (t *Treasury) payee(to payouts.Address) (solanago.PublicKey, error) {
	payee, err := spendable(to)
	if err != nil {
		return solanago.PublicKey{}, err
	}
	switch payee {
	case t.wallet.key:
		return solanago.PublicKey{}, payouts.ErrDestination.Saying("it is the treasury")
	case t.mint:
		return solanago.PublicKey{}, payouts.ErrDestination.Saying("it is the mint")
	}
	return payee, nil
}

// String is the treasury's address.
func (t *Treasury) String() string { return string(t.Treasury()) }

// GoString is the treasury's address, for %#v.
func (t *Treasury) GoString() string { return "solana.Treasury(" + t.String() + ")" }

// LogValue is the treasury's address, for slog.
func (t *Treasury) LogValue() slog.Value { return slog.StringValue(t.String()) }
