package api_test

import (
	"cmp"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/api"
)

// act is one call of a keyed route that succeeds, and what differs from it.
type act struct {
	by               *party
	path             string
	body             any
	other            any    // another body that would succeed too
	elsewhere        string // another address of the same route, if it has one
	another          *party // who may use the same key
	anotherSucceeds  bool
	anotherPath      string // where another acts, if not at the same address
	anotherRefusedAs string
}

// acts sets the scene of every keyed route.
func acts() map[string]func(w *world) act {
	return map[string]func(w *world) act{
		"pools.open": func(w *world) act {
			w.register(w.stranger, "bob")
			w.register(w.fan, "fan")
			return act{by: w.stranger, path: "/v1/pools", body: object{"share_bps": 1}, other: object{"share_bps": 2}, another: w.fan, anotherSucceeds: true}
		},
		"pools.stake": func(w *world) act {
			w.register(w.stranger, "bob")
			return act{
				by: w.fan, path: "/v1/pools/" + w.pool + "/stakes", body: object{"amount": twist}, other: object{"amount": twist, "max_cooldown_seconds": 0},
				elsewhere: "/v1/pools/" + w.openPool(w.stranger) + "/stakes", another: w.shop, anotherSucceeds: true,
			}
		},
		"pools.leave": func(w *world) act {
			w.stake(w.fan, 100*twist)
			w.stake(w.shop, 50*twist)
			return act{
				by: w.fan, path: "/v1/pools/" + w.pool + "/unstakes", body: object{"amount": twist}, other: object{"amount": 2 * twist},
				elsewhere: "/v1/pools/nothing/unstakes", another: w.shop, anotherSucceeds: true,
			}
		},
		"pools.claim": func(w *world) act {
			w.earn()
			return act{
				by: w.fan, path: "/v1/pools/" + w.pool + "/claims", other: "{}", elsewhere: "/v1/pools/nothing/claims",
				another: w.shop, anotherRefusedAs: "position_not_found",
			}
		},
		"pools.pause":  func(w *world) act { return w.decides("pause") },
		"pools.resume": func(w *world) act { return w.decides("resume") },
		"pools.close":  func(w *world) act { return w.decides("close") },
		"me.withdraw_ticket": func(w *world) act {
			w.earn()
			path := "/v1/me/tickets/" + w.ticket(5*twist) + "/withdraw"
			w.pass(24 * time.Hour)
			return act{by: w.fan, path: path, other: "{}", elsewhere: "/v1/me/tickets/nothing/withdraw", another: w.shop, anotherRefusedAs: "ticket_not_found"}
		},
		"me.cancel_ticket": func(w *world) act {
			w.earn()
			path := "/v1/me/tickets/" + w.ticket(5*twist) + "/cancel"
			return act{by: w.fan, path: path, other: "{}", elsewhere: "/v1/me/tickets/nothing/cancel", another: w.shop, anotherRefusedAs: "ticket_not_found"}
		},
		"me.rebalance": func(w *world) act {
			w.stake(w.fan, 100*twist)
			w.stake(w.shop, 50*twist)
			w.register(w.stranger, "bob")
			between := []object{{"pool_id": w.pool}, {"pool_id": w.openPool(w.stranger)}}
			return act{
				by: w.fan, path: "/v1/me/portfolio/rebalance", body: object{"mode": "equal", "pools": between},
				other: object{"mode": "custom", "pools": []object{{"pool_id": w.pool, "share_bps": 10_000}, between[1]}}, another: w.shop, anotherSucceeds: true,
			}
		},
		"programs.open": func(w *world) act {
			body := object{"name": "One", "commission_bps": 1}
			return act{by: w.shop, path: "/v1/programs", body: body, other: object{"name": "Two", "commission_bps": 1}, another: w.fan, anotherSucceeds: true}
		},
		"programs.fund": func(w *world) act {
			return act{
				by: w.shop, path: "/v1/programs/" + w.program + "/fund", body: object{"amount": twist}, other: object{"amount": "2"},
				elsewhere: "/v1/programs/" + w.openProgram(w.shop) + "/fund", another: w.fan, anotherSucceeds: true,
				anotherPath: "/v1/programs/" + w.openProgram(w.fan) + "/fund",
			}
		},
		"programs.withdraw": func(w *world) act {
			return act{
				by: w.shop, path: "/v1/programs/" + w.program + "/withdraw", body: object{"amount": twist}, other: object{"amount": "2"},
				elsewhere: "/v1/programs/" + w.openProgram(w.shop) + "/withdraw", another: w.fan, anotherRefusedAs: "program_not_found",
			}
		},
		"links.make_many": func(w *world) act {
			of := func(page string) object {
				return object{"links": []object{{"program_id": w.program, "destination": "https://shop.example/" + page}}}
			}
			return act{by: w.ada, path: "/v1/links/bulk", body: of("1"), other: of("2"), another: w.fan, anotherRefusedAs: "not_an_influencer"}
		},
		"links.make": func(w *world) act {
			w.register(w.fan, "fan")
			body := object{"program_id": w.program, "destination": "https://shop.example/1"}
			return act{
				by: w.ada, path: "/v1/links", body: body, other: object{"program_id": w.program, "destination": "https://shop.example/2"},
				another: w.fan, anotherSucceeds: true,
			}
		},
		"payouts.request": func(w *world) act {
			return act{by: w.fan, path: "/v1/payouts", body: object{"amount": 10 * twist}, other: object{"amount": 11 * twist}, another: w.shop, anotherSucceeds: true}
		},
		"commissions.approve": func(w *world) act { return w.judges(w.shop, "/v1/commissions/", "/approve", nil, "{}") },
		"commissions.reject": func(w *world) act {
			return w.judges(w.shop, "/v1/commissions/", "/reject", object{"reason": "No."}, object{"reason": "Never."})
		},
		"commissions.decide": func(w *world) act {
			decide := func(act string) object {
				return object{"decisions": []object{{"commission_id": w.earns(act), "act": act, "reason": "No."}}}
			}
			return act{
				by: w.shop, path: "/v1/commissions/decisions", body: decide("reject"), other: decide("approve"), another: w.fan, anotherSucceeds: true,
			}
		},
		"operate.hold_commission": func(w *world) act {
			return w.judges(w.operator, "/v1/operate/commissions/", "/hold", object{"reason": "Why?"}, object{"reason": "Who?"})
		},
		"operate.release_commission": func(w *world) act { return w.judges(w.operator, "/v1/operate/commissions/", "/release", nil, "{}") },
		"operate.reject_commission": func(w *world) act {
			return w.judges(w.operator, "/v1/operate/commissions/", "/reject", object{"reason": "No."}, object{"reason": "Never."})
		},
		"payouts.cancel": func(w *world) act {
			ask := func(by *party) string {
				return "/v1/payouts/" + w.must(by, "/v1/payouts", object{"amount": 10 * twist}).text("id") + "/cancel"
			}
			return act{
				by: w.fan, path: ask(w.fan), other: "{}", elsewhere: ask(w.fan), another: w.shop, anotherSucceeds: true, anotherPath: ask(w.shop),
			}
		},
	}
}

// decides has ada and another influencer take the same decision about their pools.
func (w *world) decides(what string) act {
	w.register(w.stranger, "bob")
	other := w.openPool(w.stranger)
	if what == "resume" {
		w.must(w.ada, "/v1/pools/"+w.pool+"/pause", nil)
		w.must(w.stranger, "/v1/pools/"+other+"/pause", nil)
	}
	return act{
		by: w.ada, path: "/v1/pools/" + w.pool + "/" + what, other: "{}", elsewhere: "/v1/pools/nothing/" + what,
		another: w.stranger, anotherSucceeds: true, anotherPath: "/v1/pools/" + other + "/" + what,
	}
}

// judges has somebody decide about commissions, which are held where an operator's decision needs that.
func (w *world) judges(by *party, before, after string, body, other any) act {
	one, two := w.earns("one"), w.earns("two")
	if by == w.operator && after != "/hold" {
		for _, id := range []string{one, two} {
			w.must(w.operator, before+id+"/hold", object{"reason": "Why?"})
		}
	}
	a := act{by: by, path: before + one + after, body: body, other: other, elsewhere: before + two + after, another: w.fan, anotherRefusedAs: "forbidden"}
	if by == w.shop {
		a.anotherRefusedAs = "commission_not_found"
	}
	return a
}

// P-01, P-07: a call that is sent again under its key gives the first answer and has no second effect,
// for ever and for its own account only.
func TestEveryKeyedRouteReplays(t *testing.T) {
	t.Parallel()
	scenes := acts()
	keyed := 0
	for _, route := range api.Routes(newSystem(t, config()).system.Platform, api.Options{}) {
		if !route.Keyed {
			continue
		}
		keyed++
		t.Run(route.Name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, scenes, route.Name, "a route that moves money and that no test repeats")
			w := newWorld(t)
			a := scenes[route.Name](w)

			w.post(a.by, a.path, "", a.body).refused(http.StatusBadRequest, "idempotency_key_missing")
			first := w.post(a.by, a.path, "the-key", a.body)
			require.Equal(t, route.Status, first.status, string(first.body))
			require.Empty(t, first.header.Get("Idempotency-Replayed"))
			before := w.snapshot()
			again := func() {
				t.Helper()
				r := w.post(a.by, a.path, "the-key", a.body)
				require.Equal(t, first.status, r.status, string(r.body))
				require.Equal(t, string(first.body), string(r.body))
				require.True(t, r.replayed())
			}
			again()
			again()
			w.post(a.by, a.path, "the-key", a.other).refused(http.StatusConflict, "idempotency_key_reused")
			if strings.Contains(route.Pattern, "{") {
				w.post(a.by, a.elsewhere, "the-key", a.body).refused(http.StatusConflict, "idempotency_key_reused")
			}
			require.Equal(t, before, w.snapshot(), "none of it had an effect")

			theirs := w.post(a.another, cmp.Or(a.anotherPath, a.path), "the-key", a.body)
			require.False(t, theirs.replayed())
			if a.anotherSucceeds {
				require.Equal(t, first.status, theirs.status, string(theirs.body))
				require.NotEqual(t, string(first.body), string(theirs.body), "a key belongs to an account")
			} else {
				require.Equal(t, a.anotherRefusedAs, theirs.code())
			}
			w.pass(400 * 24 * time.Hour)
			again()
			w.verified()
		})
	}
	require.Len(t, scenes, keyed)
}

// A key names a call of one operation: another operation may use the same one.
func TestAKeyBelongsToAnOperation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fund, withdraw := "/v1/programs/"+w.program+"/fund", "/v1/programs/"+w.program+"/withdraw"
	for _, path := range []string{fund, withdraw} {
		r := w.post(w.shop, path, "the-key", object{"amount": twist})
		require.Equal(t, http.StatusOK, r.status, string(r.body))
		require.False(t, r.replayed())
	}
	for _, path := range []string{fund, withdraw} {
		require.True(t, w.post(w.shop, path, "the-key", object{"amount": twist}).replayed())
	}
	require.Equal(t, 500*twist, w.balance(w.shop))
	w.verified()
}

// P-07: a refusal keeps nothing, so the same key serves once its cause is gone.
func TestARefusalKeepsNoKey(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path, code string
		status     int
		body       any
		by         func(w *world) *party
		cure       func(w *world)
	}{
		"pool_before_registering": {
			"/v1/pools", "not_an_influencer", 403,
			object{"share_bps": 1},
			func(w *world) *party { return w.stranger }, func(w *world) { w.register(w.stranger, "bob") },
		},
		"link_before_registering": {
			"/v1/links", "not_an_influencer", 403,
			object{"program_id": "{program}", "destination": "https://shop.example/"},
			func(w *world) *party { return w.stranger }, func(w *world) { w.register(w.stranger, "bob") },
		},
		"stake_without_tokens": {
			"/v1/pools/{pool}/stakes", "insufficient_funds", 400,
			object{"amount": 5_000 * twist},
			func(w *world) *party { return w.fan }, func(w *world) { w.deposit(w.fan, 5_000*twist) },
		},
		"exit_before_the_stake": {
			"/v1/pools/{pool}/unstakes", "position_not_found", 404,
			object{"amount": twist},
			func(w *world) *party { return w.fan }, func(w *world) { w.stake(w.fan, 10*twist) },
		},
		"claim_before_the_revenue": {
			"/v1/pools/{pool}/claims", "position_not_found", 404, nil,
			func(w *world) *party { return w.fan }, (*world).earn,
		},
		"budget_without_tokens": {
			"/v1/programs/{program}/fund", "insufficient_funds", 400,
			object{"amount": 5_000 * twist},
			func(w *world) *party { return w.shop }, func(w *world) { w.deposit(w.shop, 5_000*twist) },
		},
		"more_than_the_budget": {
			"/v1/programs/{program}/withdraw", "insufficient_funds", 400,
			object{"amount": 1_501 * twist},
			func(w *world) *party { return w.shop }, func(w *world) {
				w.must(w.shop, "/v1/programs/"+w.program+"/fund", object{"amount": twist})
			},
		},
		"payout_without_tokens": {
			"/v1/payouts", "insufficient_funds", 400,
			object{"amount": 50 * twist},
			func(w *world) *party { return w.ada }, (*world).earn,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			fill := strings.NewReplacer("{pool}", w.pool, "{program}", w.program)
			path := fill.Replace(test.path)
			if o, ok := test.body.(object); ok && o["program_id"] != nil {
				o["program_id"] = w.program
			}
			before := w.snapshot()
			for range 2 {
				w.post(test.by(w), path, "the-key", test.body).refused(test.status, test.code)
			}
			require.Equal(t, before, w.snapshot())
			test.cure(w)
			r := w.post(test.by(w), path, "the-key", test.body)
			require.Less(t, r.status, 300, string(r.body))
			require.False(t, r.replayed())
			require.True(t, w.post(test.by(w), path, "the-key", test.body).replayed())
			w.verified()
		})
	}
}
