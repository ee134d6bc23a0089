package twist_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// after reports an order so long after the click that led to it.
func (s scene) after(d time.Duration, id string) attribution.Commission {
	s.t.Helper()
	click := s.click(s.code)
	s.clock.Advance(d)
	return s.only(s.order(s.program, id, testkit.TWIST(100), click))
}

// resolves has an operator say what an alert was, and the job do it.
func (s scene) resolves(id fraud.AlertID, upheld bool) int {
	s.t.Helper()
	resolve := s.Fraud.Dismiss
	if upheld {
		resolve = s.Fraud.Uphold
	}
	_, err := resolve(s.ctx(), s.ops(), id)
	require.NoError(s.t, err)
	settled, err := s.Attribution.SettleHeld(s.ctx())
	require.NoError(s.t, err)
	return settled
}

// I-17: what came too soon after its click is held, as one group by program, influencer and rule; nobody is told the rule.
// What is dismissed is released, all of it, once.
func TestOrdersThatComeTooSoonAreHeld(t *testing.T) {
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		injected := []attribution.Commission{s.after(0, "order-1"), s.after(2*time.Second-1, "order-2")}
		stuffed, honest := s.after(2*time.Second, "order-3"), s.after(5*time.Second, "order-4")
		require.Equal(t, attribution.Pending, honest.State)
		open := s.openAlerts()
		require.Len(t, open, 2)
		require.Equal(t, []fraud.Name{fraud.ClickInjection}, open[0].Rules)
		require.Equal(t, []fraud.Name{fraud.CookieStuffing}, open[1].Rules)
		require.Equal(t, []any{fraud.KindOrders, int64(2), fraud.AccountID(s.signIn("ada").Account)}, []any{open[0].Kind, open[0].Count, open[0].Account})
		require.Equal(t, string(s.program)+"/"+string(honest.Influencer)+"/click_injection", open[0].Subject)
		for i, c := range append(injected, stuffed) {
			require.Equal(t, attribution.Held, c.State)
			require.Equal(t, attribution.AlertID(open[i/2].ID), c.Alert)
			require.Equal(t, "It is looked at before it is shared.", c.Reason)
		}
		settled, err := s.Attribution.SettleHeld(t.Context())
		require.NoError(t, err)
		require.Zero(t, settled, "nobody has looked yet")
		require.Equal(t, 1, s.approve(), "the honest one")

		require.Equal(t, 2, s.resolves(open[0].ID, false))
		shared, err := s.Attribution.ApproveDue(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, shared)
		settled, err = s.Attribution.SettleHeld(t.Context())
		require.NoError(t, err)
		require.Zero(t, settled, "once")
		require.Equal(t, string(s.signIn("ops").Account), s.toldOf(journal.CommissionReleased).Data["by"])
		s.sound()
	})
}

// What is upheld is rejected, all of it: what is set aside, what waits for a budget, and what was refunded in part, to the
// unit. What comes next is another group.
func TestWhatAnOperatorUpholdsIsRejected(t *testing.T) {
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		click := s.click(s.code)
		part := s.order(s.program, "part", testkit.TWIST(100), click)
		s.refund(part, "third", 33_333_333_333)
		whole := s.after(0, "whole")
		short := s.order(s.program, "short", testkit.TWIST(100_000), s.click(s.code)).Commissions[0]
		require.Equal(t, []attribution.State{attribution.Held, attribution.Unfunded}, []attribution.State{whole.State, short.State})
		alone := s.after(0, "alone")
		s.rejects(alone) // its merchant does not wait for the operator
		open := s.openAlerts()
		require.Len(t, open, 1)
		require.Equal(t, 3, s.resolves(open[0].ID, true))
		f := s.funds("shop", s.program)
		require.Equal(t, []money.Amount{testkit.TWIST(1_000), 0}, []money.Amount{f.Budget, f.Pending})
		require.Equal(t, attribution.Rejected, s.only(part).State)
		s.sound()

		next := s.after(0, "next")
		require.Equal(t, attribution.Held, next.State)
		require.NotEqual(t, attribution.AlertID(open[0].ID), next.Alert)
		s.releases(next) // by itself, whatever becomes of the group
		require.Zero(t, s.resolves(s.openAlerts()[0].ID, true))
		s.sound()
	})
}

// I-17: nobody earns by their own orders before somebody has looked: not as the merchant's own account, nor as one whose
// first wallet is the merchant's by now.
func TestNobodyEarnsByTheirOwnOrdersUnseen(t *testing.T) {
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		w.pool("shop", 0)
		click := s.click(s.link("shop", s.program))
		s.clock.Advance(time.Minute)
		own := s.only(s.order(s.program, "own", testkit.TWIST(100), click))
		require.Equal(t, attribution.Held, own.State)
		_, err := s.Attribution.Approve(t.Context(), s.signIn("shop"), own.ID)
		require.ErrorIs(t, err, attribution.ErrCommissionState)
		open := s.openAlerts()
		require.Equal(t, []fraud.Name{fraud.SelfReferral}, open[0].Rules)

		require.Equal(t, attribution.Pending, s.after(time.Minute, "hers").State)
		w.join(w.signIn("ada"), "fox")
		s.clock.Advance(day)
		require.NoError(t, w.part(w.signIn("ada"), "ada"))
		w.join(w.signIn("shop"), "ada")
		require.Equal(t, attribution.Held, s.after(time.Minute, "theirs").State)

		s.clock.Advance(day)
		require.NoError(t, w.part(w.signIn("shop"), "shop"), "the wallet that opened the account leaves it")
		require.Equal(t, attribution.Held, s.only(s.order(s.program, "own again", testkit.TWIST(100), click)).State)
		s.sound()
	})
}

// P-15: of suspicious orders at the same moment each is booked and held, and all are counted into one alert, also when
// none is open yet.
func TestSuspiciousOrdersAtOnceAreOneGroup(t *testing.T) {
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		shop := s.signIn("shop")
		for round := range 4 {
			click := s.click(s.code)
			_, errs := together(8, func(i int) (twist.Converted, error) {
				return s.Attribution.ReportConversion(t.Context(), shop, orderOf(s.program, numbered(numbered("order-", round), i), testkit.TWIST(1), click))
			})
			requireAll(t, errs)
			open := s.openAlerts()
			require.Len(t, open, 1)
			require.EqualValues(t, 8, open[0].Count)
			require.Equal(t, 8, s.resolves(open[0].ID, round%2 == 0))
		}
		s.sound()
	})
}

// I-10: an operator decides about no group that they earn or pay, as about none of its commissions.
func TestNobodyResolvesWhatTheyEarnOrPay(t *testing.T) {
	judgedIn(t, func(t *testing.T, w *world) {
		w.start(judged, func(c *twist.Config) {
			c.Operators = []identity.Wallet{testkit.Wallet("ops"), testkit.Wallet("shop"), testkit.Wallet("ada")}
		})
		s := sceneIn(w)
		id := fraud.AlertID(s.after(0, "order-1").Alert)
		for name, refusal := range map[string]error{"shop": attribution.ErrCommissionOwn, "ada": fraud.ErrAlertOwn} {
			require.ErrorIs(t, got(s.Fraud.Dismiss(t.Context(), s.signIn(name), id)), refusal)
			require.ErrorIs(t, got(s.Fraud.Uphold(t.Context(), s.signIn(name), id)), refusal)
		}
		require.Equal(t, 1, s.resolves(id, false))
		s.sound()
	})
}

// What is held binds no customer: an operator may find that it was a fraud, and what the customer buys later would pay for
// it. Who earned unsuspected by the same order has the customer.
func TestWhatIsHeldBindsNobody(t *testing.T) {
	judgedIn(t, func(t *testing.T, w *world) {
		d := bindingIn(w)
		_, err := d.buys("held", "jane", d.visit("ada"))
		require.NoError(t, err)
		d.clock.Advance(time.Minute)
		nobody, by := d.earns("nobody's", "jane", "")
		require.Empty(t, nobody)
		require.Equal(t, attribution.ByNothing, by)

		both, _ := d.earns("both", "jane", d.visit("ada", "bea"))
		require.Len(t, both, 2)
		d.clock.Advance(time.Minute)
		hers, by := d.earns("hers", "jane", "")
		require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(2)}, hers, "bea's click came too late to be a person's")
		require.Equal(t, attribution.ByCustomer, by)
		d.sound()
	})
}

// P-10: a commission whose alert is missing is somebody's to look at, and keeps no group from being settled.
func TestAMissingAlertKeepsNobodyWaiting(t *testing.T) {
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		lost := s.after(0, "lost")
		s.releases(lost)
		lost = s.holds(lost)
		lost.Alert = "alrt_none"
		require.NoError(t, s.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Commissions.Put(ctx, lost) }))
		held := s.after(0, "held")
		_, err := s.Fraud.Dismiss(t.Context(), s.ops(), fraud.AlertID(held.Alert))
		require.NoError(t, err)
		for _, done := range []int{1, 0} {
			settled, err := s.Attribution.SettleHeld(t.Context())
			require.ErrorIs(t, err, fraud.ErrAlertNotFound)
			require.ErrorContains(t, err, string(lost.ID))
			require.Equal(t, done, settled)
		}
	})
}

// P-22, P-27: a group is resolved while its orders are refunded, rejected, released and held again one by one, while the
// budget is withdrawn and the jobs run: whoever comes first, the books stand, and nothing stays held that is resolved.
func TestAGroupIsResolvedInAStorm(t *testing.T) {
	judgedIn(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.fan("fay", even)
		s.clock.Advance(day)
		for round := range 4 {
			click, sold := s.click(s.code), make([]twist.Converted, 8)
			for i := range sold { // two of them wait for a budget
				sold[i] = s.order(s.program, numbered(numbered("order-", round), i), testkit.TWIST(int64(100+2_000*(i/6))), click)
			}
			id, random := s.openAlerts()[0].ID, rand.New(rand.NewPCG(uint64(round), 1))
			s.clock.Advance(hold)
			s.callers = map[string]twist.Caller{}
			acts := s.storming(id, round%2 == 0)
			drawn := make([]func(twist.Converted) error, 40)
			for i := range drawn {
				drawn[i] = acts[random.IntN(len(acts))]
			}
			_, errs := together(len(drawn), func(i int) (any, error) { return nil, drawn[i](sold[i%len(sold)]) })
			_, err := s.Fraud.Dismiss(t.Context(), s.ops(), id)
			for _, err := range append(errs, err) {
				if err != nil { // somebody was there first, or more would be refunded than there is
					require.Contains(t, []fault.Kind{fault.Conflict, fault.Invalid}, fault.Of(err).Kind(), "%v", err)
				}
			}
			s.sound()
			require.NoError(t, got(s.Attribution.SettleHeld(t.Context())))
			held, err := s.Attribution.CommissionsIn(t.Context(), attribution.Held, "", 99)
			require.NoError(t, err)
			for _, c := range held {
				require.Empty(t, c.Alert, "somebody holds it by itself")
			}
			s.sound()
		}
	})
}

// storming is what is done to a group and its commissions.
func (s scene) storming(id fraud.AlertID, dismisses bool) []func(twist.Converted) error {
	shop, ops, ctx, resolve := s.signIn("shop"), s.signIn("ops"), s.ctx(), s.Fraud.Uphold
	if dismisses {
		resolve = s.Fraud.Dismiss
	}
	return []func(twist.Converted) error{
		func(twist.Converted) error { return got(resolve(ctx, ops, id)) },
		func(twist.Converted) error { return got(s.Attribution.SettleHeld(ctx)) },
		func(twist.Converted) error { return got(s.Attribution.ApproveDue(ctx)) },
		func(twist.Converted) error { return got(s.Attribution.FundWaiting(ctx)) },
		func(twist.Converted) error { return got(s.Attribution.Withdraw(ctx, shop, s.program, 7)) },
		func(c twist.Converted) error {
			return got(s.Attribution.Refund(ctx, shop, c.Conversion.ID, "part", c.Conversion.Order.Amount/3))
		},
		func(c twist.Converted) error {
			return got(s.Attribution.Refund(ctx, shop, c.Conversion.ID, "all", c.Conversion.Order.Amount))
		},
		func(c twist.Converted) error { return got(s.Attribution.Reject(ctx, shop, c.Commissions[0].ID, "No.")) },
		func(c twist.Converted) error { return got(s.Attribution.Approve(ctx, shop, c.Commissions[0].ID)) },
		func(c twist.Converted) error {
			return got(s.Attribution.ReleaseCommission(ctx, ops, c.Commissions[0].ID))
		},
		func(c twist.Converted) error {
			return got(s.Attribution.HoldCommission(ctx, ops, c.Commissions[0].ID, "Why?"))
		},
	}
}

// Who asks for no rules has none.
func TestSilentRulesHoldNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	require.Equal(t, attribution.Pending, s.after(0, "order-1").State)
	require.Empty(t, s.openAlerts())
}
