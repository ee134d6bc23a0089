package twist_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// shopping is a stormy world with a program of shop's at 20 % and a link of ada's, who has a pool.
type shopping struct {
	*stormy

	scene scene
}

func newShopping(t *testing.T, budget money.Amount) shopping {
	p := newStormy(t)
	s := shopping{p, scene{world: p.world, pool: p.pool("ada", 2_000), program: p.program("shop", budget)}}
	s.scene.code = p.link("ada", s.scene.program)
	return s
}

// report posts an order of shop's until it is answered.
func (s shopping) report(on *twist.Platform, order attribution.Order, refusals ...error) (twist.Converted, bool, error) {
	shop := s.callers["shop"]
	answer, err := commits(s.stormy, on, natural, func(ctx context.Context, on *twist.Platform) (twist.Converted, error) {
		return on.Attribution.ReportConversion(ctx, shop, order)
	})
	return unless(answer, err, refusals...)
}

// P-15, P-17, P-20, I-04: one order that many post at the same moment earns once, each of many orders earns
// for itself, and one whose click was not there yet earns when it is posted again.
func TestStormOrdersEarnOnce(t *testing.T) {
	t.Parallel()
	const price, orders, posts = 10_000_000_000, 6, 24
	s := newShopping(t, testkit.TWIST(1_000))
	s.rounds(func(round int) {
		click := s.click(s.scene.code)
		late, found, err := s.config.Clicks.Find(t.Context(), click)
		require.NoError(t, err)
		require.True(t, found)
		late.ID = attribution.ClickID(s.config.IDs.New("clk"))
		failed := orderOf(s.scene.program, numbered("late-", round), price, late.ID)

		answers := inStorm(s.stormy, posts+2, func(i int, on *twist.Platform) (twist.Converted, error) {
			if i < posts {
				answer, _, err := s.report(on, orderOf(s.scene.program, numbered(numbered("order-", round)+"-", i%orders), price, click))
				return answer, err
			}
			if _, ok, err := s.report(on, failed, attribution.ErrClickNotFound); ok || err != nil {
				return twist.Converted{}, err // the other's click was there
			}
			if _, err := insist(s.stormy, repeatable, func(ctx context.Context) (any, error) {
				return nil, s.config.Clicks.Append(ctx, late)
			}); err != nil {
				return twist.Converted{}, err
			}
			answer, _, err := s.report(on, failed)
			return answer, err
		})
		for i, answer := range answers[:posts] {
			require.Equal(t, answers[i%orders], answer)
			require.Len(t, answer.Commissions, 1)
		}
		earned := money.Amount(2_000_000_000 * (orders + 1) * (round + 1))
		f := s.funds("shop", s.scene.program)
		require.Equal(t, earned, f.Pending)
		require.Equal(t, difference(t, testkit.TWIST(1_000), earned), f.Budget)
		require.EqualValues(t, (orders+1)*(round+1), s.storm.count(t, `SELECT count(*) FROM conversions`))
	}, &s.wire.lost, &s.storm.again)
}

// P-17, P-20, I-04, A4, A5: on the real database too, an order that was refused because its click was not there yet is
// taken at once when the click is, a thousand times at the same moment from two processes: it earns once and all have
// one answer. Of two contents under one id, one is the order and the other is refused, however many report either.
func TestAThousandEqualOrdersEarnOnce(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Open(t, migrate))
	s := sceneIn(newWorldOver(t, store, store.Clicks()))
	shop, processes := s.signIn("shop"), []*twist.Platform{s.Platform, s.another()}
	click, found, err := store.Clicks().Find(t.Context(), s.click(s.code))
	require.NoError(t, err)
	require.True(t, found)
	click.ID = "clk_late"
	order := orderOf(s.program, "order-1", testkit.TWIST(10), click.ID)
	report := func(of func(i int) attribution.Order) ([]twist.Converted, []error) {
		return together(1_000, func(i int) (twist.Converted, error) {
			return processes[i%2].Attribution.ReportConversion(s.ctx(), shop, of(i))
		})
	}
	_, err = s.Attribution.ReportConversion(t.Context(), shop, order)
	require.ErrorIs(t, err, attribution.ErrClickNotFound)
	require.NoError(t, store.Clicks().Append(t.Context(), click))

	got, errs := report(func(int) attribution.Order { return order })
	requireAll(t, errs)
	for _, converted := range got {
		require.Equal(t, got[0], converted)
	}
	require.Equal(t, testkit.TWIST(2), s.funds("shop", s.program).Pending)

	either := func(i int) attribution.Order {
		return orderOf(s.program, "order-2", testkit.TWIST(10+int64(i/2%2)), click.ID)
	}
	got, errs = report(either)
	var won twist.Converted
	for i, converted := range got {
		if errs[i] != nil {
			require.ErrorIs(t, errs[i], attribution.ErrOrderConflict)
			continue
		}
		if won.Conversion.ID == "" {
			won = converted
		}
		require.Equal(t, won, converted)
		require.Equal(t, either(i), converted.Conversion.Order)
	}
	require.Equal(t, sum(t, testkit.TWIST(2), won.Commissions[0].Gross), s.funds("shop", s.program).Pending)
	s.sound()
}

// P-22, P-27, I-04: of refunds that together are more than the order as many count as fit, each once however many
// post it, whether the commission is approved before, meanwhile or after; what its influencer has spent is
// owed, collected once, and not spent before.
func TestStormRefundsTakeNoMoreThanWasGiven(t *testing.T) {
	t.Parallel()
	s := newShopping(t, testkit.TWIST(1_000))
	bank := s.world.pool("bea", 0)
	s.rounds(func(round int) {
		converted := s.scene.earn(numbered("order-", round), testkit.TWIST(100))
		switch round % 3 {
		case 1:
			s.approve()
		case 2:
			s.approve()
			s.stake("ada", bank, s.balances("ada").Available) // she has nothing left to give back
		}
		s.clock.Advance(hold)
		counted := map[string]bool{}
		for i, ok := range inStorm(s.stormy, 14, func(i int, on *twist.Platform) (bool, error) {
			if i >= 12 {
				_, err := insist(s.stormy, repeatable, on.Attribution.ApproveDue)
				return false, err
			}
			answer, err := commits(s.stormy, on, natural, func(ctx context.Context, on *twist.Platform) (twist.Converted, error) {
				return on.Attribution.Refund(ctx, s.callers["shop"], converted.Conversion.ID, numbered("refund-", i%6), testkit.TWIST(30))
			})
			_, ok, err := unless(answer, err, attribution.ErrRefundExceeds)
			return ok, err
		}) {
			if ok {
				counted[numbered("refund-", i%6)] = true
			}
		}
		require.Len(t, counted, 3)
		now := s.scene.conversion(converted)
		require.Len(t, now.Refunds, 3)
		require.Equal(t, testkit.TWIST(90), now.Conversion.Refunded)
		require.Equal(t, testkit.TWIST(18), now.Commissions[0].Reversed)
		s.settleDebts(round)
	}, &s.wire.lost, &s.storm.again)
}

// settleDebts gives ada what she owes and enough for one payout beside it. She asks for it in several places
// before workers collect the debt, and while they do: what is owed is not hers to spend, whoever comes first.
func (s shopping) settleDebts(round int) {
	s.t.Helper()
	before := s.balances("ada")
	if before.Owed == 0 {
		return
	}
	require.Zero(s.t, before.Available)
	ada := s.deposit("ada", sum(s.t, before.Owed, reserved))
	spent := 0
	for _, collectors := range []int{0, 4} {
		for _, ok := range inStorm(s.stormy, 8, func(i int, on *twist.Platform) (bool, error) {
			if i < collectors {
				_, err := insist(s.stormy, repeatable, on.Attribution.CollectDebts)
				return false, err
			}
			answer, err := commits(s.stormy, on, under("%d-%d-%d", round, collectors, i), func(ctx context.Context, on *twist.Platform) (payouts.Payout, error) {
				return on.Payouts.Request(ctx, ada, payouts.Minimum)
			})
			_, ok, err := unless(answer, err, ledger.ErrInsufficientFunds)
			return ok, err
		}) {
			if ok {
				spent++
			}
		}
	}
	require.Equal(s.t, 1, spent)
	s.requireAvailable("ada", 0)
	require.Zero(s.t, s.funds("shop", s.scene.program).Receivable)
}

// P-20, P-27, I-06: orders, withdrawals and workers who fund what waits, all at once on a budget that is too
// small for them: what was set aside and taken is what the answers say, and no more than there was.
func TestStormBudgetsAreNotOverspent(t *testing.T) {
	t.Parallel()
	s := newShopping(t, 0)
	shop := s.deposit("shop", testkit.TWIST(1_000))
	s.rounds(func(round int) {
		program := s.world.program("shop", 0)
		s.fund("shop", program, testkit.TWIST(10))
		click := s.passing(program)
		moves := inStorm(s.stormy, 18, func(i int, on *twist.Platform) (money.Amount, error) {
			switch {
			case i < 12:
				_, _, err := s.report(on, orderOf(program, numbered("order-", i), testkit.TWIST(10), click))
				return 0, err
			case i < 14:
				_, err := insist(s.stormy, repeatable, on.Attribution.FundWaiting)
				return 0, err
			}
			return s.budget(on, under("%d-%d", round, i), shop, program, i < 16)
		})
		given := sum(t, append(moves, testkit.TWIST(10))...)
		f := s.funds("shop", program)
		require.Equal(t, given, sum(t, f.Budget, f.Pending))
		funded := s.storm.count(t, `SELECT count(*) FROM commissions WHERE program = $1 AND state = 'pending'`, string(program))
		require.Equal(t, testkit.TWIST(2*funded), f.Pending)
		require.EqualValues(t, 12, s.storm.count(t, `SELECT count(*) FROM commissions WHERE program = $1`, string(program)))
	}, &s.wire.lost, &s.storm.again)
}

// budget takes 3 TWIST out of a program or puts them in, and gives what the program has more.
func (s shopping) budget(on *twist.Platform, key manner, by twist.Caller, program attribution.ProgramID, takes bool) (money.Amount, error) {
	amount := testkit.TWIST(3)
	answer, err := commits(s.stormy, on, key, func(ctx context.Context, on *twist.Platform) (twist.ProgramFunds, error) {
		if takes {
			return on.Attribution.Withdraw(ctx, by, program, amount)
		}
		return on.Attribution.Fund(ctx, by, program, amount)
	})
	_, ok, err := unless(answer, err, ledger.ErrInsufficientFunds, attribution.ErrUnfundedFirst)
	switch {
	case !ok:
		return 0, err
	case takes:
		return amount.Neg(), nil
	}
	return amount, nil
}

// P-20, P-33: commissions that wait for a budget have it in the order in which they were earned, also when
// several workers give it out while it comes in bits, and each has it once.
func TestStormQueuesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s := newShopping(t, 0)
	shop := s.deposit("shop", testkit.TWIST(1_000))
	s.rounds(func(round int) {
		program := s.world.program("shop", 0)
		click := s.passing(program)
		var queue []string
		for i, price := range []int64{30, 5, 20, 5, 10, 25} {
			converted := s.order(program, numbered("order-", i), testkit.TWIST(price), click)
			queue = append(queue, "conversion:"+string(converted.Commissions[0].ID))
		}
		inStorm(s.stormy, 11, func(i int, on *twist.Platform) (int, error) {
			if i < 2 {
				for range 2 {
					if _, err := insist(s.stormy, repeatable, on.Attribution.FundWaiting); err != nil {
						return 0, err
					}
				}
				return 0, nil
			}
			_, err := commits(s.stormy, on, under("%d-%d", round, i), func(ctx context.Context, on *twist.Platform) (twist.ProgramFunds, error) {
				return on.Attribution.Fund(ctx, shop, program, testkit.TWIST(2))
			})
			return 0, err
		})
		_, err := s.Attribution.FundWaiting(t.Context())
		require.NoError(t, err)
		served := s.storm.texts(t, `SELECT e.reference FROM lines AS l JOIN entries AS e ON e.id = l.entry
			WHERE l.address = $1 ORDER BY l.version`, ledger.Pending(program).String())
		require.Equal(t, queue[:len(served)], served)
		require.Len(t, served, 5)
		require.Equal(t, testkit.TWIST(4), s.funds("shop", program).Budget)
		require.True(t, slices.IsSorted(queue))
	}, &s.wire.lost, &s.storm.again)
}

// P-22, P-27: refunds of orders that were divided among the same influencers take from each what is hers, once, at the same
// moment and in whatever order her commissions stand, whether she has it or owes it.
func TestStormRefundsOfSeveralTakeFromEach(t *testing.T) {
	t.Parallel()
	const orders = 4
	p := newStormy(t)
	d := dividedIn(p.world, attribution.Linear, testkit.TWIST(1_000))
	for round := range 4 {
		var sold []twist.Converted
		for i := range orders {
			names := []string{"ada", "bea", "cyd"}
			slices.Reverse(names[i%3:])
			sold = append(sold, d.order(d.program, numbered(numbered("order-", round)+"-", i), testkit.TWIST(30), d.visit(names...)))
		}
		d.approve()
		if available := d.balances("ada").Spendable; round%2 == 1 && available >= staking.MinimumFloor {
			d.stake("ada", d.pools["bea"], available)
		}
		var kept money.Amount // by fans
		for _, converted := range sold {
			for _, c := range d.conversion(converted).Commissions {
				kept = sum(t, kept, c.Fans)
			}
		}
		budget := d.funds("shop", d.program)
		inStorm(p, 3*orders, func(i int, on *twist.Platform) (twist.Converted, error) {
			answer, err := commits(p, on, natural, func(ctx context.Context, on *twist.Platform) (twist.Converted, error) {
				return on.Attribution.Refund(ctx, p.callers["shop"], sold[i%orders].Conversion.ID, numbered("refund-", i/orders), testkit.TWIST(10))
			})
			answer, _, err = unless(answer, err)
			return answer, err
		})
		for _, converted := range sold {
			now := d.conversion(converted)
			require.Len(t, now.Commissions, 3)
			for _, c := range now.Commissions {
				require.Equal(t, attribution.Reversed, c.State)
			}
		}
		after := d.funds("shop", d.program)
		back := sum(t, difference(t, after.Budget, budget.Budget), difference(t, after.Receivable, budget.Receivable))
		require.Equal(t, testkit.TWIST(6*orders), sum(t, back, kept))
		p.audit()
	}
}
