package rpc_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
)

// A country is what a proxy of ours says it is, in the header that was agreed on; whoever else says one says nothing.
func TestCountries(t *testing.T) {
	t.Parallel()
	proxies, err := rpc.ParseProxies("10.0.0.0/8")
	require.NoError(t, err)
	seen := func(header, peer string, said ...string) string {
		var got string
		s := newServerWith(func(o *rpc.Options) { o.Proxies, o.Country = proxies, header },
			rpc.On("GET /here", "here", http.StatusOK, rpc.Public(), func(ctx context.Context, _ twist.Caller, _ nothing) (nothing, error) {
				origin, _ := twist.OriginOf(ctx)
				got = origin.Country
				return nothing{}, nil
			}))
		r := from(peer, request(http.MethodGet, "/here", ""))
		r.Header["Cf-Ipcountry"] = said
		require.Equal(t, http.StatusOK, s.do(r).Code)
		return got
	}
	require.Equal(t, "DE", seen("CF-IPCountry", "10.0.0.1", "DE"))
	for name, none := range map[string]string{
		"a stranger says":   seen("CF-IPCountry", "203.0.113.7", "DE"),
		"nobody asked":      seen("", "10.0.0.1", "DE"),
		"another header":    seen("X-Country", "10.0.0.1", "DE"),
		"it says nothing":   seen("CF-IPCountry", "10.0.0.1"),
		"it says it twice":  seen("CF-IPCountry", "10.0.0.1", "DE", "FR"),
		"nobody knows":      seen("CF-IPCountry", "10.0.0.1", "XX"),
		"a network without": seen("CF-IPCountry", "10.0.0.1", "T1"),
		"small letters":     seen("CF-IPCountry", "10.0.0.1", "de"),
		"a word":            seen("CF-IPCountry", "10.0.0.1", "DEU"),
		"a letter":          seen("CF-IPCountry", "10.0.0.1", "D"),
	} {
		require.Empty(t, none, name)
	}
}
