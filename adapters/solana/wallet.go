package solana

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	solanago "github.com/gagliardetto/solana-go"
	budget "github.com/gagliardetto/solana-go/programs/compute-budget"
	"github.com/gagliardetto/solana-go/programs/memo"
	"github.com/gagliardetto/solana-go/programs/token"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

const (
	decimals = 9     // of TWIST; the token program refuses a transfer that names another number
	maxSize  = 1_232 // bytes of one transaction on the wire

	// A payout that opens a token account uses about 20,000 units. The fee is charged on the limit,
	// so the limit stays within reach of that.
	unitLimit = 60_000
	unitPrice = 10_000 // micro-lamports per unit: 600 lamports on top of the signature's fee
)

var (
	errKey    = errors.New("not an Ed25519 private key whose halves belong together")
	errAmount = errors.New("the amount is not positive")
	errSize   = errors.New("the transaction is larger than the network carries")
)

// wallet is a key that signs. The key itself lives inside a function: fmt prints every field it can
// reach, however deep and under whatever verb, but it cannot print what a function holds.
type wallet struct {
	key  solanago.PublicKey
	sign func(message []byte) solanago.Signature
}

func open(key ed25519.PrivateKey) (wallet, error) {
	if len(key) != ed25519.PrivateKeySize || !ed25519.NewKeyFromSeed(key.Seed()).Equal(key) {
		return wallet{}, errKey
	}
	own := slices.Clone(key) // the caller may wipe its copy
	return wallet{
		key:  solanago.PublicKey(own[ed25519.SeedSize:]),
		sign: func(message []byte) solanago.Signature { return solanago.Signature(ed25519.Sign(own, message)) },
	}, nil
}

// seal compiles the steps into one legacy transaction that w pays for and signs alone, at the price
// and limit of this package.
func (w wallet) seal(blockhash string, steps ...solanago.Instruction) (payouts.SignedTransfer, error) {
	recent, err := solanago.HashFromBase58(blockhash)
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("read the blockhash %q: %w", blockhash, err)
	}
	priced := append([]solanago.Instruction{
		budget.NewSetComputeUnitLimitInstruction(unitLimit).Build(),
		budget.NewSetComputeUnitPriceInstruction(unitPrice).Build(),
	}, steps...)
	tx, err := solanago.NewTransaction(priced, recent, solanago.TransactionPayer(w.key))
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("compile: %w", err)
	}
	message, err := tx.Message.MarshalBinary()
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("write the message: %w", err)
	}
	tx.Signatures = []solanago.Signature{w.sign(message)}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return payouts.SignedTransfer{}, fmt.Errorf("write the transaction: %w", err)
	}
	if len(raw) > maxSize {
		return payouts.SignedTransfer{}, errSize
	}
	return payouts.SignedTransfer{Signature: payouts.Signature(tx.Signatures[0].String()), Raw: raw}, nil
}

// transfer moves amount between two token accounts, the first of which w owns.
func (w wallet) transfer(mint, from, to solanago.PublicKey, amount money.Amount) (solanago.Instruction, error) {
	if !amount.Positive() { // as an unsigned number it would be enormous
		return nil, errAmount
	}
	units := uint64(amount) //nolint:gosec // it is positive
	return token.NewTransferCheckedInstruction(units, decimals, from, mint, to, w.key, nil).Build(), nil
}

// note is a memo that the signer vouches for.
func note(text string, signer solanago.PublicKey) solanago.Instruction {
	return memo.NewMemoInstruction([]byte(text), signer).Build()
}

// tokenAccount is where a wallet holds tokens of the mint.
func tokenAccount(owner, mint solanago.PublicKey) (solanago.PublicKey, error) {
	account, _, err := solanago.FindAssociatedTokenAddress(owner, mint)
	if err != nil {
		return solanago.PublicKey{}, fmt.Errorf("derive the token account of %s: %w", owner, err)
	}
	return account, nil
}
