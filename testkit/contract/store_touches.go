package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
)

// addTouches keeps touches in the order given.
func addTouches(t *testing.T, s ports.Store, rows ...attribution.Touch) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Touches.Add(ctx, rows...) })
}

func touchesOf(t *testing.T, s ports.Store, n int) []attribution.Touch {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Touch, error) {
		return v.Touches.ListByConversion(ctx, conversion(n).ID)
	})
}

func touchLists(t *testing.T, s ports.Store) {
	other := touch(2)
	other.Conversion = conversion(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Conversions.Add(ctx, conversion(1)) })
	addTouches(t, s, touch(3), touch(1), other, touch(2), touch(4))
	require.Equal(t, []attribution.Touch{touch(1), touch(2), touch(3), touch(4)}, touchesOf(t, s, 0))
	require.Equal(t, []attribution.Touch{other}, touchesOf(t, s, 1))
	require.Empty(t, touchesOf(t, s, 9))
	requirePages(t, s, append(touchesOf(t, s, 0), other), func(ctx context.Context, v ports.View, after attribution.Touch, limit int) ([]attribution.Touch, error) {
		return v.Touches.All(ctx, after, limit)
	})
}

func touchAdd(t *testing.T, s ports.Store) {
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Touches.Add(ctx, touch(1)) })
	require.Empty(t, touchesOf(t, s, 0))
	addTouches(t, s)
	addTouches(t, s, touch(1))
	again := touch(1)
	again.Influencer, again.Reason = attribution.InfluencerID(influencer(1).ID), attribution.Expired
	refuse(t, s, fault.Internal, func(ctx context.Context, tx ports.Tx) error { return tx.Touches.Add(ctx, touch(2), again) })
	refuse(t, s, fault.Internal, func(ctx context.Context, tx ports.Tx) error { return tx.Touches.Add(ctx, touch(2), touch(2)) })
	require.Equal(t, []attribution.Touch{touch(1)}, touchesOf(t, s, 0))
}
