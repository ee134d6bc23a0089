package staking

import (
	"time"

	"github.com/twist-platform/twist/core/money"
)

// PositionID names a position: pos_….
type PositionID string

// Position is one account's stake in one pool. A position that was left keeps its row, with Claimed, and
// may be staked in again. Amounts are base units of TWIST; Index and Owed count units of 2^-64 of one.
type Position struct {
	ID           PositionID
	Pool         PoolID
	Account      AccountID
	Active       money.Amount // the weight that earns
	Waiting      money.Amount // the weight staked during WaitingEpoch, until it is settled into Active
	WaitingEpoch Epoch        // 0 when nothing waits
	Index        U128         // the pool's at the last settling; 0 when nothing is active
	Owed         U128         // earned up to Index and not claimed
	Claimed      money.Amount // lifetime claims
	Terms        Terms        // all that is staked, by cooldown
	CompoundAt   time.Time    // when its rewards are staked again next; zero when they wait to be claimed
	OpenedAt     time.Time
}

// OpenPosition makes the empty position of an account in a pool, for its first stake.
func OpenPosition(id PositionID, pool PoolID, account AccountID, now time.Time) Position {
	return Position{ID: id, Pool: pool, Account: account, OpenedAt: now}
}

// Staked is all that the position holds, whether it earns yet or not.
func (p Position) Staked() money.Amount { return total(p.Active, p.Waiting) }

// Needs names the epoch whose Activation has to be in the Book before an operation on this position,
// and false when none has. The epoch to ask with is that of the rolled pool.
func (p Position) Needs(pool Epoch) (Epoch, bool) {
	return p.WaitingEpoch, p.Waiting > 0 && p.WaitingEpoch < pool
}

// tidied sets what has no meaning without weight to zero, so that equal positions are equal rows.
func (p Position) tidied() Position {
	if p.Active == 0 {
		p.Index = U128{}
	}
	if p.Waiting == 0 {
		p.WaitingEpoch = 0
	}
	if p.Staked() == 0 {
		p.CompoundAt = time.Time{}
	}
	return p
}
