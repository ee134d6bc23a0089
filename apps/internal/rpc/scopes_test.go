package rpc_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

// A route lets in a key that has one of its scopes, and where it names none no key at all, before it reads what
// the key says. A session needs no scope.
func TestRoutesRefuseKeys(t *testing.T) {
	t.Parallel()
	by := twist.Caller{Account: "acct_user", Key: "key_1", Roles: identity.Roles(), Scopes: []identity.Scope{identity.ScopeLinks, identity.ScopePayouts}}
	s := newServerWith(func(o *rpc.Options) {
		session := o.Verify
		o.Verify = func(ctx context.Context, token string) (twist.Caller, error) {
			if token == "a-key" {
				return by, nil
			}
			return session(ctx, token)
		}
	},
		rpc.On("POST /links", "links", http.StatusOK, rpc.Session(), echo[part]).Scoped(identity.ScopeStaking, identity.ScopeLinks),
		rpc.On("POST /stakes", "stakes", http.StatusOK, rpc.Session(), echo[part]).Scoped(identity.ScopeStaking),
		rpc.On("POST /none", "none", http.StatusOK, rpc.Session(), echo[part]),
		rpc.On("POST /operate", "operate", http.StatusOK, rpc.Role(identity.RoleOperator), echo[part]),
	)
	for path, status := range map[string]int{"/links": 200, "/stakes": 403, "/none": 403, "/operate": 403} {
		w := s.do(request(http.MethodPost, path, `{"name":"x"}`, "Authorization", "Bearer a-key"))
		require.Equal(t, status, w.Code, path)
		if status == http.StatusForbidden {
			require.Contains(t, w.Body.String(), "scope_missing")
			w = s.do(request(http.MethodPost, path, `{`, "Authorization", "Bearer a-key"))
			require.Equal(t, status, w.Code, "before the body is read")
		}
		w = s.do(request(http.MethodPost, path, `{"name":"x"}`, "Authorization", "Bearer "+operatorToken))
		require.Equal(t, http.StatusOK, w.Code, path)
	}
	for _, access := range []rpc.Access{rpc.Public(), rpc.Role(identity.RoleAdmin)} {
		require.Panics(t, func() {
			newServer(rpc.On("GET /x", "x", http.StatusOK, access, echo[nothing]).Scoped(identity.ScopeLinks))
		})
	}
}
