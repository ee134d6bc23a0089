package staking

import (
	"time"

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
	return p, nil
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

// DistributeByHand shares what somebody gives beside the revenue, as Distribute does: only an active pool takes it,
// any other is ErrPoolNotActive.
func (p Pool) DistributeByHand(amount money.Amount) (Pool, error) {
	if p.State != Active && amount.Positive() {
		return Pool{}, ErrPoolNotActive.Saying("it is %s", p.State)
	}
	return p.share(amount)
}
