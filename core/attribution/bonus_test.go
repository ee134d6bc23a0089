package attribution_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// P-31: the highest threshold that is reached is paid, and no other, on both sides of each.
func TestWhatConversionsEarn(t *testing.T) {
	t.Parallel()
	const twist = money.Amount(1_000_000_000)
	for conversions, want := range map[int64]money.Amount{
		-1: 0, 0: 0, 99: 0, 100: 100 * twist, 101: 100 * twist, 499: 100 * twist, 500: 500 * twist, 501: 500 * twist,
		999: 500 * twist, 1_000: 1_000 * twist, 1_001: 1_000 * twist, 1 << 62: 1_000 * twist,
	} {
		require.Equal(t, want, attribution.ConversionsBonus(conversions), "%d", conversions)
	}
	require.Equal(t, 500*twist, attribution.TierBonus)
	require.Zero(t, attribution.ConversionsBonus(attribution.LeastForBonus-1))
	require.Positive(t, attribution.ConversionsBonus(attribution.LeastForBonus))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 3_000).Draw(t, "conversions")
		less, more := attribution.ConversionsBonus(n), attribution.ConversionsBonus(n+1)
		require.LessOrEqual(t, less, more, "one more conversion never earns less")
		if less != more {
			require.Contains(t, []int64{100, 500, 1_000}, n+1)
		}
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
	for _, end := range []func(attribution.Bonus, time.Time) (attribution.Bonus, error){attribution.Bonus.Pay, attribution.Bonus.Lapse} {
		ended, err := end(due, now)
		require.NoError(t, err)
		require.NotEqual(t, attribution.BonusDue, ended.State)
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
// enough of it: no bonus is more than what it keeps of its conversions.
func TestWhatCountsForABonus(t *testing.T) {
	t.Parallel()
	march := time.Date(2026, time.March, 31, 23, 59, 59, 0, time.UTC)
	april := march.Add(time.Second)
	base := attribution.Commission{State: attribution.Approved, Fee: attribution.BonusFee, ApprovedAt: march, FinalAt: march}
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
	for _, n := range []int64{1, 99, 100, 499, 500, 999, 1_000, 5_000} {
		require.LessOrEqual(t, attribution.ConversionsBonus(n), attribution.BonusFee*money.Amount(n))
	}
}
