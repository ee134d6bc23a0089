package solanasim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gagliardetto/solana-go"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// The instructions that run here, by their first byte.
const (
	createIdempotent = 1
	transferChecked  = 12
)

// Why an instruction fails. The transaction then has no effect but its fee.
var (
	errProgram   = errors.New("unknown program")
	errData      = errors.New("unknown instruction")
	errAccounts  = errors.New("not enough accounts")
	errUnsigned  = errors.New("a required signature is missing")
	errReadonly  = errors.New("an account that would change is not writable")
	errMemo      = errors.New("the memo is not valid UTF-8")
	errMint      = errors.New("wrong mint")
	errDecimals  = errors.New("wrong decimals")
	errOwner     = errors.New("wrong owner")
	errAddress   = errors.New("not the associated address")
	errNoAccount = errors.New("no such token account")
	errFunds     = errors.New("insufficient funds")
	errScripted  = errors.New("scripted failure")
)

// execute runs the transaction on top of the block: it charges the fee, then applies every instruction
// or none. False means that the payer cannot pay, and then nothing lands at all.
func (c *Cluster) execute(b *block, tx *transaction) (after *state, ok bool) {
	charged := b.after.clone()
	if err := charged.spend(tx.payer, tx.fee); err != nil {
		return nil, false
	}
	r := run{c: c, tx: tx, draft: charged.clone()}
	if err := r.all(); err != nil {
		tx.failure, tx.gas = err.Error(), tx.fee
		return charged, true
	}
	tx.gas, _ = b.after.sol[tx.payer].Sub(r.draft.sol[tx.payer]) // neither is negative: it fits
	tx.arrivals = r.arrivals
	for i := range tx.arrivals {
		tx.arrivals[i].Slot = slot(b.height)
		tx.arrivals[i].At = b.at
		tx.arrivals[i].Memo = strings.Join(r.memos, "; ") // as nodes join them
	}
	return r.draft, true
}

// spend takes lamports from a wallet, or returns errFunds.
func (s *state) spend(from solana.PublicKey, lamports money.Amount) error {
	left, err := s.sol[from].Sub(lamports)
	if err != nil || left < 0 {
		return errFunds
	}
	s.sol[from] = left
	return nil
}

// run is one execution: what it writes is kept only if every instruction succeeds.
type run struct {
	c        *Cluster
	tx       *transaction
	draft    *state
	memos    []string
	arrivals []payouts.Arrival
}

func (r *run) all() error {
	for i, in := range r.tx.message.Instructions {
		if err := r.one(i, in); err != nil {
			return fmt.Errorf("instruction %d: %w", i, err)
		}
	}
	if r.tx.fate == Fails {
		return errScripted
	}
	return nil
}

func (r *run) one(i int, in solana.CompiledInstruction) error {
	accounts, err := in.ResolveInstructionAccounts(r.tx.message)
	if err != nil {
		return err
	}
	switch r.tx.message.AccountKeys[in.ProgramIDIndex] {
	case solana.ComputeBudget:
		return nil // the fee already counts it
	case solana.MemoProgramID:
		return r.memo(accounts, in.Data)
	case solana.SPLAssociatedTokenAccountProgramID:
		return r.open(accounts, in.Data)
	case solana.TokenProgramID:
		return r.transfer(i, accounts, in.Data)
	default:
		return errProgram
	}
}

// memo records a text that every account of the instruction must have signed.
func (r *run) memo(signers []*solana.AccountMeta, data []byte) error {
	if slices.ContainsFunc(signers, func(a *solana.AccountMeta) bool { return !a.IsSigner }) {
		return errUnsigned
	}
	if !utf8.Valid(data) {
		return errMemo
	}
	r.memos = append(r.memos, string(data))
	return nil
}

// open creates a wallet's token account at the payer's expense, unless there is one.
func (r *run) open(accounts []*solana.AccountMeta, data []byte) error {
	if len(data) != 1 || data[0] != createIdempotent {
		return errData
	}
	if len(accounts) < 6 {
		return errAccounts
	}
	payer, account, wallet, mint := accounts[0], accounts[1], accounts[2].PublicKey, accounts[3].PublicKey
	system, tokens := accounts[4].PublicKey, accounts[5].PublicKey
	address, _, err := solana.FindAssociatedTokenAddress(wallet, r.c.mint)
	switch {
	case system != solana.SystemProgramID || tokens != solana.TokenProgramID:
		return errProgram
	case mint != r.c.mint:
		return errMint
	case err != nil || address != account.PublicKey:
		return errAddress
	case !payer.IsSigner:
		return errUnsigned
	case !payer.IsWritable || !account.IsWritable:
		return errReadonly
	}
	if _, exists := r.draft.twist[address]; exists {
		return nil
	}
	if err := r.draft.spend(payer.PublicKey, r.c.rent); err != nil {
		return err
	}
	r.draft.twist[address] = holding{owner: wallet}
	r.draft.sol[address], err = r.draft.sol[address].Add(r.c.rent)
	return err
}

// transfer moves tokens between two accounts that exist.
func (r *run) transfer(i int, accounts []*solana.AccountMeta, data []byte) error {
	if len(data) != 10 || data[0] != transferChecked {
		return errData
	}
	if len(accounts) < 4 {
		return errAccounts
	}
	source, mint, target, owner := accounts[0], accounts[1].PublicKey, accounts[2], accounts[3]
	from, known := r.draft.twist[source.PublicKey]
	_, payable := r.draft.twist[target.PublicKey]
	amount, err := amountOf(binary.LittleEndian.Uint64(data[1:]))
	switch {
	case mint != r.c.mint:
		return errMint
	case data[9] != Decimals:
		return errDecimals
	case !known || !payable:
		return errNoAccount
	case from.owner != owner.PublicKey:
		return errOwner
	case !owner.IsSigner:
		return errUnsigned
	case !source.IsWritable || !target.IsWritable:
		return errReadonly
	case err != nil || amount > from.amount:
		return errFunds
	}
	before := r.draft.twist[r.c.vault].amount
	if err := r.draft.move(source.PublicKey, target.PublicKey, amount); err != nil {
		return err
	}
	return r.note(i, from.owner, before)
}

// note records what the treasury holds more than before.
func (r *run) note(i int, from solana.PublicKey, before money.Amount) error {
	received, err := r.draft.twist[r.c.vault].amount.Sub(before)
	if err != nil || !received.Positive() {
		return err
	}
	r.arrivals = append(r.arrivals, payouts.Arrival{
		Signature: r.tx.id, Index: i, Mint: r.c.mint.String(),
		From: payouts.Address(from.String()), Amount: received,
	})
	return nil
}

// move reads the target only after the source is written, for they may be one account.
func (s *state) move(source, target solana.PublicKey, amount money.Amount) error {
	from := s.twist[source]
	left, err := from.amount.Sub(amount)
	if err != nil {
		return err
	}
	s.twist[source] = holding{owner: from.owner, amount: left}
	to := s.twist[target]
	sum, err := to.amount.Add(amount)
	if err != nil {
		return err
	}
	s.twist[target] = holding{owner: to.owner, amount: sum}
	return nil
}
