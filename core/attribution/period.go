package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// Step is how long each period of a statistic is.
type Step string

// The steps. All are of UTC; a week begins on Monday, as ISO 8601 has it.
const (
	Hourly  Step = "hour"
	Daily   Step = "day"
	Weekly  Step = "week"
	Monthly Step = "month"
)

// Steps lists every step.
func Steps() []Step { return []Step{Hourly, Daily, Weekly, Monthly} }

// MaxPeriods is how many periods a statistic has at most: the hours of a month of 31 days, or two years of days.
const MaxPeriods = 744

// Faults of periods.
var (
	ErrStep    = fault.New(fault.Invalid, "step_invalid", "statistics are told by hour, day, week or month")
	ErrPeriod  = fault.New(fault.Invalid, "period_invalid", "a period ends after it begins, both in the years 2000 to 9999")
	ErrPeriods = fault.New(fault.Invalid, "periods_too_many", "a statistic has at most 744 periods")
)

// Period is a span of time: From is in it, To is not.
type Period struct{ From, To time.Time }

// Has reports that a moment is in the period.
func (p Period) Has(at time.Time) bool { return !at.Before(p.From) && at.Before(p.To) }

// Check returns ErrPeriod unless the period is one.
func (p Period) Check() error {
	if !p.From.Before(p.To) || p.From.UTC().Year() < 2000 || p.To.UTC().Year() > 9999 {
		return ErrPeriod
	}
	return nil
}

// Periods gives the whole periods of a step that have a part in one span, in their order and without gaps, or the fault.
func Periods(by Step, of Period) ([]Period, error) {
	if err := of.Check(); err != nil {
		return nil, err
	}
	from, err := by.begin(of.From.UTC())
	if err != nil {
		return nil, err
	}
	var all []Period
	for from.Before(of.To) {
		if len(all) == MaxPeriods {
			return nil, ErrPeriods
		}
		to := by.next(from)
		if to.Year() > 9999 { // which no answer can say
			return nil, ErrPeriod
		}
		all, from = append(all, Period{from, to}), to
	}
	return all, nil
}

// begin is when the period began that a moment is in.
func (s Step) begin(at time.Time) (time.Time, error) {
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	switch s {
	case Hourly:
		return day.Add(time.Duration(at.Hour()) * time.Hour), nil
	case Daily:
		return day, nil
	case Weekly:
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7), nil
	case Monthly:
		return day.AddDate(0, 0, 1-day.Day()), nil
	default:
		return time.Time{}, ErrStep
	}
}

// next is when the period ends that begins at a moment.
func (s Step) next(from time.Time) time.Time {
	switch s {
	case Hourly:
		return from.Add(time.Hour)
	case Weekly:
		return from.AddDate(0, 0, 7)
	case Monthly:
		return from.AddDate(0, 1, 0)
	case Daily:
	}
	return from.AddDate(0, 0, 1)
}

// Usual is the span that ends at a moment and is shown to who names none: a day of hours, 30 days, or twelve weeks or
// months.
func (s Step) Usual(to time.Time) Period {
	from := map[Step]time.Time{
		Hourly: to.AddDate(0, 0, -1), Weekly: to.AddDate(0, 0, -7*12), Monthly: to.AddDate(-1, 0, 0),
	}[s]
	if from.IsZero() {
		from = to.AddDate(0, 0, -30)
	}
	return Period{from, to}
}
