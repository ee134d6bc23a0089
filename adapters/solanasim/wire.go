package solanasim

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/gagliardetto/solana-go"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

const (
	maxSize         = 1_232 // bytes on the wire
	feePerSignature = money.Amount(5_000)
	microLamports   = money.Amount(1_000_000) // in a lamport

	// What a transaction may compute when it does not say, and at most.
	unitsPerInstruction = 200_000
	maxUnits            = 1_400_000
)

// The compute budget's instructions by their first byte.
const (
	setUnitLimit = 2
	setUnitPrice = 3
)

// Why bytes are refused before any node takes them.
var (
	errSize      = errors.New("not between one byte and the 1232 that the network carries")
	errVersion   = errors.New("only legacy transactions run here")
	errForm      = errors.New("the bytes are not what the transaction they spell would write")
	errTwice     = errors.New("an account is listed twice")
	errSignature = errors.New("a signature does not verify")
	errBudget    = errors.New("the compute budget is malformed")
)

// transaction is what was submitted and, once it has landed, what became of it.
type transaction struct {
	id        payouts.Signature
	message   *solana.Message
	blockhash solana.Hash
	payer     solana.PublicKey
	fee       money.Amount
	fate      Fate

	height   uint64 // where it landed; 0 while it waits, for nothing lands in the first block
	failure  string
	gas      money.Amount
	arrivals []payouts.Arrival
}

// read checks everything about a transaction that does not depend on the state of the chain. What it
// returns shares no memory with raw.
func read(raw []byte) (*transaction, error) {
	if len(raw) == 0 || len(raw) > maxSize {
		return nil, errSize
	}
	if raw[0]&0x80 != 0 { // no legacy transaction has so many signatures
		return nil, errVersion
	}
	tx, err := solana.TransactionFromBytes(slices.Clone(raw))
	if err != nil {
		return nil, err
	}
	if tx.Message.IsVersioned() {
		return nil, errVersion
	}
	if err := tx.Sanitize(); err != nil { // from here on every index stays inside its list
		return nil, err
	}
	if again, err := tx.MarshalBinary(); err != nil || !bytes.Equal(again, raw) {
		return nil, errForm
	}
	if tx.Message.HasDuplicates() {
		return nil, errTwice
	}
	if err := verify(tx); err != nil {
		return nil, err
	}
	fee, err := fee(&tx.Message)
	if err != nil {
		return nil, err
	}
	return &transaction{
		id: payouts.Signature(tx.Signatures[0].String()), message: &tx.Message,
		blockhash: tx.Message.RecentBlockhash, payer: tx.Message.AccountKeys[0], fee: fee,
	}, nil
}

// verify checks every signature; a sanitized transaction has exactly one for each signer.
func verify(tx *solana.Transaction) error {
	message, err := tx.Message.MarshalBinary()
	if err != nil {
		return err
	}
	for i, signature := range tx.Signatures {
		if !ed25519.Verify(tx.Message.AccountKeys[i][:], message, signature[:]) {
			return errSignature
		}
	}
	return nil
}

// fee is what the payer loses even if the transaction fails: so much for each signature, and the
// price of every unit it may use, used or not.
func fee(m *solana.Message) (money.Amount, error) {
	units, price, err := budget(m)
	if err != nil {
		return 0, err
	}
	priority, err := units.Scale(price, microLamports, money.Up)
	if err != nil {
		return 0, err
	}
	signatures, err := feePerSignature.Scale(money.Amount(m.Header.NumRequiredSignatures), 1, money.Down)
	if err != nil {
		return 0, err
	}
	return signatures.Add(priority)
}

// budget reads how many units the transaction may use, and the price of each in micro-lamports.
func budget(m *solana.Message) (units, price money.Amount, err error) {
	var limited, priced bool
	others := 0
	for _, in := range m.Instructions {
		if m.AccountKeys[in.ProgramIDIndex] != solana.ComputeBudget {
			others++
			continue
		}
		switch {
		case len(in.Data) == 5 && in.Data[0] == setUnitLimit && !limited:
			limited, units = true, money.Amount(binary.LittleEndian.Uint32(in.Data[1:]))
		case len(in.Data) == 9 && in.Data[0] == setUnitPrice && !priced:
			priced = true
			if price, err = amountOf(binary.LittleEndian.Uint64(in.Data[1:])); err != nil {
				return 0, 0, err
			}
		default: // unknown, or said twice
			return 0, 0, fmt.Errorf("%w: % x", errBudget, []byte(in.Data))
		}
	}
	if !limited {
		units = money.Amount(unitsPerInstruction * others)
	}
	return min(units, maxUnits), price, nil
}
