package twist_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// thousand gives the account $1 a position in each of a thousand pools, of 1 to 1,000 TWIST.
const thousand = `
	WITH numbers AS (SELECT n, 'many_' || lpad(n::text, 21, '0') AS name FROM generate_series(1, 1000) AS n),
	accounts AS (INSERT INTO accounts (id, wallet, opened_at) SELECT 'acct_' || name, 'wallet ' || n, now() FROM numbers),
	influencers AS (
		INSERT INTO influencers (id, account, username, handle, display_name, registered_at)
		SELECT 'infl_' || name, 'acct_' || name, 'star_' || n, 'star_' || n, 'Star', now() FROM numbers),
	pools AS (
		INSERT INTO pools (id, influencer, owner, state, share, minimum, epoch, active, waiting, reward_index, carry, funded, paid, stakers, opened_at)
		SELECT 'pool_' || name, 'infl_' || name, 'acct_' || name, 'active', 1000, 100000000, 0, 1000000000::bigint * n, 0, 0, 0, 0, 0, 1, now() FROM numbers),
	figures AS (
		INSERT INTO pool_figures (pool, influencer, opened_at, staked, stakers, day, apy, net, before)
		SELECT 'pool_' || name, 'infl_' || name, now(), 1000000000::bigint * n, 1, 0, 0, 0, 0 FROM numbers)
	INSERT INTO positions (id, pool, account, active, waiting, waiting_epoch, reward_index, owed, claimed, opened_at, terms)
	SELECT 'pos_' || name, 'pool_' || name, $1, 1000000000::bigint * n, 0, 0, 0, 0, 0, now(), ARRAY[0, 1000000000::bigint * n] FROM numbers`

// F-39: a portfolio of a thousand positions is added up by one question to the store, whatever page of it
// is asked for.
func TestAPortfolioOfAThousandIsOneStatement(t *testing.T) {
	t.Parallel()
	sent := &counter{}
	url := pgtest.Open(t, migrate)
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 1, Trace: sent})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	w := newWorldOver(t, store, store.Clicks())
	fay := w.signIn("fay")
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(t.Context())) }()
	_, err = conn.Exec(t.Context(), "SET session_replication_role = replica") // what is written at once looks at nothing
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), thousand, string(fay.Account))
	require.NoError(t, err)
	for _, limit := range []int{1, 1000} {
		_, _ = sent.took()
		all, err := w.Staking.Portfolio(w.ctx(), fay, "", limit)
		require.NoError(t, err)
		units, statements := sent.took()
		require.Equal(t, []int{1, 1}, []int{units, statements})
		require.Len(t, all.Stakes, limit)
		require.EqualValues(t, 1000, all.Active)
		require.Equal(t, testkit.TWIST(500_500), all.Staked)
	}
}
