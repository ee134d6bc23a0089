package ports

import "time"

// ClockTolerance is how far the clocks of two processes that work on one store may be apart.
const ClockTolerance = 5 * time.Second

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
