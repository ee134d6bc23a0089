package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

type openProgramRequest struct {
	Name          string    `json:"name"`
	CommissionBps money.Bps `json:"commission_bps"`
	WindowSeconds *int64    `json:"window_seconds" doc:"how long a click counts; absent: 30 days"`
	HoldDays      *int64    `json:"hold_days" doc:"how long a commission waits; absent: 14"`
	RefundDays    *int64    `json:"refund_days" doc:"how long after its order what was shared may be taken back; absent: 90"`

	BindingDays *int64 `json:"binding_days" doc:"how long a customer is bound to who brought its first order, at most 730; absent or 0: customers are not bound"`

	Model attribution.Model `json:"model,omitempty" doc:"divides what an order earns among those who brought it; absent: last"`
}

// programSettings is a program without its money.
type programSettings struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	CommissionBps money.Bps         `json:"commission_bps" doc:"of each item of an order, or of the order without items; zero when flat is what they earn"`
	Flat          money.Amount      `json:"flat" doc:"for each item of an order, and never more than it costs; zero when commission_bps is"`
	Rates         []rateBody        `json:"rates" doc:"for products, tiers or both; an item earns by the one that gives most for it"`
	WindowSeconds int64             `json:"window_seconds"`
	HoldDays      int64             `json:"hold_days"`
	RefundDays    int64             `json:"refund_days" doc:"how long after its order what was shared may be taken back"`
	BindingDays   int64             `json:"binding_days" doc:"how long a customer is bound to who brought its first order; 0: customers are not bound"`
	Model         attribution.Model `json:"model" doc:"divides what an order earns among those who brought it"`
	OpenedAt      time.Time         `json:"opened_at"`
	ClosedAt      *time.Time        `json:"closed_at,omitempty" doc:"absent while it is open"`
}

type programBody struct {
	programSettings

	Budget     money.Amount `json:"budget"`
	Pending    money.Amount `json:"pending" doc:"set aside for commissions in their hold"`
	Receivable money.Amount `json:"receivable" doc:"owed to the budget after refunds"`
}

const day = 24 * time.Hour

func settingsOf(p attribution.Program) programSettings {
	return programSettings{
		ID: string(p.ID), Name: p.Name, CommissionBps: p.Rate, Flat: p.Flat, Rates: ratesOf(p.Rates), WindowSeconds: int64(p.Window / time.Second),
		HoldDays: int64(p.Hold / day), RefundDays: int64(p.Refunds / day), BindingDays: int64(p.Bound / day), Model: p.Model, OpenedAt: p.OpenedAt, ClosedAt: unlessZero(p.ClosedAt),
	}
}

func programOf(f twist.ProgramFunds, err error) (programBody, error) {
	return programBody{programSettings: settingsOf(f.Program), Budget: f.Budget, Pending: f.Pending, Receivable: f.Receivable}, err
}

func listPrograms(a *twist.Attribution) rpc.Call[page, list[programSettings]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[programSettings], error) {
		rows, err := a.Programs(ctx, by, attribution.ProgramID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(p attribution.Program) string { return string(p.ID) }, settingsOf), err
	}
}

func openProgram(a *twist.Attribution) rpc.Call[openProgramRequest, programBody] {
	return func(ctx context.Context, by twist.Caller, req openProgramRequest) (programBody, error) {
		settings := twist.NewProgram{Name: req.Name, Rate: req.CommissionBps, Window: attribution.DefaultWindow, Hold: attribution.DefaultHold, Model: req.Model}
		var err error
		if req.WindowSeconds != nil {
			if settings.Window, err = span(*req.WindowSeconds, time.Second, attribution.ErrWindow); err != nil {
				return programBody{}, err
			}
		}
		if req.HoldDays != nil {
			if settings.Hold, err = span(*req.HoldDays, day, attribution.ErrHold); err != nil {
				return programBody{}, err
			}
		}
		if settings.Refunds, err = days(req.RefundDays, attribution.ErrRefunds); err != nil {
			return programBody{}, err
		}
		if req.BindingDays != nil {
			if settings.Binding, err = span(*req.BindingDays, day, attribution.ErrBinding); err != nil {
				return programBody{}, err
			}
		}
		opened, err := a.OpenProgram(ctx, by, settings)
		return programOf(twist.ProgramFunds{Program: opened}, err)
	}
}

// days makes a duration of a number of days that may be absent.
func days(n *int64, fault error) (*time.Duration, error) {
	if n == nil {
		return nil, nil
	}
	d, err := span(*n, day, fault)
	return &d, err
}

// span makes a duration of a number from a stranger, which must not wrap into a valid one.
func span(n int64, unit time.Duration, fault error) (time.Duration, error) {
	const most = 1_000 * day // above every limit there is
	if n <= 0 && unit == time.Second || n < 0 || n > int64(most/unit) {
		return 0, fault
	}
	return time.Duration(n) * unit, nil
}

func program(a *twist.Attribution) rpc.Call[byID, programBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (programBody, error) {
		return programOf(a.Program(ctx, by, attribution.ProgramID(req.ID)))
	}
}

type changeProgramRequest struct {
	byID

	CommissionBps *money.Bps `json:"commission_bps"`
	WindowSeconds *int64     `json:"window_seconds"`
	HoldDays      *int64     `json:"hold_days"`
	RefundDays    *int64     `json:"refund_days" doc:"how long after its order what was shared may be taken back"`
	BindingDays   *int64     `json:"binding_days" doc:"how long customers are bound from then on; those who are bound stay so"`

	Model *attribution.Model `json:"model" doc:"divides what orders to come earn among those who brought them"`
}

func changeProgram(a *twist.Attribution) rpc.Call[changeProgramRequest, programBody] {
	return func(ctx context.Context, by twist.Caller, req changeProgramRequest) (programBody, error) {
		change := twist.ProgramChange{Rate: req.CommissionBps, Model: req.Model}
		if req.WindowSeconds != nil {
			window, err := span(*req.WindowSeconds, time.Second, attribution.ErrWindow)
			if err != nil {
				return programBody{}, err
			}
			change.Window = &window
		}
		var err error
		if change.Hold, err = days(req.HoldDays, attribution.ErrHold); err != nil {
			return programBody{}, err
		}
		if change.Refunds, err = days(req.RefundDays, attribution.ErrRefunds); err != nil {
			return programBody{}, err
		}
		if change.Binding, err = days(req.BindingDays, attribution.ErrBinding); err != nil {
			return programBody{}, err
		}
		return programOf(a.ChangeProgram(ctx, by, attribution.ProgramID(req.ID), change))
	}
}

func closeProgram(a *twist.Attribution) rpc.Call[byID, programBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (programBody, error) {
		return programOf(a.CloseProgram(ctx, by, attribution.ProgramID(req.ID)))
	}
}

func fund(a *twist.Attribution) rpc.Call[amountRequest, programBody] {
	return func(ctx context.Context, by twist.Caller, req amountRequest) (programBody, error) {
		return programOf(a.Fund(ctx, by, attribution.ProgramID(req.ID), req.Amount))
	}
}

func withdraw(a *twist.Attribution) rpc.Call[amountRequest, programBody] {
	return func(ctx context.Context, by twist.Caller, req amountRequest) (programBody, error) {
		return programOf(a.Withdraw(ctx, by, attribution.ProgramID(req.ID), req.Amount))
	}
}
