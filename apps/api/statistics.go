package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

// spanQuery is a span of time. A text that is no moment is rpc.ErrParameter.
type spanQuery struct {
	From time.Time `json:"-" query:"from" doc:"RFC 3339; absent: as long before the end as is usual"`
	To   time.Time `json:"-" query:"to" doc:"RFC 3339, not in the span itself; absent: now"`
}

func (q spanQuery) period() attribution.Period { return attribution.Period{From: q.From, To: q.To} }

type statisticsRequest struct {
	byID
	spanQuery

	By attribution.Step `json:"-" query:"by" default:"day" doc:"how long each period is; a week begins on Monday, and all are of UTC"`
}

type statisticsBody struct {
	By      attribution.Step `json:"by"`
	Periods []periodBody     `json:"periods" doc:"every period that has a part in the span, whole, at most 744; also those in which nothing happened"`
}

type periodBody struct {
	From        time.Time    `json:"from"`
	To          time.Time    `json:"to" doc:"where the next one begins"`
	Clicks      int64        `json:"clicks" doc:"that count"`
	Dropped     int64        `json:"dropped_clicks" doc:"that earn nobody anything"`
	Reasons     []reasonBody `json:"dropped_by_reason"`
	Visitors    int64        `json:"visitors" doc:"the browsers that made the clicks that count. Exact in an hour and in a day; of a week and of a month it is the sum of the days, because nobody is followed from one day to the next: whoever came on three days counts three times"`
	Conversions int64        `json:"conversions" doc:"orders reported in the period: of a program all, of a link those that earned something and in which this was its influencer's last link with a part, so that no order counts for two links of hers"`
	Amount      money.Amount `json:"order_amount" doc:"of those orders"`
	Commission  money.Amount `json:"commission" doc:"what those orders earned"`
	Lost        money.Amount `json:"commission_lost" doc:"what of it was taken back or given up since, whenever that was"`
}

type reasonBody struct {
	Reason string `json:"reason" doc:"in a word; others may come"`
	Clicks int64  `json:"clicks"`
}

func statisticsOf(by attribution.Step, all []attribution.Statistic) statisticsBody {
	body := statisticsBody{By: by, Periods: []periodBody{}}
	for _, s := range all {
		p := periodBody{
			From: s.From, To: s.To, Clicks: s.Valid, Dropped: s.Filtered(), Reasons: []reasonBody{}, Visitors: s.Visitors,
			Conversions: s.Conversions, Amount: s.Amount, Commission: s.Commission, Lost: s.Lost,
		}
		for why, clicks := range s.Dropped {
			p.Reasons = append(p.Reasons, reasonBody{string(why), clicks})
		}
		slices.SortFunc(p.Reasons, func(a, b reasonBody) int { return cmp.Compare(a.Reason, b.Reason) })
		body.Periods = append(body.Periods, p)
	}
	return body
}

func linkStatistics(a *twist.Attribution) rpc.Call[statisticsRequest, statisticsBody] {
	return func(ctx context.Context, by twist.Caller, req statisticsRequest) (statisticsBody, error) {
		all, err := a.LinkStatistics(ctx, by, attribution.LinkID(req.ID), req.By, req.period())
		return statisticsOf(req.By, all), err
	}
}

func programStatistics(a *twist.Attribution) rpc.Call[statisticsRequest, statisticsBody] {
	return func(ctx context.Context, by twist.Caller, req statisticsRequest) (statisticsBody, error) {
		all, err := a.ProgramStatistics(ctx, by, attribution.ProgramID(req.ID), req.By, req.period())
		return statisticsOf(req.By, all), err
	}
}

// ranked is what rankings of links are asked by.
type ranked struct {
	spanQuery

	By    attribution.Ranking `json:"-" query:"by" default:"clicks" doc:"what links are ranked by; a link that brought nothing of it is not listed"`
	Limit int                 `json:"-" query:"limit" min:"1" max:"100" default:"20" doc:"how many links at most"`
}

type topOfProgramRequest struct {
	byID
	ranked
}

type topLinks struct {
	Items []standingBody `json:"items" doc:"the greatest first"`
}

type standingBody struct {
	LinkID      string       `json:"link_id"`
	Clicks      int64        `json:"clicks" doc:"that count"`
	Visitors    int64        `json:"visitors" doc:"the sum of the days: whoever came on three days counts three times"`
	Conversions int64        `json:"conversions"`
	Amount      money.Amount `json:"order_amount"`
	Commission  money.Amount `json:"commission"`
	Lost        money.Amount `json:"commission_lost" doc:"what of it was taken back or given up since"`
}

func topOf(all []attribution.LinkStanding) topLinks {
	body := topLinks{Items: []standingBody{}}
	for _, s := range all {
		body.Items = append(body.Items, standingBody{
			LinkID: string(s.Link), Clicks: s.Valid, Visitors: s.Visitors, Conversions: s.Conversions, Amount: s.Amount,
			Commission: s.Commission, Lost: s.Lost,
		})
	}
	return body
}

func topMine(a *twist.Attribution) rpc.Call[ranked, topLinks] {
	return func(ctx context.Context, by twist.Caller, req ranked) (topLinks, error) {
		all, err := a.TopLinks(ctx, by, req.period(), req.By, req.Limit)
		return topOf(all), err
	}
}

func topOfProgram(a *twist.Attribution) rpc.Call[topOfProgramRequest, topLinks] {
	return func(ctx context.Context, by twist.Caller, req topOfProgramRequest) (topLinks, error) {
		all, err := a.TopLinksOf(ctx, by, attribution.ProgramID(req.ID), req.period(), req.By, req.Limit)
		return topOf(all), err
	}
}
