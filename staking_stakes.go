package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// StakeMoved is the answer to a stake, an exit, a claim or a ticket that was canceled.
type StakeMoved struct {
	Entry     ledger.EntryID
	Principal money.Amount // moved into or out of the stake
	Rewards   money.Amount // paid to the holder
	Pool      staking.Pool
	Position  staking.Position
	Tickets   []staking.Ticket // of the principal, what waits before it is the holder's; or what was canceled
}

// Stake puts amount of the caller's spendable tokens into a pool. It earns from the next epoch on. One that the
// rules of Config.Fraud do not let in, and every one of an account that is blocked, is fraud.ErrStakesBlocked; what
// is staked can leave all the same.
func (s *Staking) Stake(ctx context.Context, by Caller, pool staking.PoolID, amount money.Amount) (StakeMoved, error) {
	return s.StakeWithin(ctx, by, pool, amount, staking.CooldownMaximum)
}

// StakeWithin is Stake for a caller who agrees to a cooldown of at most that long: the one that binds the stake may
// have been announced after the caller looked. A longer one is staking.ErrCooldownLonger, and nothing has happened.
func (s *Staking) StakeWithin(ctx context.Context, by Caller, pool staking.PoolID, amount money.Amount, most time.Duration) (StakeMoved, error) {
	var found []fraud.Finding
	moved, err := s.move(ctx, by, pool, ledger.KindStake, func(book staking.Book, _ time.Time) (move, error) {
		next, err := book.StakeWithin(amount, most)
		return move{
			book: next, tells: journal.Staked, principal: amount, spends: true, judged: &found,
			facts:    facts{"cooldown": seconds(next.Pool.Cooldown), "rebalance": ""},
			postings: []ledger.Posting{ledger.Move(ledger.Available(by.Account), ledger.Staked(pool), amount)},
		}, err
	})
	if err == nil && s.c.Fraud.Rule(found) == fraud.Review {
		s.c.Ruled(fraud.Review, found)
	}
	return moved, s.refused(ctx, by, err)
}

// Leave takes amount out of the caller's position. What was staked under a cooldown waits for its end, with a
// ticket for each moment at which some of it is due; the rest is the caller's at once. Leaving with everything
// pays the rewards too. It fails as staking.Book.Leave does, and with staking.ErrTooManyTickets for a part when so many
// parts cool already.
func (s *Staking) Leave(ctx context.Context, by Caller, pool staking.PoolID, amount money.Amount) (StakeMoved, error) {
	return s.move(ctx, by, pool, ledger.KindLeave, func(book staking.Book, now time.Time) (move, error) {
		exit, err := book.Leave(amount)
		if err != nil {
			return move{}, err
		}
		m := move{book: exit.Book, tells: journal.Left, principal: amount, rewards: exit.Rewards}
		var cooling money.Amount
		for _, part := range exit.Cooling {
			if cooling, err = cooling.Add(part.Amount); err != nil {
				return move{}, err
			}
			m.tickets = append(m.tickets, staking.OpenTicket(staking.TicketID(s.c.IDs.New("tick")), exit.Book.Position, part, now))
		}
		m.facts = facts{"cooling": cooling.String(), "rebalance": ""}
		m.postings = []ledger.Posting{
			ledger.Move(ledger.Staked(pool), ledger.Available(by.Account), exit.Free),
			ledger.Move(ledger.Staked(pool), ledger.Cooling(pool), cooling),
			ledger.Move(ledger.Rewards(pool), ledger.Available(by.Account), exit.Rewards),
		}
		return m, nil
	})
}

// Claim pays the caller what the position has earned, in whole base units.
func (s *Staking) Claim(ctx context.Context, by Caller, pool staking.PoolID) (StakeMoved, error) {
	return s.move(ctx, by, pool, ledger.KindClaim, func(book staking.Book, _ time.Time) (move, error) {
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
	spends             bool             // takes from what the caller may spend
	judged             *[]fraud.Finding // takes what the rules of fraud find; nil where they are not asked: nothing new comes in
	tickets            []staking.Ticket // that were opened
	facts              facts            // that this kind of operation tells beside those of all
	postings           []ledger.Posting
}

// move runs one operation on the caller's position: pool, position and ledger change together.
func (s *Staking) move(ctx context.Context, by Caller, id staking.PoolID, kind ledger.Kind, decide func(staking.Book, time.Time) (move, error)) (StakeMoved, error) {
	now := s.c.Clock.Now()
	return once(ctx, s.c, by, string(kind), func(ctx context.Context, tx ports.Tx) (StakeMoved, error) {
		book, err := s.open(ctx, tx, id, staking.AccountID(by.Account), now)
		if err != nil {
			return StakeMoved{}, err
		}
		m, err := decide(book, now)
		if err != nil {
			return StakeMoved{}, err
		}
		if err := s.bounded(ctx, tx, m); err != nil {
			return StakeMoved{}, err
		}
		var alerts []news
		if m.judged != nil {
			if *m.judged, alerts, err = s.judge(ctx, tx, s.stakeOf(ctx, m, now), book.Pool.Owner); err != nil {
				return StakeMoved{}, err
			}
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
		pool, err := s.commit(ctx, tx, act{before: book.Pool, book: m.book, opened: m.tickets, entry: e, tells: append(m.news(e.ID), alerts...)}, now)
		return StakeMoved{
			Entry: e.ID, Principal: m.principal, Rewards: m.rewards, Pool: pool, Position: m.book.Position, Tickets: m.tickets,
		}, err
	})
}

// bounded keeps a position from having more tickets than it may: a unit at a time would make a row of each.
func (s *Staking) bounded(ctx context.Context, tx ports.Tx, m move) error {
	p := m.book.Position
	if len(m.tickets) == 0 || p.Staked() == 0 { // whoever leaves with everything is never kept
		return nil
	}
	cooling, err := tx.Tickets.CountCooling(ctx, p.Account, p.ID)
	if err != nil {
		return err
	}
	return staking.CheckTickets(cooling, len(m.tickets))
}

// news is what the operation has to tell.
func (m move) news(entry ledger.EntryID) []news {
	p := m.book.Position
	told := facts{"pool": string(p.Pool), "entry": string(entry), "principal": m.principal.String(), "rewards": m.rewards.String()}
	for name, fact := range m.facts {
		told[name] = fact
	}
	all := []news{{m.tells, string(p.ID), string(p.Account), told}}
	for _, t := range m.tickets {
		all = append(all, news{journal.CoolingBegan, string(t.ID), string(t.Account), cools(t)})
	}
	return all
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
