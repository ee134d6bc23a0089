package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// Clicks is the click log. Its zero value is empty and ready; it is safe for concurrent use.
type Clicks struct {
	mu        sync.RWMutex
	kept      map[attribution.ClickID]attribution.Click
	byVisitor map[string][]attribution.ClickID
	seen      map[seenKey]uint32 // the hours of a day in which a visitor made valid clicks, a bit each
	counts    map[countKey]count
}

// Append keeps clicks, unless nobody waits for it any more.
func (c *Clicks) Append(ctx context.Context, clicks ...attribution.Click) error {
	if err := ctx.Err(); err != nil {
		return ports.ErrStore.Because(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept, c.byVisitor = map[attribution.ClickID]attribution.Click{}, map[string][]attribution.ClickID{}
		c.seen, c.counts = map[seenKey]uint32{}, map[countKey]count{}
	}
	for _, click := range clicks {
		if _, ok := c.kept[click.ID]; ok {
			continue
		}
		c.kept[click.ID] = click
		c.byVisitor[click.Visitor] = append(c.byVisitor[click.Visitor], click.ID)
		c.count(click, click.Link)
		c.count(click, "")
	}
	return nil
}

// Find gives a click.
func (c *Clicks) Find(_ context.Context, id attribution.ClickID) (attribution.Click, bool, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	click, ok := c.kept[id]
	return click, ok, nil
}

// ByVisitor gives a visitor's valid clicks for a program, latest first.
func (c *Clicks) ByVisitor(_ context.Context, program attribution.ProgramID, visitor string, since time.Time, limit int) ([]attribution.Click, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var found []attribution.Click
	for _, id := range c.byVisitor[visitor] {
		if click := c.kept[id]; click.Program == program && click.Verdict == attribution.Valid && !click.At.Before(since) {
			found = append(found, click)
		}
	}
	slices.SortFunc(found, func(a, b attribution.Click) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID))
	})
	return first(found, limit), nil
}

// Rotate drops the clicks of days that ended a span before now, and gives of how many days.
func (c *Clicks) Rotate(_ context.Context, now time.Time, keep time.Duration) (int, error) {
	oldest := now.Add(-keep).Truncate(24 * time.Hour)
	c.mu.Lock()
	defer c.mu.Unlock()
	days := map[time.Time]bool{}
	for id, click := range c.kept {
		if click.At.Before(oldest) {
			days[click.At.Truncate(24*time.Hour)] = true
			delete(c.kept, id)
			c.byVisitor[click.Visitor] = slices.DeleteFunc(c.byVisitor[click.Visitor], func(other attribution.ClickID) bool { return other == id })
		}
	}
	maps.DeleteFunc(c.seen, func(k seenKey, _ uint32) bool { return k.day.Before(oldest) })
	return len(days), nil
}
