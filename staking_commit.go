package twist

import (
	"context"
	"strconv"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// act is what an operation under a pool's lock came to.
type act struct {
	before staking.Pool     // as the operation found it
	book   staking.Book     // without a position where it was about none
	opened []staking.Ticket // that are new
	ended  *staking.Ticket
	entry  ledger.Entry // the zero Entry where nothing moved
	tells  []news
}

// commit stores what an operation changed, and gives the pool as it stands then.
func (s *Staking) commit(ctx context.Context, tx ports.Tx, c act, now time.Time) (staking.Pool, error) {
	pools, err := s.commitAll(ctx, tx, []act{c}, now)
	if err != nil {
		return staking.Pool{}, err
	}
	return pools[0], nil
}

// commitAll stores what one operation changed in several pools, all of which it holds, and gives each as it stands
// then. What they move is recorded at once and in their order: recorded one by one, it would hold balances in an
// order that others do not.
func (s *Staking) commitAll(ctx context.Context, tx ports.Tx, acts []act, now time.Time) ([]staking.Pool, error) {
	var entries []ledger.Entry
	var tells []news
	pools := make([]staking.Pool, len(acts))
	for i := range acts {
		booked, err := s.follow(ctx, tx, &acts[i], now)
		if err != nil {
			return nil, err
		}
		pools[i] = acts[i].book.Pool
		entries, tells = append(entries, booked...), append(tells, acts[i].tells...)
	}
	if err := record(ctx, tx, entries); err != nil {
		return nil, err
	}
	for _, c := range acts {
		if err := s.punctual(c); err != nil {
			return nil, err
		}
		if err := store(ctx, tx, c, now); err != nil {
			return nil, err
		}
	}
	return pools, s.c.tell(ctx, tx, now, tells...)
}

// punctual refuses what would count from the next epoch on, a stake or other settings, while the pool stands in an
// epoch that has not begun: a process whose clock was ahead has been there, and nothing moves a pool back. It waits
// for the clock; leaving, claiming and revenue do not.
func (s *Staking) punctual(c act) error {
	after := c.book.Pool
	comes := after.Waiting > c.before.Waiting || (after.Next != c.before.Next && after.State != staking.Closed)
	if latest := staking.EpochOf(s.c.Clock.Now().Add(ports.ClockTolerance), s.c.Epoch); comes && after.Epoch > latest {
		return staking.ErrPoolAhead.Saying("it is in epoch %d", after.Epoch)
	}
	return nil
}

// follow adds to an act all that may follow from any operation on a pool: another tier, and the end of a pool that
// was closed, when nothing is in it any more and what is left goes to the influencer. It gives the entries of both.
func (s *Staking) follow(ctx context.Context, tx ports.Tx, c *act, now time.Time) (entries []ledger.Entry, err error) {
	pool, rest, err := c.book.Pool.TakeRemainder()
	if err != nil {
		return nil, err
	}
	c.book.Pool = pool
	if len(c.entry.Postings) > 0 {
		entries = append(entries, c.entry)
	}
	if was, is := staking.TierOf(c.before.Staked()), staking.TierOf(pool.Staked()); was != is {
		c.tells = append(c.tells, news{journal.TierChanged, string(pool.ID), string(pool.Owner), facts{"from": was.String(), "to": is.String()}})
	}
	if !rest.Positive() {
		return entries, nil
	}
	postings, repaid, err := credit(ctx, tx, ledger.Rewards(pool.ID), attribution.AccountID(pool.Owner), rest)
	if err != nil {
		return nil, err
	}
	e, err := s.c.entry(ledger.KindRemainder, remainderReference(pool.ID), now, nil, postings...)
	if err != nil {
		return nil, err
	}
	c.tells = append(c.tells, news{journal.RemainderPaid, string(pool.ID), string(pool.Owner), facts{"amount": rest.String()}})
	c.tells = append(c.tells, repaid...)
	return append(entries, e), nil
}

// remainderReference keys the end of a pool: there is one.
func remainderReference(id staking.PoolID) string { return "remainder:" + string(id) }

// record appends entries. Two are recorded as one, which holds what both move in one order: two pools that
// end at once, each with a fan who owns the other, would wait for each other else.
func record(ctx context.Context, tx ports.Tx, entries []ledger.Entry) error {
	switch len(entries) {
	case 0:
		return nil
	case 1:
		return tx.Ledger.Record(ctx, entries[0])
	default:
		return tx.Ledger.RecordAll(ctx, entries)
	}
}

// store writes the rows of a change, and counts it into the day of its pool.
func store(ctx context.Context, tx ports.Tx, c act, now time.Time) error {
	if err := tx.Pools.Put(ctx, c.book.Pool); err != nil {
		return err
	}
	if c.book.Position.ID != "" {
		if err := tx.Positions.Put(ctx, c.book.Position); err != nil {
			return err
		}
	}
	if c.book.Activation.Pool != "" {
		if err := tx.Positions.PutActivation(ctx, c.book.Activation); err != nil {
			return err
		}
	}
	for _, t := range c.opened {
		if err := tx.Tickets.Add(ctx, t); err != nil {
			return err
		}
	}
	if c.ended != nil {
		if err := tx.Tickets.Put(ctx, *c.ended); err != nil {
			return err
		}
	}
	return countDay(ctx, tx, c.before, c.book.Pool, c.entry.Kind, now)
}

// seconds is a duration as an event's data carry it.
func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// agreed is what tells of settings.
func agreed(s staking.Settings) facts {
	return facts{"share_bps": strconv.Itoa(int(s.Share)), "minimum": s.Minimum.String(), "cooldown": seconds(s.Cooldown)}
}

// cools is what tells of a new ticket.
func cools(t staking.Ticket) facts {
	return facts{"pool": string(t.Pool), "position": string(t.Position), "amount": t.Amount.String(), "due": micros(t.DueAt)}
}
