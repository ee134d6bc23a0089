package twist

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// ErrCompoundOwed means that a holder owes more than is at hand: what is earned can repay it, and is not staked.
var ErrCompoundOwed = fault.New(fault.Conflict, "compound_holder_owes", "what is owed comes before what is staked again")

// SetCompounding says whether what the caller's stake in a pool earns is staked again by itself, once an epoch,
// counted from now. It ends with the stake. To say the same again changes nothing. It fails with
// staking.ErrPoolNotFound, staking.ErrPositionNotFound where nothing is staked, and staking.ErrPoolNotActive when it is
// to begin in a pool that is closed.
func (s *Staking) SetCompounding(ctx context.Context, by Caller, pool staking.PoolID, on bool) (staking.Position, error) {
	now := s.c.Clock.Now()
	return ports.Write(ctx, s.c.Store, func(ctx context.Context, tx ports.Tx) (staking.Position, error) {
		book, err := s.open(ctx, tx, pool, staking.AccountID(by.Account), now)
		if err != nil {
			return staking.Position{}, err
		}
		position := book.Position
		switch {
		case position.Staked() == 0:
			return staking.Position{}, staking.ErrPositionNotFound
		case on && book.Pool.State == staking.Closed:
			return staking.Position{}, staking.ErrPoolNotActive.Saying("it is %s", book.Pool.State)
		}
		a := act{before: book.Pool, book: staking.Book{Pool: book.Pool, Position: position}}
		if on == position.CompoundAt.IsZero() {
			if position.CompoundAt = (time.Time{}); on {
				position.CompoundAt = now.Add(s.c.Epoch)
			}
			a.book.Position, a.tells = position, []news{compounding(position)}
		}
		_, err = s.commit(ctx, tx, a, now)
		return position, err
	})
}

// compounding tells whether a position is compounded from now on.
func compounding(p staking.Position) news {
	on := strconv.FormatBool(!p.CompoundAt.IsZero())
	return news{journal.CompoundingSet, string(p.ID), string(p.Account), facts{"pool": string(p.Pool), "on": on}}
}

// CompoundDue stakes again what the positions whose turn has come have earned, each in a unit of work of its own, and
// gives how many it did. Each has its turn once, however often and by how many this is called: it moves on in the unit
// of work that used it. One that is refused has had its turn too, keeps its rewards, and its holder is told why; only
// too little to be worth it is told to nobody. One whose rows are wrong moves on as well, and its fault is given back.
func (s *Staking) CompoundDue(ctx context.Context) (int, error) {
	now := s.c.Clock.Now()
	return sweep(ctx, s.c.Store, func(ctx context.Context, v ports.View, behind staking.Position) ([]staking.Position, error) {
		return v.Positions.Compounding(ctx, now, behind, batch)
	}, func(row staking.Position) error { return about("position", row.ID, s.compoundTurn(ctx, row, now)) })
}

// compoundTurn takes one position's turn.
func (s *Staking) compoundTurn(ctx context.Context, row staking.Position, now time.Time) error {
	var refused error
	err := s.turn(ctx, row, now, func(ctx context.Context, tx ports.Tx, book staking.Book) (act, error) {
		a, err := s.compound(ctx, tx, book, now)
		if refused = err; err == nil || fault.Of(err).Kind() == fault.Internal || fault.Of(err).Kind() == fault.Unavailable {
			return a, err
		}
		return passed(book, err), nil
	})
	switch {
	case err == nil && refused != nil:
		return errUnchanged
	case err == nil, errors.Is(err, errUnchanged), errors.Is(err, fault.Unavailable):
		return err
	}
	moved := s.turn(ctx, row, now, func(_ context.Context, _ ports.Tx, book staking.Book) (act, error) { return passed(book, err), nil })
	return errors.Join(err, moved)
}

// turn holds the pool of a position, lets do act on it if its turn is still to come, and moves it on to the next.
func (s *Staking) turn(ctx context.Context, row staking.Position, now time.Time, do func(context.Context, ports.Tx, staking.Book) (act, error)) error {
	return s.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		book, err := s.open(ctx, tx, row.Pool, row.Account, now)
		if err != nil {
			return err
		}
		at := book.Position.CompoundAt
		if at.IsZero() || at.After(now) {
			return errUnchanged // somebody was there first, or its holder changed it
		}
		a, err := do(ctx, tx, book)
		if err != nil {
			return err
		}
		if !a.book.Position.CompoundAt.IsZero() {
			a.book.Position.CompoundAt = staking.NextTurn(at, now, s.c.Epoch)
		}
		_, err = s.commit(ctx, tx, a, now)
		return err
	})
}

// compound stakes again what a position has earned. The entry is named after the turn: there is one of each.
func (s *Staking) compound(ctx context.Context, tx ports.Tx, book staking.Book, now time.Time) (act, error) {
	next, rewards, err := book.Compound()
	if err != nil {
		return act{}, err
	}
	if err := mayGain(ctx, tx, book.Position.Account, now); err != nil {
		return act{}, err
	}
	if err := mayKeep(ctx, tx, book.Position.Account); err != nil {
		return act{}, err
	}
	p := next.Position
	reference := "compound:" + string(p.ID) + ":" + micros(book.Position.CompoundAt)
	e, err := s.c.entry(ledger.KindCompound, reference, now, map[string]string{"position": string(p.ID)},
		ledger.Move(ledger.Rewards(p.Pool), ledger.Staked(p.Pool), rewards))
	if err != nil {
		return act{}, err
	}
	told := move{tells: journal.Compounded, book: next, principal: rewards, rewards: rewards, facts: facts{"cooldown": seconds(next.Pool.Cooldown)}}
	return act{before: book.Pool, book: next, entry: e, tells: told.news(e.ID)}, nil
}

// mayKeep is what a stake asks of a holder who owes: what was claimed could be staked only if what is at hand covers
// what is owed.
func mayKeep(ctx context.Context, tx ports.Tx, holder staking.AccountID) error {
	var stands [2]money.Amount
	for i, at := range []ledger.Address{ledger.Available(holder), ledger.Owed(holder)} {
		var err error
		if stands[i], err = tx.Ledger.Balance(ctx, at, ledger.TWIST); err != nil {
			return err
		}
	}
	if left, err := stands[0].Add(stands[1]); err != nil || left < 0 {
		return errors.Join(err, ErrCompoundOwed)
	}
	return nil
}

// passed is the turn of a position that came to nothing. In a closed pool none will ever come to anything.
func passed(book staking.Book, why error) act {
	a := act{before: book.Pool, book: staking.Book{Pool: book.Pool, Position: book.Position}}
	if book.Pool.State == staking.Closed {
		a.book.Position.CompoundAt = time.Time{}
		a.tells = append(a.tells, compounding(a.book.Position))
	}
	if !errors.Is(why, staking.ErrCompoundFloor) {
		p := book.Position
		told := facts{"pool": string(p.Pool), "code": fault.Of(why).Code()}
		a.tells = append(a.tells, news{journal.CompoundRefused, string(p.ID), string(p.Account), told})
	}
	return a
}
