package staking

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// CompoundFloor is the least that a position has to have earned to be compounded: less is not worth an entry, and
// stays until it is more.
const CompoundFloor money.Amount = 10_000_000

// ErrCompoundFloor means that a position has not earned enough to be compounded yet.
var ErrCompoundFloor = fault.New(fault.Conflict, "compound_below_floor", "too little was earned yet to stake it again")

// Compound stakes what the position has earned in the pool it earned it in: a claim and a stake in one, by the rules
// of both. The fraction of a unit stays owed; what is staked earns from the next epoch on, under the cooldown that
// the pool asks for now; and what then stands in the position has to reach the pool's minimum. It fails with
// ErrCompoundFloor, and as Claim and Stake do; then nothing has happened to the rewards.
func (b Book) Compound() (Book, money.Amount, error) {
	claimable, err := b.Claimable()
	switch {
	case err != nil:
		return Book{}, 0, err
	case b.Position.Staked() == 0:
		return Book{}, 0, ErrPositionNotFound
	case claimable < CompoundFloor:
		return Book{}, 0, ErrCompoundFloor
	}
	b, rewards, err := b.Claim()
	if err != nil {
		return Book{}, 0, err
	}
	counts, err := b.Position.Staked().Add(rewards)
	if err != nil {
		return Book{}, 0, ErrAboveMaximum
	}
	b, err = b.put(rewards, counts)
	return b, rewards, err
}

// NextTurn is when a position is compounded after now, if it was to be at turn and each turn is every after the one
// before: turns that were missed are one. It panics unless every is positive, which is a constant of the
// configuration.
func NextTurn(turn, now time.Time, every time.Duration) time.Time {
	if every <= 0 {
		panic("staking: a turn must come again")
	}
	if turn.After(now) {
		return turn
	}
	return turn.Add((now.Sub(turn)/every + 1) * every)
}
