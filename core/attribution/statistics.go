package attribution

import (
	"errors"
	"slices"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Visits are what is counted of the clicks of a period.
type Visits struct {
	Valid   int64
	Dropped map[Verdict]int64 // the others, by why each is worth nothing; nil when there are none
	// Visitors are how many browsers made the valid ones. It is exact in an hour and in a day. Of anything longer it is
	// the sum of its days: whoever came on three of them counts three times, because nobody is followed from one day to
	// the next.
	Visitors int64
}

// Filtered is how many clicks were dropped, for all reasons together.
func (v Visits) Filtered() (n int64) {
	for _, of := range v.Dropped {
		n += of
	}
	return n
}

// Count adds clicks of one verdict and new visitors.
func (v Visits) Count(verdict Verdict, clicks, visitors int64) Visits {
	v.Visitors += visitors
	if verdict == Valid {
		v.Valid += clicks
		return v
	}
	dropped := map[Verdict]int64{verdict: clicks}
	for why, n := range v.Dropped {
		dropped[why] += n
	}
	v.Dropped = dropped
	return v
}

// Orders are what is counted of the orders of a period, by when they were reported: what a refund takes back later is
// taken from the period of its order.
type Orders struct {
	// Conversions are the orders: of a program all of them, and of a link those that earned something and whose
	// influencer's latest touch with a part in them was this link's. So no order counts for two links of one influencer.
	Conversions int64
	Amount      money.Amount // of the orders
	Commission  money.Amount // what they earned
	Lost        money.Amount // what of it was taken back or given up since, as Commission.Lost has it
}

// Plus adds up two. What does not fit is cut off: it is money.Max.
func (s Orders) Plus(more Orders) Orders {
	s.Conversions += more.Conversions
	s.Amount, s.Commission, s.Lost = capped(s.Amount, more.Amount), capped(s.Commission, more.Commission), capped(s.Lost, more.Lost)
	return s
}

// Kept is what of the commission is not lost.
func (s Orders) Kept() money.Amount {
	kept, err := s.Commission.Sub(s.Lost)
	if err != nil {
		return 0
	}
	return kept
}

// capped is a + b, or money.Max where that is less. Neither is negative.
func capped(a, b money.Amount) money.Amount {
	sum, err := a.Add(b)
	if err != nil {
		return money.Max
	}
	return sum
}

// OrdersOf are those of one commission for its link.
func OrdersOf(c Commission) Orders {
	return Orders{Conversions: 1, Amount: c.Order, Commission: c.Gross, Lost: c.Lost()}
}

// Statistic is a period of a link or a program with what happened in it.
type Statistic struct {
	Period
	Visits
	Orders
}

// Whose says of which links something is asked, of clicks and of orders alike: those of a program, those of a holder, or
// those of a holder in a program. With neither there are none.
type Whose struct {
	Program ProgramID
	Holder  AccountID
}

// LinkVisits are the clicks of a link over days.
type LinkVisits struct {
	Link     LinkID
	Valid    int64
	Excess   int64 // of the valid ones, those that are Click.Excess
	Visitors int64 // the sum of the days, as in Visits
}

// LinkOrders are the orders of a link over days.
type LinkOrders struct {
	Link LinkID
	Orders
}

// LinkStanding is a link with what it brought over days.
type LinkStanding struct {
	Link     LinkID
	Valid    int64
	Visitors int64
	Orders
}

// Ranking says by what links are ranked, the greatest first; among equals the link that was made first comes first.
type Ranking string

// The rankings.
const (
	RankClicks      Ranking = "clicks"      // valid ones
	RankConversions Ranking = "conversions" // orders, as Orders counts those of a link
	RankCommission  Ranking = "commission"  // what the orders earned, less what of it was lost
)

// Rankings lists every ranking.
func Rankings() []Ranking { return []Ranking{RankClicks, RankConversions, RankCommission} }

// ErrRanking means that links are not ranked by that.
var ErrRanking = fault.New(fault.Invalid, "ranking_invalid", "links are ranked by clicks, conversions or commission")

// Check returns ErrRanking unless it is one of Rankings.
func (r Ranking) Check() error {
	if !slices.Contains(Rankings(), r) {
		return ErrRanking
	}
	return nil
}

// MaxRanked is how many days links are ranked over at most: what a ranking reads is every order of those days, and what was
// clicked on each.
const MaxRanked = 366

// ErrRanked means that links are not ranked over so long.
var ErrRanked = fault.New(fault.Invalid, "ranking_too_long", "links are ranked over at most 366 days")

// Ranked gives the whole days that have a part in a span, from the first to the last, or the fault: ErrPeriod, or ErrRanked
// where they are more than MaxRanked.
func Ranked(of Period) (Period, error) {
	days, err := Periods(Daily, of)
	switch {
	case errors.Is(err, ErrPeriods) || len(days) > MaxRanked:
		return Period{}, ErrRanked
	case err != nil:
		return Period{}, err
	}
	return Period{days[0].From, days[len(days)-1].To}, nil
}
