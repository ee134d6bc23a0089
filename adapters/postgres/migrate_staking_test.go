package postgres_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// What was staked before there were cooldowns was staked under none, all of it.
func TestStakesOfBeforeHaveNoCooldown(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.Files, "*.sql")
	require.NoError(t, err)
	before := slices.IndexFunc(names, func(name string) bool { return strings.HasSuffix(name, "_cooldown.sql") })
	require.Positive(t, before)
	url := pgtest.Open(t, nil)
	_, err = postgres.Migrate(t.Context(), url, steps(t, before))
	require.NoError(t, err)
	db := owner(t, url)
	populate(t, db, before)
	_, err = db.ExecContext(t.Context(), `
		INSERT INTO accounts (id, wallet, roles, opened_at) VALUES ('acct_left', 'w_left', '{}', now());
		INSERT INTO positions VALUES ('pos_left', 'pool_old', 'acct_left', 0, 0, 0, 0, 0, 8, now())`)
	require.NoError(t, err)
	_, err = postgres.Migrate(t.Context(), url, migrations.Files)
	require.NoError(t, err)
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	all, err := ports.Read(t.Context(), store, func(ctx context.Context, v ports.View) ([]staking.Position, error) {
		return v.Positions.All(ctx, staking.Position{}, 9)
	})
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, staking.Terms{}, all[0].Terms, "it was left")
	require.Equal(t, staking.Terms{{Amount: 11}}, all[1].Terms)
	pool, err := ports.Read(t.Context(), store, func(ctx context.Context, v ports.View) (staking.Pool, error) {
		return v.Pools.Get(ctx, "pool_old")
	})
	require.NoError(t, err)
	require.Zero(t, pool.Cooldown)
	require.Zero(t, pool.Next)
	require.Zero(t, pool.Cooling)
	require.Zero(t, pool.Returned)
}
