package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/payouts"
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
