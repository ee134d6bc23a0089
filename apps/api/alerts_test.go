package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Of ten rapid stakes of 10 some are refused, and an operator sees an alert with what it is about and how bad it
// is, finds it among the open ones and resolves it.
func TestRapidStakesAlertAnOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.alert()
	list := func(query string) []any {
		return w.do(w.operator, http.MethodGet, "/v1/operate/alerts"+query, nil).object()["items"].([]any)
	}
	open := list("")
	require.Len(t, open, 1)
	alert := open[0].(map[string]any)
	require.Equal(t, []any{id, "stakes", "critical", "open"}, []any{alert["id"], alert["kind"], alert["severity"], alert["status"]})
	require.NotEmpty(t, alert["rules"])
	require.Equal(t, "alert_status_unknown", w.do(w.operator, http.MethodGet, "/v1/operate/alerts?status=lost", nil).code())

	require.Equal(t, "upheld", w.must(w.operator, "/v1/operate/alerts/"+id+"/upholding", nil).object()["status"])
	require.Equal(t, "alert_resolved", w.do(w.operator, http.MethodPost, "/v1/operate/alerts/"+id+"/upholding", nil).code())
	require.Equal(t, "dismissed", w.must(w.operator, "/v1/operate/alerts/"+id+"/dismissal", nil).object()["status"])
	require.Empty(t, list(""))
	require.Len(t, list("?status=dismissed"), 1)
}
