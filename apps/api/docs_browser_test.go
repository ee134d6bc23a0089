package api_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/testkit/browser"
)

// E-29: /docs is a page that people can use: a real browser shows every operation of the document, opens one, and
// finds nothing that the page's own policy forbids; it asks nobody but us.
func TestDocsInABrowser(t *testing.T) {
	t.Parallel()
	w := newSystem(t, config())
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	page := browser.Open(t)

	operations := described().byID
	page.Visit(server.URL+"/docs", fmt.Sprintf(`document.querySelectorAll(".opblock").length === %d`, len(operations)))
	shown := map[string]bool{}
	for _, id := range page.Texts(".opblock-summary-operation-id") {
		shown[strings.ReplaceAll(id, "\u200b", "")] = true // the page lets long names break
	}
	for id := range operations {
		require.True(t, shown[id], "%s is not shown", id)
	}
	page.Click("#operations .opblock-summary-control", `document.querySelector(".opblock.is-open .responses-wrapper") !== null`)

	require.Empty(t, page.Complaints())
	for _, address := range page.Requests() {
		require.True(t, strings.HasPrefix(address, server.URL+"/") || strings.HasPrefix(address, "data:"), address)
	}
}
