package twist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/ports"
)

// circular is a store some of whose lists lead round: each page is the one after the page before, and after
// the last comes the first again.
type circular struct {
	ports.Store
	pages int
}

func (c circular) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	return c.Store.Read(ctx, func(ctx context.Context, v ports.View) error {
		v.Ledger = circularLines{v.Ledger, c.pages}
		return fn(ctx, v)
	})
}

type circularLines struct {
	ports.LedgerReader
	pages int
}

func (c circularLines) Lines(_ context.Context, after ledger.Line, _ int) ([]ledger.Line, error) {
	return []ledger.Line{{Version: after.Version%int64(c.pages) + 1}}, nil
}

// circularRefunds is the same for rows that are read beside their owners.
type circularRefunds struct{ ports.Store }

func (c circularRefunds) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	return c.Store.Read(ctx, func(ctx context.Context, v ports.View) error {
		v.Conversions = sameRefund{v.Conversions}
		return fn(ctx, v)
	})
}

type sameRefund struct{ ports.ConversionReader }

func (sameRefund) AllRefunds(context.Context, attribution.Refund, int) ([]attribution.Refund, error) {
	return []attribution.Refund{{Conversion: "conv_x", ID: "refund"}}, nil
}

// A list that leads back to where it was ends the verification, which would never end by itself.
func TestVerifyEndsWhateverAListSays(t *testing.T) {
	t.Parallel()
	for _, pages := range []int{1, 2, 3, 7, 100} {
		_, err := twist.Verify(t.Context(), circular{memory.New(), pages})
		require.ErrorIs(t, err, fault.Internal, "%d pages", pages)
		require.ErrorContains(t, err, "leads back")
	}
	_, err := twist.Verify(t.Context(), circularRefunds{memory.New()})
	require.ErrorContains(t, err, "leads back")
}
