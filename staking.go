package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Staking opens pools and moves stakes and their rewards.
type Staking struct{ c Config }

// ErrNotInfluencer means that only an influencer may do this.
var ErrNotInfluencer = fault.New(fault.Forbidden, "not_an_influencer", "only an influencer may do this")

// OpenPool opens the caller's pool. It fails with ErrNotInfluencer or staking.ErrPoolExists, and as
// staking.OpenPool does.
func (s *Staking) OpenPool(ctx context.Context, by Caller, settings staking.Settings) (staking.Pool, error) {
	now := s.c.Clock.Now()
	return once(ctx, s.c, by, "open_pool", func(ctx context.Context, tx ports.Tx) (staking.Pool, error) {
		if _, err := holdLiving(ctx, tx, by); err != nil {
			return staking.Pool{}, err
		}
		influencer, err := influencerOf(ctx, tx.Influencers, by.Account)
		if err != nil {
			return staking.Pool{}, err
		}
		id := staking.PoolID(s.c.IDs.New("pool"))
		pool, err := staking.OpenPool(id, staking.InfluencerID(influencer.ID), staking.AccountID(by.Account), settings, now)
		if err != nil {
			return staking.Pool{}, err
		}
		if err := tx.Pools.Add(ctx, pool); err != nil {
			return staking.Pool{}, err
		}
		told := agreed(settings)
		told["influencer"] = string(influencer.ID)
		return pool, s.c.tell(ctx, tx, now, news{journal.PoolOpened, string(id), string(by.Account), told})
	})
}

// lockRolled locks a pool and brings it to the present epoch. The caller stores the pool.
func lockRolled(ctx context.Context, c Config, tx ports.Tx, id staking.PoolID, now time.Time) (staking.Pool, error) {
	pool, err := tx.Pools.Lock(ctx, id)
	if err != nil {
		return staking.Pool{}, err
	}
	pool, activation, begins := pool.Roll(staking.EpochOf(now, c.Epoch))
	if begins {
		err = tx.Positions.PutActivation(ctx, activation)
	}
	return pool, err
}

// Pool gives a pool as it stands now.
func (s *Staking) Pool(ctx context.Context, id staking.PoolID) (staking.Pool, error) {
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) (staking.Pool, error) {
		pool, err := v.Pools.Get(ctx, id)
		if err != nil {
			return staking.Pool{}, err
		}
		pool, _, _ = pool.Roll(staking.EpochOf(s.c.Clock.Now(), s.c.Epoch))
		return pool, nil
	})
}

// Pools pages through all pools in the order of their ids.
func (s *Staking) Pools(ctx context.Context, after staking.PoolID, limit int) ([]staking.Pool, error) {
	epoch := staking.EpochOf(s.c.Clock.Now(), s.c.Epoch)
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]staking.Pool, error) {
		pools, err := v.Pools.List(ctx, after, limit)
		for i, pool := range pools {
			pools[i], _, _ = pool.Roll(epoch)
		}
		return pools, err
	})
}

// Holding is a position as it would be settled now, with what it could claim.
type Holding struct {
	Position  staking.Position
	Claimable money.Amount
}

// Positions pages through the caller's positions in the order of their ids.
func (s *Staking) Positions(ctx context.Context, by Caller, after staking.PositionID, limit int) ([]Holding, error) {
	epoch := staking.EpochOf(s.c.Clock.Now(), s.c.Epoch)
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]Holding, error) {
		found, err := v.Positions.ListByAccount(ctx, staking.AccountID(by.Account), after, limit)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		ids := make([]staking.PoolID, len(found))
		for i, position := range found {
			ids[i] = position.Pool
		}
		pools, err := v.Pools.GetAll(ctx, ids)
		if err != nil {
			return nil, err
		}
		awaited, err := v.Positions.FindActivations(ctx, found)
		if err != nil {
			return nil, err
		}
		holdings := make([]Holding, len(found))
		for i, position := range found {
			if holdings[i], err = hold(position, pools[i], awaited[i], epoch); err != nil {
				return nil, err
			}
		}
		return holdings, nil
	})
}

// hold computes what a position could claim, without changing anything. The activation is the one that was
// kept of the epoch it waits for, if that is over.
func hold(position staking.Position, pool staking.Pool, kept staking.Activation, epoch staking.Epoch) (Holding, error) {
	pool, activation, _ := pool.Roll(epoch)
	if awaited, needed := position.Needs(pool.Epoch); needed && (activation.Pool == "" || activation.Epoch != awaited) {
		activation = kept
	}
	book, err := staking.Book{Pool: pool, Position: position, Activation: activation}.Settle()
	if err != nil {
		return Holding{}, err
	}
	book.Activation = staking.Activation{} // settled: it needs none any more
	claimable, err := book.Claimable()
	return Holding{Position: book.Position, Claimable: claimable}, err
}

// influencerOf gives an account's influencer, or ErrNotInfluencer.
func influencerOf(ctx context.Context, r ports.InfluencerReader, account identity.AccountID) (identity.Influencer, error) {
	influencer, ok, err := r.FindByAccount(ctx, account)
	if err == nil && !ok {
		err = ErrNotInfluencer
	}
	return influencer, err
}
