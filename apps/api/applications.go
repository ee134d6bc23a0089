package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/identity"
)

type applyRequest struct {
	Kind identity.ApplicationKind `json:"kind"`
	Text string                   `json:"text" doc:"why it should be granted"`
}

// applicationBody is an application as its applicant sees it: who decided is not named.
type applicationBody struct {
	ID        string                    `json:"id"`
	Kind      identity.ApplicationKind  `json:"kind"`
	Text      string                    `json:"text"`
	Name      string                    `json:"display_name,omitempty" doc:"the name that a badge would stand beside"`
	State     identity.ApplicationState `json:"state"`
	Reason    string                    `json:"reason,omitempty"`
	MadeAt    time.Time                 `json:"made_at"`
	DecidedAt *time.Time                `json:"decided_at,omitempty"`
}

func applicationOf(a identity.Application) applicationBody {
	body := applicationBody{
		ID: string(a.ID), Kind: a.Kind, Text: a.Text, Name: a.Name, State: a.State, Reason: a.Reason, MadeAt: a.MadeAt,
	}
	if !a.DecidedAt.IsZero() {
		body.DecidedAt = &a.DecidedAt
	}
	return body
}

func apply(i *twist.Identity) rpc.Call[applyRequest, applicationBody] {
	return func(ctx context.Context, by twist.Caller, req applyRequest) (applicationBody, error) {
		made, err := i.Apply(ctx, by, req.Kind, req.Text)
		return applicationOf(made), err
	}
}

func applications(i *twist.Identity) rpc.Call[page, list[applicationBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[applicationBody], error) {
		rows, err := i.Applications(ctx, by, identity.ApplicationID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(a identity.Application) string { return string(a.ID) }, applicationOf), err
	}
}

// operatedBody is an application as an operator sees it.
type operatedBody struct {
	ID        string                    `json:"id"`
	Account   string                    `json:"account_id"`
	Kind      identity.ApplicationKind  `json:"kind"`
	Text      string                    `json:"text"`
	Name      string                    `json:"display_name,omitempty" doc:"the name that a badge would stand beside"`
	State     identity.ApplicationState `json:"state"`
	Reason    string                    `json:"reason,omitempty"`
	DecidedBy string                    `json:"decided_by,omitempty"`
	MadeAt    time.Time                 `json:"made_at"`
	DecidedAt *time.Time                `json:"decided_at,omitempty"`
}

func operatedOf(a identity.Application) operatedBody {
	shown := applicationOf(a)
	return operatedBody{
		ID: shown.ID, Account: string(a.Account), Kind: shown.Kind, Text: shown.Text, Name: shown.Name, State: shown.State, Reason: shown.Reason,
		DecidedBy: string(a.DecidedBy), MadeAt: shown.MadeAt, DecidedAt: shown.DecidedAt,
	}
}

// applicationPage is the request of a page of what is in one state.
type applicationPage struct {
	page

	State identity.ApplicationState `json:"-" query:"state" default:"pending"`
}

// mailPage is the request of a page of what is in one state.
type mailPage struct {
	page

	State identity.MailState `json:"-" query:"state" default:"parked"`
}

func applicationsIn(i *twist.Identity) rpc.Call[applicationPage, list[operatedBody]] {
	return func(ctx context.Context, _ twist.Caller, req applicationPage) (list[operatedBody], error) {
		rows, err := i.ApplicationsIn(ctx, req.State, identity.ApplicationID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(a identity.Application) string { return string(a.ID) }, operatedOf), err
	}
}

func approveApplication(i *twist.Identity) rpc.Call[byID, operatedBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (operatedBody, error) {
		decided, err := i.ApproveApplication(ctx, by, identity.ApplicationID(req.ID))
		return operatedOf(decided), err
	}
}

type rejectRequest struct {
	byID

	Reason string `json:"reason"`
}

func rejectApplication(i *twist.Identity) rpc.Call[rejectRequest, operatedBody] {
	return func(ctx context.Context, by twist.Caller, req rejectRequest) (operatedBody, error) {
		decided, err := i.RejectApplication(ctx, by, identity.ApplicationID(req.ID), req.Reason)
		return operatedOf(decided), err
	}
}

// mailBody is a mail as an operator sees it: neither where it goes nor what it says.
type mailBody struct {
	ID        string             `json:"id"`
	Account   string             `json:"account_id"`
	State     identity.MailState `json:"state"`
	Tries     int                `json:"tries"`
	Fault     string             `json:"fault,omitempty"`
	DueAt     *time.Time         `json:"due_at,omitempty"`
	QueuedAt  time.Time          `json:"queued_at"`
	ChangedAt time.Time          `json:"changed_at"`
}

func mailOf(m identity.Mail) mailBody {
	body := mailBody{
		ID: string(m.ID), Account: string(m.Account), State: m.State, Tries: m.Tries, Fault: m.Fault, QueuedAt: m.QueuedAt, ChangedAt: m.ChangedAt,
	}
	if m.State == identity.MailWaiting {
		body.DueAt = &m.DueAt
	}
	return body
}

func mailsIn(i *twist.Identity) rpc.Call[mailPage, list[mailBody]] {
	return func(ctx context.Context, _ twist.Caller, req mailPage) (list[mailBody], error) {
		rows, err := i.Mails(ctx, req.State, identity.MailID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(m identity.Mail) string { return string(m.ID) }, mailOf), err
	}
}
