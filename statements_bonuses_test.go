package twist_test

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/testkit"
)

// bonused is a month's bonuses: what was before is assessed first, so that there is one.
func (b *bill) bonused() {
	b.deposit("rob", testkit.TWIST(2_000))
	pool := b.pool("sam", 0)
	month := attribution.MonthOf(b.clock.Now()).Next()
	b.world.assessable(month, 0)
	_, err := b.Attribution.AssessBonuses(b.ctx())
	require.NoError(b.t, err)
	b.stake("rob", pool, testkit.TWIST(1_000))
	b.patron().buys("sam", testkit.TWIST(1))
	b.world.assessable(month.Next(), 0)
	_, _ = b.sent.took() // of all that
	b.costs("Attribution.AssessBonuses", "1 is found", of(b.Attribution.AssessBonuses))
	b.costs("Attribution.AssessBonuses", "the month is done", of(b.Attribution.AssessBonuses))
	b.costs("Attribution.PayBonuses", "1 is due, and begins to wait", of(b.Attribution.PayBonuses))
	b.costs("Attribution.PayBonuses", "1 waits", of(b.Attribution.PayBonuses))
	b.costs("Attribution.BonusesIn", "1 row, or 50", of(func(ctx context.Context) ([]attribution.Bonus, error) {
		return b.Attribution.BonusesIn(ctx, attribution.BonusDue, "", 50)
	}))
	b.setsAside("ops", testkit.TWIST(5_000))
	_, _ = b.sent.took()
	b.costs("Attribution.PayBonuses", "1 is paid", of(b.Attribution.PayBonuses))
	b.costs("Attribution.PayBonuses", "none is due", of(b.Attribution.PayBonuses))
	b.costs("Attribution.Bonuses", "1 row, or 50", of(func(ctx context.Context) ([]attribution.Bonus, error) {
		return b.Attribution.Bonuses(ctx, b.callers["sam"], "", 50)
	}))
}
