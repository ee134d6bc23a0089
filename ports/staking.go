package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/staking"
)

// PoolReader reads pools.
type PoolReader interface {
	// Get gives a pool, or ErrPoolNotFound.
	Get(ctx context.Context, id staking.PoolID) (staking.Pool, error)
	// GetAll gives pools in the order asked; one that is missing is ErrPoolNotFound.
	GetAll(ctx context.Context, ids []staking.PoolID) ([]staking.Pool, error)
	// List gives at most limit pools in the order of their ids, after the one named.
	List(ctx context.Context, after staking.PoolID, limit int) ([]staking.Pool, error)
	// FindByInfluencer gives an influencer's pool, if there is one.
	FindByInfluencer(ctx context.Context, id staking.InfluencerID) (staking.Pool, bool, error)
}

// Pools keeps pools. An influencer has at most one.
type Pools interface {
	// FindByInfluencer gives an influencer's pool, if there is one.
	FindByInfluencer(ctx context.Context, id staking.InfluencerID) (staking.Pool, bool, error)
	// Lock gives a pool, or ErrPoolNotFound, and holds it with its positions, activations and tickets until
	// the unit ends.
	Lock(ctx context.Context, id staking.PoolID) (staking.Pool, error)
	// Add opens a pool; a second one of an influencer is ErrPoolExists.
	Add(ctx context.Context, p staking.Pool) error
	// Put replaces a pool; one that was never added is ErrPoolNotFound.
	Put(ctx context.Context, p staking.Pool) error
}

// TicketReader reads tickets.
type TicketReader interface {
	// ListByAccount gives at most limit tickets of an account in the order of their ids, after the one named.
	ListByAccount(ctx context.Context, account staking.AccountID, after staking.TicketID, limit int) ([]staking.Ticket, error)
	// Due gives at most limit tickets that cool and are due by now, the one first that was due first, then by id,
	// behind the moment and id of the one given. Behind the zero Ticket it begins.
	Due(ctx context.Context, now time.Time, behind staking.Ticket, limit int) ([]staking.Ticket, error)
	// All gives at most limit tickets in the order of pool and id, after the one given.
	All(ctx context.Context, after staking.Ticket, limit int) ([]staking.Ticket, error)
}

// Tickets keeps tickets. Whoever writes one holds its pool's lock.
type Tickets interface {
	// Get gives a ticket, or ErrTicketNotFound.
	Get(ctx context.Context, id staking.TicketID) (staking.Ticket, error)
	// CountCooling gives how many tickets of an account's position cool.
	CountCooling(ctx context.Context, account staking.AccountID, of staking.PositionID) (int, error)
	// Add keeps a new ticket of a position that is kept; an id that is taken is a bug.
	Add(ctx context.Context, t staking.Ticket) error
	// Put replaces what became of a ticket and when, and nothing else of it; one that was never added is
	// ErrTicketNotFound.
	Put(ctx context.Context, t staking.Ticket) error
}

// PositionReader reads positions and the activations they wait for.
type PositionReader interface {
	// ListByAccount gives at most limit positions of an account in the order of their ids, after the one
	// named.
	ListByAccount(ctx context.Context, account staking.AccountID, after staking.PositionID, limit int) ([]staking.Position, error)
	// FindActivations gives for each position, in the order asked, the index of its pool at the end of its
	// WaitingEpoch, and the zero Activation where none was kept.
	FindActivations(ctx context.Context, of []staking.Position) ([]staking.Activation, error)
	// Largest gives at most limit positions of a pool that hold a stake, the largest first and of equal ones
	// the one with the largest digest, behind one that stands there; behind the zero Standing are all.
	Largest(ctx context.Context, pool staking.PoolID, behind staking.Standing, limit int) ([]staking.Position, error)
	// Compounding gives at most limit positions whose rewards are to be staked by now, the one first whose turn
	// came first and of equal ones the one with the smallest id, behind one of that moment and id; behind the
	// zero Position are all.
	Compounding(ctx context.Context, now time.Time, behind staking.Position, limit int) ([]staking.Position, error)
	// All gives at most limit positions in the order of pool and id, after the one given.
	All(ctx context.Context, after staking.Position, limit int) ([]staking.Position, error)
	// AllActivations gives at most limit activations in the order of pool and epoch, after the one given.
	AllActivations(ctx context.Context, after staking.Activation, limit int) ([]staking.Activation, error)
}

// Positions keeps positions, one per account and pool. Whoever writes one holds its pool's lock.
type Positions interface {
	// Find gives an account's position in a pool, if there is one.
	Find(ctx context.Context, pool staking.PoolID, account staking.AccountID) (staking.Position, bool, error)
	// FindActivation gives a pool's index at the end of an epoch, if it was kept.
	FindActivation(ctx context.Context, pool staking.PoolID, epoch staking.Epoch) (staking.Activation, bool, error)
	// Put creates a position, or replaces it but for its id and the moment it was opened, which stay.
	Put(ctx context.Context, p staking.Position) error
	// PutActivation creates or replaces an activation; one without weight is removed.
	PutActivation(ctx context.Context, a staking.Activation) error
}
