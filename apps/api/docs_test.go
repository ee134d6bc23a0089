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
	require.Contains(t, small.header.Values("Vary"), "Accept-Encoding")
	require.Less(t, len(small.body), len(plain.body)/2)
	for _, refused := range []string{"gzip;q=0", "br, gzip ; q=0.000", "x-not-gzip", "gzip;q=0, identity"} {
		require.Empty(t, w.do(nil, http.MethodGet, script, nil, "Accept-Encoding", refused).header.Get("Content-Encoding"), refused)
	}
	for _, taken := range []string{"gzip;q=0.5", "br;q=0,GZIP"} {
		require.Equal(t, "gzip", w.do(nil, http.MethodGet, script, nil, "Accept-Encoding", taken).header.Get("Content-Encoding"), taken)
	}
	reader, err := gzip.NewReader(bytes.NewReader(small.body))
	require.NoError(t, err)
	read, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, plain.body, read)
}

// What a browser has it is not sent again: each file is kept for an hour and the document asked for each time, by the
// tag of exactly those bytes. What protects the page is said with either answer.
func TestDocsAreKept(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	tags := map[string]string{}
	for _, test := range []struct{ path, encoding, kept string }{
		{"/docs/swagger-ui-bundle.js", "", "public, max-age=3600"},
		{"/docs/swagger-ui-bundle.js", "gzip", "public, max-age=3600"},
		{"/docs/swagger-ui.css", "", "public, max-age=3600"},
		{"/docs/swagger-ui.css", "gzip", "public, max-age=3600"},
		{"/docs/start.js", "gzip", "public, max-age=3600"},
		{"/docs/favicon-32x32.png", "", "public, max-age=3600"},
		{"/v1/openapi.json", "gzip", "public, no-cache"},
		{"/docs", "", "public, no-cache"},
	} {
		full := w.do(nil, http.MethodGet, test.path, nil, "Accept-Encoding", test.encoding)
		tag := full.header.Get("ETag")
		require.Regexp(t, `^"[A-Za-z0-9_-]{22}"$`, tag)
		require.Equal(t, tag, w.do(nil, http.MethodGet, test.path, nil, "Accept-Encoding", test.encoding).header.Get("ETag"))
		require.Empty(t, tags[tag], "other bytes have another: %s and %s", tags[tag], test.path)
		tags[tag] = test.path
		require.Equal(t, test.kept, full.header.Get("Cache-Control"))
		for _, has := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			same := w.do(nil, http.MethodGet, test.path, nil, "Accept-Encoding", test.encoding, "If-None-Match", has)
			require.Equal(t, http.StatusNotModified, same.status)
			require.Empty(t, same.body)
			for _, name := range []string{"ETag", "Cache-Control", "Vary", "Content-Security-Policy", "X-Content-Type-Options", "Cross-Origin-Resource-Policy"} {
				require.Equal(t, full.header.Values(name), same.header.Values(name), name)
			}
			require.Equal(t, "nosniff", same.header.Get("X-Content-Type-Options"))
		}
		for _, has := range []string{"", `"other"`, tag[1 : len(tag)-1], `""`} {
			again := w.do(nil, http.MethodGet, test.path, nil, "Accept-Encoding", test.encoding, "If-None-Match", has)
			require.Equal(t, http.StatusOK, again.status, has)
			require.Equal(t, full.body, again.body)
		}
	}
	require.Equal(t, "no-store", w.do(nil, http.MethodGet, "/docs/none", nil, "If-None-Match", "*").header.Get("Cache-Control"), "no refusal is kept")
}

// A page of a listed origin and one of another are told apart by whoever keeps a file for both.
func TestKeptFilesVaryByOrigin(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	file := w.do(nil, http.MethodGet, "/docs/swagger-ui.css", nil)
	require.ElementsMatch(t, []string{"Origin", "Accept-Encoding"}, file.header.Values("Vary"))
}
