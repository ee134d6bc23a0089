package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
)

// Asks is how many challenges one visitor may ask for: for one wallet, and for all.
type Asks struct{ ForWallet, ForAll limit.Quota }

// usualAsks are those of a Config that says nothing. A challenge lives five minutes, so at most 60 of one wallet
// and 120 of all wait for an answer.
func usualAsks() Asks {
	return Asks{ForWallet: limit.Quota{Burst: 30, Per: 10 * time.Second}, ForAll: limit.Quota{Burst: 60, Per: 5 * time.Second}}
}

// mayAsk limits challenges by who asks. No quota belongs to the wallet alone: it would be spent by strangers,
// and its owner kept from signing in. Challenges of one wallet stand beside one another and none disturbs the
// others, so how many strangers ask is no business of the owner's. A call that came from nowhere is an
// embedder's, who limits callers of its own. A limiter that cannot decide refuses. Both shares are taken or none: who
// asks too often for one wallet spends nothing of what the visitor has for others, and who has asked too often
// altogether finds each wallet's share as it was.
func (c Config) mayAsk(ctx context.Context, w identity.Wallet, now time.Time) error {
	origin, ok := OriginOf(ctx)
	if !ok {
		return nil
	}
	verdict, err := c.Limiter.TakeAll(
		ctx, now,
		limit.Share{Key: "challenge_wallet:" + origin.Visitor() + ":" + string(w), Quota: c.Asks.ForWallet},
		limit.Share{Key: "challenge:" + origin.Visitor(), Quota: c.Asks.ForAll},
	)
	if err != nil {
		return err
	}
	if !verdict.Allowed {
		return limit.ErrLimited.Saying("%s more until another challenge", verdict.RetryAfter.Round(time.Second)).Because(limit.Wait(verdict.RetryAfter))
	}
	return nil
}
