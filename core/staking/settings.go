package staking

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// CooldownMaximum is the longest cooldown that a pool may ask for.
const CooldownMaximum = 30 * 24 * time.Hour

// Faults of settings.
var (
	ErrMinimumTooLow  = fault.New(fault.Invalid, "minimum_stake_too_low", "the minimum stake of a pool is at least 0.1 TWIST")
	ErrMinimumTooHigh = fault.New(fault.Invalid, "minimum_stake_too_high", "the minimum stake of a pool is above the most that a position may hold")
	ErrCooldownRange  = fault.New(fault.Invalid, "cooldown_out_of_range", "a cooldown lasts whole seconds, at most 30 days")
)

// Settings are what an influencer decides about a pool.
type Settings struct {
	Share    money.Bps     // of each earning, for the fans
	Minimum  money.Amount  // of each stake, and of what stays when a part leaves
	Cooldown time.Duration // how long a stake made now waits on its way out
}

// Check returns nil when a pool could have these settings in some tier. Otherwise it is
// ErrShareAboveMaximum, money.ErrBps, ErrMinimumTooLow, ErrMinimumTooHigh or ErrCooldownRange.
func (s Settings) Check() error {
	switch {
	case s.Share > ShareMaximum:
		return ErrShareAboveMaximum
	case s.Minimum < MinimumFloor:
		return ErrMinimumTooLow
	case s.Minimum > Maximum:
		return ErrMinimumTooHigh
	case s.Cooldown < 0, s.Cooldown > CooldownMaximum, s.Cooldown%time.Second != 0:
		return ErrCooldownRange
	}
	return s.Share.Check()
}

// Announced is what binds from the next epoch boundary on.
func (p Pool) Announced() Settings {
	if p.Next == (Settings{}) {
		return p.Settings
	}
	return p.Next
}

// Change announces settings. They bind from the next epoch boundary on, so that whoever earns, stakes or
// leaves in this epoch does so under what was known when it began; the last word before the boundary
// counts. A share that was not announced before must be one that the tier allows now: a pool that has
// fallen keeps the share it had. It fails with ErrPoolNotActive when the pool is closed, or as Check and
// CheckShare do.
func (p Pool) Change(to Settings) (Pool, error) {
	if p.State == Closed {
		return Pool{}, ErrPoolNotActive.Saying("it is %s", p.State)
	}
	if err := to.Check(); err != nil {
		return Pool{}, err
	}
	if to.Share != p.Share && to.Share != p.Announced().Share {
		if err := CheckShare(to.Share, p.Staked()); err != nil {
			return Pool{}, err
		}
	}
	if p.Next = to; to == p.Settings {
		p.Next = Settings{}
	}
	return p, nil
}
