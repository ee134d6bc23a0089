package attribution_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

const oneTwist = money.Amount(1_000_000_000)

// P-31: the highest threshold that is reached is paid, and no other, on both sides of each.
func TestWhatConversionsEarn(t *testing.T) {
	t.Parallel()
	earned := func(conversions int64) money.Amount {
		return attribution.Achievement{Conversions: conversions, Fees: 5_000 * oneTwist}.Bonus(attribution.BonusConversions)
	}
	for conversions, want := range map[int64]money.Amount{
		-1: 0, 0: 0, 99: 0, 100: 100 * oneTwist, 101: 100 * oneTwist, 499: 100 * oneTwist, 500: 500 * oneTwist, 501: 500 * oneTwist,
		999: 500 * oneTwist, 1_000: 1_000 * oneTwist, 1_001: 1_000 * oneTwist, 1 << 62: 1_000 * oneTwist,
	} {
		require.Equal(t, want, earned(conversions), "%d", conversions)
	}
	require.Zero(t, earned(attribution.LeastForBonus-1))
	require.Positive(t, earned(attribution.LeastForBonus))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 3_000).Draw(t, "conversions")
		less, more := earned(n), earned(n+1)
		require.LessOrEqual(t, less, more, "one more conversion never earns less")
		if less != more {
			require.Contains(t, []int64{100, 500, 1_000}, n+1)
		}
	})
}

// P-31: a rise of the tier earns 500 TWIST where the platform keeps as much beside what conversions earn, else what it keeps
// beside that, and nothing where that is nothing.
func TestWhatARiseEarns(t *testing.T) {
	t.Parallel()
	require.Equal(t, 500*oneTwist, attribution.TierBonus)
	for _, test := range []struct {
		conversions      int64
		fees, rise, many money.Amount
	}{
		{0, 0, 0, 0},
		{1, oneTwist, oneTwist, 0},
		{1, 500*oneTwist - 1, 500*oneTwist - 1, 0},
		{1, 500 * oneTwist, 500 * oneTwist, 0},
		{1, 500*oneTwist + 1, 500 * oneTwist, 0},
		{99, 99 * oneTwist, 99 * oneTwist, 0},
		{100, 100 * oneTwist, 0, 100 * oneTwist},
		{100, 100*oneTwist + 1, 1, 100 * oneTwist},
		{499, 700 * oneTwist, 500 * oneTwist, 100 * oneTwist},
		{500, 700 * oneTwist, 200 * oneTwist, 500 * oneTwist},
		{1_000, 1_000 * oneTwist, 0, 1_000 * oneTwist},
		{1_000, 1_500 * oneTwist, 500 * oneTwist, 1_000 * oneTwist},
	} {
		did := attribution.Achievement{Conversions: test.conversions, Fees: test.fees}
		require.Equal(t, test.rise, did.Bonus(attribution.BonusTier), "%+v", did)
		require.Equal(t, test.many, did.Bonus(attribution.BonusConversions), "%+v", did)
	}
}

// P-31: whatever is counted, the bonuses of a month are together at most what the platform keeps, and none is negative; more of
// it never earns less.
func TestBonusesAreAtMostWhatIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		did := attribution.Achievement{
			Conversions: rapid.Int64Range(0, 3_000).Draw(t, "conversions"),
			Fees:        rapid.OneOf(rapid.Custom(amounts(2_000)), rapid.Just(money.Amount(0)), rapid.Just(money.Amount(1<<63-1))).Draw(t, "fees"),
		}
		var all money.Amount
		for _, kind := range attribution.BonusKinds() {
			bonus := did.Bonus(kind)
			require.GreaterOrEqual(t, bonus, money.Amount(0))
			all += bonus
		}
		require.LessOrEqual(t, all, did.Fees)
		require.LessOrEqual(t, all, 1_500*oneTwist)
		if did.Fees < 1<<62 {
			more := attribution.Achievement{Conversions: did.Conversions, Fees: did.Fees + rapid.Custom(amounts(1_000)).Draw(t, "more")}
			require.GreaterOrEqual(t, more.Bonus(attribution.BonusTier), did.Bonus(attribution.BonusTier))
			require.GreaterOrEqual(t, more.Bonus(attribution.BonusConversions), did.Bonus(attribution.BonusConversions))
		}
	})
}

// amounts draws up to so many TWIST, often to the whole one and beside it.
func amounts(most int64) func(*rapid.T) money.Amount {
	return func(t *rapid.T) money.Amount {
		amount := money.Amount(rapid.Int64Range(0, most).Draw(t, "twist")) * oneTwist
		return max(0, amount+money.Amount(rapid.Int64Range(-1, 1).Draw(t, "beside")))
	}
}

// P-31: however commissions of several influencers, also of one conversion that was divided, fall into months and in whatever order
// they are counted, all bonuses together are at most what the platform keeps of all of them, and no influencer's of a month more than
// what it keeps of hers that count in it. What conversions earn is never cut.
func TestBonusesOfDrawnMonths(t *testing.T) {
	t.Parallel()
	type stint struct {
		influencer attribution.InfluencerID
		month      attribution.Month
	}
	count := func(t *rapid.T, all []attribution.Commission) map[stint]attribution.Achievement {
		achieved := map[stint]attribution.Achievement{}
		for _, c := range all {
			if month, counts := c.CountsIn(); counts {
				did, err := achieved[stint{c.Influencer, month}].Plus(c)
				require.NoError(t, err)
				achieved[stint{c.Influencer, month}] = did
			}
		}
		return achieved
	}
	start := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			return start.Add(time.Duration(rapid.IntRange(-1, 3*31*24).Draw(t, "hour")) * time.Hour)
		})
		var all []attribution.Commission
		for range rapid.IntRange(0, 12).Draw(t, "heaps") {
			c := attribution.Commission{
				Influencer: rapid.SampledFrom([]attribution.InfluencerID{"infl_1", "infl_2"}).Draw(t, "influencer"),
				State:      rapid.SampledFrom([]attribution.State{attribution.Approved, attribution.Approved, attribution.Approved, attribution.Pending}).Draw(t, "state"),
				Fee:        rapid.Custom(amounts(3)).Draw(t, "fee"), ApprovedAt: moment.Draw(t, "approved"), FinalAt: moment.Draw(t, "final"),
			}
			for range rapid.IntRange(1, 150).Draw(t, "alike") {
				all = append(all, c)
			}
		}
		achieved := count(t, all)
		slices.Reverse(all)
		require.Equal(t, achieved, count(t, all))
		var kept, paid money.Amount
		of := map[stint]money.Amount{}
		for _, c := range all {
			if c.State == attribution.Approved {
				kept += c.Fee
			}
			if month, counts := c.CountsIn(); counts {
				of[stint{c.Influencer, month}] += c.Fee
			}
		}
		for who, did := range achieved {
			many, rise := did.Bonus(attribution.BonusConversions), did.Bonus(attribution.BonusTier)
			require.Equal(t, of[who], did.Fees)
			require.LessOrEqual(t, many+rise, did.Fees)
			require.Equal(t, attribution.Achievement{Conversions: did.Conversions, Fees: 1 << 62}.Bonus(attribution.BonusConversions), many)
			paid += many + rise
		}
		require.LessOrEqual(t, paid, kept)
	})
}

// Every moment is in exactly one month, and months follow one another without a gap.
func TestAMomentIsInOneMonth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), time.Date(9998, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
		at := time.UnixMicro(rapid.Int64Range(from, to).Draw(t, "at")).In(time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "zone")*60*60))
		month := attribution.MonthOf(at)
		require.True(t, month.Period().Has(at))
		require.NoError(t, month.Period().Check())
		require.Equal(t, month.Period().To, month.Next().Period().From)
		require.False(t, month.Next().Period().Has(at))
		require.Less(t, month, month.Next())
	})
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, attribution.Month("2026-11"), attribution.MonthOf(end.Add(-1)))
	require.Equal(t, attribution.Month("2026-12"), attribution.MonthOf(end))
	require.Equal(t, attribution.Month("2027-01"), attribution.Month("2026-12").Next())
	require.Zero(t, attribution.Month("2026-13").Period())
}

// A month is assessed once nothing can be dated in it any more.
func TestAMonthIsAssessedADayAfterItsEnd(t *testing.T) {
	t.Parallel()
	ready := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	require.False(t, attribution.Month("2026-11").Assessable(ready.Add(-1)))
	require.True(t, attribution.Month("2026-11").Assessable(ready))
	require.False(t, attribution.Month("2026-12").Assessable(ready))
}

// P-31: what was paid is not paid again.
func TestABonusEndsOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	due := attribution.Bonus{ID: "bon_1", State: attribution.BonusDue}
	for want, end := range map[attribution.BonusState]func(attribution.Bonus, time.Time) (attribution.Bonus, error){
		attribution.BonusPaid: attribution.Bonus.Pay, attribution.BonusLapsed: attribution.Bonus.Lapse,
	} {
		ended, err := end(due, now)
		require.NoError(t, err)
		require.Equal(t, want, ended.State)
		require.Equal(t, now, ended.EndedAt)
		_, err = ended.Pay(now)
		require.ErrorIs(t, err, attribution.ErrBonusState)
		_, err = ended.Lapse(now)
		require.ErrorIs(t, err, attribution.ErrBonusState)
	}
	for _, s := range attribution.BonusStates() {
		require.NoError(t, s.Check())
	}
	require.ErrorIs(t, attribution.BonusState("gone").Check(), attribution.ErrBonusStates)
	require.Len(t, attribution.BonusKinds(), 2)
}

// P-31: a commission counts once it is approved and final, in the month of whichever came later, and only when the platform keeps
// enough of it.
func TestWhatCountsForABonus(t *testing.T) {
	t.Parallel()
	march := time.Date(2026, time.March, 31, 23, 59, 59, 0, time.UTC)
	april := march.Add(time.Second)
	base := attribution.Commission{State: attribution.Approved, Gross: 10 * attribution.BonusFee, Fee: attribution.BonusFee, ApprovedAt: march, FinalAt: march}
	for name, test := range map[string]struct {
		change func(*attribution.Commission)
		want   attribution.Month
	}{
		"both in March":              {func(*attribution.Commission) {}, "2026-03"},
		"approved in April":          {func(c *attribution.Commission) { c.ApprovedAt = april }, "2026-04"},
		"final in April":             {func(c *attribution.Commission) { c.FinalAt = april }, "2026-04"},
		"not approved":               {func(c *attribution.Commission) { c.State = attribution.Pending }, ""},
		"taken back":                 {func(c *attribution.Commission) { c.State = attribution.Reversed }, ""},
		"approved nobody knows when": {func(c *attribution.Commission) { c.ApprovedAt = time.Time{} }, ""},
		"a unit too little":          {func(c *attribution.Commission) { c.Fee-- }, ""},
	} {
		c := base
		test.change(&c)
		month, counts := c.CountsIn()
		require.Equal(t, test.want, month, name)
		require.Equal(t, test.want != "", counts, name)
	}
	require.Equal(t, oneTwist, attribution.BonusFee)
	did, err := attribution.Achievement{Conversions: 4, Fees: 5}.Plus(base)
	require.NoError(t, err)
	require.Equal(t, attribution.Achievement{Conversions: 5, Fees: 5 + oneTwist}, did)
	_, err = attribution.Achievement{Fees: 1<<63 - 1}.Plus(base)
	require.ErrorIs(t, err, money.ErrOverflow)
}
