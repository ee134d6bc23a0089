package metrics_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/metrics"
	"github.com/twist-platform/twist/core/attribution"
)

// Every visit is counted by how it came and what it is worth, also one that the log lost.
func TestClicksAreCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	m.Clicked(attribution.Click{Origin: attribution.Redirect, Verdict: attribution.Valid}, nil)
	m.Clicked(attribution.Click{Origin: attribution.Redirect, Verdict: "declared_bot"}, nil)
	m.Clicked(attribution.Click{Origin: attribution.Beacon, Verdict: "declared_bot"}, errors.New("lost"))
	m.Clicked(attribution.Click{Origin: attribution.Beacon, Verdict: "declared_bot"}, nil)
	text := scrape(t, m)
	for _, line := range []string{
		`twist_clicks_total{origin="redirect",verdict="valid"} 1`, `twist_clicks_total{origin="redirect",verdict="declared_bot"} 1`,
		`twist_clicks_total{origin="beacon",verdict="declared_bot"} 2`, `twist_clicks_lost_total 1`,
	} {
		require.Contains(t, text, line+"\n")
	}
}
