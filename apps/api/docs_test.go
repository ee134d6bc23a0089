package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// P-52: the page loads what this server has, under a policy that lets it run nothing else.
func TestDocsLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	page := w.do(nil, http.MethodGet, "/docs", nil)
	require.Equal(t, http.StatusOK, page.status)
	require.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"))
	policy := page.header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "unsafe")
	require.NotContains(t, policy, "http")
	require.NotRegexp(t, `<script>|<script [^>]*>[^<]|<style|\son[a-z]+=|https?:`, string(page.body), "what would need an exception")
	loaded := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllSubmatch(page.body, -1)
	require.Len(t, loaded, 4)
	for _, address := range loaded {
		file := w.do(nil, http.MethodGet, string(address[1]), nil)
		require.Equal(t, http.StatusOK, file.status, "%s", address[1])
		require.NotEmpty(t, file.body)
	}
	start := w.do(nil, http.MethodGet, "/docs/start.js", nil)
	require.Contains(t, string(start.body), `url: "/v1/openapi.json"`)
	for _, name := range []string{"nothing", "index.html", "swagger-ui-bundle.js.gz", "..%2fapi.go", "embed.go"} {
		w.do(nil, http.MethodGet, "/docs/"+name, nil).refused(http.StatusNotFound, "page_not_found")
	}
}

func TestDocsAreCompressedForWhoTakesIt(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	const script = "/docs/swagger-ui-bundle.js"
	plain := w.do(nil, http.MethodGet, script, nil)
	require.Empty(t, plain.header.Get("Content-Encoding"))
	require.Equal(t, "text/javascript; charset=utf-8", plain.header.Get("Content-Type"))
	small := w.do(nil, http.MethodGet, script, nil, "Accept-Encoding", "br, gzip")
	require.Equal(t, "gzip", small.header.Get("Content-Encoding"))
	require.Equal(t, "Accept-Encoding", small.header.Get("Vary"))
	require.Less(t, len(small.body), len(plain.body)/2)
	reader, err := gzip.NewReader(bytes.NewReader(small.body))
	require.NoError(t, err)
	read, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, plain.body, read)
}
