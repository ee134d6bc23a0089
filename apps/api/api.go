// Package api is the HTTP surface: the table of routes, and the bodies each one takes and gives.
//
// A handler reads its body, calls one use case and writes the answer; it decides nothing. Its
// invariant: every route has an access rule, and no body names the account it acts for.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

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
	Site   string                          // where they reach us, without a slash at its end: https://app.example.com

	Door rpc.Options // what stands before every route; NewID, Log, Secure and Verify are set from the above
}

// Routes is the table: every operation, its address, who may call it, and what it does in a sentence. The
// document is made of the table as well: a route that it cannot describe stops the program here.
func Routes(p *twist.Platform, o Options) []rpc.Route {
	var document []byte
	routes := scoped(classed(slices.Concat(
		serviceRoutes(o, &document), peopleRoutes(p), keyRoutes(p), personRoutes(p), profileRoutes(p), poolRoutes(p), programRoutes(p), promoRoutes(p),
		commissionRoutes(p), bonusRoutes(p), linkRoutes(p, o), clickRoutes(p, o), moneyRoutes(p), alertRoutes(p),
	)))
	document = describe(routes).JSON()
	return routes
}

func serviceRoutes(o Options, document *[]byte) []rpc.Route {
	return []rpc.Route{
		rpc.On("GET /healthz", "health.live", http.StatusOK, rpc.Public(), live).
			Saying("Says that the process runs."),
		rpc.On("GET /readyz", "health.ready", http.StatusOK, rpc.Public(), ready(o.Ready)).
			Saying("Says whether requests can be served."),

		rpc.On("GET /v1/openapi.json", "docs.document", http.StatusOK, rpc.Public(), described(document)).
			Saying("Gives this document.").Giving("application/json"),
		rpc.On("GET /docs", "docs.page", http.StatusOK, rpc.Public(), docs).
			Saying("Shows this document to people.").Giving("text/html"),
		rpc.On("GET /docs/{file}", "docs.file", http.StatusOK, rpc.Public(), docsFile).
			Saying("Gives a file that the page loads.").Giving("text/javascript", "text/css", "image/png"),
	}
}

func peopleRoutes(p *twist.Platform) []rpc.Route {
	return []rpc.Route{
		rpc.On("POST /v1/auth/challenges", "auth.challenge", http.StatusCreated, rpc.Public(), challenge(p.Identity)).
			Saying("Asks for a text that proves a wallet once it is signed."),
		rpc.On("POST /v1/auth/sessions", "auth.sign_in", http.StatusCreated, rpc.Public(), signIn(p.Identity)).
			Saying("Answers a challenge with its signature and opens a session."),
		rpc.On("POST /v1/auth/refresh", "auth.refresh", http.StatusOK, rpc.Public(), refreshSession(p.Identity)).
			Saying("Trades a refresh token for the next tokens of its session."),
		rpc.On("GET /v1/auth/sessions", "auth.sessions", http.StatusOK, rpc.Session(), listSessions(p.Identity)).
			Saying("Lists the caller's sessions."),
		rpc.On("DELETE /v1/auth/sessions", "auth.sign_out_all", http.StatusNoContent, rpc.Session(), signOutAll(p.Identity)).
			Saying("Ends all of the caller's sessions."),
		rpc.On("DELETE /v1/auth/sessions/current", "auth.sign_out", http.StatusNoContent, rpc.Session(), signOut(p.Identity)).
			Saying("Ends the session that asks."),
		rpc.On("DELETE /v1/auth/sessions/{id}", "auth.revoke_session", http.StatusNoContent, rpc.Session(), revokeSession(p.Identity)).
			Saying("Ends one of the caller's sessions."),
		rpc.On("GET /.well-known/jwks.json", "auth.keys", http.StatusOK, rpc.Public(), keys(p.Identity)).Keeping(identity.KeysLife).
			Saying("Lists the keys with which access tokens are verified."),

		rpc.On("GET /v1/me", "me.account", http.StatusOK, rpc.Session(), me(p.Identity)).
			Saying("Shows the caller's account."),
		rpc.On("GET /v1/me/wallets", "me.wallets", http.StatusOK, rpc.Session(), wallets(p.Identity)).
			Saying("Lists the wallets of the caller's account."),
		rpc.On("POST /v1/me/wallets/challenges", "me.link_challenge", http.StatusCreated, rpc.Session(), linkChallenge(p.Identity)).
			Saying("Asks for a text by which a wallet joins the caller's account once it is signed."),
		rpc.On("POST /v1/me/wallets", "me.link_wallet", http.StatusCreated, rpc.Session(), linkWallet(p.Identity)).
			Saying("Answers that challenge and links the wallet."),
		rpc.On("DELETE /v1/me/wallets/{wallet}", "me.unlink_wallet", http.StatusNoContent, rpc.Session(), unlinkWallet(p.Identity)).
			Saying("Takes a wallet off the caller's account and ends its sessions."),
		rpc.On("GET /v1/me/balances", "me.balances", http.StatusOK, rpc.Session(), balances(p.Ledger)).
			Saying("Shows what the caller has, owes and can spend."),
		rpc.On("GET /v1/me/deposits", "me.deposits", http.StatusOK, rpc.Session(), deposits(p.Ledger)).
			Saying("Says where to send tokens, and lists those that arrived."),
		rpc.On("GET /v1/me/positions", "me.positions", http.StatusOK, rpc.Session(), positions(p.Staking)).
			Saying("Lists the caller's stakes and what they have earned."),
		rpc.On("GET /v1/me/portfolio", "me.portfolio", http.StatusOK, rpc.Session(), portfolio(p.Staking)).
			Saying("Adds up all that the caller has staked, and shows each position with its pool."),
		rpc.On("GET /v1/me/influencer", "me.influencer", http.StatusOK, rpc.Session(), profile(p.Identity)).
			Saying("Shows all of the caller's profile."),
		rpc.On("GET /v1/me/applications", "me.applications", http.StatusOK, rpc.Session(), applications(p.Identity)).
			Saying("Lists what the caller applied for, and what was decided."),
		rpc.On("GET /v1/me/commissions", "me.commissions", http.StatusOK, rpc.Session(), commissions(p.Attribution)).
			Saying("Lists what the caller earned by recommending."),
		rpc.On("GET /v1/me/commissions.csv", "me.export_commissions", http.StatusOK, rpc.Session(), exportCommissions(p.Attribution)).
			Saying("Gives all that the caller earned by recommending as a table; its last record says end and how many stand before it, and without it something is missing.").
			Giving("text/csv"),
	}
}

// keyRoutes are of API keys. The answer that makes one holds a secret: no key of a call keeps it to give it again.
func keyRoutes(p *twist.Platform) []rpc.Route {
	return []rpc.Route{
		rpc.On("POST /v1/me/api-keys", "me.make_key", http.StatusCreated, rpc.Session(), makeKey(p.Identity)).
			Saying("Makes an API key, and shows its text this once."),
		rpc.On("GET /v1/me/api-keys", "me.keys", http.StatusOK, rpc.Session(), listKeys(p.Identity)).
			Saying("Lists the caller's API keys."),
		rpc.On("DELETE /v1/me/api-keys/{id}", "me.revoke_key", http.StatusNoContent, rpc.Session(), revokeKey(p.Identity)).
			Saying("Revokes one of the caller's API keys."),
	}
}

// personRoutes are what a person may ask about everything that is stored of them.
func personRoutes(p *twist.Platform) []rpc.Route {
	return []rpc.Route{
		rpc.On("GET /v1/me/export", "me.export", http.StatusOK, rpc.Session(), export(p.Identity)).
			Saying("Gives everything that is stored of the caller's account, one JSON object a line; the last line is of kind end, and without it something is missing.").
			Giving("application/x-ndjson"),
		rpc.On("POST /v1/me/erasure/challenges", "me.erasure_challenge", http.StatusCreated, rpc.Session(), erasureChallenge(p.Identity)).
			Saying("Asks for a text by which a wallet agrees that the caller's account is erased once it is signed."),
		rpc.On("POST /v1/me/erasure", "me.erase", http.StatusNoContent, rpc.Session(), erase(p.Identity)).
			Saying("Answers that challenge and erases the caller's account for good, unless something of it is open."),
	}
}

// profileRoutes are of influencers, and of what they apply for.
func profileRoutes(p *twist.Platform) []rpc.Route {
	operator := rpc.Role(identity.RoleOperator)
	return []rpc.Route{
		rpc.On("POST /v1/influencers", "influencers.register", http.StatusCreated, rpc.Session(), register(p.Identity)).
			Saying("Makes the caller an influencer."),
		rpc.On("GET /v1/influencers/availability", "influencers.availability", http.StatusOK, rpc.Public(), availability(p.Identity)).
			Saying("Says whether a username can be registered."),
		rpc.On("PATCH /v1/influencers/me", "influencers.change", http.StatusOK, rpc.Session(), changeProfile(p.Identity)).
			Saying("Changes the fields of the caller's profile that are given."),
		rpc.On("POST /v1/influencers/me/email/resend", "influencers.resend_email", http.StatusAccepted, rpc.Session(), resendEmail(p.Identity)).
			Saying("Asks for another letter to the address that is to be proven."),
		rpc.On("POST /v1/influencers/me/email/verify", "influencers.verify_email", http.StatusOK, rpc.Session(), verifyEmail(p.Identity)).
			Saying("Proves the caller's email by the token of the newest letter."),
		rpc.On("GET /v1/influencers/{username}", "influencers.get", http.StatusOK, rpc.Public(), influencer(p.Identity)).
			Saying("Shows an influencer."),

		rpc.On("POST /v1/applications", "applications.apply", http.StatusCreated, rpc.Session(), apply(p.Identity)).
			Saying("Applies for something that operators grant."),
		rpc.On("GET /v1/operate/applications", "operate.applications", http.StatusOK, operator, applicationsIn(p.Identity)).
			Saying("Lists the applications in a state."),
		rpc.On("POST /v1/operate/applications/{id}/approve", "operate.approve_application", http.StatusOK, operator, approveApplication(p.Identity)).
			Saying("Grants what was applied for."),
		rpc.On("POST /v1/operate/applications/{id}/reject", "operate.reject_application", http.StatusOK, operator, rejectApplication(p.Identity)).
			Saying("Refuses what was applied for, and says why."),
		rpc.On("POST /v1/operate/influencers/{username}/badge/withdrawal", "operate.withdraw_badge", http.StatusOK, operator, withdrawBadge(p.Identity)).
			Saying("Takes the badge from an influencer, and says why."),
		rpc.On("POST /v1/operate/pools/{id}/suspension", "operate.suspend_pool", http.StatusOK, operator, suspendPool(p.Staking)).
			Saying("Lets nothing into a pool, whatever its influencer decides, and says why; everybody leaves when they like."),
		rpc.On("POST /v1/operate/pools/{id}/release", "operate.release_pool", http.StatusOK, operator, decidePool(p.Staking.ReleasePool)).
			Saying("Ends the suspension of a pool, which is then as its influencer decided."),
		rpc.On("GET /v1/operate/mails", "operate.mails", http.StatusOK, operator, mailsIn(p.Identity)).
			Saying("Lists the mails in a state, without what they say and to whom."),
	}
}

func poolRoutes(p *twist.Platform) []rpc.Route {
	return []rpc.Route{
		rpc.Once("POST /v1/pools", "pools.open", http.StatusCreated, rpc.Session(), openPool(p.Staking)).
			Saying("Opens the caller's pool."),
		rpc.On("GET /v1/pools", "pools.list", http.StatusOK, rpc.Public(), listPools(p.Staking)).
			Saying("Searches the pools."),
		rpc.On("GET /v1/pools/{id}", "pools.get", http.StatusOK, rpc.Public(), pool(p.Staking)).
			Saying("Shows a pool, its yield and its trend."),
		rpc.On("GET /v1/pools/{id}/stakers", "pools.stakers", http.StatusOK, rpc.Public(), stakers(p.Staking)).
			Saying("Lists who has staked most in a pool, without saying who that is."),
		rpc.On("GET /v1/pools/{id}/activity", "pools.activity", http.StatusOK, rpc.Public(), activity(p.Staking)).
			Saying("Lists what was staked in a pool, what left and what was shared, the newest first."),
		rpc.On("GET /v1/pools/{id}/history", "pools.history", http.StatusOK, rpc.Public(), history(p.Staking)).
			Saying("Shows the last thirty days of a pool."),
		rpc.Once("POST /v1/pools/{id}/stakes", "pools.stake", http.StatusCreated, rpc.Session(), stake(p.Staking)).
			Saying("Stakes tokens in a pool."),
		rpc.Once("POST /v1/pools/{id}/unstakes", "pools.leave", http.StatusCreated, rpc.Session(), leave(p.Staking)).
			Saying("Takes staked tokens out of a pool: at once, or by way of its cooldown."),
		rpc.Once("POST /v1/pools/{id}/claims", "pools.claim", http.StatusCreated, rpc.Session(), claim(p.Staking)).
			Saying("Claims what the caller's stake in a pool has earned."),
		rpc.On("PATCH /v1/pools/{id}/position", "pools.change_position", http.StatusOK, rpc.Session(), changePosition(p.Staking)).
			Saying("Says whether what the caller's stake in a pool earns is staked again by itself."),

		rpc.On("PATCH /v1/pools/{id}", "pools.change", http.StatusOK, rpc.Session(), changePool(p.Staking)).
			Saying("Announces the settings of the caller's pool that are given; they bind from the next epoch on."),
		rpc.Once("POST /v1/pools/{id}/pause", "pools.pause", http.StatusOK, rpc.Session(), decidePool(p.Staking.PausePool)).
			Saying("Makes the caller's pool refuse new stakes."),
		rpc.Once("POST /v1/pools/{id}/resume", "pools.resume", http.StatusOK, rpc.Session(), decidePool(p.Staking.ResumePool)).
			Saying("Opens the caller's paused pool to stakes again."),
		rpc.Once("POST /v1/pools/{id}/close", "pools.close", http.StatusOK, rpc.Session(), decidePool(p.Staking.ClosePool)).
			Saying("Ends the caller's pool for good; everybody leaves when they like."),
		// A distribution is keyed by its source.
		rpc.On("POST /v1/pools/{id}/distributions", "pools.distribute", http.StatusCreated, rpc.Session(), distribute(p.Staking)).
			Saying("Gives tokens of the caller's to the fans of the caller's pool; the source is its key, so the same again gives nothing more."),

		rpc.Once("POST /v1/me/portfolio/rebalance", "me.rebalance", http.StatusOK, rpc.Session(), rebalance(p.Staking.Rebalance)).
			Saying("Spreads what the caller has staked in the pools named over the same pools, all of it at once or nothing."),
		rpc.On("POST /v1/me/portfolio/rebalance/preview", "me.preview_rebalance", http.StatusOK, rpc.Session(), rebalance(p.Staking.PlanRebalance)).
			Saying("Shows what that would move now, or why it would be refused, and moves nothing."),

		rpc.On("GET /v1/me/tickets", "me.tickets", http.StatusOK, rpc.Session(), tickets(p.Staking)).
			Saying("Lists what the caller took out of pools and what became of it."),
		rpc.Once("POST /v1/me/tickets/{id}/withdraw", "me.withdraw_ticket", http.StatusOK, rpc.Session(), withdrawTicket(p.Staking)).
			Saying("Pays a ticket whose cooldown is over."),
		rpc.Once("POST /v1/me/tickets/{id}/cancel", "me.cancel_ticket", http.StatusOK, rpc.Session(), cancelTicket(p.Staking)).
			Saying("Stakes again what is cooling down."),
	}
}

func programRoutes(p *twist.Platform) []rpc.Route {
	return []rpc.Route{
		rpc.Once("POST /v1/programs", "programs.open", http.StatusCreated, rpc.Session(), openProgram(p.Attribution)).
			Saying("Opens a program that pays for orders."),
		rpc.On("GET /v1/programs", "programs.list", http.StatusOK, rpc.Session(), listPrograms(p.Attribution)).
			Saying("Lists the caller's programs; what each has of money it says itself."),
		rpc.On("GET /v1/programs/{id}", "programs.get", http.StatusOK, rpc.Session(), program(p.Attribution)).
			Saying("Shows one of the caller's programs and its funds."),
		rpc.On("GET /v1/programs/{id}/statistics", "programs.statistics", http.StatusOK, rpc.Session(), programStatistics(p.Attribution)).
			Saying("Counts the clicks, visitors and orders of one of the caller's programs by hour, day, week or month."),
		rpc.On("GET /v1/programs/{id}/conversions.csv", "programs.export_conversions", http.StatusOK, rpc.Session(), exportConversions(p.Attribution)).
			Saying("Gives all orders of one of the caller's programs as a table; its last record says end and how many stand before it, and without it something is missing.").
			Giving("text/csv"),
		rpc.On("GET /v1/programs/{id}/commissions.csv", "programs.export_commissions", http.StatusOK, rpc.Session(), exportCommissionsOf(p.Attribution)).
			Saying("Gives all that orders of one of the caller's programs earned as a table, which ends likewise.").
			Giving("text/csv"),
		rpc.On("GET /v1/programs/{id}/top-links", "programs.top_links", http.StatusOK, rpc.Session(), topOfProgram(p.Attribution)).
			Saying("Ranks the links of one of the caller's programs by what they brought on whole days, 366 at most."),
		rpc.Once("POST /v1/programs/{id}/fund", "programs.fund", http.StatusOK, rpc.Session(), fund(p.Attribution)).
			Saying("Puts tokens into a program's budget."),
		rpc.Once("POST /v1/programs/{id}/withdraw", "programs.withdraw", http.StatusOK, rpc.Session(), withdraw(p.Attribution)).
			Saying("Takes tokens out of a program's budget, unless something that was earned waits for it."),
		// These say how a thing shall be: said again, they change nothing.
		rpc.On("PATCH /v1/programs/{id}", "programs.change", http.StatusOK, rpc.Session(), changeProgram(p.Attribution)).
			Saying("Changes what orders to come earn; what was earned stays as it is."),
		rpc.On("PUT /v1/programs/{id}/rates", "programs.set_rates", http.StatusOK, rpc.Session(), setRates(p.Attribution)).
			Saying("Sets all that items of orders to come earn, for products and tiers; what was earned stays as it is."),
		rpc.On("POST /v1/programs/{id}/close", "programs.close", http.StatusOK, rpc.Session(), closeProgram(p.Attribution)).
			Saying("Closes a program for good; what was clicked before still earns."),

		// An order and a refund are keyed by the merchant's own ids: they need no other key.
		rpc.On("POST /v1/conversions", "conversions.report", http.StatusCreated, rpc.Session(), reportConversion(p.Attribution)).
			Saying("Reports an order; its id is its key, so the same order again earns nothing more. What an order earns that comes within moments of its click, or otherwise as no buyer's does, is held until somebody has looked: wait a while before you try one by hand."),
		rpc.On("GET /v1/conversions/{id}", "conversions.get", http.StatusOK, rpc.Session(), conversion(p.Attribution)).
			Saying("Shows one of the caller's conversions."),
		rpc.On("GET /v1/conversions/{id}/explanation", "conversions.explain", http.StatusOK, rpc.Session(), explanation(p.Attribution)).
			Saying("Says why an order earned what for whom: all of it to its merchant, and to an influencer her own part."),
		rpc.On("GET /v1/conversions/{id}/explanation/{model}", "conversions.replay", http.StatusOK, rpc.Session(), replay(p.Attribution)).
			Saying("Says what an order would have earned for whom under another model, and changes nothing."),
		rpc.On("POST /v1/conversions/{id}/refunds", "conversions.refund", http.StatusCreated, rpc.Session(), refund(p.Attribution)).
			Saying("Reports a refund; its id is its key, so the same refund again takes back nothing more. Of a commission that was shared and is final nothing is taken back, and its kept says so; where all that is left is final the refund is refused."),
	}
}

func moneyRoutes(p *twist.Platform) []rpc.Route {
	operator := rpc.Role(identity.RoleOperator)
	deciding := rpc.Role(identity.RoleOperator, identity.RoleAdmin)
	return []rpc.Route{
		rpc.On("POST /v1/payouts/challenges", "payouts.challenge", http.StatusCreated, rpc.Session(), payoutChallenge(p.Payouts)).
			Saying("Asks for a text by which a wallet agrees to a payout once it is signed."),
		rpc.Once("POST /v1/payouts", "payouts.request", http.StatusCreated, rpc.Session(), requestPayout(p.Payouts)).
			Saying("Asks for tokens to be paid to one of the caller's wallets."),
		rpc.On("GET /v1/payouts", "payouts.list", http.StatusOK, rpc.Session(), listPayouts(p.Payouts)).
			Saying("Lists the caller's payouts."),
		rpc.On("GET /v1/payouts/{id}", "payouts.get", http.StatusOK, rpc.Session(), payout(p.Payouts)).
			Saying("Shows one of the caller's payouts and its attempts."),
		rpc.Once("POST /v1/payouts/{id}/cancel", "payouts.cancel", http.StatusOK, rpc.Session(), cancelPayout(p.Payouts)).
			Saying("Takes a payout back before it is signed."),

		rpc.On("GET /v1/operate/payouts", "operate.payouts", http.StatusOK, deciding, waitingPayouts(p.Payouts)).
			Saying("Lists the payouts that wait for a second person, the oldest first."),
		// A decision is keyed by its payout: made again by whoever made it, it changes nothing.
		rpc.On("POST /v1/operate/payouts/{id}/approval", "operate.approve_payout", http.StatusOK, deciding, approvePayout(p.Payouts)).
			Saying("Agrees to a payout as the second person."),
		rpc.On("POST /v1/operate/payouts/{id}/rejection", "operate.reject_payout", http.StatusOK, deciding, rejectPayout(p.Payouts)).
			Saying("Refuses a payout as the second person, and says why; the tokens go back to its payee."),

		rpc.On("GET /v1/operate/verification", "operate.verify", http.StatusOK, operator, verify(p.Ledger.Verify)).
			Saying("Recomputes the books and lists whatever differs, once for all who ask meanwhile."),
		rpc.On("GET /v1/operate/reconciliation", "operate.reconcile", http.StatusOK, operator, reconcile(p.Ledger)).
			Saying("Compares what the ledger owes with what the treasury holds on chain."),
		rpc.On("POST /v1/operate/accounts/{id}/sessions/revoke", "operate.revoke_sessions", http.StatusNoContent, deciding, revokeAccount(p.Identity)).
			Saying("Ends all sessions of an account."),
		rpc.On("PUT /v1/operate/accounts/{id}/roles/{role}", "operate.grant_role", http.StatusNoContent, deciding, grantRole(p.Identity)).
			Saying("Gives an account a role."),
		rpc.On("DELETE /v1/operate/accounts/{id}/roles/{role}", "operate.revoke_role", http.StatusNoContent, deciding, revokeRole(p.Identity)).
			Saying("Takes a role from an account."),
		rpc.On("GET /v1/operate/audit", "operate.audit", http.StatusOK, operator, audit(p.Identity)).
			Saying("Lists who did what from where."),
	}
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
	ID string `json:"-" path:"id"`
}

// unlessZero is a moment, or nothing where there was none.
func unlessZero(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
