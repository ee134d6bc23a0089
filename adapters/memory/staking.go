package memory

import (
	"cmp"
	"context"
	"slices"

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
		return s.pools.add(pool, errIDTaken)
	})
}

// Put replaces a pool.
func (p pools) Put(_ context.Context, pool staking.Pool) error {
	return p.write(func(s *state) error {
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

// ListByPool pages through a pool's positions.
func (p positions) ListByPool(_ context.Context, pool staking.PoolID, after staking.PositionID, limit int) ([]staking.Position, error) {
	return p.page(after, limit, func(v staking.Position) bool { return v.Pool == pool })
}

// ListByAccount pages through an account's positions.
func (p positions) ListByAccount(_ context.Context, account staking.AccountID, after staking.PositionID, limit int) ([]staking.Position, error) {
	return p.page(after, limit, func(v staking.Position) bool { return v.Account == account })
}

// page orders by id, which is not the key of the table.
func (p positions) page(after staking.PositionID, limit int, wanted func(staking.Position) bool) ([]staking.Position, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	found := s.positions.where(func(v staking.Position) bool { return v.ID > after && wanted(v) })
	slices.SortFunc(found, func(a, b staking.Position) int { return cmp.Compare(a.ID, b.ID) })
	return first(found, limit), nil
}

// Activations gives a pool's activations.
func (p positions) Activations(_ context.Context, pool staking.PoolID) ([]staking.Activation, error) {
	s, err := p.read()
	if err != nil {
		return nil, err
	}
	return s.activations.where(func(a staking.Activation) bool { return a.Pool == pool }), nil
}

// Put keeps a position.
func (p positions) Put(_ context.Context, position staking.Position) error {
	return p.write(func(s *state) error {
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
