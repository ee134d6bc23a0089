package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/swaggest/swgui/v5/static"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fault"
)

// docsPage shows the document to people. It loads what this server has and nothing else, and runs no
// script that stands in a page: whatever a document says, none of it is run.
const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TWIST API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="operations"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

// docsStart starts the page. A token that is typed in stays in the page's memory.
const docsStart = `SwaggerUIBundle({
  url: "/v1/openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  displayOperationId: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`

// docsPolicy is what a browser lets the page do. Styles are set by the library's script on elements, which
// needs no exception; icons of its style sheet are data.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// file is one that the page loads.
type file struct {
	media       string
	body, small []byte // small is the body compressed, if that is kept
	tag, packed string // of either
}

// docsKept lets anybody keep a file for an hour, and then ask whether it is still the same. Its bytes come with the
// program, so all that a page loads at once belongs together.
const docsKept = "public, max-age=3600"

// asked lets anybody keep what it has, and ask each time whether it is still the same.
const asked = "public, no-cache"

// docsFiles reads the files that the page loads, once: the library embeds most of them compressed, and a
// stranger's request should not make us undo that each time.
var docsFiles = sync.OnceValues(func() (map[string]file, error) { //nolint:gochecknoglobals // read once, never changed
	files := map[string]file{"start.js": {media: "text/javascript; charset=utf-8", body: []byte(docsStart)}}
	icon, err := static.FS.ReadFile("favicon-32x32.png")
	if err != nil {
		return nil, err
	}
	files["favicon-32x32.png"] = file{media: "image/png", body: icon}
	for name, media := range map[string]string{
		"swagger-ui-bundle.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8",
	} {
		f := file{media: media}
		if f.small, err = static.FS.ReadFile(name + ".gz"); err != nil {
			return nil, err
		}
		plain, err := gzip.NewReader(bytes.NewReader(f.small))
		if err != nil {
			return nil, err
		}
		if f.body, err = io.ReadAll(plain); err != nil {
			return nil, err
		}
		files[name] = f
	}
	for name, f := range files {
		f.tag, f.packed = rpc.Tag(f.body), rpc.Tag(f.small)
		files[name] = f
	}
	return files, nil
})

// ErrNoPage means that the documentation has no such file.
var ErrNoPage = fault.New(fault.NotFound, "page_not_found", "the documentation has no such file")

func docs(context.Context, twist.Caller, nothing) (rpc.Content, error) {
	return rpc.Content{Header: http.Header{
		"Content-Type": {"text/html; charset=utf-8"}, "Content-Security-Policy": {docsPolicy}, "Referrer-Policy": {"no-referrer"},
		"Cache-Control": {asked}, "Etag": {rpc.Tag([]byte(docsPage))},
	}, Body: []byte(docsPage)}, nil
}

type docsRequest struct {
	File   string `json:"-" path:"file"`
	Accept string `json:"-" header:"Accept-Encoding"`
}

// docsFile serves a file that the page loads, compressed to whoever takes that.
func docsFile(_ context.Context, _ twist.Caller, req docsRequest) (rpc.Content, error) {
	files, err := docsFiles()
	if err != nil {
		return rpc.Content{}, err
	}
	f, ok := files[req.File]
	if !ok {
		return rpc.Content{}, ErrNoPage
	}
	content := rpc.Content{Header: http.Header{
		"Content-Type": {f.media}, "Vary": {"Accept-Encoding"}, "Cache-Control": {docsKept}, "Etag": {f.tag},
	}, Body: f.body}
	if f.small != nil && takesGzip(req.Accept) {
		content.Header.Set("Content-Encoding", "gzip")
		content.Header.Set("ETag", f.packed)
		content.Body = f.small
	}
	return content, nil
}

// takesGzip reports that an Accept-Encoding names gzip, and not only to refuse it.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q, weighed := strings.CutPrefix(strings.ToLower(strings.TrimSpace(weight)), "q=")
			return !weighed || strings.Trim(q, "0.") != ""
		}
	}
	return false
}
