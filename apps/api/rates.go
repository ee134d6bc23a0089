package api

import (
	"context"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// rateBody is a rate, in a request and in an answer.
type rateBody struct {
	ProductID     string       `json:"product_id,omitempty" doc:"for items of this product; absent: for all"`
	Tier          tier         `json:"tier,omitempty" doc:"for influencers whose pool is of this tier when the order is reported; absent: for all"`
	CommissionBps money.Bps    `json:"commission_bps,omitempty" doc:"of what the item costs; absent for a flat rate"`
	Flat          money.Amount `json:"flat,omitempty" doc:"for each item, and never more than it costs; absent for a part"`
}

func rateOf(r attribution.Rate) rateBody {
	return rateBody{ProductID: string(r.Product), Tier: tier(r.Tier), CommissionBps: r.Bps, Flat: r.Flat}
}

func ratesOf(rates []attribution.Rate) []rateBody {
	bodies := []rateBody{}
	for _, r := range rates {
		bodies = append(bodies, rateOf(r))
	}
	return bodies
}

type setRatesRequest struct {
	byID

	CommissionBps money.Bps    `json:"commission_bps,omitempty" doc:"the program's own rate, of each item; either this or flat"`
	Flat          money.Amount `json:"flat,omitempty" doc:"the program's own rate for each item, and never more than it costs"`
	Rates         []rateBody   `json:"rates" doc:"for products, tiers or both, at most 100; an item earns by the one that gives most for it"`
}

func setRates(a *twist.Attribution) rpc.Call[setRatesRequest, programBody] {
	return func(ctx context.Context, by twist.Caller, req setRatesRequest) (programBody, error) {
		if req.Rates == nil { // all of them are replaced: nobody loses those that there are by leaving a field out
			return programBody{}, attribution.ErrRates.Saying("without any it is []")
		}
		var special []attribution.Rate
		for _, r := range req.Rates {
			special = append(special, attribution.Rate{Product: attribution.ProductID(r.ProductID), Tier: attribution.Tier(r.Tier), Bps: r.CommissionBps, Flat: r.Flat})
		}
		own := attribution.Rate{Bps: req.CommissionBps, Flat: req.Flat}
		return programOf(a.SetRates(ctx, by, attribution.ProgramID(req.ID), own, special))
	}
}

type itemBody struct {
	ProductID string       `json:"product_id" doc:"3 to 50 small letters, digits and hyphens"`
	Amount    money.Amount `json:"amount"`
}

func itemsIn(bodies []itemBody) (items []attribution.Item) {
	for _, b := range bodies {
		items = append(items, attribution.Item{Product: attribution.ProductID(b.ProductID), Amount: b.Amount})
	}
	return items
}

func itemsOf(items []attribution.Item) (bodies []itemBody) {
	for _, i := range items {
		bodies = append(bodies, itemBody{string(i.Product), i.Amount})
	}
	return bodies
}

type earningBody struct {
	Tier  tier         `json:"tier,omitempty" doc:"of whom; absent where no rate asks for it"`
	Lines []lineBody   `json:"lines"`
	Pot   money.Amount `json:"pot" doc:"what all lines earn"`
}

type lineBody struct {
	ProductID string       `json:"product_id,omitempty" doc:"absent for an order without items"`
	Amount    money.Amount `json:"amount"`
	Rate      rateBody     `json:"rate" doc:"the rate that gave most, and of several equal the most special"`
	Earns     money.Amount `json:"earns"`
}

func earningsOf(earnings []attribution.Earning) []earningBody {
	var bodies []earningBody
	for _, e := range earnings {
		body := earningBody{Tier: tier(e.Tier), Pot: e.Pot}
		for _, l := range e.Lines {
			body.Lines = append(body.Lines, lineBody{string(l.Product), l.Amount, rateOf(l.Rate), l.Earns})
		}
		bodies = append(bodies, body)
	}
	return bodies
}
