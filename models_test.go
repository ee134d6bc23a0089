package twist_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// divided is a world with a program of shop's under a model, at 20 % with a hold, and three influencers with a link each.
type divided struct {
	*world

	program attribution.ProgramID
	codes   map[string]string
	pools   map[string]staking.PoolID
}

func newDivided(t testing.TB, model attribution.Model, budget money.Amount) divided {
	t.Helper()
	return dividedIn(newWorld(t), model, budget)
}

func dividedIn(w *world, model attribution.Model, budget money.Amount) divided {
	w.t.Helper()
	shop := w.deposit("shop", budget)
	p, err := w.Attribution.OpenProgram(w.ctx(), shop, twist.NewProgram{Name: "teapots", Rate: 2_000, Hold: hold, Window: 10 * day, Model: model})
	require.NoError(w.t, err)
	w.fund("shop", p.ID, budget)
	d := divided{w, p.ID, map[string]string{}, map[string]staking.PoolID{}}
	for _, name := range []string{"ada", "bea", "cyd"} {
		d.pools[name] = w.pool(name, 2_000)
		d.codes[name] = w.link(name, p.ID)
	}
	return d
}

// visit has one visitor follow the links of names, a day apart, and gives the last click.
func (d divided) visit(names ...string) (last attribution.ClickID) {
	d.t.Helper()
	visitor := ""
	for i, name := range names {
		if i > 0 {
			d.clock.Advance(day)
		}
		visit, err := d.Attribution.Click(d.ctx(), d.codes[name], twist.Arrival{Browser: visitor})
		require.NoError(d.t, err)
		visitor, last = visit.Browser, visit.Click.ID
	}
	return last
}

// grossOf is what each name earned of an order.
func (d divided) grossOf(c twist.Converted) map[string]money.Amount {
	d.t.Helper()
	all := map[string]money.Amount{}
	for name := range d.codes {
		for _, commission := range c.Commissions {
			if commission.Holder == attribution.AccountID(d.signIn(name).Account) {
				all[name] = commission.Gross
			}
		}
	}
	require.Len(d.t, all, len(c.Commissions))
	return all
}

// conversion gives an order of shop's as it stands.
func (d divided) conversion(c twist.Converted) twist.Converted {
	d.t.Helper()
	now, err := d.Attribution.Conversion(d.ctx(), d.signIn("shop"), c.Conversion.ID)
	require.NoError(d.t, err)
	return now
}

// TestModelsDivideAnOrder: whoever brought an order has a commission of it, one each however often she was followed
// (P-21), and together they are what the order earns (P-20, I-08, A1).
func TestModelsDivideAnOrder(t *testing.T) {
	t.Parallel()
	for model, want := range map[attribution.Model]map[string]money.Amount{
		attribution.Last:      {"ada": 20_000_000_001},
		attribution.First:     {"ada": 20_000_000_001},
		attribution.Linear:    {"ada": 10_000_000_001, "bea": 5_000_000_000, "cyd": 5_000_000_000}, // half of it is 10,000,000,000.5
		attribution.Position:  {"ada": 16_000_000_001, "bea": 2_000_000_000, "cyd": 2_000_000_000},
		attribution.TimeDecay: nil,
	} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			d := newDivided(t, model, testkit.TWIST(100))
			sold := d.order(d.program, "1", 100_000_000_005, d.visit("ada", "bea", "cyd", "ada"))
			got := d.grossOf(sold)
			if want != nil {
				require.Equal(t, want, got)
			} else {
				require.Greater(t, got["cyd"], got["bea"], "what is nearer weighs more")
				require.Greater(t, got["ada"], got["cyd"])
			}
			var whole money.Amount
			for _, gross := range got {
				whole += gross
			}
			require.Equal(t, money.Amount(20_000_000_001), whole)
			require.Equal(t, whole, d.funds("shop", d.program).Pending)
			d.sound()
		})
	}
}

// A filtered click earns nobody anything, also when an order names it, and is shown as what it is; the valid clicks of
// its visitor earn.
func TestAFilteredClickEarnsNothing(t *testing.T) {
	t.Parallel()
	d := newDivided(t, attribution.Linear, testkit.TWIST(10_000))
	own, ok, err := d.config.Clicks.Find(d.ctx(), d.visit("ada", "bea"))
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, attribution.Valid, own.Verdict)
	require.Equal(t, attribution.Redirect, own.Origin)
	robot, alone := own, own
	robot.ID, robot.Verdict = "clk_robot", "robot"
	alone.ID, alone.Verdict, alone.Visitor = "clk_alone", "robot", "nobody else"
	require.NoError(t, d.config.Clicks.Append(d.ctx(), robot, alone))

	converted := d.order(d.program, "order-1", testkit.TWIST(100), robot.ID)
	require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(10), "bea": testkit.TWIST(10)}, d.grossOf(converted))
	e, err := d.Attribution.Explain(d.ctx(), d.signIn("shop"), converted.Conversion.ID)
	require.NoError(t, err)
	reasons := map[attribution.ClickID]attribution.Reason{}
	for _, touch := range e.Explanation.Touches {
		reasons[touch.Click] = touch.Reason
	}
	require.Len(t, reasons, 3)
	require.Equal(t, attribution.Filtered, reasons[robot.ID])

	require.Empty(t, d.order(d.program, "order-2", testkit.TWIST(100), alone.ID).Commissions)
	d.sound()
}

// TestRefundsOfSeveralEndAtExactlyNothing: refunds before and after approvals take from each what is hers (P-22, A2),
// and the last leaves nothing of anybody's, what the fans keep aside.
func TestRefundsOfSeveralEndAtExactlyNothing(t *testing.T) {
	t.Parallel()
	d := newDivided(t, attribution.Linear, testkit.TWIST(100))
	sold := d.order(d.program, "1", 99_999_999_999, d.visit("ada", "bea", "cyd"))
	d.refund(sold, "a", 33_333_333_333)
	require.Equal(t, 3, d.approve())
	d.stake("ada", d.pools["bea"], testkit.TWIST(2)) // some of what she earned is spent
	for i := range 6 {
		d.refund(sold, numbered("b", i), 11_111_111_111-money.Amount(i))
		d.sound()
	}
	last := d.refund(sold, "rest", 15)
	for _, c := range last.Commissions {
		require.Equal(t, attribution.Reversed, c.State)
		require.Equal(t, c.Gross, c.Reversed)
		require.Zero(t, c.Fee+c.Fans+c.Net)
	}
	require.Positive(t, d.balances("ada").Owed)
	require.Zero(t, d.balances("bea").Available)
	d.sound()
}

// TestARefundTakesWhatItStillCan: with a refund window of nothing, one commission of an order that its merchant approved early
// keeps no refund of the order from taking back the others. What the one keeps is said of it and of the refund, no unit is
// lost, and the same refund again is the same; where nothing else is left, a refund is refused (P-22, P-20).
func TestARefundTakesWhatItStillCan(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		d, none := dividedIn(w, attribution.Linear, testkit.TWIST(100)), time.Duration(0)
		shop := d.signIn("shop")
		_, err := d.Attribution.ChangeProgram(d.ctx(), shop, d.program, twist.ProgramChange{Refunds: &none})
		require.NoError(t, err)
		d.deposit("fay", testkit.TWIST(10))
		d.stake("fay", d.pools["ada"], testkit.TWIST(10))
		d.clock.Advance(day)
		sold := d.order(d.program, "1", testkit.TWIST(30), d.visit("ada", "bea", "cyd")) // 2 TWIST each
		of := func(name string, c twist.Converted) attribution.Commission {
			i := slices.IndexFunc(c.Commissions, func(c attribution.Commission) bool { return c.Holder == attribution.AccountID(d.signIn(name).Account) })
			return c.Commissions[i]
		}
		_, err = d.Attribution.Approve(d.ctx(), d.signIn("shop"), of("ada", sold).ID)
		require.NoError(t, err)
		ada, before, n := of("ada", d.conversion(sold)), d.funds("shop", d.program), len(d.told())
		require.Positive(t, ada.Fans)

		third := d.refund(sold, "third", testkit.TWIST(10))
		require.Equal(t, []money.Amount{1_333_333_333, 666_666_667}, amountsNear(third.Refunds[0].Reversed, third.Refunds[0].Kept))
		rest := d.refund(sold, "rest", testkit.TWIST(20))
		require.Equal(t, rest, d.refund(sold, "rest", testkit.TWIST(20)), "the same again")
		now := d.conversion(sold)
		var reversed, kept money.Amount
		for _, r := range now.Refunds {
			reversed, kept = reversed+r.Reversed, kept+r.Kept
		}
		require.Equal(t, []money.Amount{testkit.TWIST(4), testkit.TWIST(2)}, []money.Amount{reversed, kept})
		want := ada
		want.Kept = testkit.TWIST(2)
		require.Equal(t, want, of("ada", now), "nothing of hers moved")
		for _, name := range []string{"bea", "cyd"} {
			require.Equal(t, []any{attribution.Reversed, testkit.TWIST(2), money.Amount(0)}, []any{of(name, now).State, of(name, now).Reversed, of(name, now).Kept})
		}
		after := d.funds("shop", d.program)
		require.Equal(t, []money.Amount{before.Budget + testkit.TWIST(4), 0, 0}, []money.Amount{after.Budget, after.Pending, after.Receivable})
		require.Len(t, slices.DeleteFunc(d.kinds(n), func(k journal.Kind) bool { return k != journal.CommissionKept }), 2)
		explained, err := d.Attribution.Explain(d.ctx(), d.signIn("ada"), sold.Conversion.ID)
		require.NoError(t, err)
		require.Equal(t, []attribution.Commission{want}, explained.Commissions)
		d.sound()

		last := d.order(d.program, "2", testkit.TWIST(30), d.visit("ada"))
		d.refund(last, "part", testkit.TWIST(15))
		_, err = d.Attribution.Approve(d.ctx(), d.signIn("shop"), of("ada", last).ID)
		require.NoError(t, err)
		_, err = d.Attribution.Refund(d.ctx(), d.signIn("shop"), last.Conversion.ID, "late", testkit.TWIST(15))
		require.ErrorIs(t, err, attribution.ErrRefundWindow)
		require.Equal(t, testkit.TWIST(15), d.conversion(last).Conversion.Refunded, "and nothing is kept of it")
		d.sound()
	})
}

// amountsNear are amounts, the odd unit of which is the second's.
func amountsNear(a, b money.Amount) []money.Amount {
	if a == 1_333_333_334 {
		a, b = a-1, b+1
	}
	return []money.Amount{a, b}
}

// TestABudgetThatReachesForSome sets aside what it reaches for, and the others wait their turn.
func TestABudgetThatReachesForSome(t *testing.T) {
	t.Parallel()
	d := newDivided(t, attribution.Linear, testkit.TWIST(5))
	sold := d.order(d.program, "1", testkit.TWIST(30), d.visit("ada", "bea", "cyd")) // 2 TWIST each
	states := map[attribution.State]int{}
	for _, c := range sold.Commissions {
		states[c.State]++
	}
	require.Equal(t, map[attribution.State]int{attribution.Pending: 2, attribution.Unfunded: 1}, states)
	d.refund(sold, "half", testkit.TWIST(15))
	d.sound()
	d.deposit("shop", testkit.TWIST(10))
	d.fund("shop", d.program, testkit.TWIST(10))
	funded, err := d.Attribution.FundWaiting(d.ctx())
	require.NoError(t, err)
	require.Equal(t, 1, funded)
	require.Equal(t, testkit.TWIST(3), d.funds("shop", d.program).Pending)
	require.Equal(t, 3, d.approve())
	d.sound()
}

// TestNoPartOvertakesAnother: where the budget is short of one part, a smaller one that comes after it waits too.
func TestNoPartOvertakesAnother(t *testing.T) {
	t.Parallel()
	for others := range 8 { // ids, and with them the order of the parts, differ
		d := newDivided(t, attribution.Position, testkit.TWIST(4))
		for i := range others {
			d.order(d.program, numbered("direct-", i), testkit.TWIST(1), "")
		}
		sold := d.order(d.program, "1", testkit.TWIST(30), d.visit("ada", "bea", "cyd")) // 2.4, 1.2 and 2.4 TWIST
		waiting := false
		for _, c := range sold.Commissions {
			require.False(t, waiting && c.State != attribution.Unfunded)
			waiting = waiting || c.State == attribution.Unfunded
		}
		require.True(t, waiting)
	}
}

// TestAnErasedInfluencerEarnsNoPart: her part stays in the budget, and the others have theirs.
func TestAnErasedInfluencerEarnsNoPart(t *testing.T) {
	t.Parallel()
	d := newDivided(t, attribution.Linear, testkit.TWIST(100))
	click := d.visit("ada", "bea")
	d.erases("ada")
	sold := d.order(d.program, "1", testkit.TWIST(10), click)
	require.Len(t, sold.Commissions, 1)
	require.Equal(t, testkit.TWIST(1), sold.Commissions[0].Gross)
	require.Equal(t, testkit.TWIST(99), d.funds("shop", d.program).Budget)
	explained, err := d.Attribution.Explain(t.Context(), d.signIn("shop"), sold.Conversion.ID)
	require.NoError(t, err)
	require.Len(t, explained.Explanation.Credits, 2)
	require.Len(t, explained.Commissions, 1)
	d.refund(sold, "all", testkit.TWIST(10))
	require.Equal(t, testkit.TWIST(100), d.funds("shop", d.program).Budget)
	d.sound()
}

// TestExplain: what was decided is explained from what was kept with it, without a click; the merchant is told all of it,
// an influencer her own part, and anybody else that there is nothing (P-34). What would have been changes nothing.
func TestExplain(t *testing.T) {
	t.Parallel()
	d := newDivided(t, attribution.Linear, testkit.TWIST(100))
	click := d.visit("ada", "bea", "ada")
	d.clock.Advance(8 * day) // the first of them is too old by now
	sold := d.order(d.program, "1", testkit.TWIST(10), click)
	shop := d.signIn("shop")
	before, err := d.Attribution.Explain(t.Context(), shop, sold.Conversion.ID)
	require.NoError(t, err)
	reasons := []attribution.Reason{}
	for _, touch := range before.Explanation.Touches {
		reasons = append(reasons, touch.Reason)
	}
	require.Equal(t, []attribution.Reason{attribution.Expired, attribution.Counted, attribution.Counted}, reasons)
	require.Equal(t, attribution.ByClick, before.Explanation.Evidence)
	require.Equal(t, attribution.Rule{Version: attribution.RuleVersion, Model: attribution.Linear, Window: 10 * day, Rate: 2_000}, before.Explanation.Rule)
	require.Equal(t, testkit.TWIST(2), before.Explanation.Pot)
	require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(1), "bea": testkit.TWIST(1)}, d.grossOf(sold))
	require.Equal(t, sold.Commissions, before.Commissions)

	d.clock.Advance(time.Hour)
	d.start(func(c *twist.Config) { c.Clicks = &memory.Clicks{} })
	again, err := d.Attribution.Explain(t.Context(), shop, sold.Conversion.ID)
	require.NoError(t, err)
	require.Equal(t, before, again)
	what, err := d.Attribution.Replay(t.Context(), shop, sold.Conversion.ID, attribution.Last)
	require.NoError(t, err)
	require.Len(t, what.Credits, 1)
	require.Equal(t, testkit.TWIST(2), what.Credits[0].Amount)
	again, err = d.Attribution.Explain(t.Context(), shop, sold.Conversion.ID)
	require.NoError(t, err)
	require.Equal(t, before, again)
	_, err = d.Attribution.Replay(t.Context(), shop, sold.Conversion.ID, "")
	require.ErrorIs(t, err, attribution.ErrModel)

	ada := d.signIn("ada")
	own, err := d.Attribution.Explain(t.Context(), ada, sold.Conversion.ID)
	require.NoError(t, err)
	require.Len(t, own.Explanation.Touches, 2)
	require.Len(t, own.Explanation.Credits, 1)
	require.Len(t, own.Commissions, 1)
	require.Zero(t, own.Explanation.Pot)
	for _, touch := range own.Explanation.Touches {
		require.Equal(t, attribution.AccountID(ada.Account), touch.Holder)
	}
	require.Equal(t, attribution.AccountID(ada.Account), own.Commissions[0].Holder)
	for _, name := range []string{"cyd", "nobody"} {
		_, err = d.Attribution.Explain(t.Context(), d.signIn(name), sold.Conversion.ID)
		require.ErrorIs(t, err, attribution.ErrConversionNotFound)
	}
	for _, name := range []string{"ada", "cyd", "nobody"} {
		_, err = d.Attribution.Replay(t.Context(), d.signIn(name), sold.Conversion.ID, attribution.Last)
		require.ErrorIs(t, err, attribution.ErrConversionNotFound)
	}
	_, err = d.Attribution.Explain(t.Context(), shop, "conv_none")
	require.ErrorIs(t, err, attribution.ErrConversionNotFound)
	d.sound()
}

// A5, E-04: an order that could not be booked left nothing, and can be reported at once.
func TestARefusedOrderCanBeReportedAtOnce(t *testing.T) {
	t.Parallel()
	d := newDivided(t, attribution.Linear, testkit.TWIST(10))
	order := orderOf(d.program, "1", testkit.TWIST(10), "clk_late")
	_, err := d.Attribution.ReportConversion(d.ctx(), d.signIn("shop"), order)
	require.ErrorIs(t, err, attribution.ErrClickNotFound)
	order.Click = d.visit("ada")
	sold, err := d.Attribution.ReportConversion(d.ctx(), d.signIn("shop"), order)
	require.NoError(t, err)
	require.Len(t, sold.Commissions, 1)
	d.sound()
}

// richModels has an order of two influencers, refunded in part, with a touch that does not count.
func richModels(w *world) {
	d := dividedIn(w, attribution.Position, testkit.TWIST(10))
	click := d.visit("ada", "bea", "ada")
	d.clock.Advance(8 * day)
	sold := d.order(d.program, "1", testkit.TWIST(30), click)
	w.seal()
	d.refund(sold, "part", 7_777_777_777)
}
