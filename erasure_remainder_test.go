package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// payable is the least that a payout brings out.
const payable = payouts.Minimum + payouts.ProcessingFee

// I-14: what no payout could bring out is given up with the account, to the unit that the wallet signed; it
// becomes the platform's, by an entry and an event of its own. The unit above can be paid out and keeps the
// account.
func TestErasureGivesUpARemainder(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		for name, left := range map[string]money.Amount{"fay": twist.MinimumDeposit, "gil": payable - 1} {
			fay := w.deposit(name, left)
			fees := w.at(ledger.Fees())
			asked := w.farewell(fay, name)
			require.Equal(t, left, asked.GivesUp)
			require.Contains(t, asked.Text(), payouts.RemainderText(left, w.config.Mint))
			for _, other := range []money.Amount{0, left - 1, left + 1, -left} {
				require.ErrorIs(t, w.Identity.Erase(t.Context(), fay, signed(name, asked.Challenge), other), identity.ErrChallengeMismatch, "%s", other)
			}
			asked = w.farewell(fay, name)
			require.NoError(t, w.Identity.Erase(t.Context(), fay, signed(name, asked.Challenge), left))
			require.Zero(t, w.at(ledger.Available(fay.Account)))
			require.Equal(t, fees+left, w.at(ledger.Fees()))
			told := w.told()
			last := told[len(told)-1]
			require.Equal(t, journal.AccountErased, last.Kind)
			last = told[len(told)-2]
			require.Equal(t, journal.RemainderGivenUp, last.Kind)
			require.Equal(t, left.String(), last.Data["amount"])
			require.Equal(t, asked.Subject, last.Data["erasure"])
			require.ErrorIs(t, w.Identity.Erase(t.Context(), fay, signed(name, asked.Challenge), left), identity.ErrSessionEnded)
			require.Equal(t, fees+left, w.at(ledger.Fees()), "once")
		}
		w.seal()
		w.sound()
	})
}

// I-14: what can be paid out is given up by nobody, whatever is sent with the answer.
func TestErasureGivesUpNothingPayable(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		fay := w.deposit("fay", payable)
		asked := w.farewell(fay, "fay")
		require.Zero(t, asked.GivesUp)
		require.NotContains(t, asked.Text(), "left")
		err := w.Identity.Erase(t.Context(), fay, signed("fay", asked.Challenge), 0)
		require.ErrorIs(t, err, identity.ErrNotErasable)
		require.Equal(t, "balance", fault.Of(err).Detail())
		require.ErrorIs(t, w.Identity.Erase(t.Context(), fay, signed("fay", asked.Challenge), payable), identity.ErrChallengeMismatch)
		require.Equal(t, payable, w.at(ledger.Available(fay.Account)))
		w.sound()
	})
}

// I-14: of what was signed, not a unit more or less is given up: if the account has another amount by then, all
// stays, and so does the challenge's right to be answered once it is as it was.
func TestErasureHoldsTheRemainder(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		pool := w.pool("star", 2_000)
		fay := w.deposit("fay", testkit.TWIST(5))
		asked := w.farewell(fay, "fay")
		give := func() error {
			return w.Identity.Erase(t.Context(), fay, signed("fay", asked.Challenge), asked.GivesUp)
		}
		w.stake("fay", pool, testkit.TWIST(1))
		before := len(w.told())
		require.ErrorIs(t, give(), payouts.ErrRemainderChanged, "less")
		w.leave("fay", pool, testkit.TWIST(1))
		w.deposit("fay", twist.MinimumDeposit)
		require.ErrorIs(t, give(), payouts.ErrRemainderChanged, "more")
		require.Len(t, w.told(), before+2, "an exit and a deposit")
		require.Equal(t, testkit.TWIST(5)+twist.MinimumDeposit, w.at(ledger.Available(fay.Account)))
		require.False(t, w.accountOf(fay.Account).Erased())

		nothing := w.farewell(w.signIn("gil"), "gil")
		gil := w.deposit("gil", twist.MinimumDeposit)
		err := w.Identity.Erase(t.Context(), gil, signed("gil", nothing.Challenge), nothing.GivesUp)
		require.ErrorIs(t, err, identity.ErrNotErasable, "nothing is given up that no text says")
		require.Equal(t, "balance", fault.Of(err).Detail())
		w.sound()
	})
}

// I-14: who owes gives up nothing: what is there repays first.
func TestErasureOfADebtorGivesUpNothing(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		program := w.program("shop", testkit.TWIST(100))
		w.pool("star", 0)
		converted := w.order(program, "one", testkit.TWIST(50), w.click(w.link("star", program)))
		w.clock.Advance(14 * day)
		require.Equal(t, 1, w.approve())
		w.stake("star", w.pool("bea", 0), w.balances("star").Available)
		w.refund(converted, "all", testkit.TWIST(50))
		require.Positive(t, w.balances("star").Owed)
		w.deposit("star", twist.MinimumDeposit)
		star := w.signInAnew("star")
		asked := w.farewell(star, "star")
		require.Zero(t, asked.GivesUp)
		require.ErrorIs(t, w.Identity.Erase(t.Context(), star, signed("star", asked.Challenge), 0), identity.ErrNotErasable)
		w.sound()
	})
}

// I-14: a deposit arrives while the account gives up what it has, on PostgreSQL, in two processes: either the
// account stays with both, or what was signed is the platform's and the deposit is nobody's.
func TestErasureRacesADeposit(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, migrate)
	store := openStore(t, url)
	w := newWorldOver(t, store, store.Clicks())
	other := w.another(func(c *twist.Config) { c.Store = openStore(t, url) })
	const rounds = 24
	left := testkit.TWIST(3)
	stayed, went := 0, 0
	for round := range rounds {
		name := numbered("zoe", round)
		zoe := w.deposit(name, left)
		asked := w.farewell(zoe, name)
		w.send(name, zoe, testkit.TWIST(2))
		w.cluster.Tick(finality)
		fees, unclaimed := w.at(ledger.Fees()), w.at(ledger.Unclaimed())
		_, errs := together(2, func(i int) (struct{}, error) {
			if i == 0 {
				return struct{}{}, w.Identity.Erase(w.ctx(), zoe, signed(name, asked.Challenge), asked.GivesUp)
			}
			return struct{}{}, got(other.Ledger.CreditDeposits(w.ctx()))
		})
		require.NoError(t, errs[1])
		if errs[0] == nil {
			went++
			require.Zero(t, w.at(ledger.Available(zoe.Account)))
			require.Equal(t, fees+left, w.at(ledger.Fees()))
			require.Equal(t, unclaimed+testkit.TWIST(2), w.at(ledger.Unclaimed()))
			continue
		}
		stayed++
		require.NotErrorIs(t, errs[0], ports.ErrStore)
		require.ErrorIs(t, errs[0], payouts.ErrRemainderChanged)
		require.Equal(t, left+testkit.TWIST(2), w.at(ledger.Available(zoe.Account)))
		require.Equal(t, fees, w.at(ledger.Fees()))
	}
	t.Logf("%d went, %d stayed", went, stayed)
	w.seal()
	w.sound()
}
