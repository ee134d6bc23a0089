// Package client calls a TWIST API from Go: a type for everything that it takes and gives, and a method for
// each of its operations, both written from the API's own document.
//
// Anybody may import it. It decides nothing and tries nothing again: an operation that moves money takes an
// idempotency key, and asking again with the same key is safe. Its invariant: a refusal is a *Problem, and
// a token goes to the API it is for and to no address that the API names.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// TokenSource gives the access token of the account to act for.
type TokenSource func(ctx context.Context) (string, error)

// Token is the source of a token at hand.
func Token(token string) TokenSource {
	return func(context.Context) (string, error) { return token, nil }
}

// ErrNoToken means that an operation acts for an account, and the client has no source of tokens.
var ErrNoToken = errors.New("client: this operation needs an access token: see As")

// ErrArgument means that an argument cannot stand in an address.
var ErrArgument = errors.New("client: an argument is empty or a way through folders")

// Client calls one API. It may be used by many goroutines at once.
type Client struct {
	base   string
	http   http.Client
	tokens TokenSource
	agent  string
}

// New makes a client of the API at a base address such as https://api.example. Requests go through hc; nil
// is a client of its own with a timeout. Redirects are answers here and are not followed.
func New(base string, hc *http.Client) *Client {
	c := &Client{base: strings.TrimSuffix(base, "/")}
	if hc != nil {
		c.http = *hc
	} else {
		c.http.Timeout = 30 * time.Second
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// As is the same client for the account whose tokens the source gives.
func (c *Client) As(tokens TokenSource) *Client {
	other := *c
	other.tokens = tokens
	return &other
}

// Details are what an answer says about itself. A call fills those it is handed, also when it is refused.
type Details struct {
	Status    int
	RequestID string // what to name when asking about the call
	Replayed  bool   // this is the answer of an earlier call, given again
}

// Error says what was refused and why.
func (p *Problem) Error() string {
	text := fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Title)
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return text
}

// Code is the code of the problem that an error is, and empty for any other error.
func Code(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// call is one request, as an operation makes it.
type call struct {
	method, path string   // with its names in braces
	args         []string // what stands for them
	query        url.Values
	signed       bool // acts for an account
	key          string
	body         any
	status       int // of success
}

// answer is what came back.
type answer struct {
	header http.Header
	body   []byte
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 16 << 20

// do makes one request. What is not the expected success is an error: a *Problem if the API said why.
func (c *Client) do(ctx context.Context, what call, details []*Details) (answer, error) {
	r, err := c.request(ctx, what)
	if err != nil {
		return answer{}, err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }() // it was read, or its reading failed
	for _, d := range details {
		*d = Details{
			Status: response.StatusCode, RequestID: response.Header.Get("X-Request-ID"),
			Replayed: response.Header.Get("Idempotency-Replayed") == "true",
		}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return answer{}, fmt.Errorf("%s %s: %w", what.method, what.path, err)
	case len(body) > maxAnswer:
		return answer{}, fmt.Errorf("%s %s: the answer is longer than %d bytes", what.method, what.path, maxAnswer)
	case response.StatusCode != what.status && (what.status != http.StatusCreated || response.StatusCode != http.StatusOK): // else it was there before
		return answer{}, fmt.Errorf("%s %s: %w", what.method, what.path, refusal(response, body))
	}
	return answer{response.Header, body}, nil
}

// Named is the same client under a name of its own, in User-Agent, instead of that of Go's library.
func (c *Client) Named(agent string) *Client {
	other := *c
	other.agent = agent
	return &other
}

// request writes a call as a request.
func (c *Client) request(ctx context.Context, what call) (*http.Request, error) {
	address, err := what.address()
	if err != nil {
		return nil, err
	}
	var content io.Reader
	if what.body != nil {
		encoded, err := json.Marshal(what.body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(ctx, what.method, c.base+address, content)
	if err != nil {
		return nil, err
	}
	if what.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if what.key != "" {
		r.Header.Set("Idempotency-Key", what.key)
	}
	if c.agent != "" {
		r.Header.Set("User-Agent", c.agent)
	}
	if !what.signed {
		return r, nil
	}
	if c.tokens == nil {
		return nil, ErrNoToken
	}
	token, err := c.tokens(ctx)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return r, nil
}

// address puts the arguments into the path. One that would lead to another address is refused: servers in
// between may walk it.
func (what call) address() (string, error) {
	path := what.path
	for _, arg := range what.args {
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		if arg == "" || arg == "." || arg == ".." {
			return "", fmt.Errorf("%w: %s", ErrArgument, what.path)
		}
		path = before + url.PathEscape(arg) + after
	}
	if len(what.query) > 0 {
		path += "?" + what.query.Encode()
	}
	return path, nil
}

// refusal is the problem that an answer holds, or one that only has the answer's status.
func refusal(response *http.Response, body []byte) error {
	p := &Problem{Title: http.StatusText(response.StatusCode), RequestID: response.Header.Get("X-Request-ID")}
	if media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); media == "application/problem+json" {
		if err := json.Unmarshal(body, p); err != nil {
			p.Detail = "what it says about itself cannot be read"
		}
	}
	p.Status = int64(response.StatusCode)
	return p
}

// into reads the body of an answer as a value.
func into[T any](a answer, err error) (value T, _ error) {
	if err != nil {
		return value, err
	}
	if err := json.Unmarshal(a.body, &value); err != nil {
		return value, fmt.Errorf("client: the answer cannot be read: %w", err)
	}
	return value, nil
}
