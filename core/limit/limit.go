// Package limit decides how often something may be done: a quota, and the verdict on one more try.
//
// It stores nothing and reads no clock: a limiter keeps one moment per key and asks Quota.Take. Its
// invariant: whatever the clock does, no more is allowed than the burst and one more for each Per that
// passed, and what is refused takes nothing.
package limit

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// Quota says how often something may be done: Burst times at once, and one more time each Per. The rule
// is the generic cell rate algorithm: a bucket is one moment, and there is no window at whose end
// everybody comes back at once.
type Quota struct {
	Burst int
	Per   time.Duration // whole microseconds
}

// The limits of a quota.
const (
	// MaxWindow is the longest time in which a quota that was spent may become whole again.
	MaxWindow = 366 * 24 * time.Hour
	// Skew is how far a clock may go back, or the clocks of two processes may differ, before a bucket is
	// judged by the earlier one.
	Skew = time.Minute
)

// Faults of a limit.
var (
	// ErrQuota means that a quota breaks a rule: it allows nothing, or it never becomes whole.
	ErrQuota = fault.New(fault.Internal, "quota_invalid", "the quota cannot be kept")
	// ErrLimited answers a caller whose quota is spent.
	ErrLimited = fault.New(fault.Limited, "rate_limited", "this was done too often: wait, and try again")
)

// Wait is the cause of an ErrLimited that says how long to wait: until the quota allows one more.
type Wait time.Duration //nolint:errname // it is a wait first, and an error so that it can be a cause

// Error says how long.
func (w Wait) Error() string { return "one more in " + time.Duration(w).String() }

// Check returns ErrQuota unless the quota allows at least one, gives one more each whole number of
// microseconds, and is whole again within MaxWindow.
func (q Quota) Check() error {
	switch {
	case q.Burst < 1:
		return ErrQuota.Saying("a burst of %d", q.Burst)
	case q.Per < time.Microsecond || q.Per%time.Microsecond != 0:
		return ErrQuota.Saying("one more each %s", q.Per)
	case int64(q.Burst) > int64(MaxWindow/q.Per):
		return ErrQuota.Saying("%d, one each %s, take longer than %s", q.Burst, q.Per, MaxWindow)
	}
	return nil
}

// Window is how long a quota that was spent takes to become whole again.
func (q Quota) Window() time.Duration { return time.Duration(q.Burst) * q.Per }

// Share is one of several quotas that a try has to fit.
type Share struct {
	Key   string
	Quota Quota
}

// Verdict is what a limiter says of one try.
type Verdict struct {
	Allowed    bool
	Remaining  int           // how many more would be allowed now
	RetryAfter time.Duration // until one would be allowed; zero when this one was
	ResetAfter time.Duration // until the quota is whole again
}

// Take judges one try at now against a bucket that is whole at full, the zero time for one that nothing
// was taken from. It gives the moment at which the bucket is whole from here on, and the verdict. What is
// refused takes nothing. A quota that fails its Check allows nothing.
//
// When now lies so far before earlier calls that the bucket would be whole only after its window and Skew,
// the bucket is spent as of now: a clock that was set back keeps nobody waiting for what it will show
// again in an hour.
func (q Quota) Take(full, now time.Time) (time.Time, Verdict) {
	if q.Check() != nil {
		return full, Verdict{}
	}
	window := q.Window()
	if full.Before(now) {
		full = now
	}
	if full.After(now.Add(window + Skew)) {
		full = now.Add(window)
	}
	next := full.Add(q.Per)
	if wait := next.Sub(now) - window; wait > 0 {
		return full, Verdict{RetryAfter: wait, ResetAfter: full.Sub(now)}
	}
	left := window - next.Sub(now)
	return next, Verdict{Allowed: true, Remaining: int(left / q.Per), ResetAfter: next.Sub(now)}
}
