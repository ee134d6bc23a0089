package staking

import "time"

// Epoch numbers the equal stretches of time since 1970-01-01 00:00 UTC; earlier ones are negative.
// A stake counts from the boundary after the epoch in which it was made.
type Epoch int64

// EpochOf is the epoch that holds t when every epoch lasts length. It rounds towards the past, also
// before 1970, and is defined from the year 1678 to 2262. It panics unless length is positive, which
// is a constant of the configuration.
func EpochOf(t time.Time, length time.Duration) Epoch {
	if length <= 0 {
		panic("staking: an epoch must last")
	}
	since, whole := t.UnixNano(), int64(length)
	epoch := since / whole
	if since%whole < 0 { // the division truncated towards zero, which before 1970 is the future
		epoch--
	}
	return Epoch(epoch)
}
