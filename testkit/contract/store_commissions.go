package contract

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
)

// putCommissions keeps commissions in the order given.
func putCommissions(t *testing.T, s ports.Store, rows ...attribution.Commission) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Commissions.Put, rows...) })
}

func commissionPut(t *testing.T, s ports.Store) {
	look := func() []attribution.Commission {
		return view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
			return v.Commissions.ListByConversion(ctx, conversion(0).ID)
		})
	}
	for _, c := range []attribution.Commission{
		commission(1, attribution.Unfunded), commission(1, attribution.Held), commission(1, attribution.Pending),
		commission(1, attribution.Approved), commission(1, attribution.Reversed), commission(1, attribution.Rejected),
	} {
		was := look()
		put := func(ctx context.Context, tx ports.Tx) error {
			if err := tx.Commissions.Put(ctx, c); err != nil {
				return err
			}
			now, err := tx.Commissions.ListByConversion(ctx, c.Conversion)
			if len(now) != 1 || now[0] != c {
				return errUnseen
			}
			return err
		}
		abandon(t, s, put)
		require.Equal(t, was, look())
		write(t, s, put)
		require.Equal(t, []attribution.Commission{c}, look())
	}
	poolless := commission(2, attribution.Pending)
	poolless.Pool = ""
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Commissions.Put(ctx, poolless) })
	require.Equal(t, []attribution.Commission{commission(1, attribution.Rejected), poolless}, look())
	awaited := commission(3, attribution.Unfunded) // and held once it is funded
	awaited.Reason = strings.Repeat("ü", 500)
	putCommissions(t, s, awaited)
	require.Equal(t, awaited, look()[2])
}

func commissionLists(t *testing.T, s ports.Store) {
	var all [6]attribution.Commission
	var of [2][]attribution.Commission // one conversion and holder each
	for n := range all {
		c, to := commission(n, attribution.Approved), n%2
		c.Conversion, c.Holder, c.Influencer = conversion(to).ID, attribution.AccountID(account(to).ID), attribution.InfluencerID(influencer(to).ID)
		all[n], of[to] = c, append(of[to], c)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Conversions.Add(ctx, conversion(1)) })
	putCommissions(t, s, all[4], all[5], all[1], all[0], all[3], all[2])

	for _, want := range of {
		requirePages(t, s, want, func(ctx context.Context, v ports.View, after attribution.Commission, limit int) ([]attribution.Commission, error) {
			return v.Commissions.ListByHolder(ctx, want[0].Holder, after.ID, limit)
		})
		require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
			return v.Commissions.ListByConversion(ctx, want[0].Conversion)
		}))
		require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) ([]attribution.Commission, error) {
			return tx.Commissions.ListByConversion(ctx, want[0].Conversion)
		}))
	}
	requirePages(t, s, slices.Concat(of[0], of[1]), func(ctx context.Context, v ports.View, after attribution.Commission, limit int) ([]attribution.Commission, error) {
		return v.Commissions.All(ctx, after, limit)
	})
	rest := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return v.Commissions.ListByHolder(ctx, of[0][0].Holder, of[1][0].ID, 9)
	})
	require.Equal(t, of[0][1:], rest, "the row to begin after may be another holder's")
}

func commissionDue(t *testing.T, s ports.Store) {
	now := later(50)
	matures := func(n int, state attribution.State, at time.Time) attribution.Commission {
		c := commission(n, state)
		c.MatureAt = at
		return c
	}
	last, early, alsoEarly := matures(1, attribution.Pending, now), matures(3, attribution.Pending, later(40)), matures(2, attribution.Pending, later(40))
	putCommissions(
		t, s, last, early, alsoEarly,
		matures(4, attribution.Pending, now.Add(time.Microsecond)), matures(5, attribution.Unfunded, later(40)),
		matures(6, attribution.Approved, later(40)), matures(7, attribution.Reversed, later(40)),
	)
	want := []attribution.Commission{alsoEarly, early, last}
	due := func(ctx context.Context, v ports.View, behind attribution.Commission, limit int) ([]attribution.Commission, error) {
		return v.Commissions.Due(ctx, now, behind, limit)
	}
	requirePages(t, s, want, due)
	between := alsoEarly // where no commission is, nor ever was
	between.ID += "-"
	rest := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return due(ctx, v, between, 9)
	})
	require.Equal(t, []attribution.Commission{early, last}, rest)
}

func commissionStates(t *testing.T, s ports.Store) {
	var all [8]attribution.Commission
	for n := range all {
		all[n] = commission(n, []attribution.State{attribution.Unfunded, attribution.Held}[n/2%2])
		all[n].Program = program(n % 2).ID
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Add(ctx, program(1)) })
	putCommissions(t, s, all[5], all[1], all[3], all[7], all[0], all[6], all[2], all[4])
	putCommissions(t, s, commission(8, attribution.Pending), commission(9, attribution.Reversed))
	in := func(program attribution.ProgramID, state attribution.State) func(context.Context, ports.View, attribution.Commission, int) ([]attribution.Commission, error) {
		return func(ctx context.Context, v ports.View, after attribution.Commission, limit int) ([]attribution.Commission, error) {
			return v.Commissions.ListByState(ctx, program, state, after.ID, limit)
		}
	}
	requirePages(t, s, []attribution.Commission{all[0], all[1], all[4], all[5]}, in("", attribution.Unfunded))
	requirePages(t, s, []attribution.Commission{all[2], all[3], all[6], all[7]}, in("", attribution.Held))
	requirePages(t, s, []attribution.Commission{all[3], all[7]}, in(program(1).ID, attribution.Held))
	rest := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return in("", attribution.Unfunded)(ctx, v, all[2], 9)
	})
	require.Equal(t, []attribution.Commission{all[4], all[5]}, rest, "after one that is in another state")
	none := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
		return in(program(1).ID, "none")(ctx, v, attribution.Commission{}, 9)
	})
	require.Empty(t, none)
}

func commissionQueued(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(tx.Programs.Add(ctx, program(1)), tx.Programs.Add(ctx, program(2)), tx.Programs.Add(ctx, program(3)))
	})
	states := []attribution.State{attribution.Unfunded, attribution.Unfunded, attribution.Pending, attribution.Unfunded}
	for n := range 12 {
		c := commission(n, states[n%4])
		c.Program = program(n % 4).ID
		putCommissions(t, s, c)
	}
	queued := func(ctx context.Context, v ports.View, after attribution.ProgramID, limit int) ([]attribution.ProgramID, error) {
		return v.Waiting.Programs(ctx, after, limit)
	}
	requirePages(t, s, []attribution.ProgramID{program(0).ID, program(1).ID, program(3).ID}, queued)
	between := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.ProgramID, error) {
		return queued(ctx, v, program(2).ID, 9)
	})
	require.Equal(t, []attribution.ProgramID{program(3).ID}, between, "after one that has no queue")
}

func commissionAlerts(t *testing.T, s ports.Store) {
	var all [6]attribution.Commission
	for n := range all {
		all[n] = commission(n, []attribution.State{attribution.Held, attribution.Unfunded, attribution.Rejected}[n/2])
		all[n].Alert, all[n].Reason = attribution.AlertID([]string{"alrt_b", "alrt_a"}[n%2]), "for a reason"
	}
	putCommissions(t, s, all[5], all[1], all[3], all[0], all[2], all[4])
	late, free := commission(8, attribution.Held), commission(9, attribution.Held)
	late.Alert, free.Alert = "alrt_c", ""
	putCommissions(t, s, late, free)
	requirePages(t, s, []attribution.AlertID{"alrt_a", "alrt_b", "alrt_c"},
		func(ctx context.Context, v ports.View, after attribution.AlertID, limit int) ([]attribution.AlertID, error) {
			return v.Waiting.Alerts(ctx, after, limit)
		})
	of := func(alert attribution.AlertID) func(context.Context, ports.View, attribution.Commission, int) ([]attribution.Commission, error) {
		return func(ctx context.Context, v ports.View, after attribution.Commission, limit int) ([]attribution.Commission, error) {
			return v.Waiting.ListByAlert(ctx, alert, after.ID, limit)
		}
	}
	requirePages(t, s, []attribution.Commission{all[0], all[2]}, of("alrt_b"))
	requirePages(t, s, []attribution.Commission{all[1], all[3]}, of("alrt_a"))
	for _, none := range []attribution.AlertID{"", "alrt_d"} {
		require.Empty(t, view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Commission, error) {
			return of(none)(ctx, v, attribution.Commission{}, 9)
		}))
	}
}

func commissionHasUnfunded(t *testing.T, s ports.Store) {
	look := func(n int) bool {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (bool, error) {
			return tx.Commissions.HasUnfunded(ctx, program(n).ID)
		})
	}
	putCommissions(t, s, commission(1, attribution.Pending))
	require.False(t, look(0))
	putCommissions(t, s, commission(2, attribution.Unfunded))
	require.True(t, look(0))
	require.False(t, look(1))
	putCommissions(t, s, commission(2, attribution.Pending))
	require.False(t, look(0))
	abandon(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Commissions.Put(ctx, commission(2, attribution.Unfunded)); err != nil {
			return err
		}
		has, err := tx.Commissions.HasUnfunded(ctx, program(0).ID)
		if !has {
			return errUnseen
		}
		return err
	})
	require.False(t, look(0))
}

func commissionCountEarned(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Add(ctx, program(1)) })
	elsewhere, hers := commission(8, attribution.Pending), commission(9, attribution.Pending)
	elsewhere.Program, hers.Holder = program(1).ID, attribution.AccountID(accountID(1))
	all := []attribution.Commission{
		commission(0, attribution.Unfunded), commission(1, attribution.Pending), commission(2, attribution.Held), commission(3, attribution.Approved),
		commission(4, attribution.Waived), commission(5, attribution.Rejected), commission(6, attribution.Reversed), elsewhere, hers,
	}
	count := func(p int, holder int, since time.Time, most int) int {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) {
			return tx.Commissions.CountEarned(ctx, program(p).ID, attribution.AccountID(accountID(holder)), since, most)
		})
	}
	require.Zero(t, count(0, 0, later(0), 99))
	putCommissions(t, s, all...)
	first := all[0].EarnedAt
	require.Equal(t, 5, count(0, 0, first, 99))
	require.Equal(t, 4, count(0, 0, first.Add(time.Microsecond), 99))
	require.Equal(t, 1, count(0, 0, all[4].EarnedAt, 99))
	for most := range 7 {
		require.Equal(t, min(most, 5), count(0, 0, first, most))
	}
	require.Equal(t, []int{1, 1, 0}, []int{count(1, 0, first.Add(-time.Hour), 9), count(0, 1, first.Add(-time.Hour), 9), count(1, 1, first.Add(-time.Hour), 9)})
}

// debtsOf gives the debts of account n as Lock does, which must be those that All gives.
func debtsOf(t *testing.T, s ports.Store, n int) []attribution.Debt {
	t.Helper()
	holder := debt(n).Holder
	all := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Debt, error) {
		return v.Debts.All(ctx, attribution.Debt{}, 100)
	})
	locked := inside(t, s, func(ctx context.Context, tx ports.Tx) ([]attribution.Debt, error) { return tx.Debts.Lock(ctx, holder) })
	require.ElementsMatch(t, slices.DeleteFunc(all, func(d attribution.Debt) bool { return d.Holder != holder }), locked)
	return locked
}

func debtPut(t *testing.T, s ports.Store) {
	grown, paid := debt(1), debt(1)
	grown.Owed, grown.Since, paid.Owed = 99, later(-1), 0
	for _, step := range []struct {
		put  attribution.Debt
		want []attribution.Debt
	}{
		{paid, nil}, // removing what is absent succeeds
		{debt(1), []attribution.Debt{debt(1)}},
		{grown, []attribution.Debt{grown}},
		{paid, nil},
		{debt(1), []attribution.Debt{debt(1)}},
	} {
		was := debtsOf(t, s, 1)
		put := func(ctx context.Context, tx ports.Tx) error {
			if err := tx.Debts.Put(ctx, step.put); err != nil {
				return err
			}
			now, err := tx.Debts.Lock(ctx, step.put.Holder)
			if len(now) != len(step.want) || len(now) == 1 && now[0] != step.want[0] {
				return errUnseen
			}
			return err
		}
		abandon(t, s, put)
		require.Equal(t, was, debtsOf(t, s, 1))
		write(t, s, put)
		require.ElementsMatch(t, step.want, debtsOf(t, s, 1))
	}
}

// owes is what account n owes to a program since a moment.
func owes(n, to, since int) attribution.Debt {
	d := debt(n)
	d.Program, d.Since = program(to).ID, later(since)
	return d
}

func putDebts(t *testing.T, s ports.Store, rows ...attribution.Debt) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return first(
			func() error { return putAll(ctx, tx.Programs.Add, program(1), program(2), program(3)) },
			func() error { return putAll(ctx, tx.Debts.Put, rows...) },
		)
	})
}

func debtOrder(t *testing.T, s ports.Store) {
	putDebts(t, s, owes(1, 3, 7), owes(1, 0, 9), owes(1, 2, 5), owes(2, 0, 1), owes(1, 1, 7))
	require.Equal(t, []attribution.Debt{owes(1, 2, 5), owes(1, 1, 7), owes(1, 3, 7), owes(1, 0, 9)}, debtsOf(t, s, 1))
	require.Equal(t, []attribution.Debt{owes(2, 0, 1)}, debtsOf(t, s, 2))
	require.Empty(t, debtsOf(t, s, 0))
}

func debtPages(t *testing.T, s ports.Store) {
	all := func(ctx context.Context, v ports.View, after attribution.Debt, limit int) ([]attribution.Debt, error) {
		return v.Debts.All(ctx, after, limit)
	}
	putDebts(t, s, owes(2, 1, 1), owes(1, 3, 2), owes(2, 0, 9), owes(1, 1, 8), owes(0, 2, 5))
	requirePages(t, s, []attribution.Debt{owes(0, 2, 5), owes(1, 1, 8), owes(1, 3, 2), owes(2, 0, 9), owes(2, 1, 1)}, all)
	rest := view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Debt, error) {
		return all(ctx, v, owes(1, 2, 0), 2)
	})
	require.Equal(t, []attribution.Debt{owes(1, 3, 2), owes(2, 0, 9)}, rest, "the debt to begin after may be paid by now")
}

// debtLockRace has everybody add one to a debt that nobody made before.
func debtLockRace(t *testing.T, s ports.Store) {
	requireAllWon(t, contend(t, s, func(ctx context.Context, tx ports.Tx, _ int) error {
		there, err := tx.Debts.Lock(ctx, debt(1).Holder)
		if err != nil {
			return err
		}
		d := debt(1)
		d.Owed = 0
		if len(there) > 0 {
			d = there[0]
		}
		if d, err = d.Grow(1); err != nil {
			return err
		}
		return tx.Debts.Put(ctx, d)
	}))
	left := debtsOf(t, s, 1)
	require.Len(t, left, 1)
	require.Equal(t, money.Amount(racers), left[0].Owed)
}
