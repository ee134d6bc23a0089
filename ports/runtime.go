package ports

import "time"

// ClockTolerance is how far the clock of a process may be from the store's, so that those of two are at most twice as
// far apart.
const ClockTolerance = 5 * time.Second

// CompareClocks holds a clock against a store's: asked and answered are what it showed around the moment at which the
// store said what time it was there. It is ErrClock when they are further apart than ClockTolerance whatever the answer
// took on its way.
func CompareClocks(asked, there, answered time.Time) error {
	if apart := max(asked.Sub(there), there.Sub(answered)); apart > ClockTolerance {
		return ErrClock.Saying("they are %s apart", apart)
	}
	return nil
}

// Clock tells the time. A use case reads it and passes the moment on, so that core never waits.
type Clock interface {
	// Now is the present moment in UTC, in whole microseconds: as precisely as every store keeps it.
	Now() time.Time
}

// IDs makes names that never repeat.
type IDs interface {
	// New gives prefix, an underscore and 26 lower-case characters. Names made later sort later,
	// to the millisecond.
	New(prefix string) string
}

// Random gives what nobody can guess.
type Random interface {
	// Text gives n characters drawn evenly from [A-Za-z0-9] by a cryptographic generator.
	Text(n int) string
}
