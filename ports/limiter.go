package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/limit"
)

// ErrLimiter means that a limiter could not decide. It is no yes: who asked refuses what the limit
// protects, unless serving it is worth more.
var ErrLimiter = fault.New(fault.Unavailable, "limiter_unavailable", "the limiter did not answer")

// Limiter counts what callers do, by key, outside the unit of work. A key is a class, a colon and whoever
// is limited, such as "auth:ip:203.0.113.7"; nobody outside chooses a class. What it has no room for is
// decided per class: a key that is counted stays so, whoever else comes.
type Limiter interface {
	// Take takes one of what the key may do, and says whether it was there, as limit.Quota.Take does for
	// a bucket that nothing was taken from at first. Every key has a bucket of its own. What is refused
	// takes nothing. Of callers at the same time exactly as many are allowed as there were left. A bucket
	// is forgotten no sooner than it is whole. A quota that fails its Check is limit.ErrQuota; a limiter
	// that cannot decide, also because ctx has ended, is ErrLimiter. With an error nothing is allowed.
	Take(ctx context.Context, key string, q limit.Quota, now time.Time) (limit.Verdict, error)
	// TakeAll is Take of several keys, each another: one of each or of none. It gives the verdict of the first
	// that refuses, and of all the one that allows fewest more when none does.
	TakeAll(ctx context.Context, now time.Time, shares ...limit.Share) (limit.Verdict, error)
}
