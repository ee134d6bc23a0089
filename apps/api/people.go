package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

type accountBody struct {
	ID       string          `json:"id"`
	Wallet   string          `json:"wallet"`
	Roles    []identity.Role `json:"roles"`
	OpenedAt time.Time       `json:"opened_at"`
}

func me(i *twist.Identity) rpc.Call[nothing, accountBody] {
	return func(ctx context.Context, by twist.Caller, _ nothing) (accountBody, error) {
		a, err := i.Account(ctx, by)
		return accountBody{ID: string(a.ID), Wallet: string(a.Wallet), Roles: by.Roles, OpenedAt: a.OpenedAt}, err
	}
}

type balancesBody struct {
	Asset     string       `json:"asset"`
	Available money.Amount `json:"available"`
	Owed      money.Amount `json:"owed"`
	Spendable money.Amount `json:"spendable"`
}

func balances(l *twist.Ledger) rpc.Call[nothing, balancesBody] {
	return func(ctx context.Context, by twist.Caller, _ nothing) (balancesBody, error) {
		b, err := l.Balances(ctx, by)
		return balancesBody{Asset: "TWIST/9", Available: b.Available, Owed: b.Owed, Spendable: b.Spendable}, err
	}
}

type depositsBody struct {
	To       depositTo           `json:"to"`
	Deposits list[depositedBody] `json:"deposits"`
}

// depositTo says where tokens go, and what the transfer's memo must be to name the account.
type depositTo struct {
	Treasury string       `json:"treasury"`
	Mint     string       `json:"mint"`
	Memo     string       `json:"memo"`
	Minimum  money.Amount `json:"minimum"`
}

type depositedBody struct {
	Signature string       `json:"signature"`
	From      string       `json:"from"`
	Amount    money.Amount `json:"amount"`
	Slot      string       `json:"slot"`
	At        time.Time    `json:"credited_at"`
}

func deposits(l *twist.Ledger) rpc.Call[page, depositsBody] {
	return func(ctx context.Context, by twist.Caller, req page) (depositsBody, error) {
		after, err := depositCursor(req.After)
		if err != nil {
			return depositsBody{}, err
		}
		rows, err := l.Deposits(ctx, by, after, req.Limit+1)
		to := l.DepositTo(by)
		return depositsBody{
			To: depositTo{Treasury: string(to.Treasury), Mint: to.Mint, Memo: to.Memo, Minimum: to.Minimum},
			Deposits: listed(rows, req.Limit, func(d payouts.Deposit) string {
				return string(d.Arrival.Signature) + ":" + strconv.Itoa(d.Arrival.Index)
			}, func(d payouts.Deposit) depositedBody {
				return depositedBody{
					Signature: string(d.Arrival.Signature), From: string(d.Arrival.From), Amount: d.Arrival.Amount,
					Slot: strconv.FormatUint(d.Arrival.Slot, 10), At: d.At,
				}
			}),
		}, err
	}
}

func depositCursor(text cursor) (d payouts.Deposit, err error) {
	if text == "" {
		return d, nil
	}
	signature, index, _ := strings.Cut(string(text), ":")
	d.Arrival.Signature = payouts.Signature(signature)
	if d.Arrival.Index, err = strconv.Atoi(index); err != nil {
		return d, errCursor
	}
	return d, nil
}
