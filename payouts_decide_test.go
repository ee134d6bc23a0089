package twist_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// huge is a payout that needs a second person, and held is what it sets aside.
const (
	huge = payouts.ApprovalFrom
	held = huge + payouts.ProcessingFee
)

// supervised trusts the wallets of two people.
func supervised(c *twist.Config) {
	c.Operators = []identity.Wallet{testkit.Wallet("ops"), testkit.Wallet("chief")}
}

// asksFor is a payout that a name signed for.
func (w *world) asksFor(name string, amount money.Amount) payouts.Payout {
	w.t.Helper()
	by := w.signIn(name)
	p, err := w.withdraw(w.ctx(), by, amount, name, signed(name, w.intend(by, amount, name, name)))
	require.NoError(w.t, err)
	return p
}

// waiting are the ids of the payouts that wait for a person.
func (w *world) waiting() (ids []payouts.ID) {
	w.t.Helper()
	rows, err := w.Payouts.Waiting(w.ctx(), "", 100)
	require.NoError(w.t, err)
	for _, p := range rows {
		require.True(w.t, p.Waits())
		ids = append(ids, p.ID)
	}
	return ids
}

// I-10: a large payout is signed for, rests until a second person agrees, whatever jobs run and processes
// start, and is paid then; smaller ones pass it.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		fay, ops := w.deposit("fay", 2*held+payouts.StepUpFrom+2*payouts.ProcessingFee), w.signIn("ops")
		_, err := w.Payouts.Request(t.Context(), fay, huge)
		require.ErrorIs(t, err, payouts.ErrStepUp, "a second person replaces no signature")
		first, second := w.asksFor("fay", huge), w.asksFor("fay", huge)
		below := w.asksFor("fay", payouts.StepUpFrom)
		require.Equal(t, payouts.Requested, first.State)
		w.settle()
		w.start(supervised)
		w.settle()
		require.Equal(t, first, w.payoutOf("fay", first.ID).Payout)
		require.Equal(t, payouts.Settled, w.payoutOf("fay", below.ID).Payout.State)
		require.Equal(t, []payouts.ID{first.ID, second.ID}, w.waiting(), "the oldest first")
		page, err := w.Payouts.Waiting(t.Context(), first.ID, 1)
		require.NoError(t, err)
		require.Equal(t, []payouts.Payout{second}, page)

		n := len(w.told())
		w.clock.Advance(time.Minute)
		approved, err := w.Payouts.Approve(t.Context(), ops, first.ID)
		require.NoError(t, err)
		require.Equal(t, payouts.AccountID(ops.Account), approved.DecidedBy)
		require.Equal(t, w.clock.Now(), approved.DecidedAt)
		require.Equal(t, []journal.Kind{journal.PayoutApproved}, w.kinds(n))
		told := w.told()[n]
		require.Equal(t, string(fay.Account), told.Account)
		require.Equal(t, map[string]string{"amount": huge.String(), "attempt": "0", "by": string(ops.Account)}, told.Data)
		w.settle()
		require.Equal(t, huge+payouts.StepUpFrom, w.cluster.TwistOf(wallet("fay")))
		detail := w.payoutOf("fay", first.ID)
		require.Equal(t, payouts.Settled, detail.Payout.State)
		require.Len(t, detail.Attempts, 1)
		n = len(w.told())
		again, err := w.Payouts.Approve(t.Context(), ops, first.ID)
		require.NoError(t, err)
		require.Equal(t, detail.Payout, again)
		require.Len(t, w.told(), n, "what is said again is not told again")
		require.Equal(t, []payouts.ID{second.ID}, w.waiting())
		w.sound()
	}, supervised)
}

// What is rejected goes back to its payee, debts first, with the reason.
func TestRejectedPayoutIsGivenBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		spent := s.earn("spent", testkit.TWIST(100))
		require.Equal(t, 1, s.approve())
		s.deposit("ada", held)
		earned := s.balances("ada").Available - held
		p := s.asksFor("ada", huge)
		s.stake("ada", s.world.pool("bea", 0), earned)
		s.refund(spent, "all", testkit.TWIST(100))
		owed := s.balances("ada").Owed
		require.Positive(t, owed)

		ops := s.signIn("ops")
		n := len(s.told())
		rejected, err := s.Payouts.Reject(t.Context(), ops, p.ID, " Call us. ")
		require.NoError(t, err)
		require.Equal(t, payouts.Rejected, rejected.State)
		require.Equal(t, "Call us.", rejected.Reason)
		require.Equal(t, rejected, s.payoutOf("ada", p.ID).Payout)
		require.Equal(t, []journal.Kind{journal.DebtCollected, journal.PayoutRejected}, s.kinds(n))
		require.NotContains(t, s.told()[n+1].Data, "reason", "it is for the payee and for operators")
		s.requireAvailable("ada", held-owed)
		require.Zero(t, s.at(ledger.Payout(p.ID)))
		s.settle()
		require.Zero(t, s.cluster.TwistOf(wallet("ada")))
		_, err = s.Payouts.Cancel(t.Context(), s.signIn("ada"), p.ID)
		require.ErrorIs(t, err, payouts.ErrNotCancelable)
		s.sound()
	}, supervised)
}

// P-16, I-10: whoever decides is in person, in a session that is alive, an operator or administrator as the store has it
// now, and somebody else.
func TestWhoMayDecideAboutAPayout(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		fay, ops, gil := w.deposit("fay", 2*held), w.signIn("ops"), w.by(w.enters("gil", phone))
		p := w.asksFor("fay", huge)
		refused := func(by twist.Caller, id payouts.ID, want error) {
			t.Helper()
			_, err := w.Payouts.Approve(w.ctx(), by, id)
			require.ErrorIs(t, err, want)
			_, err = w.Payouts.Reject(w.ctx(), by, id, "No.")
			require.ErrorIs(t, err, want)
			require.Equal(t, p, w.payoutOf("fay", p.ID).Payout)
		}
		refused(gil, p.ID, identity.ErrRoleTooHigh)
		refused(gil, "po_none", identity.ErrRoleTooHigh)
		refused(fay, p.ID, identity.ErrRoleTooHigh)
		refused(ops, "po_none", payouts.ErrNotFound)
		require.NoError(t, w.Identity.GrantRole(w.ctx(), ops, gil.Account, identity.RoleOperator))
		require.NoError(t, w.Identity.RevokeRole(w.ctx(), ops, gil.Account, identity.RoleOperator))
		gil.Roles = []identity.Role{identity.RoleUser, identity.RoleOperator} // as it was found a moment ago
		refused(gil, p.ID, identity.ErrRoleTooHigh)
		ended := gil
		ended.Session, ended.Wallet = ops.Session, ops.Wallet
		refused(ended, p.ID, identity.ErrSessionEnded)
		program := ops
		program.Key = "key_1"
		refused(program, p.ID, identity.ErrScopeMissing)

		require.NoError(t, w.Identity.GrantRole(w.ctx(), ops, fay.Account, identity.RoleOperator))
		refused(fay, p.ID, payouts.ErrDecisionOwn)
		_, err := w.Payouts.Reject(w.ctx(), ops, p.ID, "a\nb")
		require.ErrorIs(t, err, payouts.ErrReason)
		small := w.asksFor("fay", huge-1)
		refused(ops, small.ID, payouts.ErrDecided)
		require.NoError(t, w.Identity.GrantRole(w.ctx(), ops, gil.Account, identity.RoleOperator))
		_, err = w.Payouts.Approve(w.ctx(), gil, p.ID)
		require.NoError(t, err, "an operator who is no administrator")
		w.sound()
	}, supervised)
}

// I-10: a wallet that gives the role of an operator makes nobody a second person: neither in the payee's own account
// nor in another one that it opened after it left.
func TestASecondWalletIsNoSecondPerson(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		refused := func(by twist.Caller, p payouts.Payout) {
			t.Helper()
			_, err := w.Payouts.Approve(w.ctx(), by, p.ID)
			require.ErrorIs(t, err, payouts.ErrDecisionOwn)
			_, err = w.Payouts.Reject(w.ctx(), by, p.ID, "No.")
			require.ErrorIs(t, err, payouts.ErrDecisionOwn)
		}
		fay := w.deposit("fay", 4*held)
		w.join(fay, "ops")
		p := w.asksFor("fay", huge)
		ops := w.signInAnew("ops")
		require.Equal(t, fay.Account, ops.Account)
		refused(ops, p)

		// The wallet of an operator opened the payee's account and left it for one of its own.
		chief := w.deposit("chief", 2*held)
		w.join(chief, "cho")
		w.clock.Advance(identity.WalletCooldown)
		theirs := w.asksFor("chief", huge)
		require.NoError(t, w.part(chief, "chief"))
		chief = w.signInAnew("chief")
		require.NotEqual(t, payouts.AccountID(chief.Account), theirs.Account)
		refused(chief, theirs)

		// The payout goes to the wallet that the second person signs in with by now.
		w.clock.Advance(identity.WalletCooldown)
		fay = w.signInAnew("fay")
		to, err := w.withdraw(w.ctx(), fay, huge, "ops", signed("fay", w.intend(fay, huge, "ops", "fay")))
		require.NoError(t, err)
		require.NoError(t, w.part(fay, "ops"))
		ops = w.signInAnew("ops")
		require.NotEqual(t, fay.Account, ops.Account)
		refused(ops, to)

		// The wallet that it goes to joined the second person's account by now.
		w.join(fay, "fob")
		w.clock.Advance(identity.WalletCooldown)
		fay = w.signInAnew("fay")
		joined, err := w.withdraw(w.ctx(), fay, huge, "fob", signed("fay", w.intend(fay, huge, "fob", "fay")))
		require.NoError(t, err)
		require.NoError(t, w.part(fay, "fob"))
		ops = w.signInAnew("ops")
		w.join(ops, "fob")
		refused(ops, joined)

		// The first wallet of the second person is the payee's by now.
		w.join(ops, "olga")
		w.clock.Advance(identity.WalletCooldown)
		require.NoError(t, w.part(ops, "ops"))
		fay = w.signInAnew("fay")
		w.join(fay, "ops")
		olga, boss := w.signInAnew("olga"), w.signInAnew("chief")
		require.NoError(t, w.Identity.GrantRole(w.ctx(), boss, olga.Account, identity.RoleOperator))
		refused(olga, p)
		_, err = w.Payouts.Approve(w.ctx(), boss, p.ID)
		require.NoError(t, err)
		w.sound()
	}, supervised)
}

// I-07: of a cancel, approvals and rejections at the same moment, with workers between, one decision counts, and
// the money goes back or out, once.
func TestDecisionsRace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		fay, ops, chief := w.deposit("fay", held), w.signIn("ops"), w.signIn("chief")
		ended := map[payouts.State]int{}
		for range 12 {
			id, before := w.asksFor("fay", huge).ID, w.cluster.TwistOf(wallet("fay"))
			calls := []func() (payouts.Payout, error){
				func() (payouts.Payout, error) { return w.Payouts.Approve(w.ctx(), ops, id) },
				func() (payouts.Payout, error) { return w.Payouts.Approve(w.ctx(), chief, id) },
				func() (payouts.Payout, error) { return w.Payouts.Reject(w.ctx(), ops, id, "No.") },
				func() (payouts.Payout, error) { return w.Payouts.Reject(w.ctx(), chief, id, "Never.") },
				func() (payouts.Payout, error) { return w.Payouts.Cancel(w.ctx(), fay, id) },
				func() (payouts.Payout, error) { _, err := w.Payouts.Advance(w.ctx()); return payouts.Payout{}, err },
			}
			got, errs := together(len(calls), func(i int) (payouts.Payout, error) { return calls[i]() })
			require.NoError(t, errs[5])
			decided := 0
			for i, err := range errs[:4] {
				if err != nil {
					require.ErrorIs(t, err, payouts.ErrDecided)
					continue
				}
				decided++
				require.Equal(t, payouts.AccountID([]twist.Caller{ops, chief}[i%2].Account), got[i].DecidedBy)
			}
			w.settle()
			p := w.payoutOf("fay", id).Payout
			ended[p.State]++
			require.LessOrEqual(t, decided, 1)
			require.Equal(t, decided == 1, p.DecidedBy != "")
			if errs[4] != nil {
				require.ErrorIs(t, errs[4], payouts.ErrNotCancelable)
			} else {
				require.Equal(t, payouts.Canceled, p.State)
			}
			switch p.State {
			case payouts.Canceled, payouts.Rejected:
				require.Equal(t, before, w.cluster.TwistOf(wallet("fay")))
				w.requireAvailable("fay", held)
			default:
				require.Equal(t, payouts.Settled, p.State)
				require.Equal(t, before+huge, w.cluster.TwistOf(wallet("fay")))
				w.requireAvailable("fay", 0)
				w.deposit("fay", held)
			}
		}
		w.sound()
	}, supervised)
}

// Of an approval and of the withdrawal of the role by which it is given, at the same moment, either comes first.
func TestApprovalAgainstTheEndOfARole(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.deposit("fay", 8*held)
		ops, gil := w.signIn("ops"), w.signIn("gil")
		for range 8 {
			require.NoError(t, w.Identity.GrantRole(w.ctx(), ops, gil.Account, identity.RoleOperator))
			id := w.asksFor("fay", huge).ID
			_, errs := together(2, func(i int) (bool, error) {
				if i == 0 {
					return true, w.Identity.RevokeRole(w.ctx(), ops, gil.Account, identity.RoleOperator)
				}
				_, err := w.Payouts.Approve(w.ctx(), gil, id)
				return true, err
			})
			require.NoError(t, errs[0])
			if errs[1] != nil {
				require.ErrorIs(t, errs[1], identity.ErrRoleTooHigh)
			}
			require.Equal(t, errs[1] == nil, w.payoutOf("fay", id).Payout.State == payouts.Approved)
		}
		w.sound()
	}, supervised)
}

// A worker that a decision overtakes after any of its looks pays what was approved once, and nothing else.
func TestWorkersAroundADecision(t *testing.T) {
	t.Parallel()
	for look := 1; look <= 6; look++ {
		for _, agree := range []bool{true, false} {
			w := newWorld(t, supervised)
			w.deposit("fay", held)
			ops, id := w.signIn("ops"), w.asksFor("fay", huge).ID
			slow := w.overtakenAt(look, func() {
				var err error
				if agree {
					_, err = w.Payouts.Approve(w.ctx(), ops, id)
				} else {
					_, err = w.Payouts.Reject(w.ctx(), ops, id, "No.")
				}
				require.NoError(t, err)
			})
			for range 3 {
				_, err := slow.Payouts.Advance(w.ctx())
				require.NoError(t, err)
			}
			w.settle()
			arrived, state := money.Amount(0), payouts.Rejected
			if agree {
				arrived, state = huge, payouts.Settled
			}
			require.Equal(t, state, w.payoutOf("fay", id).Payout.State)
			require.Equal(t, arrived, w.cluster.TwistOf(wallet("fay")))
			w.sound()
		}
	}
}

// P-32: a large payout that went on without a second person, or by the word of one whose event is not there, is
// noticed for ever; so is one that its payee decided.
func TestVerifyWantsTheSecondPerson(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(p *payouts.Payout, ops payouts.AccountID){
		"without_an_event": func(p *payouts.Payout, ops payouts.AccountID) {
			p.State, p.DecidedBy, p.DecidedAt = payouts.Approved, ops, p.RequestedAt
		},
		"rejected_without_an_event": func(p *payouts.Payout, ops payouts.AccountID) {
			p.State, p.DecidedBy, p.DecidedAt, p.Reason = payouts.Canceled, ops, p.RequestedAt, ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, supervised)
			w.deposit("fay", held)
			ops, p := w.signIn("ops"), w.asksFor("fay", huge)
			forge(&p, payouts.AccountID(ops.Account))
			require.NoError(t, w.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, p) }))
			v, err := w.Ledger.Verify(t.Context())
			require.NoError(t, err)
			var codes []string
			for _, f := range v.Findings {
				codes = append(codes, f.Code)
			}
			require.Contains(t, codes, "event_missing")
		})
	}
}
