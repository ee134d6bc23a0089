package twist_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// copied is 1,200 commissions more like one that there is: more than two pages of what a job reads.
const copied = `
	SET session_replication_role = replica;
	INSERT INTO commissions SELECT more.* FROM commissions AS c, generate_series(1, 1200) AS n,
		jsonb_populate_record(c, jsonb_build_object('id', c.id || '_' || lpad(n::text, 5, '0'))) AS more
	WHERE c.id = '%s'`

// Whoever reports orders that nobody funds, or has a flood of them held, costs the jobs the same as with one: a program
// without a budget may have as many as it likes, and an alert that nobody has looked at may hold as many.
func TestWhatWaitsCostsTheJobsNothing(t *testing.T) {
	t.Parallel()
	sent, url := &counter{}, pgtest.Open(t, migrate)
	store, err := postgres.Open(t.Context(), url, postgres.Options{Volatile: true, Connections: 2, Trace: sent})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	w := newWorldOver(t, store, store.Clicks(), judged)
	w.pool("ada", 0)
	costs := func(job func() (int, error)) (int, int) {
		_, _ = sent.took()
		done, err := job()
		require.NoError(t, err)
		require.Zero(t, done)
		return sent.took()
	}
	fund := func() (int, error) { return w.Attribution.FundWaiting(t.Context()) }
	settle := func() (int, error) { return w.Attribution.SettleHeld(t.Context()) }

	poor := w.program("shop", 0)
	click := w.click(w.link("ada", poor))
	w.clock.Advance(time.Minute)
	unfunded := w.order(poor, "1", testkit.TWIST(10), click).Commissions[0]
	require.Equal(t, attribution.Unfunded, unfunded.State)
	units, statements := costs(fund)
	owner(t, url).do(fmt.Sprintf(copied, unfunded.ID))
	more, moreStatements := costs(fund)
	require.Equal(t, [2]int{units + 1, statements}, [2]int{more, moreStatements}, "nothing is read behind the first page")

	rich := w.program("shop", testkit.TWIST(1_000))
	held := w.order(rich, "2", testkit.TWIST(10), w.click(w.link("ada", rich))).Commissions[0]
	require.Equal(t, attribution.Held, held.State, "it came at once")
	units, statements = costs(settle)
	owner(t, url).do(fmt.Sprintf(copied, held.ID))
	more, moreStatements = costs(settle)
	require.Equal(t, [2]int{units, statements}, [2]int{more, moreStatements})
}
