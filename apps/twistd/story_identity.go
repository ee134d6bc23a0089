package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/twist-platform/twist/apps/client"
)

func (s *story) signIn(p *party) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		err := p.signIn(ctx, s.client)
		return fmt.Sprintf("%s signed a challenge with wallet %.8s… and is %s", p.name, p.wallet, p.account), err
	}
}

// signOut ends the fan's session: neither of its tokens is good any more.
func (s *story) signOut(ctx context.Context) (string, error) {
	if err := s.fan.api.AuthSignOut(ctx); err != nil {
		return "", err
	}
	var with, renewed client.Details
	_, _ = s.fan.api.MeAccount(ctx, &with) // both are refused, and the details say so
	_, _ = s.client.AuthRefresh(ctx, client.RefreshRequest{RefreshToken: s.fan.refresh, Client: s.fan.client}, &renewed)
	return "fan signed out, and both of its tokens are refused",
		errors.Join(s.work(ctx), must(with.Status == http.StatusUnauthorized && renewed.Status == http.StatusUnauthorized,
			"the tokens were answered with %d and %d", with.Status, renewed.Status))
}

// makeKey makes the key with which the merchant's shop reports orders, and shows that it is good for nothing else.
func (s *story) makeKey(ctx context.Context) (string, error) {
	made, err := s.merchant.api.MeMakeKey(ctx, client.ApiKeyRequest{Name: "the shop", Scopes: []client.Scope{client.ScopeConversionsWrite}})
	if err != nil {
		return "", err
	}
	s.shop = s.client.As(client.Token(made.Text))
	var tried client.Details
	_, _ = s.shop.MeBalances(ctx, &tried) // is refused, and the details say so
	return fmt.Sprintf("%s lets the merchant's shop report orders, and nothing else", made.Key.ID),
		must(tried.Status == http.StatusForbidden, "the key read balances: %d", tried.Status)
}

// linkWallet gives the influencer a second wallet, which may be paid when it has been linked for a day.
func (s *story) linkWallet(ctx context.Context) (string, error) {
	challenge, err := s.influencer.api.MeLinkChallenge(ctx, client.ChallengeRequest{Address: string(s.cold.wallet)})
	if err != nil {
		return "", err
	}
	answer, err := s.cold.signs(challenge, "this link", func(statement string) bool {
		return strings.HasPrefix(statement, "Link this wallet to account "+string(s.influencer.account)+" ")
	})
	if err != nil {
		return "", err
	}
	linked, err := s.influencer.api.MeLinkWallet(ctx, answer)
	return fmt.Sprintf("@ada linked wallet %.8s… by its signature: it can be paid after a day", linked.Wallet), err
}

// requestColdPayout asks for a payout to the second wallet, which nobody was paid at before: the first wallet has
// to sign exactly that.
func (s *story) requestColdPayout(ctx context.Context) (string, error) {
	to := new(string(s.cold.wallet))
	var without client.Details
	_, _ = s.influencer.api.PayoutsRequest(ctx, s.influencer.fresh(), client.PayoutRequest{Amount: coldAmount, Destination: to}, &without)
	if err := must(without.Status == http.StatusForbidden, "a new destination needed no signature: %d", without.Status); err != nil {
		return "", err
	}
	challenge, err := s.influencer.api.PayoutsChallenge(ctx, client.PayoutChallengeRequest{Amount: coldAmount, Destination: to})
	if err != nil {
		return "", err
	}
	answer, err := s.influencer.signs(challenge, "this payout", func(statement string) bool {
		return strings.HasPrefix(statement, fmt.Sprintf("Pay %s.000000000 TWIST ", twists(coldAmount))) &&
			strings.Contains(statement, " to "+string(s.cold.wallet)+" ")
	})
	if err != nil {
		return "", err
	}
	got, err := s.influencer.api.PayoutsRequest(ctx, s.influencer.fresh(), client.PayoutRequest{
		Amount: coldAmount, Destination: to,
		ChallengeID: &answer.ChallengeID, SignedMessage: answer.SignedMessage, Signature: &answer.Signature,
	})
	s.payout = got.ID
	return fmt.Sprintf("%s: %s TWIST to the second wallet, refused until the first one had signed it", got.ID, twists(coldAmount)), err
}
