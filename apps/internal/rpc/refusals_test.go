package rpc_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

// everyToken makes every access token good, and an account of its own.
func everyToken(_ context.Context, token string) (twist.Caller, error) {
	return twist.Caller{Account: identity.AccountID(token), Roles: []identity.Role{identity.RoleUser}}, nil
}

// E-21: accounts cost nothing, so an address has its records however many it calls with; and so has an account
// however many addresses it calls from, and whichever routes.
func TestRecordsAreOfTheAddressAndOfTheAccount(t *testing.T) {
	t.Parallel()
	var heard ears
	s := newServerWith(func(o *rpc.Options) { heard.options(o); o.Verify = everyToken }, append(refusing(),
		rpc.On("POST /other", "other", http.StatusOK, rpc.Role(identity.RoleOperator), echo[nothing]).Under(rpc.Money))...)
	operate := func(peer, path, account string) {
		t.Helper()
		w := s.do(from(peer, request(http.MethodPost, path, "", "Authorization", "Bearer "+account)))
		requireProblem(t, w, http.StatusForbidden, "forbidden")
	}
	for n := range 100 {
		operate("192.0.2.1", "/operate", fmt.Sprintf("acct_%d", n))
	}
	require.Len(t, heard.refused, 10, "of one address")
	for range 20 {
		operate("192.0.2.1", "/other", "acct_x")
	}
	require.Len(t, heard.refused, 10, "whatever it calls")
	heard.refused = nil
	for n := range 100 {
		operate(fmt.Sprintf("198.51.100.%d", n), "/operate", "acct_mover")
	}
	require.Len(t, heard.refused, 10, "of one account")
}

// E-21: somebody with very many addresses fills the log no faster than everybody together may, and what is not
// recorded for that reason is counted.
func TestRecordsOfEverybodyAreBounded(t *testing.T) {
	t.Parallel()
	for name, limiter := range map[string]rpc.Limiter{
		"every_address_is_counted": &buckets{}, "the_limiter_is_full_or_down": down{errDown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var heard ears
			now := today
			s := newServerWith(func(o *rpc.Options) {
				heard.options(o)
				o.Limiter, o.Now, o.Access = limiter, func() time.Time { return now }, nil
			}, refusing()...)
			refused := func(first, last int) {
				for n := first; n < last; n++ {
					s.do(from(fmt.Sprintf("[2001:db8:%x:%x::1]", n>>16, n&0xffff), request(http.MethodPost, "/refresh", "")))
				}
			}
			refused(0, 1000)
			require.Len(t, heard.refused, 1000)
			require.False(t, heard.last().Suppressed)
			refused(1000, 1500)
			require.Len(t, heard.refused, 1000)
			require.True(t, heard.last().Suppressed)
			now = now.Add(time.Second)
			refused(1500, 1600)
			require.Len(t, heard.refused, 1010, "ten each second from then on")
		})
	}
}

// Who calls so late that no time is left has no more records for it.
func TestRecordsOfThoseWhoAreLate(t *testing.T) {
	t.Parallel()
	var heard ears
	s := newServerWith(heard.options, refusing()...)
	gone, leave := context.WithCancel(t.Context())
	leave()
	for range 100 {
		w := s.do(request(http.MethodPost, "/refresh", "").WithContext(gone))
		requireProblem(t, w, http.StatusUnauthorized, "session_ended")
	}
	require.Len(t, heard.refused, 10)
	require.Zero(t, strings.Count(s.log.String(), "request failed"))
}
