package staking_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

const (
	drawnRuns   = 8
	drawnEach   = 13_000
	drawnAtAll  = 100_000 // what the runs must reach together
	poolLasts   = 260     // operations before a run begins with a new pool
	closingFrom = 230     // operation from which a pool may close
)

// TestRewardsEqualTheOracle draws operations and compares, after each one, every number that means money
// with the oracle, exactly: the answer or its fault, and for every fan stake, weight, entitlement and claims.
// After each one the auditor must find nothing. Half of the seeds are fixed, half new each time; a failure
// prints its seed.
func TestRewardsEqualTheOracle(t *testing.T) {
	t.Parallel()
	var drawn, succeeded atomic.Int64
	t.Run("runs", func(t *testing.T) {
		for i := range uint64(drawnRuns) {
			seed := i
			if i%2 == 1 {
				seed = rand.Uint64()
			}
			t.Run(fmt.Sprintf("seed_%d", seed), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, 0))
				for done := 0; done < drawnEach; {
					p := newPair(t, r)
					for i := 0; i < poolLasts && done < drawnEach; i++ {
						p.step(t, i)
						done++
						drawn.Add(1)
					}
					succeeded.Add(p.succeeded)
				}
			})
		}
	})
	require.GreaterOrEqual(t, drawn.Load(), int64(drawnAtAll))
	require.Greater(t, succeeded.Load(), drawn.Load()/2, "most operations must do something")
}

// pair is a pool and its oracle, side by side.
type pair struct {
	*store
	oracle    *oracle
	rand      *rand.Rand
	fans      []string
	index     staking.U128
	succeeded int64
}

func newPair(t *testing.T, r *rand.Rand) *pair {
	t.Helper()
	p := &pair{store: newStore(t), rand: r, fans: []string{owner}}
	p.pool.Minimum = []money.Amount{staking.MinimumFloor, twist, 1_000 * twist}[r.IntN(3)]
	p.oracle = newOracle(p.pool.Minimum)
	for i := range 1 + r.IntN(12) {
		p.fans = append(p.fans, fmt.Sprintf("acct_%d", i))
	}
	return p
}

// step draws one operation, lets both do it, and compares.
func (p *pair) step(t *testing.T, i int) {
	if p.rand.IntN(4) == 0 {
		p.now += staking.Epoch(p.rand.IntN(3))
	}
	p.setState(i)
	today := p.now
	if p.rand.IntN(20) == 0 {
		p.now-- // this caller read its clock before another's boundary
	}
	fan := p.fans[p.rand.IntN(len(p.fans))]
	name, got, want, gotErr, wantErr := p.operate(fan)
	p.now = today

	require.Equal(t, code(wantErr), code(gotErr), "%d: %s by %s: %v", i, name, fan, gotErr)
	require.Equal(t, want, got, "%d: %s by %s", i, name, fan)
	if gotErr == nil {
		p.succeeded++
	}
	p.compare(t, fmt.Sprintf("%d: after %s by %s", i, name, fan))
}

func (p *pair) setState(i int) {
	if p.state() != staking.Closed && p.rand.IntN(15) == 0 {
		p.pool.State = staking.Active
		if p.rand.IntN(3) == 0 {
			p.pool.State = staking.Paused
		}
	}
	if i >= closingFrom && p.rand.IntN(20) == 0 {
		p.pool.State = staking.Closed
	}
	p.oracle.state = p.pool.State
}

func (p *pair) state() staking.State { return p.pool.State }

// operate draws an operation and does it on both sides.
func (p *pair) operate(fan string) (name string, got, want money.Amount, gotErr, wantErr error) {
	switch p.rand.IntN(10) {
	case 0, 1, 2:
		amount := p.drawStake()
		return fmt.Sprintf("stake %d", amount), 0, 0, p.stake(fan, amount), p.oracle.stake(fan, amount, p.now)
	case 3, 4:
		amount := p.drawLeave(fan)
		got, gotErr = p.leave(fan, amount)
		want, wantErr = p.oracle.leave(fan, amount, p.now)
		return fmt.Sprintf("leave %d", amount), got, want, gotErr, wantErr
	case 5, 6:
		got, gotErr = p.claim(fan)
		want, wantErr = p.oracle.claim(fan, p.now)
		return "claim", got, want, gotErr, wantErr
	default:
		amount := p.drawRevenue()
		return fmt.Sprintf("distribute %d", amount), 0, 0, p.distribute(amount), p.oracle.distribute(amount, p.now)
	}
}

func (p *pair) drawStake() money.Amount {
	switch p.rand.IntN(12) {
	case 0:
		return p.pool.Minimum - 1
	case 1:
		return staking.Maximum - money.Amount(p.rand.Int64N(3)) + 1
	case 2, 3:
		return p.pool.Minimum
	case 4, 5:
		return p.pool.Minimum + money.Amount(p.rand.Int64N(int64(staking.Maximum)/4))
	default:
		return p.pool.Minimum + money.Amount(p.rand.Int64N(int64(1_000*twist)))
	}
}

func (p *pair) drawLeave(fan string) money.Amount {
	staked := p.positions[fan].Staked()
	switch p.rand.IntN(8) {
	case 0:
		return staked + 1
	case 1:
		return staked - p.pool.Minimum + money.Amount(p.rand.IntN(2)) // leaves the minimum, or one less
	case 2, 3:
		return staked
	case 4:
		return money.Amount(p.rand.IntN(2)) // nothing, or a unit
	default:
		return money.Amount(p.rand.Int64N(int64(staked) + 1))
	}
}

func (p *pair) drawRevenue() money.Amount {
	switch p.rand.IntN(20) {
	case 0:
		return 0
	case 1:
		return money.Amount(1 + p.rand.Int64N(1_000_000_000_000_000_000))
	case 2, 3, 4, 5, 6, 7:
		return money.Amount(1 + p.rand.Int64N(10))
	default:
		return money.Amount(1 + p.rand.Int64N(int64(10*twist)))
	}
}

// compare checks the stored rows against the oracle. It asks once: a million questions to require would
// cost more than all the arithmetic.
func (p *pair) compare(t *testing.T, when string) {
	wrong := p.audit()
	expect := func(holds bool, what string) {
		if !holds {
			wrong = append(wrong, what)
		}
	}
	expect(p.oracle.conserved(), "the oracle lost something")
	expect(p.oracle.carry.Cmp(rational(p.pool.Carry)) == 0, "carry")
	expect(equal(p.oracle.funded, p.pool.Funded), "funded")
	expect(equal(p.oracle.paid, p.pool.Paid), "paid")
	expect(p.pool.Index.Cmp(p.index) >= 0, "the index fell")
	p.index = p.pool.Index

	now := p.now
	p.now = p.pool.Epoch // as stored: a reader that moves no time
	for fan := range p.positions {
		book, _ := p.book(fan)
		book, err := book.Settle()
		expect(err == nil, fan+" cannot be settled")
		h := p.oracle.fan(fan)
		expect(h.entitled.Cmp(rational(book.Position.Owed)) == 0, fan+" is owed")
		expect(equal(h.claimed, book.Position.Claimed), fan+" claimed")
		expect(h.staked() == book.Position.Staked(), fan+" staked")
		expect(h.weight(p.pool.Epoch) == book.Position.Active, fan+" weight")
	}
	p.now = now
	require.Empty(t, wrong, when)
}

func equal(r *big.Rat, a money.Amount) bool {
	return r.IsInt() && r.Num().Cmp(big.NewInt(int64(a))) == 0
}
