package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/limit"
	"github.com/twist-platform/twist/ports"
)

// mailsOfVisitor is how many letters one visitor may have sent to addresses that it names, whichever they are
// and whichever of its accounts asks: ten at once, and twenty within a day. A wallet costs nothing, so the
// limit of an account alone bounds nothing.
func mailsOfVisitor() limit.Quota { return limit.Quota{Burst: 10, Per: 24 * time.Hour / 10} }

// mayMail limits what makes letters by who asks. A call that came from nowhere is an embedder's, who limits
// callers of its own. A limiter that cannot decide refuses. What address is asked for decides nothing, so that
// nobody learns of one from the answer.
func (c Config) mayMail(ctx context.Context, now time.Time) error {
	origin, ok := OriginOf(ctx)
	if !ok {
		return nil
	}
	verdict, err := c.Limiter.Take(ctx, "mail:"+origin.Visitor(), mailsOfVisitor(), now)
	if err == nil && !verdict.Allowed {
		err = limit.ErrLimited.Saying("%s more until another mail", verdict.RetryAfter.Round(time.Second))
	}
	return err
}

// mailsOfInbox is how many letters one inbox is sent, whichever accounts and visitors ask for them: five at
// once, and one more each 4 h 48 min. As many as one account may ask for, so that who is alone never waits.
func mailsOfInbox() limit.Quota {
	return limit.Quota{Burst: identity.MaxVerifications, Per: 24 * time.Hour / identity.MaxVerifications}
}

// putOff moves a mail to later whose inbox has had its share, and reports that. Nobody is refused, and who asks
// learns nothing of it. A mail takes of the share once, before its first try. The share is kept by the limiter: a
// process that sends begins anew when it starts.
func (i *Identity) putOff(ctx context.Context, m identity.Mail) (bool, error) {
	if m.Tries > 0 {
		return false, nil
	}
	email, err := ports.Read(ctx, i.c.Store, func(ctx context.Context, v ports.View) (identity.Email, error) {
		email, _, err := v.Emails.FindByAccount(ctx, m.Account)
		return email, err
	})
	if err != nil || email.Pending.ID != m.Verification { // nobody wants it any more
		return false, err
	}
	now := i.c.Clock.Now()
	verdict, err := i.c.Limiter.Take(ctx, "inbox:"+email.Pending.Address.Inbox(), mailsOfInbox(), now)
	if err != nil || verdict.Allowed {
		return false, err
	}
	return true, i.moveMail(ctx, m, now, func(e identity.Email, m identity.Mail) (identity.Email, identity.Mail, bool) {
		m, changed := m.PutOff(verdict.RetryAfter, now)
		return e, m, changed
	})
}
