package api

import (
	"context"
	"net/netip"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

// auditRequest is a page of the audit log, of one account if it names one.
type auditRequest struct {
	page

	Account string `json:"-" query:"account" doc:"only what this account did; absent: everything"`
}

type auditBody struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	Account   string    `json:"account_id,omitempty"`
	Session   string    `json:"session_id,omitempty"`
	Action    string    `json:"action"`
	Subject   string    `json:"subject,omitempty"`
	Outcome   string    `json:"outcome"` // done or refused
	Code      string    `json:"code,omitempty"`
	RequestID string    `json:"request_id"`
	IP        string    `json:"ip" doc:"empty once the account was erased"`
	UserAgent string    `json:"user_agent"`
}

func auditOf(r identity.AuditRecord) auditBody {
	outcome := "done"
	if r.Code != "" {
		outcome = "refused"
	}
	return auditBody{
		ID: string(r.ID), At: r.At, Account: string(r.Account), Session: string(r.Session), Action: r.Action, Subject: r.Subject,
		Outcome: outcome, Code: r.Code, RequestID: r.RequestID, IP: whence(r.IP), UserAgent: r.UserAgent,
	}
}

// whence writes an address, or nothing where it was forgotten.
func whence(ip netip.Addr) string {
	if !ip.IsValid() {
		return ""
	}
	return ip.String()
}

func audit(i *twist.Identity) rpc.Call[auditRequest, list[auditBody]] {
	return func(ctx context.Context, _ twist.Caller, req auditRequest) (list[auditBody], error) {
		rows, err := i.Audit(ctx, identity.AccountID(req.Account), identity.AuditID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(r identity.AuditRecord) string { return string(r.ID) }, auditOf), err
	}
}
