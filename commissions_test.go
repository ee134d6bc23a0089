package twist_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// brims makes the lifetime revenue of ada's pool the most there is less room: ada and gil, each a fan of the
// other's pool, hand the same tokens round.
func (s scene) brims(room money.Amount) {
	s.t.Helper()
	const lump money.Amount = 4_620_000_000_000_000_000
	other := s.world.pool("gil", 0)
	s.deposit("ada", lump+testkit.TWIST(1))
	s.deposit("gil", testkit.TWIST(1))
	s.stake("gil", s.pool, testkit.TWIST(1))
	s.stake("ada", other, testkit.TWIST(1))
	s.clock.Advance(day)
	s.give("ada", s.pool, "1", lump)
	require.Equal(s.t, lump, s.claim("gil", s.pool))
	s.give("gil", other, "1", lump)
	require.Equal(s.t, lump, s.claim("ada", other))
	s.give("ada", s.pool, "2", math.MaxInt64-room-lump)
	require.Equal(s.t, money.Amount(math.MaxInt64)-room, s.poolNow(s.pool).Funded)
}

// P-10: a pool that was given all that a lifetime can hold takes no more. What it cannot take whole is the
// influencer's, as where nobody's stake counts, and holds up nobody's approval; up to the last unit the fans have
// their part.
func TestAFullPoolHoldsUpNoApproval(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		s.brims(2*3_600_000_000 - 1)
		fits, full := s.earn("order-1", testkit.TWIST(100)), s.earn("order-2", testkit.TWIST(100))
		require.Equal(t, 2, s.approve())
		require.Equal(t, money.Amount(3_600_000_000), s.conversion(fits).Commissions[0].Fans)
		shared := s.conversion(full).Commissions[0]
		require.Zero(t, shared.Fans)
		require.Equal(t, testkit.TWIST(18), shared.Net)
		require.Equal(t, money.Amount(math.MaxInt64-3_600_000_000+1), s.poolNow(s.pool).Funded)
		s.sound()
	})
}

// P-10: commissions that cannot be shared, because what was set aside for them is not there, are shared by nobody,
// and keep nobody waiting: however many are due before them, the others are shared. The failure of the job names
// each by its id, at every run until a person has looked, and the verification finds them.
func TestPoisonedCommissionsKeepNobodyWaiting(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		const poisoned = 501 // one more than a run reads at once
		s := sceneIn(w)
		honest := s.earn("order-1", testkit.TWIST(100))
		require.NoError(t, w.store.Write(t.Context(), func(ctx context.Context, tx ports.Tx) error {
			for i := range poisoned {
				conversion := honest.Conversion
				conversion.ID, conversion.Order.ID = attribution.ConversionID(numbered("conv_bad", i)), numbered("bad", i)
				if err := tx.Conversions.Add(ctx, conversion); err != nil {
					return err
				}
				bad := honest.Commissions[0]
				bad.ID, bad.Conversion = attribution.CommissionID(fmt.Sprintf("comm_bad%03d", i)), conversion.ID
				bad.Order, bad.Gross, bad.MatureAt = testkit.TWIST(10_000), testkit.TWIST(2_000), bad.MatureAt.Add(-time.Hour)
				if err := tx.Commissions.Put(ctx, bad); err != nil {
					return err
				}
			}
			return nil
		}))
		s.clock.Advance(hold)
		for _, shared := range []int{1, 0} {
			done, err := s.Attribution.ApproveDue(t.Context())
			require.Equal(t, shared, done)
			require.ErrorContains(t, err, "commission comm_bad000: ")
			require.ErrorContains(t, err, "commission comm_bad500: ")
		}
		require.Equal(t, attribution.Approved, s.conversion(honest).Commissions[0].State)
		found, err := s.Ledger.Verify(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, found.Findings)
	})
}

// P-10: of the commissions of one program that wait for its budget, one that is broken keeps nobody waiting, and one
// that the budget is too short for keeps those behind it.
func TestABrokenCommissionKeepsNobodyWaitingForTheBudget(t *testing.T) {
	inBothStores(t, func(t *testing.T, w *world) {
		s := sceneIn(w)
		_, err := s.Attribution.Withdraw(t.Context(), s.signIn("shop"), s.program, testkit.TWIST(1_000))
		require.NoError(t, err)
		var waits []twist.Converted
		for i, amount := range []money.Amount{testkit.TWIST(100), testkit.TWIST(100), testkit.TWIST(400), testkit.TWIST(100)} {
			waits = append(waits, s.earn(numbered("order", i), amount))
		}
		s.fund("shop", s.program, testkit.TWIST(50))
		broken := waits[0].Commissions[0].ID
		require.NoError(t, s.store.Write(t.Context(), s.forge(ledger.KindConversion, "conversion:"+string(broken), nil,
			ledger.Move(ledger.Budget(s.program), ledger.Pending(s.program), 1))))
		for _, funds := range []int{1, 0} {
			done, err := s.Attribution.FundWaiting(t.Context())
			require.Equal(t, funds, done)
			require.ErrorContains(t, err, "commission "+string(broken)+": ")
		}
		var states []attribution.State
		for _, c := range waits {
			states = append(states, s.conversion(c).Commissions[0].State)
		}
		require.Equal(t, []attribution.State{attribution.Unfunded, attribution.Pending, attribution.Unfunded, attribution.Unfunded}, states,
			"it is broken; it is funded; the budget is short; it waits behind that")
	})
}
