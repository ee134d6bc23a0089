package staking

import (
	"errors"
	"time"

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

// Stake adds amount to the position, under the cooldown that the pool asks for now. It earns from the next
// epoch boundary on. It fails with ErrPoolNotActive, ErrOwnPool, ErrBelowMinimum, ErrAboveMaximum or
// ErrTooManyTerms, and with money.ErrOverflow when the pool cannot hold more.
func (b Book) Stake(amount money.Amount) (Book, error) {
	return b.put(amount, amount)
}

// StakeWithin is Stake for somebody who agrees to a cooldown of at most that long. It fails with ErrCooldownLonger when
// the pool asks for more, and as Stake does.
func (b Book) StakeWithin(amount money.Amount, most time.Duration) (Book, error) {
	if b.Pool.Cooldown > most {
		return Book{}, ErrCooldownLonger.Saying("it is %s", b.Pool.Cooldown)
	}
	return b.Stake(amount)
}

// put is a stake of amount, of which so much has to reach the minimum.
func (b Book) put(amount, counts money.Amount) (Book, error) {
	if err := b.Pool.admits(); err != nil {
		return Book{}, err
	}
	switch {
	case b.Position.Account == b.Pool.Owner:
		return Book{}, ErrOwnPool
	case counts < b.Pool.Minimum:
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
	if b.Position.Terms, err = b.Position.Terms.add(b.Pool.Cooldown, amount); err != nil {
		return Book{}, err
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

// Exit is what leaving comes to.
type Exit struct {
	Book    Book
	Free    money.Amount // of the amount, what the holder has at once
	Cooling []Term       // the rest of it: a ticket for each part
	Rewards money.Amount // paid beside it
}

// Leave takes amount out of the position, first from what waits, which costs no earnings, and first from
// what was staked under the shortest cooldown. A part waits for the cooldown it was staked under, or for
// the pool's where that is shorter now; it earns nothing meanwhile. Leaving with everything also claims,
// and the fraction of a unit returns to the pool. It works in every state of the pool. It fails with
// ErrPositionNotFound, ErrNotPositive, ErrInsufficientStake or ErrRemainder.
func (b Book) Leave(amount money.Amount) (Exit, error) {
	staked := b.Position.Staked()
	switch {
	case staked == 0:
		return Exit{}, ErrPositionNotFound
	case !amount.Positive():
		return Exit{}, ErrNotPositive
	case amount > staked:
		return Exit{}, ErrInsufficientStake.Saying("it holds %s TWIST", staked.Decimal(decimals))
	}
	b, err := b.Settle()
	if err != nil {
		return Exit{}, err
	}
	waiting := min(amount, b.Position.Waiting)
	active, err := amount.Sub(waiting)
	err = errors.Join(
		err,
		sub(&b.Position.Waiting, waiting), sub(&b.Pool.Waiting, waiting),
		sub(&b.Position.Active, active), sub(&b.Pool.Active, active),
	)
	if err != nil {
		return Exit{}, err
	}
	b.Position = b.Position.tidied()
	exit := Exit{Free: amount}
	if b.Position.Terms, exit.Cooling, err = b.Position.Terms.take(amount, b.Pool.Cooldown); err != nil {
		return Exit{}, err
	}
	if exit.Cooling[0].Cooldown == 0 { // the shortest comes first
		exit.Cooling = exit.Cooling[1:]
	}
	for _, part := range exit.Cooling {
		if err := errors.Join(sub(&exit.Free, part.Amount), add(&b.Pool.Cooling, part.Amount)); err != nil {
			return Exit{}, err
		}
	}
	switch rest := b.Position.Staked(); {
	case rest == 0:
		if exit.Book, exit.Rewards, err = b.end(); err != nil {
			return Exit{}, err
		}
	case rest < b.Pool.Minimum:
		return Exit{}, ErrRemainder.Saying("%s TWIST would stay", rest.Decimal(decimals))
	default:
		exit.Book = b
	}
	return exit, nil
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
