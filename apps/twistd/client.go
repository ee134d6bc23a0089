package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist/apps/client"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/siws"
)

// party is somebody with a wallet, and after signing in with an account and a client that acts for it.
type party struct {
	name    string
	key     ed25519.PrivateKey
	wallet  identity.Wallet
	client  string // by which the API knows this installation again
	account identity.AccountID
	token   string
	refresh string
	api     *client.Client
	calls   int // that needed an idempotency key of their own
}

func newParty(name string) (*party, error) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	wallet, err := identity.WalletOf(public)
	return &party{name: name, key: key, wallet: wallet, client: rand.Text()}, err
}

// newClient speaks HTTP to an API, and knows nothing that another client would not.
func newClient(base string) *client.Client {
	return client.New(base, &http.Client{Timeout: 10 * time.Second})
}

// signIn proves the party's wallet and keeps the token.
func (p *party) signIn(ctx context.Context, api *client.Client) error {
	challenge, err := api.AuthChallenge(ctx, client.ChallengeRequest{Address: string(p.wallet)})
	if err != nil {
		return err
	}
	answer, err := p.signs(challenge, "a sign-in", func(statement string) bool {
		return !strings.Contains(statement, "acct_") // whatever else a wallet is asked to agree to names an account
	})
	if err != nil {
		return err
	}
	tokens, err := api.AuthSignIn(ctx, client.SignInRequest{
		ChallengeID: answer.ChallengeID, SignedMessage: answer.SignedMessage, Signature: answer.Signature, Client: &p.client,
	})
	return p.keep(api, tokens, err)
}

// refreshes lets the party's session go on, and keeps the next tokens.
func (p *party) refreshes(ctx context.Context, api *client.Client) error {
	tokens, err := api.AuthRefresh(ctx, client.RefreshRequest{RefreshToken: p.refresh, Client: p.client})
	return p.keep(api, tokens, err)
}

// keep keeps tokens, if they were given, for the API that gave them.
func (p *party) keep(api *client.Client, tokens client.Tokens, err error) error {
	if err != nil {
		return err
	}
	p.account, p.token, p.refresh = identity.AccountID(tokens.AccountID), tokens.AccessToken, tokens.RefreshToken
	p.api = api.As(client.Token(tokens.AccessToken))
	return nil
}

// fresh is an idempotency key that the party has not used.
func (p *party) fresh() string {
	p.calls++
	return "demo-" + strconv.Itoa(p.calls)
}

// signs answers a challenge with the party's wallet, if its text asks this wallet and its statement is what was
// meant. The API is not trusted: a transaction that moves tokens is also only bytes to sign.
func (p *party) signs(c client.Challenge, meant string, is func(statement string) bool) (client.AnswerRequest, error) {
	m, err := siws.Parse(c.Message)
	if err != nil || m.Address != string(p.wallet) || !is(m.Statement) {
		return client.AnswerRequest{}, errors.New("the API asked for a signature under something else than " + meant)
	}
	text := []byte(c.Message)
	return client.AnswerRequest{
		ChallengeID:   c.ChallengeID,
		SignedMessage: new(base64.StdEncoding.EncodeToString(text)),
		Signature:     base64.StdEncoding.EncodeToString(ed25519.Sign(p.key, text)),
	}, nil
}
