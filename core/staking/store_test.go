package staking_test

import (
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

// store is a caller of the package: it keeps rows as a database would, and stores what an operation
// returned only when it succeeded.
type store struct {
	now         staking.Epoch
	pool        staking.Pool
	positions   map[string]staking.Position
	activations map[staking.Epoch]staking.Activation
}

// newStore keeps an active pool with a minimum stake of 0.1 TWIST, in epoch 1.
func newStore(t *testing.T) *store {
	t.Helper()
	pool, err := staking.OpenPool("pool_1", "infl_1", owner, 2_000, staking.MinimumFloor, opened)
	require.NoError(t, err)
	return &store{
		now: 1, pool: pool,
		positions: map[string]staking.Position{}, activations: map[staking.Epoch]staking.Activation{},
	}
}

// book reads the rows of one operation: lock, roll, load.
func (s *store) book(fan string) (staking.Book, []staking.Activation) {
	pool, activation, rolled := s.pool.Roll(s.now)
	var emitted []staking.Activation
	if rolled {
		emitted = append(emitted, activation)
	}
	position, ok := s.positions[fan]
	if !ok {
		position = staking.OpenPosition(staking.PositionID("pos_"+fan), pool.ID, staking.AccountID(fan), opened)
	}
	book := staking.Book{Pool: pool, Position: position}
	if epoch, needed := position.Needs(pool.Epoch); needed {
		book.Activation = s.activations[epoch]
		if rolled && epoch == activation.Epoch {
			book.Activation = activation
		}
	}
	return book, emitted
}

// keep writes the rows of one operation.
func (s *store) keep(fan string, book staking.Book, emitted []staking.Activation) {
	for _, activation := range emitted {
		s.activations[activation.Epoch] = activation
	}
	s.pool, s.positions[fan] = book.Pool, book.Position
	if book.Activation == (staking.Activation{}) {
		return
	}
	if book.Activation.Weight == 0 {
		delete(s.activations, book.Activation.Epoch)
		return
	}
	s.activations[book.Activation.Epoch] = book.Activation
}

func (s *store) stake(fan string, amount money.Amount) error {
	book, emitted := s.book(fan)
	book, err := book.Stake(amount)
	if err == nil {
		s.keep(fan, book, emitted)
	}
	return err
}

func (s *store) leave(fan string, amount money.Amount) (money.Amount, error) {
	book, emitted := s.book(fan)
	book, rewards, err := book.Leave(amount)
	if err == nil {
		s.keep(fan, book, emitted)
	}
	return rewards, err
}

func (s *store) claim(fan string) (money.Amount, error) {
	book, emitted := s.book(fan)
	book, paid, err := book.Claim()
	if err == nil {
		s.keep(fan, book, emitted)
	}
	return paid, err
}

func (s *store) distribute(amount money.Amount) error {
	pool, activation, rolled := s.pool.Roll(s.now)
	pool, err := pool.Distribute(amount)
	if err != nil {
		return err
	}
	s.pool = pool
	if rolled {
		s.activations[activation.Epoch] = activation
	}
	return nil
}

// audit returns what an auditor finds in the rows as they are stored.
func (s *store) audit() []string {
	rows := make([]staking.Activation, 0, len(s.activations))
	for _, activation := range s.activations {
		rows = append(rows, activation)
	}
	auditor := staking.NewAuditor(s.pool, rows)
	for _, position := range s.positions {
		auditor.Add(position)
	}
	return auditor.Finish()
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

func (s *store) mustDistribute(t *testing.T, amount money.Amount) {
	t.Helper()
	require.NoError(t, s.distribute(amount))
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
