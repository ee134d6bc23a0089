package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

type (
	// seenKey is a visitor of a link, or of a program where the link is empty, on a day.
	seenKey struct {
		day     time.Time
		program attribution.ProgramID
		link    attribution.LinkID
		visitor string
	}
	// countKey is an hour or a day of a link, or of a program where the link is empty.
	countKey struct {
		program attribution.ProgramID
		link    attribution.LinkID
		holder  attribution.AccountID
		verdict attribution.Verdict
		day     bool
		at      time.Time
	}
	count struct{ clicks, excess, visitors int64 }
)

// count counts a click for its link, or for its program where the link is empty.
func (c *Clicks) count(k attribution.Click, link attribution.LinkID) {
	at := k.At.UTC()
	day := at.Truncate(24 * time.Hour)
	daily := countKey{k.Program, link, k.Holder, k.Verdict, true, day}
	hourly := daily
	hourly.day, hourly.at = false, at.Truncate(time.Hour)
	inDay, inHour := c.counts[daily], c.counts[hourly]
	inDay.clicks++
	inHour.clicks++
	if k.Excess {
		inDay.excess++
	}
	if k.Verdict == attribution.Valid && k.Visitor != "" {
		key, hour := seenKey{day, k.Program, link, k.Visitor}, uint32(1)<<at.Hour()
		hours := c.seen[key]
		if hours == 0 {
			inDay.visitors++
		}
		if hours&hour == 0 {
			inHour.visitors++
		}
		c.seen[key] = hours | hour
	}
	c.counts[daily], c.counts[hourly] = inDay, inHour
}

// Count adds up the clicks of periods.
func (c *Clicks) Count(_ context.Context, program attribution.ProgramID, link attribution.LinkID, periods []attribution.Period) ([]attribution.Visits, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	all := make([]attribution.Visits, len(periods))
	for k, n := range c.counts {
		if k.program != program || k.link != link {
			continue
		}
		for i, p := range periods {
			if daily := p.To.Sub(p.From) > time.Hour; k.day == daily && p.Has(k.at) {
				all[i] = all[i].Count(k.verdict, n.clicks, n.visitors)
			}
		}
	}
	return all, nil
}

// CountLinks adds up the clicks of links, and gives those that had most first.
func (c *Clicks) CountLinks(_ context.Context, of attribution.Whose, days attribution.Period, only []attribution.LinkID, limit int) ([]attribution.LinkVisits, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	sums := map[attribution.LinkID]attribution.LinkVisits{}
	for k, n := range c.counts {
		if !k.day || k.link == "" || k.verdict != attribution.Valid || !days.Has(k.at) || !wants(of, k.program, k.holder) ||
			(only != nil && !slices.Contains(only, k.link)) {
			continue
		}
		sum := sums[k.link]
		sums[k.link] = attribution.LinkVisits{
			Link: k.link, Valid: sum.Valid + n.clicks, Excess: sum.Excess + n.excess, Visitors: sum.Visitors + n.visitors,
		}
	}
	var all []attribution.LinkVisits
	for _, sum := range sums {
		all = append(all, sum)
	}
	slices.SortFunc(all, func(a, b attribution.LinkVisits) int {
		return cmp.Or(cmp.Compare(b.Valid, a.Valid), cmp.Compare(a.Link, b.Link))
	})
	return first(all, limit), nil
}
