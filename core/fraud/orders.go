package fraud

import "time"

// The rules that orders are judged by, the surest first.
const (
	// SelfReferral: who earns by the order is who pays for it.
	SelfReferral Name = "self_referral"
	// ClickInjection: the order came so soon after the click that nobody can have read the page.
	ClickInjection Name = "click_injection"
	// CookieStuffing: it came sooner than anybody gets from a page to its checkout.
	CookieStuffing Name = "cookie_stuffing"
)

// Credit is the part of an order that somebody earned, as far as it tells how.
type Credit struct {
	Self    bool      // merchant and influencer are one account, or share a wallet
	Clicked time.Time // the latest click of hers that counts; zero where a promo code decided
	Ordered time.Time
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
	{ClickInjection, High, 90, func(r Rules, c Credit) bool { return c.within(r.Injection) }},
	{CookieStuffing, Medium, 70, func(r Rules, c Credit) bool { return c.within(r.Stuffing) }},
}

// within reports an order that came sooner after its click than so long. Clocks differ: one before its click did.
func (c Credit) within(d time.Duration) bool {
	return !c.Clicked.IsZero() && c.Ordered.Sub(c.Clicked) < d
}

// Suspect gives the surest rule that a credit breaks, if it is to be looked at before it is shared: what is earned is
// held, and never refused.
func (r Rules) Suspect(c Credit) (Finding, bool) {
	for _, rule := range orderRules {
		if rule.confidence >= r.Review && rule.broken(r, c) {
			return Finding{rule.name, KindOrders, rule.severity, rule.confidence}, true
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
