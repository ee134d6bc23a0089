package payouts

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxReason is how many characters a reason has at most.
const maxReason = 500

// NeedsPerson reports a payout that goes nowhere until a second person has agreed.
func (p Payout) NeedsPerson() bool { return p.Amount >= ApprovalFrom }

// Waits reports that the payout rests until a person decides.
func (p Payout) Waits() bool { return p.State == Requested && p.NeedsPerson() }

// Approve lets a payout go on that waits for a second person. Its payee is ErrDecisionOwn. Who approved it
// already may say so again, whatever became of it since, and changed is false; any other payout that does not
// wait is ErrDecided.
func (p Payout) Approve(by AccountID, now time.Time) (_ Payout, changed bool, err error) {
	return p.decide(Approved, by, "", now)
}

// Reject refuses a payout that waits for a second person, and says why: a text that is no reason is ErrReason.
// Otherwise it refuses, and repeats, as Approve does; the same rejection has the same reason.
func (p Payout) Reject(by AccountID, reason string, now time.Time) (_ Payout, changed bool, err error) {
	if reason = strings.TrimSpace(reason); !isReason(reason) {
		return Payout{}, false, ErrReason
	}
	return p.decide(Rejected, by, reason, now)
}

func (p Payout) decide(next State, by AccountID, reason string, now time.Time) (_ Payout, changed bool, err error) {
	switch {
	case by == p.Account:
		return Payout{}, false, ErrDecisionOwn
	case p.DecidedBy == by && p.Reason == reason: // only what was rejected has one
		return p, false, nil
	case !p.Waits():
		return Payout{}, false, ErrDecided.Saying("it is %s", p.State)
	}
	decided, err := p.move(next, now)
	if err != nil {
		return Payout{}, false, err
	}
	decided.DecidedBy, decided.DecidedAt, decided.Reason = by, now, reason
	return decided, true, nil
}

// Sound reports that a second person decided where one had to and nowhere else, and never the payee. No store
// keeps another payout, and the verification looks again.
func (p Payout) Sound() bool {
	decided := p.DecidedBy != ""
	switch {
	case decided == p.DecidedAt.IsZero(), (p.State == Rejected) != (p.Reason != ""), decided && p.DecidedBy == p.Account:
		return false
	case !p.NeedsPerson():
		return !decided && p.State != Rejected
	case !decided:
		return p.State == Requested || p.State == Canceled
	}
	return p.State != Requested
}

// isReason reports one line that people can read: no control character, and none that hides or turns around
// what stands beside it.
func isReason(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= maxReason && strings.ContainsFunc(text, visible) &&
		!strings.ContainsFunc(text, disturbs)
}

func visible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) }

func disturbs(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}
