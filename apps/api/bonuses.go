package api

import (
	"context"
	"net/http"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
)

func bonusRoutes(p *twist.Platform) []rpc.Route {
	return []rpc.Route{
		rpc.On("GET /v1/me/bonuses", "me.bonuses", http.StatusOK, rpc.Session(), bonuses(p.Attribution)).
			Saying("Lists what the caller got, or is to get, from the platform for whole months."),
		rpc.On("GET /v1/operate/bonuses", "operate.bonuses", http.StatusOK, rpc.Role(identity.RoleOperator), bonusesIn(p.Attribution)).
			Saying("Lists the bonuses of all influencers that are in a state, the oldest first."),
	}
}

// bonusBody is a bonus as its influencer sees it.
type bonusBody struct {
	ID          string                 `json:"id"`
	Month       string                 `json:"month" doc:"of UTC, as 2006-01"`
	Kind        attribution.BonusKind  `json:"kind" doc:"what it is for: how many conversions became final in the month, or a tier that rose over it, if any conversions counted"`
	Conversions int64                  `json:"conversions,omitempty" doc:"how many counted: those whose approval and end of the refund window, whichever came later, was in the month, and of which the platform keeps at least 1 TWIST"`
	Tier        string                 `json:"tier,omitempty" doc:"in which the pool ended the month: SILVER, GOLD or PLATINUM"`
	Fees        money.Amount           `json:"fees,omitempty" doc:"what the platform keeps of the conversions that counted: the bonuses of a month are together at most that; absent when it was found before they were"`
	Amount      money.Amount           `json:"amount" doc:"of conversions 100 TWIST from 100 on, 500 from 500 and 1,000 from 1,000; of a tier 500, or what fees leave beside the conversions' of the month if that is less"`
	State       attribution.BonusState `json:"state"`
	DueAt       time.Time              `json:"due_at"`
	EndedAt     *time.Time             `json:"ended_at,omitempty" doc:"when it was paid, or lapsed because its account was erased"`
}

func bonusOf(b attribution.Bonus) bonusBody {
	return bonusBody{
		ID: string(b.ID), Month: string(b.Month), Kind: b.Kind, Conversions: b.Conversions, Tier: string(b.Tier), Fees: b.Fees, Amount: b.Amount,
		State: b.State, DueAt: b.DueAt, EndedAt: unlessZero(b.EndedAt),
	}
}

// operatedBonusBody is a bonus as operators see it.
type operatedBonusBody struct {
	bonusBody

	Influencer string     `json:"influencer_id"`
	Account    string     `json:"account_id"`
	ShortAt    *time.Time `json:"short_at,omitempty" doc:"when what is set aside was first found not to reach for it"`
}

func operatedBonusOf(b attribution.Bonus) operatedBonusBody {
	return operatedBonusBody{bonusOf(b), string(b.Influencer), string(b.Holder), unlessZero(b.ShortAt)}
}

func bonuses(a *twist.Attribution) rpc.Call[page, list[bonusBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[bonusBody], error) {
		rows, err := a.Bonuses(ctx, by, attribution.BonusID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(b attribution.Bonus) string { return string(b.ID) }, bonusOf), err
	}
}

type bonusPage struct {
	page

	State attribution.BonusState `json:"-" query:"state" default:"due"`
}

func bonusesIn(a *twist.Attribution) rpc.Call[bonusPage, list[operatedBonusBody]] {
	return func(ctx context.Context, _ twist.Caller, req bonusPage) (list[operatedBonusBody], error) {
		rows, err := a.BonusesIn(ctx, req.State, attribution.BonusID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(b attribution.Bonus) string { return string(b.ID) }, operatedBonusOf), err
	}
}
