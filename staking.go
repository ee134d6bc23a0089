package twist

import (
	"context"
	"fmt"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// Staking opens pools and moves stakes and their rewards.
type Staking struct{ c Config }

// ErrNotInfluencer means that only an influencer may do this.
var ErrNotInfluencer = fault.New(fault.Forbidden, "not_an_influencer", "only an influencer may do this")

// StakeMoved is the answer to a stake, an exit or a claim.
type StakeMoved struct {
	Entry     ledger.EntryID
	Principal money.Amount // moved into or out of the pool
	Rewards   money.Amount // paid to the holder
	Pool      staking.Pool
	Position  staking.Position
}

// OpenPool opens the caller's pool: share is the fans' part of what the influencer earns, minimum the
// least stake in base units.
func (s *Staking) OpenPool(ctx context.Context, by Caller, share money.Bps, minimum money.Amount) (staking.Pool, error) {
	now := s.c.Clock.Now()
	return once(ctx, s.c, by, "open_pool", func(ctx context.Context, tx ports.Tx) (staking.Pool, error) {
		if _, err := holdLiving(ctx, tx, by); err != nil {
			return staking.Pool{}, err
		}
		influencer, err := influencerOf(ctx, tx.Influencers, by.Account)
		if err != nil {
			return staking.Pool{}, err
		}
		id := staking.PoolID(s.c.IDs.New("pool"))
		pool, err := staking.OpenPool(id, staking.InfluencerID(influencer.ID), staking.AccountID(by.Account), share, minimum, now)
		if err != nil {
			return staking.Pool{}, err
		}
		if err := tx.Pools.Add(ctx, pool); err != nil {
			return staking.Pool{}, err
		}
		return pool, s.c.tell(ctx, tx, now, news{journal.PoolOpened, string(id), string(by.Account), facts{
			"influencer": string(influencer.ID), "share_bps": fmt.Sprint(share), "minimum": minimum.String(),
		}})
	})
}

// Stake puts amount of the caller's spendable tokens into a pool. It earns from the next epoch on.
func (s *Staking) Stake(ctx context.Context, by Caller, pool staking.PoolID, amount money.Amount) (StakeMoved, error) {
	return s.move(ctx, by, pool, ledger.KindStake, func(book staking.Book) (move, error) {
		next, err := book.Stake(amount)
		return move{
			book: next, tells: journal.Staked, principal: amount, spends: true,
			postings: []ledger.Posting{ledger.Move(ledger.Available(by.Account), ledger.Staked(pool), amount)},
		}, err
	})
}

// Leave takes amount out of the caller's position. Leaving with everything pays the rewards too.
func (s *Staking) Leave(ctx context.Context, by Caller, pool staking.PoolID, amount money.Amount) (StakeMoved, error) {
	return s.move(ctx, by, pool, ledger.KindLeave, func(book staking.Book) (move, error) {
		next, rewards, err := book.Leave(amount)
		return move{
			book: next, tells: journal.Left, principal: amount, rewards: rewards,
			postings: []ledger.Posting{
				ledger.Move(ledger.Staked(pool), ledger.Available(by.Account), amount),
				ledger.Move(ledger.Rewards(pool), ledger.Available(by.Account), rewards),
			},
		}, err
	})
}

// Claim pays the caller what the position has earned, in whole base units.
func (s *Staking) Claim(ctx context.Context, by Caller, pool staking.PoolID) (StakeMoved, error) {
	return s.move(ctx, by, pool, ledger.KindClaim, func(book staking.Book) (move, error) {
		next, rewards, err := book.Claim()
		return move{
			book: next, tells: journal.RewardClaimed, rewards: rewards,
			postings: []ledger.Posting{ledger.Move(ledger.Rewards(pool), ledger.Available(by.Account), rewards)},
		}, err
	})
}

// move is what an operation on a book decided.
type move struct {
	book               staking.Book
	tells              journal.Kind
	principal, rewards money.Amount
	spends             bool // takes from what the caller may spend
	postings           []ledger.Posting
}

// move runs one operation on the caller's position: pool, position and ledger change together.
func (s *Staking) move(ctx context.Context, by Caller, id staking.PoolID, kind ledger.Kind, decide func(staking.Book) (move, error)) (StakeMoved, error) {
	now := s.c.Clock.Now()
	return once(ctx, s.c, by, string(kind), func(ctx context.Context, tx ports.Tx) (StakeMoved, error) {
		book, err := s.open(ctx, tx, id, staking.AccountID(by.Account), now)
		if err != nil {
			return StakeMoved{}, err
		}
		m, err := decide(book)
		if err != nil {
			return StakeMoved{}, err
		}
		if m.spends {
			if err := mustSpend(ctx, tx, by.Account, m.principal); err != nil {
				return StakeMoved{}, err
			}
		}
		metadata := map[string]string{"position": string(m.book.Position.ID)}
		e, err := s.c.entry(kind, "", now, metadata, m.postings...)
		if err != nil {
			return StakeMoved{}, err
		}
		if err := tx.Ledger.Record(ctx, e); err != nil {
			return StakeMoved{}, err
		}
		if err := s.close(ctx, tx, m.book); err != nil {
			return StakeMoved{}, err
		}
		return StakeMoved{
			Entry: e.ID, Principal: m.principal, Rewards: m.rewards, Pool: m.book.Pool, Position: m.book.Position,
		}, s.c.tell(ctx, tx, now, m.news(e.ID))
	})
}

// news is what the operation has to tell.
func (m move) news(entry ledger.EntryID) news {
	p := m.book.Position
	return news{m.tells, string(p.ID), string(p.Account), facts{
		"pool": string(p.Pool), "entry": string(entry), "principal": m.principal.String(), "rewards": m.rewards.String(),
	}}
}

// open locks a pool, brings it to the present epoch and lays out the account's position in it.
func (s *Staking) open(ctx context.Context, tx ports.Tx, id staking.PoolID, account staking.AccountID, now time.Time) (staking.Book, error) {
	pool, err := lockRolled(ctx, s.c, tx, id, now)
	if err != nil {
		return staking.Book{}, err
	}
	position, known, err := tx.Positions.Find(ctx, id, account)
	if err != nil {
		return staking.Book{}, err
	}
	if !known {
		position = staking.OpenPosition(staking.PositionID(s.c.IDs.New("pos")), id, account, now)
	}
	book := staking.Book{Pool: pool, Position: position}
	if epoch, needed := position.Needs(pool.Epoch); needed {
		if book.Activation, _, err = tx.Positions.FindActivation(ctx, id, epoch); err != nil {
			return staking.Book{}, err
		}
	}
	return book, nil
}

// close stores what an operation changed.
func (s *Staking) close(ctx context.Context, tx ports.Tx, book staking.Book) error {
	if err := tx.Pools.Put(ctx, book.Pool); err != nil {
		return err
	}
	if err := tx.Positions.Put(ctx, book.Position); err != nil {
		return err
	}
	if book.Activation.Pool == "" {
		return nil
	}
	return tx.Positions.PutActivation(ctx, book.Activation)
}

// lockRolled locks a pool and brings it to the present epoch. The caller stores the pool.
func lockRolled(ctx context.Context, c Config, tx ports.Tx, id staking.PoolID, now time.Time) (staking.Pool, error) {
	pool, err := tx.Pools.Lock(ctx, id)
	if err != nil {
		return staking.Pool{}, err
	}
	pool, activation, begins := pool.Roll(staking.EpochOf(now, c.Epoch))
	if begins {
		err = tx.Positions.PutActivation(ctx, activation)
	}
	return pool, err
}

// Pool gives a pool as it stands now.
func (s *Staking) Pool(ctx context.Context, id staking.PoolID) (staking.Pool, error) {
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) (staking.Pool, error) {
		pool, err := v.Pools.Get(ctx, id)
		if err != nil {
			return staking.Pool{}, err
		}
		pool, _, _ = pool.Roll(staking.EpochOf(s.c.Clock.Now(), s.c.Epoch))
		return pool, nil
	})
}

// Pools pages through all pools in the order of their ids.
func (s *Staking) Pools(ctx context.Context, after staking.PoolID, limit int) ([]staking.Pool, error) {
	epoch := staking.EpochOf(s.c.Clock.Now(), s.c.Epoch)
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]staking.Pool, error) {
		pools, err := v.Pools.List(ctx, after, limit)
		for i, pool := range pools {
			pools[i], _, _ = pool.Roll(epoch)
		}
		return pools, err
	})
}

// Holding is a position as it would be settled now, with what it could claim.
type Holding struct {
	Position  staking.Position
	Claimable money.Amount
}

// Positions pages through the caller's positions in the order of their ids.
func (s *Staking) Positions(ctx context.Context, by Caller, after staking.PositionID, limit int) ([]Holding, error) {
	epoch := staking.EpochOf(s.c.Clock.Now(), s.c.Epoch)
	return ports.Read(ctx, s.c.Store, func(ctx context.Context, v ports.View) ([]Holding, error) {
		found, err := v.Positions.ListByAccount(ctx, staking.AccountID(by.Account), after, limit)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		ids := make([]staking.PoolID, len(found))
		for i, position := range found {
			ids[i] = position.Pool
		}
		pools, err := v.Pools.GetAll(ctx, ids)
		if err != nil {
			return nil, err
		}
		awaited, err := v.Positions.FindActivations(ctx, found)
		if err != nil {
			return nil, err
		}
		holdings := make([]Holding, len(found))
		for i, position := range found {
			if holdings[i], err = hold(position, pools[i], awaited[i], epoch); err != nil {
				return nil, err
			}
		}
		return holdings, nil
	})
}

// hold computes what a position could claim, without changing anything. The activation is the one that was
// kept of the epoch it waits for, if that is over.
func hold(position staking.Position, pool staking.Pool, kept staking.Activation, epoch staking.Epoch) (Holding, error) {
	pool, activation, _ := pool.Roll(epoch)
	if awaited, needed := position.Needs(pool.Epoch); needed && (activation.Pool == "" || activation.Epoch != awaited) {
		activation = kept
	}
	book, err := staking.Book{Pool: pool, Position: position, Activation: activation}.Settle()
	if err != nil {
		return Holding{}, err
	}
	book.Activation = staking.Activation{} // settled: it needs none any more
	claimable, err := book.Claimable()
	return Holding{Position: book.Position, Claimable: claimable}, err
}

// influencerOf gives an account's influencer, or ErrNotInfluencer.
func influencerOf(ctx context.Context, r ports.InfluencerReader, account identity.AccountID) (identity.Influencer, error) {
	influencer, ok, err := r.FindByAccount(ctx, account)
	if err == nil && !ok {
		err = ErrNotInfluencer
	}
	return influencer, err
}
