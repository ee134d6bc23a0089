package twist

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/ports"
)

// PromoCode is a promo code of a program as its merchant sees it: of which link it is, and whose.
type PromoCode struct {
	Promo      attribution.Promo
	Link       attribution.LinkID
	Influencer attribution.InfluencerID
	Reserved   bool // the merchant keeps it
	Earns      bool // an order that is reported now earns by it
	MadeAt     time.Time
}

// PromoCodes gives at most limit promo codes of the links for a program of the caller's in the order of how they look,
// after the one named: also of links that were withdrawn or have expired, whose codes stay taken.
func (a *Attribution) PromoCodes(ctx context.Context, by Caller, id attribution.ProgramID, after attribution.Promo, limit int) ([]PromoCode, error) {
	now := a.c.Clock.Now()
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]PromoCode, error) {
		program, err := ownProgram(ctx, v.Programs, by, id)
		if err != nil {
			return nil, err
		}
		links, err := v.Links.ListByPromo(ctx, id, after.Look(), limit)
		all := make([]PromoCode, len(links))
		for i, l := range links {
			all[i] = PromoCode{Promo: l.Promo, Link: l.ID, Influencer: l.Influencer, Reserved: l.Reserved, Earns: l.Typed(program, now), MadeAt: l.MadeAt}
		}
		return all, err
	})
}

// Reservations gives at most limit reservations of a program of the caller's in the order of how their codes look, after
// the one named.
func (a *Attribution) Reservations(ctx context.Context, by Caller, id attribution.ProgramID, after attribution.Promo, limit int) ([]attribution.Reservation, error) {
	return ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Reservation, error) {
		if _, err := ownProgram(ctx, v.Programs, by, id); err != nil {
			return nil, err
		}
		return v.Reservations.List(ctx, id, after.Look(), limit)
	})
}

// ReservePromo keeps a promo code of a program of the caller's, and all that look the same, for the caller: no link is made
// with it, and orders that are reported from then on with it are attribution.ErrPromoUnknown, also where a link has it.
// What was earned by it before stays. One that is reserved stays as it is; a program that has all it may have gives
// attribution.ErrReservationLimit.
func (a *Attribution) ReservePromo(ctx context.Context, by Caller, id attribution.ProgramID, code string) (attribution.Reservation, error) {
	defer a.forgetLinks(func(l lead) bool { return l.Program == id })
	now := a.c.Clock.Now()
	promo, err := attribution.ParsePromo(code)
	if err != nil {
		return attribution.Reservation{}, err
	}
	return ports.Write(ctx, a.c.Store, func(ctx context.Context, tx ports.Tx) (attribution.Reservation, error) {
		kept, found, err := findReservation(ctx, tx, by, id, promo)
		if err != nil || found {
			return kept, err
		}
		count, err := tx.Reservations.Count(ctx, id)
		if err != nil {
			return attribution.Reservation{}, err
		}
		reserved, err := attribution.Reserve(id, promo, count, now)
		if err != nil {
			return attribution.Reservation{}, err
		}
		if err := tx.Reservations.Add(ctx, reserved); err != nil {
			return attribution.Reservation{}, err
		}
		return reserved, a.c.tell(ctx, tx, now, news{journal.PromoReserved, string(id), string(by.Account), nil})
	})
}

// ReleasePromo gives a promo code of a program of the caller's up that was reserved, by how it looks: a link can be made with
// it, and that of a link that has it earns again. One that is not reserved stays as it is.
func (a *Attribution) ReleasePromo(ctx context.Context, by Caller, id attribution.ProgramID, code string) error {
	defer a.forgetLinks(func(l lead) bool { return l.Program == id })
	now := a.c.Clock.Now()
	promo, err := attribution.ParsePromo(code)
	if err != nil {
		return err
	}
	return a.c.Store.Write(ctx, func(ctx context.Context, tx ports.Tx) error {
		_, found, err := findReservation(ctx, tx, by, id, promo)
		if err != nil || !found {
			return err
		}
		if err := tx.Reservations.Remove(ctx, id, promo.Look()); err != nil {
			return err
		}
		return a.c.tell(ctx, tx, now, news{journal.PromoReleased, string(id), string(by.Account), nil})
	})
}

// findReservation holds a program of the caller's, and gives the reservation there of a promo code that looks like one, if
// there is one.
func findReservation(ctx context.Context, tx ports.Tx, by Caller, id attribution.ProgramID, promo attribution.Promo) (attribution.Reservation, bool, error) {
	if _, err := holdProgram(ctx, tx, by, id); err != nil {
		return attribution.Reservation{}, false, err
	}
	return tx.Reservations.Find(ctx, id, promo.Look())
}
