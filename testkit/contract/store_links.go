package contract

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func countActive(t *testing.T, s ports.Store, holder attribution.AccountID, now time.Time, most int) int {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) {
		return tx.Links.CountActive(ctx, holder, now, most)
	})
}

func linksActive(t *testing.T, s ports.Store) {
	holder := link(0).Holder
	expiring, withdrawn, both, others := link(1), link(2), link(3), link(4)
	expiring.ExpiresAt = later(10)
	withdrawn.WithdrawnAt = later(5)
	both.ExpiresAt, both.WithdrawnAt = later(20), later(5)
	others.Holder, others.Influencer = attribution.AccountID(accountID(1)), attribution.InfluencerID(influencer(1).ID)
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Links.Add, expiring, withdrawn, both, others, link(5))
	})
	require.Equal(t, 3, countActive(t, s, holder, later(10).Add(-time.Microsecond), 9), "it is active until it expires")
	require.Equal(t, 2, countActive(t, s, holder, later(10), 9))
	require.Equal(t, 2, countActive(t, s, holder, later(6), 2), "no more than asked are counted")
	require.Zero(t, countActive(t, s, holder, later(6), 0))
	require.Equal(t, 1, countActive(t, s, others.Holder, later(6), 9))
	require.Zero(t, countActive(t, s, "acct_none", later(6), 9))
	for _, kept := range []attribution.Link{link(0), expiring, withdrawn, both, others} {
		require.Equal(t, present(kept), view(t, s, func(ctx context.Context, v ports.View) (found[attribution.Link], error) {
			return find(v.Links.FindByCode(ctx, kept.Code))
		}))
	}
}

// linksActiveRace has everybody make a link unless the influencer has three.
func linksActiveRace(t *testing.T, s ports.Store) {
	const most = 3
	requireWinners(t, most-1, staking.ErrLinkLimit, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		held, err := tx.Influencers.Lock(ctx, influencer(0).Account)
		if err != nil {
			return err
		}
		active, err := tx.Links.CountActive(ctx, attribution.AccountID(held.Account), later(9), most)
		if err != nil {
			return err
		}
		if active >= most {
			return staking.ErrLinkLimit
		}
		return tx.Links.Add(ctx, link(apart+n))
	}))
	require.Equal(t, most, countActive(t, s, link(0).Holder, later(9), racers))
}
