package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/limit"
)

// mailsOfVisitor is how many letters one visitor may have sent to addresses that it names, whichever they are
// and whichever of its accounts asks: ten at once, and twenty within a day. A wallet costs nothing, so the
// limit of an account alone bounds nothing.
var mailsOfVisitor = limit.Quota{Burst: 10, Per: 24 * time.Hour / 10}

// mayMail limits what makes letters by who asks. A call that came from nowhere is an embedder's, who limits
// callers of its own. A limiter that cannot decide refuses. What address is asked for decides nothing, so that
// nobody learns of one from the answer.
func (c Config) mayMail(ctx context.Context, now time.Time) error {
	origin, ok := OriginOf(ctx)
	if !ok {
		return nil
	}
	verdict, err := c.Limiter.Take(ctx, "mail:"+origin.Visitor(), mailsOfVisitor, now)
	if err == nil && !verdict.Allowed {
		err = limit.ErrLimited.Saying("%s more until another mail", verdict.RetryAfter.Round(time.Second))
	}
	return err
}
