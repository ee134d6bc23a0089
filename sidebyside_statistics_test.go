package twist_test

import (
	"context"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/testkit"
)

// readsStatistics asks how something did over a span that is drawn, or why an order earned what it did.
func (s *sides) readsStatistics(by twist.Caller) {
	program, link, conversion := s.program(), s.linkID(), s.conversion()
	step := rapid.SampledFrom(append(attribution.Steps(), "year")).Draw(s.rt, "step")
	rank := rapid.SampledFrom(append(attribution.Rankings(), "luck")).Draw(s.rt, "rank")
	of := attribution.Period{From: s.instant("from"), To: s.instant("to")}
	switch rapid.IntRange(0, 4).Draw(s.rt, "of statistics") {
	case 0:
		both(s, func(ctx context.Context, w *world) ([]attribution.Statistic, error) {
			return w.Attribution.LinkStatistics(ctx, by, link, step, of)
		})
	case 1:
		both(s, func(ctx context.Context, w *world) ([]attribution.Statistic, error) {
			return w.Attribution.ProgramStatistics(ctx, by, program, step, of)
		})
	case 2:
		both(s, func(ctx context.Context, w *world) ([]attribution.LinkStanding, error) {
			return w.Attribution.TopLinks(ctx, by, of, rank, 2)
		})
	case 3:
		both(s, func(ctx context.Context, w *world) ([]attribution.LinkStanding, error) {
			return w.Attribution.TopLinksOf(ctx, by, program, of, rank, 2)
		})
	default:
		model := rapid.SampledFrom(append(attribution.Models(), "luck")).Draw(s.rt, "model")
		both(s, func(ctx context.Context, w *world) (twist.Explained, error) {
			return w.Attribution.Explain(ctx, by, conversion)
		})
		both(s, func(ctx context.Context, w *world) (attribution.Explanation, error) {
			return w.Attribution.Replay(ctx, by, conversion, model)
		})
	}
}

// instant is a moment around those in which something happens, or none.
func (s *sides) instant(label string) time.Time {
	after := rapid.SampledFrom([]time.Duration{-40 * day, -time.Hour, 0, time.Microsecond, 12 * time.Hour, 12*time.Hour - 1, 15 * day, 29 * day, 300 * day}).Draw(s.rt, label)
	if rapid.IntRange(0, 5).Draw(s.rt, label+" is said") == 0 {
		return time.Time{}
	}
	return testkit.Start.Add(after)
}

// agrees holds what is told of every program and order against what was booked.
func (s *sides) agrees() {
	always := attribution.Period{From: testkit.Start.AddDate(0, -6, 0), To: testkit.Start.AddDate(1, 0, 0)}
	links := map[attribution.LinkID]attribution.Orders{}
	for _, id := range s.programs {
		var whole attribution.Orders
		by := s.callers[s.owners[string(id)]]
		for _, c := range listedOf(s, func(ctx context.Context, w *world, give func(attribution.Conversion) error) error {
			return w.Attribution.EachConversion(ctx, by, id, "", give)
		}) {
			whole = whole.Plus(attribution.Orders{Conversions: 1, Amount: c.Order.Amount})
			s.explains(by, c)
		}
		for _, c := range listedOf(s, func(ctx context.Context, w *world, give func(attribution.Commission) error) error {
			return w.Attribution.EachCommissionOf(ctx, by, id, "", give)
		}) {
			whole = whole.Plus(attribution.Orders{Commission: c.Gross, Lost: c.Lost()})
			links[c.Link] = links[c.Link].Plus(attribution.OrdersOf(c))
		}
		for _, step := range []attribution.Step{attribution.Daily, attribution.Weekly, attribution.Monthly} {
			require.Equal(s.t, whole, s.sumOf(func(ctx context.Context, w *world) ([]attribution.Statistic, error) {
				return w.Attribution.ProgramStatistics(ctx, by, id, step, always)
			}), step)
		}
	}
	for _, id := range s.links {
		var owner twist.Caller
		link := attribution.LinkID(id)
		for _, name := range everybody {
			if _, err := s.memory.Attribution.Link(s.t.Context(), s.callers[name], link); err == nil {
				owner = s.callers[name]
			}
		}
		if owner.Account == "" {
			continue
		}
		require.Equal(s.t, links[link], s.sumOf(func(ctx context.Context, w *world) ([]attribution.Statistic, error) {
			return w.Attribution.LinkStatistics(ctx, owner, link, attribution.Daily, always)
		}), link)
	}
}

// listedOf is all that is given one after the other, on either side.
func listedOf[T any](s *sides, each func(ctx context.Context, w *world, give func(T) error) error) []T {
	all, ok := both(s, func(ctx context.Context, w *world) (all []T, err error) {
		err = each(ctx, w, func(row T) error { all = append(all, row); return nil })
		return all, err
	})
	require.True(s.t, ok)
	return all
}

func (s *sides) sumOf(read func(ctx context.Context, w *world) ([]attribution.Statistic, error)) (sum attribution.Orders) {
	periods, ok := both(s, read)
	require.True(s.t, ok)
	for _, p := range periods {
		sum = sum.Plus(p.Orders)
	}
	return sum
}

// explains holds why an order earned against what it earned, to the unit, and against itself under its own model.
func (s *sides) explains(by twist.Caller, c attribution.Conversion) {
	told, ok := both(s, func(ctx context.Context, w *world) (twist.Explained, error) {
		return w.Attribution.Explain(ctx, by, c.ID)
	})
	require.True(s.t, ok)
	again, ok := both(s, func(ctx context.Context, w *world) (attribution.Explanation, error) {
		return w.Attribution.Replay(ctx, by, c.ID, c.Rule.Model)
	})
	require.True(s.t, ok)
	require.Equal(s.t, told.Explanation, again)
	var sum money.Amount
	for _, credit := range again.Credits {
		var err error
		sum, err = sum.Add(credit.Amount)
		require.NoError(s.t, err)
	}
	require.LessOrEqual(s.t, sum, again.Pot)
	require.LessOrEqual(s.t, again.Pot, c.Order.Amount)
	for _, commission := range told.Commissions {
		i := slices.IndexFunc(again.Credits, func(k attribution.Credit) bool { return k.Influencer == commission.Influencer })
		require.GreaterOrEqual(s.t, i, 0)
		require.Equal(s.t, again.Credits[i].Amount, commission.Gross)
		require.Equal(s.t, again.Credits[i].Link, commission.Link)
		require.Equal(s.t, again.Credits[i].Rate, commission.Rate)
	}
	for _, model := range attribution.Models() {
		both(s, func(ctx context.Context, w *world) (attribution.Explanation, error) {
			return w.Attribution.Replay(ctx, by, c.ID, model)
		})
	}
}
