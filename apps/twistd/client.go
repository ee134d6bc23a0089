package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/siws"
)

// party is somebody with a wallet.
type party struct {
	name    string
	key     ed25519.PrivateKey
	wallet  identity.Wallet
	client  string // by which the API knows this installation again
	account identity.AccountID
	token   string
	refresh string
}

func newParty(name string) (*party, error) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	wallet, err := identity.WalletOf(public)
	return &party{name: name, key: key, wallet: wallet, client: rand.Text()}, err
}

// client speaks HTTP to an API, and knows nothing that another client would not.
type client struct {
	base string
	http *http.Client
	keys int // of idempotency, one for each call that needs one
}

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// body is a JSON object to send.
type body map[string]any

// send makes one request. A party's token goes along; key is the idempotency key, empty for none.
func (c *client) send(ctx context.Context, method, path string, by *party, key string, content any) (answer, error) {
	var reader io.Reader
	if content != nil {
		encoded, err := json.Marshal(content)
		if err != nil {
			return answer{}, err
		}
		reader = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		return answer{}, err
	}
	if content != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if by != nil {
		r.Header.Set("Authorization", "Bearer "+by.token)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }() // it was read, or its reading failed
	got, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return answer{status: response.StatusCode, header: response.Header, body: got}, err
}

// get reads a resource into a value.
func (c *client) get(ctx context.Context, path string, by *party, into any) error {
	a, err := c.send(ctx, http.MethodGet, path, by, "", nil)
	if err != nil {
		return err
	}
	return a.decode("GET "+path, into)
}

// post sends a body with a fresh idempotency key and reads the answer into a value.
func (c *client) post(ctx context.Context, path string, by *party, content, into any) error {
	c.keys++
	a, err := c.send(ctx, http.MethodPost, path, by, fmt.Sprintf("demo-%d", c.keys), content)
	if err != nil {
		return err
	}
	return a.decode("POST "+path, into)
}

// decode reads a success, or makes an error of a problem.
func (a answer) decode(what string, into any) error {
	if a.status >= http.StatusBadRequest {
		var problem struct{ Code, Title, Detail string }
		_ = json.Unmarshal(a.body, &problem) // what is not a problem has its status shown
		return fmt.Errorf("%s: %d %s: %s %s", what, a.status, problem.Code, problem.Title, problem.Detail)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(a.body, into)
}

// signIn proves a party's wallet and keeps the token.
func (c *client) signIn(ctx context.Context, p *party) error {
	var challenge struct {
		ID      string `json:"challenge_id"`
		Message string `json:"message"`
	}
	if err := c.post(ctx, "/v1/auth/challenges", nil, body{"address": p.wallet}, &challenge); err != nil {
		return err
	}
	if err := p.recognizes(challenge.Message); err != nil {
		return err
	}
	return c.keep(ctx, p, "/v1/auth/sessions", body{
		"challenge_id":   challenge.ID,
		"client":         p.client,
		"signed_message": base64.StdEncoding.EncodeToString([]byte(challenge.Message)),
		"signature":      base64.StdEncoding.EncodeToString(ed25519.Sign(p.key, []byte(challenge.Message))),
	})
}

// refreshes lets a party's session go on, and keeps the next tokens.
func (c *client) refreshes(ctx context.Context, p *party) error {
	return c.keep(ctx, p, "/v1/auth/refresh", body{"refresh_token": p.refresh, "client": p.client})
}

// keep asks for tokens and keeps them.
func (c *client) keep(ctx context.Context, p *party, path string, content body) error {
	var session struct {
		Account identity.AccountID `json:"account_id"`
		Token   string             `json:"access_token"`
		Refresh string             `json:"refresh_token"`
	}
	err := c.post(ctx, path, nil, content, &session)
	p.account, p.token, p.refresh = session.Account, session.Token, session.Refresh
	return err
}

// recognizes returns an error unless the text asks this wallet to sign in. The API is not trusted: a
// transaction that moves tokens is also only bytes to sign.
func (p *party) recognizes(message string) error {
	m, err := siws.Parse(message)
	if err != nil || m.Address != string(p.wallet) {
		return errors.New("the API asked for a signature under something else than a sign-in")
	}
	return nil
}
