package twist_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// unequal asks for the pools whose ledger accounts are not, exactly, what their rows make: positions what is
// staked and by how many, tickets what cools, and all that has accrued and was not claimed, with the carry, the
// rewards. It is one statement and reads one snapshot. Every operation is one unit of work, so this must hold at
// every moment, whoever is at work. It shares nothing with the auditor: the identity stands here once more, in
// units of 2^-64 of a base unit.
const unequal = `
	SELECT p.id || ': positions ' || s.staked || ' by ' || s.stakers || ', tickets ' || c.cooling || ', owed ' || s.owed + p.carry
		|| '; pool ' || p.active + p.waiting || ' by ' || p.stakers || ', ' || p.cooling || ', ' || p.funded - p.paid - p.returned
		|| '; ledger ' || l.staked || ', ' || l.cooling || ', ' || l.rewards
	FROM pools AS p
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(x.active + x.waiting), 0) AS staked, count(*) FILTER (WHERE x.active + x.waiting > 0) AS stakers,
			coalesce(sum(x.claimed), 0) AS claimed,
			coalesce(sum(x.owed + x.active * (p.reward_index - x.reward_index)
				+ CASE WHEN x.waiting > 0 AND x.waiting_epoch < p.epoch THEN x.waiting * (p.reward_index - a.reward_index) ELSE 0 END), 0) AS owed
		FROM positions AS x LEFT JOIN activations AS a ON a.pool = x.pool AND a.epoch = x.waiting_epoch WHERE x.pool = p.id
	) AS s
	CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS cooling FROM tickets WHERE pool = p.id AND state = 'cooling') AS c
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(balance) FILTER (WHERE address = 'pool:' || p.id || ':staked'), 0) AS staked,
			coalesce(sum(balance) FILTER (WHERE address = 'pool:' || p.id || ':cooling'), 0) AS cooling,
			coalesce(sum(balance) FILTER (WHERE address = 'pool:' || p.id || ':rewards'), 0) AS rewards
		FROM balances WHERE address = ANY (ARRAY['pool:' || p.id || ':staked', 'pool:' || p.id || ':cooling', 'pool:' || p.id || ':rewards'])
	) AS l
	WHERE (l.staked, l.staked, l.cooling, l.cooling) IS DISTINCT FROM (s.staked, p.active + p.waiting, c.cooling, p.cooling)
		OR (p.stakers, p.paid, l.rewards) IS DISTINCT FROM (s.stakers, s.claimed, p.funded - p.paid - p.returned)
		OR l.rewards * 18446744073709551616 IS DISTINCT FROM s.owed + p.carry
	ORDER BY p.id`

// sums holds the pools of a database against their ledger accounts, again and again.
type sums struct {
	db *sql.DB // from outside

	looked atomic.Int64
	mu     sync.Mutex
	found  []string
}

// look compares them once, and remembers what differs.
func (s *sums) look(ctx context.Context) {
	found, err := s.differ(context.WithoutCancel(ctx))
	if err != nil {
		found = []string{fmt.Sprintf("could not be read: %v", err)}
	}
	s.looked.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found = append(s.found, found...)
}

func (s *sums) differ(ctx context.Context) (all []string, err error) {
	rows, err := s.db.QueryContext(ctx, unequal)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// require holds that nothing ever differed.
func (s *sums) require(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Empty(t, slices.Compact(s.found), "a pool's ledger accounts are not what its rows make")
}

// The comparison notices any number that is off by one, in whichever row.
func TestUnequalSumsAreNoticed(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	richCooldowns(p.world)
	s := &sums{db: p.storm.db}
	s.look(t.Context())
	s.require(t)
	for _, alter := range []string{
		`UPDATE pools SET active = active + 1 WHERE active > 0`,
		`UPDATE pools SET waiting = waiting + 1`,
		`UPDATE pools SET cooling = cooling + 1 WHERE cooling > 0`,
		`UPDATE pools SET funded = funded + 1`,
		`UPDATE pools SET paid = paid - 1 WHERE paid > 0`,
		`UPDATE pools SET stakers = stakers + 1`,
		`UPDATE pools SET carry = carry + 1`,
		`UPDATE pools SET reward_index = reward_index + 1 WHERE active > 0`,
		`UPDATE positions SET active = active + 1 WHERE active > 0`,
		`UPDATE positions SET owed = owed + 1`,
		`UPDATE positions SET claimed = claimed + 1`,
		`UPDATE positions SET reward_index = reward_index - 1 WHERE reward_index > 0`,
		`UPDATE tickets SET amount = amount + 1 WHERE state = 'cooling'`,
		`UPDATE tickets SET state = 'withdrawn', ended_at = due_at WHERE state = 'cooling'`,
		`UPDATE balances SET balance = balance + 1 WHERE address LIKE 'pool:%:staked'`,
		`UPDATE balances SET balance = balance + 1 WHERE address LIKE 'pool:%:cooling'`,
		`UPDATE balances SET balance = balance + 1 WHERE address LIKE 'pool:%:rewards'`,
	} {
		tx, err := p.storm.db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), `SET LOCAL session_replication_role = replica`) // no trigger speaks first
		require.NoError(t, err)
		done, err := tx.ExecContext(t.Context(), alter)
		require.NoError(t, err, alter)
		altered, err := done.RowsAffected()
		require.NoError(t, err)
		require.Positive(t, altered, alter)
		var found int
		require.NoError(t, tx.QueryRowContext(t.Context(), `SELECT count(*) FROM (`+unequal+`) AS found`).Scan(&found), alter)
		require.Positive(t, found, alter)
		require.NoError(t, tx.Rollback())
	}
}
