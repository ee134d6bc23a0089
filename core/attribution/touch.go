package attribution

import (
	"cmp"
	"slices"
	"time"
)

// Reason says whether a touch counts, and why not.
type Reason string

// The reasons. Counted is the only one under which a touch has a part in a conversion.
const (
	// Counted: the touch was in time.
	Counted Reason = "counted"
	// Expired: the touch's window, or the customer's binding, was over by the moment of the conversion.
	Expired Reason = "window_over"
	// Early: the conversion came before the touch.
	Early Reason = "after_conversion"
	// Elsewhere: the touch is another program's.
	Elsewhere Reason = "other_program"
	// Filtered: the click's verdict is not Valid.
	Filtered Reason = "filtered"
	// Closed: the touch came when its program was closed.
	Closed Reason = "program_closed"
	// Overruled: the order names a promo code, which decides whose it is.
	Overruled Reason = "promo_code_decided"
	// Off: the promo code is one of a link that was withdrawn or had expired.
	Off Reason = "link_off"
)

// Reasons lists every reason.
func Reasons() []Reason {
	return []Reason{Counted, Expired, Early, Elsewhere, Filtered, Closed, Overruled, Off}
}

// Touch is a click, or the promo code or the customer of the order, as one conversion considered it. It is kept with
// the conversion and never changed, so that what was decided can be explained when the clicks are gone.
type Touch struct {
	Conversion ConversionID
	Click      ClickID // empty for the promo code and for the customer
	Link       LinkID
	Influencer InfluencerID
	Holder     AccountID
	Tier       Tier // of the influencer at the conversion; empty where no rate asks for it
	At         time.Time
	Reason     Reason
}

// Consider holds a visitor's clicks against a conversion and gives a touch of each: one that counts, while
// touch ≤ conversion < touch + window, or one with the reason why it does not. They come in the order of their times,
// those of equal times in the order of their ids, in whatever order the clicks are given.
func (c Conversion) Consider(clicks []Click) []Touch {
	at := c.moment(clicks)
	touches := make([]Touch, 0, len(clicks))
	for _, click := range clicks {
		touches = append(touches, Touch{
			Conversion: c.ID, Click: click.ID, Link: click.Link, Influencer: click.Influencer, Holder: click.Holder,
			At: click.At, Reason: c.reason(click, at),
		})
	}
	inOrder(touches)
	return touches
}

// Promotion is the touch that the promo code of a link is: it counts while the link is active and the program open.
func (c Conversion) Promotion(l Link) Touch {
	t := Touch{Conversion: c.ID, Link: l.ID, Influencer: l.Influencer, Holder: l.Holder, At: c.At, Reason: Counted}
	switch {
	case c.Rule.closed(c.At):
		t.Reason = Closed
	case !l.Active(c.At):
		t.Reason = Off
	}
	return t
}

// closed reports that the program was closed at a moment.
func (r Rule) closed(at time.Time) bool { return !r.Until.IsZero() && !at.Before(r.Until) }

func (c Conversion) reason(click Click, at time.Time) Reason {
	switch {
	case click.Program != c.Order.Program:
		return Elsewhere
	case c.Rule.closed(click.At):
		return Closed
	case click.Verdict != Valid:
		return Filtered
	case click.At.After(at):
		return Early
	case !at.Before(click.At.Add(c.Rule.Window)):
		return Expired
	case c.Promoted:
		return Overruled
	default:
		return Counted
	}
}

// moment is when a conversion counts as made: when it was reported, or at the click that it names when that came
// later, because clocks differ and no order is older than the click it names.
func (c Conversion) moment(clicks []Click) time.Time {
	for _, click := range clicks {
		if click.ID == c.Order.Click && click.At.After(c.At) {
			return click.At
		}
	}
	return c.At
}

// inOrder sorts touches by their times, and those of equal times by their ids.
func inOrder(touches []Touch) {
	slices.SortFunc(touches, func(a, b Touch) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Click, b.Click))
	})
}
