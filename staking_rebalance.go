package twist

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Rebalanced is the answer to a rebalance, or to the question what one would do.
type Rebalanced struct {
	ID      string // reb_…; empty where nothing was done
	Mode    staking.Mode
	Total   money.Amount // what stands in all pools that were named, before and after
	Moved   money.Amount // how much of it changed its pool
	Rewards money.Amount // paid to the holder beside it
	Shifts  []Shifted    // in the order of the pools' ids
}

// Shifted is what a rebalance does in one pool.
type Shifted struct {
	Pool    staking.PoolID
	Was, Is money.Amount
	Rewards money.Amount   // paid, because the position was left whole
	Entry   ledger.EntryID // empty where nothing moved
}

// Rebalance spreads what the caller has staked in some pools over the same pools, all of it or nothing. It fails as
// staking.Weights and staking.Rebalance do, and with staking.ErrPoolNotFound. Where everything stands as it should
// already, it moves nothing and is no failure. Of an account that is blocked nothing moves: fraud.ErrStakesBlocked.
func (s *Staking) Rebalance(ctx context.Context, by Caller, mode staking.Mode, targets []staking.Target) (Rebalanced, error) {
	now := s.c.Clock.Now()
	targets, weights, err := s.weigh(ctx, mode, targets)
	if err != nil {
		return Rebalanced{}, err
	}
	return once(ctx, s.c, by, "rebalance", func(ctx context.Context, tx ports.Tx) (Rebalanced, error) {
		p, err := s.plan(ctx, tx, by, mode, targets, weights, now)
		if err != nil {
			return Rebalanced{}, err
		}
		acts, err := s.legs(by, &p, now)
		if err != nil {
			return Rebalanced{}, err
		}
		_, err = s.commitAll(ctx, tx, acts, now)
		return p.Rebalanced, err
	})
}

// errPlanned ends a unit of work that was only to find out.
var errPlanned = errors.New("twist: planned")

// PlanRebalance gives what Rebalance would do now, and does nothing. It is refused as that would be: it is the same
// unit of work, without its end.
func (s *Staking) PlanRebalance(ctx context.Context, by Caller, mode staking.Mode, targets []staking.Target) (Rebalanced, error) {
	now := s.c.Clock.Now()
	targets, weights, err := s.weigh(ctx, mode, targets)
	if err != nil {
		return Rebalanced{}, err
	}
	var planned Rebalanced
	err = s.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		p, err := s.plan(ctx, tx, by, mode, targets, weights, now)
		if err != nil {
			return err
		}
		planned = p.Rebalanced
		return errPlanned
	})
	if errors.Is(err, errPlanned) {
		return planned, nil
	}
	return Rebalanced{}, err
}

// weigh puts targets in the order of their pools and weighs them. Figures are of whole days, so they are read
// before any pool is held.
func (s *Staking) weigh(ctx context.Context, mode staking.Mode, targets []staking.Target) ([]staking.Target, []money.Amount, error) {
	targets = slices.Clone(targets)
	slices.SortFunc(targets, func(a, b staking.Target) int { return strings.Compare(string(a.Pool), string(b.Pool)) })
	if mode == staking.ModeAPY && len(targets) <= staking.RebalanceMost {
		err := s.c.Store.Read(ctx, func(ctx context.Context, v ports.View) error {
			for i := range targets {
				found, err := v.Listings.Get(ctx, targets[i].Pool)
				if err != nil {
					return err
				}
				targets[i].APY = found.Figures.APY
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	weights, err := staking.Weights(mode, targets)
	return targets, weights, err
}

// plan is a rebalance that is decided and not yet done.
type plan struct {
	Rebalanced

	before []staking.Book
	shifts []staking.Shift
}

// plan holds the pools, in the order of their ids, and decides.
func (s *Staking) plan(ctx context.Context, tx ports.Tx, by Caller, mode staking.Mode, targets []staking.Target, weights []money.Amount, now time.Time) (plan, error) {
	p := plan{Rebalanced: Rebalanced{Mode: mode}}
	for _, t := range targets {
		book, err := s.open(ctx, tx, t.Pool, staking.AccountID(by.Account), now)
		if err != nil {
			return plan{}, err
		}
		p.before = append(p.before, book)
	}
	var err error
	if p.shifts, err = staking.Rebalance(p.before, weights); err != nil {
		return plan{}, err
	}
	for i, shift := range p.shifts {
		p.Shifts = append(p.Shifts, Shifted{Pool: targets[i].Pool, Was: shift.Was, Is: shift.Is, Rewards: shift.Rewards})
		for sum, more := range map[*money.Amount]money.Amount{&p.Total: shift.Was, &p.Moved: shift.Out(), &p.Rewards: shift.Rewards} {
			if *sum, err = sum.Add(more); err != nil {
				return plan{}, err
			}
		}
	}
	if p.Moved == 0 {
		return p, nil
	}
	return p, mayGain(ctx, tx, staking.AccountID(by.Account), now)
}

// legs makes an act of every shift, those that leave first: what comes is paid out of what left. Each has an entry
// of its own, like a stake or an exit, which names the rebalance it belongs to.
func (s *Staking) legs(by Caller, p *plan, now time.Time) ([]act, error) {
	if p.Moved > 0 {
		p.ID = s.c.IDs.New("reb")
	}
	var leave, rest []act
	for i, shift := range p.shifts {
		pool := p.before[i].Pool
		m := move{book: shift.Book, facts: facts{"rebalance": p.ID}}
		kind := ledger.KindStake
		switch out, in := shift.Out(), shift.In(); {
		case out > 0:
			kind, m.tells, m.principal, m.rewards = ledger.KindLeave, journal.Left, out, shift.Rewards
			m.facts["cooling"] = money.Amount(0).String()
			m.postings = []ledger.Posting{
				ledger.Move(ledger.Staked(pool.ID), ledger.Available(by.Account), out),
				ledger.Move(ledger.Rewards(pool.ID), ledger.Available(by.Account), shift.Rewards),
			}
		case in > 0:
			m.tells, m.principal = journal.Staked, in
			m.facts["cooldown"] = seconds(shift.Book.Pool.Cooldown)
			m.postings = []ledger.Posting{ledger.Move(ledger.Available(by.Account), ledger.Staked(pool.ID), in)}
		default: // it was held, and so perhaps rolled
			rest = append(rest, act{before: pool, book: staking.Book{Pool: pool}})
			continue
		}
		metadata := map[string]string{"position": string(m.book.Position.ID), "rebalance": p.ID}
		e, err := s.c.entry(kind, "", now, metadata, m.postings...)
		if err != nil {
			return nil, err
		}
		p.Shifts[i].Entry = e.ID
		leg := act{before: pool, book: m.book, entry: e, tells: m.news(e.ID)}
		if kind == ledger.KindLeave {
			leave = append(leave, leg)
		} else {
			rest = append(rest, leg)
		}
	}
	acts := append(leave, rest...)
	if last := &acts[len(acts)-1]; p.Moved > 0 {
		last.tells = append(last.tells, news{journal.Rebalanced, p.ID, string(by.Account), facts{
			"mode": string(p.Mode), "moved": p.Moved.String(), "pools": strconv.Itoa(len(p.Shifts)),
		}})
	}
	return acts, nil
}
