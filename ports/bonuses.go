package ports

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
)

// BonusReader reads bonuses, and what they are for.
type BonusReader interface {
	// ListByHolder gives at most limit bonuses of a holder in the order of their ids, after the one named.
	ListByHolder(ctx context.Context, holder attribution.AccountID, after attribution.BonusID, limit int) ([]attribution.Bonus, error)
	// List gives at most limit bonuses in a state, or all where none is named, in the order of their ids, which is oldest
	// first, after the one named.
	List(ctx context.Context, state attribution.BonusState, after attribution.BonusID, limit int) ([]attribution.Bonus, error)
	// Achieved gives at most limit influencers of whose commissions at least so many count in a month, by
	// attribution.Commission.CountsIn, with what counts, in the order of their ids, after the one named.
	Achieved(ctx context.Context, month attribution.Month, least int64, after attribution.InfluencerID, limit int) ([]attribution.Achieved, error)
	// Assessments gives every month whose bonuses have all been found, the first first: twelve a year.
	Assessments(ctx context.Context) ([]attribution.Assessment, error)
}

// Bonuses keeps bonuses for ever: an influencer has one of a kind for a month.
type Bonuses interface {
	// Count gives how many commissions of an influencer count in a month, by attribution.Commission.CountsIn, and what the
	// platform keeps of them together.
	Count(ctx context.Context, influencer attribution.InfluencerID, month attribution.Month) (attribution.Achievement, error)
	// Lock gives a bonus, or ErrBonusNotFound, and holds it.
	Lock(ctx context.Context, id attribution.BonusID) (attribution.Bonus, error)
	// Add keeps a new bonus; a second one of its influencer, month and kind is ErrBonusExists.
	Add(ctx context.Context, b attribution.Bonus) error
	// Put replaces the state of a bonus, since when it waits and when it ended, and nothing else of it; one that was never
	// added is ErrBonusNotFound.
	Put(ctx context.Context, b attribution.Bonus) error
	// Assess keeps that the bonuses of a month have all been found; one that is kept already is ErrAssessed.
	Assess(ctx context.Context, a attribution.Assessment) error
}
