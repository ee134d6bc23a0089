package staking

import (
	"errors"
	"strings"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// RebalanceMost is how many pools one rebalance moves stakes between: it holds all of them while it runs, and
// their fans wait.
const RebalanceMost = 10

// sharesWhole is what the shares of a rebalance make together, in basis points.
const sharesWhole = 10_000

// Faults of a rebalance.
var (
	ErrRebalancePools  = fault.New(fault.Invalid, "rebalance_pools_invalid", "a rebalance is between two to ten pools, each named once")
	ErrRebalanceShares = fault.New(fault.Invalid, "rebalance_shares_invalid", "shares come with the mode custom, none is negative, and together they are exactly 10,000 basis points")
	ErrRebalanceMode   = fault.New(fault.Invalid, "rebalance_mode_unknown", "a rebalance is equal, by apy or custom")
	ErrRebalanceYield  = fault.New(fault.Conflict, "rebalance_without_yield", "none of these pools has a yield to weigh it by")
	ErrRebalanceCools  = fault.New(fault.Conflict, "rebalance_would_cool", "a stake that leaves under a cooldown cannot move at once; nothing was moved")
	ErrRebalancePool   = fault.New(fault.Conflict, "rebalance_refused", "a pool refuses its part; nothing was moved")
)

// Mode is how a rebalance weighs its pools.
type Mode string

// The modes.
const (
	// ModeEqual gives every pool as much as every other.
	ModeEqual Mode = "equal"
	// ModeAPY weighs every pool by its APY; one without yield keeps nothing.
	ModeAPY Mode = "apy"
	// ModeCustom gives every pool the share that was asked for it.
	ModeCustom Mode = "custom"
)

// Modes lists every mode.
func Modes() []Mode { return []Mode{ModeEqual, ModeAPY, ModeCustom} }

// Target is a pool of a rebalance.
type Target struct {
	Pool  PoolID
	Share money.Bps // of what stands in all pools that are named; with ModeCustom only
	APY   Yield     // of the pool's figures; with ModeAPY only
}

// Weights gives what a mode weighs each target by, in their order. It fails with ErrRebalancePools,
// ErrRebalanceMode, ErrRebalanceShares or ErrRebalanceYield.
func Weights(mode Mode, targets []Target) ([]money.Amount, error) {
	if len(targets) < 2 || len(targets) > RebalanceMost {
		return nil, ErrRebalancePools
	}
	weights := make([]money.Amount, len(targets))
	named := make(map[PoolID]bool, len(targets))
	var shares, yields int64
	for i, t := range targets {
		if t.Pool == "" || named[t.Pool] {
			return nil, ErrRebalancePools
		}
		if t.Share < 0 || t.Share > sharesWhole || t.Share != 0 && mode != ModeCustom {
			return nil, ErrRebalanceShares
		}
		named[t.Pool] = true
		shares += int64(t.Share)
		yields += int64(t.APY)
		switch mode {
		case ModeEqual:
			weights[i] = 1
		case ModeAPY:
			weights[i] = money.Amount(t.APY)
		case ModeCustom:
			weights[i] = money.Amount(t.Share)
		default:
			return nil, ErrRebalanceMode
		}
	}
	switch {
	case mode == ModeCustom && shares != sharesWhole:
		return nil, ErrRebalanceShares.Saying("they are %d", shares)
	case mode == ModeAPY && yields == 0:
		return nil, ErrRebalanceYield
	}
	return weights, nil
}

// Shift is what a rebalance does to one position: it stood at Was, and stands at Is. Book is what becomes of
// its rows, and Rewards what is paid beside it, because the position was left whole.
type Shift struct {
	Book    Book
	Was, Is money.Amount
	Rewards money.Amount
}

// Out is how much leaves the pool, and 0 where something comes.
func (s Shift) Out() money.Amount { return s.less(s.Was, s.Is) }

// In is how much comes into the pool, and 0 where something leaves.
func (s Shift) In() money.Amount { return s.less(s.Is, s.Was) }

func (Shift) less(from, less money.Amount) money.Amount {
	rest, _ := max(from, less).Sub(less) // of two stakes, which are not negative: it fits
	return rest
}

// Rebalance spreads all that one account has staked in some pools over the same pools, by weight, and gives a
// shift for each book in their order. To the last unit as much comes as leaves: what does not divide goes by
// the largest remainder, as money.Split gives it.
//
// What leaves, leaves as Leave lets it: what waits goes first, the shortest cooldown goes first, what stays
// reaches the minimum, and a position left whole is paid its rewards. What comes is a new stake that earns
// from the next epoch on, in a pool that takes stakes; what then stands there has to reach the minimum, as
// with a ticket that is canceled. So nothing earns what leaving and staking would not.
//
// All of it happens or nothing: it fails with ErrRebalanceCools and the names of the pools where a part would
// have to cool, with ErrRebalancePool, the name of a pool and the reason where a pool refuses its part, and
// with ErrPositionNotFound when nothing is staked in any of them.
func Rebalance(books []Book, weights []money.Amount) ([]Shift, error) {
	var all money.Amount
	for _, b := range books {
		if err := add(&all, b.Position.Staked()); err != nil {
			return nil, err
		}
	}
	if all == 0 {
		return nil, ErrPositionNotFound
	}
	parts, err := money.Split(all, weights)
	if err != nil {
		return nil, err
	}
	shifts := make([]Shift, len(books))
	var cools []string
	for i, b := range books {
		var cooling bool
		if shifts[i], cooling, err = b.shift(parts[i]); err != nil {
			return nil, refusedBy(b.Pool.ID, err)
		}
		if cooling {
			cools = append(cools, string(b.Pool.ID))
		}
	}
	if len(cools) > 0 {
		return nil, ErrRebalanceCools.Saying("%s", strings.Join(cools, ", "))
	}
	return shifts, nil
}

// shift brings a position to an amount, and reports whether some of it would have to cool.
func (b Book) shift(to money.Amount) (s Shift, cools bool, err error) {
	s = Shift{Book: b, Was: b.Position.Staked(), Is: to}
	switch in, out := s.In(), s.Out(); {
	case in > 0:
		s.Book, err = b.put(in, to)
	case out > 0:
		var exit Exit
		exit, err = b.Leave(out)
		s.Book, s.Rewards, cools = exit.Book, exit.Rewards, len(exit.Cooling) > 0
	}
	return s, cools, err
}

// refusedBy names the pool that refused its part. What is our own fault stays that.
func refusedBy(pool PoolID, err error) error {
	var why *fault.Fault
	if !errors.As(err, &why) || why.Kind() == fault.Internal {
		return err
	}
	return ErrRebalancePool.Saying("%s: %s", pool, why.Code()).Because(err)
}
