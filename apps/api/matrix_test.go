package api_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
)

// asked is what one route is asked, and what each caller is told: the status, and the code of a refusal.
// What stands in brackets is a thing of the world that matrixWorld makes.
type asked struct {
	path, body string

	nobody, stranger, fan, influencer, merchant, operator string
}

// everyone is told the same.
func everyone(path, body, told string) asked {
	return asked{path, body, told, told, told, told, told, told}
}

// signedIn is told the same to whoever has a session.
func signedIn(path, body, told string) asked {
	return asked{path, body, noToken, told, told, told, told, told}
}

// only is told to one caller; the others who have a session are told other.
func only(who, path, body, told, other string) asked {
	a := signedIn(path, body, other)
	*map[string]*string{"fan": &a.fan, "influencer": &a.influencer, "merchant": &a.merchant, "operator": &a.operator}[who] = told
	return a
}

const (
	noToken   = "401 token_missing"
	forbidden = "403 forbidden"
)

// matrix has a row for every route.
func matrix() map[string]asked {
	const amount = `{"amount":"1000000000"}`
	return map[string]asked{
		"health.live":  everyone("/healthz", "", "200"),
		"health.ready": everyone("/readyz", "", "200"),

		"docs.document": everyone("/v1/openapi.json", "", "200"),
		"docs.page":     everyone("/docs", "", "200"),
		"docs.file":     everyone("/docs/swagger-ui.css", "", "200"),

		"auth.challenge":      everyone("/v1/auth/challenges", `{"address":"[wallet]"}`, "201"),
		"auth.sign_in":        everyone("/v1/auth/sessions", `{"challenge_id":"chal_0","signed_message":"eA==","signature":"eA=="}`, "401 challenge_unknown"),
		"auth.refresh":        everyone("/v1/auth/refresh", `{"refresh_token":"twr1.x","client":"`+installation+`"}`, "401 refresh_token_invalid"),
		"auth.sessions":       signedIn("/v1/auth/sessions", "", "200"),
		"auth.sign_out_all":   signedIn("/v1/auth/sessions", "", "204"),
		"auth.sign_out":       signedIn("/v1/auth/sessions/current", "", "204"),
		"auth.revoke_session": only("fan", "/v1/auth/sessions/[session]", "", "204", "404 session_not_found"),
		"auth.keys":           everyone("/.well-known/jwks.json", "", "200"),

		"me.account":     signedIn("/v1/me", "", "200"),
		"me.wallets":     signedIn("/v1/me/wallets", "", "200"),
		"me.balances":    signedIn("/v1/me/balances", "", "200"),
		"me.deposits":    signedIn("/v1/me/deposits", "", "200"),
		"me.positions":   signedIn("/v1/me/positions", "", "200"),
		"me.portfolio":   signedIn("/v1/me/portfolio", "", "200"),
		"me.make_key":    signedIn("/v1/me/api-keys", `{"name":"a shop","scopes":["links:write"]}`, "201"),
		"me.keys":        signedIn("/v1/me/api-keys", "", "200"),
		"me.revoke_key":  only("fan", "/v1/me/api-keys/[key]", "", "204", "404 api_key_not_found"),
		"me.commissions": signedIn("/v1/me/commissions", "", "200"),
		"me.bonuses":     signedIn("/v1/me/bonuses", "", "200"),

		"me.link_challenge": signedIn("/v1/me/wallets/challenges", `{"address":"[wallet]"}`, "201"),
		"me.link_wallet":    signedIn("/v1/me/wallets", `{"challenge_id":"chal_0","signed_message":"eA==","signature":"eA=="}`, "401 challenge_unknown"),
		"me.unlink_wallet": {
			"/v1/me/wallets/[wallet]", "", noToken, "409 last_wallet", "404 wallet_not_found", "404 wallet_not_found", "404 wallet_not_found", "404 wallet_not_found",
		},

		"me.export": signedIn("/v1/me/export", "", "200"),

		"me.erasure_challenge": signedIn("/v1/me/erasure/challenges", `{}`, "201"),
		"me.erase":             signedIn("/v1/me/erasure", `{"challenge_id":"chal_0","signed_message":"eA==","signature":"eA=="}`, "401 challenge_unknown"),

		"me.influencer":   only("influencer", "/v1/me/influencer", "", "200", "404 influencer_not_found"),
		"me.applications": signedIn("/v1/me/applications", "", "200"),

		"influencers.availability": everyone("/v1/influencers/availability?username=ADA", "", "200"),
		"influencers.change":       only("influencer", "/v1/influencers/me", `{"bio":"Counts."}`, "200", "404 influencer_not_found"),
		"influencers.resend_email": signedIn("/v1/influencers/me/email/resend", "", "202"),
		"influencers.verify_email": signedIn("/v1/influencers/me/email/verify", `{"token":"x"}`, "400 email_token_invalid"),
		"applications.apply":       only("influencer", "/v1/applications", `{"kind":"influencer_verified","text":"I am Ada."}`, "409 application_open", "404 influencer_not_found"),
		"influencers.register":     only("influencer", "/v1/influencers", `{"username":"ADA","accept_terms":true}`, "409 already_influencer", "409 username_taken"),
		"influencers.get":          everyone("/v1/influencers/[username]", "", "200"),

		"pools.open":     only("influencer", "/v1/pools", `{"share_bps":2000,"min_stake":"1000000000"}`, "409 pool_exists", "403 not_an_influencer"),
		"pools.list":     everyone("/v1/pools", "", "200"),
		"pools.get":      everyone("/v1/pools/[pool]", "", "200"),
		"pools.stakers":  everyone("/v1/pools/[pool]/stakers", "", "200"),
		"pools.activity": everyone("/v1/pools/[pool]/activity", "", "200"),
		"pools.history":  everyone("/v1/pools/[pool]/history", "", "200"),
		"pools.stake":    {"/v1/pools/[pool]/stakes", amount, noToken, "400 insufficient_funds", "201", "403 own_pool", "201", "400 insufficient_funds"},
		"pools.leave":    only("fan", "/v1/pools/[pool]/unstakes", amount, "201", "404 position_not_found"),
		"pools.claim":    only("fan", "/v1/pools/[pool]/claims", "", "201", "404 position_not_found"),

		"pools.change_position": only("fan", "/v1/pools/[pool]/position", `{"auto_compound":true}`, "200", "404 position_not_found"),

		"pools.change":     only("influencer", "/v1/pools/[pool]", `{"share_bps":1000}`, "200", "403 not_pool_owner"),
		"pools.pause":      only("influencer", "/v1/pools/[pool]/pause", "", "200", "403 not_pool_owner"),
		"pools.resume":     only("influencer", "/v1/pools/[pool]/resume", "", "409 pool_transition", "403 not_pool_owner"),
		"pools.close":      only("influencer", "/v1/pools/[pool]/close", "", "200", "403 not_pool_owner"),
		"pools.distribute": only("influencer", "/v1/pools/[pool]/distributions", `{"source":"gift-1","amount":"1000"}`, "201", "403 not_pool_owner"),

		"me.rebalance":         signedIn("/v1/me/portfolio/rebalance", `{"mode":"equal","pools":[{"pool_id":"[pool]"}]}`, "400 rebalance_pools_invalid"),
		"me.preview_rebalance": signedIn("/v1/me/portfolio/rebalance/preview", `{"mode":"equal","pools":[{"pool_id":"[pool]"},{"pool_id":"pool_none"}]}`, "404 pool_not_found"),

		"me.tickets":         signedIn("/v1/me/tickets", "", "200"),
		"me.withdraw_ticket": only("fan", "/v1/me/tickets/[ticket]/withdraw", "", "409 cooldown_active", "404 ticket_not_found"),
		"me.cancel_ticket":   only("fan", "/v1/me/tickets/[ticket]/cancel", "", "200", "404 ticket_not_found"),

		"programs.open":     signedIn("/v1/programs", `{"name":"Mine","commission_bps":100}`, "201"),
		"programs.list":     signedIn("/v1/programs", "", "200"),
		"programs.get":      only("merchant", "/v1/programs/[program]", "", "200", "404 program_not_found"),
		"programs.fund":     only("merchant", "/v1/programs/[program]/fund", amount, "200", "404 program_not_found"),
		"programs.withdraw": only("merchant", "/v1/programs/[program]/withdraw", amount, "200", "404 program_not_found"),

		"programs.statistics":         only("merchant", "/v1/programs/[program]/statistics", "", "200", "404 program_not_found"),
		"programs.top_links":          only("merchant", "/v1/programs/[program]/top-links", "", "200", "404 program_not_found"),
		"programs.export_conversions": only("merchant", "/v1/programs/[program]/conversions.csv", "", "200", "404 program_not_found"),
		"programs.export_commissions": only("merchant", "/v1/programs/[program]/commissions.csv", "", "200", "404 program_not_found"),
		"me.export_commissions":       signedIn("/v1/me/commissions.csv", "", "200"),
		"links.statistics":            only("influencer", "/v1/links/[link]/statistics", "", "200", "404 link_not_found"),
		"me.top_links":                signedIn("/v1/me/top-links", "", "200"),

		"programs.change":    only("merchant", "/v1/programs/[program]", `{"commission_bps":200}`, "200", "404 program_not_found"),
		"programs.set_rates": only("merchant", "/v1/programs/[program]/rates", `{"commission_bps":200,"rates":[]}`, "200", "404 program_not_found"),
		"programs.close":     only("merchant", "/v1/programs/[program]/close", "", "200", "404 program_not_found"),
		"commissions.waive":  only("influencer", "/v1/commissions/[commission]/waiver", "", "409 commission_state", "404 commission_not_found"),

		"programs.promo_codes":       only("merchant", "/v1/programs/[program]/promo-codes", "", "200", "404 program_not_found"),
		"programs.reservations":      only("merchant", "/v1/programs/[program]/reservations", "", "200", "404 program_not_found"),
		"programs.reserve_promo":     only("merchant", "/v1/programs/[program]/reservations/SUMMER20", "", "200", "404 program_not_found"),
		"programs.release_promo":     only("merchant", "/v1/programs/[program]/reservations/SUMMER20", "", "204", "404 program_not_found"),
		"programs.commissions":       only("merchant", "/v1/programs/[program]/commissions", "", "200", "404 program_not_found"),
		"commissions.approve":        only("merchant", "/v1/commissions/[commission]/approve", "", "409 commission_state", "404 commission_not_found"),
		"commissions.reject":         only("merchant", "/v1/commissions/[commission]/reject", `{"reason":"No."}`, "409 commission_state", "404 commission_not_found"),
		"commissions.decide":         signedIn("/v1/commissions/decisions", `{"decisions":[{"commission_id":"comm_none","act":"approve"}]}`, "200"),
		"operate.bonuses":            only("operator", "/v1/operate/bonuses", "", "200", forbidden),
		"operate.commissions":        only("operator", "/v1/operate/commissions", "", "200", forbidden),
		"operate.hold_commission":    only("operator", "/v1/operate/commissions/[commission]/hold", `{"reason":"Why?"}`, "409 commission_state", forbidden),
		"operate.release_commission": only("operator", "/v1/operate/commissions/[commission]/release", "", "409 commission_state", forbidden),
		"operate.reject_commission":  only("operator", "/v1/operate/commissions/[commission]/reject", `{"reason":"No."}`, "409 commission_state", forbidden),

		"links.make":      only("influencer", "/v1/links", `{"program_id":"[program]","destination":"https://shop.example/"}`, "201", "403 not_an_influencer"),
		"links.make_many": only("influencer", "/v1/links/bulk", `{"links":[{"program_id":"[program]","destination":"https://shop.example/"}]}`, "200", "403 not_an_influencer"),
		"links.list":      signedIn("/v1/links", "", "200"),
		"links.get":       only("influencer", "/v1/links/[link]", "", "200", "404 link_not_found"),
		"links.withdraw":  only("influencer", "/v1/links/[link]/withdraw", "", "200", "404 link_not_found"),
		"links.restore":   only("influencer", "/v1/links/[link]/restore", `{}`, "200", "404 link_not_found"),
		"links.qr_svg":    only("influencer", "/v1/links/[link]/qr.svg", "", "200", "404 link_not_found"),
		"links.qr_png":    only("influencer", "/v1/links/[link]/qr.png", "", "200", "404 link_not_found"),
		"links.follow":    everyone("/r/[code]", "", "302"),
		"clicks.tell":     everyone("/v1/clicks", `{"code":"[code]"}`, "202"),

		"conversions.report": only("merchant", "/v1/conversions", `{"program_id":"[program]","order_id":"o","amount":"1000","currency":"TWIST","click_id":"[click]"}`, "201", "404 program_not_found"),
		"conversions.get":    only("merchant", "/v1/conversions/[conversion]", "", "200", "404 conversion_not_found"),
		"conversions.explain": {
			"/v1/conversions/[conversion]/explanation", "", noToken, "404 conversion_not_found", "404 conversion_not_found", "200", "200", "404 conversion_not_found",
		},
		"conversions.replay": only("merchant", "/v1/conversions/[conversion]/explanation/linear", "", "200", "404 conversion_not_found"),
		"conversions.refund": only("merchant", "/v1/conversions/[conversion]/refunds", `{"refund_id":"r","amount":"1000"}`, "201", "404 conversion_not_found"),

		"payouts.challenge": signedIn("/v1/payouts/challenges", `{"amount":"10000000000"}`, "201"),
		"payouts.request":   {"/v1/payouts", `{"amount":"10000000000"}`, noToken, "400 insufficient_funds", "201", "201", "201", "400 insufficient_funds"},
		"payouts.list":      signedIn("/v1/payouts", "", "200"),
		"payouts.get":       only("fan", "/v1/payouts/[payout]", "", "200", "404 payout_not_found"),
		"payouts.cancel":    only("fan", "/v1/payouts/[payout]/cancel", "", "200", "404 payout_not_found"),

		"operate.verify":    only("operator", "/v1/operate/verification", "", "200", forbidden),
		"operate.reconcile": only("operator", "/v1/operate/reconciliation", "", "200", forbidden),
		"operate.audit":     only("operator", "/v1/operate/audit", "", "200", forbidden),

		"operate.payouts":        only("operator", "/v1/operate/payouts", "", "200", forbidden),
		"operate.approve_payout": only("operator", "/v1/operate/payouts/[large]/approval", "", "200", forbidden),
		"operate.reject_payout":  only("operator", "/v1/operate/payouts/[large]/rejection", `{"reason":"Call us."}`, "200", forbidden),

		"operate.alerts":        only("operator", "/v1/operate/alerts", "", "200", forbidden),
		"operate.dismiss_alert": only("operator", "/v1/operate/alerts/[alert]/dismissal", "", "200", forbidden),
		"operate.uphold_alert":  only("operator", "/v1/operate/alerts/[alert]/upholding", "", "200", forbidden),

		"operate.applications":        only("operator", "/v1/operate/applications", "", "200", forbidden),
		"operate.approve_application": only("operator", "/v1/operate/applications/[application]/approve", "", "200", forbidden),
		"operate.reject_application":  only("operator", "/v1/operate/applications/[application]/reject", `{"reason":"No proof."}`, "200", forbidden),
		"operate.withdraw_badge":      only("operator", "/v1/operate/influencers/[star]/badge/withdrawal", `{"reason":"It is not Bea."}`, "200", forbidden),
		"operate.suspend_pool":        only("operator", "/v1/operate/pools/[pool]/suspension", `{"reason":"Whose is this?"}`, "200", forbidden),
		"operate.release_pool":        only("operator", "/v1/operate/pools/[pool]/release", "", "409 pool_transition", forbidden),
		"operate.mails":               only("operator", "/v1/operate/mails", "", "200", forbidden),

		"operate.revoke_sessions": only("operator", "/v1/operate/accounts/[account]/sessions/revoke", "", "204", forbidden),
		"operate.grant_role":      only("operator", "/v1/operate/accounts/[account]/roles/merchant", "", "204", forbidden),
		"operate.revoke_role":     only("operator", "/v1/operate/accounts/[account]/roles/merchant", "", "204", forbidden),
	}
}

// matrixWorld is a world in which everything exists that a path can name, and what stands for it there.
func matrixWorld(t testing.TB) (*world, map[string]string) {
	t.Helper()
	w := newWorld(t)
	w.earn()
	w.deposit(w.fan, 10_001*twist)
	return w, map[string]string{
		"[large]": w.large(w.fan).text("id"), "[star]": w.star(),
		"[pool]": w.pool, "[program]": w.program, "[commission]": w.do(w.ada, http.MethodGet, "/v1/me/commissions", nil).object()["items"].([]any)[0].(map[string]any)["id"].(string),
		"[code]": w.code, "[username]": "ada", "[link]": w.do(w.ada, http.MethodGet, "/v1/links", nil).object()["items"].([]any)[0].(map[string]any)["id"].(string),
		"[conversion]": w.must(w.shop, "/v1/conversions", w.order("order-2", 100*twist)).text("id"),
		"[payout]":     w.must(w.fan, "/v1/payouts", object{"amount": 10 * twist}).text("id"),
		"[click]":      w.click(), "[wallet]": string(w.stranger.wallet), "[account]": string(w.stranger.account),
		"[application]": w.must(w.ada, "/v1/applications", object{"kind": "influencer_verified", "text": "I am Ada."}).text("id"),
		"[key]":         w.must(w.fan, "/v1/me/api-keys", object{"name": "a shop", "scopes": []string{"links:write"}}).object()["key"].(map[string]any)["id"].(string),
		"[alert]":       w.alert(),
		"[ticket]":      w.ticket(5 * twist),
		"[session]":     w.do(w.fan, http.MethodGet, "/v1/auth/sessions", nil).object()["items"].([]any)[0].(map[string]any)["id"].(string),
	}
}

// star is the username of an influencer who carries the badge.
func (w *world) star() string {
	w.t.Helper()
	bea := newParty(w.t)
	w.enter(bea)
	w.register(bea, "bea")
	w.must(w.operator, "/v1/operate/applications/"+w.apply(bea)+"/approve", nil)
	return "bea"
}

// never is an id of the same form that names nothing. What everyone may see stays: there is nothing to hide.
func never(name, id string) string {
	if !slices.Contains([]string{"[program]", "[conversion]", "[payout]", "[large]", "[session]", "[application]", "[key]", "[ticket]", "[link]", "[commission]", "[alert]"}, name) {
		return id
	}
	end := strings.Repeat("0", 8)
	return id[:max(0, len(id)-len(end))] + end
}

// P-16, P-34, I-10: every route of the table is asked by everyone, and each is told what the row says. A
// refusal changes nothing; and what is somebody else's is answered, to the byte, like what never was.
func TestRouteMatrix(t *testing.T) {
	t.Parallel()
	rows := matrix()
	for _, route := range api.Routes(newSystem(t, config()).system.Platform, api.Options{}) {
		row, ok := rows[route.Name]
		if !ok {
			t.Errorf("%s has no row in the matrix: say what each caller is told", route.Name)
			continue
		}
		delete(rows, route.Name)
		t.Run(route.Name, func(t *testing.T) {
			t.Parallel()
			w, things := matrixWorld(t)
			method, pattern, _ := strings.Cut(route.Pattern, " ")
			require.Equal(t, strings.Count(pattern, "/"), strings.Count(row.path, "/"), "the row's path is the route's")
			ask := func(who int, by *party, swap func(string) string) reply {
				return w.do(by, method, swap(row.path), swap(row.body), "Idempotency-Key", "matrix-"+strconv.Itoa(who))
			}
			named := func(id func(name, thing string) string) func(string) string {
				return func(text string) string {
					for name, thing := range things {
						text = strings.ReplaceAll(text, name, id(name, thing))
					}
					return text
				}
			}
			theirs, nothing := named(func(_, thing string) string { return thing }), named(never)
			callers := []*party{nil, w.stranger, w.fan, w.ada, w.shop, w.operator}
			told := []string{row.nobody, row.stranger, row.fan, row.influencer, row.merchant, row.operator}
			order := []int{0, 1, 2, 3, 4, 5} // who is refused asks first: nothing has changed yet
			slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(told[b][:1], told[a][:1]) })
			before := w.snapshot()
			for _, who := range order {
				r := ask(who, callers[who], theirs)
				answer := strconv.Itoa(r.status)
				if r.status >= http.StatusBadRequest {
					answer += " " + r.code()
					require.Equal(t, before, w.snapshot(), "a refusal changes nothing")
				}
				require.Equal(t, told[who], answer, "caller %d: %s", who, r.body)
				if r.status == http.StatusNotFound {
					require.Equal(t, bare(ask(who, callers[who], nothing)), bare(r), "caller %d can tell them apart", who)
				}
			}
		})
	}
	for name := range rows {
		t.Errorf("%s is in the matrix and no route", name)
	}
	paths, ok := newWorld(t).do(nil, http.MethodGet, "/v1/openapi.json", nil).object()["paths"].(map[string]any)
	require.True(t, ok)
	rows = matrix()
	for path, operations := range paths {
		for method, operation := range operations.(map[string]any) {
			if fields, ok := operation.(map[string]any); ok {
				require.Contains(t, rows, fields["operationId"], "%s %s is in the document and has no row", method, path)
			}
		}
	}
}

// bare is an answer without what names the request.
func bare(r reply) (answer []any) {
	body, header := r.object(), r.header.Clone()
	delete(body, "request_id")
	header.Del("X-Request-ID")
	header.Del("Content-Length")
	return append(answer, r.status, body, header)
}
