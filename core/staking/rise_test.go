package staking_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// P-31: a tier has risen over some days when the stake at their end is of a higher tier than that at their beginning,
// on both sides of each tier, whatever happened in between and since.
func TestRise(t *testing.T) {
	t.Parallel()
	edges := []money.Amount{0, 1}
	for _, tier := range staking.Tiers()[1:] {
		below, _ := tier.From().Sub(1)
		edges = append(edges, below, tier.From())
	}
	const first, last = staking.Day(100), staking.Day(129)
	rapid.Check(t, func(t *rapid.T) {
		staked, days := money.Amount(0), []staking.PoolDay{}
		stand := map[staking.Day]money.Amount{}
		for day := first - 1; day <= last+3; day++ {
			to := rapid.SampledFrom(edges).Draw(t, "staked")
			d := staking.PoolDay{Pool: "pool_1", Day: day}
			d.In, _ = to.Sub(min(staked, to))
			d.Out, _ = staked.Sub(min(staked, to))
			if staked = to; d.In != 0 || d.Out != 0 {
				days = append(days, d)
			}
			stand[day] = staked
		}
		tier, rose := staking.Rise(staking.Pool{ID: "pool_1", Waiting: staked}, days, first, last)
		require.Equal(t, staking.TierOf(stand[last]), tier)
		require.Equal(t, staking.TierOf(stand[last]) > staking.TierOf(stand[first-1]), rose)
	})
}
