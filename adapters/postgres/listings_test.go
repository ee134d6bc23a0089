package postgres_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// crowded has 10,200 pools with stakes that fall. The first 600 are of people of whom no other is called
// alike; the others are all called crowd, and the last five hermit, too.
const crowded = `
	SET session_replication_role = replica;
	INSERT INTO accounts (id, wallet, opened_at) SELECT 'acct_' || n, 'wallet ' || n, now() FROM generate_series(1, 11000) AS n;
	INSERT INTO influencers (id, account, username, handle, display_name, registered_at, search)
	SELECT 'infl_' || n, 'acct_' || n, 'u' || n, 'u' || n, '', now(),
		CASE WHEN n <= 600 THEN ' u' || n WHEN n <= 10995 THEN E' the crowd\n ' ELSE E' crowd\n hermit' END
	FROM generate_series(1, 11000) AS n;
	INSERT INTO pools (id, influencer, owner, state, share, minimum, epoch, active, waiting, reward_index, carry, funded, paid, stakers, opened_at)
	SELECT 'pool_' || lpad(n::text, 5, '0'), 'infl_' || n, 'acct_' || n, 'active', 1, 1, 1, 1000000 - n, 0, 0, 0, 0, 0, 1, now()
	FROM generate_series(1, 11000) AS n;
	INSERT INTO pool_figures (pool, influencer, opened_at, staked, stakers, day, apy, net, before)
	SELECT id, influencer, opened_at, active, stakers, 0, 0, 0, 0 FROM pools;
	SET session_replication_role = DEFAULT;`

// A name is found by whichever way it is looked for: where everybody has it, where few do, and where many do
// and none of those with whom an order begins.
func TestANameIsFoundEitherWay(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, migrate)
	_, err := owner(t, url).ExecContext(t.Context(), crowded)
	require.NoError(t, err)
	s, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	search := func(query string, behind staking.Place) (found []staking.PoolID) {
		needle, _ := identity.Needle(query)
		for _, l := range read(t, s, func(ctx context.Context, v ports.View) ([]ports.Listing, error) {
			return v.Listings.Search(ctx, staking.Search{Sort: staking.ByStaked}, needle, behind, 3)
		}) {
			found = append(found, l.Pool.ID)
		}
		return found
	}
	require.Equal(t, []staking.PoolID{"pool_00601", "pool_00602", "pool_00603"}, search("crowd", staking.Place{}), "behind all where it is first looked for, and of too many to name them")
	require.Equal(t, []staking.PoolID{"pool_00701", "pool_00702", "pool_00703"}, search("Crowd", staking.Place{Key: 1_000_000 - 700, Pool: "pool_00700"}), "at once")
	require.Equal(t, []staking.PoolID{"pool_10996", "pool_10997", "pool_10998"}, search("HERMIT", staking.Place{}), "by the index of names")
	require.Equal(t, []staking.PoolID{"pool_00077"}, search("u77", staking.Place{Key: 999_924, Pool: "pool_00076"})[:1])
	require.Empty(t, search("nobody", staking.Place{}))
}

func read[T any](t *testing.T, s ports.Store, fn func(ctx context.Context, v ports.View) (T, error)) T {
	t.Helper()
	got, err := ports.Read(t.Context(), s, fn)
	require.NoError(t, err)
	return got
}

// A row is replaced where it is while no index names what changed in it: of a pool that is staked in or
// shared with, none does.
func TestAStakeWritesNoIndexOfItsPool(t *testing.T) {
	t.Parallel()
	var columns []string
	rows, err := owner(t, pgtest.Open(t, migrate)).QueryContext(t.Context(), `
		SELECT DISTINCT a.attname FROM pg_index AS i
		JOIN pg_depend AS d ON d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid > 0
		JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
		WHERE i.indrelid = 'pools'::regclass AND NOT i.indisprimary AND NOT i.indisunique`)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var column string
		require.NoError(t, rows.Scan(&column))
		columns = append(columns, column)
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []string{"state"}, columns)
}
