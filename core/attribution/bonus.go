package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// BonusID names a bonus: bon_….
type BonusID string

// Faults of a bonus.
var (
	ErrBonusNotFound = fault.New(fault.NotFound, "bonus_not_found", "there is no such bonus")
	ErrBonusExists   = fault.New(fault.Conflict, "bonus_exists", "the influencer has this bonus of the month")
	ErrAssessed      = fault.New(fault.Conflict, "month_assessed", "the bonuses of the month have been found already")
	ErrBonusState    = fault.New(fault.Conflict, "bonus_state", "the bonus is not due any more")
	ErrBonusStates   = fault.New(fault.Invalid, "bonus_state_unknown", "a bonus is due, paid or lapsed")
)

// BonusKind is what a bonus is for.
type BonusKind string

// The kinds. An influencer has at most one of each for a month.
const (
	BonusConversions BonusKind = "conversions" // many commissions became final
	BonusTier        BonusKind = "tier"        // the pool ended the month in a higher tier than it began it in
)

// BonusKinds lists every kind.
func BonusKinds() []BonusKind { return []BonusKind{BonusConversions, BonusTier} }

// BonusState is where a bonus stands. docs/states.md draws the machine.
type BonusState string

// The states.
const (
	// BonusDue: earned, and paid as soon as what is set aside for bonuses reaches, oldest first.
	BonusDue BonusState = "due"
	// BonusPaid: credited to its holder. Terminal.
	BonusPaid BonusState = "paid"
	// BonusLapsed: its holder erased the account before it was paid. Terminal.
	BonusLapsed BonusState = "lapsed"
)

// BonusStates lists every state.
func BonusStates() []BonusState { return []BonusState{BonusDue, BonusPaid, BonusLapsed} }

// Check returns ErrBonusStates for a state that is not listed.
func (s BonusState) Check() error {
	for _, known := range BonusStates() {
		if s == known {
			return nil
		}
	}
	return ErrBonusStates
}

// TierBonus is what a rise of the pool's tier earns in a month at most, in base units: 500 TWIST. Achievement.Bonus bounds it.
const TierBonus money.Amount = 500_000_000_000

// BonusFee is what the platform keeps of a commission that counts for a bonus, at least, in base units: 1 TWIST. No
// threshold earns more than that of each of its conversions, so what many conversions earn is never cut.
const BonusFee money.Amount = 1_000_000_000

// LeastForBonus is how many conversions of a month earn the lowest bonus.
const LeastForBonus = 100

// conversionBonuses is what so many conversions of a month earn, in base units, the most first.
var conversionBonuses = [...]struct { //nolint:gochecknoglobals // a constant table
	from  int64
	bonus money.Amount
}{
	{1_000, 1_000_000_000_000},
	{500, 500_000_000_000},
	{LeastForBonus, 100_000_000_000},
}

// thresholdBonus is what so many conversions of a month earn: that of the highest threshold which they reach, and
// nothing below the lowest.
func thresholdBonus(conversions int64) money.Amount {
	for _, step := range conversionBonuses {
		if conversions >= step.from {
			return step.bonus
		}
	}
	return 0
}

// Achievement is what counts for an influencer in a month, by Commission.CountsIn: how many conversions, and what the platform
// keeps of her commissions of them, in base units. It is final when its month is assessed, and so is what it earns.
type Achievement struct {
	Conversions int64
	Fees        money.Amount
}

// Plus is what counts with one commission more.
func (a Achievement) Plus(c Commission) (Achievement, error) {
	fees, err := a.Fees.Add(c.Fee)
	return Achievement{a.Conversions + 1, fees}, err
}

// Bonus is what a month in which so much counted earns of a kind, for a tier if it rose. The two kinds are together never
// more than what the platform keeps: conversions have theirs first and the tier gets what is left of it, so that nobody gains by
// conversions and stakes of their own. It depends on nothing but what counted: not on which bonus is found first, and not on
// whether the other is found at all.
func (a Achievement) Bonus(kind BonusKind) money.Amount {
	conversions := min(thresholdBonus(a.Conversions), a.Fees)
	if kind == BonusConversions {
		return conversions
	}
	left, _ := a.Fees.Sub(conversions) // at most the whole
	return min(TierBonus, left)
}

// Bonus is what an influencer gets from the platform for a month, with what decided it.
type Bonus struct {
	ID          BonusID
	Influencer  InfluencerID
	Holder      AccountID
	Month       Month
	Kind        BonusKind
	Conversions int64        // that counted; zero for a tier
	Tier        Tier         // in which the pool ended the month; empty for conversions
	Fees        money.Amount // what the platform keeps of what counted, which bounds all bonuses of the month; zero: it was found before that did
	Amount      money.Amount
	State       BonusState
	DueAt       time.Time
	ShortAt     time.Time // when what is set aside was first found not to reach; zero: it was not
	EndedAt     time.Time // when it was paid or lapsed; zero while it is due
}

// Pay ends a bonus that is due, and ErrBonusState is any other.
func (b Bonus) Pay(now time.Time) (Bonus, error) { return b.end(BonusPaid, now) }

// Lapse ends a bonus whose holder is gone. It fails as Pay does.
func (b Bonus) Lapse(now time.Time) (Bonus, error) { return b.end(BonusLapsed, now) }

func (b Bonus) end(as BonusState, now time.Time) (Bonus, error) {
	if b.State != BonusDue {
		return Bonus{}, ErrBonusState.Saying("it is %s", b.State)
	}
	b.State, b.EndedAt = as, now.UTC()
	return b, nil
}

// Month is a calendar month of UTC, as 2006-01. Months compare as texts.
type Month string

// monthLayout is how a month is written.
const monthLayout = "2006-01"

// bonusDelay is how long after its end a month is assessed: whatever was dated in it is committed by then, unless a process
// took longer than that or has a clock that is wrong by as much.
const bonusDelay = 24 * time.Hour

// MonthOf is the month that a moment is in.
func MonthOf(at time.Time) Month { return Month(at.UTC().Format(monthLayout)) }

// Period is the month as a span of time; that of a text which is no month is empty.
func (m Month) Period() Period {
	from, err := time.Parse(monthLayout, string(m))
	if err != nil {
		return Period{}
	}
	return Period{from, Monthly.next(from)}
}

// Next is the month after.
func (m Month) Next() Month { return MonthOf(m.Period().To) }

// Assessable reports that it is time to assess a month.
func (m Month) Assessable(now time.Time) bool { return !now.Before(m.Period().To.Add(bonusDelay)) }

// Assessment is a month whose bonuses have all been found, and when that was so.
type Assessment struct {
	Month Month
	At    time.Time
}

// CountsIn gives the month in which a commission counts for a bonus: that in which it was approved and its refund window was
// over, whichever came later, so that what counted is taken back by nobody. It is false for one that does not count: what is
// not approved, and that of which the platform keeps less than BonusFee.
func (c Commission) CountsIn() (Month, bool) {
	if c.State != Approved || c.ApprovedAt.IsZero() || c.Fee < BonusFee {
		return "", false
	}
	settled := c.ApprovedAt
	if c.FinalAt.After(settled) {
		settled = c.FinalAt
	}
	return MonthOf(settled), true
}

// Achieved is what counts for an influencer in a month, and whose account she has.
type Achieved struct {
	Influencer InfluencerID
	Holder     AccountID
	Achievement
}
