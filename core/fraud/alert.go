package fraud

import (
	"slices"
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// AlertID names an alert: alrt_….
type AlertID string

// Faults of an alert.
var (
	ErrAlertNotFound = fault.New(fault.NotFound, "alert_not_found", "there is no such alert")
	ErrAlertStatus   = fault.New(fault.Invalid, "alert_status_unknown", "an alert is open, dismissed or upheld")
	ErrAlertResolved = fault.New(fault.Conflict, "alert_resolved", "the alert was resolved already")
	ErrAlertOwn      = fault.New(fault.Forbidden, "alert_own", "nobody resolves an alert about themselves")
)

// Kind is what an alert is about.
type Kind string

// The kinds, closed.
const (
	// KindStakes is about the stakes of an account.
	KindStakes Kind = "stakes"
	// KindPool is about what comes into a pool; its account is the pool's owner, who may have no part in it.
	KindPool Kind = "pool"
	// KindAddress is about who stakes from one address on one day, which its subject hides; its account is the one
	// whose stake was one too many, who may have no part in it.
	KindAddress Kind = "address"
	// KindOrders is about the orders that earned an influencer something in a program, by one rule: its subject. What they
	// earned is held while it is open, released when it is dismissed, and rejected when it is upheld.
	KindOrders Kind = "orders"
	// KindBonuses is no suspicion: what the platform set aside does not reach for the bonuses that are due. Its subject says
	// so, and its account is the one whose bonus was the first that waits.
	KindBonuses Kind = "bonuses"
)

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{KindStakes, KindPool, KindAddress, KindOrders, KindBonuses} }

// Severity is how bad it looks.
type Severity string

// The severities, the mildest first.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities lists every severity, the mildest first.
func Severities() []Severity { return []Severity{Low, Medium, High, Critical} }

// severe is the score from which an alert is critical. Below it is high: whatever comes to an operator is no less.
const severe = 80

// Status says where an alert stands.
type Status string

// The statuses of an alert, closed. docs/states.md draws them.
const (
	Open      Status = "open"
	Dismissed Status = "dismissed" // nothing was wrong
	Upheld    Status = "upheld"    // something was, and an account it is about stays blocked
)

// Statuses lists every status.
func Statuses() []Status { return []Status{Open, Dismissed, Upheld} }

// Check returns ErrAlertStatus for a status that is not listed.
func (s Status) Check() error {
	if !slices.Contains(Statuses(), s) {
		return ErrAlertStatus
	}
	return nil
}

// Alert is what an operator is to look at. A subject has at most one that is open of each kind: what is found
// again is counted in it.
type Alert struct {
	ID         AlertID
	Kind       Kind
	Subject    string    // the id of the account or the pool, or what a kind says
	Account    AccountID // the account, or the owner of the pool
	Severity   Severity
	Score      int    // of 100; the highest there was
	Rules      []Name // every one that was broken, in the order of Names
	Count      int64  // how often something was found or refused
	Clicks     int64  // that count, in the days that the latest was judged by, where that is about clicks
	Excess     int64  // and how many more one network or another made in them, which do not
	Status     Status
	OpenedAt   time.Time
	LastAt     time.Time // when it was counted last
	ResolvedBy AccountID // the operator who resolved it last; empty while it is open
	ResolvedAt time.Time // zero while it is open
}

// Raise opens an alert about findings of one kind.
func Raise(id AlertID, kind Kind, subject string, account AccountID, found []Finding, now time.Time) Alert {
	a := Alert{ID: id, Kind: kind, Subject: subject, Account: account, Status: Open, OpenedAt: now.UTC()}
	return a.Again(found, now)
}

// Again counts findings into an alert that is open; none where a block alone refused. It never makes it milder.
func (a Alert) Again(found []Finding, now time.Time) Alert {
	broken := slices.Clone(a.Rules)
	for _, f := range found {
		broken = append(broken, f.Rule)
		if f.Clicks > 0 {
			a.Clicks, a.Excess = f.Clicks, f.Excess
		}
	}
	a.Rules = slices.DeleteFunc(append(Names(), OrderNames()...), func(n Name) bool { return !slices.Contains(broken, n) })
	a.Score, a.Severity = max(a.Score, Score(found)), High
	if a.Score >= severe {
		a.Severity = Critical
	}
	a.Count++
	if a.LastAt = now.UTC(); a.LastAt.Before(a.OpenedAt) { // the clock of another process
		a.LastAt = a.OpenedAt
	}
	return a
}

// Dismiss finds that nothing was wrong, also of an alert that was upheld: that lifts its block. One that was
// dismissed is ErrAlertResolved, and one about the operator or a pool of the operator's ErrAlertOwn.
func (a Alert) Dismiss(by AccountID, now time.Time) (Alert, error) {
	return a.resolve(Dismissed, by, now, a.Status == Dismissed)
}

// Uphold finds that something was wrong. One that is not open is ErrAlertResolved; it refuses as Dismiss does.
func (a Alert) Uphold(by AccountID, now time.Time) (Alert, error) {
	return a.resolve(Upheld, by, now, a.Status != Open)
}

func (a Alert) resolve(as Status, by AccountID, now time.Time, late bool) (Alert, error) {
	switch {
	case a.Account == by:
		return Alert{}, ErrAlertOwn
	case late:
		return Alert{}, ErrAlertResolved
	}
	a.Status, a.ResolvedBy, a.ResolvedAt = as, by, now.UTC()
	return a, nil
}

// Clone shares nothing with the alert.
func (a Alert) Clone() Alert {
	a.Rules = slices.Clone(a.Rules)
	return a
}
