package ports

import (
	"context"

	"github.com/twist-platform/twist/core/staking"
)

// PoolReader reads pools.
type PoolReader interface {
	// Get gives a pool, or ErrPoolNotFound.
	Get(ctx context.Context, id staking.PoolID) (staking.Pool, error)
	// FindByInfluencer gives an influencer's pool, if there is one.
	FindByInfluencer(ctx context.Context, id staking.InfluencerID) (staking.Pool, bool, error)
	// List gives at most limit pools in the order of their ids, after the one named.
	List(ctx context.Context, after staking.PoolID, limit int) ([]staking.Pool, error)
}

// Pools keeps pools. An influencer has at most one.
type Pools interface {
	PoolReader
	// Lock is Get, and holds the pool with its positions and activations until the unit ends.
	Lock(ctx context.Context, id staking.PoolID) (staking.Pool, error)
	// Add opens a pool; a second one of an influencer is ErrPoolExists.
	Add(ctx context.Context, p staking.Pool) error
	// Put replaces a pool.
	Put(ctx context.Context, p staking.Pool) error
}

// PositionReader reads positions and the activations they wait for.
type PositionReader interface {
	// Find gives an account's position in a pool, if there is one.
	Find(ctx context.Context, pool staking.PoolID, account staking.AccountID) (staking.Position, bool, error)
	// FindActivation gives a pool's index at the end of an epoch, if it was kept.
	FindActivation(ctx context.Context, pool staking.PoolID, epoch staking.Epoch) (staking.Activation, bool, error)
	// ListByPool gives at most limit positions of a pool in the order of their ids, after the one named.
	ListByPool(ctx context.Context, pool staking.PoolID, after staking.PositionID, limit int) ([]staking.Position, error)
	// ListByAccount is ListByPool for an account.
	ListByAccount(ctx context.Context, account staking.AccountID, after staking.PositionID, limit int) ([]staking.Position, error)
	// Activations gives all activations a pool keeps, in the order of their epochs.
	Activations(ctx context.Context, pool staking.PoolID) ([]staking.Activation, error)
}

// Positions keeps positions, one per account and pool. Whoever writes one holds its pool's lock.
type Positions interface {
	// Find is PositionReader's, inside the unit of work.
	Find(ctx context.Context, pool staking.PoolID, account staking.AccountID) (staking.Position, bool, error)
	// FindActivation is PositionReader's, inside the unit of work.
	FindActivation(ctx context.Context, pool staking.PoolID, epoch staking.Epoch) (staking.Activation, bool, error)
	// Put creates or replaces a position.
	Put(ctx context.Context, p staking.Position) error
	// PutActivation creates or replaces an activation; one without weight is removed.
	PutActivation(ctx context.Context, a staking.Activation) error
}
