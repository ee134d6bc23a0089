package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/payouts"
)

// DepositReader reads deposits.
type DepositReader interface {
	// Cursor is the slot from which arrivals are read next; zero at first.
	Cursor(ctx context.Context) (uint64, error)
	// Booked reports of each arrival, in the order asked, whether it has a deposit.
	Booked(ctx context.Context, arrivals []payouts.Arrival) ([]bool, error)
	// ListByAccount gives at most limit deposits of an account in the order of signature and index,
	// after the one given.
	ListByAccount(ctx context.Context, account payouts.AccountID, after payouts.Deposit, limit int) ([]payouts.Deposit, error)
	// List gives at most limit deposits in the order of signature and index, after the one given.
	List(ctx context.Context, after payouts.Deposit, limit int) ([]payouts.Deposit, error)
}

// Deposits keeps which arrivals were booked.
type Deposits interface {
	// Find gives the deposit of an arrival, if it was booked.
	Find(ctx context.Context, signature payouts.Signature, index int) (payouts.Deposit, bool, error)
	// Add keeps a deposit; an arrival booked before is ErrDepositExists.
	Add(ctx context.Context, d payouts.Deposit) error
	// PutCursor moves the slot from which arrivals are read next; it never moves back.
	PutCursor(ctx context.Context, slot uint64) error
}

// PayoutReader reads payouts.
type PayoutReader interface {
	// Get gives a payout, or payouts.ErrNotFound.
	Get(ctx context.Context, id payouts.ID) (payouts.Payout, error)
	// ListByAccount gives at most limit payouts of an account in the order of their ids, after the one
	// named.
	ListByAccount(ctx context.Context, account payouts.AccountID, after payouts.ID, limit int) ([]payouts.Payout, error)
	// ListByState gives at most limit payouts in any of the states, those changed first first, then by id,
	// behind the moment of change and id of the one given. Behind the zero Payout it begins. Those that wait for
	// a person are not among them.
	ListByState(ctx context.Context, states []payouts.State, behind payouts.Payout, limit int) ([]payouts.Payout, error)
	// ListWaiting gives at most limit payouts that wait for a person, in the order of their ids, after the
	// one named.
	ListWaiting(ctx context.Context, after payouts.ID, limit int) ([]payouts.Payout, error)
	// List gives at most limit payouts in the order of their ids, after the one named.
	List(ctx context.Context, after payouts.ID, limit int) ([]payouts.Payout, error)
}

// Payouts keeps payouts.
type Payouts interface {
	// Lock gives a payout, or payouts.ErrNotFound, and holds it with its attempts.
	Lock(ctx context.Context, id payouts.ID) (payouts.Payout, error)
	// HasRequested reports whether the account asked for a payout to the destination after a moment,
	// whatever became of it.
	HasRequested(ctx context.Context, account payouts.AccountID, to payouts.Address, after time.Time) (bool, error)
	// Put creates or replaces a payout. One that is not sound, because nobody decided where a person had to
	// or its payee did, is internal.
	Put(ctx context.Context, p payouts.Payout) error
}

// AttemptReader reads attempts.
type AttemptReader interface {
	// List gives the attempts of a payout in the order of their numbers.
	List(ctx context.Context, id payouts.ID) ([]payouts.Attempt, error)
	// All gives at most limit attempts in the order of payout and number, after the one given.
	All(ctx context.Context, after payouts.Attempt, limit int) ([]payouts.Attempt, error)
}

// Attempts keeps attempts for ever.
type Attempts interface {
	// List is AttemptReader's, inside the unit of work.
	List(ctx context.Context, id payouts.ID) ([]payouts.Attempt, error)
	// Add keeps a new attempt. A payout that has a live one is ErrAttemptLive, and so is a number in use
	// there or a signature in use anywhere.
	Add(ctx context.Context, a payouts.Attempt) error
	// Put replaces an attempt; one that was never added is payouts.ErrNotFound.
	Put(ctx context.Context, a payouts.Attempt) error
}
