package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Over HTTP a merchant applies and is granted its role; a badge is for the name that an operator read, and is
// taken back for a reason that its influencer alone is shown.
func TestMerchantsAndBadges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	decide := func(id, how string) reply {
		return w.do(w.operator, http.MethodPost, "/v1/operate/applications/"+id+"/"+how, nil)
	}
	merchant := w.must(w.shop, "/v1/applications", object{"kind": "merchant", "text": "We sell tea."})
	require.NotContains(t, merchant.object(), "display_name")
	require.Equal(t, http.StatusOK, decide(merchant.text("id"), "approve").status)
	require.Contains(t, w.do(w.shop, http.MethodGet, "/v1/me", nil).object()["roles"], "merchant")
	w.do(w.shop, http.MethodPost, "/v1/applications", object{"kind": "merchant", "text": "Again."}).refused(http.StatusConflict, "already_granted")

	badge := w.apply(w.ada)
	listed := w.do(w.operator, http.MethodGet, "/v1/operate/applications", nil)
	require.Equal(t, "ada", rowsOf(listed)[0].(map[string]any)["display_name"])
	shows := func(name string) {
		w.do(w.ada, http.MethodPatch, "/v1/influencers/me", object{"display_name": name}).text("id")
	}
	shows("TWIST Support")
	decide(badge, "approve").refused(http.StatusConflict, "application_outdated")
	shows("ada")
	require.Equal(t, http.StatusOK, decide(badge, "approve").status)

	withdraw := func(by *party, body object) reply {
		return w.do(by, http.MethodPost, "/v1/operate/influencers/Ada/badge/withdrawal", body)
	}
	withdraw(w.fan, object{"reason": "Mine."}).refused(http.StatusForbidden, "forbidden")
	withdraw(w.operator, object{"reason": " "}).refused(http.StatusBadRequest, "application_reason_invalid")
	require.Equal(t, false, withdraw(w.operator, object{"reason": "It is not Ada."}).object()["verified"])
	withdraw(w.operator, object{"reason": "Again."}).refused(http.StatusConflict, "badge_missing")
	require.Equal(t, "It is not Ada.", w.do(w.ada, http.MethodGet, "/v1/me/influencer", nil).text("badge_withdrawn"))
	require.NotContains(t, string(w.do(nil, http.MethodGet, "/v1/influencers/ada", nil).body), "It is not Ada.")
	require.Contains(t, string(w.do(w.operator, http.MethodGet, "/v1/operate/audit?limit=100", nil).body), "identity.badge_withdrawn")
	w.verified()
}
