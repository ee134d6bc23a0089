package twist

import (
	"context"
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// ErrNotPoolOwner means that only the influencer whose pool it is may do this.
var ErrNotPoolOwner = fault.New(fault.Forbidden, "not_pool_owner", "only the influencer decides about a pool")

// PoolChange is what an influencer changes of a pool; what is nil stays as it was announced last.
type PoolChange struct {
	Share    *money.Bps
	Minimum  *money.Amount
	Cooldown *time.Duration
}

// ChangePool announces other settings of the caller's pool, which bind from the next epoch on. It fails with
// ErrNotPoolOwner, and as staking.Pool.Change does.
func (s *Staking) ChangePool(ctx context.Context, by Caller, id staking.PoolID, c PoolChange) (staking.Pool, error) {
	return s.decide(ctx, by, id, "change_pool", func(p staking.Pool, _ time.Time) (staking.Pool, news, error) {
		to := p.Announced()
		if c.Share != nil {
			to.Share = *c.Share
		}
		if c.Minimum != nil {
			to.Minimum = *c.Minimum
		}
		if c.Cooldown != nil {
			to.Cooldown = *c.Cooldown
		}
		p, err := p.Change(to)
		told := agreed(to)
		told["epoch"] = fmt.Sprint(p.Epoch)
		return p, news{kind: journal.PoolChanged, facts: told}, err
	})
}

// PausePool makes the caller's pool refuse new stakes and distributions by hand. It fails with
// ErrNotPoolOwner or staking.ErrPoolTransition.
func (s *Staking) PausePool(ctx context.Context, by Caller, id staking.PoolID) (staking.Pool, error) {
	return s.enter(ctx, by, id, journal.PoolPaused, staking.Pool.Pause)
}

// ResumePool makes the caller's paused pool active again. It fails with ErrNotPoolOwner or
// staking.ErrPoolTransition.
func (s *Staking) ResumePool(ctx context.Context, by Caller, id staking.PoolID) (staking.Pool, error) {
	return s.enter(ctx, by, id, journal.PoolResumed, staking.Pool.Resume)
}

// ClosePool ends the caller's pool for good. Everybody leaves when they like, and whoever stays has the fans' part of
// what was earned before; when nobody is left, what remains of the rewards is the influencer's. It fails with
// ErrNotPoolOwner or staking.ErrPoolTransition, and for an API key: nothing undoes it.
func (s *Staking) ClosePool(ctx context.Context, by Caller, id staking.PoolID) (staking.Pool, error) {
	if err := by.inPerson(); err != nil {
		return staking.Pool{}, err
	}
	return s.decide(ctx, by, id, string(journal.PoolClosed), func(p staking.Pool, now time.Time) (staking.Pool, news, error) {
		p, err := p.Close(now)
		return p, news{kind: journal.PoolClosed}, err
	})
}

// enter moves the caller's pool to another state.
func (s *Staking) enter(ctx context.Context, by Caller, id staking.PoolID, kind journal.Kind, move func(staking.Pool) (staking.Pool, error)) (staking.Pool, error) {
	return s.decide(ctx, by, id, string(kind), func(p staking.Pool, _ time.Time) (staking.Pool, news, error) {
		p, err := move(p)
		return p, news{kind: kind}, err
	})
}

// decide changes the caller's pool, and tells of it.
func (s *Staking) decide(ctx context.Context, by Caller, id staking.PoolID, operation string, do func(staking.Pool, time.Time) (staking.Pool, news, error)) (staking.Pool, error) {
	now := s.c.Clock.Now()
	return once(ctx, s.c, by, operation, func(ctx context.Context, tx ports.Tx) (staking.Pool, error) {
		before, err := ownPool(ctx, s.c, tx, by, id, now)
		if err != nil {
			return staking.Pool{}, err
		}
		after, told, err := do(before, now)
		if err != nil {
			return staking.Pool{}, err
		}
		told.subject, told.account = string(id), string(by.Account)
		return s.commit(ctx, tx, act{before: before, book: staking.Book{Pool: after}, tells: []news{told}}, now)
	})
}

// ownPool locks the caller's pool and brings it to the present epoch. Pools are public, so somebody else's is
// no secret.
func ownPool(ctx context.Context, c Config, tx ports.Tx, by Caller, id staking.PoolID, now time.Time) (staking.Pool, error) {
	pool, err := lockRolled(ctx, c, tx, id, now)
	if err == nil && pool.Owner != staking.AccountID(by.Account) {
		err = ErrNotPoolOwner
	}
	if err != nil {
		return staking.Pool{}, err
	}
	return pool, nil
}

// Given is the answer to a distribution by hand.
type Given struct {
	Entry  ledger.EntryID
	Source staking.Source
	Amount money.Amount
	Pool   staking.Pool
}

// Distribute gives amount of the caller's spendable tokens to the fans of the caller's pool, all of it. The
// source names where it comes from, and is its key in this pool for ever: the same amount again under it gives
// the first answer and changes nothing, another amount is staking.ErrSourceConflict. Nothing undoes it, so no API
// key can: whoever stole one could stake in the pool and have all that its owner has. It fails with
// identity.ErrScopeMissing, ErrNotPoolOwner, staking.ErrSource, staking.ErrPoolNotActive unless the pool is active, and
// staking.ErrNoWeight where nobody's stake counts.
func (s *Staking) Distribute(ctx context.Context, by Caller, id staking.PoolID, source staking.Source, amount money.Amount) (Given, error) {
	now := s.c.Clock.Now()
	if err := by.inPerson(); err != nil {
		return Given{}, err
	}
	if err := source.Check(); err != nil {
		return Given{}, err
	}
	name := string(id) + "/" + string(source)
	key := Key{Value: name, Request: digest(string(id), string(source), amount.String())}
	return onceFor(ctx, s.c, by, "distribution", key, staking.ErrSourceConflict, func(ctx context.Context, tx ports.Tx) (Given, error) {
		before, err := ownPool(ctx, s.c, tx, by, id, now)
		if err != nil {
			return Given{}, err
		}
		after, err := before.DistributeByHand(amount)
		if err != nil {
			return Given{}, err
		}
		if err := mustSpend(ctx, tx, by.Account, amount); err != nil {
			return Given{}, err
		}
		e, err := s.c.entry(ledger.KindDistribution, "distribution:"+name, now, nil, ledger.Move(ledger.Available(by.Account), ledger.Rewards(id), amount))
		if err != nil {
			return Given{}, err
		}
		told := news{journal.Distributed, string(id), string(by.Account), facts{
			"source": string(source), "amount": amount.String(), "entry": string(e.ID),
		}}
		pool, err := s.commit(ctx, tx, act{before: before, book: staking.Book{Pool: after}, entry: e, tells: []news{told}}, now)
		return Given{Entry: e.ID, Source: source, Amount: amount, Pool: pool}, err
	})
}
