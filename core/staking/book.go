package staking

import (
	"errors"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Faults of a stake.
var (
	ErrPositionNotFound  = fault.New(fault.NotFound, "position_not_found", "there is no stake in this pool")
	ErrOwnPool           = fault.New(fault.Forbidden, "own_pool", "nobody stakes in their own pool")
	ErrBelowMinimum      = fault.New(fault.Invalid, "stake_below_minimum", "Minimum stake not reached")
	ErrAboveMaximum      = fault.New(fault.Invalid, "stake_above_maximum", "the position would hold more than 100,000,000 TWIST")
	ErrInsufficientStake = fault.New(fault.Invalid, "insufficient_stake", "the position holds less than that")
	ErrRemainder         = fault.New(fault.Invalid, "stake_remainder_below_minimum", "what stays must reach the pool's minimum stake; leave with all of it or with less")
	ErrNothingToClaim    = fault.New(fault.Invalid, "nothing_to_claim", "there is nothing to claim yet")
)

// Book is the rows that one operation on a position reads and writes. The pool has been rolled to the
// present epoch. Activation is the one that Position.Needs names, or zero when it names none; if it comes
// back without weight, its row is deleted.
//
// Operations return a new Book and leave their own as it was. Rows that do not belong together fail with
// ErrRowsContradict.
type Book struct {
	Pool       Pool
	Position   Position
	Activation Activation
}

// Stake adds amount to the position. It earns from the next epoch boundary on. It fails with
// ErrPoolNotActive, ErrOwnPool, ErrBelowMinimum or ErrAboveMaximum, and with money.ErrOverflow when the
// pool cannot hold more.
func (b Book) Stake(amount money.Amount) (Book, error) {
	switch {
	case b.Pool.State != Active:
		return Book{}, ErrPoolNotActive.Saying("it is %s", b.Pool.State)
	case b.Position.Account == b.Pool.Owner:
		return Book{}, ErrOwnPool
	case amount < b.Pool.Minimum:
		return Book{}, ErrBelowMinimum.Saying("it is %s TWIST", b.Pool.Minimum.Decimal(decimals))
	}
	b, err := b.Settle()
	if err != nil {
		return Book{}, err
	}
	staked, err := b.Position.Staked().Add(amount)
	if err != nil || staked > Maximum {
		return Book{}, ErrAboveMaximum
	}
	if b.Position.Staked() == 0 {
		b.Pool.Stakers++
	}
	b.Position.WaitingEpoch = b.Pool.Epoch
	_, err = b.Pool.Staked().Add(amount) // so that the roll, which adds the two parts, always can
	err = errors.Join(err, add(&b.Position.Waiting, amount), add(&b.Pool.Waiting, amount))
	if err != nil {
		return Book{}, err
	}
	return b, nil
}

// Leave takes amount out of the position, first from what waits, which costs no earnings. Leaving with
// everything also claims: the second result is the rewards paid beside the amount, and their fraction
// of a unit returns to the pool. It works in every state of the pool. It fails with ErrPositionNotFound,
// ErrNotPositive, ErrInsufficientStake or ErrRemainder.
func (b Book) Leave(amount money.Amount) (Book, money.Amount, error) {
	staked := b.Position.Staked()
	switch {
	case staked == 0:
		return Book{}, 0, ErrPositionNotFound
	case !amount.Positive():
		return Book{}, 0, ErrNotPositive
	case amount > staked:
		return Book{}, 0, ErrInsufficientStake.Saying("it holds %s TWIST", staked.Decimal(decimals))
	}
	b, err := b.Settle()
	if err != nil {
		return Book{}, 0, err
	}
	waiting := min(amount, b.Position.Waiting)
	active, err := amount.Sub(waiting)
	err = errors.Join(
		err,
		sub(&b.Position.Waiting, waiting), sub(&b.Pool.Waiting, waiting),
		sub(&b.Position.Active, active), sub(&b.Pool.Active, active),
	)
	if err != nil {
		return Book{}, 0, err
	}
	b.Position = b.Position.tidied()
	switch rest := b.Position.Staked(); {
	case rest == 0:
		return b.end()
	case rest < b.Pool.Minimum:
		return Book{}, 0, ErrRemainder.Saying("%s TWIST would stay", rest.Decimal(decimals))
	default:
		return b, 0, nil
	}
}

// Claim pays the whole base units that the position has earned; the fraction stays owed. It works in every
// state of the pool. It fails with ErrPositionNotFound or ErrNothingToClaim.
func (b Book) Claim() (Book, money.Amount, error) {
	if b.Position.Staked() == 0 {
		return Book{}, 0, ErrPositionNotFound
	}
	b, err := b.Settle()
	if err != nil {
		return Book{}, 0, err
	}
	b, paid, err := b.pay()
	switch {
	case err != nil:
		return Book{}, 0, err
	case paid == 0:
		return Book{}, 0, ErrNothingToClaim
	default:
		return b, paid, nil
	}
}

// Claimable is what Claim would pay now, and 0 when it would refuse.
func (b Book) Claimable() (money.Amount, error) {
	_, paid, err := b.Claim()
	if errors.Is(err, ErrNothingToClaim) || errors.Is(err, ErrPositionNotFound) {
		return 0, nil
	}
	return paid, err
}

// Settle books what the position has earned up to the pool's index, and makes active what no longer
// waits. It changes nobody's entitlement; every other operation begins with it, because a debt is never
// scaled: it is settled before the weight changes.
func (b Book) Settle() (Book, error) {
	pos := &b.Position
	if pos.Pool != b.Pool.ID {
		return Book{}, ErrRowsContradict.Saying("position %s is in another pool than %s", pos.ID, b.Pool.ID)
	}
	if err := accrue(&pos.Owed, pos.Active, pos.Index, b.Pool.Index); err != nil {
		return Book{}, err
	}
	if epoch, needed := pos.Needs(b.Pool.Epoch); needed {
		if b.Activation.Pool != b.Pool.ID || b.Activation.Epoch != epoch {
			return Book{}, ErrRowsContradict.Saying("position %s needs the activation of epoch %d", pos.ID, epoch)
		}
		err := errors.Join(
			accrue(&pos.Owed, pos.Waiting, b.Activation.Index, b.Pool.Index),
			sub(&b.Activation.Weight, pos.Waiting),
			add(&pos.Active, pos.Waiting),
		)
		if err != nil {
			return Book{}, err
		}
		pos.Waiting = 0
	}
	pos.Index = b.Pool.Index
	b.Position = pos.tidied()
	return b, nil
}

// accrue adds to owed what weight earned while the index went from since to now.
func accrue(owed *U128, weight money.Amount, since, now U128) error {
	if weight == 0 {
		return nil // and since means nothing
	}
	if weight < 0 {
		return errNegativeBalance
	}
	step, err := now.Sub(since)
	if err != nil {
		return err
	}
	earned, err := step.Mul64(uint64(weight))
	if err != nil {
		return err
	}
	*owed, err = owed.Add(earned)
	return err
}

// pay moves the whole units of what is owed to what was claimed.
func (b Book) pay() (Book, money.Amount, error) {
	if b.Position.Owed.Hi > uint64(money.Max) {
		return Book{}, 0, ErrRowsContradict.Saying("position %s is owed more than there is", b.Position.ID)
	}
	paid := money.Amount(b.Position.Owed.Hi)
	b.Position.Owed.Hi = 0
	if err := errors.Join(add(&b.Position.Claimed, paid), add(&b.Pool.Paid, paid)); err != nil {
		return Book{}, 0, err
	}
	return b, paid, nil
}

// end pays out a position that holds nothing any more and gives the fraction of a unit, which nobody
// could ever claim, back to those who stay.
func (b Book) end() (Book, money.Amount, error) {
	b, paid, err := b.pay()
	if err != nil {
		return Book{}, 0, err
	}
	if b.Pool.Carry, err = b.Pool.Carry.Add(b.Position.Owed); err != nil {
		return Book{}, 0, err
	}
	b.Position.Owed = U128{}
	b.Pool.Stakers--
	return b, paid, nil
}
