package twist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// forge records what somebody wrote who has the program's rights and the rules of an entry, and no use case.
func (w *world) forge(kind ledger.Kind, reference string, metadata map[string]string, postings ...ledger.Posting) func(context.Context, ports.Tx) error {
	e, err := ledger.NewEntry("ent_forged", kind, reference, w.clock.Now(), postings, metadata)
	require.NoError(w.t, err)
	return func(ctx context.Context, tx ports.Tx) error { return tx.Ledger.Record(ctx, e) }
}

// requireFound holds that the recomputation finds something of the code.
func (w *world) requireFound(code string) {
	w.t.Helper()
	v, err := w.Ledger.Verify(w.ctx())
	require.NoError(w.t, err)
	codes := map[string]bool{}
	for _, f := range v.Findings {
		codes[f.Code] = true
	}
	require.Contains(w.t, codes, code, "%v", v.Findings)
}

// All amounts are right, and they are somebody else's.
func TestVerifyNoticesTheWrongPayee(t *testing.T) {
	t.Parallel()
	const differs = "entry_differs_from_row"
	t.Run("of_a_payout_that_is_returned", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		ann, mallory := w.deposit("ann", testkit.TWIST(100)), w.deposit("mallory", testkit.TWIST(20))
		p, err := w.Payouts.Request(w.ctx(), ann, testkit.TWIST(50))
		require.NoError(t, err)
		reserved, err := p.Reserved()
		require.NoError(t, err)
		forged := w.forge(ledger.KindPayoutReturn, "payout_return:"+string(p.ID), nil,
			ledger.Move(ledger.Payout(p.ID), ledger.Available(mallory.Account), reserved))
		require.NoError(t, w.store.Write(w.ctx(), func(ctx context.Context, tx ports.Tx) error {
			now, err := tx.Payouts.Lock(ctx, p.ID)
			require.NoError(t, err)
			now, err = now.Cancel(w.clock.Now())
			require.NoError(t, err)
			require.NoError(t, tx.Payouts.Put(ctx, now))
			return forged(ctx, tx)
		}))
		w.requireFound(differs)
	})
	t.Run("of_a_commission_that_is_shared", func(t *testing.T) {
		t.Parallel()
		s := newScene(t)
		mallory := s.deposit("mallory", testkit.TWIST(20))
		c := s.earn("order-1", testkit.TWIST(100)).Commissions[0]
		s.clock.Advance(hold)
		c.State, c.Fee, c.Net = attribution.Approved, testkit.TWIST(2), testkit.TWIST(18)
		from := ledger.Pending(c.Program)
		forged := s.forge(ledger.KindApproval, "approval:"+string(c.ID),
			map[string]string{"commission": string(c.ID), "rate_bps": "2000", "fee_bps": "1000", "fans_bps": "2000"},
			ledger.Move(from, ledger.Available(mallory.Account), c.Net), ledger.Move(from, ledger.Fees(), c.Fee))
		require.NoError(t, s.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			require.NoError(t, tx.Commissions.Put(ctx, c))
			return forged(ctx, tx)
		}))
		s.requireFound(differs)
	})
	t.Run("of_a_budget_that_is_withdrawn", func(t *testing.T) {
		t.Parallel()
		s := newScene(t)
		mallory := s.deposit("mallory", testkit.TWIST(20))
		c := s.earn("order-1", testkit.TWIST(100)).Commissions[0]
		out := ledger.Move(ledger.Budget(c.Program), ledger.Available(mallory.Account), testkit.TWIST(1))
		require.NoError(t, s.store.Write(t.Context(), s.forge(ledger.KindWithdraw, "withdraw:forged", nil, out)))
		s.requireFound("event_missing")

		// With an event of its own, the program's other events contradict it.
		e, err := journal.NewEvent("evt_forged", journal.ProgramWithdrawn, string(c.Program), string(mallory.Account), s.clock.Now(),
			map[string]string{"amount": out.Amount.String(), "entry": "ent_forged"})
		require.NoError(t, err)
		require.NoError(t, s.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Outbox.Add(ctx, e) }))
		s.requireFound("event_twice")
	})
	t.Run("of_a_stake_that_is_taken_back", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.deposit("fan", testkit.TWIST(100))
		mallory := w.deposit("mallory", testkit.TWIST(20))
		pool := w.pool("ada", 2_000)
		w.stake("fan", pool, testkit.TWIST(50))
		out := ledger.Move(ledger.Staked(pool), ledger.Available(mallory.Account), testkit.TWIST(50))
		require.NoError(t, w.store.Write(t.Context(), w.forge(ledger.KindLeave, "leave:forged", nil, out)))
		w.requireFound("event_missing")
	})
}

// What was told first stands: another event cannot make an altered row right.
func TestVerifyNoticesASecondTestimony(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.deposit("ann", testkit.TWIST(100))
	p, err := w.Payouts.Request(w.ctx(), ann, testkit.TWIST(50))
	require.NoError(t, err)
	w.seal()
	e, err := journal.NewEvent("evt_zzz", journal.PayoutRequested, string(p.ID), string(p.Account), p.RequestedAt, map[string]string{
		"amount": p.Amount.String(), "attempt": "0", "fee": p.Fee.String(), "destination": string(wallet("mallory")),
	})
	require.NoError(t, err)
	require.NoError(t, w.store.Write(w.ctx(), func(ctx context.Context, tx ports.Tx) error {
		now, err := tx.Payouts.Lock(ctx, p.ID)
		require.NoError(t, err)
		now.Destination = wallet("mallory")
		require.NoError(t, tx.Payouts.Put(ctx, now))
		return tx.Outbox.Add(ctx, e)
	}))
	w.seal()
	w.requireFound("event_twice")
	w.requireFound("row_differs_from_event")
}
