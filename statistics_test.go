package twist_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// counted is a world whose clicks are remembered.
type counted struct {
	divided

	random   *rand.Rand
	browsers map[int]string
	links    map[string]attribution.Link
	clicks   []attribution.Click
}

func countedIn(w *world, seed uint64) *counted {
	c := &counted{divided: dividedIn(w, attribution.Linear, testkit.TWIST(2_000)), random: rand.New(rand.NewPCG(seed, 1)), links: map[string]attribution.Link{}, browsers: map[int]string{}}
	for name := range c.codes {
		own, err := c.Attribution.Links(c.ctx(), c.signIn(name), "", 9)
		require.NoError(c.t, err)
		c.links[name] = own[0]
	}
	return c
}

// name draws an influencer.
func (c *counted) name() string { return []string{"ada", "bea", "cyd"}[c.random.IntN(3)] }

// clicked has one of few visitors follow links; some of the clicks are dropped.
func (c *counted) clicked() (last attribution.ClickID) {
	c.t.Helper()
	visitor := c.random.IntN(6)
	for range 1 + c.random.IntN(3) {
		visit, err := c.Attribution.Click(c.ctx(), c.codes[c.name()], twist.Arrival{Browser: c.browsers[visitor]})
		require.NoError(c.t, err)
		c.browsers[visitor] = visit.Browser
		c.clicks, last = append(c.clicks, visit.Click), visit.Click.ID
		if c.random.IntN(4) == 0 {
			robot := visit.Click
			robot.ID += "x"
			robot.Verdict = []attribution.Verdict{"robot", "duplicate"}[c.random.IntN(2)]
			require.NoError(c.t, c.config.Clicks.Append(c.ctx(), robot))
			c.clicks = append(c.clicks, robot)
		}
	}
	return last
}

// trade draws clicks, orders and refunds over days.
func (c *counted) trade(steps int) {
	c.t.Helper()
	for n := range steps {
		c.clock.Advance(time.Duration(c.random.IntN(int(7 * time.Hour))))
		click := c.clicked()
		if c.random.IntN(3) == 0 {
			click = ""
		}
		sold := c.order(c.program, fmt.Sprint("order-", n), testkit.TWIST(1+c.random.Int64N(20)), click)
		if c.random.IntN(2) == 0 {
			_, err := c.Attribution.Refund(c.ctx(), c.signIn("shop"), sold.Conversion.ID, "r", sold.Conversion.Order.Amount/2+1)
			require.NoError(c.t, err)
		}
		if c.random.IntN(5) == 0 {
			c.clock.Advance(day)
		}
	}
}

// recomputed is a statistic from raw rows.
func (c *counted) recomputed(p attribution.Period, link attribution.LinkID) (s attribution.Statistic) {
	c.t.Helper()
	s.Period = p
	type visitor struct {
		day  time.Time
		name string
	}
	visitors := map[visitor]bool{}
	for _, k := range c.clicks {
		if !p.Has(k.At) || link != "" && k.Link != link {
			continue
		}
		s.Visits = s.Count(k.Verdict, 1, 0)
		if k.Verdict == attribution.Valid { // each has a name
			visitors[visitor{k.At.Truncate(day), k.Visitor}] = true
		}
	}
	s.Visitors = int64(len(visitors))
	require.NoError(c.t, c.store.Read(c.ctx(), func(ctx context.Context, v ports.View) error {
		conversions, err := v.Conversions.List(ctx, "", 1_000)
		require.NoError(c.t, err)
		for _, o := range conversions {
			if !p.Has(o.At) {
				continue
			}
			if link == "" {
				s.Orders = s.Plus(attribution.Orders{Conversions: 1, Amount: o.Order.Amount})
			}
			earned, err := v.Commissions.ListByConversion(ctx, o.ID)
			require.NoError(c.t, err)
			touches, err := v.Touches.ListByConversion(ctx, o.ID)
			require.NoError(c.t, err)
			for _, e := range earned {
				var last attribution.LinkID
				for _, touch := range touches {
					if touch.Influencer == e.Influencer && touch.Reason == attribution.Counted {
						last = touch.Link
					}
				}
				require.Equal(c.t, last, e.Link)
				of := attribution.OrdersOf(e)
				if link == "" {
					of.Conversions, of.Amount = 0, 0
				}
				if link == "" || last == link {
					s.Orders = s.Plus(of)
				}
			}
		}
		return nil
	}))
	return s
}

// P-23, E-22, P-35: whatever was clicked, ordered and refunded, every statistic of every step is what the rows add up
// to, and the periods of a span have it all, once.
func TestStatisticsAreWhatHappened(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := countedIn(w, 11)
		begin := c.clock.Now()
		c.trade(25)
		span := attribution.Period{From: begin, To: c.clock.Now().Add(1)}
		for _, step := range []attribution.Step{attribution.Hourly, attribution.Daily, attribution.Weekly, attribution.Monthly} {
			of := span
			if step == attribution.Hourly { // which are no more than a month's
				of.From = span.To.Add(-90 * time.Hour)
			}
			all, err := c.Attribution.ProgramStatistics(c.ctx(), c.signIn("shop"), c.program, step, of)
			require.NoError(t, err)
			var clicks int64
			for _, s := range all {
				require.Equal(t, c.recomputed(s.Period, ""), s, "%s %s", step, s.From)
				clicks += s.Valid + s.Filtered()
			}
			if step != attribution.Hourly {
				require.Len(t, c.clicks, int(clicks))
			}
			for name, link := range c.links {
				all, err := c.Attribution.LinkStatistics(c.ctx(), c.signIn(name), link.ID, step, of)
				require.NoError(t, err)
				for _, s := range all {
					require.Equal(t, c.recomputed(s.Period, link.ID), s, "%s %s %s", name, step, s.From)
				}
			}
		}
		c.sound()
	})
}

// The links that brought most come first, by whichever figure, those of a program and those of an influencer.
func TestTopLinks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := countedIn(w, 12)
		c.trade(15)
		days, err := attribution.Periods(attribution.Daily, attribution.Daily.Usual(c.clock.Now()))
		require.NoError(t, err)
		whole := attribution.Period{From: days[0].From, To: days[len(days)-1].To}
		figure := map[attribution.Ranking]func(attribution.LinkStanding) int64{
			attribution.RankClicks:      func(s attribution.LinkStanding) int64 { return s.Valid },
			attribution.RankConversions: func(s attribution.LinkStanding) int64 { return s.Conversions },
			attribution.RankCommission:  func(s attribution.LinkStanding) int64 { return int64(s.Kept()) },
		}
		for by, of := range figure {
			top, err := c.Attribution.TopLinksOf(c.ctx(), c.signIn("shop"), c.program, attribution.Period{}, by, 1_000)
			require.NoError(t, err)
			require.Len(t, top, 3)
			for i, s := range top {
				want := c.recomputed(whole, s.Link)
				want.Visitors = 0
				for _, d := range days {
					want.Visitors += c.recomputed(d, s.Link).Visitors
				}
				require.Equal(t, attribution.LinkStanding{Link: s.Link, Valid: want.Valid, Visitors: want.Visitors, Orders: want.Orders}, s)
				require.True(t, i == 0 || of(top[i-1]) >= of(s))
			}
			first, err := c.Attribution.TopLinksOf(c.ctx(), c.signIn("shop"), c.program, attribution.Period{}, by, 1)
			require.NoError(t, err)
			require.Equal(t, top[:1], first)
			for name, link := range c.links {
				own, err := c.Attribution.TopLinks(c.ctx(), c.signIn(name), attribution.Period{}, by, 10)
				require.NoError(t, err)
				require.Len(t, own, 1)
				require.Equal(t, link.ID, own[0].Link)
				require.Contains(t, top, own[0])
			}
		}
		none, err := c.Attribution.TopLinks(c.ctx(), c.signIn("shop"), attribution.Period{}, attribution.RankClicks, 10)
		require.NoError(t, err)
		require.Empty(t, none)
	})
}
