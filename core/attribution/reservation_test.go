package attribution_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
)

func TestReserve(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	last, err := attribution.Reserve("prog_1", "SUMMER20", attribution.MostReservations-1, now)
	require.NoError(t, err)
	require.Equal(t, attribution.Reservation{Program: "prog_1", Promo: "SUMMER20", At: now}, last)
	_, err = attribution.Reserve("prog_1", "SUMMER20", attribution.MostReservations, now)
	require.ErrorIs(t, err, attribution.ErrReservationLimit)
}

// A code earns exactly where an order that names it would.
func TestTyped(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	open := attribution.Program{ID: "prog_1"}
	coded := attribution.Link{Program: "prog_1", Promo: "SUMMER20", ExpiresAt: now.Add(1)}
	for name, test := range map[string]struct {
		change func(*attribution.Link, *attribution.Program)
		earns  bool
	}{
		"as_it_is":            {func(*attribution.Link, *attribution.Program) {}, true},
		"without_a_code":      {func(l *attribution.Link, _ *attribution.Program) { l.Promo = "" }, false},
		"reserved":            {func(l *attribution.Link, _ *attribution.Program) { l.Reserved = true }, false},
		"expired":             {func(l *attribution.Link, _ *attribution.Program) { l.ExpiresAt = now }, false},
		"withdrawn":           {func(l *attribution.Link, _ *attribution.Program) { l.WithdrawnAt = now }, false},
		"of_a_closed_program": {func(_ *attribution.Link, p *attribution.Program) { p.ClosedAt = now }, false},
		"of_one_that_closes":  {func(_ *attribution.Link, p *attribution.Program) { p.ClosedAt = now.Add(1) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, p := coded, open
			test.change(&l, &p)
			require.Equal(t, test.earns, l.Typed(p, now))
		})
	}
}
