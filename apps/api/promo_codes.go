package api

import (
	"context"
	"net/http"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
)

type promoCodeBody struct {
	PromoCode    string    `json:"promo_code"`
	LinkID       string    `json:"link_id"`
	InfluencerID string    `json:"influencer_id"`
	Reserved     bool      `json:"reserved" doc:"whether you keep it for yourself"`
	Earns        bool      `json:"earns" doc:"whether an order that is reported now earns by it"`
	MadeAt       time.Time `json:"made_at"`
}

func promoCodeOf(c twist.PromoCode) promoCodeBody {
	return promoCodeBody{
		PromoCode: string(c.Promo), LinkID: string(c.Link), InfluencerID: string(c.Influencer), Reserved: c.Reserved, Earns: c.Earns, MadeAt: c.MadeAt,
	}
}

type reservationBody struct {
	PromoCode  string    `json:"promo_code" doc:"as it was reserved; so are all that look the same"`
	ReservedAt time.Time `json:"reserved_at"`
}

func reservationOf(r attribution.Reservation) reservationBody {
	return reservationBody{PromoCode: string(r.Promo), ReservedAt: r.At}
}

type promosRequest struct {
	byID
	page
}

func promoCodes(a *twist.Attribution) rpc.Call[promosRequest, list[promoCodeBody]] {
	return func(ctx context.Context, by twist.Caller, req promosRequest) (list[promoCodeBody], error) {
		rows, err := a.PromoCodes(ctx, by, attribution.ProgramID(req.ID), attribution.Promo(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(c twist.PromoCode) string { return string(c.Promo) }, promoCodeOf), err
	}
}

func reservations(a *twist.Attribution) rpc.Call[promosRequest, list[reservationBody]] {
	return func(ctx context.Context, by twist.Caller, req promosRequest) (list[reservationBody], error) {
		rows, err := a.Reservations(ctx, by, attribution.ProgramID(req.ID), attribution.Promo(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(r attribution.Reservation) string { return string(r.Promo) }, reservationOf), err
	}
}

type promoRequest struct {
	byID

	Promo string `json:"-" path:"promo"`
}

func reservePromo(a *twist.Attribution) rpc.Call[promoRequest, reservationBody] {
	return func(ctx context.Context, by twist.Caller, req promoRequest) (reservationBody, error) {
		reserved, err := a.ReservePromo(ctx, by, attribution.ProgramID(req.ID), req.Promo)
		return reservationOf(reserved), err
	}
}

func releasePromo(a *twist.Attribution) rpc.Call[promoRequest, nothing] {
	return func(ctx context.Context, by twist.Caller, req promoRequest) (nothing, error) {
		return nothing{}, a.ReleasePromo(ctx, by, attribution.ProgramID(req.ID), req.Promo)
	}
}

func promoRoutes(p *twist.Platform) []rpc.Route {
	return []rpc.Route{
		rpc.On("GET /v1/programs/{id}/promo-codes", "programs.promo_codes", http.StatusOK, rpc.Session(), promoCodes(p.Attribution)).
			Saying("Lists the promo codes of the links for one of the caller's programs, also of links that lead nowhere any more: of which link each is, whose, and whether it earns."),
		rpc.On("GET /v1/programs/{id}/reservations", "programs.reservations", http.StatusOK, rpc.Session(), reservations(p.Attribution)).
			Saying("Lists the promo codes that the merchant of one of the caller's programs keeps."),
		// Both say how a code shall be: said again, they change nothing.
		rpc.On("PUT /v1/programs/{id}/reservations/{promo}", "programs.reserve_promo", http.StatusOK, rpc.Session(), reservePromo(p.Attribution)).
			Saying("Keeps a promo code, and all that look the same, for the merchant: no link is made with it, and orders that name it are refused from then on, also where a link has it; what was earned stays."),
		rpc.On("DELETE /v1/programs/{id}/reservations/{promo}", "programs.release_promo", http.StatusNoContent, rpc.Session(), releasePromo(p.Attribution)).
			Saying("Gives a promo code that was reserved up again: a link can be made with it, and that of a link that has it earns again."),
	}
}
