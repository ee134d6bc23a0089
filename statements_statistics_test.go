package twist_test

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
)

// statistics asks for those of a link and of its program.
func (b *bill) statistics(link attribution.LinkID) {
	b.t.Helper()
	var usual attribution.Period
	shop, ada := b.callers["shop"], b.callers["ada"]
	b.costs("Attribution.LinkStatistics", "", of(func(ctx context.Context) ([]attribution.Statistic, error) {
		return b.Attribution.LinkStatistics(ctx, ada, link, attribution.Daily, usual)
	}))
	b.costs("Attribution.ProgramStatistics", "", of(func(ctx context.Context) ([]attribution.Statistic, error) {
		return b.Attribution.ProgramStatistics(ctx, shop, b.program, attribution.Hourly, usual)
	}))
	b.costs("Attribution.TopLinks", "by clicks", of(func(ctx context.Context) ([]attribution.LinkStanding, error) {
		return b.Attribution.TopLinks(ctx, ada, usual, attribution.RankClicks, 100)
	}))
	b.costs("Attribution.TopLinksOf", "by commission", of(func(ctx context.Context) ([]attribution.LinkStanding, error) {
		return b.Attribution.TopLinksOf(ctx, shop, b.program, usual, attribution.RankCommission, 100)
	}))
	b.costs("Attribution.EachConversion", "one page", func(ctx context.Context) error {
		return b.Attribution.EachConversion(ctx, shop, b.program, "", func(attribution.Conversion) error { return nil })
	})
	b.costs("Attribution.EachCommissionOf", "one page", func(ctx context.Context) error {
		return b.Attribution.EachCommissionOf(ctx, shop, b.program, "", func(attribution.Commission) error { return nil })
	})
	b.costs("Attribution.EachCommission", "one page", func(ctx context.Context) error {
		return b.Attribution.EachCommission(ctx, ada, "", func(attribution.Commission) error { return nil })
	})
}
