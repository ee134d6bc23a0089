package twist

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// stint is an influencer's month.
type stint struct {
	influencer attribution.InfluencerID
	month      attribution.Month
}

// deed names what an influencer may have a bonus for.
type deed struct {
	stint

	kind attribution.BonusKind
}

// deeds is what rows say that influencers did, from which bonuses are computed again.
type deeds struct {
	achieved map[stint]attribution.Achieved // what counts is final: it counts for ever
	risen    map[stint]risen
}

// risen is in which tier an influencer's pool ended a month, if that was a higher one than before.
type risen struct {
	owner staking.AccountID
	to    attribution.Tier
}

// achieved takes a commission, which may count for a bonus.
func (a *audit) achieved(c attribution.Commission) {
	month, counts := c.CountsIn()
	if !counts {
		return
	}
	of := stint{c.Influencer, month}
	counted, err := a.deeds.achieved[of].Plus(c)
	if err != nil {
		a.journal.Report("row_wrong", "commission "+string(c.ID), "the fees of %s are more than there can be", month)
	}
	a.deeds.achieved[of] = attribution.Achieved{Influencer: c.Influencer, Holder: c.Holder, Achievement: counted}
}

// rose takes the days of a pool, in their order, and keeps the months over which its tier rose.
func (a *audit) rose(p staking.Pool, days []staking.PoolDay) {
	var staked money.Amount
	for len(days) > 0 {
		month, before := attribution.MonthOf(days[0].Day.Time()), staking.TierOf(staked)
		for len(days) > 0 && attribution.MonthOf(days[0].Day.Time()) == month {
			staked = a.minus(a.sum(staked, days[0].In), days[0].Out)
			days = days[1:]
		}
		if to := staking.TierOf(staked); to > before {
			of := stint{attribution.InfluencerID(p.Influencer), month}
			a.deeds.risen[of] = risen{p.Owner, attribution.Tier(to.String())}
		}
	}
}

// bonuses holds every bonus against what it is for, what told of it and its entry, and reports those that were not found
// in a month that was assessed.
func (a *audit) bonuses(ctx context.Context) error {
	found := map[deed]bool{}
	var last attribution.BonusID
	err := pages(func() ([]attribution.Bonus, error) { return a.view.Bonuses.List(ctx, "", last, verifyPage) }, func(b attribution.Bonus) error {
		last = b.ID
		of := deed{stint{b.Influencer, b.Month}, b.Kind}
		if found[of] {
			a.journal.Report("row_wrong", "bonus "+string(b.ID), "%s has another %s of %s", b.Influencer, b.Kind, b.Month)
		}
		found[of] = true
		a.earnedBonus(b, of.stint)
		a.endedBonus(b)
		return nil
	})
	if err != nil {
		return err
	}
	months, err := a.view.Bonuses.Assessments(ctx)
	for i, done := range months {
		a.testify(journal.MonthAssessed, assessmentSubject(done.Month), testimony{"", done.At.UnixMicro(), facts{"month": string(done.Month)}})
		if i > 0 && months[i-1].Month.Next() != done.Month {
			a.journal.Report("row_missing", "month "+string(months[i-1].Month.Next()), "it was not assessed, and %s was", done.Month)
		}
		a.missedIn(done, found)
	}
	return err
}

// earnedBonus computes again what a bonus is for.
func (a *audit) earnedBonus(b attribution.Bonus, of stint) {
	where := "bonus " + string(b.ID)
	a.testify(journal.BonusDue, string(b.ID), testimony{string(b.Holder), b.DueAt.UnixMicro(), dueAs(b)})
	if !b.Month.Assessable(b.DueAt) {
		a.journal.Report("row_wrong", where, "it was found before %s was over", b.Month)
	}
	did, rose := a.deeds.achieved[of], a.deeds.risen[of]
	want, holder := did.Bonus(b.Kind), did.Holder
	if b.Kind == attribution.BonusTier {
		holder = attribution.AccountID(rose.owner)
		if rose.to == "" || rose.to != b.Tier || b.Conversions != 0 {
			a.journal.Report("row_wrong", where, "it is for a rise to %q, and the tier rose to %q", b.Tier, rose.to)
		}
	} else if b.Conversions != did.Conversions || b.Tier != "" {
		a.journal.Report("row_wrong", where, "it is for %d conversions, and %d counted", b.Conversions, did.Conversions)
	}
	switch {
	case b.Fees != 0:
		a.same(where, "sum of fees", b.Fees, did.Fees)
	case b.Kind == attribution.BonusTier: // it was found before fees bounded it
		want = attribution.TierBonus
	}
	a.same(where, "amount", b.Amount, want)
	if b.Holder != holder {
		a.journal.Report("row_wrong", where, "it is of %s, and %s earned it", b.Holder, holder)
	}
}

// endedBonus holds what became of a bonus against what told of it and against its entry.
func (a *audit) endedBonus(b attribution.Bonus) {
	id, where := string(b.ID), "bonus "+string(b.ID)
	ended := testimony{string(b.Holder), b.EndedAt.UnixMicro(), endedAs(b)}
	if (b.State == attribution.BonusDue) != b.EndedAt.IsZero() {
		a.journal.Report("row_wrong", where, "it is %s and ended at %s", b.State, b.EndedAt)
	}
	switch b.State {
	case attribution.BonusDue:
	case attribution.BonusLapsed:
		a.testify(journal.BonusLapsed, id, ended)
		if !a.gone[identity.AccountID(b.Holder)] {
			a.journal.Report("row_wrong", where, "it lapsed, and %s is there", b.Holder)
		}
	case attribution.BonusPaid:
		a.testify(journal.BonusPaid, id, ended)
		a.paidBonus(b)
	default:
		a.journal.Report("row_wrong", where, "it is %q", b.State)
	}
}

// paidBonus holds a bonus against the entry that paid it, debts first.
func (a *audit) paidBonus(b attribution.Bonus) {
	a.owes(ledger.Bonuses(), b.Amount.Neg())
	reference := bonusReference(b.ID)
	e, known := a.entries[reference]
	delete(a.entries, reference)
	if !known {
		a.journal.Report("entry_missing", reference, "a row needs it")
		return
	}
	a.within(e, ledger.Bonuses(), ledger.Available(b.Holder), ledger.Owed(b.Holder))
	var paid money.Amount
	for _, p := range e.Postings {
		if p.Source == ledger.Bonuses() {
			paid = a.sum(paid, p.Amount)
		}
	}
	a.same("bonus "+string(b.ID), "paid amount", paid, b.Amount)
	if !e.At.Equal(b.EndedAt) {
		a.journal.Report("entry_differs_from_row", reference, "it is of %s, and the row says %s", e.At, b.EndedAt)
	}
}

// missedIn reports what earned a bonus in a month that was assessed and has none. Whoever is gone may have been gone then.
func (a *audit) missedIn(done attribution.Assessment, found map[deed]bool) {
	missed := func(of stint, kind attribution.BonusKind, holder identity.AccountID) bool {
		return of.month == done.Month && !found[deed{of, kind}] && a.deeds.achieved[of].Bonus(kind).Positive() && !a.gone[holder]
	}
	for of, did := range a.deeds.achieved {
		if missed(of, attribution.BonusConversions, identity.AccountID(did.Holder)) {
			a.journal.Report("row_missing", "bonus of "+string(of.influencer), "%d conversions counted in %s", did.Conversions, of.month)
		}
	}
	for of, rose := range a.deeds.risen {
		if missed(of, attribution.BonusTier, identity.AccountID(rose.owner)) {
			a.journal.Report("row_missing", "bonus of "+string(of.influencer), "the tier rose to %s in %s", rose.to, of.month)
		}
	}
}
