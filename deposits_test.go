package twist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// P-09: an arrival is booked once it is final, once, however many scanners see it how often; what was
// booked names the transfer that brought it.
func TestArrivalsAreBookedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const fans = 10
	for i := range fans {
		w.send(numbered("fan", i), w.signIn(numbered("fan", i)), testkit.TWIST(10))
	}
	w.cluster.Tick(solanasim.DefaultFinality - 1)
	booked, err := w.Ledger.CreditDeposits(t.Context())
	require.NoError(t, err)
	require.Zero(t, booked, "none is final")
	w.cluster.Tick(2)
	w.sound() // what is final and not booked explains the difference

	counts, errs := together(8, func(int) (int, error) { return w.Ledger.CreditDeposits(w.ctx()) })
	requireAll(t, errs)
	total := 0
	for _, n := range counts {
		total += n
	}
	require.Equal(t, fans, total)
	for range 3 {
		w.cluster.Tick(1)
		again, err := w.Ledger.CreditDeposits(t.Context())
		require.NoError(t, err)
		require.Zero(t, again)
	}
	for i := range fans {
		w.requireAvailable(numbered("fan", i), testkit.TWIST(10))
		list, err := w.Ledger.Deposits(t.Context(), w.signIn(numbered("fan", i)), payouts.Deposit{}, 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.NotEmpty(t, list[0].Arrival.Signature)
		require.Equal(t, wallet(numbered("fan", i)), list[0].Arrival.From)
	}
	w.sound()
}

// A transfer that a fork takes back before it is final is never booked; the same bytes landing on another
// fork are booked once.
func TestArrivalsOfAForkAreNotBooked(t *testing.T) {
	t.Parallel()
	for name, fate := range map[string]solanasim.Fate{"gone": solanasim.Vanishes, "lands_again": solanasim.Lands} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			fay := w.signIn("fay")
			w.cluster.Tick(5)
			w.send("fay", fay, testkit.TWIST(10))
			w.cluster.Tick(finality - 4)
			w.cluster.Fork(finality-4, fate)
			w.cluster.Tick(2 * finality)
			booked, err := w.Ledger.CreditDeposits(t.Context())
			require.NoError(t, err)
			if fate == solanasim.Vanishes {
				require.Zero(t, booked)
				w.requireAvailable("fay", 0)
			} else {
				require.Equal(t, 1, booked)
				w.requireAvailable("fay", testkit.TWIST(10))
			}
			w.sound()
		})
	}
}

// What names nobody, a stranger or too little is kept as unclaimed: nobody is credited, nothing is lost.
func TestArrivalsForNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay := w.signIn("fay")
	w.send("fay", twist.Caller{Account: "acct_nobody"}, testkit.TWIST(1))
	w.send("gil", twist.Caller{Account: identity.AccountID("../" + string(fay.Account))}, testkit.TWIST(2))
	w.send("hal", twist.Caller{}, testkit.TWIST(4))
	w.send("ivy", fay, twist.MinimumDeposit-1)
	w.cluster.Tick(finality)
	booked, err := w.Ledger.CreditDeposits(t.Context())
	require.NoError(t, err)
	require.Equal(t, 4, booked)
	w.requireAvailable("fay", 0)
	require.Equal(t, sum(t, testkit.TWIST(7), twist.MinimumDeposit-1), w.at(ledger.Unclaimed()))
	w.sound()

	w.send("fay", fay, twist.MinimumDeposit)
	w.cluster.Tick(finality)
	_, err = w.Ledger.CreditDeposits(t.Context())
	require.NoError(t, err)
	w.requireAvailable("fay", twist.MinimumDeposit)
	w.sound()
}

// A chain that does not answer delays a deposit; a page that fails is read again.
func TestDepositsWaitForTheChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fay := w.signIn("fay")
	w.send("fay", fay, testkit.TWIST(10))
	w.cluster.Tick(finality)
	w.cluster.Refuse(solanasim.CallArrivals, 3)
	for range 3 {
		_, err := w.Ledger.CreditDeposits(t.Context())
		require.Error(t, err)
	}
	booked, err := w.Ledger.CreditDeposits(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, booked)
	w.requireAvailable("fay", testkit.TWIST(10))
	to := w.Ledger.DepositTo(fay)
	require.Equal(t, w.config.Signer.Treasury(), to.Treasury)
	require.Equal(t, payouts.DepositMemo(payouts.AccountID(fay.Account)), to.Memo)
}

// shownChain shows pages of arrivals, one a slot.
type shownChain struct {
	ports.Chain

	pages [][]payouts.Arrival
}

// Arrivals gives the page of a slot.
func (c *shownChain) Arrivals(_ context.Context, from uint64, _ int) ([]payouts.Arrival, uint64, error) {
	if from >= uint64(len(c.pages)) {
		return nil, from, nil
	}
	return c.pages[from], from + 1, nil
}

// P-09: an arrival that cannot be booked keeps nobody's behind it waiting, on its page or on later ones. It is read
// again at every run, and the failure of the job names it; once it can be booked it is, and nothing is booked twice.
func TestAPoisonedArrivalKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	chain := &shownChain{}
	w := newWorld(t, func(c *twist.Config) { chain.Chain, c.Chain = c.Chain, chain })
	arrival := func(signature payouts.Signature, name string, amount money.Amount) payouts.Arrival {
		return payouts.Arrival{
			Signature: signature, Mint: w.config.Mint, From: wallet(name), Amount: amount,
			Memo: w.Ledger.DepositTo(w.signIn(name)).Memo, At: testkit.Start,
		}
	}
	chain.pages = [][]payouts.Arrival{
		{arrival("first", "gil", testkit.TWIST(10))},
		{arrival("bad", "gil", money.Max), arrival("beside", "hal", testkit.TWIST(10))}, // more than gil can hold
		{arrival("behind", "ida", testkit.TWIST(10))},
	}
	for _, want := range []int{3, 0} {
		booked, err := w.Ledger.CreditDeposits(t.Context())
		require.Equal(t, want, booked)
		require.ErrorContains(t, err, "arrival bad: ")
	}
	chain.pages[1][0].Amount = testkit.TWIST(10)
	for _, want := range []int{1, 0} {
		booked, err := w.Ledger.CreditDeposits(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, booked)
	}
	w.requireAvailable("gil", testkit.TWIST(20))
	w.requireAvailable("hal", testkit.TWIST(10))
	w.requireAvailable("ida", testkit.TWIST(10))
}
