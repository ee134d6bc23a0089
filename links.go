package twist

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// maxCodes is how many codes are drawn before giving up: one is enough unless the generator is broken.
const maxCodes = 10

// LinkMade is a link, and whether it was there before it was asked for.
type LinkMade struct {
	attribution.Link

	Found bool
}

// MakeLink makes the calling influencer's link for a program, to any page on the web. Whoever asks for an active link
// once more, with the same destination, promo code and expiry, is given it. An influencer who has as many active links
// as the tier of its pool allows gets staking.ErrLinkLimit. A promo code that looks like one of the program is
// attribution.ErrPromoTaken, whoever has that.
func (a *Attribution) MakeLink(ctx context.Context, by Caller, n attribution.NewLink) (LinkMade, error) {
	now := a.c.Clock.Now()
	for drawn := 1; ; drawn++ {
		code := a.c.Random.Text(attribution.CodeLength)
		made, err := once(ctx, a.c, by, "make_link", func(ctx context.Context, tx ports.Tx) (LinkMade, error) {
			return a.makeLink(ctx, tx, by, n, code, now)
		})
		if drawn < maxCodes && errors.Is(err, attribution.ErrCodeTaken) {
			continue
		}
		a.off.drop(code) // somebody may have guessed it
		return made, err
	}
}

func (a *Attribution) makeLink(ctx context.Context, tx ports.Tx, by Caller, n attribution.NewLink, code string, now time.Time) (LinkMade, error) {
	influencer, err := linking(ctx, tx, by, n.Program)
	if err != nil {
		return LinkMade{}, err
	}
	id := attribution.LinkID(a.c.IDs.New("link"))
	link, err := attribution.MakeLink(id, code, attribution.InfluencerID(influencer.ID), attribution.AccountID(by.Account), n, now)
	if err != nil {
		return LinkMade{}, err
	}
	same, found, err := tx.Links.FindSame(ctx, link, now)
	if err != nil || found {
		return LinkMade{Link: same, Found: found}, err
	}
	if err := mayLink(ctx, tx, influencer, now); err != nil {
		return LinkMade{}, err
	}
	if err := tx.Links.Add(ctx, link); err != nil {
		return LinkMade{}, err
	}
	return LinkMade{Link: link}, a.c.tell(ctx, tx, now, news{
		journal.LinkMade, string(id), string(by.Account), facts{"program": string(n.Program), "code": code, "expires": expiry(link)},
	})
}

// Links gives at most limit links of the caller's in the order of their ids, after the one named: those that were
// withdrawn or have expired too.
func (a *Attribution) Links(ctx context.Context, by Caller, after attribution.LinkID, limit int) ([]attribution.Link, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Link, error) {
		return v.Links.ListByHolder(ctx, attribution.AccountID(by.Account), after, limit)
	})
}

// Link gives a link of the caller's. Somebody else's does not exist for the caller.
func (a *Attribution) Link(ctx context.Context, by Caller, id attribution.LinkID) (attribution.Link, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) (attribution.Link, error) {
		link, err := v.Links.Get(ctx, id)
		return owned(link, err, by)
	})
}

// owned is a link of the caller's, or attribution.ErrLinkNotFound.
func owned(link attribution.Link, err error, by Caller) (attribution.Link, error) {
	if err == nil && link.Holder != attribution.AccountID(by.Account) {
		err = attribution.ErrLinkNotFound
	}
	if err != nil {
		return attribution.Link{}, err
	}
	return link, nil
}

// WithdrawLink switches a link of the caller's off: it leads nowhere and counts no click, and makes room for another.
// Clicks on it from before still earn, and its promo code stays taken. One that was withdrawn stays as it is.
func (a *Attribution) WithdrawLink(ctx context.Context, by Caller, id attribution.LinkID) (attribution.Link, error) {
	defer a.forgetLink(id)
	now := a.c.Clock.Now()
	return ports.Write(ctx, a.c.Store, func(ctx context.Context, tx ports.Tx) (attribution.Link, error) {
		if _, err := holdInfluencer(ctx, tx, by); err != nil {
			return attribution.Link{}, instead(err, ErrNotInfluencer, attribution.ErrLinkNotFound)
		}
		before, err := tx.Links.Lock(ctx, id)
		if before, err = owned(before, err, by); err != nil {
			return attribution.Link{}, err
		}
		return a.switched(ctx, tx, before, before.Withdraw(now), journal.LinkWithdrawn, now)
	})
}

// RestoreLink makes a link of the caller's active again that was withdrawn or has expired, until another moment or for
// good; one that is active only gets that expiry. It fails with attribution.ErrExpiry, and as MakeLink does where the
// link counts anew.
func (a *Attribution) RestoreLink(ctx context.Context, by Caller, id attribution.LinkID, expires time.Time) (attribution.Link, error) {
	defer a.forgetLink(id)
	now := a.c.Clock.Now()
	named, err := a.Link(ctx, by, id) // which program it is for never changes
	if err != nil {
		return attribution.Link{}, err
	}
	return ports.Write(ctx, a.c.Store, func(ctx context.Context, tx ports.Tx) (attribution.Link, error) {
		influencer, err := linking(ctx, tx, by, named.Program)
		if err != nil {
			return attribution.Link{}, err
		}
		before, err := tx.Links.Lock(ctx, id)
		if before, err = owned(before, err, by); err != nil {
			return attribution.Link{}, err
		}
		after, err := before.Restore(expires, now)
		if err != nil {
			return attribution.Link{}, err
		}
		if !before.Active(now) {
			if err := mayLink(ctx, tx, influencer, now); err != nil {
				return attribution.Link{}, err
			}
		}
		return a.switched(ctx, tx, before, after, journal.LinkRestored, now)
	})
}

// forgetLink has the link be read again, whatever became of it.
func (a *Attribution) forgetLink(id attribution.LinkID) {
	a.forgetLinks(func(l lead) bool { return l.ID == id })
}

// forgetLinks has such links be read again.
func (a *Attribution) forgetLinks(such func(lead) bool) {
	a.links.dropThose(such)
	a.off.dropThose(such)
}

// switched keeps and tells what became of a link, unless it is what it was.
func (a *Attribution) switched(ctx context.Context, tx ports.Tx, before, after attribution.Link, kind journal.Kind, now time.Time) (attribution.Link, error) {
	if after == before {
		return after, nil
	}
	if err := tx.Links.Put(ctx, after); err != nil {
		return attribution.Link{}, err
	}
	data := facts{"program": string(after.Program)}
	if kind == journal.LinkRestored {
		data["expires"] = expiry(after)
	}
	return after, a.c.tell(ctx, tx, now, news{kind, string(after.ID), string(after.Holder), data})
}

// expiry is when a link expires as events tell it: nothing where it does not.
func expiry(l attribution.Link) string {
	if l.ExpiresAt.IsZero() {
		return ""
	}
	return micros(l.ExpiresAt)
}

// linking holds the calling influencer, who may make a link for the program. A program whose merchant was
// erased has nobody left to report an order to it: it is ErrProgramNotFound. One that is closed is ErrProgramClosed.
func linking(ctx context.Context, tx ports.Tx, by Caller, id attribution.ProgramID) (identity.Influencer, error) {
	program, err := tx.Programs.Get(ctx, id)
	if err != nil {
		return identity.Influencer{}, err
	}
	merchant, err := holdLiving(ctx, tx, by, identity.AccountID(program.Merchant))
	if err != nil {
		return identity.Influencer{}, err
	}
	influencer, err := holdInfluencer(ctx, tx, by)
	switch {
	case err != nil:
	case merchant[0].Erased():
		err = attribution.ErrProgramNotFound
	case !program.ClosedAt.IsZero():
		err = attribution.ErrProgramClosed
	}
	return influencer, err
}

// holdInfluencer holds the calling influencer, which is what decides how many links there are, or gives
// ErrNotInfluencer.
func holdInfluencer(ctx context.Context, tx ports.Tx, by Caller) (identity.Influencer, error) {
	influencer, err := tx.Influencers.Lock(ctx, by.Account)
	if errors.Is(err, identity.ErrInfluencerNotFound) {
		err = ErrNotInfluencer
	}
	return influencer, err
}

// mayLink returns staking.ErrLinkLimit unless the influencer, who is held, may have another active link. The
// tier is that of the pool as it stands; an influencer without one is in the lowest.
func mayLink(ctx context.Context, tx ports.Tx, influencer identity.Influencer, now time.Time) error {
	pool, _, err := tx.Pools.FindByInfluencer(ctx, staking.InfluencerID(influencer.ID))
	if err != nil {
		return err
	}
	most, limited := staking.TierOf(pool.Staked()).LinkLimit()
	if !limited {
		return nil
	}
	active, err := tx.Links.CountActive(ctx, attribution.AccountID(influencer.Account), now, most)
	if err != nil {
		return err
	}
	return staking.CheckLinks(active, pool.Staked())
}
