package metrics_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/apps/internal/metrics"
	"github.com/twist-platform/twist/core/fraud"
)

// E-14: what was ruled counts once by each rule, of which there is a closed list, and the open alerts of every kind
// are shown as they are, or not at all.
func TestFraudIsCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	var down error
	open := map[fraud.Kind]int{fraud.KindPool: 2}
	m.Alerts(func(ctx context.Context) (map[fraud.Kind]int, error) {
		_, bounded := ctx.Deadline()
		require.True(t, bounded)
		return open, down
	})
	m.Ruled(fraud.Review, []fraud.Finding{{Rule: fraud.EqualAmounts}, {Rule: fraud.PoolCrowd}})
	m.Ruled(fraud.Block, []fraud.Finding{{Rule: fraud.EqualAmounts}})
	m.Ruled(fraud.Block, nil)
	m.Ruled(fraud.Block, nil)
	text := scrape(t, m)
	for _, line := range []string{
		`twist_stakes_ruled_total{rule="equal_amounts",ruling="review"} 1`, `twist_stakes_ruled_total{rule="pool_crowd",ruling="review"} 1`,
		`twist_stakes_ruled_total{rule="equal_amounts",ruling="block"} 1`, `twist_stakes_ruled_total{rule="block",ruling="block"} 2`,
		`twist_alerts_open{kind="pool"} 2`, `twist_alerts_open{kind="stakes"} 0`, `twist_alerts_open{kind="address"} 0`,
	} {
		require.Contains(t, text, line+"\n")
	}
	down = errors.New("no store")
	text = scrape(t, m)
	require.NotContains(t, text, "twist_alerts_open")
	require.Contains(t, text, "twist_stakes_ruled_total", "and the rest is shown")
}
