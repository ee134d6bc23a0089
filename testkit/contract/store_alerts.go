package contract

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/ports"
)

func getAlert(t *testing.T, s ports.Store, n int) fraud.Alert {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (fraud.Alert, error) { return tx.Alerts.Get(ctx, alert(n).ID) })
}

func openAbout(t *testing.T, s ports.Store, kind fraud.Kind, subject string) found[fraud.Alert] {
	t.Helper()
	return inside(t, s, func(ctx context.Context, tx ports.Tx) (found[fraud.Alert], error) {
		a, ok, err := tx.Alerts.LockOpen(ctx, kind, subject)
		if !ok {
			return absent[fraud.Alert](), err
		}
		return present(a), err
	})
}

func addAlerts(t *testing.T, s ports.Store, all ...fraud.Alert) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Alerts.Add, all...) })
}

func alertGet(t *testing.T, s ports.Store) {
	over := resolvedAlert(2, fraud.Upheld)
	addAlerts(t, s, alert(1), over)
	for n, want := range map[int]fraud.Alert{1: alert(1), 2: over} {
		require.Equal(t, want, getAlert(t, s, n))
		require.Equal(t, want, inside(t, s, func(ctx context.Context, tx ports.Tx) (fraud.Alert, error) { return tx.Alerts.Lock(ctx, want.ID) }))
		require.Equal(t, want, view(t, s, func(ctx context.Context, v ports.View) (fraud.Alert, error) { return v.Alerts.Get(ctx, want.ID) }))
	}
	require.ErrorIs(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error { return got(v.Alerts.Get(ctx, alert(9).ID)) }), fraud.ErrAlertNotFound)
	refuse(t, s, fraud.ErrAlertNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Alerts.Get(ctx, alert(9).ID)) })
	refuse(t, s, fraud.ErrAlertNotFound, func(ctx context.Context, tx ports.Tx) error { return got(tx.Alerts.Lock(ctx, alert(9).ID)) })
}

func alertAdd(t *testing.T, s ports.Store) {
	add := func(a fraud.Alert) func(context.Context, ports.Tx) error {
		return func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Add(ctx, a) }
	}
	abandon(t, s, add(alert(1)))
	require.Equal(t, absent[fraud.Alert](), openAbout(t, s, fraud.KindStakes, "acct_0001"))
	write(t, s, add(alert(1)))
	require.Equal(t, present(alert(1)), openAbout(t, s, fraud.KindStakes, "acct_0001"))
	require.Equal(t, absent[fraud.Alert](), openAbout(t, s, fraud.KindPool, "acct_0001"))
	require.Equal(t, absent[fraud.Alert](), openAbout(t, s, fraud.KindStakes, "acct_0002"))

	second, taken, other := alert(4), alert(2), alert(7)
	taken.ID = alert(1).ID
	require.Error(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Add(ctx, second) }))
	require.Error(t, s.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Add(ctx, taken) }))
	require.Equal(t, alert(1), getAlert(t, s, 1))
	other.Kind = fraud.KindPool
	write(t, s, add(other))
	over := resolvedAlert(1, fraud.Dismissed)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Put(ctx, over) })
	require.Equal(t, absent[fraud.Alert](), openAbout(t, s, fraud.KindStakes, "acct_0001"))
	write(t, s, add(second))
	require.Equal(t, present(second), openAbout(t, s, fraud.KindStakes, "acct_0001"))
}

func alertPut(t *testing.T, s ports.Store) {
	refuse(t, s, fraud.ErrAlertNotFound, func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Put(ctx, alert(9)) })
	addAlerts(t, s, alert(1), alert(2))
	worse := alert(1)
	worse.Severity, worse.Score, worse.Count, worse.LastAt = fraud.Critical, 99, 7, later(40)
	worse.Clicks, worse.Excess = 90, 80
	worse.Rules = []fraud.Name{fraud.RapidStakes, fraud.EqualAmounts}
	upheld := worse
	upheld.Status, upheld.ResolvedBy, upheld.ResolvedAt = fraud.Upheld, "acct_0002", later(41)
	lifted := upheld
	lifted.Status, lifted.ResolvedBy, lifted.ResolvedAt = fraud.Dismissed, "acct_0000", later(42)
	for _, next := range []fraud.Alert{worse, upheld, lifted} {
		said := next
		said.Kind, said.Subject, said.Account, said.OpenedAt = fraud.KindPool, "else", "acct_0002", later(39) // which stay
		put := func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Put(ctx, said) }
		before := getAlert(t, s, 1)
		abandon(t, s, put)
		require.Equal(t, before, getAlert(t, s, 1))
		write(t, s, put)
		require.Equal(t, next, getAlert(t, s, 1))
	}
	require.Equal(t, alert(2), getAlert(t, s, 2))
}

func alertPages(t *testing.T, s ports.Store) {
	// Statuses and accounts take turns; alert n is about account n mod 3.
	var open, upheld, ofOne []fraud.Alert
	for n := range 9 {
		a := resolvedAlert(n, fraud.Upheld)
		if n >= 3 && n < 6 {
			a = alert(n)
			open = append(open, a)
		} else {
			upheld = append(upheld, a)
		}
		if n%3 == 1 {
			ofOne = append(ofOne, a)
		}
	}
	addAlerts(t, s, open[2], upheld[5], upheld[0], open[0], upheld[3], upheld[1], open[1], upheld[4], upheld[2])
	by := func(status fraud.Status) func(context.Context, ports.View, fraud.Alert, int) ([]fraud.Alert, error) {
		return func(ctx context.Context, v ports.View, after fraud.Alert, limit int) ([]fraud.Alert, error) {
			return v.Alerts.ListByStatus(ctx, status, after.ID, limit)
		}
	}
	requirePages(t, s, open, by(fraud.Open))
	requirePages(t, s, upheld, by(fraud.Upheld))
	requirePages(t, s, ofOne, func(ctx context.Context, v ports.View, after fraud.Alert, limit int) ([]fraud.Alert, error) {
		return v.Alerts.ListByAccount(ctx, "acct_0001", after.ID, limit)
	})
}

func alertCount(t *testing.T, s ports.Store) {
	counts := func(want map[fraud.Kind]int) {
		t.Helper()
		n, err := ports.Read(t.Context(), s, func(ctx context.Context, v ports.View) (map[fraud.Kind]int, error) { return v.Alerts.CountOpen(ctx) })
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	counts(map[fraud.Kind]int{})
	pools, address := alert(3), alert(4)
	pools.Kind, address.Kind = fraud.KindOrders, fraud.KindAddress
	addAlerts(t, s, alert(1), alert(2), resolvedAlert(5, fraud.Upheld), pools, address)
	counts(map[fraud.Kind]int{fraud.KindStakes: 2, fraud.KindOrders: 1, fraud.KindAddress: 1})
	over := resolvedAlert(2, fraud.Dismissed)
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Alerts.Put(ctx, over) })
	counts(map[fraud.Kind]int{fraud.KindStakes: 1, fraud.KindOrders: 1, fraud.KindAddress: 1})
}

func alertKnown(t *testing.T, s ports.Store) {
	known := func(account fraud.AccountID, kind fraud.Kind, subject string, since time.Time) [2]bool {
		return inside(t, s, func(ctx context.Context, tx ports.Tx) (known [2]bool, err error) {
			known[0], known[1], err = tx.Alerts.Known(ctx, account, kind, subject, since)
			return known, err
		})
	}
	one, two := fraud.AccountID("acct_0001"), fraud.AccountID("acct_0002")
	dismissed, upheld := resolvedAlert(1, fraud.Dismissed), resolvedAlert(2, fraud.Upheld)
	addAlerts(t, s, dismissed, upheld)
	require.Equal(t, [2]bool{false, true}, known(one, fraud.KindStakes, dismissed.Subject, dismissed.ResolvedAt))
	require.Equal(t, [2]bool{}, known(one, fraud.KindStakes, dismissed.Subject, dismissed.ResolvedAt.Add(time.Microsecond)))
	require.Equal(t, [2]bool{}, known(two, fraud.KindStakes, upheld.Subject, time.Time{}), "what was upheld is neither")
	require.Equal(t, [2]bool{}, known(two, fraud.KindStakes, dismissed.Subject, time.Time{}))
	require.Equal(t, [2]bool{}, known(one, fraud.KindPool, dismissed.Subject, time.Time{}))
	require.Equal(t, [2]bool{}, known(one, fraud.KindStakes, "else", time.Time{}))
	open := alert(4)
	addAlerts(t, s, open)
	require.Equal(t, [2]bool{true, true}, known(one, fraud.KindStakes, open.Subject, time.Time{}))
	require.Equal(t, [2]bool{true, false}, known(one, fraud.KindStakes, open.Subject, dismissed.ResolvedAt.Add(time.Hour)))
}
