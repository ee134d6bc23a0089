package staking_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

const (
	twist money.Amount = 1_000_000_000
	// stone is a weight that divides 2^64: when a power of two of them is staked, shares come out exact.
	stone money.Amount = 1 << 30
	owner              = "acct_owner"
)

var opened = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// store is a caller of the package: it keeps rows as a database would, stores what an operation returned only
// when it succeeded, and books beside it what the ledger would.
type store struct {
	now         staking.Epoch
	hour        time.Duration // of the day
	pool        staking.Pool
	positions   map[string]staking.Position
	activations map[staking.Epoch]staking.Activation
	tickets     []staking.Ticket // ticket n at n-1
	ledger      books
}

// books are the ledger accounts of the pool, and what everybody has of it.
type books struct {
	staked, cooling, rewards money.Amount
	given                    money.Amount // revenue, which comes from outside
	available                map[string]money.Amount
}

// move takes amount from one ledger account to another.
func move(from, to *money.Amount, amount money.Amount) {
	*from -= amount
	*to += amount
}

// pay moves amount to what a holder has; a negative one takes it from there.
func (b *books) pay(from *money.Amount, holder string, amount money.Amount) {
	has := b.available[holder]
	move(from, &has, amount)
	b.available[holder] = has
}

// newStore keeps an active pool with a minimum stake of 0.1 TWIST, in epoch 1.
func newStore(t *testing.T) *store {
	t.Helper()
	pool, err := staking.OpenPool("pool_1", "infl_1", owner, usual, opened)
	require.NoError(t, err)
	return &store{
		now: 1, pool: pool, ledger: books{available: map[string]money.Amount{}},
		positions: map[string]staking.Position{}, activations: map[staking.Epoch]staking.Activation{},
	}
}

// usual is what a pool of these tests begins with.
var usual = staking.Settings{Share: 2_000, Minimum: staking.MinimumFloor}

// at is the moment it is.
func (s *store) at() time.Time { return time.Unix(0, 0).UTC().Add(time.Duration(s.now)*day + s.hour) }

// rolled is the pool as an operation meets it, and the activation to be stored with it.
func (s *store) rolled() (staking.Pool, []staking.Activation) {
	pool, activation, begins := s.pool.Roll(s.now)
	if !begins {
		return pool, nil
	}
	return pool, []staking.Activation{activation}
}

// book reads the rows of one operation: lock, roll, load.
func (s *store) book(fan string) (staking.Book, []staking.Activation) {
	pool, emitted := s.rolled()
	position, ok := s.positions[fan]
	if !ok {
		position = staking.OpenPosition(staking.PositionID("pos_"+fan), pool.ID, staking.AccountID(fan), opened)
	}
	book := staking.Book{Pool: pool, Position: position}
	if epoch, needed := position.Needs(pool.Epoch); needed {
		book.Activation = s.activations[epoch]
		for _, activation := range emitted {
			if epoch == activation.Epoch {
				book.Activation = activation
			}
		}
	}
	return book, emitted
}

// keep writes the rows of one operation, and pays what remains of a pool that is over.
func (s *store) keep(fan string, book staking.Book, emitted []staking.Activation) error {
	pool, err := s.finish(book.Pool, emitted)
	if err != nil {
		return err
	}
	s.pool, s.positions[fan] = pool, book.Position
	if book.Activation == (staking.Activation{}) {
		return nil
	}
	if book.Activation.Weight == 0 {
		delete(s.activations, book.Activation.Epoch)
		return nil
	}
	s.activations[book.Activation.Epoch] = book.Activation
	return nil
}

// finish follows every operation that may be the last of a pool.
func (s *store) finish(pool staking.Pool, emitted []staking.Activation) (staking.Pool, error) {
	pool, rest, err := pool.TakeRemainder()
	if err != nil {
		return staking.Pool{}, err
	}
	s.ledger.pay(&s.ledger.rewards, owner, rest)
	for _, activation := range emitted {
		s.activations[activation.Epoch] = activation
	}
	return pool, nil
}

func (s *store) stake(fan string, amount money.Amount) error {
	book, emitted := s.book(fan)
	book, err := book.Stake(amount)
	if err != nil {
		return err
	}
	s.ledger.pay(&s.ledger.staked, fan, -amount)
	return s.keep(fan, book, emitted)
}

func (s *store) leave(fan string, amount money.Amount) (money.Amount, error) {
	book, emitted := s.book(fan)
	exit, err := book.Leave(amount)
	if err != nil {
		return 0, err
	}
	s.ledger.pay(&s.ledger.staked, fan, exit.Free)
	s.ledger.pay(&s.ledger.rewards, fan, exit.Rewards)
	for _, part := range exit.Cooling {
		id := staking.TicketID(fmt.Sprintf("tick_%d", len(s.tickets)+1))
		s.tickets = append(s.tickets, staking.OpenTicket(id, exit.Book.Position, part, s.at()))
		move(&s.ledger.staked, &s.ledger.cooling, part.Amount)
	}
	return exit.Rewards, s.keep(fan, exit.Book, emitted)
}

func (s *store) claim(fan string) (money.Amount, error) {
	book, emitted := s.book(fan)
	book, paid, err := book.Claim()
	if err != nil {
		return 0, err
	}
	s.ledger.pay(&s.ledger.rewards, fan, paid)
	return paid, s.keep(fan, book, emitted)
}

// compound stakes again what a fan's stake has earned.
func (s *store) compound(fan string) (money.Amount, error) {
	book, emitted := s.book(fan)
	book, rewards, err := book.Compound()
	if err != nil {
		return 0, err
	}
	move(&s.ledger.rewards, &s.ledger.staked, rewards)
	return rewards, s.keep(fan, book, emitted)
}

// withdraw ends the ticket with that number.
func (s *store) withdraw(n int) error {
	pool, emitted := s.rolled()
	pool, ticket, err := pool.Withdraw(s.tickets[n-1], s.at())
	if err == nil {
		pool, err = s.finish(pool, emitted)
	}
	if err != nil {
		return err
	}
	s.pool, s.tickets[n-1] = pool, ticket
	s.ledger.pay(&s.ledger.cooling, string(ticket.Account), ticket.Amount)
	return nil
}

func (s *store) cancel(n int) error {
	fan := string(s.tickets[n-1].Account)
	book, emitted := s.book(fan)
	book, ticket, err := book.Cancel(s.tickets[n-1], s.at())
	if err != nil {
		return err
	}
	s.tickets[n-1] = ticket
	move(&s.ledger.cooling, &s.ledger.staked, ticket.Amount)
	return s.keep(fan, book, emitted)
}

// distribute shares revenue that was earned just now.
func (s *store) distribute(amount money.Amount) error { return s.revenue(amount, s.at()) }

// revenue shares what was earned at a moment.
func (s *store) revenue(amount money.Amount, earned time.Time) error {
	return s.change(func(p staking.Pool) (staking.Pool, error) {
		p, err := p.Distribute(amount, earned)
		if err == nil {
			move(&s.ledger.given, &s.ledger.rewards, amount)
		}
		return p, err
	})
}

// gift distributes by hand what the owner has.
func (s *store) gift(amount money.Amount) error {
	return s.change(func(p staking.Pool) (staking.Pool, error) {
		p, err := p.DistributeByHand(amount)
		if err == nil {
			s.ledger.pay(&s.ledger.rewards, owner, -amount)
		}
		return p, err
	})
}

func (s *store) pause() error  { return s.change(staking.Pool.Pause) }
func (s *store) resume() error { return s.change(staking.Pool.Resume) }
func (s *store) close() error {
	return s.change(func(p staking.Pool) (staking.Pool, error) { return p.Close(s.at()) })
}

func (s *store) set(to staking.Settings) error {
	return s.change(func(p staking.Pool) (staking.Pool, error) { return p.Change(to) })
}

// change does something to the pool alone.
func (s *store) change(do func(staking.Pool) (staking.Pool, error)) error {
	pool, emitted := s.rolled()
	pool, err := do(pool)
	if err == nil {
		pool, err = s.finish(pool, emitted)
	}
	if err == nil {
		s.pool = pool
	}
	return err
}

// audit returns what an auditor finds in the rows as they are stored, and where the ledger differs from them.
func (s *store) audit() []string {
	rows := make([]staking.Activation, 0, len(s.activations))
	for _, activation := range s.activations {
		rows = append(rows, activation)
	}
	auditor := staking.NewAuditor(s.pool, rows)
	for _, position := range s.positions {
		auditor.Add(position)
	}
	for _, ticket := range s.tickets {
		auditor.AddTicket(ticket)
	}
	wrong := auditor.Finish()
	for name, stands := range map[string][2]money.Amount{
		"staked":  {s.ledger.staked, s.pool.Staked()},
		"cooling": {s.ledger.cooling, s.pool.Cooling},
		"rewards": {s.ledger.rewards, s.pool.Funded - s.pool.Paid - s.pool.Returned},
	} {
		if stands[0] != stands[1] {
			wrong = append(wrong, fmt.Sprintf("%d stands in %s, and the rows make %d", stands[0], name, stands[1]))
		}
	}
	return wrong
}

// The must variants are for the steps of a test that are not its subject. Each audits what it left.

func (s *store) mustStake(t *testing.T, fan string, amount money.Amount) {
	t.Helper()
	require.NoError(t, s.stake(fan, amount))
	require.Empty(t, s.audit())
}

func (s *store) mustLeave(t *testing.T, fan string, amount money.Amount) money.Amount {
	t.Helper()
	rewards, err := s.leave(fan, amount)
	require.NoError(t, err)
	require.Empty(t, s.audit())
	return rewards
}

func (s *store) mustClaim(t *testing.T, fan string) money.Amount {
	t.Helper()
	paid, err := s.claim(fan)
	require.NoError(t, err)
	require.Empty(t, s.audit())
	return paid
}

func (s *store) mustCompound(t *testing.T) money.Amount {
	t.Helper()
	rewards, err := s.compound("acct_fan")
	require.NoError(t, err)
	require.Empty(t, s.audit())
	return rewards
}

func (s *store) mustDistribute(t *testing.T, amount money.Amount) {
	t.Helper()
	require.NoError(t, s.distribute(amount))
	require.Empty(t, s.audit())
}

func (s *store) mustWithdraw(t *testing.T, n int) {
	t.Helper()
	require.NoError(t, s.withdraw(n))
	require.Empty(t, s.audit())
}

func (s *store) mustCancel(t *testing.T, n int) {
	t.Helper()
	require.NoError(t, s.cancel(n))
	require.Empty(t, s.audit())
}

// mustSet announces other settings, and goes into the epoch in which they bind.
func (s *store) mustSet(t *testing.T, to staking.Settings) {
	t.Helper()
	require.NoError(t, s.set(to))
	require.Empty(t, s.audit())
	s.now++
}

func (s *store) mustClose(t *testing.T) {
	t.Helper()
	require.NoError(t, s.close())
	require.Empty(t, s.audit())
}

// claimable is what a claim would pay now.
func (s *store) claimable(t *testing.T, fan string) money.Amount {
	t.Helper()
	book, _ := s.book(fan)
	paid, err := book.Claimable()
	require.NoError(t, err)
	return paid
}
