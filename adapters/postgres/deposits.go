package postgres

import (
	"context"
	"math"
	"time"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// deposits keeps which arrivals were booked.
type deposits struct{ *unit }

// depositRow is a deposit.
type depositRow struct {
	Signature payouts.Signature
	Index     int
	Slot      uint64
	Mint      string
	Sender    payouts.Address
	Amount    money.Amount
	Memo      []byte
	ArrivedAt time.Time
	Account   payouts.AccountID
	At        time.Time
	Purpose   payouts.Purpose
}

const depositColumns = `signature, index, slot, mint, sender, amount, memo, arrived_at, account, at, purpose`

func (r depositRow) value() payouts.Deposit {
	return payouts.Deposit{
		Account: r.Account, Purpose: r.Purpose, At: r.At.UTC(),
		Arrival: payouts.Arrival{
			Signature: r.Signature, Index: r.Index, Slot: r.Slot, Mint: r.Mint, From: r.Sender, Amount: r.Amount,
			Memo: string(r.Memo), At: r.ArrivedAt.UTC(),
		},
	}
}

// slotRow is where arrivals are read next.
type slotRow struct{ Slot uint64 }

func (r slotRow) value() uint64 { return r.Slot }

// Cursor is the slot to read arrivals from.
func (d deposits) Cursor(ctx context.Context) (uint64, error) {
	slot, _, err := find[slotRow](ctx, d.unit, `SELECT slot FROM deposit_cursor`)
	return slot, err
}

// PutCursor moves the slot, never back.
func (d deposits) PutCursor(ctx context.Context, slot uint64) error {
	return d.run(ctx, nil, `
		INSERT INTO deposit_cursor (slot) VALUES ($1)
		ON CONFLICT (one) DO UPDATE SET slot = excluded.slot WHERE deposit_cursor.slot < excluded.slot`, slot)
}

// Find gives the deposit of an arrival.
func (d deposits) Find(ctx context.Context, signature payouts.Signature, index int) (payouts.Deposit, bool, error) {
	return find[depositRow](ctx, d.unit, `
		SELECT `+depositColumns+` FROM deposits WHERE signature = $1 AND index = $2`, string(signature), index)
}

// bookedRow says of one arrival whether it was booked.
type bookedRow struct{ Booked bool }

func (r bookedRow) value() bool { return r.Booked }

// Booked says of each arrival whether it was booked.
func (d deposits) Booked(ctx context.Context, arrivals []payouts.Arrival) ([]bool, error) {
	signatures, indexes := make([]string, len(arrivals)), make([]int64, len(arrivals))
	for i, a := range arrivals {
		if signatures[i], indexes[i] = string(a.Signature), int64(a.Index); !holds(signatures[i]) {
			signatures[i], indexes[i] = "", -1 // no row has it, and the others are asked for all the same
		}
	}
	return list[bookedRow](ctx, d.unit, `
		SELECT d.signature IS NOT NULL AS booked
		FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS k (signature, index, n)
		LEFT JOIN deposits AS d ON d.signature = k.signature AND d.index = k.index
		ORDER BY k.n`, signatures, indexes)
}

// ListByAccount pages through an account's deposits.
func (d deposits) ListByAccount(ctx context.Context, account payouts.AccountID, after payouts.Deposit, limit int) ([]payouts.Deposit, error) {
	signature, index := spotAt(string(after.Arrival.Signature), int64(after.Arrival.Index), math.MaxInt32)
	return list[depositRow](ctx, d.unit, `
		SELECT `+depositColumns+` FROM deposits WHERE account = $1 AND (signature, index) > ($2, $3)
		ORDER BY signature, index LIMIT $4`,
		string(account), signature, index, most(limit))
}

// List pages through the deposits.
func (d deposits) List(ctx context.Context, after payouts.Deposit, limit int) ([]payouts.Deposit, error) {
	signature, index := spotAt(string(after.Arrival.Signature), int64(after.Arrival.Index), math.MaxInt32)
	return list[depositRow](ctx, d.unit, `
		SELECT `+depositColumns+` FROM deposits WHERE (signature, index) > ($1, $2) ORDER BY signature, index LIMIT $3`,
		signature, index, most(limit))
}

// Add keeps a deposit.
func (d deposits) Add(ctx context.Context, v payouts.Deposit) error {
	a := v.Arrival
	return d.run(ctx, nil, `
		INSERT INTO deposits (`+depositColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		string(a.Signature), a.Index, a.Slot, a.Mint, string(a.From), int64(a.Amount), []byte(a.Memo), a.At, string(v.Account), v.At, string(v.Purpose))
}
