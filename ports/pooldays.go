package ports

import (
	"context"

	"github.com/twist-platform/twist/core/staking"
)

// PoolDayReader reads what pools took in, let out and shared on each day.
type PoolDayReader interface {
	// Since gives every day of some pools from one day on, in the order of pool and day.
	Since(ctx context.Context, pools []staking.PoolID, from staking.Day) ([]staking.PoolDay, error)
	// All gives at most limit days in the order of pool and day, after the one given.
	All(ctx context.Context, after staking.PoolDay, limit int) ([]staking.PoolDay, error)
}

// PoolDays counts what happens to pools. Whoever counts holds the pool's lock.
type PoolDays interface {
	// Add creates a day, or adds to it as PoolDay.Plus does.
	Add(ctx context.Context, d staking.PoolDay) error
}
