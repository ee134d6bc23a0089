package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/identity"
)

// Erasures takes away what is stored of a person who is leaving.
type Erasures interface {
	// Open gives what is open of an account, each obstacle once: that it has a stake or one that cools; that it earned a
	// commission which is unfunded or pending, or was approved and is final after the moment only; that a payout of
	// its own holds tokens; that a program of its own has a balance or a commission that is unfunded.
	Open(ctx context.Context, account identity.AccountID, now time.Time) ([]identity.Obstacle, error)
	// Forget deletes what an account that was erased told and was told: its kept answers, API keys, applications,
	// email, mails and links, and which customers are bound to it. Its influencer is left by name, shows nothing, and
	// is found by nobody; its programs have no name. What others have stays as it is. Of an account that was not erased
	// it deletes nothing, which is internal where it has anything.
	Forget(ctx context.Context, account identity.AccountID) error
}
