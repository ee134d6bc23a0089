package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/identity"
)

const installation = "the-secret-of-an-installation"

// enterFrom signs a party in from a client and gives the answer.
func (w *world) enterFrom(p *party, client string) reply {
	w.t.Helper()
	answer := p.signed(w.must(nil, "/v1/auth/challenges", object{"address": p.wallet}))
	answer["client"] = client
	r := w.must(nil, "/v1/auth/sessions", answer)
	p.account, p.token = identity.AccountID(r.text("account_id")), r.text("access_token")
	return r
}

func (w *world) refresh(token, client any) reply {
	w.t.Helper()
	return w.do(nil, http.MethodPost, "/v1/auth/refresh", object{"refresh_token": token, "client": client})
}

func (w *world) remove(by *party, path string) reply {
	w.t.Helper()
	return w.do(by, http.MethodDelete, path, nil)
}

// done wants an answer that says nothing.
func (r reply) done() {
	r.t.Helper()
	require.Equal(r.t, http.StatusNoContent, r.status, string(r.body))
	require.Empty(r.t, r.body)
	require.Empty(r.t, r.header.Get("Content-Type"))
}

// E-11: a session goes on over HTTP, a lost answer is given again, a stolen token ends it; no token is logged.
func TestSessionsAreRefreshed(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	p := newParty(t)
	in := w.enterFrom(p, installation)
	require.EqualValues(t, identity.IdleLife/time.Second, in.object()["refresh_expires_in"])
	w.system.Sandbox.Advance(time.Hour)
	w.do(p, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "token_expired")
	next := w.refresh(in.text("refresh_token"), installation)
	require.Equal(t, http.StatusOK, next.status, string(next.body))
	require.Equal(t, in.text("session_id"), next.text("session_id"))
	require.Equal(t, "Bearer", next.text("token_type"))
	require.EqualValues(t, identity.IdleLife/time.Second, next.object()["refresh_expires_in"])
	require.EqualValues(t, identity.AccessLife/time.Second, next.object()["expires_in"])
	p.token = next.text("access_token")
	require.Equal(t, http.StatusOK, w.do(p, http.MethodGet, "/v1/me", nil).status)
	require.Equal(t, next.text("refresh_token"), w.refresh(in.text("refresh_token"), installation).text("refresh_token"))

	for name, test := range map[string]struct {
		token, client any
		status        int
		code          string
	}{
		"no_token":        {"", installation, 401, "refresh_token_invalid"},
		"an_access_token": {p.token, installation, 401, "refresh_token_invalid"},
		"cut":             {next.text("refresh_token")[1:], installation, 401, "refresh_token_invalid"},
		"a_short_client":  {next.text("refresh_token"), "short", 400, "client_invalid"},
		"no_client":       {next.text("refresh_token"), "", 400, "client_invalid"},
		"not_text":        {next.text("refresh_token"), 7, 400, "body_malformed"},
	} {
		t.Run(name, func(t *testing.T) { w.refresh(test.token, test.client).refused(test.status, test.code) })
	}
	p.token = next.text("refresh_token")
	w.do(p, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "token_invalid")
	p.token = next.text("access_token")

	w.refresh(next.text("refresh_token"), "the-secret-of-a-thief").refused(http.StatusUnauthorized, "refresh_token_reused")
	w.refresh(next.text("refresh_token"), installation).refused(http.StatusUnauthorized, "session_ended")
	w.do(p, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "session_ended")
	for _, secret := range []string{in.text("refresh_token"), next.text("refresh_token"), next.text("access_token"), installation} {
		require.NotContains(t, w.log.String(), secret)
	}

	without := w.enterFrom(p, "")
	require.NotContains(t, string(without.body), "refresh")
	w.do(nil, http.MethodPost, "/v1/auth/sessions", func() object {
		answer := p.signed(w.must(nil, "/v1/auth/challenges", object{"address": p.wallet}))
		answer["client"] = "short"
		return answer
	}()).refused(http.StatusBadRequest, "client_invalid")
}

// P-34, I-10: everybody lists and ends their own sessions, and nobody else's are there.
func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	phone, laptop, stranger := newParty(t), &party{}, newParty(t)
	*laptop = *phone
	one, two := w.enterFrom(phone, installation).text("session_id"), w.enterFrom(laptop, installation).text("session_id")
	foreign := w.enterFrom(stranger, installation).text("session_id")
	listed := func(by *party) map[string]any {
		current := map[string]any{}
		for _, item := range w.do(by, http.MethodGet, "/v1/auth/sessions", nil).object()["items"].([]any) {
			row := item.(map[string]any)
			require.Len(t, row, 6, "no secret and nothing else is shown")
			current[row["id"].(string)] = row["current"]
		}
		return current
	}
	require.Equal(t, map[string]any{one: true, two: false}, listed(phone))
	require.Equal(t, map[string]any{one: false, two: true}, listed(laptop))
	first := w.do(phone, http.MethodGet, "/v1/auth/sessions?limit=1", nil)
	rest := w.do(phone, http.MethodGet, "/v1/auth/sessions?cursor="+first.text("next"), nil)
	require.Len(t, rest.object()["items"], 1)
	require.NotContains(t, rest.object(), "next")

	w.remove(phone, "/v1/auth/sessions/"+foreign).refused(http.StatusNotFound, "session_not_found")
	w.remove(phone, "/v1/auth/sessions/sess_never").refused(http.StatusNotFound, "session_not_found")
	require.Len(t, listed(stranger), 1)
	w.remove(phone, "/v1/auth/sessions/"+two).done()
	w.remove(phone, "/v1/auth/sessions/"+two).done()
	w.do(laptop, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "session_ended")
	require.Equal(t, map[string]any{one: true}, listed(phone))
	w.remove(phone, "/v1/auth/sessions/current").done()
	w.do(phone, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "session_ended")
	w.remove(phone, "/v1/auth/sessions/current").refused(http.StatusUnauthorized, "session_ended")

	w.enterFrom(phone, installation)
	w.enterFrom(laptop, installation)
	w.remove(phone, "/v1/auth/sessions").done()
	for _, by := range []*party{phone, laptop} {
		w.do(by, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "session_ended")
	}
	require.Len(t, listed(stranger), 1)
}

// Operators end sessions and grant what they may; a grant and its end hold from the next request on.
func TestOperatorsDecideAboutAccounts(t *testing.T) {
	t.Parallel()
	root, clerk, p := newParty(t), newParty(t), newParty(t)
	w := newSystem(t, config(root.wallet))
	for _, who := range []*party{root, clerk, p} {
		w.enterFrom(who, installation)
	}
	role := func(by *party, method string, of *party, name string) reply {
		return w.do(by, method, "/v1/operate/accounts/"+string(of.account)+"/roles/"+name, nil)
	}
	role(clerk, http.MethodPut, p, "merchant").refused(http.StatusForbidden, "forbidden")
	role(root, http.MethodPut, clerk, "operator").done()
	role(root, http.MethodPut, clerk, "operator").done()
	require.Equal(t, []any{"user", "operator"}, w.do(clerk, http.MethodGet, "/v1/me", nil).object()["roles"])
	role(clerk, http.MethodPut, p, "merchant").done()
	role(clerk, http.MethodPut, p, "operator").refused(http.StatusForbidden, "role_too_high")
	role(clerk, http.MethodPut, clerk, "merchant").refused(http.StatusForbidden, "role_own")
	role(clerk, http.MethodPut, p, "user").refused(http.StatusBadRequest, "role_implied")
	role(clerk, http.MethodPut, p, "root").refused(http.StatusBadRequest, "role_unknown")
	role(clerk, http.MethodPut, &party{account: "acct_never"}, "merchant").refused(http.StatusNotFound, "account_not_found")
	role(clerk, http.MethodDelete, p, "merchant").done()
	require.Equal(t, []any{"user"}, w.do(p, http.MethodGet, "/v1/me", nil).object()["roles"])

	w.do(clerk, http.MethodPost, "/v1/operate/accounts/"+string(p.account)+"/sessions/revoke", nil).done()
	w.do(p, http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, "session_ended")
	w.do(clerk, http.MethodPost, "/v1/operate/accounts/acct_never/sessions/revoke", nil).refused(http.StatusNotFound, "account_not_found")
	role(root, http.MethodDelete, clerk, "operator").done()
	role(clerk, http.MethodPut, p, "merchant").refused(http.StatusForbidden, "forbidden")

	role(root, http.MethodPut, clerk, "admin").done() // who is no operator, and decides about roles all the same
	role(clerk, http.MethodPut, p, "operator").done()
	w.do(clerk, http.MethodGet, "/v1/operate/verification", nil).refused(http.StatusForbidden, "forbidden")
	require.Equal(t, true, w.do(root, http.MethodGet, "/v1/operate/verification", nil).object()["ok"])
}
