package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"

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

// docsFiles are those that the page loads, and the types they are served as.
var docsFiles = map[string]string{ //nolint:gochecknoglobals // a constant table
	"start.js": "text/javascript; charset=utf-8", "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"swagger-ui.css": "text/css; charset=utf-8", "favicon-32x32.png": "image/png",
}

// ErrNoPage means that the documentation has no such file.
var ErrNoPage = fault.New(fault.NotFound, "page_not_found", "the documentation has no such file")

func docs(context.Context, twist.Caller, nothing) (rpc.Content, error) {
	return rpc.Content{Header: http.Header{
		"Content-Type": {"text/html; charset=utf-8"}, "Content-Security-Policy": {docsPolicy}, "Referrer-Policy": {"no-referrer"},
	}, Body: []byte(docsPage)}, nil
}

type docsRequest struct {
	File   string `json:"-" path:"file"`
	Accept string `json:"-" header:"Accept-Encoding"`
}

// docsFile serves a file that the page loads. The library embeds most of them compressed.
func docsFile(_ context.Context, _ twist.Caller, req docsRequest) (rpc.Content, error) {
	media, ok := docsFiles[req.File]
	if !ok {
		return rpc.Content{}, ErrNoPage
	}
	content := rpc.Content{Header: http.Header{"Content-Type": {media}, "Vary": {"Accept-Encoding"}}}
	if req.File == "start.js" {
		content.Body = []byte(docsStart)
		return content, nil
	}
	body, err := static.FS.ReadFile(req.File)
	if err == nil {
		content.Body = body
		return content, nil
	}
	if body, err = static.FS.ReadFile(req.File + ".gz"); err != nil {
		return content, err
	}
	if strings.Contains(req.Accept, "gzip") {
		content.Header.Set("Content-Encoding", "gzip")
		content.Body = body
		return content, nil
	}
	plain, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return content, err
	}
	content.Body, err = io.ReadAll(plain)
	return content, err
}
