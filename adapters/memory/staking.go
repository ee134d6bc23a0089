package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist/core/staking"
)

type pools struct{ *unit }

// Get gives a pool.
func (p pools) Get(_ context.Context, id staking.PoolID) (staking.Pool, error) {
	s, err := p.read()
	if err != nil {
		return staking.Pool{}, err
	}
	return orFault(s.pools, id, staking.ErrPoolNotFound)
}

// GetAll gives pools in the order asked.
func (p pools) GetAll(ctx context.Context, ids []staking.PoolID) ([]staking.Pool, error) {
	found := make([]staking.Pool, len(ids))
	for i, id := range ids {
		var err error
		if found[i], err = p.Get(ctx, id); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Lock is Get: the unit of work holds everything.
func (p pools) Lock(ctx context.Context, id staking.PoolID) (staking.Pool, error) {
	return p.Get(ctx, id)
}

// FindByInfluencer gives an influencer's pool.
func (p pools) FindByInfluencer(_ context.Context, id staking.InfluencerID) (staking.Pool, bool, error) {
	s, err := p.read()
	if err != nil {
		return staking.Pool{}, false, err
	}
	found, ok := s.influencerPools.get(id)
	return found, ok, nil
}

// List pages through the pools.
func (p pools) List(_ context.Context, after staking.PoolID, limit int) ([]staking.Pool, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.pools.list(after, limit, every), nil
}

// Add opens a pool.
func (p pools) Add(_ context.Context, pool staking.Pool) error {
	return p.write(func(s *state) error {
		if err := s.influencerPools.add(pool, staking.ErrPoolExists); err != nil {
			return err
		}
		if err := s.pools.add(pool, errIDTaken); err != nil {
			return err
		}
		s.figures.put(staking.StandingOf(pool))
		return nil
	})
}

// Put replaces a pool.
func (p pools) Put(_ context.Context, pool staking.Pool) error {
	return p.write(func(s *state) error {
		if _, ok := s.pools.get(pool.ID); !ok {
			return staking.ErrPoolNotFound
		}
		s.pools.put(pool)
		s.influencerPools.put(pool)
		return nil
	})
}

type positions struct{ *unit }

// Find gives an account's position in a pool.
func (p positions) Find(_ context.Context, pool staking.PoolID, account staking.AccountID) (staking.Position, bool, error) {
	s, err := p.read()
	if err != nil {
		return staking.Position{}, false, err
	}
	found, ok := s.positions.get(positionKey{string(pool), string(account)})
	return found, ok, nil
}

// FindActivation gives a pool's index at the end of an epoch.
func (p positions) FindActivation(_ context.Context, pool staking.PoolID, epoch staking.Epoch) (staking.Activation, bool, error) {
	s, err := p.read()
	if err != nil {
		return staking.Activation{}, false, err
	}
	found, ok := s.activations.get(activationKey{string(pool), int64(epoch)})
	return found, ok, nil
}

// FindActivations gives what positions wait for.
func (p positions) FindActivations(ctx context.Context, of []staking.Position) ([]staking.Activation, error) {
	found := make([]staking.Activation, len(of))
	for i, position := range of {
		var err error
		if found[i], _, err = p.FindActivation(ctx, position.Pool, position.WaitingEpoch); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// ListByAccount pages through an account's positions.
func (p positions) ListByAccount(_ context.Context, account staking.AccountID, after staking.PositionID, limit int) ([]staking.Position, error) {
	return p.page(limit, func(v staking.Position) bool { return v.Account == account && v.ID > after }, func(a, b staking.Position) int {
		return cmp.Compare(a.ID, b.ID)
	})
}

// Largest gives the largest positions of a pool.
func (p positions) Largest(_ context.Context, pool staking.PoolID, behind staking.Standing, limit int) ([]staking.Position, error) {
	order := func(a, b staking.Standing) int {
		return -cmp.Or(cmp.Compare(a.Staked, b.Staked), cmp.Compare(a.Digest, b.Digest))
	}
	return p.page(limit, func(v staking.Position) bool {
		return v.Pool == pool && v.Staked() > 0 && (behind == staking.Standing{} || order(v.Standing(), behind) > 0)
	}, func(a, b staking.Position) int { return order(a.Standing(), b.Standing()) })
}

// Compounding gives the positions whose turn has come.
func (p positions) Compounding(_ context.Context, now time.Time, behind staking.Position, limit int) ([]staking.Position, error) {
	order := func(a, b staking.Position) int {
		return cmp.Or(a.CompoundAt.Compare(b.CompoundAt), cmp.Compare(a.ID, b.ID))
	}
	return p.page(limit, func(v staking.Position) bool {
		return !v.CompoundAt.IsZero() && !v.CompoundAt.After(now) && order(v, behind) > 0
	}, order)
}

// All pages through the positions.
func (p positions) All(_ context.Context, after staking.Position, limit int) ([]staking.Position, error) {
	order := func(a, b staking.Position) int { return cmp.Or(cmp.Compare(a.Pool, b.Pool), cmp.Compare(a.ID, b.ID)) }
	return p.page(limit, func(v staking.Position) bool { return order(v, after) > 0 }, order)
}

// page orders by something else than the key of the table.
func (p positions) page(limit int, wanted func(staking.Position) bool, order func(a, b staking.Position) int) ([]staking.Position, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	found := s.positions.where(wanted)
	slices.SortFunc(found, order)
	return first(found, limit), nil
}

// AllActivations pages through the activations.
func (p positions) AllActivations(_ context.Context, after staking.Activation, limit int) ([]staking.Activation, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.activations.list(activationKey{string(after.Pool), int64(after.Epoch)}, limit, every), nil
}

// Put keeps a position.
func (p positions) Put(_ context.Context, position staking.Position) error {
	return p.write(func(s *state) error {
		if kept, ok := s.positions.get(positionKey{string(position.Pool), string(position.Account)}); ok {
			position.ID, position.OpenedAt = kept.ID, kept.OpenedAt
		}
		s.positions.put(position)
		return nil
	})
}

// PutActivation keeps an activation, or removes one that nobody waits for.
func (p positions) PutActivation(_ context.Context, a staking.Activation) error {
	return p.write(func(s *state) error {
		if a.Weight == 0 {
			s.activations.remove(activationKey{string(a.Pool), int64(a.Epoch)})
			return nil
		}
		s.activations.put(a)
		return nil
	})
}
