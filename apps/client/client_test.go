package client_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/client"
	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/worker"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
)

const twist money.Amount = 1_000_000_000

// live is the real API on a connection of its own.
type live struct {
	t      *testing.T
	system *boot.System
	api    *client.Client
}

func start(t *testing.T) live {
	t.Helper()
	system, err := boot.New(t.Context(), boot.Config{
		Site:  identity.Site{Domain: "localhost", URI: "http://localhost", ChainID: identity.Localnet, Statement: "Sign in."},
		Epoch: time.Hour,
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	server := httptest.NewServer(system.Handler())
	t.Cleanup(server.Close)
	return live{t, system, client.New(server.URL+"/", server.Client())}
}

// enter signs a new wallet in, and gives a client that acts for it.
func (l live) enter(deposit money.Amount) (*client.Client, client.Tokens) {
	l.t.Helper()
	public, key, err := ed25519.GenerateKey(nil)
	require.NoError(l.t, err)
	wallet, err := identity.WalletOf(public)
	require.NoError(l.t, err)
	asked, err := l.api.AuthChallenge(l.t.Context(), client.ChallengeRequest{Address: string(wallet)})
	require.NoError(l.t, err)
	session, err := l.api.AuthSignIn(l.t.Context(), client.SignInRequest{
		ChallengeID: asked.ChallengeID, SignedMessage: new(base64.StdEncoding.EncodeToString([]byte(asked.Message))),
		Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(asked.Message))),
	})
	require.NoError(l.t, err)
	if deposit > 0 {
		require.NoError(l.t, l.system.Sandbox.Faucet(wallet, deposit))
		_, err = l.system.Sandbox.Deposit(l.t.Context(), key, identity.AccountID(session.AccountID), deposit)
		require.NoError(l.t, err)
		l.system.Sandbox.Tick(boot.Finality)
		_, err = worker.Once(l.t.Context(), l.system.Jobs())
		require.NoError(l.t, err)
	}
	return l.api.As(client.Token(session.AccessToken)), session
}

// P-18: the loop as an embedder of the client writes it, over the real handler.
func TestClientWalksTheLoop(t *testing.T) {
	t.Parallel()
	l, ctx := start(t), t.Context()
	ada, session := l.enter(0)
	fan, _ := l.enter(100 * twist)
	shop, _ := l.enter(500 * twist)
	me, err := ada.MeAccount(ctx)
	require.NoError(t, err)
	require.Equal(t, session.AccountID, me.ID)
	require.Equal(t, []client.Role{client.RoleUser}, me.Roles)
	require.WithinDuration(t, time.Now(), me.OpenedAt, time.Hour)

	registered, err := ada.InfluencersRegister(ctx, client.RegisterRequest{Username: "ada", DisplayName: new("Ada"), AcceptTerms: true})
	require.NoError(t, err)
	pool, err := ada.PoolsOpen(ctx, "pool-1", client.OpenPoolRequest{ShareBps: new(money.Bps(2_000))})
	require.NoError(t, err)
	require.Equal(t, registered.ID, pool.InfluencerID)
	require.Equal(t, client.PoolStateActive, pool.State)
	require.Equal(t, client.TierBronze, pool.Tier)
	require.Equal(t, twist, pool.MinStake, "what was left out has its default")

	var first, again client.Details
	staked, err := fan.PoolsStake(ctx, "stake-1", pool.ID, client.StakeRequest{Amount: 40 * twist}, &first)
	require.NoError(t, err)
	same, err := fan.PoolsStake(ctx, "stake-1", pool.ID, client.StakeRequest{Amount: 40 * twist}, &again)
	require.NoError(t, err)
	require.Equal(t, staked, same)
	require.False(t, first.Replayed)
	require.True(t, again.Replayed)
	require.Equal(t, http.StatusCreated, again.Status)
	require.NotEqual(t, first.RequestID, again.RequestID)
	has, err := fan.MeBalances(ctx)
	require.NoError(t, err)
	require.Equal(t, 60*twist, has.Available)

	program, err := shop.ProgramsOpen(ctx, "program-1", client.OpenProgramRequest{Name: "Picks", CommissionBps: 1_000, HoldDays: new(int64(0))})
	require.NoError(t, err)
	program, err = shop.ProgramsFund(ctx, "fund-1", program.ID, client.AmountRequest{Amount: 300 * twist})
	require.NoError(t, err)
	require.Equal(t, 300*twist, program.Budget)
	require.Zero(t, program.HoldDays)
	link, err := ada.LinksMake(ctx, "link-1", client.MakeLinkRequest{ProgramID: program.ID, Destination: "https://shop.example/"})
	require.NoError(t, err)
	landing, err := l.api.Named("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0").LinksFollow(ctx, link.Code)
	require.NoError(t, err)
	to, err := url.Parse(landing)
	require.NoError(t, err)
	require.Equal(t, "shop.example", to.Host)
	order := client.ConversionRequest{ProgramID: program.ID, OrderID: "order-1", Amount: 100 * twist, Currency: "TWIST", ClickID: new(to.Query().Get("click"))}
	conversion, err := shop.ConversionsReport(ctx, order)
	require.NoError(t, err)
	require.Len(t, conversion.Commissions, 1)
	require.Equal(t, 10*twist, conversion.Commissions[0].Gross)

	page, err := l.api.PoolsList(ctx, client.PoolsListQuery{Limit: 1})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Empty(t, page.Next)
	document, err := l.api.DocsDocument(ctx)
	require.NoError(t, err)
	require.Contains(t, string(document), `"openapi": "3.1.0"`)
	html, err := l.api.DocsPage(ctx)
	require.NoError(t, err)
	require.Contains(t, string(html), "<!doctype html>")
}

// E-13: a refusal is a problem with its code, and everything else that is no success is an error too.
func TestRefusalsAreProblems(t *testing.T) {
	t.Parallel()
	l, ctx := start(t), t.Context()
	var details client.Details
	_, err := l.api.PoolsGet(ctx, "pool_nothing", &details)
	var p *client.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, "pool_not_found", client.Code(err))
	require.Equal(t, int64(http.StatusNotFound), p.Status)
	require.Equal(t, details.RequestID, p.RequestID)
	require.Equal(t, http.StatusNotFound, details.Status)
	require.ErrorContains(t, err, "GET /v1/pools/{id}: 404 pool_not_found: there is no such pool")
	_, err = l.api.PoolsList(ctx, client.PoolsListQuery{Limit: 101})
	require.Equal(t, "parameter_invalid", client.Code(err))
	require.ErrorContains(t, err, "limit is a number from 1 to 100")
	_, err = l.api.As(client.Token("forged")).MeAccount(ctx)
	require.Equal(t, "token_invalid", client.Code(err))
	stranger, _ := l.enter(0)
	_, err = stranger.OperateVerify(ctx)
	require.Equal(t, "forbidden", client.Code(err))
	_, err = stranger.PayoutsRequest(ctx, "", client.PayoutRequest{Amount: twist})
	require.Equal(t, "idempotency_key_missing", client.Code(err))
	require.Empty(t, client.Code(nil))
	require.Empty(t, client.Code(io.EOF))

	for _, id := range []string{"", ".", ".."} {
		_, err = l.api.PoolsGet(ctx, id)
		require.ErrorIs(t, err, client.ErrArgument)
	}
	_, err = l.api.PoolsGet(ctx, "../me?x=1#y")
	require.Equal(t, "pool_not_found", client.Code(err), "an argument stays one part of the path")
	_, err = l.api.MeAccount(ctx)
	require.ErrorIs(t, err, client.ErrNoToken)
	away := errors.New("the wallet is away")
	_, err = l.api.As(func(context.Context) (string, error) { return "", away }).MeAccount(ctx)
	require.ErrorIs(t, err, away)
}

// What stands between us and the API may answer anything.
func TestAnswersOfOthers(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	for name, test := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   string
	}{
		"a_page_of_a_proxy": {func(w http.ResponseWriter) { http.Error(w, "<b>Bad gateway</b>", http.StatusBadGateway) }, "502 : Bad Gateway"},
		"a_redirect": {func(w http.ResponseWriter) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(http.StatusFound)
		}, "302 : Found"},
		"another_success":      {func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) }, "202 : Accepted"},
		"nothing":              {func(http.ResponseWriter) {}, "cannot be read"},
		"no_json":              {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<b>") }, "cannot be read"},
		"an_amount_as_number":  {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"min_stake":1}`) }, "cannot be read"},
		"too_much":             {func(w http.ResponseWriter) { _, _ = io.WriteString(w, strings.Repeat(" ", 17<<20)) }, "longer than"},
		"cut_off":              {func(w http.ResponseWriter) { w.Header().Set("Content-Length", "50"); _, _ = io.WriteString(w, "{}") }, "unexpected EOF"},
		"a_problem_unreadable": {func(w http.ResponseWriter) { problem(w, "{") }, "400 : Bad Request: what it says about itself cannot be read"},
		"a_problem_that_lies":  {func(w http.ResponseWriter) { problem(w, `{"status":200,"code":"x","title":"no"}`) }, "400 x: no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "" {
					t.Error("a public operation names nobody")
				}
				test.answer(w)
			}))
			defer server.Close()
			_, err := client.New(server.URL, nil).As(client.Token("secret")).PoolsGet(t.Context(), "pool_1")
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "secret")
		})
	}
	_, err := client.New("http://127.0.0.1:1", nil).HealthLive(t.Context())
	require.Error(t, err)
	_, err = client.New("://", nil).HealthLive(t.Context())
	require.Error(t, err)
}

func problem(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, body)
}
