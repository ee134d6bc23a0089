package memory

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
)

// waiting reads what waits of commissions.
type waiting struct{ *unit }

// Programs pages through the programs that have a queue.
func (w waiting) Programs(_ context.Context, after attribution.ProgramID, limit int) ([]attribution.ProgramID, error) {
	s, err := w.read()
	if err != nil {
		return nil, err
	}
	return distinct(s.commissions, after, limit, func(v attribution.Commission) (attribution.ProgramID, bool) {
		return v.Program, v.State == attribution.Unfunded
	}), nil
}

// Alerts pages through the alerts that hold something.
func (w waiting) Alerts(_ context.Context, after attribution.AlertID, limit int) ([]attribution.AlertID, error) {
	s, err := w.read()
	if err != nil {
		return nil, err
	}
	return distinct(s.commissions, after, limit, func(v attribution.Commission) (attribution.AlertID, bool) {
		return v.Alert, v.Alert != "" && kept(v.State)
	}), nil
}

// ListByAlert pages through what an alert holds.
func (w waiting) ListByAlert(_ context.Context, alert attribution.AlertID, after attribution.CommissionID, limit int) ([]attribution.Commission, error) {
	s, err := w.read()
	if err != nil {
		return nil, err
	}
	return s.commissions.list(after, limit, func(v attribution.Commission) bool { return alert != "" && v.Alert == alert && kept(v.State) }), nil
}

// kept are the states in which an alert keeps a commission from being shared.
func kept(s attribution.State) bool { return s == attribution.Held || s == attribution.Unfunded }
