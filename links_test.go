package twist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// raise has a fan stake on a name's pool, in which nobody has, what a tier asks for.
func (w *world) raise(name string, pool staking.PoolID, to staking.Tier) {
	w.t.Helper()
	w.deposit("fan of "+name, to.From())
	w.stake("fan of "+name, pool, to.From())
}

// linksOf is every link of a name's.
func (w *world) linksOf(name string) []attribution.Link {
	w.t.Helper()
	links, err := ports.Read(w.ctx(), w.store, func(ctx context.Context, v ports.View) ([]attribution.Link, error) {
		return v.Links.ListByHolder(ctx, attribution.AccountID(w.signIn(name).Account), "", 1_000)
	})
	require.NoError(w.t, err)
	return links
}

// P-42: of many links made at the same moment exactly as many are as the tier allows, whichever way they come;
// a tier that rises allows more, and one that falls takes none away and gives none.
func TestConcurrentLinksKeepTheLimit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		pool := w.pool("ada", 2_000)
		program, other := w.program("shop", 0), w.program("mart", 0)
		ada := w.signIn("ada")
		race := func(n, passed int) {
			t.Helper()
			_, errs := together(n, func(i int) (attribution.Link, error) {
				return w.Attribution.MakeLink(w.ctx(), ada, []attribution.ProgramID{program, other}[i%2], "https://shop.example/"+numbered("tea", i))
			})
			requireRefused(t, errs, passed, staking.ErrLinkLimit)
		}
		bronze, _ := staking.Bronze.LinkLimit()
		silver, _ := staking.Silver.LinkLimit()
		race(bronze+20, bronze)
		race(3, 0)
		w.raise("ada", pool, staking.Silver)
		race(silver-bronze+10, silver-bronze)

		w.leave("fan of ada", pool, 1)
		require.ErrorIs(t, got(w.Attribution.MakeLink(w.ctx(), ada, program, "https://shop.example/")), staking.ErrLinkLimit)
		links := w.linksOf("ada")
		require.Len(t, links, silver)
		for _, l := range links {
			w.click(l.Code) // those that a higher tier allowed go on
		}
		w.sound()
	})
}

// An influencer without a pool is in the lowest tier, whatever stands in others, and the highest has no limit.
func TestTheLinkLimitIsOfTheInfluencersOwnPool(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise("ada", w.pool("ada", 2_000), staking.Platinum)
	program := w.program("shop", 0)
	_, err := w.Identity.Register(w.ctx(), w.signIn("bea"), registration("bea"))
	require.NoError(t, err)
	bronze, _ := staking.Bronze.LinkLimit()
	gold, _ := staking.Gold.LinkLimit()
	makes := func(name string, n int) (last error) {
		for i := range n {
			_, last = w.Attribution.MakeLink(w.ctx(), w.signIn(name), program, "https://shop.example/"+numbered("tea", i))
			require.True(t, last == nil || i == n-1, "%v", last)
		}
		return last
	}
	require.ErrorIs(t, makes("bea", bronze+1), staking.ErrLinkLimit)
	require.NoError(t, makes("ada", gold+1))
}

// A fall of the tier and links made meanwhile: whoever was allowed was so by what stood there before.
func TestConcurrentFallAndLinks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		pool := w.pool("ada", 2_000)
		w.raise("ada", pool, staking.Silver)
		program := w.program("shop", 0)
		ada, fan := w.signIn("ada"), w.signIn("fan of ada")
		_, errs := together(30, func(i int) (any, error) {
			if i == 15 {
				return w.Staking.Leave(w.ctx(), fan, pool, difference(t, staking.Silver.From(), testkit.TWIST(1)))
			}
			return w.Attribution.MakeLink(w.ctx(), ada, program, "https://shop.example/"+numbered("tea", i))
		})
		made := 0
		for i, err := range errs {
			switch {
			case i == 15:
				require.NoError(t, err)
			case err == nil:
				made++
			default:
				require.ErrorIs(t, err, staking.ErrLinkLimit)
			}
		}
		bronze, _ := staking.Bronze.LinkLimit()
		require.GreaterOrEqual(t, made, bronze)
		require.Len(t, w.linksOf("ada"), made)
		require.ErrorIs(t, got(w.Attribution.MakeLink(w.ctx(), ada, program, "https://shop.example/")), staking.ErrLinkLimit)
		w.sound()
	})
}
