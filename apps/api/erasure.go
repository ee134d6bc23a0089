package api

import (
	"context"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

type erasureChallengeRequest struct {
	Address string `json:"address,omitempty" doc:"the wallet of the caller's that will sign; absent: that of the session"`
}

func erasureChallenge(i *twist.Identity) rpc.Call[erasureChallengeRequest, challengeBody] {
	return func(ctx context.Context, by twist.Caller, req erasureChallengeRequest) (challengeBody, error) {
		c, err := i.ErasureChallenge(ctx, by, identity.Wallet(req.Address))
		return challengeOf(c, err)
	}
}

func erase(i *twist.Identity) rpc.Call[answerRequest, nothing] {
	return func(ctx context.Context, by twist.Caller, req answerRequest) (nothing, error) {
		answer, err := req.answer()
		if err != nil {
			return nothing{}, err
		}
		return nothing{}, i.Erase(ctx, by, answer)
	}
}
