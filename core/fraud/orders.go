package fraud

import (
	"slices"
	"time"
)

// The rules that orders are judged by, the surest first.
const (
	// SelfReferral: who earns by the order is who pays for it.
	SelfReferral Name = "self_referral"
	// SharedMailbox: who earns by the order has proven an address of the mailbox that who pays for it has proven one of.
	SharedMailbox Name = "shared_mailbox"
	// ClickInjection: the order came so soon after the click that nobody can have read the page.
	ClickInjection Name = "click_injection"
	// ClickFlooding: of as many clicks as of hers, people buy more: they were made so that one of them is the last before a sale.
	ClickFlooding Name = "click_flooding"
	// CookieStuffing: it came sooner than anybody gets from a page to its checkout.
	CookieStuffing Name = "cookie_stuffing"
)

// Credit is the part of an order that somebody earned, as far as it tells how.
type Credit struct {
	Self    bool      // merchant and influencer are one account, or have or had a wallet in common
	Mailbox bool      // both have proven an address of one mailbox
	Clicked time.Time // the latest click of hers that counts; zero where a promo code decided
	Ordered time.Time
	Traffic Traffic
}

// Traffic is what an influencer sent to a program around a click, in the days of Rules.Days.
type Traffic struct {
	Clicks  int64 // valid ones by links of hers, in those days, but for those that somebody else may have made
	Excess  int64 // those: valid ones of one network beyond what is held against anybody
	Orders  int64 // that earned her something since they began and were not refused, with the one that is judged
	Watched bool  // an operator is to look at it already
	Cleared bool  // an operator found nothing wrong since they began
}

// orderRule is one of them: how sure it is, and when it is broken.
type orderRule struct {
	name       Name
	severity   Severity
	confidence int // of 100
	broken     func(Rules, Credit) bool
}

//nolint:gochecknoglobals // a constant table
var orderRules = []orderRule{
	{SelfReferral, Critical, 95, func(_ Rules, c Credit) bool { return c.Self }},
	{SharedMailbox, Critical, 95, func(_ Rules, c Credit) bool { return c.Mailbox }},
	{ClickInjection, High, 90, func(r Rules, c Credit) bool { return c.within(r.Injection) }},
	{ClickFlooding, High, 80, Rules.flooded},
	{CookieStuffing, Medium, 70, func(r Rules, c Credit) bool { return c.within(r.Stuffing) }},
}

// within reports an order that came sooner after its click than so long. Clocks differ: one before its click did.
func (c Credit) within(d time.Duration) bool {
	return !c.Clicked.IsZero() && c.Ordered.Sub(c.Clicked) < d
}

// Days are those of which the traffic is held against a click (UTC): the last whole ones that were over, those until the day
// of the click. So a click is held against its own day as soon as that is over, however late its order comes, and whoever
// has many visitors at this moment has time to sell to them.
func (r Rules) Days(clicked, ordered time.Time) (from, to time.Time) {
	const day = 24 * time.Hour
	to = clicked.UTC().Truncate(day).Add(day)
	if today := ordered.UTC().Truncate(day); today.Before(to) {
		to = today
	}
	return to.Add(-time.Duration(r.FloodDays) * day), to
}

// Busy reports clicks of which one order alone would be too few: only then it matters how many there are.
func (r Rules) Busy(clicks int64) bool { return clicks >= r.Flood }

// flooded: so many clicks for each order or more, which nobody found good; or they are being looked at, and there are still
// as many clicks as one order alone would be too few of.
func (r Rules) flooded(c Credit) bool {
	t := c.Traffic
	return !c.Clicked.IsZero() && r.Busy(t.Clicks) && (t.Watched || !t.Cleared && t.Clicks/r.Flood >= t.Orders)
}

// Heeds reports that orders are looked at by a rule: it is sure enough.
func (r Rules) Heeds(name Name) bool {
	return slices.ContainsFunc(orderRules, func(rule orderRule) bool { return rule.name == name && rule.confidence >= r.Review })
}

// Suspect gives the surest rule that a credit breaks, if it is to be looked at before it is shared: what is earned is
// held, and never refused.
func (r Rules) Suspect(c Credit) (Finding, bool) {
	for _, rule := range orderRules {
		if rule.confidence >= r.Review && rule.broken(r, c) {
			f := Finding{Rule: rule.name, Kind: KindOrders, Severity: rule.severity, Confidence: rule.confidence}
			if rule.name == ClickFlooding {
				f.Clicks, f.Excess = c.Traffic.Clicks, c.Traffic.Excess
			}
			return f, true
		}
	}
	return Finding{}, false
}

// OrderNames lists the rules that orders are judged by.
func OrderNames() []Name {
	all := make([]Name, len(orderRules))
	for i, r := range orderRules {
		all[i] = r.name
	}
	return all
}
