package twist_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// I-01, I-02, I-03, I-06, I-09, P-32: any sequence of what fans, influencers, merchants, workers, the clock
// and the chain do leaves every holder with exactly what a model of a few sums predicts, no refusal but
// the caller's own mistake, and books that are sound.
func TestAnySequenceKeepsTheBooks(t *testing.T) {
	t.Parallel()
	var debts atomic.Int64
	t.Run("sequences", func(t *testing.T) {
		for seed := range seeds(t, 12) {
			t.Run(fmt.Sprintf("seed_%d", seed), func(t *testing.T) {
				t.Parallel()
				w := newWalk(t, seed, &debts)
				for i := range 200 {
					w.act()
					if i%10 == 9 {
						w.check()
					}
				}
				w.settle()
				w.check()
			})
		}
	})
	require.Positive(t, debts.Load(), "no sequence made a debt")
}

// walk is one sequence, and what the model says about every holder.
type walk struct {
	*world

	draw     *rand.Rand
	fans     []string
	pools    map[string]staking.PoolID
	programs map[string]attribution.ProgramID
	codes    []string
	has      map[string]money.Amount // available
	owes     map[string]money.Amount
	debts    *atomic.Int64                                       // how often somebody came to owe
	earned   map[attribution.CommissionID]attribution.Commission // as they stood last
	orders   []order
	n        int // names what must be new
}

// order is a conversion with the name of its merchant.
type order struct {
	merchant string
	twist.Converted
}

func newWalk(t *testing.T, seed uint64, debts *atomic.Int64) *walk {
	w := &walk{
		world: newWorld(t), debts: debts, draw: rand.New(rand.NewPCG(seed, 11)), fans: []string{"fay", "gil", "hal"},
		pools: map[string]staking.PoolID{}, programs: map[string]attribution.ProgramID{},
		has: map[string]money.Amount{}, owes: map[string]money.Amount{}, earned: map[attribution.CommissionID]attribution.Commission{},
	}
	w.programs["shop"], w.programs["mart"] = w.program("shop", 0), w.program("mart", 0)
	for _, name := range []string{"ada", "bea"} {
		w.pools[name] = w.pool(name, money.Bps(w.draw.IntN(2_001)))
		w.codes = append(w.codes, w.link(name, w.programs["shop"]), w.link(name, w.programs["mart"]))
	}
	for _, name := range []string{"fay", "gil", "hal", "shop", "mart"} {
		w.give(name, testkit.TWIST(1_000))
	}
	return w
}

func (w *walk) one(names ...string) string { return names[w.draw.IntN(len(names))] }

// some is an amount of the order of what a holder has, often more than that, and rarely round.
func (w *walk) some(of money.Amount) money.Amount {
	return money.Amount(1 + w.draw.Int64N(int64(max(of, 1))*5/4+1))
}

func (w *walk) give(name string, amount money.Amount) {
	w.deposit(name, amount)
	w.has[name] = sum(w.t, w.has[name], amount)
}

// took records what a call did, or holds that its refusal was the caller's to expect.
func (w *walk) took(err error, name string, moved money.Amount) {
	w.t.Helper()
	if err == nil {
		w.has[name] = sum(w.t, w.has[name], moved)
		return
	}
	kind := fault.Of(err).Kind()
	require.Contains(w.t, []fault.Kind{fault.Invalid, fault.Conflict, fault.NotFound, fault.Forbidden}, kind, "%v", err)
}

// credit is what the model knows of a credit: debts first.
func (w *walk) credit(name string, amount money.Amount) {
	repaid := min(amount, w.owes[name])
	w.owes[name] = difference(w.t, w.owes[name], repaid)
	w.has[name] = sum(w.t, w.has[name], difference(w.t, amount, repaid))
}

// act does one thing.
func (w *walk) act() {
	w.n++
	switch w.draw.IntN(16) {
	case 0:
		w.give(w.one("fay", "gil", "hal", "ada", "bea", "shop", "mart"), w.some(testkit.TWIST(100))+twist.MinimumDeposit)
	case 1, 2:
		w.stakes()
	case 3:
		w.leaves()
	case 4:
		w.claims()
	case 5:
		w.budgets()
	case 6, 7, 8:
		w.converts()
	case 9, 13:
		w.refunds()
	case 10:
		w.clock.Advance(time.Duration(w.draw.Int64N(int64(8 * day))))
		if w.draw.IntN(5) == 0 {
			w.clock.Advance(-time.Duration(w.draw.Int64N(int64(ports.ClockTolerance))))
		}
	case 11:
		_, err := w.Attribution.FundWaiting(w.ctx())
		require.NoError(w.t, err)
		_, err = w.Attribution.ApproveDue(w.ctx())
		require.NoError(w.t, err)
		w.approved()
	case 14:
		_, err := w.Attribution.CollectDebts(w.ctx())
		require.NoError(w.t, err)
		for name := range w.callers {
			paid := min(w.owes[name], w.has[name])
			w.owes[name], w.has[name] = difference(w.t, w.owes[name], paid), difference(w.t, w.has[name], paid)
		}
	case 12:
		w.pays()
	default:
		w.step(w.draw.IntN(finality))
	}
}

func (w *walk) spendable(name string) money.Amount {
	return max(difference(w.t, w.has[name], w.owes[name]), 0)
}

func (w *walk) stakes() {
	name, pool := w.one("fay", "gil", "hal", "ada", "bea"), w.pools[w.one("ada", "bea")]
	amount := w.some(w.has[name] / 2)
	_, err := w.Staking.Stake(w.ctx(), w.signIn(name), pool, amount)
	if amount > w.spendable(name) {
		require.Error(w.t, err)
	}
	w.took(err, name, amount.Neg())
}

func (w *walk) leaves() {
	name := w.one(w.fans...)
	holdings, err := w.Staking.Positions(w.ctx(), w.signIn(name), "", 10)
	require.NoError(w.t, err)
	for _, h := range holdings {
		amount := w.some(h.Position.Staked())
		if w.draw.IntN(2) == 0 {
			amount = h.Position.Staked()
		}
		moved, err := w.Staking.Leave(w.ctx(), w.signIn(name), h.Position.Pool, amount)
		if err == nil && amount == h.Position.Staked() {
			require.Equal(w.t, h.Claimable, moved.Rewards, "an exit pays what was foreseen")
		}
		w.took(err, name, sum(w.t, moved.Principal, moved.Rewards))
	}
}

func (w *walk) claims() {
	name := w.one("fay", "gil", "hal", "ada", "bea")
	holdings, err := w.Staking.Positions(w.ctx(), w.signIn(name), "", 10)
	require.NoError(w.t, err)
	for _, h := range holdings {
		moved, err := w.Staking.Claim(w.ctx(), w.signIn(name), h.Position.Pool)
		require.Equal(w.t, h.Claimable > 0, err == nil, "%v", err)
		require.Equal(w.t, h.Claimable, moved.Rewards)
		w.took(err, name, moved.Rewards)
	}
}

func (w *walk) budgets() {
	name := w.one("shop", "mart")
	amount := w.some(w.has[name] / 4)
	if w.draw.IntN(3) == 0 {
		_, err := w.Attribution.Withdraw(w.ctx(), w.signIn(name), w.programs[name], amount)
		w.took(err, name, amount)
		return
	}
	_, err := w.Attribution.Fund(w.ctx(), w.signIn(name), w.programs[name], amount)
	require.Equal(w.t, amount > w.spendable(name), err != nil)
	w.took(err, name, amount.Neg())
}

func (w *walk) converts() {
	name := w.one("shop", "mart")
	visit, err := w.Attribution.Click(w.ctx(), w.codes[w.draw.IntN(len(w.codes))], twist.Arrival{})
	require.NoError(w.t, err)
	converted, err := w.Attribution.ReportConversion(w.ctx(), w.signIn(name),
		orderOf(w.programs[name], fmt.Sprint("order-", w.n), w.some(testkit.TWIST(200)), visit.Click.ID))
	if visit.Click.Program != w.programs[name] {
		require.ErrorIs(w.t, err, attribution.ErrClickNotFound)
		return
	}
	require.NoError(w.t, err)
	w.orders = append(w.orders, order{name, converted})
	for _, c := range converted.Commissions {
		w.earned[c.ID] = c
	}
}

// refunds takes part of an order back, or all that is left of it.
func (w *walk) refunds() {
	if len(w.orders) == 0 {
		return
	}
	i := w.draw.IntN(len(w.orders))
	o := w.orders[i]
	left := difference(w.t, o.Conversion.Order.Amount, o.Conversion.Refunded)
	amount := w.some(left)
	if w.draw.IntN(3) == 0 {
		amount = left
	}
	refunded, err := w.Attribution.Refund(w.ctx(), w.signIn(o.merchant), o.Conversion.ID, fmt.Sprint("refund-", w.n), amount)
	w.took(err, o.merchant, 0)
	if err != nil {
		return
	}
	require.LessOrEqual(w.t, amount, left)
	w.orders[i].Converted = refunded
	for _, c := range refunded.Commissions {
		was := w.earned[c.ID]
		if was.State == attribution.Approved {
			name := w.name(c.Holder)
			part := difference(w.t, was.Net, c.Net) // the fans keep theirs
			taken := min(part, w.has[name])
			w.has[name] = difference(w.t, w.has[name], taken)
			w.owes[name] = sum(w.t, w.owes[name], difference(w.t, part, taken))
			if taken < part {
				w.debts.Add(1)
			}
		}
		w.earned[c.ID] = c
	}
}

// approved credits the model with what the job shared.
func (w *walk) approved() {
	for _, name := range []string{"ada", "bea"} {
		list, err := w.Attribution.Commissions(w.ctx(), w.signIn(name), "", 1_000)
		require.NoError(w.t, err)
		for _, c := range list {
			if was := w.earned[c.ID]; was.State != attribution.Approved && c.State == attribution.Approved {
				require.Equal(w.t, difference(w.t, c.Gross, c.Reversed), sum(w.t, c.Fee, c.Fans, c.Net))
				w.credit(name, c.Net)
			}
			w.earned[c.ID] = c
		}
	}
}

func (w *walk) pays() {
	name := w.one("fay", "gil", "ada", "bea")
	amount := w.some(w.has[name])
	p, err := w.Payouts.Request(w.ctx(), w.signIn(name), amount)
	reserve := sum(w.t, amount, payouts.ProcessingFee)
	if amount >= payouts.Minimum && amount < payouts.StepUpFrom {
		require.Equal(w.t, reserve > w.spendable(name), err != nil, "%v", err)
	}
	w.took(err, name, reserve.Neg())
	if err == nil && w.draw.IntN(4) == 0 {
		_, err = w.Payouts.Cancel(w.ctx(), w.signIn(name), p.ID)
		require.NoError(w.t, err)
		w.credit(name, reserve)
	}
}

// name finds a holder by account.
func (w *walk) name(holder attribution.AccountID) string {
	for name, caller := range w.callers {
		if string(caller.Account) == string(holder) {
			return name
		}
	}
	require.Fail(w.t, "nobody", holder)
	return ""
}

// check holds the model against the library, and the library against itself.
func (w *walk) check() {
	w.t.Helper()
	var owed money.Amount
	for name := range w.callers {
		b := w.balances(name)
		require.Equal(w.t, w.has[name], b.Available, name)
		require.Equal(w.t, w.owes[name], b.Owed, name)
		owed = sum(w.t, owed, b.Owed)
	}
	var receivable money.Amount
	for name, program := range w.programs {
		receivable = sum(w.t, receivable, w.funds(name, program).Receivable)
	}
	require.Equal(w.t, owed, receivable)
	for _, id := range w.pools {
		pool := w.poolNow(id)
		require.Equal(w.t, w.at(ledger.Staked(id)), pool.Staked())
		require.GreaterOrEqual(w.t, pool.Staked(), staking.TierOf(pool.Staked()).From())
	}
	w.sound()
}
