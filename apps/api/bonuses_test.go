package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// P-31: an influencer sees her own bonuses and nobody else's, and operators what is due, and that what is set aside does not
// reach. A rise of the tier is worth what the platform keeps.
func TestBonusesAreShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deposit(w.fan, 1_000*twist)
	w.stake(w.fan, 1_000*twist)
	require.Equal(t, http.StatusOK, w.do(w.shop, http.MethodPatch, "/v1/programs/"+w.program, object{"refund_days": 0}).status)
	w.must(w.shop, "/v1/conversions", w.order("order-1", 1_000*twist))
	w.work()
	month := time.Now().UTC().Format("2006-01")
	w.pass(62 * 24 * time.Hour)
	w.work()
	mine := w.ids(w.ada, "/v1/me/bonuses")
	require.Len(t, mine, 1)
	require.Empty(t, w.ids(w.fan, "/v1/me/bonuses"))
	require.Equal(t, mine, w.ids(w.operator, "/v1/operate/bonuses"))
	require.Empty(t, w.ids(w.operator, "/v1/operate/bonuses?state=paid"))
	bonus := w.do(w.operator, http.MethodGet, "/v1/operate/bonuses", nil).object()["items"].([]any)[0].(map[string]any)
	require.Subset(t, bonus, map[string]any{
		"kind": "tier", "tier": "SILVER", "fees": "20000000000", "amount": "20000000000", "state": "due", "account_id": string(w.ada.account),
	})
	require.Contains(t, []any{month, time.Now().UTC().Format("2006-01")}, bonus["month"])
	require.NotContains(t, bonus, "conversions")
	require.Contains(t, bonus, "short_at")
	require.NotContains(t, w.do(w.ada, http.MethodGet, "/v1/me/bonuses", nil).object()["items"].([]any)[0], "short_at")
	w.do(w.operator, http.MethodGet, "/v1/operate/bonuses?state=gone", nil).refused(http.StatusBadRequest, "bonus_state_unknown")
	alerts := w.do(w.operator, http.MethodGet, "/v1/operate/alerts", nil).object()["items"].([]any)
	require.Len(t, alerts, 1)
	require.Subset(t, alerts[0], map[string]any{"kind": "bonuses", "subject_id": "bonuses", "account_id": string(w.ada.account)})
}
