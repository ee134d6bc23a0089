package twist_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/testkit"
)

// changes gives a program of shop's another rate, and another hold.
func (w *world) changes(program attribution.ProgramID, rate money.Bps, hold time.Duration) {
	w.t.Helper()
	_, err := w.Attribution.ChangeProgram(w.ctx(), w.signIn("shop"), program, twist.ProgramChange{Rate: &rate, Hold: &hold})
	require.NoError(w.t, err)
}

func (w *world) closes(program attribution.ProgramID) {
	w.t.Helper()
	_, err := w.Attribution.CloseProgram(w.ctx(), w.signIn("shop"), program)
	require.NoError(w.t, err)
}

// P-18: a change of a program binds orders to come; what was earned keeps its rate and its hold, in refunds too.
func TestChangesBindOrdersToCome(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 0)
		program := w.program("shop", testkit.TWIST(100))
		click := w.click(w.link("ada", program))
		before := w.order(program, "before", testkit.TWIST(100), click)
		w.changes(program, 1_000, 0)
		after := w.order(program, "after", testkit.TWIST(100), click)
		require.Equal(t, testkit.TWIST(20), before.Commissions[0].Gross)
		require.Equal(t, testkit.TWIST(10), after.Commissions[0].Gross)
		require.Equal(t, w.clock.Now().Add(hold), before.Commissions[0].MatureAt)
		require.Equal(t, w.clock.Now(), after.Commissions[0].MatureAt)
		refunded := w.refund(before, "half", testkit.TWIST(50))
		require.Equal(t, testkit.TWIST(10), refunded.Commissions[0].Reversed)

		model := attribution.First
		changed, err := w.Attribution.ChangeProgram(w.ctx(), w.signIn("shop"), program, twist.ProgramChange{Model: &model})
		require.NoError(t, err)
		require.Equal(t, money.Bps(1_000), changed.Program.Rate)
		require.Equal(t, model, w.order(program, "under another model", testkit.TWIST(10), click).Conversion.Rule.Model)
		converted, err := w.Attribution.Conversion(w.ctx(), w.signIn("shop"), after.Conversion.ID)
		require.NoError(t, err)
		require.Equal(t, attribution.Last, converted.Conversion.Rule.Model)

		events := len(w.told())
		w.changes(program, 1_000, 0)
		require.Len(t, w.told(), events, "which changed nothing")
		shop, wrong := w.signIn("shop"), money.Bps(10_001)
		require.ErrorIs(t, got(w.Attribution.ChangeProgram(w.ctx(), shop, program, twist.ProgramChange{Rate: &wrong})), attribution.ErrRate)
		model = "best"
		require.ErrorIs(t, got(w.Attribution.ChangeProgram(w.ctx(), shop, program, twist.ProgramChange{Model: &model})), attribution.ErrModel)
		require.ErrorIs(t, got(w.Attribution.ChangeProgram(w.ctx(), w.signIn("ada"), program, twist.ProgramChange{})), attribution.ErrProgramNotFound)
		require.ErrorIs(t, got(w.Attribution.CloseProgram(w.ctx(), w.signIn("ada"), program)), attribution.ErrProgramNotFound)
		w.sound()
	})
}

// P-34: a merchant pages through the programs that are her own, closed ones too.
func TestProgramsAreListed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		first, _, second := w.program("shop", 0), w.program("other", 0), w.program("shop", 0)
		w.closes(second)
		ids := func(by string, after attribution.ProgramID, limit int) (all []attribution.ProgramID) {
			programs, err := w.Attribution.Programs(w.ctx(), w.signIn(by), after, limit)
			require.NoError(t, err)
			for _, p := range programs {
				all = append(all, p.ID)
			}
			return all
		}
		require.Equal(t, []attribution.ProgramID{first, second}, ids("shop", "", 3))
		require.Equal(t, []attribution.ProgramID{first}, ids("shop", "", 1))
		require.Equal(t, []attribution.ProgramID{second}, ids("shop", first, 1))
		require.Empty(t, ids("shop", second, 1))
		require.Empty(t, ids("ada", "", 3))
	})
}

// A closed program takes what was clicked before its end, to the microsecond, and gives back the rest of its budget.
func TestClosedPrograms(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 0)
		program := w.program("shop", testkit.TWIST(100))
		shop := w.signIn("shop")
		code := w.link("ada", program)
		visit, err := w.Attribution.Click(w.ctx(), code, twist.Arrival{})
		require.NoError(t, err)
		w.clock.Advance(time.Microsecond)
		paid := w.order(program, "open", testkit.TWIST(10), visit.Click.ID)
		w.closes(program)
		closed := w.clock.Now()
		late, err := w.Attribution.Click(w.ctx(), code, twist.Arrival{Browser: visit.Browser})
		require.NoError(t, err)
		stranger := w.click(code)
		w.clock.Advance(time.Hour)
		w.closes(program)
		require.Equal(t, closed, w.funds("shop", program).Program.ClosedAt, "once")

		counted := w.order(program, "late", testkit.TWIST(10), late.Click.ID)
		require.Equal(t, visit.Click.ID, counted.Conversion.Touch)
		require.Len(t, counted.Commissions, 1)
		for name, order := range map[string]attribution.Order{
			"a click that came when it was closed": orderOf(program, "x", testkit.TWIST(10), stranger),
			"no click":                             orderOf(program, "y", testkit.TWIST(10), ""),
		} {
			require.ErrorIs(t, got(w.Attribution.ReportConversion(w.ctx(), shop, order)), attribution.ErrProgramClosed, name)
		}
		require.Equal(t, counted.Conversion.ID, w.order(program, "late", testkit.TWIST(10), late.Click.ID).Conversion.ID, "the same again")
		require.ErrorIs(t, got(w.Attribution.MakeLink(w.ctx(), w.signIn("ada"), attribution.NewLink{Program: program, Destination: "https://shop.example/new"})), attribution.ErrProgramClosed)
		rate := money.Bps(1)
		require.ErrorIs(t, got(w.Attribution.ChangeProgram(w.ctx(), shop, program, twist.ProgramChange{Rate: &rate})), attribution.ErrProgramClosed)
		w.deposit("shop", testkit.TWIST(1))
		require.ErrorIs(t, got(w.Attribution.Fund(w.ctx(), shop, program, testkit.TWIST(1))), attribution.ErrProgramClosed)

		require.Equal(t, 2, w.approve())
		w.refund(paid, "all", testkit.TWIST(10)) // what is taken back can be withdrawn as well
		rest := w.funds("shop", program).Budget
		require.Equal(t, testkit.TWIST(98), rest)
		_, err = w.Attribution.Withdraw(w.ctx(), shop, program, rest)
		require.NoError(t, err)
		w.sound()
	})
}

// What was earned and waits for the budget comes before the merchant, in a closed program too; whoever earned it may
// fund nothing and waive it, once.
func TestWhatIsUnfundedComesFirst(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 0)
		program := w.program("shop", testkit.TWIST(10))
		shop, ada := w.signIn("shop"), w.signIn("ada")
		click := w.click(w.link("ada", program))
		short := w.order(program, "short", testkit.TWIST(100), click).Commissions[0]
		small := w.order(program, "small", testkit.TWIST(10), click)
		w.closes(program)
		require.ErrorIs(t, got(w.Attribution.Withdraw(w.ctx(), shop, program, 1)), attribution.ErrUnfundedFirst)

		require.ErrorIs(t, got(w.Attribution.Waive(w.ctx(), shop, short.ID)), attribution.ErrCommissionNotFound)
		require.ErrorIs(t, got(w.Attribution.Waive(w.ctx(), ada, "comm_none")), attribution.ErrCommissionNotFound)
		waived, errs := together(10, func(int) (attribution.Commission, error) { return w.Attribution.Waive(w.ctx(), ada, short.ID) })
		requireAll(t, errs)
		for _, c := range waived {
			require.Equal(t, attribution.Waived, c.State)
		}
		require.Equal(t, testkit.TWIST(10), w.at(ledger.Budget(program)), "it moved nothing")
		funded, err := w.Attribution.FundWaiting(w.ctx())
		require.NoError(t, err)
		require.Equal(t, 1, funded, "the one that waited behind it")
		require.ErrorIs(t, got(w.Attribution.Waive(w.ctx(), ada, small.Commissions[0].ID)), attribution.ErrCommissionState)
		converted, err := w.Attribution.Conversion(w.ctx(), shop, short.Conversion)
		require.NoError(t, err)
		refunded := w.refund(converted, "all", testkit.TWIST(100))
		require.Equal(t, attribution.Waived, refunded.Commissions[0].State)
		require.Equal(t, testkit.TWIST(8), w.at(ledger.Budget(program)))
		_, err = w.Attribution.Withdraw(w.ctx(), shop, program, testkit.TWIST(8))
		require.NoError(t, err)
		w.sound()
	})
}

// A merchant who never funds what was earned keeps nobody from being erased who waives it.
func TestWhoeverWaivesIsNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Identity.Register(w.ctx(), w.signIn("ada"), registration("ada"))
	require.NoError(t, err)
	program := w.program("shop", 0)
	short := w.order(program, "short", testkit.TWIST(100), w.click(w.link("ada", program))).Commissions[0]
	require.ErrorIs(t, w.erase("ada"), identity.ErrNotErasable)
	_, err = w.Attribution.Waive(w.ctx(), w.signIn("ada"), short.ID)
	require.NoError(t, err)
	w.erases("ada")
	w.sound()
}

// P-20: commissions that are funded, waived and refunded at the same moment are one of it, and the sums say which.
func TestConcurrentWaiversAndFunding(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.pool("ada", 0)
		program := w.program("shop", 0)
		ada, shop := w.signIn("ada"), w.deposit("shop", testkit.TWIST(100))
		click := w.click(w.link("ada", program))
		var all []attribution.Commission
		for i := range 6 {
			all = append(all, w.order(program, numbered("order", i), testkit.TWIST(10), click).Commissions...)
		}
		_, errs := together(13, func(i int) (any, error) {
			switch {
			case i < 6:
				c, err := w.Attribution.Waive(w.ctx(), ada, all[i].ID)
				_, _, err = unless(c, err, attribution.ErrCommissionState)
				return nil, err
			case i < 12:
				return w.Attribution.Refund(w.ctx(), shop, all[i-6].Conversion, "half", testkit.TWIST(5))
			}
			if _, err := w.Attribution.Fund(w.ctx(), shop, program, testkit.TWIST(100)); err != nil {
				return nil, err
			}
			return w.Attribution.FundWaiting(w.ctx())
		})
		requireAll(t, errs)
		w.sound()
	})
}
