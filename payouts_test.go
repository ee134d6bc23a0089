package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/testkit"
)

// reserved is what a payout of the minimum sets aside.
const reserved = payouts.Minimum + payouts.ProcessingFee

// P-25, P-27: of twenty payouts at the same moment, with funds for three, three are taken.
func TestConcurrentPayoutsReserve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay := w.deposit("fay", 3*reserved+1)
	_, errs := together(20, func(int) (payouts.Payout, error) {
		return w.Payouts.Request(w.ctx(), fay, payouts.Minimum)
	})
	requireRefused(t, errs, 3, ledger.ErrInsufficientFunds)
	w.requireAvailable("fay", 1)
	w.settle()
	require.Equal(t, 3*payouts.Minimum, w.cluster.TwistOf(wallet("fay")))
	require.Equal(t, 3*payouts.ProcessingFee, w.at(ledger.Fees()))
	w.sound()
}

// P-26, P-33, I-07: eight workers that advance the same payouts at the same moment, at every turn, send
// each once and settle each once.
func TestWorkersTogetherPayOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	names := []string{"fay", "gil", "hal"}
	var ids []payouts.ID
	for _, name := range names {
		w.deposit(name, reserved)
		ids = append(ids, w.payout(name, payouts.Minimum).ID)
	}
	w.cluster.Script(solanasim.Vanishes, solanasim.Unanswered, solanasim.Vanishes)
	var workers [8]*twist.Platform
	for i := range workers {
		workers[i] = w.another()
	}
	for turn := range 20 {
		_, errs := together(len(workers), func(i int) (int, error) { return workers[i].Payouts.Advance(w.ctx()) })
		for _, err := range errs {
			if err != nil {
				require.ErrorIs(t, err, fault.Unavailable, "turn %d", turn)
			}
		}
		w.cluster.Tick(finality / 2)
	}
	for i, name := range names {
		detail := w.payoutOf(name, ids[i])
		require.Equal(t, payouts.Settled, detail.Payout.State)
		require.Equal(t, payouts.Minimum, w.cluster.TwistOf(wallet(name)))
	}
	w.sound()
}

// P-27, I-07: workers that sign at the same moment do not promise the treasury's tokens twice.
func TestWorkersTogetherStayWithinTheTreasury(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deposit("fay", 10*reserved)
	for range 10 {
		w.payout("fay", payouts.Minimum)
	}
	w.drain(6 * payouts.Minimum)
	w.cluster.Tick(finality)
	for range 3 {
		_, errs := together(8, func(int) (int, error) { return w.Payouts.Advance(w.ctx()) })
		requireAll(t, errs)
	}
	require.Equal(t, map[payouts.State]int{payouts.Broadcast: 6, payouts.Queued: 4}, w.states())
	w.settle()
	require.Equal(t, map[payouts.State]int{payouts.Settled: 6, payouts.Queued: 4}, w.states())
}

// P-26, P-27, I-07: a worker that another overtakes after any of its looks settles nothing twice, promises
// no tokens twice and calls nothing a fault.
func TestOvertakenWorker(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ before, slots int }{{0, 0}, {0, finality}, {1, 0}, {1, finality}, {2, finality}} {
		for look := 1; look <= 16; look++ {
			w := newWorld(t)
			w.fill(4*reserved, "fay")
			for range 4 {
				w.payout("fay", payouts.Minimum)
			}
			w.drain(2 * payouts.Minimum)
			w.cluster.Tick(finality)
			for range test.before {
				_, err := w.Payouts.Advance(t.Context())
				require.NoError(t, err)
			}
			w.cluster.Tick(test.slots)
			slow := w.overtakenAt(look, func() { w.step(test.slots) })
			_, err := slow.Payouts.Advance(t.Context())
			require.NoError(t, err, "%+v after look %d", test, look)
			w.settle()
			require.Equal(t, map[payouts.State]int{payouts.Settled: 2, payouts.Queued: 2}, w.states(), "%+v after look %d", test, look)
			require.Equal(t, 2*payouts.Minimum, w.cluster.TwistOf(wallet("fay")))
		}
	}
}

// drain takes tokens out of the treasury beside the books, down to what it may keep.
func (w *world) drain(keep money.Amount) {
	w.t.Helper()
	reserve, err := w.cluster.Reserve(w.ctx())
	require.NoError(w.t, err)
	head, err := w.cluster.Head(w.ctx())
	require.NoError(w.t, err)
	signed, err := w.config.Signer.Sign(w.ctx(), payouts.Order{
		Payout: "po_elsewhere", Attempt: 1, To: wallet("cold"), Amount: difference(w.t, reserve.Twist, keep), Head: head,
	})
	require.NoError(w.t, err)
	require.NoError(w.t, w.cluster.Submit(w.ctx(), signed.Raw))
}

// states counts fay's payouts by where they stand.
func (w *world) states() map[payouts.State]int {
	w.t.Helper()
	list, err := w.Payouts.List(w.ctx(), w.signIn("fay"), "", 100)
	require.NoError(w.t, err)
	count := map[payouts.State]int{}
	for _, p := range list {
		count[p.State]++
	}
	return count
}

// P-28, I-07, A3: once settled a payout stays so: workers, retries, forks and cancels change nothing.
func TestPaidStaysPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay := w.deposit("fay", 2*reserved)
	id := w.payout("fay", payouts.Minimum).ID
	w.settle()
	before := w.payoutOf("fay", id)
	require.Equal(t, payouts.Settled, before.Payout.State)
	require.NotZero(t, before.Attempts[0].Gas)

	w.cluster.Fork(finality, solanasim.Vanishes)
	_, err := w.Payouts.Cancel(t.Context(), fay, id)
	require.ErrorIs(t, err, payouts.ErrNotCancelable)
	require.NoError(t, w.cluster.Submit(t.Context(), before.Attempts[0].Raw))
	w.settle()
	require.Equal(t, before, w.payoutOf("fay", id))
	require.Equal(t, payouts.Minimum, w.cluster.TwistOf(wallet("fay")))
	w.requireAvailable("fay", reserved)
	w.sound()
}

// P-30: the fee that is quoted is the fee that is taken, the amount asked for is what arrives, and what
// would net to less than the minimum is refused.
func TestFeesAreTakenAsQuoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay := w.deposit("fay", testkit.TWIST(30))
	_, err := w.Payouts.Request(t.Context(), fay, payouts.Minimum-1)
	require.ErrorIs(t, err, payouts.ErrBelowMinimum)
	_, err = w.Payouts.Request(t.Context(), fay, payouts.StepUpFrom)
	require.ErrorIs(t, err, payouts.ErrStepUp)
	_, err = w.Payouts.Request(t.Context(), fay, testkit.TWIST(30)) // the fee is not there
	require.ErrorIs(t, err, ledger.ErrInsufficientFunds)

	quoted := w.payout("fay", testkit.TWIST(20))
	require.Equal(t, payouts.ProcessingFee, quoted.Fee)
	w.requireAvailable("fay", difference(t, testkit.TWIST(30), quoted.Amount, quoted.Fee))
	w.settle()
	require.Equal(t, quoted.Amount, w.cluster.TwistOf(wallet("fay")))
	require.Equal(t, quoted.Fee, w.at(ledger.Fees()))
	require.Zero(t, w.at(ledger.Payout(quoted.ID)))
	w.sound()
}

// A payout is taken back whole, fee included, until it waits for the treasury; of many cancels one counts.
func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay := w.deposit("fay", reserved)
	id := w.payout("fay", payouts.Minimum).ID
	_, errs := together(16, func(int) (payouts.Payout, error) { return w.Payouts.Cancel(w.ctx(), fay, id) })
	requireRefused(t, errs, 1, payouts.ErrNotCancelable)
	w.requireAvailable("fay", reserved)
	w.settle()
	require.Zero(t, w.cluster.TwistOf(wallet("fay")))

	id = w.payout("fay", payouts.Minimum).ID
	for range 2 { // requested → approved → queued, signed and sent
		_, err := w.Payouts.Advance(t.Context())
		require.NoError(t, err)
	}
	_, err := w.Payouts.Cancel(t.Context(), fay, id)
	require.ErrorIs(t, err, payouts.ErrNotCancelable)
	w.settle()
	require.Equal(t, payouts.Minimum, w.cluster.TwistOf(wallet("fay")))
	w.sound()
}

// I-07: a cancel and the workers race for a payout: it is given back or paid, never both.
func TestCancelAgainstWorkers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay := w.deposit("fay", reserved)
	for range 20 {
		id := w.payout("fay", payouts.Minimum).ID
		before := w.cluster.TwistOf(wallet("fay"))
		_, errs := together(4, func(i int) (int, error) {
			if i == 0 {
				_, err := w.Payouts.Cancel(w.ctx(), fay, id)
				return 0, err
			}
			return w.Payouts.Advance(w.ctx())
		})
		w.settle()
		state := w.payoutOf("fay", id).Payout.State
		if errs[0] == nil {
			require.Equal(t, payouts.Canceled, state)
			require.Equal(t, before, w.cluster.TwistOf(wallet("fay")))
		} else {
			require.ErrorIs(t, errs[0], payouts.ErrNotCancelable)
			require.Equal(t, payouts.Settled, state)
			w.deposit("fay", reserved)
		}
	}
	w.sound()
}

// A destination that cannot be paid ends the payout before any attempt, and gives everything back.
func TestDestinationThatCannotBePaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send("fay", w.signIn("treasury"), reserved) // the treasury's own wallet as a holder's
	w.cluster.Tick(finality)
	_, err := w.Ledger.CreditDeposits(t.Context())
	require.NoError(t, err)
	id := w.payout("treasury", payouts.Minimum).ID
	w.settle()
	detail := w.payoutOf("treasury", id)
	require.Equal(t, payouts.Failed, detail.Payout.State)
	require.Equal(t, payouts.ErrDestination.Code(), detail.Payout.FailureCode)
	require.Empty(t, detail.Attempts)
	w.requireAvailable("treasury", reserved)
	w.sound()
}

// P-34, P-16, I-10: what belongs to another account does not exist for a caller, to read or to change.
func TestOthersBusinessDoesNotExist(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.deposit("fay", reserved)
	converted, payout := s.earn("order-1", testkit.TWIST(10)), s.payout("fay", payouts.Minimum)
	mallory := s.deposit("mallory", testkit.TWIST(100))
	for name, call := range map[string]func() error{
		"program": func() error { _, err := s.Attribution.Program(s.ctx(), mallory, s.program); return err },
		"fund":    func() error { _, err := s.Attribution.Fund(s.ctx(), mallory, s.program, 1); return err },
		"withdraw": func() error {
			_, err := s.Attribution.Withdraw(s.ctx(), mallory, s.program, 1)
			return err
		},
		"report": func() error {
			_, err := s.Attribution.ReportConversion(s.ctx(), mallory, orderOf(s.program, "order-2", 1, ""))
			return err
		},
		"report_again": func() error {
			_, err := s.Attribution.ReportConversion(s.ctx(), mallory, converted.Conversion.Order)
			return err
		},
		"conversion": func() error {
			_, err := s.Attribution.Conversion(s.ctx(), mallory, converted.Conversion.ID)
			return err
		},
		"refund": func() error {
			_, err := s.Attribution.Refund(s.ctx(), mallory, converted.Conversion.ID, "r", 1)
			return err
		},
		"payout": func() error { _, err := s.Payouts.Payout(s.ctx(), mallory, payout.ID); return err },
		"cancel": func() error { _, err := s.Payouts.Cancel(s.ctx(), mallory, payout.ID); return err },
		"leave":  func() error { _, err := s.Staking.Leave(s.ctx(), mallory, s.pool, 1); return err },
		"claim":  func() error { _, err := s.Staking.Claim(s.ctx(), mallory, s.pool); return err },
	} {
		require.ErrorIs(t, call(), fault.NotFound, name)
	}
	list, err := s.Payouts.List(t.Context(), mallory, "", 10)
	require.NoError(t, err)
	require.Empty(t, list)
	earned, err := s.Attribution.Commissions(t.Context(), mallory, "", 10)
	require.NoError(t, err)
	require.Empty(t, earned)
	deposits, err := s.Ledger.Deposits(t.Context(), mallory, payouts.Deposit{}, 10)
	require.NoError(t, err)
	require.Len(t, deposits, 1)
	_, err = s.Attribution.MakeLink(t.Context(), mallory, attribution.NewLink{Program: s.program, Destination: "https://shop.example"})
	require.ErrorIs(t, err, twist.ErrNotInfluencer)
	require.Equal(t, payouts.Requested, s.payoutOf("fay", payout.ID).Payout.State)
	s.sound()
}
