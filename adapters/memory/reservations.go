package memory

import (
	"context"

	"github.com/twist-platform/twist/core/attribution"
)

// reservations keeps which promo codes merchants keep for themselves.
type reservations struct{ *unit }

// Find gives a reservation by its look.
func (r reservations) Find(_ context.Context, program attribution.ProgramID, look string) (attribution.Reservation, bool, error) {
	s, err := r.read()
	if err != nil {
		return attribution.Reservation{}, false, err
	}
	found, ok := s.reservations.get(reservationKey{string(program), look})
	return found, ok, nil
}

// List pages through the reservations of a program.
func (r reservations) List(_ context.Context, program attribution.ProgramID, after string, limit int) ([]attribution.Reservation, error) {
	s, err := r.read()
	if err != nil {
		return nil, err
	}
	return s.reservations.list(reservationKey{string(program), after}, limit, func(v attribution.Reservation) bool { return v.Program == program }), nil
}

// Count counts the reservations of a program.
func (r reservations) Count(_ context.Context, program attribution.ProgramID) (int, error) {
	s, err := r.read()
	if err != nil {
		return 0, err
	}
	return len(s.reservations.where(func(v attribution.Reservation) bool { return v.Program == program })), nil
}

// Add keeps a reservation.
func (r reservations) Add(_ context.Context, v attribution.Reservation) error {
	return r.write(func(s *state) error { return s.reservations.add(v, errIDTaken) })
}

// Remove drops a reservation.
func (r reservations) Remove(_ context.Context, program attribution.ProgramID, look string) error {
	return r.write(func(s *state) error {
		s.reservations.remove(reservationKey{string(program), look})
		return nil
	})
}
