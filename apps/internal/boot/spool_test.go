package boot_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/boot"
)

// A spool is assembled where a folder is configured, shows what it does, and is given back with the system.
func TestSpool(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "clicks")
	c, url := inDatabase(t, "TWIST_CLICK_SPOOL", folder)
	s, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w := httptest.NewRecorder()
	s.Metrics().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	for _, series := range []string{
		"twist_clicks_waiting 0", `twist_clicks_dropped_total{reason="full"} 0`, `twist_clicks_dropped_total{reason="unwritten"} 0`,
		`twist_clicks_dropped_total{reason="refused"} 0`, "twist_clicks_flushed_total 0",
	} {
		require.Contains(t, w.Body.String(), series)
	}
	_, err = boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "another process", "a folder is one system's")
	require.NoError(t, s.Close())
	requireClosed(t, connect(t, url))
	again, err := boot.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, again.Close())
}
