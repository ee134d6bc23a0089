package postgres_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// However many wallets two accounts were paid to, those of one are not compared with each of the other's: an order that
// both have a part in would wait for the product of them.
func TestWalletsOfTwoAreNotComparedWithEachOther(t *testing.T) {
	t.Parallel()
	url, sent := pgtest.Open(t, migrate), &heard{with: "WITH RECURSIVE paid"}
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1, Trace: sent})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		some, err := tx.Wallets.Shared(ctx, "acct_1", "acct_2")
		require.False(t, some)
		return err
	}))
	require.NotContains(t, planned(t, owner(t, url), sent.last, "", "'acct_1', 'acct_2'"), "Join")
}
