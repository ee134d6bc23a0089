package api

import (
	"context"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
)

type erasureChallengeRequest struct {
	Address string `json:"address,omitempty" doc:"the wallet of the caller's that will sign; absent: that of the session"`
}

// erasureAskedBody is a challenge, and what whoever answers it gives up.
type erasureAskedBody struct {
	challengeBody

	GivesUp money.Amount `json:"gives_up" doc:"what the account has and could never be paid, which becomes the platform's; the text says it too"`
}

func erasureChallenge(i *twist.Identity) rpc.Call[erasureChallengeRequest, erasureAskedBody] {
	return func(ctx context.Context, by twist.Caller, req erasureChallengeRequest) (erasureAskedBody, error) {
		asked, err := i.ErasureChallenge(ctx, by, identity.Wallet(req.Address))
		if err != nil {
			return erasureAskedBody{}, err
		}
		body, err := challengeOf(asked.Challenge, nil)
		return erasureAskedBody{body, asked.GivesUp}, err
	}
}

// erasureRequest is the answer to a challenge, and the amount that its text says.
type erasureRequest struct {
	answerRequest

	GivesUp money.Amount `json:"gives_up,omitempty" doc:"what the challenge said is given up; absent: nothing"`
}

func erase(i *twist.Identity) rpc.Call[erasureRequest, nothing] {
	return func(ctx context.Context, by twist.Caller, req erasureRequest) (nothing, error) {
		answer, err := req.answer()
		if err != nil {
			return nothing{}, err
		}
		return nothing{}, i.Erase(ctx, by, answer, req.GivesUp)
	}
}
