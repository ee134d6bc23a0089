package staking_test

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

const (
	drawnRuns   = 8
	drawnAtAll  = 104_000   // what the runs reach together
	drawnAtLong = 1_024_000 // and what they reach at least when TWIST_SEEDS is set, as `make long` does
	eachSeed    = 512       // operations of all runs for each of TWIST_SEEDS
	poolLasts   = 260       // operations before a run begins with a new pool
	closingFrom = 230       // operation from which a pool may close
)

// operations is how many all runs draw together.
func operations(t *testing.T) int {
	t.Helper()
	text := os.Getenv("TWIST_SEEDS")
	if text == "" {
		return drawnAtAll
	}
	seeds, err := strconv.Atoi(text)
	require.NoError(t, err, "TWIST_SEEDS")
	return max(drawnAtLong, seeds*eachSeed)
}

// TestRewardsEqualTheOracle draws operations and compares, after each one, every number that means money
// with the oracle, exactly: the answer or its fault; for every fan stake, weight, terms, entitlement and
// claims; for every ticket what became of it; and the pool's ledger accounts. After each one the auditor must
// find nothing. In the end every pool is closed and left, and its ledger accounts are empty. Half of the
// seeds are fixed, half new each time; a failure prints its seed.
//
// Of what has to hold always, it holds after each operation: that nothing is lost or made (the identity, A13, and the
// sums of the ledger), that the index never falls and no position is ahead of it, that weights add up, that
// nobody's operation changes what another is owed, and that who came later has nothing of before. That a round
// trip gains nothing, that the order of claims does not matter, and that a stake split over accounts earns the
// same, TestKnownFailures holds in properties of their own.
func TestRewardsEqualTheOracle(t *testing.T) {
	t.Parallel()
	var drawn, succeeded atomic.Int64
	var answers sync.Map
	all := operations(t)
	each := all / drawnRuns
	t.Run("runs", func(t *testing.T) {
		for i := range uint64(drawnRuns) {
			seed := i
			if i%2 == 1 {
				seed = rand.Uint64()
			}
			t.Run(fmt.Sprintf("seed_%d", seed), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, 0))
				for done := 0; done < each; {
					p := newPair(t, r, &answers)
					for i := 0; i < poolLasts && done < each; i++ {
						p.step(t, i)
						done++
						drawn.Add(1)
					}
					p.drain(t)
					succeeded.Add(p.succeeded)
				}
			})
		}
	})
	require.Equal(t, int64(all), drawn.Load())
	t.Logf("%d operations drawn, of which %d were allowed", drawn.Load(), succeeded.Load())
	require.Greater(t, 5*succeeded.Load(), 2*drawn.Load(), "of five operations two must do something")
	for _, what := range []string{
		"stake", "stake pool_not_active", "stake own_pool", "stake stake_below_minimum", "stake stake_above_maximum", "stake too_many_cooldowns",
		"leave", "leave position_not_found", "leave amount_not_positive", "leave insufficient_stake", "leave stake_remainder_below_minimum",
		"claim", "claim position_not_found", "claim nothing_to_claim",
		"compound", "compound position_not_found", "compound compound_below_floor", "compound pool_not_active",
		"compound stake_above_maximum", "compound stake_below_minimum",
		"distribute", "distribute amount_not_positive", "distribute pool_not_active", "distribute no_stakers", "distribute amount_overflow",
		"gift", "gift pool_not_active", "gift no_stakers",
		"withdraw", "withdraw ticket_over", "withdraw cooldown_active",
		"cancel", "cancel ticket_over", "cancel pool_not_active", "cancel stake_below_minimum",
		"set", "set pool_not_active", "set revenue_share_above_tier", "pause", "pause pool_transition", "resume", "close", "late", "remainder",
	} {
		_, seen := answers.Load(what)
		require.True(t, seen, "no operation answered: %s", what)
	}
}

// pair is a pool and its oracle, side by side.
type pair struct {
	*store
	oracle    *oracle
	rand      *rand.Rand
	fans      []string
	index     staking.U128
	restless  bool // its cooldown is another each time
	succeeded int64
	answers   *sync.Map // which operations were answered how
}

func newPair(t *testing.T, r *rand.Rand, answers *sync.Map) *pair {
	t.Helper()
	p := &pair{store: newStore(t), rand: r, fans: []string{owner}, answers: answers, restless: r.IntN(2) == 0}
	p.pool.Minimum = p.drawMinimum()
	p.pool.Cooldown = p.drawCooldown()
	p.oracle = newOracle(p.pool.Settings)
	most := 12
	if p.restless {
		most = 2
	}
	for i := range 1 + r.IntN(most) {
		p.fans = append(p.fans, fmt.Sprintf("acct_%d", i))
	}
	return p
}

// step draws one operation, lets both do it, and compares.
func (p *pair) step(t *testing.T, i int) {
	if p.rand.IntN(4) == 0 {
		p.now += staking.Epoch(p.rand.IntN(3))
		p.hour = time.Duration(p.rand.IntN(24)) * time.Hour
	}
	today := p.now
	if p.rand.IntN(20) == 0 {
		p.now-- // this caller read its clock before another's boundary
	}
	fan := p.fans[p.rand.IntN(len(p.fans))]
	name, got, want, gotErr, wantErr := p.operate(fan, i)
	p.oracle.finish()
	p.now = today

	require.Equal(t, code(wantErr), code(gotErr), "%d: %s by %s: %v", i, name, fan, gotErr)
	require.Equal(t, want, got, "%d: %s by %s", i, name, fan)
	if gotErr == nil {
		p.succeeded++
	}
	verb, _, _ := strings.Cut(name, " ")
	p.answers.Store(strings.TrimSpace(verb+" "+code(gotErr)), true)
	p.compare(t, fmt.Sprintf("%d: after %s by %s", i, name, fan))
}

// operate draws an operation and does it on both sides.
func (p *pair) operate(fan string, i int) (name string, got, want money.Amount, gotErr, wantErr error) {
	switch p.rand.IntN(15) {
	case 0, 1, 2, 3:
		amount := p.drawStake()
		return fmt.Sprintf("stake %d", amount), 0, 0, p.stake(fan, amount), p.oracle.stake(fan, amount, p.now)
	case 4, 5:
		amount := p.drawLeave(fan)
		got, gotErr = p.leave(fan, amount)
		want, wantErr = p.oracle.leave(fan, amount, p.at())
		return fmt.Sprintf("leave %d", amount), got, want, gotErr, wantErr
	case 6, 7:
		got, gotErr = p.claim(fan)
		want, wantErr = p.oracle.claim(fan, p.now)
		return "claim", got, want, gotErr, wantErr
	case 8, 9, 10:
		amount := p.drawRevenue()
		if p.rand.IntN(4) == 0 {
			return fmt.Sprintf("gift %d", amount), 0, 0, p.gift(amount), p.oracle.gift(amount, p.now)
		}
		earned := p.drawEarned()
		gotErr, wantErr = p.revenue(amount, earned), p.oracle.distribute(amount, earned, p.now)
		if p.pool.State == staking.Closed && gotErr == nil {
			p.answers.Store("late", true)
		}
		return fmt.Sprintf("distribute %d of %s", amount, earned), 0, 0, gotErr, wantErr
	case 11, 12:
		if len(p.tickets) > 0 {
			n := len(p.tickets) - p.rand.IntN(min(len(p.tickets), 8))
			if p.rand.IntN(3) == 0 {
				return fmt.Sprintf("cancel %d", n), 0, 0, p.cancel(n), p.oracle.cancel(n, p.now)
			}
			return fmt.Sprintf("withdraw %d", n), 0, 0, p.withdraw(n), p.oracle.withdraw(n, p.at())
		}
	case 13:
		got, gotErr = p.compound(fan)
		want, wantErr = p.oracle.compound(fan, p.now)
		return "compound", got, want, gotErr, wantErr
	}
	return p.decide(i)
}

// decide draws something that only the owner does.
func (p *pair) decide(i int) (name string, got, want money.Amount, gotErr, wantErr error) {
	draw := p.rand.IntN(12)
	switch {
	case i >= closingFrom && draw == 0:
		return "close", 0, 0, p.close(), p.oracle.enter(staking.Closed, p.at())
	case draw == 1:
		return "pause", 0, 0, p.pause(), p.oracle.enter(staking.Paused, p.at())
	case draw < 5:
		if p.pool.State == staking.Active {
			break
		}
		return "resume", 0, 0, p.resume(), p.oracle.enter(staking.Active, p.at())
	}
	to := staking.Settings{Share: money.Bps(p.rand.IntN(5)) * 1_000, Minimum: p.drawMinimum(), Cooldown: p.drawCooldown()}
	return fmt.Sprintf("set %v", to), 0, 0, p.set(to), p.oracle.set(to, p.now)
}

// drain closes the pool and has everybody leave it, in whatever order; nothing is left.
func (p *pair) drain(t *testing.T) {
	t.Helper()
	if p.pool.State != staking.Closed {
		require.NoError(t, p.close())
		require.NoError(t, p.oracle.enter(staking.Closed, p.at()))
	}
	p.oracle.finish()
	p.rand.Shuffle(len(p.fans), func(i, j int) { p.fans[i], p.fans[j] = p.fans[j], p.fans[i] })
	for _, fan := range p.fans {
		staked := p.positions[fan].Staked()
		if staked == 0 {
			continue
		}
		got, err := p.leave(fan, staked)
		require.NoError(t, err)
		want, err := p.oracle.leave(fan, staked, p.at())
		require.NoError(t, err)
		require.Equal(t, want, got)
		p.oracle.finish()
	}
	p.now += staking.Epoch(staking.CooldownMaximum/day) + 1 // the hour may be an earlier one
	for _, i := range p.rand.Perm(len(p.tickets)) {
		require.Equal(t, code(p.oracle.withdraw(i+1, p.at())), code(p.withdraw(i+1)))
		p.oracle.finish()
	}
	p.compare(t, "when everybody has left")
	require.Zero(t, p.ledger.staked)
	require.Zero(t, p.ledger.cooling)
	require.Zero(t, p.ledger.rewards)
	require.Zero(t, p.pool.Stakers)
	var all money.Amount
	for _, has := range p.ledger.available {
		all += has
	}
	require.Equal(t, all, -p.ledger.given, "what came is with whom it belongs to")
	if p.pool.Returned > 0 {
		p.answers.Store("remainder", true)
	}
}

func (p *pair) drawMinimum() money.Amount {
	return []money.Amount{staking.MinimumFloor, twist, 1_000 * twist}[p.rand.IntN(3)]
}

// drawCooldown draws none more often than another, and sometimes one that no other is like.
func (p *pair) drawCooldown() time.Duration {
	if p.restless {
		return time.Duration(p.rand.IntN(700)) * time.Hour
	}
	return []time.Duration{0, 0, 0, time.Second, day, 2 * day, 7 * day, staking.CooldownMaximum, time.Duration(p.rand.IntN(100)) * time.Hour}[p.rand.IntN(9)]
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
		return money.Amount(1 + p.rand.Int64N(4_000_000_000_000_000_000))
	case 2, 3, 4, 5, 6, 7:
		return money.Amount(1 + p.rand.Int64N(10))
	default:
		return money.Amount(1 + p.rand.Int64N(int64(10*twist)))
	}
}

// drawEarned draws when revenue was earned that arrives now; of a closed pool most often around its end.
func (p *pair) drawEarned() time.Time {
	if p.pool.State == staking.Closed && p.rand.IntN(4) > 0 {
		return p.pool.ClosedAt.Add(time.Duration(p.rand.IntN(3)-1) * time.Microsecond)
	}
	return p.at().Add(-time.Duration(p.rand.IntN(90)) * day)
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
	expect(equal(p.oracle.returned, p.pool.Returned), "returned")
	expect(p.oracle.cooling() == p.pool.Cooling, "cooling")
	expect(p.oracle.state == p.pool.State, "state")
	expect(p.oracle.closed.Equal(p.pool.ClosedAt), "when it was closed")
	expect(p.oracle.settings == p.pool.Settings, "settings")
	expect(p.oracle.next == nil && p.pool.Next == staking.Settings{} || p.oracle.next != nil && *p.oracle.next == p.pool.Announced(), "announced")
	expect(len(p.oracle.tickets) == len(p.tickets), "the number of tickets")
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
		terms := map[time.Duration]money.Amount{}
		for _, term := range book.Position.Terms {
			if term.Amount > 0 {
				terms[term.Cooldown] = term.Amount
			}
		}
		expect(maps.Equal(terms, h.terms), fan+" terms")
	}
	for i, ticket := range p.tickets[:min(len(p.tickets), len(p.oracle.tickets))] {
		want := p.oracle.tickets[i]
		expect(ticket.Account == staking.AccountID(want.fan) && ticket.Amount == want.amount && ticket.DueAt.Equal(want.due) &&
			(ticket.State != staking.Cooling) == want.over, string(ticket.ID))
	}
	p.now = now
	require.Empty(t, wrong, when)
}

func equal(r *big.Rat, a money.Amount) bool {
	return r.IsInt() && r.Num().Cmp(big.NewInt(int64(a))) == 0
}
