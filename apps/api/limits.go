package api

import (
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

// scoped says what API keys may call, and with which scope. A route that is not named here refuses every key:
// payouts are asked for, tokens given away, and wallets, sessions, keys, roles and addresses of people managed, by a person.
func scoped(routes []rpc.Route) []rpc.Route {
	scopes := map[string]identity.Scope{}
	for scope, names := range map[identity.Scope][]string{
		identity.ScopeAccount: {
			"me.account", "me.balances", "me.deposits", "me.positions", "me.portfolio", "me.tickets", "me.commissions",
			"me.export_commissions", "me.bonuses",
		},
		identity.ScopeStaking: {
			"pools.open", "pools.change", "pools.pause", "pools.resume", "pools.stake", "pools.leave", "pools.claim",
			"pools.change_position",
			"me.withdraw_ticket", "me.cancel_ticket", "me.rebalance", "me.preview_rebalance",
		},
		identity.ScopePrograms: {
			"programs.open", "programs.commissions", "programs.list", "programs.get", "programs.statistics",
			"programs.top_links", "programs.export_conversions", "programs.export_commissions", "programs.fund",
			"programs.withdraw", "programs.change", "programs.set_rates",
			"programs.promo_codes", "programs.reservations", "programs.reserve_promo", "programs.release_promo",
		},
		identity.ScopeLinks: {
			"links.make", "links.make_many", "links.list", "links.get", "links.statistics", "links.withdraw", "links.restore",
			"links.qr_svg", "links.qr_png",
			"me.top_links",
		},
		identity.ScopeConversions: {
			"conversions.report", "conversions.get", "conversions.explain", "conversions.replay", "conversions.refund",
			"commissions.approve", "commissions.reject", "commissions.decide",
		},
		identity.ScopePayouts: {"payouts.list", "payouts.get"},
	} {
		for _, name := range names {
			scopes[name] = scope
		}
	}
	for i, route := range routes {
		if scope, ok := scopes[route.Name]; ok {
			routes[i] = route.Scoped(scope)
		}
	}
	return routes
}

// classed puts every route under the limits of its class. A route that is not named here is rpc.Strict.
func classed(routes []rpc.Route) []rpc.Route {
	classes := map[string]rpc.Class{}
	for class, names := range map[rpc.Class][]string{
		rpc.Exempt:  {"health.live", "health.ready"},
		rpc.SignIn:  {"auth.challenge", "auth.sign_in"},
		rpc.Refresh: {"auth.refresh"},
		rpc.Reads: {
			"auth.keys", "auth.sessions",
			"me.account", "me.wallets", "me.balances", "me.deposits", "me.positions", "me.tickets", "me.commissions",
			"me.bonuses", "me.keys", "me.influencer", "me.applications", "me.portfolio", "me.top_links",
			"influencers.get",
			"operate.applications", "operate.mails", "operate.payouts", "operate.alerts", "operate.commissions",
			"operate.bonuses", "operate.audit",
			"pools.list", "pools.get", "pools.stakers", "pools.activity", "pools.history",
			"programs.commissions", "programs.list", "programs.get", "programs.statistics", "programs.top_links", "programs.promo_codes", "programs.reservations",
			"links.list", "links.get", "links.statistics", "links.qr_svg", "links.qr_png",
			"conversions.get", "conversions.explain", "conversions.replay", "payouts.list", "payouts.get",
			"docs.document", "docs.page", "docs.file",
		},
		rpc.Follows: {"links.follow"},
		rpc.Beacons: {"clicks.tell"},
		rpc.Writes: {
			"me.erasure_challenge", "me.erase", "me.link_challenge", "me.link_wallet", "me.unlink_wallet", "me.make_key",
			"me.revoke_key",
			"payouts.challenge", "influencers.register", "influencers.change", "applications.apply",
			"programs.reserve_promo", "programs.release_promo",
			"links.make", "links.withdraw", "links.restore", "auth.sign_out", "auth.sign_out_all", "auth.revoke_session",
			"operate.revoke_sessions", "operate.grant_role", "operate.revoke_role", "operate.approve_application",
			"operate.reject_application", "operate.withdraw_badge", "operate.dismiss_alert", "operate.uphold_alert",
			"operate.suspend_pool", "operate.release_pool", "operate.hold_commission", "operate.release_commission",
			"operate.reject_commission",
		},
		rpc.Money: {
			"pools.open", "pools.change", "pools.pause", "pools.resume", "pools.close", "pools.distribute", "pools.stake",
			"pools.leave", "pools.claim", "pools.change_position",
			"me.withdraw_ticket", "me.cancel_ticket", "me.rebalance", "me.preview_rebalance",
			"programs.open", "programs.fund", "programs.withdraw", "programs.change", "programs.set_rates", "programs.close",
			"commissions.waive", "commissions.approve", "commissions.reject", "commissions.decide", "links.make_many",
			"conversions.report", "conversions.refund", "payouts.request", "payouts.cancel",
			"operate.approve_payout", "operate.reject_payout",
		},
		rpc.Costly: {
			"me.export", "me.export_commissions", "programs.export_conversions", "programs.export_commissions",
			"operate.verify", "operate.reconcile",
		},
	} {
		for _, name := range names {
			classes[name] = class
		}
	}
	for i, route := range routes {
		routes[i] = route.Under(classes[route.Name])
	}
	return routes
}
