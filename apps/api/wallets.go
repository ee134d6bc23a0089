package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

type walletBody struct {
	Wallet    string    `json:"wallet"`
	LinkedAt  time.Time `json:"linked_at"`
	SettlesAt time.Time `json:"settles_at" doc:"from then on it may sign for payouts and be paid"`
}

func walletOf(w twist.WalletDetail) walletBody {
	return walletBody{Wallet: string(w.Wallet), LinkedAt: w.LinkedAt, SettlesAt: w.SettlesAt}
}

// walletsBody is all wallets: an account has few.
type walletsBody struct {
	Items []walletBody `json:"items"`
}

func wallets(i *twist.Identity) rpc.Call[nothing, walletsBody] {
	return func(ctx context.Context, by twist.Caller, _ nothing) (walletsBody, error) {
		all, err := i.Wallets(ctx, by)
		body := walletsBody{Items: []walletBody{}}
		for _, w := range all {
			body.Items = append(body.Items, walletOf(w))
		}
		return body, err
	}
}

func linkChallenge(i *twist.Identity) rpc.Call[challengeRequest, challengeBody] {
	return func(ctx context.Context, by twist.Caller, req challengeRequest) (challengeBody, error) {
		c, err := i.LinkChallenge(ctx, by, req.Address)
		return challengeOf(c, err)
	}
}

func linkWallet(i *twist.Identity) rpc.Call[answerRequest, walletBody] {
	return func(ctx context.Context, by twist.Caller, req answerRequest) (walletBody, error) {
		answer, err := req.answer()
		if err != nil {
			return walletBody{}, err
		}
		linked, err := i.Link(ctx, by, answer)
		return walletOf(linked), err
	}
}

// byWallet is the request of an operation on a wallet of the caller's.
type byWallet struct {
	Wallet string `json:"-" path:"wallet"`
}

func unlinkWallet(i *twist.Identity) rpc.Call[byWallet, nothing] {
	return func(ctx context.Context, by twist.Caller, req byWallet) (nothing, error) {
		return nothing{}, i.Unlink(ctx, by, identity.Wallet(req.Wallet))
	}
}
