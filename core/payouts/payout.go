// Package payouts decides how what is owed leaves: the states of a payout, of each signed attempt to
// pay it, and the proof without which no second attempt may be signed.
//
// It sends nothing and knows no chain library. Its invariant: a payout has at most one live attempt,
// and a new one follows only a finalized failure or a proof that the last one can never land.
package payouts

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// ID names a payout: po_….
type ID string

// AccountID names the holder who is paid: acct_….
type AccountID string

// Address is a destination on chain: the base58 form of a wallet's Ed25519 key.
type Address string

// The numbers of a payout, in base units of TWIST.
const (
	// Minimum is the least that may be asked for.
	Minimum money.Amount = 10_000_000_000
	// ProcessingFee is kept by the platform from every settled payout, beside the amount.
	ProcessingFee money.Amount = 100_000_000
	// StepUpFrom is the amount from which a fresh wallet signature over the intent is needed. The
	// verification holds every payout that was ever made against it.
	StepUpFrom money.Amount = 1_000_000_000_000
	// ApprovalFrom is the amount from which a second person must agree. The verification holds every payout
	// that was ever made against it, and so does the database.
	ApprovalFrom money.Amount = 10_000_000_000_000
)

// State is where a payout stands. docs/states.md draws the machine and names each state's owner.
type State string

// The states.
const (
	// Requested: the tokens are set aside; nobody decided yet. A large payout waits here for a person.
	Requested State = "requested"
	// Approved: the decision to pay is recorded.
	Approved State = "approved"
	// Queued: waiting for its turn at the treasury.
	Queued State = "queued"
	// Signed: an attempt exists, stored with its signature, and may have been sent.
	Signed State = "signed"
	// Broadcast: the attempt was handed to the network at least once.
	Broadcast State = "broadcast"
	// Confirmed: the network shows the attempt; it is not final yet.
	Confirmed State = "confirmed"
	// Settled: final on chain and booked. Terminal.
	Settled State = "settled"
	// Canceled: taken back by the payee before it was queued for signing. Terminal.
	Canceled State = "canceled"
	// Rejected: refused by a second person, and returned to the payee. Terminal.
	Rejected State = "rejected"
	// Failed: final on chain without effect, and returned to the payee. Terminal.
	Failed State = "failed"
	// Unproven: the attempt is past its life and nothing proves that it did not land. It leaves when nodes
	// that remember prove something after all, or when people decide.
	Unproven State = "unproven"
)

// States lists every state.
func States() []State {
	return []State{Requested, Approved, Queued, Signed, Broadcast, Confirmed, Settled, Canceled, Rejected, Failed, Unproven}
}

// Open reports a state in which the payout still holds tokens.
func (s State) Open() bool { return s != Settled && s != Canceled && s != Rejected && s != Failed }

// Faults of a payout.
var (
	ErrNotFound       = fault.New(fault.NotFound, "payout_not_found", "there is no such payout")
	ErrBelowMinimum   = fault.New(fault.Invalid, "payout_below_minimum", "the payout is below the minimum of 10 TWIST")
	ErrStepUp         = fault.New(fault.Forbidden, "step_up_required", "this payout needs a fresh wallet signature")
	ErrApproval       = fault.New(fault.Forbidden, "approval_required", "a payout of 10,000 TWIST or more needs a second person's approval")
	ErrNotLinked      = fault.New(fault.Invalid, "destination_not_linked", "a payout goes to a wallet that is linked to the account")
	ErrCooling        = fault.New(fault.Conflict, "destination_cooling", "the destination was linked less than 24 hours ago")
	ErrDestination    = fault.New(fault.Invalid, "destination_invalid", "the destination is not a wallet that can be paid")
	ErrNotCancelable  = fault.New(fault.Conflict, "payout_not_cancelable", "the payout is already being paid")
	ErrDecided        = fault.New(fault.Conflict, "payout_decided", "the payout does not wait for a person's decision")
	ErrDecisionOwn    = fault.New(fault.Forbidden, "payout_own", "nobody decides about a payout of their own")
	ErrReason         = fault.New(fault.Invalid, "payout_reason_invalid", "a rejection has a reason of 1 to 500 characters on one line")
	ErrTransition     = fault.New(fault.Conflict, "payout_transition", "the payout is not in a state that allows this")
	ErrAttemptLive    = fault.New(fault.Conflict, "attempt_live", "an attempt that may still land exists")
	ErrDepositExists  = fault.New(fault.Conflict, "deposit_exists", "the arrival is already booked")
	ErrAttemptUnknown = fault.New(fault.Internal, "attempt_unknown", "the payout has no such attempt")
)

// Payout is one amount on its way to one payee. Amount reaches the destination; Fee stays with the
// platform; both stand in the ledger account payout:<id> until the payout ends.
type Payout struct {
	ID          ID
	Account     AccountID
	Destination Address
	Amount      money.Amount
	Fee         money.Amount
	State       State
	Attempt     int // the number of the latest attempt; 0 before the first
	FailureCode string
	Reason      string    // why it was rejected; for its payee and for operators
	DecidedBy   AccountID // the second person, empty until there is one
	RequestedAt time.Time
	ChangedAt   time.Time
	DecidedAt   time.Time // zero until a second person decided
}

// Request opens a payout. The destination has been checked to be a wallet of the account that may be paid;
// the amount is what reaches it. An intent that needs more than what was shown for it is ErrStepUp.
func Request(of Intent, shown Assurance, now time.Time) (Payout, error) {
	if err := of.Check(); err != nil {
		return Payout{}, err
	}
	if shown < of.needs() {
		return Payout{}, ErrStepUp
	}
	return Payout{
		ID: of.Payout, Account: of.Account, Destination: of.Destination, Amount: of.Amount, Fee: ProcessingFee,
		State: Requested, RequestedAt: now, ChangedAt: now,
	}, nil
}

// Reserved is what the ledger sets aside: amount and fee.
func (p Payout) Reserved() (money.Amount, error) { return p.Amount.Add(p.Fee) }

// moves is the machine: which states may follow which.
var moves = map[State][]State{ //nolint:gochecknoglobals // a constant table
	Requested: {Approved, Rejected, Canceled},
	Approved:  {Queued, Canceled},
	Queued:    {Signed, Failed},
	Signed:    {Broadcast, Queued, Unproven},
	Broadcast: {Confirmed, Settled, Failed, Queued, Unproven},
	Confirmed: {Settled, Failed, Broadcast},
	Unproven:  {Confirmed, Settled, Failed, Queued},
}

// To moves the payout, or returns ErrTransition. A confirmed payout may fall back to broadcast: a
// status that goes backwards is a fork, not an error. Queued after an attempt means that the attempt
// was proven dead. What only a second person decides is ErrApproval: see Approve and Reject.
func (p Payout) To(next State, now time.Time) (Payout, error) {
	if p.State == Requested && (next == Rejected || next == Approved && p.Waits()) {
		return Payout{}, ErrApproval.Saying("%s", p.ID)
	}
	return p.move(next, now)
}

func (p Payout) move(next State, now time.Time) (Payout, error) {
	for _, allowed := range moves[p.State] {
		if allowed == next {
			p.State, p.ChangedAt = next, now
			return p, nil
		}
	}
	return Payout{}, ErrTransition.Saying("%s to %s", p.State, next)
}

// Cancel takes a payout back before it waits for the treasury, or returns ErrNotCancelable.
func (p Payout) Cancel(now time.Time) (Payout, error) {
	next, err := p.To(Canceled, now)
	if err != nil {
		return Payout{}, ErrNotCancelable.Saying("it is %s", p.State)
	}
	return next, nil
}
