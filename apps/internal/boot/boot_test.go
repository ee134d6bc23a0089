package boot_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/apps/worker"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
)

func newSystem(t *testing.T, pairs ...string) *boot.System {
	t.Helper()
	s, err := boot.New(t.Context(), load(t, pairs...), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return s
}

// call makes a request of a system's API and reads the answer.
func call(t *testing.T, s *boot.System, method, path, token string, body any) (status int, answer map[string]any) {
	t.Helper()
	var content io.Reader = http.NoBody
	if body != nil {
		encoded, err := json.Marshal(body)
		require.NoError(t, err)
		content = strings.NewReader(string(encoded))
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, content)
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	return w.Code, answer
}

func key() ed25519.PrivateKey { // of wallet: its seed is the bytes 0 to 31
	seed := make([]byte, ed25519.SeedSize)
	for i := range seed {
		seed[i] = byte(i)
	}
	return ed25519.NewKeyFromSeed(seed)
}

func signIn(t *testing.T, s *boot.System) (account identity.AccountID, token string) {
	t.Helper()
	_, asked := call(t, s, http.MethodPost, "/v1/auth/challenges", "", map[string]any{"address": wallet})
	message := []byte(asked["message"].(string))
	status, session := call(t, s, http.MethodPost, "/v1/auth/sessions", "", map[string]any{
		"challenge_id": asked["challenge_id"], "signed_message": base64.StdEncoding.EncodeToString(message),
		"signature": base64.StdEncoding.EncodeToString(ed25519.Sign(key(), message)),
	})
	require.Equal(t, http.StatusCreated, status, session)
	return identity.AccountID(session["account_id"].(string)), session["access_token"].(string)
}

// A system that is about to stop says so to whoever spreads requests, and serves on; what is counted of it can
// be read elsewhere, and nowhere in the API.
func TestDrain(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	status, _ := call(t, s, http.MethodGet, "/readyz", "", nil)
	require.Equal(t, http.StatusOK, status)
	s.Drain()
	status, answer := call(t, s, http.MethodGet, "/readyz", "", nil)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "stopping", answer["code"])
	for _, path := range []string{"/healthz", "/v1/pools"} {
		status, _ = call(t, s, http.MethodGet, path, "", nil)
		require.Equal(t, http.StatusOK, status, path)
	}
	status, _ = call(t, s, http.MethodGet, "/metrics", "", nil)
	require.Equal(t, http.StatusNotFound, status)
	w := httptest.NewRecorder()
	s.Metrics().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	require.Contains(t, w.Body.String(), `twist_requests_total{route="health.ready",status="5xx"} 1`)
}

// What a stop waits for is no shorter than what any request may take.
func TestLongest(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	for class, rule := range rpc.Rules() {
		require.GreaterOrEqual(t, s.Longest(), rule.Deadline, class)
	}
	c := load(t)
	c.Rules = map[rpc.Class]rpc.Rule{rpc.Reads: {Deadline: time.Hour}, rpc.Money: {Deadline: time.Second}}
	s, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, time.Hour, s.Longest())
}

func TestNewAssembles(t *testing.T) {
	t.Parallel()
	s := newSystem(t, "TWIST_OPERATORS", wallet)
	require.NotNil(t, s.Platform)
	require.NotNil(t, s.Log())
	require.NotEmpty(t, s.Jobs())
	status, answer := call(t, s, http.MethodGet, "/readyz", "", nil)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "ready", answer["status"])

	account, token := signIn(t, s)
	status, answer = call(t, s, http.MethodGet, "/v1/operate/verification", token, nil)
	require.Equal(t, http.StatusOK, status, answer)
	require.Equal(t, true, answer["ok"])

	// The world around it: tokens out of nothing, a transfer that lands, and a job that books it.
	const amount money.Amount = 5_000_000_000
	require.NoError(t, s.Sandbox.Faucet(wallet, 2*amount))
	signature, err := s.Sandbox.Deposit(t.Context(), key(), account, amount)
	require.NoError(t, err)
	require.NotEmpty(t, signature)
	s.Sandbox.Tick(boot.Finality)
	done, err := worker.Once(t.Context(), s.Jobs())
	require.NoError(t, err)
	require.Equal(t, 1+4, done, "the deposit; and the seals of its entry and of three events")
	require.Equal(t, amount, s.Sandbox.OnChain(wallet), "what was not sent")
	_, answer = call(t, s, http.MethodGet, "/v1/me/balances", token, nil)
	require.Equal(t, amount.String(), answer["available"])

	s.Sandbox.Advance(identity.AccessLife * 2)
	status, answer = call(t, s, http.MethodGet, "/v1/me", token, nil)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, "token_expired", answer["code"])
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := load(t)
	for name, test := range map[string]struct {
		spoil func(c *boot.Config)
		says  string
	}{
		"no_site":             {func(c *boot.Config) { c.Site = identity.Site{} }, "needed"},
		"a_foreign_page":      {func(c *boot.Config) { c.Site.URI = "https://elsewhere.example" }, "elsewhere.example"},
		"a_negative_epoch":    {func(c *boot.Config) { c.Epoch = -1 }, "Epoch"},
		"a_short_key":         {func(c *boot.Config) { c.TokenKey = boot.NewSecret(seed[:16]) }, "token key"},
		"a_long_key":          {func(c *boot.Config) { c.TokenKey = boot.NewSecret(seed + seed) }, "token key"},
		"a_short_visitor_key": {func(c *boot.Config) { c.VisitorKey = boot.NewSecret(seed[:62]) }, "visitor key"},
		"no_key_at_all":       {func(c *boot.Config) { c.TokenKey = boot.NewSecret("not hexadecimal") }, "token key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := good
			test.spoil(&c)
			_, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
			require.ErrorContains(t, err, test.says)
			require.NotContains(t, err.Error(), seed[:16])
		})
	}
}

// A configured key is the same key after a restart and in every process: a token of one is good in all.
func TestTokenKey(t *testing.T) {
	t.Parallel()
	kid := func(s *boot.System) string {
		_, answer := call(t, s, http.MethodGet, "/.well-known/jwks.json", "", nil)
		return answer["keys"].([]any)[0].(map[string]any)["kid"].(string)
	}
	one, two := newSystem(t, "TWIST_TOKEN_KEY", seed), newSystem(t, "TWIST_TOKEN_KEY", strings.ToUpper(seed))
	require.Equal(t, kid(one), kid(two))
	require.Len(t, kid(one), 16)
	require.NotContains(t, seed, kid(one), "it names the public half")
	_, token := signIn(t, one)
	_, err := one.Platform.Identity.Verify(t.Context(), token)
	require.NoError(t, err)
	_, err = two.Platform.Identity.Verify(t.Context(), token)
	require.ErrorIs(t, err, identity.ErrSessionEnded, "its key is known, and its session stands in the memory of the other")

	fresh, other := newSystem(t), newSystem(t, "TWIST_TOKEN_KEY", "")
	require.NotEqual(t, kid(fresh), kid(other), "without one, every start has its own")
	_, err = fresh.Platform.Identity.Verify(t.Context(), token)
	require.ErrorIs(t, err, identity.ErrToken)
}

func TestVerifySnapshot(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	account, _ := signIn(t, s)
	const amount money.Amount = 5_000_000_000
	require.NoError(t, s.Sandbox.Faucet(wallet, amount))
	_, err := s.Sandbox.Deposit(t.Context(), key(), account, amount)
	require.NoError(t, err)
	s.Sandbox.Tick(boot.Finality)
	_, err = worker.Once(t.Context(), s.Jobs())
	require.NoError(t, err)
	snapshot, err := s.Snapshot()
	require.NoError(t, err)

	v, intact, err := boot.VerifySnapshot(t.Context(), snapshot)
	require.NoError(t, err)
	require.True(t, intact)
	require.Empty(t, v.Findings)
	require.EqualValues(t, 1, v.Entries)

	altered := func(from, to string) (twist.Verification, bool) {
		require.Contains(t, string(snapshot), from)
		v, intact, err := boot.VerifySnapshot(t.Context(), []byte(strings.Replace(string(snapshot), from, to, 1)))
		require.NoError(t, err)
		return v, intact
	}
	v, intact = altered(`"Amount": "5000000000"`, `"Amount": "6000000000"`)
	require.False(t, intact)
	require.NotEmpty(t, v.Findings, "it is also recomputed")
	v, intact = altered(`"ExpiresAt": "20`, `"ExpiresAt": "30`)
	require.False(t, intact, "what no sum shows, the digest does")
	require.Empty(t, v.Findings)
	v, intact = altered(`"Digest": "`, `"Digest": "0`)
	require.False(t, intact)
	require.Empty(t, v.Findings)

	for _, garbage := range []string{"", "x", "{}", "[]", "null", `{"Format":"twist-snapshot-6"}`, `{"Format":"twist-snapshot-2","Rows":{"Other":1}}`, string(snapshot[:len(snapshot)/2])} {
		_, _, err := boot.VerifySnapshot(t.Context(), []byte(garbage))
		require.Error(t, err, garbage)
	}
}
