package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// A fan asks what a rebalance would do, does it, and finds it in the portfolio: what was previewed is what happens,
// and nothing is staked that was not before.
func TestAFanRebalances(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bea := newParty(t)
	w.enter(bea)
	w.register(bea, "bea")
	other := w.openPool(bea)
	w.must(w.fan, "/v1/pools/"+w.pool+"/stakes", object{"amount": 10 * twist})
	w.must(w.fan, "/v1/pools/"+other+"/stakes", object{"amount": 2 * twist})
	wanted := object{"mode": "custom", "pools": []object{{"pool_id": w.pool, "share_bps": 2_500}, {"pool_id": other, "share_bps": 7_500}}}

	previewed := w.do(w.fan, http.MethodPost, "/v1/me/portfolio/rebalance/preview", wanted)
	require.Equal(t, http.StatusOK, previewed.status)
	plan := previewed.object()
	require.NotContains(t, plan, "rebalance_id")
	require.Equal(t, []any{"12000000000", "7000000000", "0"}, []any{plan["total_staked"], plan["moved"], plan["rewards"]})

	done := w.must(w.fan, "/v1/me/portfolio/rebalance", wanted).object()
	require.NotEmpty(t, done["rebalance_id"])
	for _, name := range []string{"total_staked", "moved", "rewards"} {
		require.Equal(t, plan[name], done[name], name)
	}
	staked := map[string]any{}
	for _, p := range w.do(w.fan, http.MethodGet, "/v1/me/positions", nil).object()["items"].([]any) {
		position := p.(map[string]any)
		staked[position["pool_id"].(string)] = position["staked"]
	}
	require.Equal(t, map[string]any{w.pool: "3000000000", other: "9000000000"}, staked)
}
