package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

type ticketBody struct {
	ID         string              `json:"id"`
	PoolID     string              `json:"pool_id"`
	PositionID string              `json:"position_id"`
	Amount     money.Amount        `json:"amount"`
	State      staking.TicketState `json:"state"`
	LeftAt     time.Time           `json:"left_at"`
	DueAt      time.Time           `json:"due_at" doc:"from when on it can be withdrawn; soon after it is paid by itself"`
	EndedAt    *time.Time          `json:"ended_at,omitempty" doc:"when it was withdrawn or canceled"`
}

func ticketOf(t staking.Ticket) ticketBody {
	body := ticketBody{
		ID: string(t.ID), PoolID: string(t.Pool), PositionID: string(t.Position), Amount: t.Amount, State: t.State, LeftAt: t.LeftAt, DueAt: t.DueAt,
	}
	if !t.EndedAt.IsZero() {
		body.EndedAt = &t.EndedAt
	}
	return body
}

func tickets(s *twist.Staking) rpc.Call[page, list[ticketBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[ticketBody], error) {
		rows, err := s.Tickets(ctx, by, staking.TicketID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(t staking.Ticket) string { return string(t.ID) }, ticketOf), err
	}
}

type cooledBody struct {
	EntryID string     `json:"entry_id"`
	Ticket  ticketBody `json:"ticket"`
}

func withdrawTicket(s *twist.Staking) rpc.Call[byID, cooledBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (cooledBody, error) {
		c, err := s.Withdraw(ctx, by, staking.TicketID(req.ID))
		return cooledBody{EntryID: string(c.Entry), Ticket: ticketOf(c.Ticket)}, err
	}
}

func cancelTicket(s *twist.Staking) rpc.Call[byID, stakeBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (stakeBody, error) {
		return stakeOf(s.CancelExit(ctx, by, staking.TicketID(req.ID)))
	}
}
