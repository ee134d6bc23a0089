package api_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/testkit/forge"
)

// E-03: TestHostileTokens holds every forgery against the door itself. The session behind it is live and the key
// is the right one, so the token alone decides; and a forger learns nothing from any answer.
func TestHostileTokens(t *testing.T) {
	t.Parallel()
	private := ed25519.NewKeyFromSeed([]byte("a seed that only this test knows"))
	c := config()
	c.TokenKey = boot.NewSecret(hex.EncodeToString(private.Seed()))
	w := newSystem(t, c)
	p := newParty(t)
	w.enter(p)
	forger := forge.New(p.token, private)
	ask := func(token string) reply { return w.do(&party{token: token}, http.MethodGet, "/v1/me", nil) }
	require.Equal(t, http.StatusOK, ask(forger.With(nil, nil)).status, "what is forged is good but for one thing")

	answer := func(r reply) object {
		o := r.object()
		delete(o, "request_id")
		return o
	}
	refusal := answer(ask("nothing"))
	refused := func(t *testing.T, token string) {
		t.Helper()
		r := ask(token)
		r.refused(http.StatusUnauthorized, "token_invalid")
		require.Equal(t, refusal, answer(r))
		require.Equal(t, []string{"Bearer"}, r.header.Values("WWW-Authenticate"))
	}
	for name, token := range forger.Tokens() {
		t.Run(name, func(t *testing.T) { t.Parallel(); refused(t, token) })
	}
	t.Run("a_bit_of_each_byte", func(t *testing.T) {
		t.Parallel()
		for _, token := range forger.Flips() {
			refused(t, token)
		}
	})
	t.Run("a_refresh_token", func(t *testing.T) {
		other := newParty(t)
		in := w.enterFrom(other, installation)
		refused(t, in.text("refresh_token"))
		w.refresh(in.text("access_token"), installation).refused(http.StatusUnauthorized, "refresh_token_invalid")
		require.Equal(t, http.StatusOK, w.refresh(in.text("refresh_token"), installation).status, "each is good in its place")
	})
	t.Run("in_another_way", func(t *testing.T) {
		t.Parallel()
		for _, header := range []string{"", p.token, "Basic " + p.token, "DPoP " + p.token, "BearerX " + p.token, "Bearer\t" + p.token, "Bearer," + p.token} {
			w.do(nil, http.MethodGet, "/v1/me", nil, "Authorization", header).refused(http.StatusUnauthorized, "token_missing")
		}
		for _, query := range []string{"access_token", "token", "authorization"} {
			w.do(nil, http.MethodGet, "/v1/me?"+query+"="+p.token, nil).refused(http.StatusUnauthorized, "token_missing")
		}
		w.do(nil, http.MethodGet, "/v1/me", nil, "Cookie", "access_token="+p.token).refused(http.StatusUnauthorized, "token_missing")
	})
	t.Cleanup(func() { require.NotContains(t, w.log.String(), p.token, "E-11") })
}
