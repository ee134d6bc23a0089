package twist

import (
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
)

// fate is what events say became of a commission. It is counted and not replayed: the clocks of two processes differ,
// and with them the order of what they tell.
type fate struct {
	told     map[journal.Kind]int
	reversed money.Amount
	kept     money.Amount
	keptAt   time.Time // first
}

// fared takes an event, if it tells what became of a commission.
func (a *audit) fared(e journal.Event) {
	switch e.Kind {
	case journal.CommissionFunded, journal.CommissionWaived, journal.CommissionHeld, journal.CommissionReleased,
		journal.CommissionApproved, journal.CommissionRejected, journal.CommissionReversed, journal.CommissionKept:
	default:
		return
	}
	f, known := a.fates[e.Subject]
	if !known {
		f = &fate{told: map[journal.Kind]int{}}
		a.fates[e.Subject] = f
	}
	f.told[e.Kind]++
	switch e.Kind {
	case journal.CommissionReversed:
		f.reversed = a.sum(f.reversed, a.amount(e))
	case journal.CommissionKept:
		f.kept = a.sum(f.kept, a.amount(e))
		if f.keptAt.IsZero() || e.At.Before(f.keptAt) {
			f.keptAt = e.At
		}
	default:
	}
}

// amount is what an event says was moved.
func (a *audit) amount(e journal.Event) money.Amount {
	amount, err := money.Parse(e.Data["amount"])
	return a.sound("event "+string(e.ID), amount, err)
}

// fate holds a commission against what events say became of it.
func (a *audit) fate(c attribution.Commission) {
	where := "commission " + string(c.ID)
	f, known := a.fates[string(c.ID)]
	if delete(a.fates, string(c.ID)); !known {
		f = &fate{}
	}
	a.achieved(c)
	a.same(where, "reversed", c.Reversed, f.reversed)
	a.same(where, "kept amount", c.Kept, f.kept)
	if f.kept > 0 && (c.State != attribution.Approved || f.keptAt.Before(c.FinalAt)) {
		a.journal.Report("row_wrong", where, "it is %s, and what was refunded of it at %s was kept", c.State, f.keptAt)
	}
	if want, possible := f.state(c); c.State != want || !possible {
		a.journal.Report("row_differs_from_event", where, "it is %s, and events tell %v", c.State, f.told)
	}
	held := f.told[journal.CommissionHeld] > f.told[journal.CommissionReleased]
	if c.State != attribution.Unfunded {
		held = c.State == attribution.Held
	}
	if (c.Reason != "") != (held || c.State == attribution.Rejected) {
		a.journal.Report("row_wrong", where, "it is %s, and its reason is %q", c.State, c.Reason)
	}
}

// state is where events leave a commission, and whether its machine allows all of them.
func (f *fate) state(c attribution.Commission) (_ attribution.State, possible bool) {
	is := func(kind journal.Kind) bool { return f.told[kind] > 0 }
	for _, once := range []journal.Kind{journal.CommissionFunded, journal.CommissionWaived, journal.CommissionApproved, journal.CommissionRejected} {
		if f.told[once] > 1 {
			return "", false
		}
	}
	held := f.told[journal.CommissionHeld] - f.told[journal.CommissionReleased]
	funded, ended := is(journal.CommissionFunded), held == 0 || held == 1
	switch {
	case is(journal.CommissionRejected):
		return attribution.Rejected, ended && !is(journal.CommissionApproved) && !is(journal.CommissionWaived)
	case is(journal.CommissionWaived):
		return attribution.Waived, ended && !funded && !is(journal.CommissionApproved)
	case f.reversed > 0 && f.reversed == c.Gross:
		return attribution.Reversed, ended && (funded || !is(journal.CommissionApproved))
	case is(journal.CommissionApproved):
		return attribution.Approved, held == 0 && funded
	case !funded:
		return attribution.Unfunded, ended
	case held == 1:
		return attribution.Held, true
	}
	return attribution.Pending, ended
}

// fateless reports what happened to commissions that are not there.
func (a *audit) fateless() {
	for id := range a.fates {
		a.journal.Report("row_missing", "commission "+id, "events tell what became of it")
	}
}
