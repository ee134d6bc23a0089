package twist_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// comesFrom makes a name's stake as a call from an address.
func (w *world) comesFrom(address, name string, pool staking.PoolID) {
	w.t.Helper()
	ctx := w.ctx()
	if address != "" {
		ctx = twist.WithOrigin(ctx, twist.Origin{IP: netip.MustParseAddr(address), RequestID: "req_1"})
	}
	_, err := w.Staking.Stake(ctx, w.signIn(name), pool, testkit.TWIST(100))
	require.NoError(w.t, err)
}

// E-23: more than five accounts from one address within 24 hours are looked at, over midnight too and in IPv6 by the
// network, and none of them is refused. The alert knows the address by a hash.
func TestABusyAddressIsLookedAt(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		star := w.pool("star", 0)
		fans := []string{"a", "b", "c", "d", "e", "f", "g"}
		for _, name := range fans {
			w.deposit(name, testkit.TWIST(2_000))
		}
		from := func(address string, names ...string) {
			t.Helper()
			for _, name := range names {
				w.comesFrom(address, name, star)
				w.clock.Advance(7 * time.Minute)
			}
		}
		w.clock.Advance(w.untilMidnight() - 21*time.Minute)
		from("203.0.113.7", "a", "b", "c") // yesterday
		from("203.0.113.7", "d", "e", "e")
		from("203.0.113.8", "f")
		from("", "f", "g")
		require.Empty(t, w.openAlerts(), "five from there, and others from elsewhere and nowhere")
		from("203.0.113.7", "g", "a")
		open := w.openAlerts()
		require.Len(t, open, 1)
		require.Equal(t, []any{fraud.KindAddress, []fraud.Name{fraud.BusyAddress}, fraud.Critical, 85, int64(2), fraud.AccountID(w.signIn("g").Account)},
			[]any{open[0].Kind, open[0].Rules, open[0].Severity, open[0].Score, open[0].Count, open[0].Account})
		require.Regexp(t, "^[0-9a-f]{32}$", open[0].Subject)
		_, err := w.Platform.Fraud.Uphold(w.ctx(), w.by(w.enters("ops", phone)), open[0].ID)
		require.NoError(t, err)
		w.clock.Advance(day)
		from("203.0.113.7", "g", "b", "c", "d", "e")
		require.Empty(t, w.openAlerts(), "it blocks nobody, and what is older than 24 hours does not count")
		w.clock.Advance(time.Hour)
		from("2001:db8:1:2::1", "a", "b", "c")
		from("2001:db8:1:2:ffff::2", "d", "e", "f")
		require.Equal(t, []fraud.Name{fraud.BusyAddress}, w.openAlerts()[0].Rules)
		w.sound()
	})
}

// I-16: an account that is blocked puts no more weight into any pool, by whatever way, and takes out what it wants. Before
// and after it all ways are open.
func TestABlockedAccountGainsNoWeight(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		other, third := w.pool("bea", 0), w.pool("cat", 0)
		fay := w.deposit("fay", testkit.TWIST(2_000))
		s.changes(2 * day)
		require.NoError(t, w.tries("fay", s.pool))
		first, second := w.leave("fay", s.pool, testkit.TWIST(10)).Tickets[0], w.leave("fay", s.pool, testkit.TWIST(10)).Tickets[0]
		require.NoError(t, w.tries("fay", other))
		s.compounds("fay", true)
		half := targets([]staking.PoolID{other, third}, 5_000, 5_000)
		s.cancel(first.ID)
		due := w.leave("fay", s.pool, testkit.TWIST(10)).Tickets[0]
		for range 2 {
			require.NoError(t, w.tries("fay", other))
		}
		w.clock.Advance(day)
		w.rebalance(staking.ModeCustom, half)
		for range 4 {
			require.NoError(t, w.tries("fay", other))
		}
		require.ErrorIs(t, w.tries("fay", other), fraud.ErrStakesBlocked)

		stands := func() (all []money.Amount) {
			for _, pool := range []staking.PoolID{s.pool, other, third} {
				all = append(all, w.poolNow(pool).Staked())
			}
			return all
		}
		before, alert := stands(), w.openAlerts()[0]
		plans := func(ctx context.Context) error {
			_, err := w.Staking.PlanRebalance(ctx, fay, staking.ModeCustom, half)
			return err
		}
		moves := func(ctx context.Context) error {
			_, err := w.Staking.Rebalance(ctx, fay, staking.ModeCustom, half)
			return err
		}
		cancels := func(ctx context.Context) error {
			_, err := w.Staking.CancelExit(ctx, fay, second.ID)
			return err
		}
		for _, way := range []func(context.Context) error{cancels, plans, moves} {
			require.ErrorIs(t, way(w.ctx()), fraud.ErrStakesBlocked)
		}
		s.gift("gift", testkit.TWIST(1))
		told := len(w.told())
		s.turns(0)
		require.Contains(t, w.kinds(told), journal.CompoundRefused)
		require.Equal(t, "stakes_blocked", w.toldOf(journal.CompoundRefused).Data["code"])
		require.Equal(t, before, stands())
		require.Equal(t, alert, w.openAlerts()[0], "none of it is a stake")

		// What it has is its own all the same.
		require.Positive(t, w.claim("fay", s.pool))
		w.leave("fay", other, testkit.TWIST(10))
		w.clock.Advance(2 * day)
		fay = w.signInAnew("fay")
		s.withdraw("fay", due.ID)
		_, err := w.Platform.Fraud.Uphold(w.ctx(), w.by(w.enters("ops", phone)), alert.ID)
		require.NoError(t, err)
		require.ErrorIs(t, cancels(w.ctx()), fraud.ErrStakesBlocked)
		_, err = w.Platform.Fraud.Dismiss(w.ctx(), w.by(w.enters("ops", phone)), alert.ID)
		require.NoError(t, err)
		for _, way := range []func(context.Context) error{cancels, plans, moves} {
			require.NoError(t, way(w.ctx()))
		}
		s.gift("more", testkit.TWIST(1))
		s.turns(1)
		w.sound()
	})
}

// I-16, E-17: the process may end after a stake was refused and before that is kept: the caller is told of no refusal, nothing
// was staked, and nothing is known of it. The next try is judged the same and kept.
func TestARefusalThatWasLost(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		fay := w.deposit("fay", testkit.TWIST(2_000))
		star := w.pool("star", 0)
		for range 4 {
			require.NoError(t, w.tries("fay", star))
		}
		before := w.balances("fay")
		for _, after := range []bool{false, true} {
			dies := w.another(judged, func(c *twist.Config) {
				c.Store = &faulty{Store: c.Store, plan: &plan{at: 2, panics: true, after: after}}
			})
			require.PanicsWithValue(t, errCrash, func() { _, _ = dies.Staking.Stake(w.ctx(), fay, star, testkit.TWIST(100)) })
			require.Equal(t, before, w.balances("fay"))
			if !after {
				require.Empty(t, w.openAlerts(), "whoever stops here was refused, and nobody knows")
			}
		}
		require.EqualValues(t, 1, w.openAlerts()[0].Count, "it was kept, and nobody was told")
		require.ErrorIs(t, w.tries("fay", star), fraud.ErrStakesBlocked)
		open := w.openAlerts()
		require.Len(t, open, 1)
		require.Equal(t, []any{[]fraud.Name{fraud.RegularGaps}, int64(2)}, []any{open[0].Rules, open[0].Count})
		require.Equal(t, testkit.TWIST(400), w.poolNow(star).Staked())
		w.sound()
	})
}
