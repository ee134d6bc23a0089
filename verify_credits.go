package twist

import (
	"cmp"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
)

// decided decides about a conversion again, from its rule and what it considered, and holds its commissions against
// the credits that come of it: each influencer has one of that amount, or none because of an erasure.
func (a *audit) decided(c attribution.Conversion, touches []attribution.Touch, commissions []attribution.Commission) {
	where := "conversion " + string(c.ID)
	e, err := c.Explain(touches)
	if err != nil {
		a.journal.Report("row_wrong", where, "it cannot be decided again: %v", err)
		return
	}
	if c.Rule.Version > 0 || len(touches) > 0 { // before, a click may be gone without a trace
		a.considered(c, e)
	}
	earned := map[attribution.InfluencerID]attribution.Commission{}
	for _, row := range commissions {
		if _, twice := earned[row.Influencer]; twice {
			a.journal.Report("row_wrong", where, "%s earned more than once", row.Influencer)
		}
		earned[row.Influencer] = row
	}
	for _, credit := range e.Credits {
		row, some := earned[credit.Influencer]
		delete(earned, credit.Influencer)
		switch {
		case some:
			a.same("commission "+string(row.ID), "gross", row.Gross, credit.Amount)
			a.same("commission "+string(row.ID), "rate", money.Amount(row.Rate), money.Amount(credit.Rate))
			if row.Link != credit.Link {
				a.journal.Report("row_wrong", "commission "+string(row.ID), "it is of link %q, and was earned by %q", row.Link, credit.Link)
			}
			if row.Holder != credit.Holder {
				a.journal.Report("row_wrong", "commission "+string(row.ID), "it is of %s, and %s earned it", row.Holder, credit.Holder)
			}
		case credit.Amount.Positive() && !a.gone[identity.AccountID(credit.Holder)]:
			a.journal.Report("row_missing", where, "%s earned %s and has no commission", credit.Influencer, credit.Amount)
		}
	}
	for _, row := range earned {
		if c.Rule.Version > 0 || len(touches) > 0 {
			a.journal.Report("row_wrong", "commission "+string(row.ID), "nothing that was considered earned it")
			continue
		}
		a.same("commission "+string(row.ID), "gross", row.Gross, e.Pot)
		a.same("commission "+string(row.ID), "rate", money.Amount(row.Rate), money.Amount(c.Rule.Rate))
	}
}

// considered holds the reason of each touch, and which one stands on the conversion, against what the rule says.
func (a *audit) considered(c attribution.Conversion, e attribution.Explanation) {
	where := "conversion " + string(c.ID)
	var clicks []attribution.Click
	var was []attribution.Touch
	for _, weighed := range e.Touches {
		touch := weighed.Touch
		if touch.Click == "" { // the promo code or the customer: whether those counted then, the digest of the decision holds
			if c.Promoted == c.Bound || !touch.At.Equal(c.At) {
				a.journal.Report("row_wrong", where, "it has a promo code or a customer, and none decided it")
			}
			continue
		}
		was = append(was, touch)
		program, verdict := c.Order.Program, attribution.Valid
		if touch.Reason == attribution.Elsewhere {
			program = ""
		}
		if touch.Reason == attribution.Filtered {
			verdict = ""
		}
		clicks = append(clicks, attribution.Click{
			ID: touch.Click, Link: touch.Link, Program: program, Influencer: touch.Influencer, Holder: touch.Holder, At: touch.At, Verdict: verdict,
		})
	}
	for i, again := range c.Consider(clicks) {
		again.Tier = was[i].Tier // which nothing else tells; the digest of the decision holds it
		if again != was[i] {
			a.journal.Report("row_wrong", where, "click %s is %s and should be %s", again.Click, was[i].Reason, again.Reason)
		}
	}
	if c.Touch != e.Touch() {
		a.journal.Report("row_wrong", where, "its touch is %q and should be %q", c.Touch, cmp.Or(e.Touch(), "none"))
	}
}
