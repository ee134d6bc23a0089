package main

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// readFraud asks for alerts as operators and figures do.
func readFraud(ctx context.Context, v ports.View) error {
	account := fraud.AccountID(numbered("acct", 7))
	return errors.Join(
		called(v.Alerts.ListByStatus(ctx, fraud.Open, "", page)),
		called(v.Alerts.ListByAccount(ctx, account, "", page)),
		called(v.Alerts.CountOpen(ctx)),
	)
}

// writeFraud judges a stake that comes from somewhere, as those of the mix do not, and raises and resolves alerts.
func writeFraud(ctx context.Context, tx ports.Tx) error {
	now := time.Now().UTC()
	account, other := fraud.AccountID(numbered("acct", 21)), fraud.AccountID(numbered("acct", 22))
	raised := fraud.Raise("alrt_new", fraud.KindStakes, string(account), account, nil, now)
	noted := called(tx.Conducts.Note(ctx, fraud.Stake{
		Account: account, Pool: fraud.PoolID(numbered("pool", 12)), Amount: money.Amount(1), At: now,
		From: "c4ca4238a0b923820dcc509a6f75849b", Before: "c81e728d9d4c2f636f067f89cc14862c", // of places 1 and 2
	}))
	conduct, locked := tx.Conducts.Lock(ctx, other)
	_, _, open := tx.Alerts.LockOpen(ctx, fraud.KindStakes, string(account))
	return errors.Join(
		noted, locked, open,
		called(tx.Alerts.Get(ctx, fraud.AlertID(numbered("alrt", 7)))),
		called(tx.Alerts.Lock(ctx, fraud.AlertID(numbered("alrt", 7)))),
		tx.Alerts.Add(ctx, raised),
		tx.Alerts.Put(ctx, raised.Again(nil, now)),
		tx.Conducts.Put(ctx, conduct.Bar(raised.ID, now.Add(time.Hour))),
	)
}
