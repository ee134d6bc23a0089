// Package fraud judges acts by what is remembered of whoever acts, and holds the alerts that operators resolve.
//
// It refuses what comes in and never what goes out: nothing here is asked when somebody takes tokens out of a
// stake. Every rule is exact in integers, and every one that is broken counts by itself: who breaks a second
// rule is never better off than who broke one.
package fraud

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// ErrRules means that rules cannot be judged by.
var ErrRules = fault.New(fault.Internal, "fraud_rules_invalid", "these rules cannot be judged by")

// Faults of whoever is judged.
var (
	// ErrStakesBlocked refuses a stake and says no more: who is told which rule it was stays just below it.
	ErrStakesBlocked = fault.New(fault.Forbidden, "stakes_blocked", "this account cannot stake at the moment; what it has staked can leave at any time")
)

// Kept is how many stakes of an account, and how many accounts of a pool, are remembered.
const Kept = 20

// maxFloodDays bounds what is added up while an order waits.
const maxFloodDays = 30

// Rules are the limits that stakes and orders are judged by.
type Rules struct {
	// Review and Block are the scores from which a stake is looked at by an operator, and from which it is
	// refused. No score is above 100.
	Review, Block int
	// BlockFor is how long an account cannot stake once a stake of it was refused.
	BlockFor time.Duration

	// Rapid is how many stakes an account makes within an hour.
	Rapid int
	// Shared is how long ago another account used a wallet that is now this one's.
	Shared time.Duration
	// Jump is how many times the mean of the ten before it a stake is.
	Jump int
	// Equal is how many of the last ten stakes are of one amount.
	Equal int
	// Deviation is below what the standard deviation of the gaps between five stakes or more is a machine's,
	// and Gap below what their mean is.
	Deviation, Gap time.Duration
	// Surge is how many times the daily mean of the thirty days before a pool takes in on a day.
	Surge int
	// Crowd is how many accounts stake in a pool within CrowdWithin.
	Crowd       int
	CrowdWithin time.Duration
	// Address is how many accounts stake from one address within 24 hours.
	Address int

	// Injection and Stuffing are how soon after a click an order comes that is looked at, as planted by a program, and
	// as earned by a click that nobody made on purpose.
	Injection, Stuffing time.Duration
	// Flood is how many clicks of an influencer's there are for an order, within FloodDays days, that are looked at as made
	// to be the last before a sale.
	Flood     int64
	FloodDays int
}

// Canonical are the rules of whoever says nothing else.
func Canonical() Rules {
	return Rules{
		Review: 50, Block: 80, BlockFor: 24 * time.Hour,
		Rapid: 10, Shared: 7 * 24 * time.Hour, Jump: 10, Equal: 5,
		Deviation: 5 * time.Second, Gap: 5 * time.Minute, Surge: 5, Crowd: 10, CrowdWithin: 5 * time.Minute, Address: 5,
		Injection: 2 * time.Second, Stuffing: 5 * time.Second, Flood: 10_000, FloodDays: 7,
	}
}

// Silent are the canonical rules for those who stake by machine and know it: they are looked at with every
// stake, and no score is high enough for an alert or a block. A block that an operator made holds.
func Silent() Rules {
	r := Canonical()
	r.Review, r.Block = 101, 101
	return r
}

// Check returns ErrRules for limits that can never be passed by what is remembered, or that nobody can keep.
func (r Rules) Check() error {
	counts := func(n int) bool { return 1 <= n && n < Kept }
	switch {
	case r.Review < 1 || r.Review > r.Block || r.Block > 101:
		return ErrRules.Saying("a score of 1 to 101, and to review no higher than to block")
	case !counts(r.Rapid) || !counts(r.Crowd) || !counts(r.Address) || r.Equal < 1 || r.Equal >= recent:
		return ErrRules.Saying("a count is at least 1 and less than what is remembered")
	case r.Jump < 1 || r.Surge < 1 || r.Flood < 1:
		return ErrRules.Saying("a multiple is at least 1")
	case r.BlockFor <= 0 || r.Shared <= 0 || r.CrowdWithin <= 0 || r.Injection <= 0 || r.Stuffing <= 0:
		return ErrRules.Saying("a time is longer than nothing")
	case r.FloodDays < 1 || r.FloodDays > maxFloodDays:
		return ErrRules.Saying("clicks are added up over 1 to %d days", maxFloodDays)
	case !whole(r.Deviation) || !whole(r.Gap):
		return ErrRules.Saying("gaps are whole milliseconds, of an hour at most")
	}
	return nil
}

func whole(d time.Duration) bool { return d > 0 && d <= time.Hour && d%time.Millisecond == 0 }

// Stake is a stake that somebody asks for.
type Stake struct {
	Account AccountID
	Pool    PoolID
	Amount  money.Amount
	At      time.Time
	// From is where it comes from, as the day of At hides it, and Before as the day before that would.
	From, Before Visitor
}

// Name names a rule. Alerts carry it, so that a name is never used for another.
type Name string

// The rules.
const (
	RapidStakes  Name = "rapid_stakes"
	SharedWallet Name = "shared_wallet"
	AmountJump   Name = "amount_jump"
	EqualAmounts Name = "equal_amounts"
	RegularGaps  Name = "regular_gaps"
	PoolSurge    Name = "pool_surge"
	PoolCrowd    Name = "pool_crowd"
	BusyAddress  Name = "busy_address"
)

// rule is one of them: how sure it is, whom it is about, and when it is broken.
type rule struct {
	name       Name
	kind       Kind
	severity   Severity
	confidence int // of 100
	broken     func(Rules, Stake, History) bool
}

// rules holds them in the order in which alerts name them.
//
//nolint:gochecknoglobals // a constant table
var rules = []rule{
	{SharedWallet, KindStakes, Critical, 95, Rules.shared},
	{RapidStakes, KindStakes, High, 90, Rules.rapid},
	{BusyAddress, KindAddress, High, 85, Rules.address},
	{RegularGaps, KindStakes, High, 80, Rules.regular},
	{EqualAmounts, KindStakes, Medium, 75, Rules.equal},
	{AmountJump, KindStakes, Medium, 70, Rules.jump},
	{PoolSurge, KindPool, Medium, 65, Rules.surge},
	{PoolCrowd, KindPool, Medium, 60, Rules.crowd},
}

// Names lists every rule that stakes are judged by.
func Names() []Name {
	all := make([]Name, len(rules))
	for i, r := range rules {
		all[i] = r.name
	}
	return all
}

// Finding is a rule that a stake breaks.
type Finding struct {
	Rule       Name
	Kind       Kind
	Severity   Severity
	Confidence int // of 100

	Clicks, Excess int64 // of the traffic, where that is what breaks it
}

// Judge gives every rule that a stake breaks, given what is remembered with the stake in it.
func (r Rules) Judge(s Stake, h History) []Finding {
	h.Conduct.Marks = h.Conduct.since()
	var found []Finding
	for _, rule := range rules {
		if rule.broken(r, s, h) {
			found = append(found, Finding{Rule: rule.name, Kind: rule.kind, Severity: rule.severity, Confidence: rule.confidence})
		}
	}
	return found
}

// Ruling is what becomes of a stake.
type Ruling string

// The rulings, the mildest first.
const (
	Pass   Ruling = "pass"
	Review Ruling = "review" // it is made, and an operator looks at it
	Block  Ruling = "block"  // it is refused, and so are those of the next hours
)

// Rule gives what becomes of a stake that breaks these rules. What others do, in a pool or from an
// address, never blocks an account.
func (r Rules) Rule(found []Finding) Ruling {
	switch {
	case Score(OfKind(found, KindStakes)) >= r.Block:
		return Block
	case Score(found) >= r.Review:
		return Review
	}
	return Pass
}

// Score is how sure the surest of the rules is. It never falls with another finding.
func Score(found []Finding) int {
	score := 0
	for _, f := range found {
		score = max(score, f.Confidence)
	}
	return score
}

// OfKind gives the findings of one kind.
func OfKind(found []Finding, kind Kind) []Finding {
	var of []Finding
	for _, f := range found {
		if f.Kind == kind {
			of = append(of, f)
		}
	}
	return of
}
