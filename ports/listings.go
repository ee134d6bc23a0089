package ports

import (
	"context"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// Listing is a pool as it is found: with whose it is and its figures.
type Listing struct {
	Pool        staking.Pool
	Figures     staking.Figures // StandingOf the pool as it was opened, until they are first computed
	Username    string
	DisplayName string
	Verified    bool
}

// ListingReader finds pools.
type ListingReader interface {
	// Get gives a listing, or ErrPoolNotFound.
	Get(ctx context.Context, id staking.PoolID) (Listing, error)
	// Search gives at most limit listings that a search finds and whose influencer's Searchable has the
	// needle, in the order of the search, behind a place; behind the zero Place are all.
	Search(ctx context.Context, s staking.Search, needle string, behind staking.Place, limit int) ([]Listing, error)
	// Held gives at most limit positions of an account in the order of their ids, after the one named, all by
	// one question.
	Held(ctx context.Context, account staking.AccountID, after staking.PositionID, limit int) ([]Held, error)
	// Stale gives at most limit pools whose figures are of an earlier day or of none, or say otherwise what is
	// staked and by how many, in the order of their ids, after the one named. Whatever moved a pool on that day
	// or the day before was counted into PoolDays.
	Stale(ctx context.Context, day staking.Day, after staking.PoolID, limit int) ([]staking.Pool, error)
}

// Held is a position with the listing of its pool, what of it cools, and the activation it waits for where one was
// kept.
type Held struct {
	Position staking.Position
	Cooling  money.Amount
	Awaited  staking.Activation
	Listing  Listing
}

// PoolFigures keeps the figures of pools.
type PoolFigures interface {
	// Put replaces figures of pools, but none by those of an earlier day. A pool that is not there is left
	// out.
	Put(ctx context.Context, figures []staking.Figures) error
}
