package spool

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// Find gives a click, if it was kept, or waits.
func (l *Log) Find(ctx context.Context, id attribution.ClickID) (attribution.Click, bool, error) {
	l.mu.Lock()
	waits, found := l.byID[id]
	l.mu.Unlock() // what waits no more by now is below
	kept, ok, err := l.under.Find(ctx, id)
	if err != nil || ok || !found {
		return kept, ok, err // one kept already stays as it was
	}
	return waits.click, true, nil
}

// ByVisitor gives the valid clicks of a visitor, those that wait too, latest first.
func (l *Log) ByVisitor(ctx context.Context, program attribution.ProgramID, visitor string, since time.Time, limit int) ([]attribution.Click, error) {
	l.mu.Lock()
	var waits []attribution.Click
	for w := l.byPerson[visitor].first; w != nil; w = w.next {
		if click := w.click; click.Program == program && click.Verdict == attribution.Valid && !click.At.Before(since) {
			waits = append(waits, click)
		}
	}
	l.mu.Unlock()
	clicks, err := l.under.ByVisitor(ctx, program, visitor, since, limit)
	if err != nil || len(waits) == 0 {
		return clicks, err
	}
	for _, click := range waits {
		kept, ok, err := l.under.Find(ctx, click.ID)
		if err != nil {
			return nil, err
		}
		known := slices.ContainsFunc(clicks, func(other attribution.Click) bool { return other.ID == click.ID })
		if !known && (!ok || kept == click) { // kept as another, it stays as it was
			clicks = append(clicks, click)
		}
	}
	slices.SortFunc(clicks, func(a, b attribution.Click) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return clicks[:min(len(clicks), max(limit, 0))], nil
}

// Count is that of the log below, once it has what was told before, if it takes that now.
func (l *Log) Count(ctx context.Context, program attribution.ProgramID, link attribution.LinkID, periods []attribution.Period) ([]attribution.Visits, error) {
	if len(periods) > 0 {
		l.catchUp(ctx, periods[len(periods)-1].To)
	}
	return l.under.Count(ctx, program, link, periods)
}

// CountLinks is that of the log below, likewise.
func (l *Log) CountLinks(ctx context.Context, of attribution.Whose, days attribution.Period, only []attribution.LinkID, limit int) ([]attribution.LinkVisits, error) {
	l.catchUp(ctx, days.To)
	return l.under.CountLinks(ctx, of, days, only, limit)
}

// Rotate is that of the log below, once it has what was told before.
func (l *Log) Rotate(ctx context.Context, now time.Time, keep time.Duration) (int, error) {
	if err := l.Settle(ctx); err != nil {
		return 0, err
	}
	return l.under.Rotate(ctx, now, keep)
}

// patience is how long a count waits for what was told before it.
const patience = time.Second

// catchUp waits until the log below has what was told before, where something waits of the days before a moment, but not for
// long: it may be out of reach. Of days that are over nothing waits, so whoever counts those, as each order does, waits for nobody.
func (l *Log) catchUp(ctx context.Context, until time.Time) {
	if !l.waitsBefore(until) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_ = l.Settle(ctx) // a count may lack what waits
}

// waitsBefore reports that a click waits of a day that began before a moment.
func (l *Log) waitsBefore(until time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for day := range l.byDay {
		if day <= dayOf(until.Add(-1)) {
			return true
		}
	}
	return false
}
