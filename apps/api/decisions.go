package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// decidedPayoutBody is a payout as an operator sees it who decides about it.
type decidedPayoutBody struct {
	ID          string        `json:"id"`
	Account     string        `json:"account_id"`
	State       payouts.State `json:"state"`
	Destination string        `json:"destination"`
	Amount      money.Amount  `json:"amount"`
	Fee         money.Amount  `json:"fee"`
	Reason      string        `json:"reason,omitempty" doc:"why it was rejected"`
	DecidedBy   string        `json:"decided_by,omitempty"`
	RequestedAt time.Time     `json:"requested_at"`
	ChangedAt   time.Time     `json:"changed_at"`
	DecidedAt   *time.Time    `json:"decided_at,omitempty"`
}

func decidedPayoutOf(p payouts.Payout) decidedPayoutBody {
	return decidedPayoutBody{
		ID: string(p.ID), Account: string(p.Account), State: p.State, Destination: string(p.Destination), Amount: p.Amount, Fee: p.Fee,
		Reason: p.Reason, DecidedBy: string(p.DecidedBy), RequestedAt: p.RequestedAt, ChangedAt: p.ChangedAt, DecidedAt: unlessZero(p.DecidedAt),
	}
}

func waitingPayouts(p *twist.Payouts) rpc.Call[page, list[decidedPayoutBody]] {
	return func(ctx context.Context, _ twist.Caller, req page) (list[decidedPayoutBody], error) {
		rows, err := p.Waiting(ctx, payouts.ID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(p payouts.Payout) string { return string(p.ID) }, decidedPayoutOf), err
	}
}

func approvePayout(p *twist.Payouts) rpc.Call[byID, decidedPayoutBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (decidedPayoutBody, error) {
		decided, err := p.Approve(ctx, by, payouts.ID(req.ID))
		return decidedPayoutOf(decided), err
	}
}

func rejectPayout(p *twist.Payouts) rpc.Call[rejectRequest, decidedPayoutBody] {
	return func(ctx context.Context, by twist.Caller, req rejectRequest) (decidedPayoutBody, error) {
		decided, err := p.Reject(ctx, by, payouts.ID(req.ID), req.Reason)
		return decidedPayoutOf(decided), err
	}
}
