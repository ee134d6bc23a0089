package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// reservations keeps which promo codes merchants keep for themselves.
type reservations struct{ *unit }

// reservationRow is a reservation.
type reservationRow struct {
	Program attribution.ProgramID
	Promo   attribution.Promo
	At      time.Time
}

const reservationColumns = `program, promo, at`

func (r reservationRow) value() attribution.Reservation {
	v := attribution.Reservation(r)
	v.At = v.At.UTC()
	return v
}

// Find gives a reservation by its look.
func (r reservations) Find(ctx context.Context, program attribution.ProgramID, look string) (attribution.Reservation, bool, error) {
	return find[reservationRow](ctx, r.unit, `SELECT `+reservationColumns+` FROM reservations WHERE program = $1 AND promo_look = $2`, string(program), look)
}

// List pages through the reservations of a program.
func (r reservations) List(ctx context.Context, program attribution.ProgramID, after string, limit int) ([]attribution.Reservation, error) {
	return list[reservationRow](ctx, r.unit, `
		SELECT `+reservationColumns+` FROM reservations WHERE program = $1 AND promo_look > $2 ORDER BY promo_look LIMIT $3`,
		string(program), spot(after), most(limit))
}

// Count counts the reservations of a program.
func (r reservations) Count(ctx context.Context, program attribution.ProgramID) (int, error) {
	counted, _, err := find[countRow](ctx, r.unit, `SELECT count(*) AS count FROM reservations WHERE program = $1`, string(program))
	return counted, err
}

// Add keeps a reservation.
func (r reservations) Add(ctx context.Context, v attribution.Reservation) error {
	return r.run(ctx, nil, `INSERT INTO reservations (`+reservationColumns+`, promo_look) VALUES ($1, $2, $3, $4)`,
		string(v.Program), string(v.Promo), v.At, v.Promo.Look())
}

// Remove drops a reservation.
func (r reservations) Remove(ctx context.Context, program attribution.ProgramID, look string) error {
	return r.run(ctx, nil, `DELETE FROM reservations WHERE program = $1 AND promo_look = $2`, string(program), look)
}
