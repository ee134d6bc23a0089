// Package staking decides what a stake earns: pools, the positions of fans in them, and the reward
// index that shares revenue among all positions without visiting one.
//
// It moves no tokens and reads no clock; the ledger entries beside each operation are the caller's. Its
// invariant: after every operation, what a pool was ever given equals what it paid, plus what its
// positions are owed, plus its carry, to the last unit of 2^-64 of a base unit. An Auditor proves it.
package staking

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// PoolID names a pool: pool_….
type PoolID string

// AccountID names a holder: acct_….
type AccountID string

// InfluencerID names whose revenue a pool shares: infl_….
type InfluencerID string

// decimals of TWIST: how an amount is written for a person.
const decimals = 9

// The limits of a stake, in base units of TWIST.
const (
	// MinimumDefault is the least stake of a pool that asks for nothing else.
	MinimumDefault money.Amount = 1_000_000_000
	// MinimumFloor is the lowest minimum that a pool may ask for.
	MinimumFloor money.Amount = 100_000_000
	// Maximum is the most that one position may hold, and the highest minimum.
	Maximum money.Amount = 100_000_000_000_000_000
)

// State is what a pool admits. Leaving and claiming work in every state.
type State string

// The states.
const (
	// Active admits everything.
	Active State = "active"
	// Paused refuses new stakes and distributions by hand; revenue still arrives.
	Paused State = "paused"
	// Closed refuses stakes, distributions by hand and the revenue of what was earned since. Terminal.
	Closed State = "closed"
)

// States lists every state.
func States() []State { return []State{Active, Paused, Closed} }

// Faults of a pool.
var (
	ErrPoolNotFound    = fault.New(fault.NotFound, "pool_not_found", "there is no such pool")
	ErrPoolExists      = fault.New(fault.Conflict, "pool_exists", "the influencer has a pool already")
	ErrPoolNotActive   = fault.New(fault.Conflict, "pool_not_active", "the pool does not take this now")
	ErrPoolTransition  = fault.New(fault.Conflict, "pool_transition", "the pool cannot go there from where it is")
	ErrNotPositive     = fault.New(fault.Invalid, "amount_not_positive", "the amount must be positive")
	ErrSuspendReason   = fault.New(fault.Invalid, "suspend_reason_invalid", "a suspension has a reason of 1 to 500 characters on one line")
	ErrPoolOwn         = fault.New(fault.Forbidden, "pool_own", "nobody suspends or releases a pool of their own")
	ErrPoolAhead       = fault.New(fault.Unavailable, "pool_ahead", "the pool stands in an epoch that has not begun")
	ErrNoWeight        = fault.New(fault.Conflict, "no_stakers", "nobody's stake counts in this pool yet")
	ErrRowsContradict  = fault.New(fault.Internal, "staking_rows_contradict", "stored rows of a pool contradict each other")
	errNegativeBalance = ErrRowsContradict.Saying("a sum would be negative")
)

// Pool is where the stakes on one influencer stand together. Amounts are base units of TWIST; Index and
// Carry count units of 2^-64 of one.
type Pool struct {
	ID         PoolID
	Influencer InfluencerID
	Owner      AccountID
	State      State
	Suspended  string       // why an operator lets nothing in, whatever the state; empty where none does
	Settings                // what binds in Epoch
	Next       Settings     // what binds from the next boundary; zero when nothing is to change
	Epoch      Epoch        // the epoch the pool has reached; it never goes back
	Active     money.Amount // the weight that earns
	Waiting    money.Amount // the weight staked during Epoch, which earns from the next boundary
	Cooling    money.Amount // what left and still waits for the end of its cooldown; it earns nothing
	Index      U128         // cumulative reward per base unit of weight; it never falls
	Carry      U128         // what no division could share yet; it joins the next distribution
	Funded     money.Amount // lifetime revenue
	Paid       money.Amount // lifetime claims
	Returned   money.Amount // what was left when a closed pool was empty, which the influencer has
	Stakers    int64        // positions with a stake
	OpenedAt   time.Time
	ClosedAt   time.Time // zero while it is not closed
}

// OpenPool makes an active, empty pool. Settings fail as Check says, and a share that cannot be set on an
// empty pool as CheckShare does.
func OpenPool(id PoolID, influencer InfluencerID, owner AccountID, settings Settings, now time.Time) (Pool, error) {
	if err := CheckShare(settings.Share, 0); err != nil {
		return Pool{}, err
	}
	if err := settings.Check(); err != nil {
		return Pool{}, err
	}
	return Pool{
		ID: id, Influencer: influencer, Owner: owner, State: Active, Settings: settings, OpenedAt: now,
	}, nil
}

// Staked is all that is staked in the pool, whether it earns yet or not; what cools is not. It decides the
// tier.
func (p Pool) Staked() money.Amount { return total(p.Active, p.Waiting) }

// Activation remembers the index at which one epoch's stakes began to earn, for the positions that have
// not been settled since. Weight is theirs; an activation without weight is deleted.
type Activation struct {
	Pool   PoolID
	Epoch  Epoch // in which the stakes were made
	Index  U128  // of the pool at the boundary after Epoch
	Weight money.Amount
}

// Roll brings the pool to the epoch now, and comes before every other operation on it. Settings that were
// announced in an earlier epoch bind from here on. When stakes of an earlier epoch begin to earn, it also
// returns their Activation and true.
//
// An epoch that has passed already changes nothing: a caller that read its clock before it got the
// pool's lock acts in the epoch the pool has reached. Else one epoch could activate twice, at two indexes.
func (p Pool) Roll(now Epoch) (Pool, Activation, bool) {
	rolled := p
	rolled.Epoch, rolled.Waiting = now, 0
	if now <= p.Epoch || add(&rolled.Active, p.Waiting) != nil { // Stake keeps the sum in range
		return p, Activation{}, false
	}
	if p.Next != (Settings{}) {
		rolled.Settings, rolled.Next = p.Next, Settings{}
	}
	if p.Waiting == 0 {
		return rolled, Activation{}, false
	}
	// Every distribution rolls first, so there was none since the boundary: the index is still its index.
	return rolled, Activation{Pool: p.ID, Epoch: p.Epoch, Index: p.Index, Weight: p.Waiting}, true
}

// shares reports whether what was earned at a moment is shared with the fans. Closing takes nothing from them that
// was earned before, however late it arrives.
func (p Pool) shares(earned time.Time) bool { return p.State != Closed || earned.Before(p.ClosedAt) }

// Takes reports whether the pool can share amount of revenue now, all of it: some weight earns, the revenue was not
// earned since the pool was closed, and what it was ever given still fits. What it cannot take, nobody's stake has
// a claim to.
func (p Pool) Takes(amount money.Amount, earned time.Time) bool {
	return p.Active > 0 && p.shares(earned) && add(&p.Funded, amount) == nil
}

// Distribute shares an amount of revenue, earned at that moment, among the active weight. It fails with
// ErrNotPositive, ErrPoolNotActive when it was earned since the pool was closed, ErrNoWeight, or money.ErrOverflow
// when the lifetime revenue does not fit.
func (p Pool) Distribute(amount money.Amount, earned time.Time) (Pool, error) {
	if amount.Positive() && !p.shares(earned) {
		return Pool{}, ErrPoolNotActive.Saying("it is %s", p.State)
	}
	return p.share(amount)
}

// share divides amount among the active weight, in a time that does not depend on how many hold it. What the
// division leaves is carried into the next one.
func (p Pool) share(amount money.Amount) (Pool, error) {
	switch {
	case !amount.Positive():
		return Pool{}, ErrNotPositive
	case p.Active == 0:
		return Pool{}, ErrNoWeight
	}
	if err := add(&p.Funded, amount); err != nil {
		return Pool{}, err
	}
	sum, err := p.Carry.Add(U128{Hi: uint64(amount)})
	if err != nil {
		return Pool{}, err
	}
	step, rest := sum.DivMod(uint64(p.Active)) // rounds down: the rest is nobody's until it is shared
	if p.Index, err = p.Index.Add(step); err != nil {
		return Pool{}, err
	}
	p.Carry = U128{Lo: rest}
	return p, nil
}

// total adds two parts of a stake. A sum that does not fit reads as nothing staked, which every operation
// refuses; only a forged row has one, because no stake is taken that would make it.
func total(active, waiting money.Amount) money.Amount {
	sum, _ := active.Add(waiting)
	return sum
}

// add puts more on a sum, or leaves the sum and fails with money.ErrOverflow.
func add(sum *money.Amount, more money.Amount) error {
	next, err := sum.Add(more)
	if err == nil {
		*sum = next
	}
	return err
}

// sub takes less from a sum, or leaves the sum and fails with ErrRowsContradict when it would be negative.
func sub(sum *money.Amount, less money.Amount) error {
	if less > *sum {
		return errNegativeBalance
	}
	next, err := sum.Sub(less)
	if err == nil {
		*sum = next
	}
	return err
}
