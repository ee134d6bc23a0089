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

// MakeLink makes the calling influencer's link for a program, to any page on the web. An influencer who has
// as many active links as the tier of its pool allows gets staking.ErrLinkLimit.
func (a *Attribution) MakeLink(ctx context.Context, by Caller, program attribution.ProgramID, destination string) (attribution.Link, error) {
	now := a.c.Clock.Now()
	for drawn := 1; ; drawn++ {
		code := a.c.Random.Text(attribution.CodeLength)
		link, err := once(ctx, a.c, by, "make_link", func(ctx context.Context, tx ports.Tx) (attribution.Link, error) {
			influencer, err := linking(ctx, tx, by, program)
			if err != nil {
				return attribution.Link{}, err
			}
			id := attribution.LinkID(a.c.IDs.New("link"))
			link, err := attribution.MakeLink(id, code, program, attribution.InfluencerID(influencer.ID), attribution.AccountID(by.Account), destination, now)
			if err != nil {
				return attribution.Link{}, err
			}
			if err := mayLink(ctx, tx, influencer, now); err != nil {
				return attribution.Link{}, err
			}
			if err := tx.Links.Add(ctx, link); err != nil {
				return attribution.Link{}, err
			}
			return link, a.c.tell(ctx, tx, now, news{
				journal.LinkMade, string(id), string(by.Account), facts{"program": string(program), "code": code},
			})
		})
		if drawn < maxCodes && errors.Is(err, attribution.ErrCodeTaken) {
			continue
		}
		return link, err
	}
}

// linking holds the calling influencer, who may make a link for the program. A program whose merchant was
// erased has nobody left to report an order to it: it is ErrProgramNotFound.
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
	if err == nil && merchant[0].Erased() {
		err = attribution.ErrProgramNotFound
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
