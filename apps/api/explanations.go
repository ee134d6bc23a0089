package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

type explanationBody struct {
	ConversionID  string               `json:"conversion_id"`
	Evidence      attribution.Evidence `json:"evidence" doc:"what the order was attributed by"`
	Model         attribution.Model    `json:"model"`
	RuleVersion   int                  `json:"rule_version"`
	WindowSeconds int64                `json:"window_seconds"`
	CommissionBps money.Bps            `json:"commission_bps" doc:"the program's own rate then; zero when it was flat"`
	Pot           *money.Amount        `json:"pot,omitempty" doc:"what the order earns for all together, at the best tier of those who brought it; shown to the merchant"`
	Earnings      []earningBody        `json:"earnings,omitempty" doc:"how, for each tier of those who brought it; shown to the merchant. A refund takes back the same part of it as of the order, whatever its items and rates"`
	Touches       []touchBody          `json:"touches" doc:"what was considered, in the order of time"`
	MoreClicks    bool                 `json:"more_clicks" doc:"whether the visitor had clicks beyond those: the latest hundred are considered"`
	Credits       []creditBody         `json:"credits"`
}

type touchBody struct {
	ClickID      string             `json:"click_id,omitempty" doc:"absent for the promo code and for the customer"`
	LinkID       string             `json:"link_id"`
	InfluencerID string             `json:"influencer_id"`
	Reason       attribution.Reason `json:"reason" doc:"counted, or why not"`
	Weight       int64              `json:"weight"`
	At           time.Time          `json:"touched_at"`
}

type creditBody struct {
	InfluencerID string `json:"influencer_id"`

	Tier tier `json:"tier,omitempty" doc:"of her pool when the order was reported, where a rate asks for it"`

	Weight     int64           `json:"weight"`
	ShareBps   money.Bps       `json:"share_bps" doc:"for people to read; those of all credits make up 10000"`
	Amount     money.Amount    `json:"amount" doc:"her part of what the order earns at her tier"`
	Commission *commissionBody `json:"commission,omitempty" doc:"what became of it"`
}

func explanationOf(e attribution.Explanation, commissions []attribution.Commission) explanationBody {
	body := explanationBody{
		ConversionID: string(e.Conversion), Evidence: e.Evidence, Model: e.Rule.Model, RuleVersion: e.Rule.Version,
		WindowSeconds: int64(e.Rule.Window / time.Second), CommissionBps: e.Rule.Rate,
		MoreClicks: e.More, Touches: []touchBody{}, Credits: []creditBody{},
	}
	if e.Pot > 0 {
		body.Pot, body.Earnings = &e.Pot, earningsOf(e.Earnings)
	}
	for _, t := range e.Touches {
		body.Touches = append(body.Touches, touchBody{
			ClickID: string(t.Click), LinkID: string(t.Link), InfluencerID: string(t.Influencer), Reason: t.Reason, At: t.At,
			Weight: int64(t.Weight), //nolint:gosec // at most 2^32
		})
	}
	for _, c := range e.Credits {
		credit := creditBody{InfluencerID: string(c.Influencer), Tier: tier(c.Tier), ShareBps: c.Share, Amount: c.Amount}
		credit.Weight = int64(c.Weight) //nolint:gosec // at most 2^32 for each of a hundred touches and one
		for _, commission := range commissions {
			if commission.Influencer == c.Influencer {
				became := commissionOf(commission)
				credit.Commission = &became
			}
		}
		body.Credits = append(body.Credits, credit)
	}
	return body
}

func explanation(a *twist.Attribution) rpc.Call[byID, explanationBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (explanationBody, error) {
		e, err := a.Explain(ctx, by, attribution.ConversionID(req.ID))
		return explanationOf(e.Explanation, e.Commissions), err
	}
}

type replayRequest struct {
	byID

	Model attribution.Model `json:"-" path:"model"`
}

func replay(a *twist.Attribution) rpc.Call[replayRequest, explanationBody] {
	return func(ctx context.Context, by twist.Caller, req replayRequest) (explanationBody, error) {
		e, err := a.Replay(ctx, by, attribution.ConversionID(req.ID), req.Model)
		return explanationOf(e, nil), err
	}
}
