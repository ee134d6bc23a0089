package twist_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// deciding is a scene with an operator who has no part in it.
func deciding(w *world) scene {
	w.t.Helper()
	w.start(rooted)
	return sceneIn(w)
}

// ops signs in as the operator, whose last session may be over.
func (s scene) ops() twist.Caller {
	s.t.Helper()
	delete(s.callers, "ops")
	return s.signIn("ops")
}

func (s scene) rejects(c attribution.Commission) attribution.Commission {
	s.t.Helper()
	rejected, err := s.Attribution.Reject(s.ctx(), s.signIn("shop"), c.ID, "It was never delivered.")
	require.NoError(s.t, err)
	return rejected
}

func (s scene) holds(c attribution.Commission) attribution.Commission {
	s.t.Helper()
	held, err := s.Attribution.HoldCommission(s.ctx(), s.ops(), c.ID, "Who ordered this?")
	require.NoError(s.t, err)
	return held
}

func (s scene) releases(c attribution.Commission) attribution.Commission {
	s.t.Helper()
	released, err := s.Attribution.ReleaseCommission(s.ctx(), s.ops(), c.ID)
	require.NoError(s.t, err)
	return released
}

// only is the one commission of a conversion as it stands now.
func (s scene) only(c twist.Converted) attribution.Commission {
	s.t.Helper()
	now := s.conversion(c).Commissions
	require.Len(s.t, now, 1)
	return now[0]
}

// P-22: what a merchant rejects goes back to the budget to the last unit, once, whatever was refunded of it before and is
// afterwards; its influencer is shown why, and nobody shares it any more.
func TestAMerchantRejects(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		order := s.earn("order-1", testkit.TWIST(100))
		s.refund(order, "part", 33_333_333_333)
		before, n := s.funds("shop", s.program), len(s.told())
		standing, err := s.only(order).Outstanding()
		require.NoError(t, err)
		require.Equal(t, standing, before.Pending)

		rejected := s.rejects(s.only(order))
		require.Equal(t, attribution.Rejected, rejected.State)
		require.Equal(t, s.only(order), rejected)
		after := s.funds("shop", s.program)
		require.Equal(t, []money.Amount{before.Budget + standing, 0}, []money.Amount{after.Budget, after.Pending})
		require.Equal(t, []journal.Kind{journal.CommissionRejected}, s.kinds(n))
		told := s.told()[n]
		require.Equal(t, string(s.signIn("ada").Account), told.Account)
		require.Equal(t, []string{standing.String(), string(s.signIn("shop").Account)}, []string{told.Data["amount"], told.Data["by"]})

		explained, err := s.Attribution.Explain(t.Context(), s.signIn("ada"), order.Conversion.ID)
		require.NoError(t, err)
		require.Equal(t, "It was never delivered.", explained.Commissions[0].Reason)

		require.Zero(t, s.approve())
		s.refund(order, "rest", 66_666_666_667)
		require.Equal(t, after, s.funds("shop", s.program), "a refund of what is the budget's again takes nothing")
		require.Equal(t, attribution.Rejected, s.only(order).State)
		s.requireAvailable("ada", 0)
		s.sound()
	})
}

// A merchant shares early what it likes to, by the same arithmetic as the job, which then has nothing to do; only what is
// pending, and nobody else's.
func TestAMerchantApprovesEarly(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		s.fan("fay", even)
		s.clock.Advance(day)
		early, late := s.earn("order-1", testkit.TWIST(100)), s.earn("order-2", testkit.TWIST(100))
		approved, err := s.Attribution.Approve(t.Context(), s.signIn("shop"), s.only(early).ID)
		require.NoError(t, err)
		require.Equal(t, s.only(early), approved)
		require.Equal(t, []money.Amount{2_000_000_000, 3_600_000_000, 14_400_000_000}, []money.Amount{approved.Fee, approved.Fans, approved.Net})
		told := s.told()
		require.Equal(t, string(s.signIn("shop").Account), told[len(told)-1].Data["by"])
		_, err = s.Attribution.Approve(t.Context(), s.signIn("shop"), approved.ID)
		require.ErrorIs(t, err, attribution.ErrCommissionState)
		_, err = s.Attribution.Reject(t.Context(), s.signIn("shop"), approved.ID, "Too late.")
		require.ErrorIs(t, err, attribution.ErrCommissionState)
		require.Equal(t, 1, s.approve(), "the other one")
		require.Equal(t, approved.Net, s.only(late).Net)
		s.requireAvailable("ada", 2*14_400_000_000)
		s.sound()
	})
}

// P-22: nobody shares what is held, neither its merchant nor the job, however long its hold is over; refunds of it are
// exact, and once it is released the job shares what is left, and no more.
func TestNobodySharesWhatIsHeld(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		order := s.earn("order-1", testkit.TWIST(100))
		held := s.holds(s.only(order))
		require.Equal(t, attribution.Held, held.State)
		require.Zero(t, s.approve())
		_, err := s.Attribution.Approve(t.Context(), s.signIn("shop"), held.ID)
		require.ErrorIs(t, err, attribution.ErrCommissionState)
		_, err = s.Attribution.HoldCommission(t.Context(), s.ops(), held.ID, "Again.")
		require.ErrorIs(t, err, attribution.ErrCommissionState)
		s.refund(order, "third", 33_333_333_333)
		left := s.funds("shop", s.program).Pending
		require.Equal(t, testkit.TWIST(20)-6_666_666_666, left)
		s.sound()

		require.Equal(t, attribution.Pending, s.releases(held).State)
		done, err := s.Attribution.ApproveDue(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, done)
		shared := s.only(order)
		require.Equal(t, left, shared.Fee+shared.Fans+shared.Net)
		_, err = s.Attribution.HoldCommission(t.Context(), s.ops(), held.ID, "Too late.")
		require.ErrorIs(t, err, attribution.ErrCommissionState)

		gone := s.earn("order-2", testkit.TWIST(10))
		s.holds(s.only(gone))
		s.refund(gone, "all", testkit.TWIST(10))
		require.Equal(t, attribution.Reversed, s.only(gone).State)
		refused := s.earn("order-3", testkit.TWIST(10))
		s.holds(s.only(refused))
		s.rejects(s.only(refused))
		require.Zero(t, s.funds("shop", s.program).Pending)
		s.sound()
	})
}

// What nobody has funded can be held too: the money that comes is set aside and shared by nobody. It can be rejected,
// and keeps a budget no longer.
func TestWhatWaitsForABudgetIsHeldAndRejected(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		shop := s.signIn("shop")
		_, err := s.Attribution.Withdraw(t.Context(), shop, s.program, testkit.TWIST(1_000))
		require.NoError(t, err)
		one, two := s.earn("order-1", testkit.TWIST(100)), s.earn("order-2", testkit.TWIST(100))
		require.Equal(t, attribution.Unfunded, s.holds(s.only(one)).State)
		_, err = s.Attribution.RejectHeld(t.Context(), s.ops(), s.only(two).ID, "It is not held.")
		require.ErrorIs(t, err, attribution.ErrCommissionState)
		s.rejects(s.only(two))
		s.fund("shop", s.program, testkit.TWIST(50))
		funded, err := s.Attribution.FundWaiting(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, funded)
		require.Equal(t, attribution.Held, s.only(one).State)
		require.Zero(t, s.approve())
		_, err = s.Attribution.RejectHeld(t.Context(), s.ops(), s.only(one).ID, "Nobody did.")
		require.NoError(t, err)
		_, err = s.Attribution.Withdraw(t.Context(), shop, s.program, testkit.TWIST(50))
		require.NoError(t, err, "all of it, and nothing waits for it")
		s.sound()
	})
}

// Only the merchant of a program and operators decide, and no operator about what they earn or pay themselves. What there
// is to decide each is shown of their own.
func TestWhoDecidesAboutCommissions(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		w.start(func(c *twist.Config) {
			c.Operators = []identity.Wallet{testkit.Wallet("ops"), testkit.Wallet("ada"), testkit.Wallet("shop")}
		})
		s := sceneIn(w)
		c := s.only(s.earn("order-1", testkit.TWIST(100)))
		shop, ops, ada, fay := s.signIn("shop"), s.ops(), s.signIn("ada"), s.signIn("fay")
		merchants := map[string]func(twist.Caller) error{
			"approve": func(by twist.Caller) error { return got(s.Attribution.Approve(t.Context(), by, c.ID)) },
			"reject":  func(by twist.Caller) error { return got(s.Attribution.Reject(t.Context(), by, c.ID, "No.")) },
		}
		for name, act := range merchants {
			for _, by := range []twist.Caller{ops, ada, fay} {
				require.ErrorIs(t, act(by), attribution.ErrCommissionNotFound, name)
			}
		}
		for name, act := range map[string]func(twist.Caller, attribution.CommissionID) error{
			"hold": func(by twist.Caller, id attribution.CommissionID) error {
				return got(s.Attribution.HoldCommission(t.Context(), by, id, "Why?"))
			},
			"release": func(by twist.Caller, id attribution.CommissionID) error {
				return got(s.Attribution.ReleaseCommission(t.Context(), by, id))
			},
			"reject": func(by twist.Caller, id attribution.CommissionID) error {
				return got(s.Attribution.RejectHeld(t.Context(), by, id, "No."))
			},
		} {
			require.ErrorIs(t, act(ada, c.ID), attribution.ErrCommissionOwn, name)
			require.ErrorIs(t, act(shop, c.ID), attribution.ErrCommissionOwn, name)
			require.ErrorIs(t, act(fay, c.ID), identity.ErrRoleTooHigh, name)
			require.ErrorIs(t, act(fay, "comm_none"), identity.ErrRoleTooHigh, name)
			require.ErrorIs(t, act(ops, "comm_none"), attribution.ErrCommissionNotFound, name)
		}
		held := s.holds(c)
		list := func(by twist.Caller, state attribution.State) ([]attribution.Commission, error) {
			return s.Attribution.ProgramCommissions(t.Context(), by, s.program, state, "", 9)
		}
		found, err := list(shop, attribution.Held)
		require.NoError(t, err)
		require.Equal(t, []attribution.Commission{held}, found)
		found, err = list(shop, attribution.Pending)
		require.NoError(t, err)
		require.Empty(t, found)
		_, err = list(fay, attribution.Held)
		require.ErrorIs(t, err, attribution.ErrProgramNotFound)
		_, err = list(shop, "lost")
		require.ErrorIs(t, err, attribution.ErrState)
		found, err = s.Attribution.CommissionsIn(t.Context(), attribution.Held, "", 9)
		require.NoError(t, err)
		require.Equal(t, []attribution.Commission{held}, found)
		_, err = s.Attribution.CommissionsIn(t.Context(), "lost", "", 9)
		require.ErrorIs(t, err, attribution.ErrState)
	})
}

// Under a key a decision is made once, and another is not made under it.
func TestADecisionUnderAKey(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		c := s.only(s.earn("order-1", testkit.TWIST(100)))
		reject := func(request byte) (attribution.Commission, bool, error) {
			ctx := twist.WithKey(t.Context(), keyOf("k", request))
			c, err := s.Attribution.Reject(ctx, s.signIn("shop"), c.ID, "No.")
			return c, twist.Replayed(ctx), err
		}
		first, replayed, err := reject(1)
		require.NoError(t, err)
		require.False(t, replayed)
		again, replayed, err := reject(1)
		require.NoError(t, err)
		require.True(t, replayed)
		require.Equal(t, first, again)
		_, _, err = reject(2)
		require.ErrorIs(t, err, ports.ErrKeyReused)
		s.sound()
	})
}

// Many are decided at once, each by itself: what is refused keeps no other, and says why. The same call again decides
// nothing twice, and tries what was refused.
func TestDecideMany(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		shop := s.signIn("shop")
		var all []twist.Decision
		for i, d := range []twist.Decision{
			{Act: attribution.ActReject, Reason: "No."},
			{Act: attribution.ActApprove},
			{Act: attribution.ActReject},
			{Act: attribution.ActReject, Reason: "Two\nlines."},
			{Act: attribution.ActApprove},
		} {
			d.Commission = s.only(s.earn(numbered("order", i), testkit.TWIST(10))).ID
			all = append(all, d)
		}
		held := all[4].Commission
		s.holds(attribution.Commission{ID: held})
		all = append(all, twist.Decision{Commission: "comm_none", Act: attribution.ActApprove})
		want := []error{nil, nil, attribution.ErrReason, attribution.ErrReason, attribution.ErrCommissionState, attribution.ErrCommissionNotFound}
		decide := func() []twist.Decided {
			done, err := s.Attribution.Decide(twist.WithKey(t.Context(), keyOf("k", 1)), shop, all)
			require.NoError(t, err)
			require.Len(t, done, len(want))
			for i, d := range done {
				require.ErrorIs(t, d.Err, want[i])
			}
			return done
		}
		first := decide()
		require.Equal(t, []attribution.State{attribution.Rejected, attribution.Approved}, []attribution.State{first[0].Commission.State, first[1].Commission.State})
		s.releases(attribution.Commission{ID: held})
		want[4] = nil
		again := decide()
		require.Equal(t, first[:2], again[:2])
		require.Equal(t, attribution.Approved, again[4].Commission.State)
		s.sound()

		for n, refusal := range map[int]error{0: twist.ErrDecisionsCount, 101: twist.ErrDecisionsCount, 100: nil} {
			many := slices.Repeat([]twist.Decision{{Act: attribution.ActApprove}}, n)
			_, err := s.Attribution.Decide(t.Context(), shop, many)
			require.ErrorIs(t, err, refusal, n)
		}
		fresh := s.only(s.earn("fresh", testkit.TWIST(10)))
		for _, act := range []attribution.Act{"", attribution.ActHold, attribution.ActRelease, "APPROVE"} {
			_, err := s.Attribution.Decide(t.Context(), shop, []twist.Decision{{Commission: fresh.ID, Act: attribution.ActApprove}, {Commission: fresh.ID, Act: act}})
			require.ErrorIs(t, err, twist.ErrDecisionAct)
		}
		found, err := s.Attribution.ProgramCommissions(t.Context(), shop, s.program, attribution.Pending, "", 9)
		require.NoError(t, err)
		require.Contains(t, found, fresh, "and nothing of it was decided")
		_, err = s.Attribution.Decide(twist.WithKey(t.Context(), keyOf("k", 2)), shop, all)
		require.ErrorIs(t, err, ports.ErrKeyReused)
	})
}

// P-22: of everybody who decides about a commission at the same moment, the job among them, one decides, and its money
// moves once.
func TestOneDecides(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := deciding(w)
		shop := s.signIn("shop")
		for i := range 4 {
			c := s.only(s.earn(numbered("order", i), testkit.TWIST(100)))
			s.clock.Advance(hold)
			ops := s.ops()
			n := len(s.told())
			_, errs := together(8, func(i int) (attribution.Commission, error) {
				switch i % 4 {
				case 0:
					return s.Attribution.Approve(t.Context(), shop, c.ID)
				case 1:
					return s.Attribution.Reject(t.Context(), shop, c.ID, "No.")
				case 2:
					return s.Attribution.HoldCommission(t.Context(), ops, c.ID, "Why?")
				}
				_, err := s.Attribution.ApproveDue(t.Context())
				return attribution.Commission{}, err
			})
			for _, err := range errs {
				if err != nil {
					require.ErrorIs(t, err, attribution.ErrCommissionState)
				}
			}
			kinds := s.kinds(n)
			require.NotEmpty(t, kinds)
			if kinds[0] == journal.CommissionHeld && len(kinds) > 1 { // what is held can be rejected
				kinds = kinds[1:]
			}
			require.Len(t, kinds, 1)
			s.sound()
		}
	})
}

// P-32: a commission that is held or rejected in the rows and not in the events, or the other way round, is found.
func TestVerifyFindsAForgedFate(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(c *attribution.Commission){
		"held":     func(c *attribution.Commission) { c.State, c.Reason = attribution.Held, "Why?" },
		"rejected": func(c *attribution.Commission) { c.State, c.Reason = attribution.Rejected, "No." },
		"waived":   func(c *attribution.Commission) { c.State = attribution.Waived },
		"reversed": func(c *attribution.Commission) { c.Reversed++ },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := deciding(newWorld(t))
			c := s.only(s.earn("order-1", testkit.TWIST(100)))
			forge(&c)
			require.NoError(t, s.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Commissions.Put(ctx, c) }))
			v, err := s.Ledger.Verify(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, v.Findings)
		})
	}
	s := deciding(newWorld(t))
	c := s.only(s.earn("order-1", testkit.TWIST(100)))
	s.holds(c)
	require.NoError(t, s.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Commissions.Put(ctx, c) }))
	v, err := s.Ledger.Verify(t.Context())
	require.NoError(t, err)
	require.Len(t, v.Findings, 1, "its money stands where it should: only the event tells")
	require.Equal(t, ledger.Finding{
		Code: "row_differs_from_event", Where: "commission " + string(c.ID), Detail: v.Findings[0].Detail,
	}, v.Findings[0])
}
