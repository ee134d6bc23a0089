package postgres_test

import (
	"context"
	"database/sql"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/migrations"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// populatedBefore is a database of before a step, with rows in it.
func populatedBefore(t *testing.T, step string) (url string, db *sql.DB) {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	require.NoError(t, err)
	before := slices.IndexFunc(names, func(name string) bool { return strings.HasSuffix(name, step) })
	require.Positive(t, before)
	url = pgtest.Open(t, nil)
	_, err = postgres.Migrate(t.Context(), url, steps(t, before))
	require.NoError(t, err)
	db = owner(t, url)
	populate(t, db, before)
	return url, db
}

// What was staked before there were cooldowns was staked under none, all of it.
func TestStakesOfBeforeHaveNoCooldown(t *testing.T) {
	t.Parallel()
	url, db := populatedBefore(t, "_cooldown.sql")
	_, err := db.ExecContext(t.Context(), `
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

// A pool that was closed before anybody wrote down when was closed when the event says; where there is none, nothing was
// earned before. The moment stays as it is from then on.
func TestPoolsOfBeforeWereClosedWhenTheirEventsSay(t *testing.T) {
	t.Parallel()
	url, db := populatedBefore(t, "_closing.sql")
	_, err := db.ExecContext(t.Context(), `
		INSERT INTO accounts (id, wallet, roles, opened_at) SELECT 'acct_c' || n, 'w_c' || n, '{}', now() FROM generate_series(1, 2) AS n;
		INSERT INTO influencers (id, account, username, handle, display_name, registered_at)
			SELECT 'infl_c' || n, 'acct_c' || n, 'closed' || n, 'closed' || n, 'Name', now() FROM generate_series(1, 2) AS n;
		INSERT INTO pools (id, influencer, owner, state, share, minimum, epoch, active, waiting, reward_index, carry, funded, paid, stakers, opened_at)
			SELECT 'pool_' || n, 'infl_c' || n, 'acct_c' || n, 'closed', 1, 100000000, 0, 0, 0, 0, 0, 0, 0, 0, '2026-01-02 03:04:05Z' FROM generate_series(1, 2) AS n;
		INSERT INTO events VALUES ('evt_c1', 'staking.pool_paused', 'pool_1', 'acct_c1', '2026-03-04 05:06:07Z', '{}'),
			('evt_c2', 'staking.pool_closed', 'pool_1', 'acct_c1', '2026-03-05 05:06:07Z', '{}')`)
	require.NoError(t, err)
	_, err = postgres.Migrate(t.Context(), url, migrations.Files)
	require.NoError(t, err)
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	for id, closed := range map[staking.PoolID]time.Time{
		"pool_1": time.Date(2026, 3, 5, 5, 6, 7, 0, time.UTC), "pool_2": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "pool_old": {},
	} {
		pool, err := ports.Read(t.Context(), store, func(ctx context.Context, v ports.View) (staking.Pool, error) { return v.Pools.Get(ctx, id) })
		require.NoError(t, err)
		require.Equal(t, closed, pool.ClosedAt, id)
	}
	for _, change := range []string{"closed_at = closed_at + interval '1 second'", "state = 'active', closed_at = NULL"} {
		state, _ := refused(t, db, "UPDATE pools SET "+change+" WHERE id = 'pool_1'")
		require.Equal(t, "TW010", state, change)
	}
}

// What was given by hand before days told it apart is told apart by its entries, and the figures of such a pool are
// computed again.
func TestGiftsOfBeforeAreToldApart(t *testing.T) {
	t.Parallel()
	url, db := populatedBefore(t, "_gifts.sql")
	_, err := db.ExecContext(t.Context(), `
		INSERT INTO pool_days VALUES ('pool_old', 20456, 0, 0, 12, 3, 0, 0), ('pool_old', 20457, 0, 0, 4, 1, 0, 0);
		INSERT INTO entries SELECT 'ent_g' || n, 'g' || n, CASE WHEN n < 3 THEN 'distribution' ELSE 'approval' END,
			to_timestamp(20456 * 86400::bigint + 25000 * n), '[{}]', '{}', sha256('x') FROM generate_series(1, 4) AS n;
		INSERT INTO lines SELECT 'ent_g' || n, address, 'TWIST/9', 0, 1000 + n, delta, 0, delta FROM generate_series(1, 4) AS n,
			(VALUES ('pool:pool_old:rewards', 4), ('account:acct_old:available', -4)) AS moved (address, delta)`)
	require.NoError(t, err)
	_, err = postgres.Migrate(t.Context(), url, migrations.Files)
	require.NoError(t, err)
	var given, day string
	require.NoError(t, db.QueryRowContext(t.Context(), `
		SELECT (SELECT string_agg(day || ' ' || gifts, ', ' ORDER BY day) FROM pool_days WHERE day > 20455),
			(SELECT day::text FROM pool_figures WHERE pool = 'pool_old')`).Scan(&given, &day))
	require.Equal(t, "20456 8, 20457 0", given)
	require.Equal(t, "0", day)
}
