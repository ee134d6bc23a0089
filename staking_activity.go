package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Staker is a position in a pool as everybody may see it: not whose it is.
type Staker struct {
	Name   string
	Rank   int64 // 1 for the largest
	Staked money.Amount
	Share  money.Bps // of all that is staked in the pool, rounded down
	Since  time.Time // the day
	Place  StakerPlace
}

// StakerPlace is where a list of stakers goes on. Its zero value is its beginning.
type StakerPlace struct {
	staking.Standing

	Rank int64
}

// Stakers gives at most limit stakers of a pool, the largest first, behind a place, or ErrPoolNotFound.
// Ranks go on from the place, so that they are those of the moment at which the first page was read.
func (s *Staking) Stakers(ctx context.Context, id staking.PoolID, behind StakerPlace, limit int) ([]Staker, error) {
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]Staker, error) {
		pool, err := v.Pools.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		found, err := v.Positions.Largest(ctx, id, behind.Standing, limit)
		if err != nil {
			return nil, err
		}
		stakers := make([]Staker, len(found))
		for i, p := range found {
			share, err := money.Amount(money.Whole).Scale(p.Staked(), pool.Staked(), money.Down)
			if err != nil {
				return nil, err
			}
			rank := behind.Rank + int64(i) + 1
			stakers[i] = Staker{
				Name: staking.StakerName(p.ID), Rank: rank, Staked: p.Staked(), Share: money.Bps(share), Since: p.OpenedAt.Truncate(24 * time.Hour), //nolint:gosec // a share is at most money.Whole
				Place: StakerPlace{Standing: p.Standing(), Rank: rank},
			}
		}
		return stakers, nil
	})
}

// ActivityKind says what happened in a pool.
type ActivityKind string

// The kinds of activity.
const (
	// ActivityStake is a stake.
	ActivityStake ActivityKind = "stake"
	// ActivityExit is a stake, or a part of one, that left.
	ActivityExit ActivityKind = "exit"
	// ActivityDistribution is revenue that was shared among all fans.
	ActivityDistribution ActivityKind = "distribution"
)

// ActivityKinds lists every kind.
func ActivityKinds() []ActivityKind {
	return []ActivityKind{ActivityStake, ActivityExit, ActivityDistribution}
}

// Activity is something that happened in a pool, as everybody may see it.
type Activity struct {
	Kind   ActivityKind
	At     time.Time // in whole minutes
	Amount money.Amount
	Staker string // the name of a Staker; empty for a distribution
}

// ActivityPlace is where a list of activity goes on: before these versions of the pool's ledger accounts.
// Its zero value is its beginning.
type ActivityPlace struct{ Staked, Rewards int64 }

// Happenings is a page of activity, and where the next one begins; More says whether there may be one.
type Happenings struct {
	Items []Activity
	Next  ActivityPlace
	More  bool
}

// activityScan is how many moves are read of a pool's rewards for a page. Claims are among
// them, which are nobody's business and are not shown: a page may hold less than was asked for, and be
// followed by others.
const activityScan = 500

// Activity gives at most limit of what happened in a pool, the newest first, or ErrPoolNotFound. It is read
// from the ledger, so it is all there is, from the first stake on.
func (s *Staking) Activity(ctx context.Context, id staking.PoolID, from ActivityPlace, limit int) (Happenings, error) {
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) (Happenings, error) {
		if _, err := v.Pools.Get(ctx, id); err != nil {
			return Happenings{}, err
		}
		staked, err := past(ctx, v, ledger.Staked(id), from.Staked, limit+1)
		if err != nil {
			return Happenings{}, err
		}
		rewards, err := past(ctx, v, ledger.Rewards(id), from.Rewards, activityScan)
		if err != nil {
			return Happenings{}, err
		}
		return happened(staked, rewards, from, limit), nil
	})
}

// stretch is what was read of a ledger account, and whether there is more of it.
type stretch struct {
	moves []ports.Moved
	more  bool
}

// past reads a ledger account back from a version; 1 is its beginning, before which there is nothing.
func past(ctx context.Context, v ports.View, at ledger.Address, before int64, most int) (stretch, error) {
	if before == 1 {
		return stretch{}, nil
	}
	moves, err := v.Ledger.Past(ctx, at, before, most)
	return stretch{moves, len(moves) == most}, err
}

// from is the place at which a stretch began to be read. Of one that began with the newest it is behind that,
// so that what happens meanwhile does not come up on a later page.
func (s stretch) from(before int64) int64 {
	switch {
	case before != 0:
		return before
	case len(s.moves) == 0:
		return 1
	default:
		return s.moves[0].Version + 1
	}
}

// happened makes one list of what was staked or left and of what was shared. It ends where it is long
// enough, or where of one of the two it is not known what came before.
func happened(staked, rewards stretch, from ActivityPlace, limit int) Happenings {
	page := Happenings{Next: ActivityPlace{staked.from(from.Staked), rewards.from(from.Rewards)}}
	for len(page.Items) < limit {
		stakedOver, rewardsOver := len(staked.moves) == 0, len(rewards.moves) == 0
		if stakedOver && staked.more || rewardsOver && rewards.more {
			break
		}
		if stakedOver && rewardsOver {
			return page
		}
		if rewardsOver || !stakedOver && !newer(rewards.moves[0], staked.moves[0]) {
			m := staked.moves[0]
			staked.moves, page.Next.Staked = staked.moves[1:], m.Version
			page.Items = append(page.Items, stakeShown(m))
			continue
		}
		m := rewards.moves[0]
		rewards.moves, page.Next.Rewards = rewards.moves[1:], m.Version
		if m.Delta > 0 {
			page.Items = append(page.Items, Activity{Kind: ActivityDistribution, At: m.At.Truncate(time.Minute), Amount: m.Delta})
		}
	}
	page.More = len(staked.moves) > 0 || staked.more || len(rewards.moves) > 0 || rewards.more
	return page
}

// stakeShown is what is shown of a stake or an exit.
func stakeShown(m ports.Moved) Activity {
	a := Activity{Kind: ActivityStake, At: m.At.Truncate(time.Minute), Amount: m.Delta}
	if id := m.Metadata["position"]; id != "" {
		a.Staker = staking.StakerName(staking.PositionID(id))
	}
	if m.Delta < 0 {
		a.Kind, a.Amount = ActivityExit, m.Delta.Neg()
	}
	return a
}

// newer orders what happened at two ledger accounts; of what one entry did, the stake comes first.
func newer(a, b ports.Moved) bool {
	if a.At.Equal(b.At) {
		return a.Entry > b.Entry
	}
	return a.At.After(b.At)
}
