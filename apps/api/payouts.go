package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

type payoutRequest struct {
	Amount money.Amount `json:"amount" doc:"what reaches the wallet; the fee comes on top"`
}

type payoutBody struct {
	ID          string        `json:"id"`
	State       payouts.State `json:"state"`
	Destination string        `json:"destination"`
	Amount      money.Amount  `json:"amount"`
	Fee         money.Amount  `json:"fee"`
	FailureCode string        `json:"failure_code,omitempty"`
	Attempts    []attemptBody `json:"attempts,omitempty"`
	RequestedAt time.Time     `json:"requested_at"`
	ChangedAt   time.Time     `json:"changed_at"`
}

type attemptBody struct {
	Number    int                  `json:"number"`
	Signature string               `json:"signature"`
	State     payouts.AttemptState `json:"state"`
	Gas       money.Amount         `json:"gas_lamports"`
	SignedAt  time.Time            `json:"signed_at"`
}

func payoutOf(p payouts.Payout) payoutBody {
	return payoutBody{
		ID: string(p.ID), State: p.State, Destination: string(p.Destination), Amount: p.Amount, Fee: p.Fee,
		FailureCode: p.FailureCode, RequestedAt: p.RequestedAt, ChangedAt: p.ChangedAt,
	}
}

func requestPayout(p *twist.Payouts) rpc.Call[payoutRequest, payoutBody] {
	return func(ctx context.Context, by twist.Caller, req payoutRequest) (payoutBody, error) {
		requested, err := p.Request(ctx, by, req.Amount)
		return payoutOf(requested), err
	}
}

func cancelPayout(p *twist.Payouts) rpc.Call[byID, payoutBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (payoutBody, error) {
		canceled, err := p.Cancel(ctx, by, payouts.ID(req.ID))
		return payoutOf(canceled), err
	}
}

func payout(p *twist.Payouts) rpc.Call[byID, payoutBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (payoutBody, error) {
		found, err := p.Payout(ctx, by, payouts.ID(req.ID))
		body := payoutOf(found.Payout)
		for _, t := range found.Attempts {
			body.Attempts = append(body.Attempts, attemptBody{
				Number: t.N, Signature: string(t.Signature), State: t.State, Gas: t.Gas, SignedAt: t.SignedAt,
			})
		}
		return body, err
	}
}

func listPayouts(p *twist.Payouts) rpc.Call[page, list[payoutBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[payoutBody], error) {
		rows, err := p.List(ctx, by, payouts.ID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(p payouts.Payout) string { return string(p.ID) }, payoutOf), err
	}
}
