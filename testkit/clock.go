// Package testkit is what a test of TWIST needs around it: a clock that it moves, names and secrets that
// come out the same every time, and keys that belong to a name.
//
// It is imported by tests only, ours and those of whoever embeds the library or writes an adapter. Its
// invariant: nothing in it guesses or waits, so the same test sees the same world on every run.
package testkit

import (
	"sync"
	"time"

	"github.com/twist-platform/twist/ports"
)

// Start is where tests begin that do not care when: noon, far from any boundary of a day.
var Start = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

var _ ports.Clock = (*Clock)(nil)

// Clock stands still until it is moved. It is safe for concurrent use; make one with NewClock.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock gives a clock that shows t0, in UTC and whole microseconds.
func NewClock(t0 time.Time) *Clock {
	c := &Clock{}
	c.Set(t0)
	return c
}

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock and gives what it shows then. A negative duration moves it back, as the clock
// of a machine that was corrected.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d).Truncate(time.Microsecond)
	return c.now
}

// Set makes the clock show t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t.UTC().Truncate(time.Microsecond)
}
