package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// payoutRequest is a payout to a wallet of the caller's. What a wallet signed for it is named as elsewhere;
// without challenge_id nothing was signed.
type payoutRequest struct {
	Amount        money.Amount `json:"amount" doc:"what reaches the wallet; the fee comes on top"`
	Destination   string       `json:"destination,omitempty" doc:"one of the caller's wallets; absent: that of the session"`
	ChallengeID   string       `json:"challenge_id,omitempty" doc:"the challenge that a wallet answered for this payout; absent: none did"`
	SignedMessage string       `json:"signed_message,omitempty" pattern:"^[A-Za-z0-9+/_-]*=*$" doc:"base64 of the bytes the wallet signed, if the client knows them"`
	Signature     string       `json:"signature,omitempty" pattern:"^[A-Za-z0-9+/_-]*=*$" doc:"base64 or base58 of the 64 bytes"`
}

// asked is the request as the library takes it.
func (r payoutRequest) asked() (twist.PayoutRequest, error) {
	asked := twist.PayoutRequest{Amount: r.Amount, Destination: identity.Wallet(r.Destination)}
	signed := answerRequest{r.ChallengeID, r.SignedMessage, r.Signature}
	if signed == (answerRequest{}) {
		return asked, nil
	}
	answer, err := signed.answer()
	asked.Answer = &answer
	return asked, err
}

type payoutChallengeRequest struct {
	Amount      money.Amount `json:"amount" doc:"what will reach the wallet; the fee comes on top"`
	Destination string       `json:"destination,omitempty" doc:"one of the caller's wallets; absent: that of the session"`
	Address     string       `json:"address,omitempty" doc:"the wallet of the caller's that will sign; absent: that of the session"`
}

func payoutChallenge(p *twist.Payouts) rpc.Call[payoutChallengeRequest, challengeBody] {
	return func(ctx context.Context, by twist.Caller, req payoutChallengeRequest) (challengeBody, error) {
		asked := twist.PayoutRequest{Amount: req.Amount, Destination: identity.Wallet(req.Destination)}
		c, err := p.Challenge(ctx, by, asked, identity.Wallet(req.Address))
		return challengeOf(c, err)
	}
}

// payoutBody is a payout as its payee sees it: who decided is not named.
type payoutBody struct {
	ID          string        `json:"id"`
	State       payouts.State `json:"state"`
	Destination string        `json:"destination"`
	Amount      money.Amount  `json:"amount"`
	Fee         money.Amount  `json:"fee"`
	FailureCode string        `json:"failure_code,omitempty"`
	Reason      string        `json:"reason,omitempty" doc:"why it was rejected"`
	Attempts    []attemptBody `json:"attempts,omitempty"`
	RequestedAt time.Time     `json:"requested_at"`
	ChangedAt   time.Time     `json:"changed_at"`
	DecidedAt   *time.Time    `json:"decided_at,omitempty" doc:"when a second person decided; absent: nobody did"`
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
		FailureCode: p.FailureCode, Reason: p.Reason, RequestedAt: p.RequestedAt, ChangedAt: p.ChangedAt, DecidedAt: unlessZero(p.DecidedAt),
	}
}

func requestPayout(p *twist.Payouts) rpc.Call[payoutRequest, payoutBody] {
	return func(ctx context.Context, by twist.Caller, req payoutRequest) (payoutBody, error) {
		asked, err := req.asked()
		if err != nil {
			return payoutBody{}, err
		}
		requested, err := p.RequestTo(ctx, by, asked)
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
