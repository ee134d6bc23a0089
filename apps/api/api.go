// Package api is the HTTP surface: the table of routes, and the bodies each one takes and gives.
//
// A handler reads its body, calls one use case and writes the answer; it decides nothing. Its
// invariant: every route has an access rule, and no body names the account it acts for.
package api

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

// Options is what the surface needs beside the library.
type Options struct {
	NewID  func() string // names a request
	Log    *slog.Logger
	Ready  func(ctx context.Context) error // nil when requests can be served
	Secure bool                            // whether browsers reach us by https only

	Door rpc.Options // what stands before every route; NewID, Log, Secure and Verify are set from the above
}

// Routes is the table: every operation, its address, and who may call it.
func Routes(p *twist.Platform, o Options) []rpc.Route {
	operator := rpc.Role(identity.RoleOperator)
	deciding := rpc.Role(identity.RoleOperator, identity.RoleAdmin)
	return classed([]rpc.Route{
		rpc.On("GET /healthz", "health.live", http.StatusOK, rpc.Public(), live),
		rpc.On("GET /readyz", "health.ready", http.StatusOK, rpc.Public(), ready(o.Ready)),

		rpc.On("POST /v1/auth/challenges", "auth.challenge", http.StatusCreated, rpc.Public(), challenge(p.Identity)),
		rpc.On("POST /v1/auth/sessions", "auth.sign_in", http.StatusCreated, rpc.Public(), signIn(p.Identity)),
		rpc.On("POST /v1/auth/refresh", "auth.refresh", http.StatusOK, rpc.Public(), refreshSession(p.Identity)),
		rpc.On("GET /v1/auth/sessions", "auth.sessions", http.StatusOK, rpc.Session(), listSessions(p.Identity)),
		rpc.On("DELETE /v1/auth/sessions", "auth.sign_out_all", http.StatusNoContent, rpc.Session(), signOutAll(p.Identity)),
		rpc.On("DELETE /v1/auth/sessions/current", "auth.sign_out", http.StatusNoContent, rpc.Session(), signOut(p.Identity)),
		rpc.On("DELETE /v1/auth/sessions/{id}", "auth.revoke_session", http.StatusNoContent, rpc.Session(), revokeSession(p.Identity)),
		rpc.On("GET /.well-known/jwks.json", "auth.keys", http.StatusOK, rpc.Public(), keys(p.Identity)).Keeping(identity.KeysLife),

		rpc.On("GET /v1/me", "me.account", http.StatusOK, rpc.Session(), me(p.Identity)),
		rpc.On("GET /v1/me/balances", "me.balances", http.StatusOK, rpc.Session(), balances(p.Ledger)),
		rpc.On("GET /v1/me/deposits", "me.deposits", http.StatusOK, rpc.Session(), deposits(p.Ledger)),
		rpc.On("GET /v1/me/positions", "me.positions", http.StatusOK, rpc.Session(), positions(p.Staking)),
		rpc.On("GET /v1/me/commissions", "me.commissions", http.StatusOK, rpc.Session(), commissions(p.Attribution)),

		rpc.On("POST /v1/influencers", "influencers.register", http.StatusCreated, rpc.Session(), register(p.Identity)),
		rpc.On("GET /v1/influencers/{username}", "influencers.get", http.StatusOK, rpc.Public(), influencer(p.Identity)),

		rpc.Once("POST /v1/pools", "pools.open", http.StatusCreated, rpc.Session(), openPool(p.Staking)),
		rpc.On("GET /v1/pools", "pools.list", http.StatusOK, rpc.Public(), listPools(p.Staking)),
		rpc.On("GET /v1/pools/{id}", "pools.get", http.StatusOK, rpc.Public(), pool(p.Staking)),
		rpc.Once("POST /v1/pools/{id}/stakes", "pools.stake", http.StatusCreated, rpc.Session(), stake(p.Staking)),
		rpc.Once("POST /v1/pools/{id}/unstakes", "pools.leave", http.StatusCreated, rpc.Session(), leave(p.Staking)),
		rpc.Once("POST /v1/pools/{id}/claims", "pools.claim", http.StatusCreated, rpc.Session(), claim(p.Staking)),

		rpc.Once("POST /v1/programs", "programs.open", http.StatusCreated, rpc.Session(), openProgram(p.Attribution)),
		rpc.On("GET /v1/programs/{id}", "programs.get", http.StatusOK, rpc.Session(), program(p.Attribution)),
		rpc.Once("POST /v1/programs/{id}/fund", "programs.fund", http.StatusOK, rpc.Session(), fund(p.Attribution)),
		rpc.Once("POST /v1/programs/{id}/withdraw", "programs.withdraw", http.StatusOK, rpc.Session(), withdraw(p.Attribution)),

		rpc.Once("POST /v1/links", "links.make", http.StatusCreated, rpc.Session(), makeLink(p.Attribution)),
		rpc.On("GET /r/{code}", "links.follow", http.StatusFound, rpc.Public(), follow(p.Attribution, o.Secure)),

		// An order and a refund are keyed by the merchant's own ids: they need no other key.
		rpc.On("POST /v1/conversions", "conversions.report", http.StatusCreated, rpc.Session(), reportConversion(p.Attribution)),
		rpc.On("GET /v1/conversions/{id}", "conversions.get", http.StatusOK, rpc.Session(), conversion(p.Attribution)),
		rpc.On("POST /v1/conversions/{id}/refunds", "conversions.refund", http.StatusCreated, rpc.Session(), refund(p.Attribution)),

		rpc.Once("POST /v1/payouts", "payouts.request", http.StatusCreated, rpc.Session(), requestPayout(p.Payouts)),
		rpc.On("GET /v1/payouts", "payouts.list", http.StatusOK, rpc.Session(), listPayouts(p.Payouts)),
		rpc.On("GET /v1/payouts/{id}", "payouts.get", http.StatusOK, rpc.Session(), payout(p.Payouts)),
		rpc.Once("POST /v1/payouts/{id}/cancel", "payouts.cancel", http.StatusOK, rpc.Session(), cancelPayout(p.Payouts)),

		rpc.On("GET /v1/operate/verification", "operate.verify", http.StatusOK, operator, verify(p.Ledger)),
		rpc.On("GET /v1/operate/reconciliation", "operate.reconcile", http.StatusOK, operator, reconcile(p.Ledger)),
		rpc.On("POST /v1/operate/accounts/{id}/sessions/revoke", "operate.revoke_sessions", http.StatusNoContent, deciding, revokeAccount(p.Identity)),
		rpc.On("PUT /v1/operate/accounts/{id}/roles/{role}", "operate.grant_role", http.StatusNoContent, deciding, grantRole(p.Identity)),
		rpc.On("DELETE /v1/operate/accounts/{id}/roles/{role}", "operate.revoke_role", http.StatusNoContent, deciding, revokeRole(p.Identity)),
		rpc.On("GET /v1/operate/audit", "operate.audit", http.StatusOK, operator, audit(p.Identity)),
	})
}

// Handler serves the routes over a platform.
func Handler(p *twist.Platform, o Options) http.Handler {
	door := o.Door
	door.Verify, door.NewID, door.Log, door.Secure = p.Identity.Verify, o.NewID, o.Log, o.Secure
	door.Refused = p.Identity.RecordRefusal
	return rpc.Mount(Routes(p, o), door)
}

// nothing is the request of an operation that takes no body and no parameter.
type nothing struct{}

// status is the answer of a probe.
type status struct {
	Status string `json:"status"`
}

func live(context.Context, twist.Caller, nothing) (status, error) { return status{"ok"}, nil }

func ready(check func(context.Context) error) rpc.Call[nothing, status] {
	return func(ctx context.Context, _ twist.Caller, _ nothing) (status, error) {
		if err := check(ctx); err != nil {
			return status{}, err
		}
		return status{"ready"}, nil
	}
}

// byID is the request of an operation on the thing named in the path.
type byID struct {
	ID string `json:"-"`
}

// Bind reads the id.
func (b *byID) Bind(r *http.Request) error {
	b.ID = r.PathValue("id")
	return nil
}
