package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
)

// S-04, S-08, S-12, S-13, P-14, P-40: a pool from its first stake until it is empty, over HTTP: every sum and count
// exact, every mistake refused by its own code.
func TestTheStoryOfAPool(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bea, none := w.stranger, newParty(t)
	w.enter(none)
	w.register(bea, "bea")
	w.register(none, "cleo")
	open := func(by *party, share, least money.Amount) reply {
		return w.post(by, "/v1/pools", "open-"+share.String(), object{"share_bps": int64(share), "min_stake": least})
	}
	open(bea, 6_000, twist).refused(http.StatusBadRequest, "revenue_share_above_maximum")
	require.Equal(t, http.StatusCreated, open(none, 0, twist).status, "to share nothing is allowed")
	made := open(bea, 2_000, 1_000*twist)
	require.Equal(t, http.StatusCreated, made.status, string(made.body))
	path := "/v1/pools/" + made.text("id")

	const most money.Amount = 1<<53 - 1 // of what JSON's numbers hold exactly
	w.deposit(w.fan, most)
	w.deposit(w.shop, 20_000*twist)
	w.deposit(bea, 1_000*twist)
	act := func(by *party, what string, body any) reply {
		w.keys++
		return w.post(by, path+what, "key-"+money.Amount(w.keys).String(), body)
	}
	stake := func(by *party, amount money.Amount) reply { return act(by, "/stakes", object{"amount": amount}) }
	leave := func(by *party, amount money.Amount) reply { return act(by, "/unstakes", object{"amount": amount}) }
	stands := func(total money.Amount, stakers int, tier string) {
		t.Helper()
		pool := w.do(nil, http.MethodGet, path, nil)
		require.Equal(t, total, pool.amount("total_staked"))
		require.EqualValues(t, stakers, pool.object()["staker_count"])
		require.Equal(t, tier, pool.text("tier"))
	}
	for amount, code := range map[any]string{
		twist / 2: "stake_below_minimum", 500 * twist: "stake_below_minimum", 1_000*twist - 1: "stake_below_minimum",
		1_000_000_000 * twist: "stake_above_maximum", "9223372036854775808": "amount_overflow", "1.5": "amount_malformed", "0x10": "amount_malformed",
	} {
		r := act(w.fan, "/stakes", object{"amount": amount})
		require.Equal(t, http.StatusBadRequest, r.status, "%v: %s", amount, r.body)
		require.Equal(t, code, r.code(), "%v", amount)
		if code == "stake_below_minimum" {
			require.Contains(t, r.text("title"), "Minimum stake")
		}
	}
	w.post(w.fan, "/v1/pools/pool_none/stakes", "none", object{"amount": twist}).refused(http.StatusNotFound, "pool_not_found")
	act(w.fan, "/claims", nil).refused(http.StatusNotFound, "position_not_found")
	leave(w.fan, twist).refused(http.StatusNotFound, "position_not_found")
	stands(0, 0, "BRONZE")

	require.Equal(t, http.StatusCreated, stake(w.fan, 10_000*twist).status)
	require.Equal(t, http.StatusCreated, stake(w.shop, 5_000*twist).status)
	stands(15_000*twist, 2, "GOLD")
	require.Equal(t, http.StatusCreated, leave(w.fan, 3_000*twist).status)
	require.Equal(t, http.StatusCreated, leave(w.shop, 2_000*twist).status)
	stands(10_000*twist, 2, "GOLD")
	leave(w.fan, 7_000*twist+1).refused(http.StatusBadRequest, "insufficient_stake")
	leave(w.fan, 6_500*twist).refused(http.StatusBadRequest, "stake_remainder_below_minimum")
	w.pass(epoch)
	var shares []any
	for _, one := range listing(w.do(nil, http.MethodGet, path+"/stakers", nil))["items"].([]any) {
		shares = append(shares, one.(map[string]any)["share_bps"])
	}
	require.Equal(t, []any{7_000.0, 3_000.0}, shares)

	require.Equal(t, http.StatusCreated, act(bea, "/distributions", object{"source": "gift", "amount": 200 * twist}).status)
	for by, earned := range map[*party]money.Amount{w.fan: 140 * twist, w.shop: 60 * twist} {
		require.Equal(t, earned-1, act(by, "/claims", nil).amount("rewards"), "the rest of the division is carried")
		act(by, "/claims", nil).refused(http.StatusBadRequest, "nothing_to_claim")
	}
	require.Equal(t, http.StatusCreated, leave(w.shop, 3_000*twist).status)
	stands(7_000*twist, 1, "SILVER")

	for _, what := range []string{"/pause", "/resume", "/close"} {
		act(w.fan, what, nil).refused(http.StatusForbidden, "not_pool_owner")
	}
	w.do(w.fan, http.MethodPatch, path, object{"share_bps": 1}).refused(http.StatusForbidden, "not_pool_owner")
	require.Equal(t, http.StatusOK, act(bea, "/pause", nil).status)
	stake(w.shop, 1_000*twist).refused(http.StatusConflict, "pool_not_active")
	act(bea, "/distributions", object{"source": "paused", "amount": twist}).refused(http.StatusConflict, "pool_not_active")
	require.Equal(t, http.StatusCreated, leave(w.fan, 3_500*twist).status, "a pause keeps nobody in")
	stands(3_500*twist, 1, "SILVER")
	require.Equal(t, http.StatusCreated, leave(w.fan, 3_500*twist).status)
	stands(0, 0, "BRONZE")
	require.Equal(t, http.StatusOK, act(bea, "/resume", nil).status)
	suspend := func(by *party, reason string) reply {
		return w.do(by, http.MethodPost, "/v1/operate"+path[len("/v1"):]+"/suspension", object{"reason": reason})
	}
	suspend(bea, "Mine.").refused(http.StatusForbidden, "forbidden")
	suspend(w.operator, "\n").refused(http.StatusBadRequest, "suspend_reason_invalid")
	require.Equal(t, "Whose is this?", suspend(w.operator, "Whose is this?").text("suspended"))
	require.Equal(t, "Whose is this?", w.do(nil, http.MethodGet, path, nil).text("suspended"))
	stake(w.fan, most).refused(http.StatusConflict, "pool_not_active")
	require.Equal(t, http.StatusOK, act(bea, "/pause", nil).status)
	require.Equal(t, http.StatusOK, act(bea, "/resume", nil).status)
	stake(w.fan, most).refused(http.StatusConflict, "pool_not_active")
	release := func(by *party) reply {
		return w.do(by, http.MethodPost, "/v1/operate"+path[len("/v1"):]+"/release", nil)
	}
	release(bea).refused(http.StatusForbidden, "forbidden")
	require.NotContains(t, release(w.operator).object(), "suspended")
	release(w.operator).refused(http.StatusConflict, "pool_transition")
	require.Contains(t, string(w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=100", nil).body), "staking.pool_suspended")
	require.Equal(t, http.StatusOK, w.do(bea, http.MethodPatch, path, object{"cooldown_seconds": 60}).status)
	w.pass(epoch)
	within := func(seconds int64) reply {
		return act(w.fan, "/stakes", object{"amount": most, "max_cooldown_seconds": seconds})
	}
	within(0).refused(http.StatusConflict, "cooldown_longer")
	within(59).refused(http.StatusConflict, "cooldown_longer")
	within(-1).refused(http.StatusBadRequest, "cooldown_out_of_range")
	within(30*86_400+1).refused(http.StatusBadRequest, "cooldown_out_of_range")
	stands(0, 0, "BRONZE")
	require.Equal(t, http.StatusCreated, within(60).status)
	stands(most, 1, "PLATINUM")
	w.verified()
}
