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
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// bindingIn is a world whose program binds customers for twenty days.
func bindingIn(w *world) divided {
	d := dividedIn(w, attribution.Linear, testkit.TWIST(1_000))
	span := 20 * day
	p, err := d.Attribution.ChangeProgram(d.ctx(), d.signIn("shop"), d.program, twist.ProgramChange{Binding: &span})
	require.NoError(d.t, err)
	require.Equal(d.t, span, p.Program.Bound)
	return d
}

// buys reports an order of a customer.
func (d divided) buys(id, customer string, click attribution.ClickID, promo ...string) (twist.Converted, error) {
	order := orderOf(d.program, id, testkit.TWIST(10), click)
	order.Customer = customer
	for _, code := range promo {
		order.Promo = attribution.Promo(code)
	}
	return d.Attribution.ReportConversion(d.ctx(), d.signIn("shop"), order)
}

// earns is who earned by an order of a customer, and the evidence.
func (d divided) earns(id, customer string, click attribution.ClickID, promo ...string) (map[string]money.Amount, attribution.Evidence) {
	d.t.Helper()
	sold, err := d.buys(id, customer, click, promo...)
	require.NoError(d.t, err)
	require.Empty(d.t, sold.Conversion.Order.Customer)
	explained, err := d.Attribution.Explain(d.ctx(), d.signIn("shop"), sold.Conversion.ID)
	require.NoError(d.t, err)
	return d.grossOf(sold), explained.Explanation.Evidence
}

// The first order that earns binds its customer to who brought it last; the next ones that name nothing are hers, and
// any that name something stronger are decided by that, and bind nobody anew.
func TestCustomersStayBound(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		check := func(want map[string]money.Amount, evidence attribution.Evidence, id, customer string, click attribution.ClickID, promo ...string) {
			t.Helper()
			gross, by := d.earns(id, customer, click, promo...)
			require.Equal(t, want, gross, id)
			require.Equal(t, evidence, by, id)
		}
		nobody, whole := map[string]money.Amount{}, testkit.TWIST(2)
		check(nobody, attribution.ByNothing, "1", "jane@example.com", "")
		check(map[string]money.Amount{"ada": whole / 2, "bea": whole / 2}, attribution.ByClick, "2", "jane@example.com", d.visit("ada", "bea"))
		check(map[string]money.Amount{"bea": whole}, attribution.ByCustomer, "3", "jane@example.com", "")
		check(nobody, attribution.ByNothing, "4", "john@example.com", "")
		check(nobody, attribution.ByNothing, "5", "", "")
		check(map[string]money.Amount{"cyd": whole}, attribution.ByClick, "6", "jane@example.com", d.visit("cyd"))
		check(map[string]money.Amount{"bea": whole}, attribution.ByCustomer, "7", "jane@example.com", "")
		d.clock.Advance(20 * day)
		check(nobody, attribution.ByCustomer, "8", "jane@example.com", "")
		check(map[string]money.Amount{"cyd": whole}, attribution.ByClick, "9", "jane@example.com", d.visit("cyd"))
		check(map[string]money.Amount{"cyd": whole}, attribution.ByCustomer, "10", "jane@example.com", "")

		again, err := d.buys("3", "jane@example.com", "")
		require.NoError(t, err)
		require.Equal(t, map[string]money.Amount{"bea": whole}, d.grossOf(again), "an order is answered as it was")
		for _, other := range []string{"", "john@example.com"} {
			require.ErrorIs(t, got(d.buys("3", other, "")), attribution.ErrOrderConflict)
		}
		require.ErrorIs(t, got(d.buys("11", "a\nb", "")), attribution.ErrCustomer)

		_, err = d.Attribution.CloseProgram(d.ctx(), d.signIn("shop"), d.program)
		require.NoError(t, err)
		d.clock.Advance(time.Second)
		require.ErrorIs(t, got(d.buys("12", "jane@example.com", "")), attribution.ErrProgramClosed)
		d.sound()
	})
}

// Who is bound when a binding begins, to the microsecond when it ends, and that a program that binds nobody forgets.
func TestBindingsEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		_, by := d.earns("1", "jane", d.visit("ada"))
		require.Equal(t, attribution.ByClick, by)
		bound := d.clock.Now()
		none := time.Duration(0)
		_, err := d.Attribution.ChangeProgram(d.ctx(), d.signIn("shop"), d.program, twist.ProgramChange{Binding: &none})
		require.NoError(t, err)
		_, by = d.earns("2", "john", d.visit("ada"))
		require.Equal(t, attribution.ByClick, by)
		_, by = d.earns("3", "john", "")
		require.Equal(t, attribution.ByNothing, by, "it binds nobody any more")
		d.clock.Set(bound.Add(20*day - time.Microsecond))
		gross, by := d.earns("4", "jane", "")
		require.Equal(t, attribution.ByCustomer, by, "who was bound stays so")
		require.Len(t, gross, 1)
		d.clock.Set(bound.Add(20 * day))
		gross, by = d.earns("5", "jane", "")
		require.Equal(t, attribution.ByCustomer, by)
		require.Empty(t, gross)
		_, err = d.Attribution.RotateClicks(d.ctx())
		require.NoError(t, err)
		_, by = d.earns("6", "jane", "")
		require.Equal(t, attribution.ByNothing, by, "of what is over nothing is kept")
		d.sound()
	})
}

// An order whose part of somebody is rejected leaves its customer with nobody, funded or not, whoever rejects it; the part of
// another does not, and neither does one of the customer's later orders.
func TestARejectedOrderBindsNobody(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		shop, whole := d.signIn("shop"), testkit.TWIST(2)
		of := func(sold twist.Converted, name string) attribution.CommissionID {
			t.Helper()
			for _, c := range sold.Commissions {
				if c.Holder == attribution.AccountID(d.signIn(name).Account) {
					return c.ID
				}
			}
			require.Fail(t, "she earned nothing", name)
			return ""
		}
		reject := func(sold twist.Converted, name string) {
			t.Helper()
			require.NoError(t, got(d.Attribution.Reject(d.ctx(), shop, of(sold, name), "No sale.")))
		}
		bound := func(want map[string]money.Amount, evidence attribution.Evidence, id string) {
			t.Helper()
			gross, by := d.earns(id, "jane", "")
			require.Equal(t, evidence, by, id)
			require.Equal(t, want, gross, id)
		}
		nobody := map[string]money.Amount{}

		first, err := d.buys("1", "jane", d.visit("ada", "bea"))
		require.NoError(t, err)
		reject(first, "ada")
		bound(map[string]money.Amount{"bea": whole}, attribution.ByCustomer, "2")
		later, err := d.buys("3", "jane", d.visit("bea"))
		require.NoError(t, err)
		reject(later, "bea")
		bound(map[string]money.Amount{"bea": whole}, attribution.ByCustomer, "4")
		require.ErrorIs(t, got(d.Attribution.Reject(d.ctx(), shop, of(first, "bea"), "")), attribution.ErrReason)
		bound(map[string]money.Amount{"bea": whole}, attribution.ByCustomer, "5")
		reject(first, "bea")
		bound(nobody, attribution.ByNothing, "6")

		delete(d.callers, "ops") // whose session is over
		ops := d.signIn("ops")
		held, err := d.buys("7", "jane", d.visit("cyd"))
		require.NoError(t, err)
		bound(map[string]money.Amount{"cyd": whole}, attribution.ByCustomer, "8")
		require.NoError(t, got(d.Attribution.HoldCommission(d.ctx(), ops, of(held, "cyd"), "Looked at.")))
		require.NoError(t, got(d.Attribution.RejectHeld(d.ctx(), ops, of(held, "cyd"), "Made by a machine.")))
		bound(nobody, attribution.ByNothing, "9")

		require.NoError(t, got(d.Attribution.Withdraw(d.ctx(), shop, d.program, d.funds("shop", d.program).Budget)))
		unfunded, err := d.buys("10", "jane", d.visit("ada"))
		require.NoError(t, err)
		require.Equal(t, attribution.Unfunded, unfunded.Commissions[0].State)
		reject(unfunded, "ada")
		bound(nobody, attribution.ByNothing, "11")
		d.sound()
	}, rooted)
}

// However many reject the first order of a customer while others report the next ones, nobody waits for ever.
func TestCustomersAreFreedInARace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		shop := d.signIn("shop")
		var clicks []attribution.ClickID
		for n := range 12 {
			clicks = append(clicks, d.visit([]string{"ada", "bea", "cyd"}[n%3]))
		}
		first, err := d.buys("first", "jane", d.visit("ada"))
		require.NoError(t, err)
		_, errs := together(24, func(n int) (struct{}, error) {
			if n%2 > 0 {
				err := got(d.Attribution.Reject(d.ctx(), shop, first.Commissions[0].ID, "No sale."))
				if errors.Is(err, attribution.ErrCommissionState) {
					err = nil // another did
				}
				return struct{}{}, err
			}
			return struct{}{}, got(d.buys(fmt.Sprint("next-", n), "jane", clicks[n/2]))
		})
		requireAll(t, errs)
		d.sound()
	})
}

// However many bindings end together, one run of the job forgets them all.
func TestManyCustomersAreForgotten(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		d.earns("1", "jane", d.visit("ada"))
		hash := func(n int) attribution.Customer { return attribution.Customer(fmt.Sprintf("%032x", n)) }
		const many = 1_201
		one, err := ports.Read(d.ctx(), d.store, func(ctx context.Context, v ports.View) (attribution.Binding, error) {
			one, _, err := v.Bindings.Find(ctx, d.program, attribution.Customer(d.config.Visitors.Customer(string(d.program), "jane")))
			return one, err
		})
		require.NoError(t, err)
		require.NoError(t, d.store.Write(d.ctx(), func(ctx context.Context, tx ports.Tx) (err error) {
			for n := range many {
				bound := one
				bound.Customer = hash(n)
				err = errors.Join(err, tx.Bindings.Bind(ctx, bound))
			}
			return err
		}))
		d.clock.Advance(20 * day)
		_, err = d.Attribution.RotateClicks(d.ctx())
		require.NoError(t, err)
		require.NoError(t, d.store.Read(d.ctx(), func(ctx context.Context, v ports.View) (err error) {
			for n := range many {
				_, found, failed := v.Bindings.Find(ctx, d.program, hash(n))
				require.False(t, found)
				err = errors.Join(err, failed)
			}
			return err
		}))
	})
}

// E-23: a customer's name stands nowhere, and its hash in one program is another than in another.
func TestCustomersAreHidden(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		d.earns("1", "jane@example.com", d.visit("ada"))
		hash := attribution.Customer(d.config.Visitors.Customer(string(d.program), "jane@example.com"))
		require.Len(t, hash, 32)
		require.NotEqual(t, hash, attribution.Customer(d.config.Visitors.Customer("prog_other", "jane@example.com")))
		require.NotEqual(t, hash, attribution.Customer(d.config.Visitors.Customer(string(d.program), "jane@example.co")))
		require.Empty(t, d.config.Visitors.Customer(string(d.program), ""))
		require.NoError(t, d.store.Read(d.ctx(), func(ctx context.Context, v ports.View) error {
			b, ok, err := v.Bindings.Find(ctx, d.program, hash)
			require.True(t, ok)
			require.Equal(t, attribution.AccountID(d.signIn("ada").Account), b.Holder)
			require.NotContains(t, fmt.Sprintf("%+v", b), "jane")
			return err
		}))
	})
}

// However many first orders of a customer come at once, one influencer has it bound, and nobody waits for ever.
func TestCustomersAreBoundOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		clicks := map[int]attribution.ClickID{0: d.visit("ada"), 1: d.visit("bea"), 2: d.visit("cyd")}
		shop := d.signIn("shop")
		var running sync.WaitGroup
		failures := make(chan error, 12)
		for n := range 12 {
			running.Go(func() {
				order := orderOf(d.program, fmt.Sprint("first-", n), testkit.TWIST(10), clicks[n%3])
				order.Customer = fmt.Sprint("customer ", n%2)
				_, err := d.Attribution.ReportConversion(context.WithoutCancel(d.ctx()), shop, order)
				failures <- err
			})
		}
		running.Wait()
		close(failures)
		for err := range failures {
			require.NoError(t, err)
		}
		for customer := range 2 {
			first, by := d.earns(fmt.Sprint("next-", customer), fmt.Sprint("customer ", customer), "")
			require.Equal(t, attribution.ByCustomer, by)
			require.Len(t, first, 1)
			again, _ := d.earns(fmt.Sprint("again-", customer), fmt.Sprint("customer ", customer), "")
			require.Equal(t, first, again)
		}
		d.sound()
	})
}
