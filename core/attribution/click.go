package attribution

import "time"

// Click is one visit through a link. It is never changed.
type Click struct {
	ID         ClickID
	Link       LinkID
	Program    ProgramID
	Influencer InfluencerID
	Holder     AccountID
	Visitor    string // a random name kept by the visitor's browser; says nothing about the person
	At         time.Time
	Verdict    Verdict
	Excess     bool   // one of more valid ones than are held against anybody from where it came; it earns as others do
	Rules      int    // version of the rules that gave the verdict; 0 when none looked at it
	Country    string // where it came from: ISO 3166-1 alpha-2, or empty when nobody knows
	Device     string // what it was made with, in a word; empty when nobody knows
	Origin     Origin
}

// ClicksKept is how long clicks are kept at least: as long as a program's window can be, and then as long as an order can
// be refunded. What was considered of them stays with each conversion.
const ClicksKept = MaxWindow + MaxRefundWindow

// Verdict says what a click is worth: Valid, or in a word why it is filtered and earns nobody anything. At most 64 bytes.
type Verdict string

// Valid is the verdict of a click that counts.
const Valid Verdict = "valid"

// Origin says by which way a click was told.
type Origin string

// The origins.
const (
	// Redirect: the visitor followed the link through us.
	Redirect Origin = "redirect"
	// Beacon: a page that the visitor was on told of it.
	Beacon Origin = "beacon"
)
