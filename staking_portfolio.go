package twist

import (
	"context"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Portfolio is all that an account has staked, and a page of it.
type Portfolio struct {
	Staked    money.Amount
	Claimable money.Amount
	Claimed   money.Amount // lifetime
	Cooling   money.Amount // on its way out, of all tickets
	Active    int64        // positions that hold a stake
	Stakes    []StakeHeld
}

// StakeHeld is a position with its pool.
type StakeHeld struct {
	Holding

	Cooling money.Amount // what left it and still waits
	Listing ports.Listing
}

// portfolioPage is how many positions are read at once: one more than a thousand, so that a thousand are
// seen to be all. Hardly anybody has more.
const portfolioPage = 1_001

// Portfolio adds up all of the caller's positions, and gives at most limit of them in the order of their
// ids, after the one named. The sums are of all of them, in one snapshot, whatever the page; a thousand are
// one question to the store.
func (s *Staking) Portfolio(ctx context.Context, by Caller, after staking.PositionID, limit int) (Portfolio, error) {
	epoch := staking.EpochOf(s.c.Clock.Now(), s.c.Epoch)
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) (Portfolio, error) {
		var all Portfolio
		var last staking.PositionID
		for {
			page, err := v.Listings.Held(ctx, staking.AccountID(by.Account), last, portfolioPage)
			if err != nil {
				return Portfolio{}, err
			}
			for _, held := range page {
				last = held.Position.ID
				stake, err := stakeHeld(held, epoch)
				if err != nil {
					return Portfolio{}, err
				}
				if err := all.add(stake); err != nil {
					return Portfolio{}, err
				}
				if last > after && len(all.Stakes) < limit {
					all.Stakes = append(all.Stakes, stake)
				}
			}
			if len(page) < portfolioPage {
				return all, nil
			}
		}
	})
}

func stakeHeld(held ports.Held, epoch staking.Epoch) (StakeHeld, error) {
	holding, err := hold(held.Position, held.Listing.Pool, held.Awaited, epoch)
	held.Listing.Pool, _, _ = held.Listing.Pool.Roll(epoch)
	return StakeHeld{holding, held.Cooling, held.Listing}, err
}

func (p *Portfolio) add(h StakeHeld) (err error) {
	if h.Position.Staked() > 0 {
		p.Active++
	}
	for sum, more := range map[*money.Amount]money.Amount{
		&p.Staked: h.Position.Staked(), &p.Claimable: h.Claimable, &p.Claimed: h.Position.Claimed, &p.Cooling: h.Cooling,
	} {
		if *sum, err = sum.Add(more); err != nil {
			return err
		}
	}
	return nil
}
