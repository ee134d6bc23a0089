package postgres_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/contract"
	"github.com/twist-platform/twist/testkit/pgtest"
)

func migrate(ctx context.Context, url string) error {
	_, err := postgres.Migrate(ctx, url, migrations.Files)
	return err
}

// open gives a store on a database of its own.
func open(t *testing.T) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), pgtest.Open(t, migrate), postgres.Options{Volatile: true, Connections: 8})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

func TestStore(t *testing.T) {
	t.Parallel()
	contract.Store(t, func(t *testing.T) ports.Store { return open(t) })
}

func TestStoreModel(t *testing.T) {
	t.Parallel()
	contract.StoreModel(t, func(rt *rapid.T) ports.Store {
		store := open(t)
		rt.Cleanup(func() { require.NoError(t, store.Close()) }) // there are many, and a server has so many connections
		return store
	})
}

func TestTombstones(t *testing.T) {
	t.Parallel()
	contract.Tombstones(t, func(t *testing.T) ports.Tombstones { return open(t).Tombstones() })
}

func TestClicks(t *testing.T) {
	t.Parallel()
	contract.Clicks(t, func(t *testing.T) ports.ClickLog { return open(t).Clicks() })
}
