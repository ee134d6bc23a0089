package ports

import (
	"context"

	"github.com/twist-platform/twist/core/identity"
)

// AccountReader reads accounts.
type AccountReader interface {
	// Get gives an account, or ErrAccountNotFound.
	Get(ctx context.Context, id identity.AccountID) (identity.Account, error)
	// FindByWallet gives the account a wallet belongs to, if there is one.
	FindByWallet(ctx context.Context, wallet identity.Wallet) (identity.Account, bool, error)
	// All gives at most limit accounts in the order of their ids, after the one named.
	All(ctx context.Context, after identity.AccountID, limit int) ([]identity.Account, error)
}

// Accounts keeps accounts. A wallet belongs to at most one.
type Accounts interface {
	// Get is AccountReader's, inside the unit of work.
	Get(ctx context.Context, id identity.AccountID) (identity.Account, error)
	// FindByWallet is AccountReader's, inside the unit of work.
	FindByWallet(ctx context.Context, wallet identity.Wallet) (identity.Account, bool, error)
	// Add opens an account; a wallet that has one already is ErrWalletTaken.
	Add(ctx context.Context, a identity.Account) error
}

// Sessions keeps sessions.
type Sessions interface {
	// Add opens a session; a challenge that opened one already is ErrChallengeUsed.
	Add(ctx context.Context, s identity.Session) error
}

// InfluencerReader reads influencers.
type InfluencerReader interface {
	// FindByAccount gives an account's influencer, if there is one.
	FindByAccount(ctx context.Context, account identity.AccountID) (identity.Influencer, bool, error)
	// FindByUsername gives the influencer of a username, whatever its case.
	FindByUsername(ctx context.Context, username string) (identity.Influencer, bool, error)
}

// Influencers keeps influencers.
type Influencers interface {
	InfluencerReader
	// Add registers an influencer; an account that has one is ErrAlreadyInfluencer, a username that
	// differs from a taken one in nothing but case is ErrUsernameTaken.
	Add(ctx context.Context, i identity.Influencer) error
}
