package api

import (
	"context"
	"net/http"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
)

// commissionRoutes are what people decide about commissions, and where they see what there is to decide. Every decision has
// an idempotency key but giving one up, which needs none: a commission that was given up stays so.
func commissionRoutes(p *twist.Platform) []rpc.Route {
	operator := rpc.Role(identity.RoleOperator)
	return []rpc.Route{
		rpc.On("POST /v1/commissions/{id}/waiver", "commissions.waive", http.StatusOK, rpc.Session(), decideCommission(p.Attribution.Waive)).
			Saying("Gives up a commission of the caller's that nobody has funded."),
		rpc.On("GET /v1/programs/{id}/commissions", "programs.commissions", http.StatusOK, rpc.Session(), programCommissions(p.Attribution)).
			Saying("Lists the commissions of one of the caller's programs that are in a state."),
		rpc.Once("POST /v1/commissions/{id}/approve", "commissions.approve", http.StatusOK, rpc.Session(), decideCommission(p.Attribution.Approve)).
			Saying("Shares a commission of one of the caller's programs before its hold is over."),
		rpc.Once("POST /v1/commissions/{id}/reject", "commissions.reject", http.StatusOK, rpc.Session(), because(p.Attribution.Reject)).
			Saying("Refuses a commission of one of the caller's programs that was not shared, and says why; what was set aside is the budget's again."),
		rpc.Once("POST /v1/commissions/decisions", "commissions.decide", http.StatusOK, rpc.Session(), decideCommissions(p.Attribution)).
			Saying("Approves and rejects up to a hundred commissions, and says of each what became of it: one that is refused keeps no other from being decided."),
		rpc.On("GET /v1/operate/commissions", "operate.commissions", http.StatusOK, operator, commissionsIn(p.Attribution)).
			Saying("Lists the commissions of all programs that are in a state, the oldest first."),
		rpc.Once("POST /v1/operate/commissions/{id}/hold", "operate.hold_commission", http.StatusOK, operator, because(p.Attribution.HoldCommission)).
			Saying("Keeps a commission from being shared until it is released, and says why."),
		rpc.Once("POST /v1/operate/commissions/{id}/release", "operate.release_commission", http.StatusOK, operator, decideCommission(p.Attribution.ReleaseCommission)).
			Saying("Ends the hold of a commission, which is then shared in its time."),
		rpc.Once("POST /v1/operate/commissions/{id}/reject", "operate.reject_commission", http.StatusOK, operator, because(p.Attribution.RejectHeld)).
			Saying("Refuses a commission that is held, and says why; what was set aside is the budget's again."),
	}
}

type heldCommissions struct {
	page

	State attribution.State `json:"-" query:"state" default:"held"`
}

type programCommissionsRequest struct {
	byID
	page

	State attribution.State `json:"-" query:"state" default:"pending"`
}

func programCommissions(a *twist.Attribution) rpc.Call[programCommissionsRequest, list[commissionBody]] {
	return func(ctx context.Context, by twist.Caller, req programCommissionsRequest) (list[commissionBody], error) {
		rows, err := a.ProgramCommissions(ctx, by, attribution.ProgramID(req.ID), req.State, attribution.CommissionID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(c attribution.Commission) string { return string(c.ID) }, commissionOf), err
	}
}

// operatedCommissionBody is a commission as operators see it.
type operatedCommissionBody struct {
	commissionBody

	AlertID string `json:"alert_id,omitempty" doc:"the alert that holds it: to dismiss that releases all it holds, and to uphold it rejects them"`
}

func operatedCommissionOf(c attribution.Commission) operatedCommissionBody {
	return operatedCommissionBody{commissionOf(c), string(c.Alert)}
}

func commissionsIn(a *twist.Attribution) rpc.Call[heldCommissions, list[operatedCommissionBody]] {
	return func(ctx context.Context, _ twist.Caller, req heldCommissions) (list[operatedCommissionBody], error) {
		rows, err := a.CommissionsIn(ctx, req.State, attribution.CommissionID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(c attribution.Commission) string { return string(c.ID) }, operatedCommissionOf), err
	}
}

// decideCommission decides about one commission, and because about one for a reason.
func decideCommission(decide func(context.Context, twist.Caller, attribution.CommissionID) (attribution.Commission, error)) rpc.Call[byID, commissionBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (commissionBody, error) {
		c, err := decide(ctx, by, attribution.CommissionID(req.ID))
		return commissionOf(c), err
	}
}

func because(decide func(context.Context, twist.Caller, attribution.CommissionID, string) (attribution.Commission, error)) rpc.Call[rejectRequest, commissionBody] {
	return func(ctx context.Context, by twist.Caller, req rejectRequest) (commissionBody, error) {
		c, err := decide(ctx, by, attribution.CommissionID(req.ID), req.Reason)
		return commissionOf(c), err
	}
}

type decisionRequest struct {
	CommissionID string          `json:"commission_id"`
	Act          attribution.Act `json:"act"`
	Reason       string          `json:"reason,omitempty" doc:"of a rejection"`
}

type decisionsRequest struct {
	Decisions []decisionRequest `json:"decisions" doc:"1 to 100"`
}

type decidedBody struct {
	Commission *commissionBody `json:"commission,omitempty" doc:"the commission as it was decided"`
	Problem    *rpc.Problem    `json:"problem,omitempty" doc:"why it was not; its status is what it would be if only this had been asked for"`
}

type decidedCommissions struct {
	Items []decidedBody `json:"items" doc:"in the order in which they were named"`
}

func decideCommissions(a *twist.Attribution) rpc.Call[decisionsRequest, decidedCommissions] {
	return func(ctx context.Context, by twist.Caller, req decisionsRequest) (decidedCommissions, error) {
		all := make([]twist.Decision, len(req.Decisions))
		for i, d := range req.Decisions {
			all[i] = twist.Decision{Commission: attribution.CommissionID(d.CommissionID), Act: d.Act, Reason: d.Reason}
		}
		decided, err := a.Decide(ctx, by, all)
		if err != nil {
			return decidedCommissions{}, err
		}
		out := decidedCommissions{Items: make([]decidedBody, len(decided))}
		for i, d := range decided {
			if d.Err != nil {
				problem := rpc.Part(ctx, d.Err)
				out.Items[i].Problem = &problem
				continue
			}
			commission := commissionOf(d.Commission)
			out.Items[i].Commission = &commission
		}
		return out, nil
	}
}
