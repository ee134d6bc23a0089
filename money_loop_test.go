package twist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// even is a stake of some 69 TWIST among which revenue divides without a rest: it is a power of two.
const even money.Amount = 1 << 36

// scene is a world in which ada has a pool and a link for a program of shop's, funded with 1,000 TWIST.
type scene struct {
	*world

	pool    staking.PoolID
	program attribution.ProgramID
	code    string
}

// newScene sets the scene. Ada shares 20 % with her fans; the program pays 20 % of an order.
func newScene(t testing.TB) scene {
	t.Helper()
	return sceneIn(newWorld(t))
}

// sceneIn sets the scene in an empty world.
func sceneIn(w *world) scene {
	w.t.Helper()
	s := scene{world: w, pool: w.pool("ada", 2_000), program: w.program("shop", testkit.TWIST(1_000))}
	s.code = w.link("ada", s.program)
	return s
}

// fan lets a name deposit and stake amount in ada's pool.
func (s scene) fan(name string, amount money.Amount) {
	s.t.Helper()
	s.deposit(name, amount)
	s.stake(name, s.pool, amount)
}

// earn reports an order that a click on ada's link led to.
func (s scene) earn(id string, amount money.Amount) twist.Converted {
	s.t.Helper()
	return s.order(s.program, id, amount, s.click(s.code))
}

// distribute makes an order of amount and lets it be approved; fans get 3.6 % of it, ada 14.4 %.
func (s scene) distribute(id string, amount money.Amount) attribution.Commission {
	s.t.Helper()
	converted := s.earn(id, amount)
	require.Equal(s.t, 1, s.approve())
	return s.conversion(converted).Commissions[0]
}

// conversion reads a conversion as it stands now.
func (s scene) conversion(c twist.Converted) twist.Converted {
	s.t.Helper()
	now, err := s.Attribution.Conversion(s.ctx(), s.signIn("shop"), c.Conversion.ID)
	require.NoError(s.t, err)
	return now
}

// P-02, P-10, P-15, P-18, P-25, P-30, I-03, I-08: from a click to tokens in a wallet, every number of it:
// a commission of exactly the rate, fee and fans' part floored, the rest the influencer's, the fee taken
// as quoted.
func TestMoneyLoop(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.fan("fay", even)
	s.clock.Advance(day)

	converted := s.earn("order-1", testkit.TWIST(100))
	commission := converted.Commissions[0]
	require.Equal(t, attribution.Pending, commission.State)
	require.Equal(t, testkit.TWIST(20), commission.Gross)
	require.Equal(t, testkit.TWIST(980), s.funds("shop", s.program).Budget)
	require.Equal(t, testkit.TWIST(20), s.funds("shop", s.program).Pending)

	require.Equal(t, 1, s.approve())
	commission = s.conversion(converted).Commissions[0]
	require.Equal(t, attribution.Approved, commission.State)
	require.Equal(t, testkit.TWIST(2), commission.Fee)
	require.Equal(t, money.Amount(3_600_000_000), commission.Fans)
	require.Equal(t, money.Amount(14_400_000_000), commission.Net)
	s.requireAvailable("ada", 14_400_000_000)
	require.Equal(t, money.Amount(3_600_000_000), s.claim("fay", s.pool))
	s.requireAvailable("fay", 3_600_000_000)
	s.sound()

	payout := s.payout("ada", payouts.Minimum)
	require.Equal(t, payouts.ProcessingFee, payout.Fee)
	s.requireAvailable("ada", 4_300_000_000)
	s.settle()
	require.Equal(t, payouts.Settled, s.payoutOf("ada", payout.ID).Payout.State)
	require.Equal(t, payouts.Minimum, s.cluster.TwistOf(wallet("ada")))
	require.Equal(t, money.Amount(2_100_000_000), s.at(ledger.Fees()))
	s.sound()
}

// P-10, I-03: without anyone whose stake counts the fans' part is the influencer's: nobody staked, nobody
// staked yet, no pool at all.
func TestWithoutFansTheInfluencerHasItAll(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	commission := s.distribute("order-1", testkit.TWIST(100))
	require.Zero(t, commission.Fans)
	require.Equal(t, testkit.TWIST(18), commission.Net)

	s.clock.Set(testkit.Start.Add(2 * hold)) // the stake and the approval fall into one epoch
	converted := s.earn("order-2", testkit.TWIST(100))
	s.clock.Advance(hold)
	s.fan("fay", testkit.TWIST(100))
	approved, err := s.Attribution.ApproveDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, approved)
	require.Zero(t, s.conversion(converted).Commissions[0].Fans)
	_, err = s.Staking.Claim(t.Context(), s.signIn("fay"), s.pool)
	require.ErrorIs(t, err, staking.ErrNothingToClaim)

	_, err = s.Identity.Register(t.Context(), s.signIn("bea"), registration("bea"))
	require.NoError(t, err)
	code := s.link("bea", s.program)
	s.order(s.program, "order-3", testkit.TWIST(100), s.click(code))
	require.Equal(t, 1, s.approve())
	s.requireAvailable("bea", testkit.TWIST(18))
	s.sound()
}

// I-02, P-10: revenue of single units is shared exactly, however it divides: what was given is what was
// claimed, what can be claimed and what is carried.
func TestRevenueIsSharedToTheUnit(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for i, amount := range []money.Amount{testkit.TWIST(1), testkit.TWIST(2), 3_333_333_333} {
		s.fan(numbered("fan", i), amount)
	}
	s.clock.Advance(day)
	var given money.Amount
	for i, amount := range []money.Amount{997, 10_007, 123_456_789, 1_000} {
		commission := s.distribute(numbered("order-", i), amount)
		given = sum(t, given, commission.Fans)
		s.sound()
	}
	var claimed money.Amount
	for i := range 3 {
		claimed = sum(t, claimed, s.claim(numbered("fan", i), s.pool))
	}
	pool := s.poolNow(s.pool)
	require.Equal(t, given, pool.Funded)
	require.Equal(t, claimed, pool.Paid)
	require.Less(t, difference(t, given, claimed), money.Amount(4)) // a fraction for each fan, and the carry
	require.Equal(t, difference(t, given, claimed), s.at(ledger.Rewards(s.pool)))
	s.sound()
}

// I-06, P-32: what ada has, has promised, was paid and paid in fees is what she earned, at every step, and
// follows from the journal.
func TestEveryEarnedUnitIsSomewhere(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	var earned money.Amount
	for i := range 3 {
		earned = sum(t, earned, s.distribute(numbered("order-", i), testkit.TWIST(300)).Net)
	}
	first, second := s.payout("ada", testkit.TWIST(20)), s.payout("ada", testkit.TWIST(30))
	where := func() money.Amount {
		total := s.balances("ada").Available
		for _, p := range []payouts.ID{first.ID, second.ID} {
			payout := s.payoutOf("ada", p).Payout
			if payout.State == payouts.Canceled || payout.State == payouts.Failed {
				continue
			}
			total = sum(t, total, payout.Amount, payout.Fee)
		}
		return total
	}
	require.Equal(t, earned, where())
	_, err := s.Payouts.Cancel(t.Context(), s.signIn("ada"), second.ID)
	require.NoError(t, err)
	require.Equal(t, earned, where())
	s.settle()
	require.Equal(t, payouts.Settled, s.payoutOf("ada", first.ID).Payout.State)
	require.Equal(t, earned, where())
	require.Equal(t, difference(t, earned, testkit.TWIST(20), payouts.ProcessingFee), s.balances("ada").Available)
	s.sound()
}

// sum adds amounts.
func sum(t testing.TB, amounts ...money.Amount) money.Amount {
	t.Helper()
	total, err := money.Sum(amounts...)
	require.NoError(t, err)
	return total
}

// difference takes amounts from the first.
func difference(t testing.TB, from money.Amount, amounts ...money.Amount) money.Amount {
	t.Helper()
	total, err := from.Sub(sum(t, amounts...))
	require.NoError(t, err)
	return total
}
