// Package attribution decides who earns for what: which click a conversion belongs to, what it earns,
// how that is shared, and what is taken back when the order is refunded.
//
// It moves nothing: it returns amounts, and use cases turn them into postings. Its invariant: what a
// commission gave and what was reversed always add up to what it earned, to the unit.
package attribution

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Identifiers of this domain.
type (
	// ProgramID names a program: prog_….
	ProgramID string
	// LinkID names a link: link_….
	LinkID string
	// ClickID names a click: clk_….
	ClickID string
	// ConversionID names a conversion: conv_….
	ConversionID string
	// CommissionID names a commission: comm_….
	CommissionID string
)

// Identifiers of other domains, as this one sees them.
type (
	// AccountID names a holder: acct_….
	AccountID string
	// InfluencerID names an influencer: infl_….
	InfluencerID string
	// PoolID names a pool: pool_….
	PoolID string
	// AlertID names an alert: alrt_….
	AlertID string
)

const day = 24 * time.Hour

// The numbers of a program.
const (
	// DefaultWindow is how long a click counts.
	DefaultWindow = 30 * day
	// MinWindow and MaxWindow bound a program's own window.
	MinWindow, MaxWindow = time.Second, 90 * day
	// DefaultHold is how long a commission waits before it is approved.
	DefaultHold = 14 * day
	// MaxHold bounds a program's own hold; zero approves at once.
	MaxHold = 90 * day
	// PlatformFee is the platform's share of every approved commission.
	PlatformFee money.Bps = 1_000
	// DefaultRefundWindow is how long after its conversion a commission that was shared may be taken back.
	DefaultRefundWindow = 90 * day
	// MaxRefundWindow bounds a program's own; with zero nothing that was shared is taken back.
	MaxRefundWindow = 90 * day
)

// Faults of a program.
var (
	ErrProgramNotFound = fault.New(fault.NotFound, "program_not_found", "there is no such program")
	ErrProgramName     = fault.New(fault.Invalid, "program_name_invalid", "a program's name has 1 to 100 printable characters")
	ErrRate            = fault.New(fault.Invalid, "commission_rate_invalid", "a commission rate runs from 1 to 10000 basis points")
	ErrWindow          = fault.New(fault.Invalid, "attribution_window_invalid", "an attribution window runs from 1 second to 90 days, in whole microseconds")
	ErrProgramClosed   = fault.New(fault.Conflict, "program_closed", "the program is closed")
	ErrUnfundedFirst   = fault.New(fault.Conflict, "unfunded_first", "what was earned and waits for the budget comes first")
	ErrRefunds         = fault.New(fault.Invalid, "refund_window_invalid", "a refund window runs from 0 to 90 days, in whole microseconds")
	ErrHold            = fault.New(fault.Invalid, "hold_invalid", "a hold runs from 0 to 90 days, in whole microseconds")
)

// Program is what a merchant pays for: a share of every order that a recommendation brought.
type Program struct {
	ID       ProgramID
	Merchant AccountID
	Name     string
	Rate     money.Bps     // of each line of an order; zero when Flat is what a line earns
	Flat     money.Amount  // for each line of an order, and never more than the line; zero when Rate is
	Rates    []Rate        // for products and tiers, in the order of these; a line earns by the one that gives most
	Window   time.Duration // how long a click counts
	Hold     time.Duration // how long a commission waits for refunds
	Refunds  time.Duration // how long after its order a commission that was shared may be taken back
	Bound    time.Duration // how long a customer is bound to who brought its first order; zero when none is
	Model    Model         // divides what an order earns among those who brought it
	OpenedAt time.Time
	ClosedAt time.Time // zero while it is open
}

// OpenProgram checks a program's settings and opens it, under the model Last and with the DefaultRefundWindow.
func OpenProgram(id ProgramID, merchant AccountID, name string, rate money.Bps, window, hold time.Duration, now time.Time) (Program, error) {
	name = strings.TrimSpace(name)
	if !printable(name) {
		return Program{}, ErrProgramName
	}
	return Program{ID: id, Merchant: merchant, Name: name, Refunds: DefaultRefundWindow, Model: Last, OpenedAt: now}.Change(rate, window, hold)
}

// Change gives the program other settings, which orders to come are judged by: what was earned keeps its own. The rate is
// zero for a program whose own rate is flat, and stays so. It fails with ErrProgramClosed, ErrRate, ErrWindow or ErrHold.
func (p Program) Change(rate money.Bps, window, hold time.Duration) (Program, error) {
	switch {
	case !p.ClosedAt.IsZero():
		return Program{}, ErrProgramClosed
	case rate < 0 || rate > money.Whole || (rate == 0) != (p.Flat > 0):
		return Program{}, ErrRate
	case window < MinWindow || window > MaxWindow || window%time.Microsecond != 0: // what no store keeps is refused
		return Program{}, ErrWindow
	case hold < 0 || hold > MaxHold || hold%time.Microsecond != 0:
		return Program{}, ErrHold
	}
	p.Rate, p.Window, p.Hold = rate, window, hold
	return p, nil
}

// Close ends the program for good: from then on no link is made for it and no click on one counts, while clicks from
// before earn as ever. One that is closed stays as it is.
func (p Program) Close(now time.Time) Program {
	if p.ClosedAt.IsZero() {
		p.ClosedAt = now
	}
	return p
}

// Under is the program with another model, which orders to come are judged by, or ErrModel.
func (p Program) Under(model Model) (Program, error) {
	if err := model.Check(); err != nil {
		return Program{}, err
	}
	p.Model = model
	return p, nil
}

// Refunding is the program with another refund window, which orders to come are held to, or ErrRefunds.
func (p Program) Refunding(window time.Duration) (Program, error) {
	if window < 0 || window > MaxRefundWindow || window%time.Microsecond != 0 {
		return Program{}, ErrRefunds
	}
	p.Refunds = window
	return p, nil
}

// Rule is what decides about the orders of the program that are reported now.
func (p Program) Rule() Rule {
	return Rule{Version: RuleVersion, Model: p.Model, Window: p.Window, Rate: p.Rate, Flat: p.Flat, Rates: p.Rates, Until: p.ClosedAt}
}

// printable reports 1 to 100 characters, valid UTF-8, none of them a control character.
func printable(text string) bool {
	const most = 100
	if text == "" || !utf8.ValidString(text) || utf8.RuneCountInString(text) > most {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}
