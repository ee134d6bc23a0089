package twist_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// flight is a world with one payout of fay's on its way.
type flight struct {
	*world

	id payouts.ID
}

func newFlight(t *testing.T) flight {
	w := newWorld(t)
	w.deposit("fay", reserved)
	return flight{w, w.payout("fay", payouts.Minimum).ID}
}

// now is where the payout stands.
func (f flight) now() payouts.Payout {
	f.t.Helper()
	return f.payoutOf("fay", f.id).Payout
}

// launch brings the payout to the moment after its first send.
func (f flight) launch() {
	f.t.Helper()
	for range 2 { // requested → approved → queued, signed and sent
		_, err := f.Payouts.Advance(f.ctx())
		require.NoError(f.t, err)
	}
	require.Equal(f.t, payouts.Broadcast, f.now().State)
}

// expire lets so many slots pass that whatever was signed can never land, without a look in between.
func (f flight) expire() { f.cluster.Tick(expiry) }

// requirePaid holds that the payout settled with its last attempt, and that exactly its amount arrived.
func (f flight) requirePaid(attempts int) {
	f.t.Helper()
	detail := f.payoutOf("fay", f.id)
	require.Equal(f.t, payouts.Settled, detail.Payout.State)
	require.Len(f.t, detail.Attempts, attempts)
	for i, a := range detail.Attempts {
		want := payouts.Dead
		if i == attempts-1 {
			want = payouts.Landed
		}
		require.Equal(f.t, want, a.State)
	}
	require.Equal(f.t, payouts.Minimum, f.cluster.TwistOf(wallet("fay")))
	f.requireAvailable("fay", 0)
	f.sound()
}

// I-07: a transfer that is dropped is sent again, the same bytes, and lands once.
func TestDroppedTransferIsSentAgain(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Script(solanasim.Vanishes, solanasim.Vanishes, solanasim.Vanishes)
	f.settle()
	f.requirePaid(1)
}

// I-07, P-28: a response that is lost decides nothing: the transfer is found by its signature.
func TestLostResponseIsRecovered(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Script(solanasim.Unanswered)
	for range 2 {
		_, err := f.Payouts.Advance(t.Context())
		if err != nil {
			require.ErrorIs(t, err, fault.Unavailable)
		}
	}
	require.Equal(t, payouts.Broadcast, f.now().State)
	f.cluster.Tick(finality)
	f.settle()
	f.requirePaid(1)
}

// A transfer that lands without effect fails the payout when that is final: the payee has everything
// back, and only the gas is spent.
func TestLandedFailureGivesBack(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Script(solanasim.Fails)
	f.launch()
	f.cluster.Tick(2)
	f.step(0)
	require.Equal(t, payouts.Confirmed, f.now().State, "it is not final yet")
	f.settle()
	detail := f.payoutOf("fay", f.id)
	require.Equal(t, payouts.Failed, detail.Payout.State)
	require.NotEmpty(t, detail.Payout.FailureCode)
	require.Equal(t, payouts.Reverted, detail.Attempts[0].State)
	require.Positive(t, detail.Attempts[0].Gas)
	require.Zero(t, f.cluster.TwistOf(wallet("fay")))
	f.requireAvailable("fay", reserved)
	f.sound()
}

// I-07: a fork that takes a confirmed transfer back sends the payout back to broadcast, not to the queue.
// Landing again settles it; never landing is proven before another attempt pays.
func TestForkTakesTheTransferBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fate     solanasim.Fate
		attempts int
	}{"lands_again": {solanasim.Lands, 1}, "lands_at_the_last_moment": {solanasim.LandsLast, 1}, "never_lands": {solanasim.Vanishes, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFlight(t)
			f.cluster.Tick(10)
			f.launch()
			f.cluster.Tick(3)
			f.step(0)
			require.Equal(t, payouts.Confirmed, f.now().State)
			f.sound()

			f.cluster.Fork(3, test.fate)
			if test.fate == solanasim.Vanishes { // its blockhash lies on the fork that is gone, or it is dropped again
				f.cluster.Script(solanasim.Vanishes, solanasim.Vanishes, solanasim.Vanishes, solanasim.Vanishes)
			}
			_, err := f.Payouts.Advance(t.Context())
			require.NoError(t, err)
			require.Equal(t, payouts.Broadcast, f.now().State)
			if test.fate == solanasim.Vanishes {
				f.expire()
			}
			f.settle()
			f.requirePaid(test.attempts)
		})
	}
}

// One node that lags delays the settlement until it has caught up, and one that knows nothing until it
// does: neither brings about a second attempt, however long it lasts.
func TestOneNodeCannotCauseASecondAttempt(t *testing.T) {
	t.Parallel()
	for name, view := range map[string]solanasim.View{
		"lagging": {Lag: 10 * expiry}, "blind": {Blind: true}, "elsewhere": {Genesis: "another cluster"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFlight(t)
			f.launch()
			f.cluster.See(solanasim.NodeB, view)
			for range 3 {
				f.expire()
				f.step(0)
				require.Equal(t, payouts.Confirmed, f.now().State)
				require.Equal(t, 1, f.now().Attempt)
			}
			f.cluster.See(solanasim.NodeB, solanasim.View{})
			f.settle()
			f.requirePaid(1)
		})
	}
}

// No transfer is built for a cluster that most nodes do not stand on: it could never be booked.
func TestNothingIsBuiltForAnotherCluster(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.See(solanasim.NodeB, solanasim.View{Genesis: "another cluster"})
	for range 5 {
		if _, err := f.Payouts.Advance(t.Context()); err != nil {
			require.ErrorIs(t, err, ports.ErrChain)
		}
	}
	require.Equal(t, payouts.Queued, f.now().State)
	require.Empty(t, f.payoutOf("fay", f.id).Attempts)
	f.cluster.See(solanasim.NodeB, solanasim.View{})
	f.settle()
	f.requirePaid(1)
}

// liar is a chain whose heads come from a node that lies about how long they live.
type liar struct{ ports.Chain }

func (l liar) Head(ctx context.Context) (payouts.Head, error) {
	head, err := l.Chain.Head(ctx)
	head.LastValidHeight, head.Slot = 0, head.Slot+100_000
	return head, err
}

// I-07: a head that lies about its life brings about no second payment: what is signed lives as long as the
// nodes together allow.
func TestLyingHeadPaysOnce(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Script(solanasim.LandsLast, solanasim.LandsLast, solanasim.LandsLast)
	lied := f.another(func(c *twist.Config) { c.Chain = liar{f.cluster} })
	for range 40 {
		_, err := lied.Payouts.Advance(t.Context())
		require.NoError(t, err)
		f.cluster.Tick(solanasim.BlockhashLife / 8)
	}
	f.requirePaid(1)
}

// A cluster of another genesis, or a node of it, proves no death: everything is unknown there.
func TestWrongClusterProvesNothing(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Script(solanasim.Vanishes)
	f.launch()
	f.cluster.See(solanasim.NodeA, solanasim.View{Genesis: "another cluster"})
	f.cluster.See(solanasim.NodeB, solanasim.View{Genesis: "another cluster"})
	f.expire()
	f.step(0)
	require.Equal(t, payouts.Broadcast, f.now().State)
	require.Equal(t, 1, f.now().Attempt)
	f.cluster.See(solanasim.NodeA, solanasim.View{})
	f.step(0)
	require.Equal(t, 1, f.now().Attempt)
	f.cluster.See(solanasim.NodeB, solanasim.View{})
	f.settle()
	f.requirePaid(2)
}

// I-07: a transfer that expired is proven dead, a second attempt pays, and what was dead stays so.
func TestExpiredTransferIsReplacedOnce(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Script(solanasim.Vanishes)
	f.launch()
	f.expire()
	_, err := f.Payouts.Advance(t.Context())
	require.NoError(t, err)
	detail := f.payoutOf("fay", f.id)
	require.Len(t, detail.Attempts, 2)
	require.Equal(t, payouts.Dead, detail.Attempts[0].State)
	require.Error(t, f.cluster.Submit(t.Context(), detail.Attempts[0].Raw), "the dead cannot land")
	f.settle()
	f.requirePaid(2)
}

// A transfer that lands in the last slot of its life is settled, not replaced.
func TestTransferThatLandsLast(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Script(solanasim.LandsLast)
	f.launch()
	for range 20 {
		f.step(solanasim.BlockhashLife / 8)
	}
	f.requirePaid(1)
}

// The attempt that outlived every node's memory is unproven: it is never replaced, also when a fork had
// taken it back before, and its tokens stay set aside. When nodes remember after all, their proof decides.
func TestWithoutHistoryNothingIsProven(t *testing.T) {
	t.Parallel()
	for name, confirmed := range map[string]bool{"from_broadcast": false, "from_confirmed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFlight(t)
			f.cluster.Tick(10)
			if !confirmed {
				f.cluster.Script(solanasim.Vanishes)
			}
			f.launch()
			f.cluster.Tick(3)
			if confirmed {
				f.step(0)
				require.Equal(t, payouts.Confirmed, f.now().State)
				f.cluster.Fork(3, solanasim.Vanishes)
			}
			for _, node := range []string{solanasim.NodeA, solanasim.NodeB} {
				f.cluster.See(node, solanasim.View{Memory: 20})
			}
			f.expire()
			f.settle()
			require.Equal(t, payouts.Unproven, f.now().State)
			require.Equal(t, 1, f.now().Attempt)
			require.Equal(t, reserved, f.at(ledger.Payout(f.id)))
			f.sound()

			for _, node := range []string{solanasim.NodeA, solanasim.NodeB} {
				f.cluster.See(node, solanasim.View{})
			}
			f.settle()
			f.requirePaid(2)
		})
	}
}

// I-07: what was unproven and had landed is settled once its nodes remember, and not paid again.
func TestUnprovenThatHadLandedIsSettled(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Tick(10)
	f.launch()
	f.cluster.Tick(3) // it has landed
	for _, node := range []string{solanasim.NodeA, solanasim.NodeB} {
		f.cluster.See(node, solanasim.View{Memory: 20})
	}
	f.expire()
	f.settle()
	require.Equal(t, payouts.Unproven, f.now().State)
	for _, node := range []string{solanasim.NodeA, solanasim.NodeB} {
		f.cluster.See(node, solanasim.View{})
	}
	f.settle()
	f.requirePaid(1)
}

// A node that does not answer delays the proof of death, whatever the others say.
func TestSilentNodeDelaysTheProof(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	f.cluster.Script(solanasim.Vanishes)
	f.launch()
	f.cluster.See(solanasim.NodeB, solanasim.View{Silent: true})
	f.expire()
	f.settle()
	require.Equal(t, payouts.Broadcast, f.now().State)
	f.cluster.See(solanasim.NodeB, solanasim.View{})
	f.settle()
	f.requirePaid(2)
}

// A chain that does not answer, whichever call and however often, delays a payout and does nothing else.
func TestChainThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, call := range []solanasim.Call{
		solanasim.CallHead, solanasim.CallSubmit, solanasim.CallLook, solanasim.CallReserve,
	} {
		t.Run(string(call), func(t *testing.T) {
			t.Parallel()
			f := newFlight(t)
			f.cluster.Refuse(call, 20)
			for range 25 {
				if _, err := f.Payouts.Advance(t.Context()); err != nil {
					require.ErrorIs(t, err, fault.Unavailable)
				}
				f.cluster.Tick(2)
			}
			f.cluster.Refuse(call, 0)
			f.settle()
			f.requirePaid(1)
		})
	}
}

// Short of tokens a payout waits in the queue, lets smaller ones pass, and is paid once the tokens are
// there; it never fails.
func TestTreasuryShortOfTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deposit("fay", testkit.TWIST(51))
	large := w.payout("fay", testkit.TWIST(30)).ID
	small := w.payout("fay", payouts.Minimum).ID
	w.drain(testkit.TWIST(15))
	w.cluster.Tick(finality)
	w.settle()
	require.Equal(t, payouts.Queued, w.payoutOf("fay", large).Payout.State)
	require.Empty(t, w.payoutOf("fay", large).Attempts)
	require.Equal(t, payouts.Settled, w.payoutOf("fay", small).Payout.State)

	require.NoError(t, w.cluster.Mint(w.config.Signer.Treasury(), testkit.TWIST(25))) // from the cold wallet
	w.cluster.Tick(finality)
	w.settle()
	require.Equal(t, payouts.Settled, w.payoutOf("fay", large).Payout.State)
	require.Equal(t, testkit.TWIST(40), w.cluster.TwistOf(wallet("fay")))
}

// What is final on chain and not booked yet explains the difference, wherever the process stopped: also
// between the send and the row that says so.
func TestReconcileKnowsWhatIsNotBooked(t *testing.T) {
	t.Parallel()
	f := newFlight(t)
	_, err := f.Payouts.Advance(t.Context())
	require.NoError(t, err)
	reconciled := func() money.Amount {
		r, err := f.Ledger.Reconcile(t.Context())
		require.NoError(t, err)
		require.Zero(t, r.Difference, "%+v", r)
		return r.Unbooked
	}
	dying := f.another(func(c *twist.Config) { c.Chain = lastWords{c.Chain} })
	require.Panics(t, func() { _, _ = dying.Payouts.Advance(t.Context()) })
	require.Equal(t, payouts.Signed, f.now().State)
	require.Zero(t, reconciled())
	f.cluster.Tick(finality)
	require.Equal(t, payouts.Minimum.Neg(), reconciled())
	require.Equal(t, payouts.Minimum, f.cluster.TwistOf(wallet("fay")))
	f.settle()
	require.Zero(t, reconciled())
	f.requirePaid(1)
}

// lastWords is a chain to which a process submits once, and dies.
type lastWords struct{ ports.Chain }

func (l lastWords) Submit(ctx context.Context, raw []byte) error {
	_ = l.Chain.Submit(ctx, raw)
	panic(errCrash)
}

// I-07: payouts that nobody can prove stay so, however many they are and for however long, and keep no other waiting:
// others are decided, signed, sent and settled. Their tokens stay set aside.
func TestUnprovenPayoutsKeepNobodyWaiting(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		const unproven = 501 // one more than a step reads at once
		w.deposit("fay", 2*reserved)
		f := flight{w, w.payout("fay", payouts.Minimum).ID}
		f.launch()
		lost := f.payoutOf("fay", f.id)
		require.NoError(t, w.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			for i := range unproven {
				p, a := lost.Payout, lost.Attempts[0]
				p.ID, p.Amount, p.State = payouts.ID(numbered("po_lost", i)), 1, payouts.Unproven
				a.Payout, a.Signature, a.Genesis = p.ID, payouts.Signature(numbered(string(a.Signature), i)), "of another cluster"
				if err := errors.Join(tx.Payouts.Put(ctx, p), tx.Attempts.Add(ctx, a)); err != nil {
					return err
				}
			}
			return nil
		}))
		w.clock.Advance(time.Second)
		late := flight{w, w.payout("fay", payouts.Minimum).ID}
		for range 4 {
			_, err := w.Payouts.Advance(t.Context())
			require.NoError(t, err)
			w.cluster.Tick(finality)
		}
		require.Equal(t, payouts.Settled, f.now().State)
		require.Equal(t, payouts.Settled, late.now().State)
		require.Equal(t, 2*payouts.Minimum, w.cluster.TwistOf(wallet("fay")))
		require.Equal(t, payouts.Unproven, w.payoutOf("fay", "po_lost00").Payout.State)
	})
}
