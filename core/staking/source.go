package staking

import "github.com/twist-platform/twist/core/fault"

// Source names where a distribution by hand comes from. It is the key of the distribution in its pool: under
// one source there is one, for ever.
type Source string

// Faults of a source.
var (
	ErrSource         = fault.New(fault.Invalid, "distribution_source_invalid", "a source has 1 to 64 visible ASCII characters")
	ErrSourceConflict = fault.New(fault.Conflict, "distribution_conflict", "another amount was distributed from this source")
)

// Check returns ErrSource unless the source has 1 to 64 visible ASCII characters.
func (s Source) Check() error {
	const most = 64
	if s == "" || len(s) > most {
		return ErrSource
	}
	for _, c := range []byte(s) {
		if c < '!' || c > '~' {
			return ErrSource
		}
	}
	return nil
}
