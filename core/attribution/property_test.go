package attribution_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

const (
	runs      = 4
	sequences = 13_000 // of refunds, in each run
	atAll     = 50_000 // what the runs must reach together
)

// TestRefundsConserve draws orders of one to five influencers with their refunds, before and after the approval of each,
// early or not, under refund windows that are nothing, short or long, and holds each step against integers without a
// limit: what was reversed and what was kept because it was final are together the refunds' part of the whole, to the
// unit; that falls on each commission, and on each of its parts, within a unit of its exact part; no part ever
// rises or falls below zero (S6, A2); nothing that is final moves, and nobody gives more or less because another's is;
// what is left is shared exactly (P-20, I-03, I-08); and once all of an order went back, nothing of its commissions stands
// but what was final (P-22). Half of the seeds are fixed, half new each time; a failure prints its seed.
func TestRefundsConserve(t *testing.T) {
	t.Parallel()
	var drawn, full, mixed, several, parted, refused atomic.Int64
	t.Run("runs", func(t *testing.T) {
		for i := range uint64(runs) {
			seed := i
			if i%2 == 1 {
				seed = rand.Uint64()
			}
			t.Run(fmt.Sprintf("seed_%d", seed), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, 0))
				for range sequences {
					s := open(t, r)
					s.run()
					drawn.Add(1)
					if s.conversion.Refunded == s.conversion.Order.Amount {
						full.Add(1)
					}
					if s.before > 0 && s.after > 0 {
						mixed.Add(1)
					}
					if len(s.commissions) > 1 {
						several.Add(1)
					}
					if s.parted {
						parted.Add(1)
					}
					if s.refused {
						refused.Add(1)
					}
				}
			})
		}
	})
	require.GreaterOrEqual(t, drawn.Load(), int64(atAll))
	require.Greater(t, full.Load(), drawn.Load()/4)
	require.Greater(t, mixed.Load(), drawn.Load()/4)
	require.Greater(t, several.Load(), drawn.Load()/3)
	require.Greater(t, parted.Load(), drawn.Load()/20)
	require.Greater(t, refused.Load(), drawn.Load()/20)
}

// story is one order with its commissions on their way.
type story struct {
	t             *testing.T
	rand          *rand.Rand
	conversion    attribution.Conversion
	commissions   []attribution.Commission
	before, after int // refunds that took something, before and after an approval
	now           time.Time
	parted        bool // a refund took of some and found others final
	refused       bool // nothing was left but what is final
}

func open(t *testing.T, r *rand.Rand) *story {
	s := &story{t: t, rand: r, now: noon}
	window := []time.Duration{0, 20 * day, 90 * day, 90 * day}[r.IntN(4)]
	for len(s.commissions) == 0 {
		order := money.Amount(1 + r.Int64N([]int64{9, 1_000, 100_000_000_000, int64(money.Max) - 1}[r.IntN(4)]))
		s.conversion = converted(order, 0)
		s.conversion.ID = attribution.ConversionID(fmt.Sprintf("conv_%d", r.Uint32()))
		s.conversion.Rule.Model = attribution.Models()[r.IntN(5)]
		s.conversion.Rule.Rate = money.Bps(1 + r.IntN(10_000))
		var clicks []attribution.Click
		for n := range 1 + r.IntN(5) {
			for range 1 + r.IntN(2) {
				c := click(attribution.ClickID(fmt.Sprintf("clk_%d", len(clicks))), noon.Add(-time.Duration(r.Int64N(int64(30*day)))))
				c.Influencer, c.Holder = attribution.InfluencerID(fmt.Sprintf("infl_%d", n)), attribution.AccountID(fmt.Sprintf("acct_%d", n))
				clicks = append(clicks, c)
			}
		}
		e, err := s.conversion.Explain(s.conversion.Consider(clicks))
		require.NoError(t, err)
		s.is(scale(order, money.Amount(s.conversion.Rule.Rate), 10_000), e.Pot, "pot")
		var whole money.Amount
		for i, credit := range e.Credits {
			whole += credit.Amount
			if credit.Amount > 0 {
				pool := attribution.PoolID([]string{"", "pool_1", "pool_1"}[r.IntN(3)])
				id := attribution.CommissionID(fmt.Sprintf("comm_%d", i))
				s.commissions = append(s.commissions, attribution.Earn(id, s.conversion, attribution.Program{Hold: 14 * day, Refunds: window}, credit, pool, money.Bps(r.IntN(10_001))))
			}
		}
		s.must(whole == e.Pot, "the credits make up the pot")
	}
	return s
}

// is compares with the oracle; a call of require in each comparison would take most of the time.
func (s *story) is(want *big.Int, got money.Amount, what string) {
	s.t.Helper()
	if want.Cmp(big.NewInt(int64(got))) != 0 {
		require.Failf(s.t, what, "%s instead of %s of %+v", got, want, s.commissions)
	}
}

func (s *story) must(holds bool, what string) {
	s.t.Helper()
	if !holds {
		require.Failf(s.t, what, "%+v", s.commissions)
	}
}

// run refunds a few times, funds and approves commissions somewhere between, and in half of the stories refunds the
// rest.
func (s *story) run() {
	refunds := s.rand.IntN(7)
	approve := make([]int, len(s.commissions)) // the refund before which each is approved, the one after the last means never
	for n := range approve {
		approve[n] = s.rand.IntN(refunds + 2)
	}
	for i := range refunds + 1 {
		s.now = s.now.Add(time.Duration(s.rand.Int64N(int64(12 * day))))
		for n, c := range s.commissions {
			if c.State == attribution.Unfunded && s.rand.IntN(4) > 0 {
				s.commissions[n], _ = c.Fund()
			}
			if i == approve[n] {
				s.approve(n)
			}
		}
		left := s.conversion.Order.Amount - s.conversion.Refunded
		if left == 0 {
			return
		}
		amount := 1 + money.Amount(s.rand.Int64N(int64(left)))
		if i == refunds {
			amount = left
			if s.rand.IntN(2) == 0 {
				return
			}
		} else if s.rand.IntN(2) == 0 {
			amount = 1 + amount/8
		}
		s.refund(min(amount, left))
	}
}

func (s *story) approve(n int) {
	weighted := s.rand.IntN(4) > 0
	c := s.commissions[n]
	approve := c.Approve
	if s.now.Before(c.MatureAt) {
		approve = c.ApproveEarly
	}
	approved, err := approve(s.now, weighted)
	if c.State != attribution.Pending {
		require.ErrorIs(s.t, err, attribution.ErrCommissionState)
		return
	}
	require.NoError(s.t, err)
	s.commissions[n] = approved
	left := c.Gross - c.Reversed
	s.is(scale(left, 1_000, 10_000), approved.Fee, "fee")
	fans := new(big.Int)
	if weighted && c.Pool != "" {
		fans = scale(left-approved.Fee, money.Amount(c.FansShare), 10_000)
	}
	s.is(fans, approved.Fans, "fans")
	s.must(approved.Fee+approved.Fans+approved.Net == left, "the parts are the whole")
	s.must(approved.Net >= 0, "net")
}

func (s *story) refund(amount money.Amount) {
	conversion, _, err := s.conversion.Refund("r", amount, noon)
	require.NoError(s.t, err)
	was := s.commissions
	is, undone, err := attribution.Reverse(was, conversion.Refunded, s.now)
	if s.allFinal() {
		require.ErrorIs(s.t, err, attribution.ErrRefundWindow)
		s.refused = true
		return
	}
	require.NoError(s.t, err)
	_, anyway, err := attribution.Reverse(was, conversion.Refunded, noon.Add(-1)) // when nothing was final
	require.NoError(s.t, err)
	s.conversion, s.commissions = conversion, is

	var gross, before, after money.Amount
	for i := range was {
		gross, before, after = gross+was[i].Gross, before+was[i].Reversed+was[i].Kept, after+is[i].Reversed+is[i].Kept
	}
	s.is(scale(gross, conversion.Refunded, conversion.Order.Amount), after, "what was reversed and kept so far")
	s.must((after == gross) == (conversion.Refunded == conversion.Order.Amount), "a full refund, and only it, reverses all")
	took, kept := [2]bool{}, false
	for i, r := range undone {
		s.must(within(r.Total+r.Kept, after-before, was[i].Gross-was[i].Reversed-was[i].Kept, gross-before), "within a unit of the exact part of the whole")
		s.must(r.Total+r.Kept == anyway[i].Total, "as much as if nothing were final")
		if final := was[i].State == attribution.Approved && !s.now.Before(was[i].FinalAt); final {
			s.kept(was[i], is[i], r)
			kept = kept || r.Kept > 0
			continue
		}
		s.must(r.Kept == 0, "only what is final is kept")
		s.reversed(was[i], is[i], r)
		if r.Total > 0 && was[i].State == attribution.Approved {
			took[1] = true
		} else if r.Total > 0 {
			took[0] = true
		}
	}
	if took[0] {
		s.before++
	}
	if took[1] {
		s.after++
	}
	s.parted = s.parted || kept && (took[0] || took[1])
}

// allFinal reports that of the commissions that refunds have not reached something is final, and nothing else.
func (s *story) allFinal() bool {
	some := false
	for _, c := range s.commissions {
		final := c.State == attribution.Approved && !s.now.Before(c.FinalAt)
		if some = some || final; !final && c.State != attribution.Reversed {
			return false
		}
	}
	return some
}

// kept checks what a refund did to a commission that is final: nothing but counting what it would have taken.
func (s *story) kept(was, is attribution.Commission, r attribution.Reversal) {
	s.must(r.Total == 0 && r.Fee == 0 && r.Net == 0 && r.Kept >= 0, "nothing is taken of what is final")
	s.must(is.Kept == was.Kept+r.Kept && is.Kept <= is.Gross-is.Reversed, "what was kept is counted")
	is.Kept = was.Kept
	s.must(is == was, "nothing else changes")
}

// within reports that got is the floor of total · part / whole, or a unit more.
func within(got, total, part, whole money.Amount) bool {
	if whole == 0 {
		return got == 0
	}
	least := scale(total, part, whole).Int64()
	return int64(got) == least || int64(got) == least+1
}

// reversed checks what a refund did to one commission.
func (s *story) reversed(was, is attribution.Commission, r attribution.Reversal) {
	s.must(r.Total == is.Reversed-was.Reversed && r.Total >= 0 && is.Reversed <= is.Gross, "total")
	s.must((is.State == attribution.Reversed) == (is.Reversed == is.Gross), "state")
	if r.Total == 0 {
		s.must(is == was, "nothing happens")
	}
	if was.State != attribution.Approved {
		s.must(r.Fee == 0 && r.Net == 0 && is.Fee == 0 && is.Fans == 0 && is.Net == 0, "no parts yet")
		return
	}
	s.must(r.Fee+r.Net+was.Fans-is.Fans == r.Total, "what is taken and what the fans keep make up the total")
	s.must(was.Fee-is.Fee == r.Fee, "the platform's part")
	s.must(was.Net-is.Net == r.Net, "the holder gives back no more than the holder's part")
	s.must(is.Fee+is.Fans+is.Net == is.Gross-is.Reversed, "what is left is shared")
	for _, part := range [][2]money.Amount{{was.Fee, is.Fee}, {was.Fans, is.Fans}, {was.Net, is.Net}} {
		taken := part[0] - part[1]
		s.must(taken >= 0 && part[1] >= 0, "no part rises, none falls below zero")
		s.must(within(taken, r.Total, part[0], was.Gross-was.Reversed), "within a unit of the exact part")
	}
	still := is
	still.State, still.Reversed, still.Fee, still.Fans, still.Net = was.State, was.Reversed, was.Fee, was.Fans, was.Net
	s.must(still == was, "nothing else changes")
}
