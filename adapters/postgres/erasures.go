package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
)

// erasures takes away what is stored of a person.
type erasures struct{ *unit }

// obstacleRow is an obstacle.
type obstacleRow struct{ Obstacle identity.Obstacle }

func (r obstacleRow) value() identity.Obstacle { return r.Obstacle }

// Open gives what is open of an account.
func (e erasures) Open(ctx context.Context, account identity.AccountID, now time.Time) ([]identity.Obstacle, error) {
	return list[obstacleRow](ctx, e.unit, `
		SELECT 'stakes' AS obstacle WHERE EXISTS (
			SELECT FROM positions WHERE account = $1 AND (active > 0 OR waiting > 0)
		) OR EXISTS (
			SELECT FROM tickets WHERE account = $1 AND state = 'cooling'
		) UNION ALL SELECT 'commissions' WHERE EXISTS (
			SELECT FROM commissions WHERE holder = $1 AND (state IN ('unfunded', 'pending', 'held') OR state = 'approved' AND coalesce(final_at, earned_at + interval '2160 hours') > $2)
		) UNION ALL SELECT 'payouts' WHERE EXISTS (
			SELECT FROM payouts WHERE account = $1 AND state = ANY ($3::text[])
		) UNION ALL SELECT 'programs' WHERE EXISTS (
			SELECT FROM programs AS p WHERE merchant = $1 AND (
				EXISTS (SELECT FROM commissions WHERE program = p.id AND state = 'unfunded')
				OR EXISTS (SELECT FROM balances WHERE balance <> 0 AND address IN (
					'program:' || p.id || ':budget', 'program:' || p.id || ':pending', 'program:' || p.id || ':receivable'))
			)
		)`, string(account), now, openStates())
}

// Forget deletes what an erased account told and was told.
func (e erasures) Forget(ctx context.Context, account identity.AccountID) error {
	if e.usable() && !holds(string(account)) {
		return nil // no row has it
	}
	return e.run(ctx, nil, `SELECT forget_account($1)`, string(account))
}

// openStates are the states in which a payout holds tokens.
func openStates() []string {
	return words(slices.DeleteFunc(payouts.States(), func(s payouts.State) bool { return !s.Open() }))
}
