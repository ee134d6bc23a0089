package api

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

type challengeRequest struct {
	Address string `json:"address" doc:"the wallet that will sign"`
}

type challengeBody struct {
	ID        string    `json:"challenge_id"`
	Address   string    `json:"address"`
	Message   string    `json:"message" doc:"the exact text to sign"`
	ExpiresAt time.Time `json:"expires_at"`
	Input     siwsInput `json:"input" doc:"the same, as a wallet's signIn takes it"`
}

// siwsInput is the input of a wallet's sign-in, named as its standard names it.
type siwsInput struct {
	Domain         string `json:"domain"`
	Address        string `json:"address"`
	Statement      string `json:"statement"`
	URI            string `json:"uri"`
	Version        string `json:"version"`
	ChainID        string `json:"chainId"`
	Nonce          string `json:"nonce"`
	IssuedAt       string `json:"issuedAt"`
	ExpirationTime string `json:"expirationTime"`
	RequestID      string `json:"requestId"`
}

func challenge(i *twist.Identity) rpc.Call[challengeRequest, challengeBody] {
	return func(ctx context.Context, _ twist.Caller, req challengeRequest) (challengeBody, error) {
		c, err := i.Challenge(ctx, req.Address)
		return challengeOf(c, err)
	}
}

// challengeOf shows a challenge, whatever it is for.
func challengeOf(c identity.Challenge, err error) (challengeBody, error) {
	if err != nil {
		return challengeBody{}, err
	}
	const moment = "2006-01-02T15:04:05.000Z"
	return challengeBody{
		ID: string(c.ID), Address: string(c.Wallet), Message: c.Text(), ExpiresAt: c.ExpiresAt,
		Input: siwsInput{
			Domain: c.Domain, Address: string(c.Wallet), Statement: c.Statement, URI: c.URI, Version: "1",
			ChainID: string(c.ChainID), Nonce: c.Nonce, IssuedAt: c.IssuedAt.Format(moment),
			ExpirationTime: c.ExpiresAt.Format(moment), RequestID: string(c.ID),
		},
	}, nil
}

// answerRequest is the answer to a challenge.
type answerRequest struct {
	ChallengeID   string `json:"challenge_id"`
	SignedMessage string `json:"signed_message,omitempty" pattern:"^[A-Za-z0-9+/_-]*=*$" doc:"base64 of the bytes the wallet signed, if the client knows them"`
	Signature     string `json:"signature" pattern:"^[A-Za-z0-9+/_-]*=*$" doc:"base64 or base58 of the 64 bytes"`
}

// answer reads the bytes.
func (a answerRequest) answer() (twist.Answer, error) {
	message, err := unbase64("signed_message", a.SignedMessage)
	if err != nil {
		return twist.Answer{}, err
	}
	signature, other, err := parseSignature(a.Signature)
	return twist.Answer{Challenge: identity.ChallengeID(a.ChallengeID), Message: message, Signature: signature, Other: other}, err
}

// signInRequest is an answer, and who gives it.
type signInRequest struct {
	ChallengeID   string `json:"challenge_id"`
	SignedMessage string `json:"signed_message,omitempty" pattern:"^[A-Za-z0-9+/_-]*=*$" doc:"base64 of the bytes the wallet signed, if the client knows them"`
	Signature     string `json:"signature" pattern:"^[A-Za-z0-9+/_-]*=*$" doc:"base64 or base58 of the 64 bytes"`
	Client        string `json:"client,omitempty" doc:"a secret of the installation's own, by which it may refresh; absent: it may not"`
}

func signIn(i *twist.Identity) rpc.Call[signInRequest, tokensBody] {
	return func(ctx context.Context, _ twist.Caller, req signInRequest) (tokensBody, error) {
		a, err := answerRequest{req.ChallengeID, req.SignedMessage, req.Signature}.answer()
		if err != nil {
			return tokensBody{}, err
		}
		s, err := i.SignIn(ctx, a, req.Client)
		if err != nil {
			return tokensBody{}, err
		}
		return tokens(s), nil
	}
}

// unbase64 reads standard or URL base64, padded or not: wallets differ.
func unbase64(field, text string) ([]byte, error) {
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	raw, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, rpc.ErrBody.Saying("%s is not base64", field)
	}
	return raw, nil
}

// parseSignature reads a signature in base64 or base58. 64 bytes are 86 characters of the one, without its
// padding, and nearly always 87 or 88 of the other. A text of 86 may be both: which the wallet meant, its key decides.
func parseSignature(text string) (signature, other []byte, err error) {
	raw, unread := unbase64("signature", text)
	spelled, err := identity.ParseSignature(text)
	switch {
	case err != nil:
		return raw, nil, unread
	case unread == nil && len(raw) == ed25519.SignatureSize:
		return raw, spelled, nil
	}
	return spelled, nil, nil
}

type keysBody struct {
	Keys []keyBody `json:"keys"`
}

// keyBody is an Ed25519 key as RFC 8037 writes it.
type keyBody struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
	X         string `json:"x"`
}

func keys(i *twist.Identity) rpc.Call[nothing, keysBody] {
	return func(ctx context.Context, _ twist.Caller, _ nothing) (keysBody, error) {
		found, err := i.Keys(ctx)
		body := keysBody{Keys: []keyBody{}}
		for _, k := range found {
			body.Keys = append(body.Keys, keyBody{
				Type: "OKP", Curve: "Ed25519", Use: "sig", Algorithm: "EdDSA",
				ID: k.ID, X: base64.RawURLEncoding.EncodeToString(k.Key[:]),
			})
		}
		return body, err
	}
}
