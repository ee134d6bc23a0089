package twist_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// suspicious is an order of a customer at once after clicks on the links of names, by which all that it earns is held.
func (d divided) suspicious(id, customer string, names ...string) map[string]attribution.Commission {
	d.t.Helper()
	var last twist.Visit
	for _, name := range names {
		d.clock.Advance(time.Millisecond)
		var err error
		last, err = d.Attribution.Click(d.ctx(), d.codes[name], twist.Arrival{Browser: last.Browser})
		require.NoError(d.t, err)
	}
	sold, err := d.buys(id, customer, last.Click.ID)
	require.NoError(d.t, err)
	require.Len(d.t, sold.Commissions, len(names))
	all := map[string]attribution.Commission{}
	for _, name := range names {
		for _, c := range sold.Commissions {
			if c.Holder == attribution.AccountID(d.signIn(name).Account) {
				require.Equal(d.t, attribution.Held, c.State)
				all[name] = c
			}
		}
	}
	return all
}

// boundTo holds that an order of a customer that names nothing else is a name's, or nobody's.
func (d divided) boundTo(id, customer, name string) {
	d.t.Helper()
	gross, by := d.earns(id, customer, "")
	if name == "" {
		require.Empty(d.t, gross, id)
		return
	}
	require.Contains(d.t, gross, name, id)
	require.Len(d.t, gross, 1, id)
	require.Equal(d.t, attribution.ByCustomer, by, id)
}

// An order that was held in error binds its customer once it is released, as it would have when it was made: by whichever way it is
// released, from its own moment on, and until that binding ends.
func TestAReleaseBindsAsItsOrderWould(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		s := scene{world: w, program: d.program}
		first := d.suspicious("1", "jane", "ada")["ada"]
		made := d.clock.Now()
		alone := d.suspicious("2", "john", "ada")["ada"]
		upheld := d.suspicious("3", "jack", "bea")["bea"]
		d.boundTo("4", "jane", "")
		d.boundTo("5", "john", "")
		s.releases(alone)
		d.boundTo("6", "john", "ada")
		require.Equal(t, 1, s.resolves(fraud.AlertID(first.Alert), false))
		d.boundTo("7", "jane", "ada")
		require.Equal(t, 1, s.resolves(fraud.AlertID(upheld.Alert), true))
		require.NoError(t, w.store.Write(w.ctx(), func(ctx context.Context, tx ports.Tx) error {
			_, waits, err := tx.Bindings.Take(ctx, upheld.ID)
			require.False(t, waits, "what was rejected is dropped")
			return err
		}))
		_, err := w.Fraud.Dismiss(w.ctx(), s.ops(), fraud.AlertID(upheld.Alert))
		require.NoError(t, err)
		settled, err := w.Attribution.SettleHeld(w.ctx())
		require.NoError(t, err)
		require.Zero(t, settled)
		d.boundTo("8", "jack", "")
		d.clock.Set(made.Add(20*day - time.Microsecond))
		d.boundTo("9", "jane", "ada")
		d.clock.Set(made.Add(20 * day))
		d.boundTo("10", "jane", "")
		d.sound()
	})
}

// Who was bound before a release stays so, and nobody is bound whose binding would be over, or by an order that went back.
func TestAReleaseThatComesTooLateBindsNobody(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		s := scene{world: w, program: d.program}
		since := d.suspicious("1", "jane", "ada")["ada"]
		over := d.suspicious("2", "john", "ada")["ada"]
		last := d.suspicious("3", "jack", "ada")["ada"]
		back := d.suspicious("4", "jim", "ada")["ada"]
		click := d.visit("bea")
		d.clock.Advance(time.Minute)
		gross, _ := d.earns("5", "jane", click)
		require.Contains(t, gross, "bea")
		s.releases(since)
		d.boundTo("6", "jane", "bea")
		_, err := w.Attribution.Refund(w.ctx(), w.signIn("shop"), back.Conversion, "whole", back.Order)
		require.NoError(t, err)
		_, err = w.Attribution.ReleaseCommission(w.ctx(), s.ops(), back.ID)
		require.ErrorIs(t, err, attribution.ErrCommissionState)
		d.boundTo("7", "jim", "")
		d.clock.Set(last.EarnedAt.Add(20*day - time.Microsecond))
		s.releases(last)
		d.boundTo("8", "jack", "ada")
		d.clock.Set(over.EarnedAt.Add(20 * day))
		s.releases(over)
		_, by := d.earns("9", "john", "")
		require.Equal(t, attribution.ByNothing, by, "of what is over nothing is kept")
		d.sound()
	})
}

// Of an order that several brought, and of which all is held, it waits for the commission of whom it would have bound, and for no
// other; where a part is not held, that binds at once.
func TestAReleaseOfAPartBindsWhomTheOrderWould(t *testing.T) {
	t.Parallel()
	judgedIn(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		s := scene{world: w, program: d.program}
		both, other := d.suspicious("1", "jane", "ada", "bea"), d.suspicious("2", "john", "ada", "bea")
		s.releases(both["ada"])
		d.boundTo("3", "jane", "")
		s.releases(both["bea"])
		d.boundTo("4", "jane", "bea")
		_, err := w.Attribution.RejectHeld(w.ctx(), s.ops(), other["bea"].ID, "It was never delivered.")
		require.NoError(t, err)
		s.releases(other["ada"])
		d.boundTo("5", "john", "")

		sold, err := d.buys("6", "jack", d.visit("ada", "cyd")) // cyd's click alone is of this moment
		require.NoError(t, err)
		require.Len(t, sold.Commissions, 2)
		d.boundTo("7", "jack", "ada")
		for _, c := range sold.Commissions {
			if c.State == attribution.Held {
				s.releases(c)
			}
		}
		d.boundTo("8", "jack", "ada")

		sold, err = d.buys("9", "jim", d.visit("ada", "cyd"))
		require.NoError(t, err)
		for _, c := range sold.Commissions { // ada's, which bound, and then cyd's
			if c.State == attribution.Pending {
				s.rejects(c)
			}
		}
		for _, c := range sold.Commissions {
			if c.State == attribution.Held {
				s.releases(c)
			}
		}
		d.boundTo("10", "jim", "")
		d.sound()
	})
}

// Of a release and other orders of the same customer at the same moment one binds, and nobody waits for ever.
func TestAReleaseAndOrdersBindOnce(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Open(t, migrate))
	d := bindingIn(newWorldOver(t, store, store.Clicks(), judged))
	shop, ops := d.signIn("shop"), d.signInAnew("ops")
	require.Contains(t, d.callers, "shop")
	const customers = 8
	held := map[int]attribution.Commission{}
	for n := range customers {
		held[n] = d.suspicious(fmt.Sprint("held-", n), fmt.Sprint("customer ", n), "ada")["ada"]
	}
	click := d.visit("bea")
	d.clock.Advance(time.Minute)
	ctx := context.WithoutCancel(d.ctx())
	var running sync.WaitGroup
	failures := make(chan error, 3*customers)
	for n := range customers {
		running.Go(func() {
			_, err := d.Attribution.ReleaseCommission(ctx, ops, held[n].ID)
			failures <- err
		})
		for m := range 2 {
			running.Go(func() {
				order := orderOf(d.program, fmt.Sprint("order-", n, "-", m), 10_000_000_000, click)
				order.Customer = fmt.Sprint("customer ", n)
				_, err := d.Attribution.ReportConversion(ctx, shop, order)
				failures <- err
			})
		}
	}
	running.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
	for n := range customers {
		customer := fmt.Sprint("customer ", n)
		one, by := d.earns(fmt.Sprint("next-", n), customer, "")
		require.Equal(t, attribution.ByCustomer, by)
		require.Len(t, one, 1)
		again, _ := d.earns(fmt.Sprint("again-", n), customer, "")
		require.Equal(t, one, again)
	}
	d.sound()
}

// Who was bound when a held order was made, and is so no more when it is released, gives way to it, whether or not what is over was
// forgotten by then.
func TestAReleaseFollowsABindingThatIsOver(t *testing.T) {
	t.Parallel()
	for _, forgotten := range []bool{false, true} {
		t.Run(fmt.Sprint("forgotten_", forgotten), func(t *testing.T) {
			t.Parallel()
			judgedIn(t, func(t *testing.T, w *world) {
				d := bindingIn(w)
				s := scene{world: w, program: d.program}
				click := d.visit("bea")
				d.clock.Advance(time.Minute)
				gross, _ := d.earns("1", "jane", click)
				require.Contains(t, gross, "bea")
				over := d.clock.Now().Add(20 * day)
				d.clock.Advance(10 * day)
				held := d.suspicious("2", "jane", "ada")["ada"]
				d.boundTo("3", "jane", "bea")
				d.clock.Set(over)
				if forgotten {
					_, err := d.Attribution.RotateClicks(d.ctx())
					require.NoError(t, err)
				}
				s.releases(held)
				d.boundTo("4", "jane", "ada")
				d.clock.Set(held.EarnedAt.Add(20*day - time.Microsecond))
				d.boundTo("5", "jane", "ada")
				d.clock.Advance(time.Microsecond)
				d.boundTo("6", "jane", "")
				d.sound()
			})
		})
	}
}
