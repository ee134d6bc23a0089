package attribution

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// State is where a commission stands. docs/states.md draws the machine.
type State string

// The states.
const (
	// Unfunded: earned, but the program's budget was short. Funded oldest first.
	Unfunded State = "unfunded"
	// Pending: set aside until the hold is over.
	Pending State = "pending"
	// Held: set aside until somebody has looked at it, whatever the hold says.
	Held State = "held"
	// Approved: shared between platform, fans and influencer. From here on it is money like any other.
	Approved State = "approved"
	// Rejected: refused for a reason, and what was set aside is the budget's again. Terminal.
	Rejected State = "rejected"
	// Reversed: all of it was taken back. Terminal.
	Reversed State = "reversed"
	// Waived: its influencer gave it up while it was unfunded. Terminal.
	Waived State = "waived"
)

// States lists every state.
func States() []State { return []State{Unfunded, Pending, Held, Approved, Rejected, Reversed, Waived} }

// Check returns ErrState for a state that is not listed.
func (s State) Check() error {
	if !slices.Contains(States(), s) {
		return ErrState
	}
	return nil
}

// Act is what is done to a commission.
type Act string

// The acts.
const (
	ActFund    Act = "fund"    // the budget reaches
	ActWaive   Act = "waive"   // its influencer gives it up
	ActHold    Act = "hold"    // somebody is to look at it
	ActRelease Act = "release" // somebody has
	ActApprove Act = "approve" // it is shared
	ActReject  Act = "reject"  // it is refused
	ActReverse Act = "reverse" // refunds have taken back all of it
)

// Acts lists every act.
func Acts() []Act {
	return []Act{ActFund, ActWaive, ActHold, ActRelease, ActApprove, ActReject, ActReverse}
}

// step is an act on a commission in a state.
type step struct {
	from State
	act  Act
}

// steps is the machine: what is not in it is refused. What is unfunded stays so while it is held and released: whether
// it is, its reason says, and the money that comes goes where the reason says.
var steps = map[step]State{ //nolint:gochecknoglobals // a constant table
	{Unfunded, ActFund}: Pending, {Unfunded, ActWaive}: Waived, {Unfunded, ActHold}: Unfunded, {Unfunded, ActRelease}: Unfunded,
	{Unfunded, ActReject}: Rejected, {Unfunded, ActReverse}: Reversed,
	{Pending, ActHold}: Held, {Pending, ActApprove}: Approved, {Pending, ActReject}: Rejected, {Pending, ActReverse}: Reversed,
	{Held, ActRelease}: Pending, {Held, ActReject}: Rejected, {Held, ActReverse}: Reversed,
	{Approved, ActReverse}: Reversed,
	{Rejected, ActReverse}: Rejected, {Waived, ActReverse}: Waived, // which nobody has anything of
}

// After is the state in which an act leaves a commission, or ErrCommissionState.
func (s State) After(a Act) (State, error) {
	next, ok := steps[step{s, a}]
	if !ok {
		return "", ErrCommissionState.Saying("it is %s", s)
	}
	return next, nil
}

// Stands reports that what was set aside for a commission in this state is still there.
func (s State) Stands() bool { return s == Pending || s == Held }

// Worthless reports that a commission in this state is nobody's money, whatever is refunded: it never was, or is the
// budget's again.
func (s State) Worthless() bool { return s == Unfunded || s == Rejected || s == Waived }

// Hold keeps a commission from being shared until it is released, and says why. One that is unfunded is held once it is
// funded. A bad reason is ErrReason, and one that is held, or not to be shared any more, ErrCommissionState.
func (c Commission) Hold(reason string) (Commission, error) {
	if c.State == Unfunded && c.Reason != "" {
		return Commission{}, ErrCommissionState.Saying("it is held")
	}
	return c.because(ActHold, reason)
}

// Release ends the hold of a commission: it is shared at the end of the time that its program set, or now if that is
// over. One that is not held is ErrCommissionState.
func (c Commission) Release() (Commission, error) {
	if c.State == Unfunded && c.Reason == "" {
		return Commission{}, ErrCommissionState.Saying("it is not held")
	}
	next, err := c.State.After(ActRelease)
	if err != nil {
		return Commission{}, err
	}
	c.State, c.Reason = next, ""
	return c, nil
}

// Reject refuses a commission that was not shared, and says why. A bad reason is ErrReason, and any other commission
// ErrCommissionState.
func (c Commission) Reject(reason string) (Commission, error) { return c.because(ActReject, reason) }

// because does an act that has a reason.
func (c Commission) because(a Act, reason string) (Commission, error) {
	if reason = strings.TrimSpace(reason); !isReason(reason) {
		return Commission{}, ErrReason
	}
	next, err := c.State.After(a)
	if err != nil {
		return Commission{}, err
	}
	c.State, c.Reason = next, reason
	return c, nil
}

// isReason reports one line that people can read: no control character, and none that hides or turns around what
// stands beside it.
func isReason(text string) bool {
	const most = 500
	visible := func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) }
	disturbs := func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	}
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && strings.ContainsFunc(text, visible) && !strings.ContainsFunc(text, disturbs)
}
