package api

import (
	"context"
	"net/http"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
)

func alertRoutes(p *twist.Platform) []rpc.Route {
	deciding := rpc.Role(identity.RoleOperator, identity.RoleAdmin)
	return []rpc.Route{
		rpc.On("GET /v1/operate/alerts", "operate.alerts", http.StatusOK, deciding, alertsOf(p.Fraud)).
			Saying("Lists the alerts of a status or of an account, in the order in which they were opened."),
		rpc.On("POST /v1/operate/alerts/{id}/dismissal", "operate.dismiss_alert", http.StatusOK, deciding, resolveAlert(p.Fraud.Dismiss)).
			Saying("Finds that nothing was wrong: an account that was blocked by the alert can stake again, and commissions that it held are released."),
		rpc.On("POST /v1/operate/alerts/{id}/upholding", "operate.uphold_alert", http.StatusOK, deciding, resolveAlert(p.Fraud.Uphold)).
			Saying("Finds that something was wrong: an account that the alert is about cannot stake until it is dismissed, and commissions that it held are rejected."),
	}
}

// alertBody is an alert as operators see it; nobody else sees any.
type alertBody struct {
	ID         string         `json:"id"`
	Kind       fraud.Kind     `json:"kind" doc:"what it is about: the stakes of an account, what comes into a pool, who stakes from one address on a day, the orders that earned an influencer something in a program, or that what is set aside does not reach for the bonuses that are due"`
	Subject    string         `json:"subject_id" doc:"of the account or the pool; of an address a hash, which is another one each day; of orders program, influencer and rule, with a slash between; of bonuses that word"`
	Account    string         `json:"account_id" doc:"the account, the owner of the pool, whose stake from the address was one too many, the influencer's, or whose bonus was the first that waits"`
	Severity   fraud.Severity `json:"severity"`
	Score      int            `json:"score" doc:"of 100"`
	Rules      []fraud.Name   `json:"rules" doc:"every one that was broken"`
	Count      int64          `json:"count" doc:"how often something was found or refused"`
	Clicks     int64          `json:"clicks,omitempty" doc:"how many valid ones the latest order was judged by, where it is about clicks"`
	Excess     int64          `json:"excess_clicks,omitempty" doc:"how many valid ones more there were in the same days, which were not held against the influencer because few networks made them"`
	Status     fraud.Status   `json:"status"`
	OpenedAt   time.Time      `json:"opened_at"`
	LastAt     time.Time      `json:"last_at"`
	ResolvedBy string         `json:"resolved_by,omitempty"`
	ResolvedAt *time.Time     `json:"resolved_at,omitempty"`
}

func alertOf(a fraud.Alert) alertBody {
	return alertBody{
		ID: string(a.ID), Kind: a.Kind, Subject: a.Subject, Account: string(a.Account), Severity: a.Severity, Score: a.Score,
		Rules: append([]fraud.Name{}, a.Rules...), Count: a.Count, Clicks: a.Clicks, Excess: a.Excess, Status: a.Status, OpenedAt: a.OpenedAt, LastAt: a.LastAt,
		ResolvedBy: string(a.ResolvedBy), ResolvedAt: unlessZero(a.ResolvedAt),
	}
}

// alertPage is the request of a page of alerts.
type alertPage struct {
	page

	Status  fraud.Status `json:"-" query:"status" default:"open" doc:"where no account is named"`
	Account string       `json:"-" query:"account_id" doc:"all of this account and its pool, whatever became of them"`
}

func alertsOf(f *twist.Fraud) rpc.Call[alertPage, list[alertBody]] {
	return func(ctx context.Context, _ twist.Caller, req alertPage) (list[alertBody], error) {
		after, limit := fraud.AlertID(req.After), req.Limit+1
		var rows []fraud.Alert
		var err error
		if req.Account != "" {
			rows, err = f.AlertsOf(ctx, identity.AccountID(req.Account), after, limit)
		} else {
			rows, err = f.AlertsIn(ctx, req.Status, after, limit)
		}
		return listed(rows, req.Limit, func(a fraud.Alert) string { return string(a.ID) }, alertOf), err
	}
}

func resolveAlert(resolve func(context.Context, twist.Caller, fraud.AlertID) (fraud.Alert, error)) rpc.Call[byID, alertBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (alertBody, error) {
		resolved, err := resolve(ctx, by, fraud.AlertID(req.ID))
		return alertOf(resolved), err
	}
}
