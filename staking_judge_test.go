package twist_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// judged has the canonical rules, as a Config that says nothing has, and an operator.
func judged(c *twist.Config) {
	c.Fraud = fraud.Rules{}
	rooted(c)
}

// judgedIn runs a test on a world that judges, in memory and in a database.
func judgedIn(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for name, store := range map[string]func(testing.TB, ...func(*twist.Config)) *world{"memory": newWorld, "postgres": inDatabase} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, store(t, judged)) })
	}
}

func (w *world) tries(name string, pool staking.PoolID) error {
	w.t.Helper()
	_, err := w.Staking.Stake(w.ctx(), w.signIn(name), pool, testkit.TWIST(100))
	return err
}

func (w *world) openAlerts() []fraud.Alert {
	w.t.Helper()
	all, err := w.Platform.Fraud.AlertsIn(w.ctx(), fraud.Open, "", 9)
	require.NoError(w.t, err)
	return all
}

// I-16: of ten rapid equal stakes some are refused, and no more moves than those that were made. There is one alert,
// which counts; the way out is open; and what an operator decides holds.
func TestRapidStakesAreRefused(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		fan := w.deposit("fay", testkit.TWIST(2_000))
		star, other := w.pool("star", 0), w.pool("gem", 0)
		ops := w.by(w.enters("ops", phone))
		for range 4 {
			require.NoError(t, w.tries("fay", star))
		}
		before, told := w.balances("fay"), len(w.told())
		for n := range 6 {
			key := twist.WithKey(w.ctx(), twist.Key{Value: fmt.Sprint("k", n%2)})
			_, err := w.Staking.Stake(key, fan, []staking.PoolID{star, other}[n%2], testkit.TWIST(100))
			require.ErrorIs(t, err, fraud.ErrStakesBlocked)
		}
		require.Equal(t, before, w.balances("fay"))
		require.Equal(t, testkit.TWIST(400), w.poolNow(star).Staked())
		require.Zero(t, w.poolNow(other).Staked())
		require.Equal(t, []journal.Kind{journal.AlertOpened, journal.StakesBlocked}, w.kinds(told), "it is told once")
		open := w.openAlerts()
		require.Len(t, open, 1)
		alert := open[0]
		require.Equal(t, []any{fraud.KindStakes, string(fan.Account), fraud.Critical, 80, int64(6), []fraud.Name{fraud.RegularGaps}},
			[]any{alert.Kind, alert.Subject, alert.Severity, alert.Score, alert.Count, alert.Rules})

		// Whoever is blocked takes everything out.
		w.claimsUnjudged("fay", star)
		w.leave("fay", star, testkit.TWIST(100))

		// Whoever decides is an operator, and not the one it is about.
		_, err := w.Platform.Fraud.Dismiss(w.ctx(), fan, alert.ID)
		require.ErrorIs(t, err, identity.ErrRoleTooHigh)
		_, err = w.Platform.Fraud.Uphold(w.ctx(), ops, "alrt_never")
		require.ErrorIs(t, err, fraud.ErrAlertNotFound)
		require.ErrorIs(t, w.tries("fay", star), fraud.ErrStakesBlocked)

		upheld, err := w.Platform.Fraud.Uphold(w.ctx(), ops, alert.ID)
		require.NoError(t, err)
		require.Equal(t, fraud.AccountID(ops.Account), upheld.ResolvedBy)
		w.clock.Advance(30 * day)
		require.ErrorIs(t, w.tries("fay", star), fraud.ErrStakesBlocked, "until it is lifted")
		require.Empty(t, w.openAlerts(), "and it opens nothing anew")
		ops = w.signInAnew("ops")
		_, err = w.Platform.Fraud.Dismiss(w.ctx(), ops, alert.ID)
		require.NoError(t, err)
		require.NoError(t, w.tries("fay", star))
		require.Equal(t, journal.AlertDismissed, w.toldOf(journal.AlertDismissed).Kind)
		w.leave("fay", star, testkit.TWIST(400))
		w.sound()
	})
}

// alarmed is a world in which an alert was opened, upheld and dismissed.
func alarmed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, judged)
	w.deposit("fay", testkit.TWIST(2_000))
	star := w.pool("star", 0)
	for range 4 {
		require.NoError(t, w.tries("fay", star))
	}
	require.ErrorIs(t, w.tries("fay", star), fraud.ErrStakesBlocked)
	ops, id := w.by(w.enters("ops", phone)), w.openAlerts()[0].ID
	_, err := w.Platform.Fraud.Uphold(w.ctx(), ops, id)
	require.NoError(t, err)
	_, err = w.Platform.Fraud.Dismiss(w.ctx(), ops, id)
	require.NoError(t, err)
	return w
}

func (w *world) toldOf(kind journal.Kind) (last journal.Event) {
	w.t.Helper()
	for _, e := range w.told() {
		if e.Kind == kind {
			last = e
		}
	}
	return last
}

// claimsUnjudged asks to claim, of which there may be nothing: no rule of fraud answers.
func (w *world) claimsUnjudged(name string, pool staking.PoolID) {
	w.t.Helper()
	_, err := w.Staking.Claim(w.ctx(), w.signIn(name), pool)
	require.NotErrorIs(w.t, err, fraud.ErrStakesBlocked)
}

// E-14: whoever counts is told of each stake that is looked at or refused, once, after it is kept, and of no other.
func TestRulingsAreTold(t *testing.T) {
	t.Parallel()
	type ruled struct {
		ruling fraud.Ruling
		rules  []fraud.Name
	}
	var told []ruled
	w := newWorld(t, judged, func(c *twist.Config) {
		c.Ruled = func(r fraud.Ruling, found []fraud.Finding) {
			of := ruled{ruling: r}
			for _, f := range found {
				of.rules = append(of.rules, f.Rule)
			}
			told = append(told, of)
		}
	})
	fan := w.deposit("fay", testkit.TWIST(2_000))
	star := w.pool("star", 0)
	for n := range 6 {
		w.clock.Advance(time.Duration(n+2) * time.Hour)
		for range 2 { // the second is a replay
			_, err := w.Staking.Stake(twist.WithKey(w.ctx(), keyOf(fmt.Sprint("k", n), 1)), fan, star, testkit.TWIST(100))
			require.NoError(t, err)
		}
	}
	looked := ruled{fraud.Review, []fraud.Name{fraud.EqualAmounts}}
	require.Equal(t, []ruled{looked}, told)
	for range 3 {
		require.NoError(t, w.tries("fay", star))
	}
	require.Equal(t, []ruled{looked, looked, looked, looked}, told)
	for range 2 {
		require.ErrorIs(t, w.tries("fay", star), fraud.ErrStakesBlocked)
	}
	require.Equal(t, []ruled{{fraud.Block, []fraud.Name{fraud.RegularGaps, fraud.EqualAmounts}}, {fraud.Block, nil}}, told[4:])
	n, err := w.Platform.Fraud.CountOpen(w.ctx())
	require.NoError(t, err)
	require.Equal(t, map[fraud.Kind]int{fraud.KindStakes: 1}, n)
}

// A block ends by itself, to the moment.
func TestABlockEndsAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, judged)
	w.deposit("fay", testkit.TWIST(2_000))
	star := w.pool("star", 0)
	for range 4 {
		require.NoError(t, w.tries("fay", star))
	}
	require.ErrorIs(t, w.tries("fay", star), fraud.ErrStakesBlocked)
	w.clock.Advance(day - time.Microsecond)
	require.ErrorIs(t, w.tries("fay", star), fraud.ErrStakesBlocked)
	w.clock.Advance(time.Microsecond)
	require.NoError(t, w.tries("fay", star))
	require.EqualValues(t, 2, w.openAlerts()[0].Count)
}

// A stake that is reviewed is made, and alerts of the account and of the pool stand beside one another.
func TestReviewedStakesAreMade(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		star := w.pool("star", 0)
		w.deposit("fay", testkit.TWIST(2_000))
		for n := range 7 {
			require.NoError(t, w.tries("fay", star))
			w.clock.Advance(time.Duration(n+2) * time.Hour)
		}
		open := w.openAlerts()
		require.Len(t, open, 1)
		require.Equal(t, []any{[]fraud.Name{fraud.EqualAmounts}, fraud.High, int64(2)}, []any{open[0].Rules, open[0].Severity, open[0].Count})
		for n := range 11 {
			name := fmt.Sprint("fan", n)
			w.deposit(name, testkit.TWIST(200))
			require.NoError(t, w.tries(name, star))
		}
		open = w.openAlerts()
		require.Len(t, open, 2)
		require.Equal(t, []any{fraud.KindPool, string(star), fraud.AccountID(w.signIn("star").Account), []fraud.Name{fraud.PoolCrowd}},
			[]any{open[1].Kind, open[1].Subject, open[1].Account, open[1].Rules})
		_, err := w.Platform.Fraud.Uphold(w.ctx(), w.by(w.enters("ops", phone)), open[1].ID)
		require.NoError(t, err)
		require.NoError(t, w.tries("fan0", star), "it blocks nobody")
		w.sound()
	})
}

// A wallet that was another account's is no way around what that account did.
func TestASharedWalletIsRefused(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		fay := w.deposit("fay", testkit.TWIST(1_000))
		star := w.pool("star", 0)
		w.join(fay, "pen")
		require.NoError(t, w.tries("fay", star))
		w.clock.Advance(day)
		fay = w.signInAnew("fay")
		w.signInAnew("pen")
		require.NoError(t, w.part(fay, "pen"))
		w.deposit("pen", testkit.TWIST(1_000))
		require.ErrorIs(t, w.tries("pen", star), fraud.ErrStakesBlocked)
		require.Equal(t, []fraud.Name{fraud.SharedWallet}, w.openAlerts()[0].Rules)
		require.Equal(t, testkit.TWIST(1_000), w.balances("pen").Spendable)
		w.clock.Advance(7 * day)
		require.NoError(t, w.tries("pen", star))
	})
}

// I-16: stakes of one account at the same time, in many pools, are judged one after another: no more pass than would
// one by one, and of those that are refused there is one alert.
func TestStormStakesAreJudgedTogether(t *testing.T) {
	t.Parallel()
	w := inDatabase(t, judged)
	fan := w.deposit("fay", testkit.TWIST(2_000))
	var pools []staking.PoolID
	for n := range 4 {
		pools = append(pools, w.pool(fmt.Sprint("star", n), 0))
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	made, refused := 0, 0
	for n := range 16 {
		all.Go(func() {
			_, err := w.Staking.Stake(context.WithoutCancel(t.Context()), fan, pools[n%4], testkit.TWIST(100))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				made++
			case errors.Is(err, fraud.ErrStakesBlocked):
				refused++
			default:
				t.Errorf("stake: %v", err)
			}
		})
	}
	all.Wait()
	require.Equal(t, []int{4, 12}, []int{made, refused})
	open := w.openAlerts()
	require.Len(t, open, 1)
	require.EqualValues(t, 12, open[0].Count)
	require.Equal(t, testkit.TWIST(1_600), w.balances("fay").Spendable)
	w.sound()
}
