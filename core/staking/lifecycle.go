package staking

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/money"
)

// Pause makes an active pool refuse new stakes and distributions by hand. Otherwise it is
// ErrPoolTransition.
func (p Pool) Pause() (Pool, error) {
	if p.State != Active {
		return Pool{}, ErrPoolTransition.Saying("it is %s", p.State)
	}
	p.State = Paused
	return p, nil
}

// Resume makes a paused pool active again. Otherwise it is ErrPoolTransition.
func (p Pool) Resume() (Pool, error) {
	if p.State != Paused {
		return Pool{}, ErrPoolTransition.Saying("it is %s", p.State)
	}
	p.State = Active
	return p, nil
}

// Close ends a pool for good: it takes no stake any more, and no revenue of what is earned from now on, and
// everybody can leave and claim. What was announced for the next epoch no longer matters. A pool that is closed is
// ErrPoolTransition.
func (p Pool) Close(now time.Time) (Pool, error) {
	if p.State == Closed {
		return Pool{}, ErrPoolTransition.Saying("it is %s", p.State)
	}
	p.State, p.Next, p.ClosedAt = Closed, Settings{}, now
	p.Suspended = "" // nothing comes in any more
	return p, nil
}

// maxReason bounds why a pool is suspended, in characters.
const maxReason = 500

// Suspend lets neither stakes nor distributions by hand into a pool, whatever its influencer decides meanwhile, for a
// reason that everybody is shown. It is an operator's, and of a pool of the operator's own ErrPoolOwn; one that is
// closed or suspended is ErrPoolTransition, and a text that is no reason ErrSuspendReason.
func (p Pool) Suspend(by AccountID, reason string) (Pool, error) {
	switch {
	case by == p.Owner:
		return Pool{}, ErrPoolOwn
	case !utf8.ValidString(reason), utf8.RuneCountInString(reason) > maxReason, strings.TrimSpace(reason) == "",
		strings.ContainsFunc(reason, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return Pool{}, ErrSuspendReason
	case p.State == Closed:
		return Pool{}, ErrPoolTransition.Saying("it is %s", p.State)
	case p.Suspended != "":
		return Pool{}, ErrPoolTransition.Saying("it is suspended")
	}
	p.Suspended = reason
	return p, nil
}

// Release ends a suspension: the pool is as its influencer decided. It fails with ErrPoolOwn, and with
// ErrPoolTransition for one that is not suspended.
func (p Pool) Release(by AccountID) (Pool, error) {
	if by == p.Owner {
		return Pool{}, ErrPoolOwn
	}
	if p.Suspended == "" {
		return Pool{}, ErrPoolTransition.Saying("it is not suspended")
	}
	p.Suspended = ""
	return p, nil
}

// admits returns ErrPoolNotActive when nothing comes in but revenue.
func (p Pool) admits() error {
	switch {
	case p.Suspended != "":
		return ErrPoolNotActive.Saying("it is suspended")
	case p.State != Active:
		return ErrPoolNotActive.Saying("it is %s", p.State)
	}
	return nil
}

// TakeRemainder takes what is left in a closed pool in which nothing is staked and nothing cools: it is
// nobody's of the fans, and goes to the influencer. It is 0 before that moment and ever after, so it can
// follow every operation.
//
// The remainder is whole. Whoever leaves with everything is paid whole units and gives back the fraction,
// so in an empty pool nothing is owed, and the carry is what was given less what was paid. A carry that
// is anything else fails with ErrRowsContradict.
func (p Pool) TakeRemainder() (Pool, money.Amount, error) {
	if p.State != Closed || p.Active != 0 || p.Waiting != 0 || p.Cooling != 0 {
		return p, 0, nil
	}
	if p.Carry.Lo != 0 || p.Carry.Hi > uint64(money.Max) {
		return Pool{}, 0, ErrRowsContradict.Saying("an empty pool carries %s units of 2^-64", p.Carry)
	}
	rest := money.Amount(p.Carry.Hi)
	if err := add(&p.Returned, rest); err != nil {
		return Pool{}, 0, err
	}
	p.Carry = U128{}
	return p, rest, nil
}

// DistributeByHand shares what somebody gives beside the revenue, as Distribute does: only an active pool that is not
// suspended takes it, any other is ErrPoolNotActive.
func (p Pool) DistributeByHand(amount money.Amount) (Pool, error) {
	if err := p.admits(); err != nil && amount.Positive() {
		return Pool{}, err
	}
	return p.share(amount)
}
