package api

import (
	"context"
	"net/http"
	"sync"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/openapi"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
)

// Document is the OpenAPI document of the table. GET /v1/openapi.json serves it.
func Document() *openapi.Document { return describe(Routes(&twist.Platform{}, Options{})) }

// describe writes the document of the routes. It panics on one that cannot be described.
func describe(routes []rpc.Route) *openapi.Document {
	return openapi.Describe(openapi.Info{
		Title: "TWIST", Version: "1",
		Description: "People with an audience earn from what they recommend, their fans stake on them and share that income, " +
			"and everyone is paid on Solana. Amounts are texts of base units. A refusal is a problem document, and its code is stable. " +
			"An answer may gain fields: ignore those you do not know.",
		License: openapi.License{Name: "Apache License 2.0", Identifier: "Apache-2.0"},
	}, routes,
		openapi.Values("Role", identity.Roles()...),
		openapi.Values("ApplicationKind", identity.ApplicationKinds()...),
		openapi.Values("ApplicationState", identity.ApplicationStates()...),
		openapi.Values("MailState", identity.MailStates()...),
		openapi.Values("Scope", identity.Scopes()...),
		openapi.Values("Tier", tiers()...),
		openapi.Values("PoolState", staking.States()...),
		openapi.Values("TicketState", staking.TicketStates()...),
		openapi.Values("RebalanceMode", staking.Modes()...),
		openapi.Values("PoolSort", staking.Sorts()...),
		openapi.Values("Trend", staking.Trends()...),
		openapi.Values("ActivityKind", twist.ActivityKinds()...),
		openapi.Values("AlertKind", fraud.Kinds()...),
		openapi.Values("AlertSeverity", fraud.Severities()...),
		openapi.Values("AlertStatus", fraud.Statuses()...),
		openapi.Values("FraudRule", append(fraud.Names(), fraud.OrderNames()...)...),
		openapi.Values("CommissionState", attribution.States()...),
		openapi.Values("BonusState", attribution.BonusStates()...),
		openapi.Values("BonusKind", attribution.BonusKinds()...),
		openapi.Values("DecisionAct", attribution.ActApprove, attribution.ActReject),
		openapi.Values("AttributionModel", attribution.Models()...),
		openapi.Values("TouchReason", attribution.Reasons()...),
		openapi.Values("StatisticStep", attribution.Steps()...),
		openapi.Values("LinkRanking", attribution.Rankings()...),
		openapi.Values("Evidence", attribution.Evidences()...),
		openapi.Values("PayoutState", payouts.States()...),
		openapi.Values("AttemptState", payouts.AttemptStates()...),
	)
}

// described serves the document of the table that it stands in. Who keeps it asks each time whether it is still
// the same: clients are made from it.
func described(document *[]byte) rpc.Call[nothing, rpc.Content] {
	tag := sync.OnceValue(func() string { return rpc.Tag(*document) })
	return func(context.Context, twist.Caller, nothing) (rpc.Content, error) {
		return rpc.Content{Header: http.Header{
			"Content-Type": {"application/json"}, "Cache-Control": {asked}, "Etag": {tag()},
		}, Body: *document}, nil
	}
}
