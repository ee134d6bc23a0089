// Package clicks decides which clicks count: an ordered pipeline of named steps, each of which drops a visit for one
// reason, out of a closed set.
//
// It decides about pay and never about where a visitor arrives: whoever follows a link gets there, whatever the
// verdict. Its invariant: a click is Valid only if every step was asked and none dropped it, unless the rules are Silent;
// a step that cannot decide makes it Unrated, which never pays.
package clicks

import (
	"net/netip"

	"github.com/twist-platform/twist/core/limit"
)

// Visit is what is known of somebody who comes by a link. All that the visitor itself says is text of any kind.
type Visit struct {
	LinkOff    bool // the link was withdrawn or has expired
	ProgramOff bool // the program was closed
	Beacon     bool // a page that the visitor is on told of the visit
	Head       bool // only the address was asked for

	Purpose   string     // what the browser says it loads this for: Sec-Purpose, or what was said before there was that
	Dest      string     // what the browser makes of it: Sec-Fetch-Dest
	UserAgent string     // what the visitor says it is
	Referrer  string     // the page it says it comes from
	Address   netip.Addr // of the client, not of a proxy

	// By these it is counted. Empty ones are nobody's, and such a visit is Unrated.
	Link    string // its id
	Network string // the hash of the address
	Source  string // the hash of the address together with the agent
	// Visitor is the name that we gave this browser before. It is empty for one that has none, and then the click is
	// nobody's duplicate: of many who share an address and an agent, the first would take it from the others.
	Visitor string
}

// Take takes one of what somebody may do, and says whether it was there. It is one step that nothing comes between.
type Take func(limit.Share) (bool, error)

// Rules are compiled lists and paces. They never change, and any number of goroutines may judge by them.
type Rules struct {
	agents    map[string]agent
	networks  networks
	referrers map[string]struct{}
	pace      Pace
	silent    bool
}

// Silent are rules for those who click by machine and know it: they look at nothing, and every visit is Valid.
func Silent() *Rules { return &Rules{silent: true} }

// Version is what clicks that these rules judged are kept under: 0 for those that look at nothing.
func (r *Rules) Version() int {
	if r.silent {
		return 0
	}
	return Version
}

// step drops visits for one reason.
type step struct {
	verdict Verdict
	drops   func(*Rules, *look) (bool, error)
}

// look is a visit with what is found out about it once.
type look struct {
	Visit

	said Verdict // by its agent: LinkPreview, DeclaredBot or HTTPLibrary; empty for none of them
	take Take
}

// The pipeline: first what costs nothing to know and leaves no doubt. What counts comes last, so that nothing which is
// dropped anyway takes a place from somebody.
var pipeline = [...]step{ //nolint:gochecknoglobals // a constant
	{LinkOff, is(func(_ *Rules, l *look) bool { return l.LinkOff })},
	{ProgramOff, is(func(_ *Rules, l *look) bool { return l.ProgramOff })},
	{Head, is(func(_ *Rules, l *look) bool { return l.Head })},
	{Prefetch, is(func(_ *Rules, l *look) bool { return ahead(l.Purpose) })},
	{Embedded, is(func(_ *Rules, l *look) bool { return !l.Beacon && !opened(l.Dest) })},
	{NoAgent, is(func(_ *Rules, l *look) bool { return len(l.UserAgent) < minAgent })},
	{LinkPreview, is(func(_ *Rules, l *look) bool { return l.said == LinkPreview })},
	{DeclaredBot, is(func(_ *Rules, l *look) bool { return l.said == DeclaredBot })},
	{HTTPLibrary, is(func(_ *Rules, l *look) bool { return l.said == HTTPLibrary })},
	{NotBrowser, is(func(_ *Rules, l *look) bool { return !browses(l.UserAgent) })},
	{DataCentre, is(func(r *Rules, l *look) bool { return r.networks.hold(l.Address) })},
	{BadReferrer, is(func(r *Rules, l *look) bool { return r.refers(l.Referrer) })},
	{SourceBusy, func(r *Rules, l *look) (bool, error) {
		return l.take.exceeds(r.pace.Source, "click_source", l.Source, l.Link)
	}},
	{AddressBusy, func(r *Rules, l *look) (bool, error) {
		return l.take.exceeds(r.pace.Address, "click_address", l.Network, "all")
	}},
	{LinkBusy, func(r *Rules, l *look) (bool, error) { return l.take.exceeds(r.pace.Link, "click_link", l.Link, "all") }},
	{Duplicate, func(r *Rules, l *look) (bool, error) {
		if l.Visitor == "" {
			return false, nil
		}
		return l.take.exceeds(r.pace.again(), "click_visitor", l.Visitor, l.Link)
	}},
}

// is makes a step of what is always decided.
func is(so func(*Rules, *look) bool) func(*Rules, *look) (bool, error) {
	return func(r *Rules, l *look) (bool, error) { return so(r, l), nil }
}

// Judge gives the verdict on a visit.
func (r *Rules) Judge(v Visit, take Take) Verdict {
	if r.silent {
		return Valid
	}
	l := look{Visit: v, said: r.says(v.UserAgent), take: take}
	for i := range pipeline {
		drop, err := pipeline[i].drops(r, &l)
		if err != nil {
			return Unrated
		}
		if drop {
			return pipeline[i].verdict
		}
	}
	return Valid
}

// Excess reports that a valid click tells nothing about whom it is for: from one neighborhood they have as many by
// now as anybody can make for somebody else, or all together have. What all together have too many of takes no place by
// influencer. It is asked once for each click. Rules that are Silent know of none.
func (r *Rules) Excess(neighborhood, whom string, take Take) (bool, error) {
	if r.silent {
		return false, nil
	}
	if over, err := take.exceeds(r.pace.Nearby, "click_nearby", neighborhood, "all"); err == nil && over {
		return true, nil
	}
	return take.exceeds(r.pace.Neighborhood, "click_neighborhood", neighborhood, whom)
}
