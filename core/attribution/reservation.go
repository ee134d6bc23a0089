package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
)

// MostReservations is how many promo codes a merchant may keep for itself in one program.
const MostReservations = 1_000

// ErrReservationLimit means that a program has all the reservations that it may have.
var ErrReservationLimit = fault.New(fault.Conflict, "reservation_limit", "a merchant reserves at most 1000 promo codes in a program")

// Reservation is a promo code of a program that its merchant keeps for itself, as are all that look the same: no link is
// made with it, and no order earns by it for a link that has it.
type Reservation struct {
	Program ProgramID
	Promo   Promo // as the merchant wrote it
	At      time.Time
}

// Reserve keeps a promo code for the merchant of a program that has so many reservations, or is ErrReservationLimit.
func Reserve(program ProgramID, promo Promo, reservations int, now time.Time) (Reservation, error) {
	if reservations >= MostReservations {
		return Reservation{}, ErrReservationLimit
	}
	return Reservation{Program: program, Promo: promo, At: now}, nil
}

// Typed reports that an order of its program which names the link's promo code earns by it at a moment.
func (l Link) Typed(p Program, now time.Time) bool {
	return l.Promo != "" && !l.Reserved && l.Active(now) && !p.Rule().closed(now)
}
