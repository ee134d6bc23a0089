package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
)

// ids are the ids of what a page lists.
func ids(r reply) (all []string) {
	for _, item := range listing(r)["items"].([]any) {
		all = append(all, item.(map[string]any)["id"].(string))
	}
	return all
}

// staked is a world with three pools in which 10, 20 and 300 TWIST stand, and their ids.
func staked(t *testing.T) (w *world, pools []string) {
	t.Helper()
	w = newWorld(t)
	for i, amount := range []money.Amount{10, 20, 300} {
		owner := newParty(t)
		w.enter(owner)
		w.register(owner, fmt.Sprintf("owner-%d", i))
		pools = append(pools, w.openPool(owner))
		w.must(w.fan, "/v1/pools/"+pools[i]+"/stakes", object{"amount": amount * twist})
	}
	_, err := w.system.Platform.Staking.ComputeFigures(t.Context())
	require.NoError(t, err)
	return w, pools
}

// S-01, S-09, S-11, P-40: pools are found by what is asked for, and what cannot be asked for is refused with
// a code.
func TestPoolsAreSearched(t *testing.T) {
	t.Parallel()
	w, pools := staked(t)
	search := func(query string) reply { return w.do(nil, http.MethodGet, "/v1/pools?"+query, nil) }
	require.Equal(t, []string{pools[2], pools[1], pools[0], w.pool}, ids(search("")), "most staked comes first")
	for query, want := range map[string][]string{
		"query=OWNER_1": {pools[1]}, "query=ow&sort=tier&limit=2": {pools[2], pools[1]}, "query=nobody": nil,
		"min_staked=20000000000": {pools[2], pools[1]}, "min_staked=20000000001": {pools[2]}, "tiers=SILVER,GOLD": nil,
		"tiers=BRONZE&state=active&min_staked=1": {pools[2], pools[1], pools[0]}, "state=closed": nil, "min_apy_bps=1": nil,
		"query=" + url.QueryEscape("'; DROP TABLE pools; --"): nil, "query=%25": nil, "min_apy_bps=100000": nil,
	} {
		r := search(query)
		require.Equal(t, http.StatusOK, r.status, query)
		require.Equal(t, want, ids(r), query)
	}
	for query, code := range map[string]string{
		"sort=up": "search_invalid", "min_staked=-1": "search_invalid", "min_apy_bps=100001": "search_invalid", "state=drained": "search_invalid",
		"min_staked=x": "amount_malformed", "min_apy_bps=1.5": "parameter_invalid", "tiers=WOOD": "parameter_invalid", "tiers=GOLD,GOLD": "parameter_invalid",
		"tiers=,": "parameter_invalid", "limit=0": "parameter_invalid", "limit=101": "parameter_invalid", "limit=-1": "parameter_invalid", "offset=1": "parameter_invalid",
		"query=" + strings.Repeat("a", 101): "parameter_invalid", "cursor=x": "parameter_invalid",
	} {
		search(query).refused(http.StatusBadRequest, code)
	}
	require.Equal(t, http.StatusOK, search("query="+strings.Repeat("a", 100)).status)
}

// P-37: a cursor goes on with its own search, and with no other.
func TestACursorIsOfItsSearch(t *testing.T) {
	t.Parallel()
	w, pools := staked(t)
	search := func(query string) reply { return w.do(nil, http.MethodGet, "/v1/pools?limit=1&"+query, nil) }
	const asked = "sort=total_staked&min_staked=1&tiers=BRONZE,GOLD"
	next := search(asked).text("next")
	require.Equal(t, []string{pools[1]}, ids(search(asked+"&cursor="+next)))
	require.Equal(t, []string{pools[1]}, ids(search("sort=total_staked&min_staked=1&tiers=GOLD,BRONZE&cursor="+next)), "tiers have no order")
	for _, other := range []string{
		"sort=staker_count&min_staked=1&tiers=BRONZE,GOLD", "min_staked=2&tiers=BRONZE,GOLD", "min_staked=1&tiers=BRONZE", "min_staked=1",
		asked + "&query=o", asked + "&state=active", asked + "&min_apy_bps=1",
	} {
		search(other+"&cursor="+next).refused(http.StatusBadRequest, "parameter_invalid")
	}
	plain, err := base64.RawURLEncoding.DecodeString(next)
	require.NoError(t, err)
	for _, forged := range []string{string(plain) + ".x", strings.Replace(string(plain), ".300000000000.", ".x.", 1), strings.Replace(string(plain), ".300000000000.", ".-1.", 1), strings.TrimSuffix(string(plain), pools[2])} {
		search(asked+"&cursor="+base64.RawURLEncoding.EncodeToString([]byte(forged))).refused(http.StatusBadRequest, "parameter_invalid")
	}
}

// F-34, P-12: the page of a pool and its lists agree, and name nobody.
func TestThePageOfAPool(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.earn()
	path := "/v1/pools/" + w.pool
	get := func(what string) reply {
		r := w.do(nil, http.MethodGet, path+what, nil)
		for _, p := range []*party{w.ada, w.fan} {
			require.NotContains(t, string(r.body), string(p.account))
			require.NotContains(t, string(r.body), string(p.wallet))
		}
		return r
	}
	require.Equal(t, "ada", get("").object()["influencer"].(map[string]any)["username"])
	staker := get("/stakers").object()["items"].([]any)[0].(map[string]any)
	require.Equal(t, "500000000000", staker["staked"])
	require.EqualValues(t, 10_000, staker["share_bps"])
	happened := get("/activity").object()["items"].([]any)
	require.Len(t, happened, 2)
	require.Equal(t, "distribution", happened[0].(map[string]any)["kind"])
	require.Equal(t, staker["staker"], happened[1].(map[string]any)["staker"])
	days := get("/history").object()["days"].([]any)
	require.Len(t, days, 30)
	require.Equal(t, "0", days[0].(map[string]any)["total_staked"])
	today := days[29].(map[string]any)
	require.Equal(t, []any{"500000000000", "36000000000", float64(1)}, []any{today["total_staked"], today["distributed"], today["distribution_count"]})

	own := w.do(w.fan, http.MethodGet, "/v1/me/portfolio", nil).object()
	held := own["positions"].(map[string]any)["items"].([]any)[0].(map[string]any)
	require.Equal(t, staker["staker"], held["staker"], "who it is finds itself")
	require.Equal(t, "35999999999", own["claimable"], "in whole units")
	require.Equal(t, own["total_staked"], held["staked"])

	first := w.do(nil, http.MethodGet, path+"/activity?limit=1", nil)
	rest := w.do(nil, http.MethodGet, path+"/activity?limit=1&cursor="+first.text("next"), nil)
	require.Equal(t, happened, append(first.object()["items"].([]any), rest.object()["items"].([]any)...))
	for _, list := range []string{"/stakers", "/activity"} {
		for _, forged := range []string{"x", "1.2.3.4", "-1.1.pos_1", "1.-1", "0.0", "1.x"} {
			w.do(nil, http.MethodGet, path+list+"?cursor="+base64.RawURLEncoding.EncodeToString([]byte(forged)), nil).
				refused(http.StatusBadRequest, "parameter_invalid")
		}
	}
	for _, what := range []string{"", "/stakers", "/activity", "/history"} {
		w.do(nil, http.MethodGet, "/v1/pools/pool_nothing"+what, nil).refused(http.StatusNotFound, "pool_not_found")
	}
	w.do(w.fan, http.MethodGet, "/v1/me/portfolio?limit=1001", nil).refused(http.StatusBadRequest, "parameter_invalid")
}

// P-39: a cursor says no more of a staker than the list does: not the id of a position, in which the moment of its
// first stake stands.
func TestACursorNamesNoPosition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stake(w.fan, 10*twist)
	w.deposit(w.stranger, 100*twist)
	w.stake(w.stranger, 5*twist)
	path := "/v1/pools/" + w.pool + "/stakers?limit=1"
	next := w.do(nil, http.MethodGet, path, nil).text("next")
	plain, err := base64.RawURLEncoding.DecodeString(next)
	require.NoError(t, err)
	own := w.do(w.fan, http.MethodGet, "/v1/me/positions", nil)
	require.NotContains(t, string(plain), listing(own)["items"].([]any)[0].(map[string]any)["id"])
	second := w.do(nil, http.MethodGet, path+"&cursor="+next, nil).object()["items"].([]any)
	require.Equal(t, "5000000000", second[0].(map[string]any)["staked"])
}
