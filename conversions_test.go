package twist_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// P-17, P-20, I-04, A4: a thousand reports of one order at the same moment earn once and get one answer; later
// ones too, however late; other contents under its id are refused.
func TestEqualOrdersEarnOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	shop, click := s.signIn("shop"), s.click(s.code)
	order := orderOf(s.program, "order-1", testkit.TWIST(10), click)
	got, errs := together(1_000, func(int) (twist.Converted, error) {
		return s.Attribution.ReportConversion(s.ctx(), shop, order)
	})
	requireAll(t, errs)
	for _, converted := range got {
		require.Equal(t, got[0], converted)
	}
	require.Equal(t, testkit.TWIST(2), s.funds("shop", s.program).Pending)

	s.clock.Advance(400 * day)
	ctx := twist.WithReplays(t.Context())
	again, err := s.Attribution.ReportConversion(ctx, shop, order)
	require.NoError(t, err)
	require.True(t, twist.Replayed(ctx))
	require.Equal(t, got[0], again)
	for _, other := range []attribution.Order{
		orderOf(s.program, "order-1", testkit.TWIST(11), click), orderOf(s.program, "order-1", testkit.TWIST(10), ""),
	} {
		_, err = s.Attribution.ReportConversion(t.Context(), shop, other)
		require.ErrorIs(t, err, attribution.ErrOrderConflict)
	}
	s.sound()
}

// P-17, P-20: fifty different orders at the same moment earn fifty times; the budget falls by their sum.
func TestDifferentOrdersEarnEach(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	shop, click := s.signIn("shop"), s.click(s.code)
	got, errs := together(50, func(i int) (twist.Converted, error) {
		return s.Attribution.ReportConversion(s.ctx(), shop, orderOf(s.program, numbered("order-", i), testkit.TWIST(10), click))
	})
	requireAll(t, errs)
	for _, converted := range got {
		require.Len(t, converted.Commissions, 1)
	}
	require.Equal(t, testkit.TWIST(100), s.funds("shop", s.program).Pending)
	require.Equal(t, testkit.TWIST(900), s.funds("shop", s.program).Budget)
	earned, err := s.Attribution.Commissions(t.Context(), s.signIn("ada"), "", 100)
	require.NoError(t, err)
	require.Len(t, earned, 50)
	s.sound()
}

// P-08, P-33, I-04: the approvals job shares a commission once, run again or by eight workers at once.
func TestApprovalRunsAnyNumberOfTimes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)
	for i := range 20 {
		s.earn(numbered("order-", i), testkit.TWIST(100))
	}
	s.clock.Advance(hold)
	shared, errs := together(8, func(int) (int, error) { return s.Attribution.ApproveDue(s.ctx()) })
	requireAll(t, errs)
	total := 0
	for _, n := range shared {
		total += n
	}
	require.Equal(t, 20, total)
	again, err := s.Attribution.ApproveDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, again)
	require.Equal(t, testkit.TWIST(40), s.at(ledger.Fees()))
	require.Equal(t, testkit.TWIST(72), s.claim("fay", s.pool))
	s.requireAvailable("ada", testkit.TWIST(288))
	s.sound()
}

// P-08, P-33: a worker that another overtakes between its look and its work finds nothing left to do.
func TestOvertakenApprovalDoesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.earn("order-1", testkit.TWIST(100))
	slow := s.overtakenAt(1, func() { require.Equal(t, 1, s.approve()) })
	s.clock.Advance(hold)
	approved, err := slow.Attribution.ApproveDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, approved)
	s.requireAvailable("ada", testkit.TWIST(18))
	s.sound()
}

// A commission is shared at the end of its hold, not a moment earlier.
func TestHoldIsHeld(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.earn("order-1", testkit.TWIST(100))
	s.clock.Advance(hold - time.Microsecond)
	approved, err := s.Attribution.ApproveDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, approved)
	s.clock.Advance(time.Microsecond)
	approved, err = s.Attribution.ApproveDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, approved)
}

// P-22: a refund posts a reversal beside what it reverses: in the hold from pending to the budget, and
// after it from the fee and the influencer. Many small ones end at exactly nothing; one unit more than
// the order is refused, and so is the same id with another amount.
func TestRefundsEndAtExactlyNothing(t *testing.T) {
	t.Parallel()
	for name, approved := range map[string]bool{"pending": false, "approved": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.fan("fay", testkit.TWIST(3))
			s.clock.Advance(day)
			const order money.Amount = 99_999_999_991
			converted := s.earn("order-1", order)
			if approved {
				require.Equal(t, 1, s.approve())
			}
			gross, left := converted.Commissions[0].Gross, order
			for i := range 37 {
				part := order / 41
				s.refund(converted, numbered("refund-", i), part)
				left = difference(t, left, part)
			}
			_, err := s.Attribution.Refund(t.Context(), s.signIn("shop"), converted.Conversion.ID, "more", sum(t, left, 1))
			require.ErrorIs(t, err, attribution.ErrRefundExceeds)
			_, err = s.Attribution.Refund(t.Context(), s.signIn("shop"), converted.Conversion.ID, "refund-00", left)
			require.ErrorIs(t, err, attribution.ErrRefundConflict)
			last := s.refund(converted, "last", left)

			commission := last.Commissions[0]
			require.Equal(t, attribution.Reversed, commission.State)
			require.Equal(t, gross, commission.Reversed)
			require.Zero(t, sum(t, commission.Fee, commission.Fans, commission.Net))
			now := s.conversion(converted)
			require.Equal(t, order, now.Conversion.Refunded)
			require.Len(t, now.Refunds, 38)
			f := s.funds("shop", s.program)
			require.Zero(t, f.Pending)
			kept := s.at(ledger.Rewards(s.pool)) // by the fans, for the merchant's account
			require.Equal(t, approved, kept.Positive())
			require.Equal(t, testkit.TWIST(1_000), sum(t, f.Budget, f.Receivable, kept))
			require.Zero(t, s.at(ledger.Fees()))
			s.sound()
		})
	}
}

// P-22, I-04: of many equal refunds at the same moment one counts.
func TestEqualRefundsCountOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	converted, shop := s.earn("order-1", testkit.TWIST(100)), s.signIn("shop")
	got, errs := together(32, func(int) (twist.Converted, error) {
		return s.Attribution.Refund(s.ctx(), shop, converted.Conversion.ID, "refund-1", testkit.TWIST(40))
	})
	requireAll(t, errs)
	for _, refunded := range got {
		require.Equal(t, testkit.TWIST(40), refunded.Conversion.Refunded)
	}
	require.Equal(t, testkit.TWIST(12), s.funds("shop", s.program).Pending)

	_, errs = together(10, func(i int) (twist.Converted, error) {
		return s.Attribution.Refund(s.ctx(), shop, converted.Conversion.ID, numbered("part-", i), testkit.TWIST(20))
	})
	requireRefused(t, errs, 3, attribution.ErrRefundExceeds)
	require.Zero(t, s.funds("shop", s.program).Pending)
	s.sound()
}

// An order is refunded within the window, and a refund of then is answered again after it.
func TestRefundWindow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	converted := s.earn("order-1", testkit.TWIST(100))
	begun := s.clock.Now()
	require.Equal(t, 1, s.approve())
	s.clock.Advance(begun.Add(attribution.DefaultRefundWindow - time.Microsecond).Sub(s.clock.Now()))
	first := s.refund(converted, "refund-1", testkit.TWIST(1))
	s.clock.Advance(time.Microsecond)
	require.Equal(t, first, s.refund(converted, "refund-1", testkit.TWIST(1)))
	_, err := s.Attribution.Refund(t.Context(), s.signIn("shop"), converted.Conversion.ID, "refund-2", testkit.TWIST(1))
	require.ErrorIs(t, err, attribution.ErrRefundWindow)
	s.sound()
}

// A commission keeps the refund window that its program had when it was earned, to the microsecond, whatever the program
// says later; and whoever earned it can be erased when the window is over.
func TestRefundWindowsAreThoseOfTheOrder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		shop := s.signIn("shop")
		keeps := func(window time.Duration) {
			changed, err := s.Attribution.ChangeProgram(s.ctx(), shop, s.program, twist.ProgramChange{Refunds: &window})
			require.NoError(t, err)
			require.Equal(t, window, changed.Program.Refunds)
		}
		keeps(20 * day)
		short := s.earn("short", testkit.TWIST(100))
		keeps(0)
		none := s.earn("none", testkit.TWIST(100))
		begun := s.clock.Now()
		s.refund(none, "pending", testkit.TWIST(1)) // what was not shared goes back at any time
		keeps(90 * day)
		wrong := 90*day + time.Microsecond
		require.ErrorIs(t, got(s.Attribution.ChangeProgram(s.ctx(), shop, s.program, twist.ProgramChange{Refunds: &wrong})), attribution.ErrRefunds)
		require.ErrorIs(t, got(s.Attribution.OpenProgram(s.ctx(), shop, twist.NewProgram{Name: "Tea", Rate: 1, Refunds: &wrong})), attribution.ErrRefunds)
		require.Equal(t, 2, s.approve())
		refund := func(c twist.Converted, id string) error {
			return got(s.Attribution.Refund(s.ctx(), shop, c.Conversion.ID, id, testkit.TWIST(1)))
		}
		require.ErrorIs(t, refund(none, "shared"), attribution.ErrRefundWindow)
		s.clock.Advance(begun.Add(20*day - time.Microsecond).Sub(s.clock.Now()))
		require.NoError(t, refund(short, "in time"))
		s.requireOpen("ada", "balance, commissions")
		s.clock.Advance(time.Microsecond)
		require.ErrorIs(t, refund(short, "too late"), attribution.ErrRefundWindow)
		s.requireOpen("ada", "balance")
		s.sound()
	})
}

// An order that the budget can never pay can be taken back at any time, and those behind it go on.
func TestAnOrderTooLargeIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	typo := s.earn("typo", money.Max)
	require.Equal(t, attribution.Unfunded, typo.Commissions[0].State)
	behind := s.earn("order-1", testkit.TWIST(10))
	require.Equal(t, attribution.Unfunded, behind.Commissions[0].State)
	s.clock.Advance(2 * attribution.DefaultRefundWindow)
	s.refund(typo, "all", money.Max)
	funded, err := s.Attribution.FundWaiting(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, funded)
	s.sound()
}

// I-06, P-22, A7: what the influencer has spent is owed. Receivable is what is owed, always; what is owed
// cannot be spent; later earnings repay it first, and the budget has it back.
func TestClawbackOfWhatIsSpentIsOwed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	first := s.earn("order-1", testkit.TWIST(100))
	require.Equal(t, 1, s.approve())
	other := s.world.pool("bea", 0)
	s.stake("ada", other, testkit.TWIST(15)) // of 18
	s.refund(first, "refund-1", testkit.TWIST(100))
	require.Equal(t, twist.Balances{Owed: testkit.TWIST(15)}, s.balances("ada"))
	f := s.funds("shop", s.program)
	require.Equal(t, testkit.TWIST(15), f.Receivable)
	require.Equal(t, testkit.TWIST(985), f.Budget)
	s.sound()

	s.deposit("ada", testkit.TWIST(12)) // her own, yet not to spend while she owes
	require.Equal(t, twist.Balances{Available: testkit.TWIST(12), Owed: testkit.TWIST(15)}, s.balances("ada"))
	_, err := s.Payouts.Request(t.Context(), s.signIn("ada"), payouts.Minimum)
	require.ErrorIs(t, err, ledger.ErrInsufficientFunds)
	_, err = s.Staking.Stake(t.Context(), s.signIn("ada"), other, testkit.TWIST(1))
	require.ErrorIs(t, err, ledger.ErrInsufficientFunds)

	s.earn("order-2", testkit.TWIST(50)) // 9 of it hers
	require.Equal(t, 1, s.approve())
	require.Equal(t, twist.Balances{Available: testkit.TWIST(12), Owed: testkit.TWIST(6), Spendable: testkit.TWIST(6)}, s.balances("ada"))
	require.Equal(t, testkit.TWIST(6), s.funds("shop", s.program).Receivable)
	s.sound()
	s.earn("order-3", testkit.TWIST(100))
	require.Equal(t, 1, s.approve())
	s.requireAvailable("ada", testkit.TWIST(24))
	require.Zero(t, s.funds("shop", s.program).Receivable)
	s.sound()
}

// What a holder owes is taken out of what the holder has, as soon as there is something: it does not wait
// for another commission.
func TestDebtsAreCollected(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	converted := s.earn("order-1", testkit.TWIST(100))
	require.Equal(t, 1, s.approve())
	s.stake("ada", s.world.pool("bea", 0), testkit.TWIST(18)) // all she has
	s.refund(converted, "refund-1", testkit.TWIST(100))
	collected := func() int {
		n, err := s.Attribution.CollectDebts(t.Context())
		require.NoError(t, err)
		return n
	}
	require.Zero(t, collected(), "she has nothing")
	s.deposit("ada", testkit.TWIST(5))
	require.Equal(t, 1, collected())
	require.Equal(t, twist.Balances{Owed: testkit.TWIST(13)}, s.balances("ada"))
	require.Equal(t, testkit.TWIST(13), s.funds("shop", s.program).Receivable)
	require.Equal(t, testkit.TWIST(987), s.funds("shop", s.program).Budget)
	s.deposit("ada", testkit.TWIST(20))
	require.Equal(t, 1, collected())
	require.Equal(t, twist.Balances{Available: testkit.TWIST(7), Spendable: testkit.TWIST(7)}, s.balances("ada"))
	require.Zero(t, collected())
	require.Equal(t, testkit.TWIST(1_000), s.funds("shop", s.program).Budget)
	s.sound()
}

// A merchant who stakes in an influencer's pool, invents an order and takes it back gains nothing, and the
// influencer loses nothing of her own: nobody gives back more than they got.
func TestInventedOrdersRobNobody(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.deposit("ada", testkit.TWIST(2_000))
	s.fan("mole", testkit.TWIST(5_000)) // the merchant's second wallet
	s.clock.Advance(day)
	before := sum(t, s.funds("shop", s.program).Budget, s.balances("shop").Available, s.balances("mole").Available)
	converted := s.earn("invented", testkit.TWIST(1_000))
	require.Equal(t, 1, s.approve())
	s.refund(converted, "refund", testkit.TWIST(1_000))
	_, err := s.Staking.Claim(t.Context(), s.signIn("mole"), s.pool)
	require.NoError(t, err)
	s.requireAvailable("ada", testkit.TWIST(2_000))
	require.Zero(t, s.balances("ada").Owed)
	after := sum(t, s.funds("shop", s.program).Budget, s.balances("shop").Available, s.balances("mole").Available)
	require.LessOrEqual(t, after, before)
	s.sound()
}

// An order that was answered is answered again, also when its click is forgotten; and a click made by a
// machine whose clock runs ahead still counts.
func TestOrdersOutliveTheirClicks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	click := s.click(s.link("ada", s.program))
	s.clock.Advance(-time.Millisecond)
	order := attribution.Order{Program: s.program, ID: "order-1", Amount: testkit.TWIST(100), Currency: attribution.Currency, Click: click}
	first, err := s.Attribution.ReportConversion(t.Context(), s.signIn("shop"), order)
	require.NoError(t, err)
	require.Equal(t, click, first.Conversion.Touch)
	require.Len(t, first.Commissions, 1)

	config := s.config
	config.Clicks = &memory.Clicks{} // they are gone
	forgetful, err := twist.New(config)
	require.NoError(t, err)
	again, err := forgetful.Attribution.ReportConversion(t.Context(), s.signIn("shop"), order)
	require.NoError(t, err)
	require.Equal(t, first, again)
	order.Click = "clk_other"
	_, err = forgetful.Attribution.ReportConversion(t.Context(), s.signIn("shop"), order)
	require.ErrorIs(t, err, attribution.ErrOrderConflict)
	order.ID = "order-2"
	_, err = forgetful.Attribution.ReportConversion(t.Context(), s.signIn("shop"), order)
	require.ErrorIs(t, err, attribution.ErrClickNotFound)
	s.sound()
}

// Orders so small that their parts round to nothing are refunded unit by unit, also when a unit falls on
// the fans alone, and the books hold after each.
func TestTinyOrdersAreRefunded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", testkit.TWIST(3))
	s.clock.Advance(day)
	fansOnly := 0
	for amount := money.Amount(1); amount <= 25; amount++ {
		converted := s.earn(fmt.Sprint("order-", amount), amount)
		s.approve()
		for unit := range int64(amount) {
			before := s.conversion(converted).Commissions
			after := s.refund(converted, fmt.Sprint("unit-", unit), 1).Commissions
			if len(before) > 0 && before[0].Fee == after[0].Fee && before[0].Net == after[0].Net && before[0].Fans != after[0].Fans {
				fansOnly++
			}
			s.sound()
		}
	}
	require.Positive(t, fansOnly, "no unit fell on the fans alone: the test shows too little")
}

// More debts than one entry can repay are collected in turn, to the last.
func TestManyDebtsAreCollectedInTurn(t *testing.T) {
	t.Parallel()
	const debts = 30
	s := newScene(t)
	bank := s.world.pool("bea", 0)
	s.deposit("shop", testkit.TWIST(debts))
	var orders []twist.Converted
	for range debts {
		program := s.world.program("shop", 0)
		s.fund("shop", program, testkit.TWIST(1))
		orders = append(orders, s.order(program, "order-1", testkit.TWIST(5), s.passing(program)))
	}
	require.Equal(t, debts, s.approve())
	s.stake("ada", bank, s.balances("ada").Available)
	for _, converted := range orders {
		s.refund(converted, "refund-1", testkit.TWIST(5))
	}
	owed := s.balances("ada").Owed
	s.deposit("ada", testkit.TWIST(1_000))
	for range 3 {
		_, err := s.Attribution.CollectDebts(t.Context())
		require.NoError(t, err)
		s.sound()
	}
	require.Zero(t, s.balances("ada").Owed)
	s.requireAvailable("ada", difference(t, testkit.TWIST(1_000), owed))
}

// A credit repays debts oldest first, and no more of them than one entry can say; the rest stays owed and
// unspendable until the next.
func TestManyDebtsAreRepaidInTurn(t *testing.T) {
	t.Parallel()
	const debts = 40
	s := newScene(t)
	bank := s.world.pool("bea", 0)
	s.deposit("shop", testkit.TWIST(debts+100))
	programs := make([]attribution.ProgramID, debts)
	var orders [debts]twist.Converted
	for i := range programs {
		programs[i] = s.world.program("shop", 0)
		s.fund("shop", programs[i], testkit.TWIST(1))
		orders[i] = s.order(programs[i], "order-1", testkit.TWIST(5), s.passing(programs[i]))
	}
	require.Equal(t, debts, s.approve())
	s.stake("ada", bank, testkit.TWIST(36)) // all she has
	for i, converted := range orders {
		s.refund(converted, numbered("refund-", i), testkit.TWIST(5))
		s.clock.Advance(time.Second)
	}
	require.Equal(t, testkit.TWIST(36), s.balances("ada").Owed)
	s.sound()

	s.distribute("large", testkit.TWIST(1_000)) // 180: enough for all of them
	b := s.balances("ada")
	require.Positive(t, b.Owed)
	require.Equal(t, difference(t, b.Available, b.Owed), b.Spendable)
	require.Zero(t, s.funds("shop", programs[0]).Receivable, "the oldest came first")
	s.sound()
	s.distribute("another", testkit.TWIST(1_000))
	s.requireAvailable("ada", testkit.TWIST(324))
	s.sound()
}

// Commissions that the budget could not pay are funded when money comes: oldest first, and a younger one
// never before an older, also when it is small enough or arrives later.
func TestUnfundedCommissionsAreFundedOldestFirst(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, err := s.Attribution.Withdraw(t.Context(), s.signIn("shop"), s.program, testkit.TWIST(990))
	require.NoError(t, err)
	orders := []twist.Converted{
		s.earn("order-0", testkit.TWIST(500)), s.earn("order-1", testkit.TWIST(50)), s.earn("order-2", testkit.TWIST(100)),
	}
	states := func() (all []attribution.State) {
		for _, o := range orders {
			all = append(all, s.conversion(o).Commissions[0].State)
		}
		return all
	}
	waits, set := attribution.Unfunded, attribution.Pending
	require.Equal(t, []attribution.State{waits, waits, waits}, states(), "the ten that are there wait for the first")
	s.clock.Advance(2 * hold)
	for _, step := range []struct {
		add    int64
		funded int
		then   []attribution.State
	}{
		{add: 89, then: []attribution.State{waits, waits, waits}},
		{add: 11, funded: 2, then: []attribution.State{set, set, waits}},
		{add: 20, funded: 1, then: []attribution.State{set, set, set}},
	} {
		s.fund("shop", s.program, testkit.TWIST(step.add))
		got, errs := together(4, func(int) (int, error) { return s.Attribution.FundWaiting(s.ctx()) })
		requireAll(t, errs)
		total := 0
		for _, n := range got {
			total += n
		}
		require.Equal(t, step.funded, total)
		require.Equal(t, step.then, states())
	}
	require.Zero(t, s.funds("shop", s.program).Budget)
	approved, err := s.Attribution.ApproveDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, approved)
	s.sound()
}

// An order may be refunded unit by unit. Whoever asks for it is given a thousand refunds and how much all are; an export
// reads them page by page.
func TestAnOrderOfManyRefunds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	program := w.program("shop", 0)
	sold := w.order(program, "order", testkit.TWIST(1), "")
	const many = 1_001
	for n := range many {
		w.refund(sold, fmt.Sprintf("%04d", n), 1)
	}
	shop := w.signIn("shop")
	shown, err := w.Attribution.Conversion(w.ctx(), shop, sold.Conversion.ID)
	require.NoError(t, err)
	require.Len(t, shown.Refunds, many-1)
	require.Equal(t, "0999", shown.Refunds[many-2].ID)
	require.Equal(t, money.Amount(many), shown.Conversion.Refunded)

	exported := map[string]int{}
	pages := &pagesOfRefunds{Store: w.store}
	w.start(func(c *twist.Config) { c.Store = pages })
	require.NoError(t, w.Identity.Export(w.ctx(), shop, func(e twist.Exported) error {
		if r, ok := e.Value.(attribution.Refund); ok {
			exported[r.ID]++
		}
		return nil
	}))
	require.Len(t, exported, many)
	require.Positive(t, pages.longest)
	require.Less(t, pages.longest, many/2, "no more than a page is held at once")
}

// pagesOfRefunds notes how many refunds were read at once.
type pagesOfRefunds struct {
	ports.Store

	longest int
}

func (p *pagesOfRefunds) Read(ctx context.Context, fn func(context.Context, ports.View) error) error {
	return p.Store.Read(ctx, func(ctx context.Context, v ports.View) error {
		v.Conversions = &countedRefunds{v.Conversions, p}
		return fn(ctx, v)
	})
}

type countedRefunds struct {
	ports.ConversionReader

	of *pagesOfRefunds
}

func (c *countedRefunds) Refunds(ctx context.Context, id attribution.ConversionID, after string, limit int) ([]attribution.Refund, error) {
	rows, err := c.ConversionReader.Refunds(ctx, id, after, limit)
	c.of.longest = max(c.of.longest, len(rows))
	return rows, err
}
