package twist

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// Refund books that amount of an order went back to the buyer, and takes back what belongs to it of
// the commission: from the pending amount before approval, and afterwards from the platform's fee and
// the influencer's part. The fans keep theirs. What the influencer does not have becomes a debt. Of a commission that is
// final nothing is taken back: what would have been is Kept, of it and of the refund, and the others give what they would
// have given without it; where nothing is left but what is final it is attribution.ErrRefundWindow. The
// refund's id is the merchant's: the same refund again gives the first answer, another amount under it
// is attribution.ErrRefundConflict.
func (a *Attribution) Refund(ctx context.Context, by Caller, id attribution.ConversionID, refund string, amount money.Amount) (Converted, error) {
	now := a.c.Clock.Now()
	if err := attribution.CheckRefundID(refund); err != nil { // it becomes a key
		return Converted{}, err
	}
	key := Key{
		Value:   string(id) + "/" + refund,
		Request: digest(string(id), refund, amount.String()),
	}
	return onceFor(ctx, a.c, by, "refund", key, attribution.ErrRefundConflict, func(ctx context.Context, tx ports.Tx) (Converted, error) {
		if _, err := holdLiving(ctx, tx, by); err != nil {
			return Converted{}, err
		}
		conversion, err := tx.Conversions.Lock(ctx, id)
		if err != nil {
			return Converted{}, err
		}
		if err := ownConversion(ctx, tx.Programs, by, conversion); err != nil {
			return Converted{}, err
		}
		conversion, row, err := conversion.Refund(refund, amount, now)
		if err != nil {
			return Converted{}, err
		}
		commissions, taken, reversed, err := a.reverseAll(ctx, tx, conversion, now)
		if err != nil {
			return Converted{}, err
		}
		row.Reversed, row.Kept = taken.Total, taken.Kept
		if err := tx.Conversions.AddRefund(ctx, row); err != nil {
			return Converted{}, err
		}
		if err := tx.Conversions.Put(ctx, conversion); err != nil {
			return Converted{}, err
		}
		told := news{journal.ConversionRefunded, string(id), string(by.Account), refunded(conversion, row)}
		return Converted{Conversion: conversion, Commissions: commissions, Refunds: []attribution.Refund{row}},
			a.c.tell(ctx, tx, now, append([]news{told}, reversed...)...)
	})
}

// reverseAll takes back what a conversion's refunds so far have left unearned of its commissions, and gives
// those as they stand then, how much was taken back and kept, and what there is to tell.
func (a *Attribution) reverseAll(ctx context.Context, tx ports.Tx, conversion attribution.Conversion, now time.Time) (all []attribution.Commission, taken attribution.Reversal, tell []news, err error) {
	was, err := tx.Commissions.ListByConversion(ctx, conversion.ID)
	if err != nil {
		return nil, taken, nil, err
	}
	all, undone, err := attribution.Reverse(was, conversion.Refunded, now)
	if err != nil {
		return nil, taken, nil, err
	}
	for _, is := range all {
		if err := tx.Commissions.Put(ctx, is); err != nil {
			return nil, taken, nil, err
		}
	}
	has, err := holdMeans(ctx, tx, was, undone)
	if err != nil {
		return nil, taken, nil, err
	}
	for i, r := range undone {
		if taken, err = taken.Plus(r); err != nil {
			return nil, taken, nil, err
		}
		if r.Kept.Positive() {
			tell = append(tell, earned(journal.CommissionKept, all[i], facts{"amount": r.Kept.String()}))
		}
		if !r.Total.Positive() {
			continue
		}
		owed, err := a.reverse(ctx, tx, was[i], all[i], r, has[was[i].Holder], now)
		if err != nil {
			return nil, taken, nil, err
		}
		tell = append(tell, earned(journal.CommissionReversed, all[i], facts{"amount": r.Total.String(), "owed": owed.String()}))
	}
	return all, taken, tell, nil
}

// means is what a holder has, and what the holder owes.
type means struct {
	available money.Amount
	debts     []attribution.Debt
}

// holdMeans holds and gives the means that a refund takes from: the debts of all holders first and then what they
// have, each in one order, so that no two refunds wait for each other.
func holdMeans(ctx context.Context, tx ports.Tx, was []attribution.Commission, undone []attribution.Reversal) (map[attribution.AccountID]means, error) {
	var holders []attribution.AccountID
	for i, c := range was {
		if c.State == attribution.Approved && (undone[i].Fee.Positive() || undone[i].Net.Positive()) {
			holders = append(holders, c.Holder)
		}
	}
	slices.Sort(holders)
	holders = slices.Compact(holders)
	has := make(map[attribution.AccountID]means, len(holders))
	addresses := make([]ledger.Address, len(holders))
	for i, holder := range holders {
		debts, err := tx.Debts.Lock(ctx, holder)
		if err != nil {
			return nil, err
		}
		has[holder], addresses[i] = means{debts: debts}, ledger.Available(holder)
	}
	if len(holders) == 0 {
		return has, nil
	}
	available, err := tx.Ledger.Lock(ctx, addresses...)
	if err != nil {
		return nil, err
	}
	for i, holder := range holders {
		has[holder] = means{available: available[i], debts: has[holder].debts}
	}
	return has, nil
}

// reverse books what a refund undid of one commission, and gives how much of it is owed: was is the commission before
// it, is the one after.
func (a *Attribution) reverse(ctx context.Context, tx ports.Tx, was, is attribution.Commission, r attribution.Reversal, from means, now time.Time) (owed money.Amount, err error) {
	if was.State.Worthless() {
		return 0, nil
	}
	kind := ledger.KindRefund
	postings := []ledger.Posting{ledger.Move(ledger.Pending(was.Program), ledger.Budget(was.Program), r.Total)}
	if was.State == attribution.Approved {
		kind = ledger.KindClawback
		if postings, owed, err = clawBack(ctx, tx, was, r, from, now); err != nil || len(postings) == 0 {
			return 0, err
		}
	}
	reference := fmt.Sprintf("%s:%s:%s", kind, was.ID, is.Reversed) // what was reversed so far only grows
	e, err := a.c.entry(kind, reference, now, terms(is), postings...)
	if err != nil {
		return 0, err
	}
	return owed, tx.Ledger.Record(ctx, e)
}

// clawBack takes from the platform and the influencer what an approved commission gave. What the
// influencer does not have is owed: it stands as a debt, and earnings to come repay it.
func clawBack(ctx context.Context, tx ports.Tx, c attribution.Commission, r attribution.Reversal, from means, now time.Time) (postings []ledger.Posting, owed money.Amount, err error) {
	if r.Fee == 0 && r.Net == 0 {
		return nil, 0, nil // all of so little was the fans'
	}
	taken := min(r.Net, from.available)
	if owed, err = r.Net.Sub(taken); err != nil {
		return nil, 0, err
	}
	if owed.Positive() {
		if err := mayOwe(ctx, tx, c.Holder); err != nil {
			return nil, 0, err
		}
		debt := attribution.Debt{Holder: c.Holder, Program: c.Program, Since: now}
		for _, d := range from.debts {
			if d.Program == c.Program {
				debt = d
			}
		}
		if debt, err = debt.Grow(owed); err != nil {
			return nil, 0, err
		}
		if err := tx.Debts.Put(ctx, debt); err != nil {
			return nil, 0, err
		}
	}
	return []ledger.Posting{
		ledger.Move(ledger.Fees(), ledger.Budget(c.Program), r.Fee),
		ledger.Move(ledger.Available(c.Holder), ledger.Budget(c.Program), taken),
		ledger.Move(ledger.Owed(c.Holder), ledger.Receivable(c.Program), owed),
	}, owed, nil
}

// mayOwe returns attribution.ErrRefundWindow for a holder who was erased: nobody is while a refund may take
// something back, so that such a refund is one that began too late. The holder's rows of the ledger are held,
// which an erasure holds too.
func mayOwe(ctx context.Context, tx ports.Tx, holder attribution.AccountID) error {
	account, err := tx.Accounts.Get(ctx, identity.AccountID(holder))
	if err == nil && account.Erased() {
		err = attribution.ErrRefundWindow
	}
	return err
}
