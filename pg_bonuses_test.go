package twist_test

import (
	"database/sql"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// progress is how far the bonus jobs have come.
type progress struct{ found, paid int }

// bonusProgress counts the bonuses that are committed.
func bonusProgress(t *testing.T, db *sql.DB) (now progress) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE state = 'paid') FROM bonuses`).Scan(&now.found, &now.paid))
	return now
}

// P-31, I-06, I-07: a process whose two workers find and pay bonuses is killed again and again, whenever it has committed a few. Every
// bonus of the month is found once and paid once, both of who has two, and together they are what the platform keeps.
func TestBonusJobsThatAreKilled(t *testing.T) {
	t.Parallel()
	const stars = 40
	url := pgtest.Open(t, migrate)
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	store := openStore(t, url)
	w := newWorldOver(t, store, store.Clicks())
	s := deciding(w)
	s.converts("ada", 100) // which are one bonus, and what is beside them another
	patron := w.patron()
	patron.buys("ada", testkit.TWIST(7))
	s.fan("fay", testkit.TWIST(1_000))
	has := map[string]money.Amount{"ada": w.balances("ada").Available}
	earned := map[string]money.Amount{"ada": testkit.TWIST(107)}
	all := testkit.TWIST(107)
	w.deposit("gil", testkit.TWIST(1_000*stars))
	for i := range stars {
		name, kept := numbered("star", i), testkit.TWIST(int64(1+i))
		w.stake("gil", w.pool(name, 0), testkit.TWIST(1_000))
		patron.buys(name, kept)
		has[name], earned[name] = w.balances(name).Available, kept
		all += kept
	}
	w.setsAside("ops", all)
	w.assessable(march, 0)

	const bonuses = stars + 2
	on := stage{Now: w.clock.Now(), Chain: serveChain(t, w.cluster), Mint: w.config.Mint, Bonuses: true}
	kills, finding, paying := 0, 0, 0
	for now := (progress{}); now.paid < bonuses; {
		cmd, said := bear(t, url, on)
		began, few := now, 1+rand.IntN(4)
		for deadline := time.Now().Add(time.Minute); now.found+now.paid < min(began.found+began.paid+few, 2*bonuses); now = bonusProgress(t, db) {
			require.True(t, time.Now().Before(deadline), "nothing goes on after %+v", began)
		}
		require.NoError(t, cmd.Process.Kill())
		for said.Scan() {
			require.Fail(t, "a child met what nobody foresaw", said.Text())
		}
		require.ErrorContains(t, cmd.Wait(), "killed")
		kills++
		if now = bonusProgress(t, db); now.found < bonuses {
			finding++
		} else if now.paid < bonuses {
			paying++
		}
	}
	t.Logf("killed %d times, %d of them while it found and %d while it paid", kills, finding, paying)
	require.Positive(t, finding)
	require.Positive(t, paying)

	w.assesses(0)
	w.pays(0)
	for name, bonus := range earned {
		w.requireAvailable(name, has[name]+bonus)
		of := w.bonuses(name)
		require.Len(t, of, map[bool]int{true: 2, false: 1}[name == "ada"])
		for _, b := range of {
			require.Equal(t, []any{bonus, attribution.BonusPaid}, []any{b.Fees, b.State})
			require.Equal(t, 1, w.count(journal.BonusDue, string(b.ID)))
			require.Equal(t, 1, w.count(journal.BonusPaid, string(b.ID)))
		}
	}
	require.Zero(t, w.at(ledger.Bonuses()))
	require.Empty(t, w.openAlerts())
	w.seal()
	w.sound()
	requireVerified(t, url)
}
