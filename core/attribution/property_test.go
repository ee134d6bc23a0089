package attribution_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

const (
	runs      = 4
	sequences = 13_000 // of refunds, in each run
	atAll     = 50_000 // what the runs must reach together
)

// TestRefundsConserve draws orders with their refunds, before and after approval, and holds each step
// against integers without a limit: what was reversed is the refunds' part of the commission, to the
// unit; no part ever rises or falls below zero; what is left is shared exactly (P-20, I-03, I-08); and
// once all of an order went back, nothing of its commission stands (P-22). Half of the seeds are fixed,
// half new each time; a failure prints its seed.
func TestRefundsConserve(t *testing.T) {
	t.Parallel()
	var drawn, full, mixed atomic.Int64
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
					if s.commission.State == attribution.Reversed {
						full.Add(1)
					}
					if s.before > 0 && s.after > 0 {
						mixed.Add(1)
					}
				}
			})
		}
	})
	require.GreaterOrEqual(t, drawn.Load(), int64(atAll))
	require.Greater(t, full.Load(), drawn.Load()/4)
	require.Greater(t, mixed.Load(), drawn.Load()/4)
}

// story is one order with its commission on its way.
type story struct {
	t             *testing.T
	rand          *rand.Rand
	conversion    attribution.Conversion
	commission    attribution.Commission
	before, after int // refunds that took something, before and after approval
}

func open(t *testing.T, r *rand.Rand) *story {
	s := &story{t: t, rand: r}
	for ok := false; !ok; {
		order := money.Amount(1 + r.Int64N([]int64{9, 1_000, 100_000_000_000, int64(money.Max) - 1}[r.IntN(4)]))
		rate := money.Bps(1 + r.IntN(10_000))
		pool := attribution.PoolID([]string{"", "pool_1", "pool_1"}[r.IntN(3)])
		s.conversion = converted(order, 0)
		s.commission, ok = earned(t, order, rate, pool, money.Bps(r.IntN(10_001)))
		s.is(scale(order, money.Amount(rate), 10_000), s.commission.Gross, "gross")
	}
	return s
}

// is compares with the oracle; a call of require in each comparison would take most of the time.
func (s *story) is(want *big.Int, got money.Amount, what string) {
	s.t.Helper()
	if want.Cmp(big.NewInt(int64(got))) != 0 {
		require.Failf(s.t, what, "%s instead of %s of %+v", got, want, s.commission)
	}
}

func (s *story) must(holds bool, what string) {
	s.t.Helper()
	if !holds {
		require.Failf(s.t, what, "%+v", s.commission)
	}
}

// run refunds a few times, approves somewhere between, and in half of the stories refunds the rest.
func (s *story) run() {
	refunds := s.rand.IntN(7)
	approve := s.rand.IntN(refunds + 2) // never, when it is the last of them
	for i := range refunds + 1 {
		if s.commission.State == attribution.Unfunded && s.rand.IntN(4) > 0 {
			s.commission, _ = s.commission.Fund()
		}
		if i == approve {
			s.approve()
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

func (s *story) approve() {
	weighted := s.rand.IntN(4) > 0
	c := s.commission
	approved, err := c.Approve(mature, weighted)
	if c.State != attribution.Pending {
		require.ErrorIs(s.t, err, attribution.ErrCommissionState)
		return
	}
	require.NoError(s.t, err)
	s.commission = approved
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
	was := s.commission
	is, r, err := was.Reverse(conversion.Refunded)
	require.NoError(s.t, err)
	s.conversion, s.commission = conversion, is

	s.is(scale(is.Gross, conversion.Refunded, is.Order), is.Reversed, "what was reversed so far")
	s.must(r.Total == is.Reversed-was.Reversed && r.Total >= 0, "total")
	s.must((is.State == attribution.Reversed) == (is.Reversed == is.Gross), "state")
	s.must((is.Reversed == is.Gross) == (conversion.Refunded == is.Order), "a full refund, and only it, reverses all")
	if r.Total == 0 {
		s.must(is == was, "nothing happens")
	}
	if was.State != attribution.Approved {
		s.must(r.Fee == 0 && r.Net == 0 && is.Fee == 0 && is.Fans == 0 && is.Net == 0, "no parts yet")
		if r.Total > 0 {
			s.before++
		}
		return
	}
	if r.Total > 0 {
		s.after++
	}
	s.must(r.Fee+r.Net+was.Fans-is.Fans == r.Total, "what is taken and what the fans keep make up the total")
	s.must(was.Fee-is.Fee == r.Fee, "the platform's part")
	s.must(was.Net-is.Net == r.Net, "the holder gives back no more than the holder's part")
	s.must(is.Fee+is.Fans+is.Net == is.Gross-is.Reversed, "what is left is shared")
	whole := was.Gross - was.Reversed
	for _, part := range [][2]money.Amount{{was.Fee, is.Fee}, {was.Fans, is.Fans}, {was.Net, is.Net}} {
		taken := part[0] - part[1]
		s.must(taken >= 0 && part[1] >= 0, "no part rises, none falls below zero")
		least := scale(r.Total, part[0], whole).Int64()
		s.must(int64(taken) == least || int64(taken) == least+1, "within a unit of the exact part")
	}
	still := is
	still.State, still.Reversed, still.Fee, still.Fans, still.Net = was.State, was.Reversed, was.Fee, was.Fans, was.Net
	s.must(still == was, "nothing else changes")
}
