package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/money"
)

type conversionRequest struct {
	ProgramID string       `json:"program_id"`
	OrderID   string       `json:"order_id" doc:"the merchant's own; it is the key of the conversion"`
	Amount    money.Amount `json:"amount"`
	Currency  string       `json:"currency" doc:"TWIST"`
	ClickID   string       `json:"click_id,omitempty" doc:"what the landing page received as click"`
	PromoCode string       `json:"promo_code,omitempty" doc:"what the buyer typed, in either case; it says whose the order is, whatever was clicked"`
	Customer  string       `json:"customer_id,omitempty" doc:"whom the merchant knows the buyer as, in a word that says nothing to others; a program that binds customers then knows whose their next orders are. It is not kept"`
	Items     []itemBody   `json:"items,omitempty" doc:"what the order consists of, at most 100, whose amounts add up to its own"`
}

type conversionBody struct {
	ID          string           `json:"id"`
	ProgramID   string           `json:"program_id"`
	OrderID     string           `json:"order_id"`
	Amount      money.Amount     `json:"amount"`
	Currency    string           `json:"currency"`
	Items       []itemBody       `json:"items,omitempty"`
	Refunded    money.Amount     `json:"refunded"`
	TouchID     string           `json:"touch_id,omitempty" doc:"the click that was decided on"`
	Commissions []commissionBody `json:"commissions"`
	Refunds     []refundBody     `json:"refunds" doc:"the first thousand by their ids; refunded says how much all of them are"`
	At          time.Time        `json:"converted_at"`
}

type commissionBody struct {
	ID            string            `json:"id"`
	ConversionID  string            `json:"conversion_id"`
	InfluencerID  string            `json:"influencer_id"`
	State         attribution.State `json:"state"`
	Reason        string            `json:"reason,omitempty" doc:"why it is held or was rejected, or why it will be held once it is funded"`
	CommissionBps money.Bps         `json:"commission_bps" doc:"the one rate by which all of the order earned; zero where several or a flat one did, as the explanation says"`
	Gross         money.Amount      `json:"gross"`
	Reversed      money.Amount      `json:"reversed" doc:"of gross, what refunds took back"`
	Kept          money.Amount      `json:"kept" doc:"of gross, what refunds would have taken back and did not, because it was shared and final by then"`
	Fee           money.Amount      `json:"fee"`
	Fans          money.Amount      `json:"fans"`
	Net           money.Amount      `json:"net"`
	MatureAt      time.Time         `json:"mature_at"`
	FinalAt       time.Time         `json:"final_at" doc:"from then on nothing that was shared is taken back"`
}

type refundBody struct {
	ID       string       `json:"refund_id"`
	Amount   money.Amount `json:"amount"`
	Reversed money.Amount `json:"reversed" doc:"what it took back of the commissions"`
	Kept     money.Amount `json:"kept" doc:"what it would have taken back of the commissions and did not, because it was shared and final by then"`
	At       time.Time    `json:"refunded_at"`
}

func commissionOf(c attribution.Commission) commissionBody {
	return commissionBody{
		ID: string(c.ID), ConversionID: string(c.Conversion), InfluencerID: string(c.Influencer), State: c.State, Reason: c.Reason,
		CommissionBps: c.Rate, Gross: c.Gross, Reversed: c.Reversed, Kept: c.Kept, Fee: c.Fee, Fans: c.Fans, Net: c.Net, MatureAt: c.MatureAt, FinalAt: c.FinalAt,
	}
}

func conversionOf(c twist.Converted, err error) (conversionBody, error) {
	body := conversionBody{
		ID: string(c.Conversion.ID), ProgramID: string(c.Conversion.Order.Program), OrderID: c.Conversion.Order.ID,
		Amount: c.Conversion.Order.Amount, Currency: c.Conversion.Order.Currency, Refunded: c.Conversion.Refunded,
		Items: itemsOf(c.Conversion.Order.Items), TouchID: string(c.Conversion.Touch), At: c.Conversion.At,
		Commissions: []commissionBody{}, Refunds: []refundBody{},
	}
	for _, commission := range c.Commissions {
		body.Commissions = append(body.Commissions, commissionOf(commission))
	}
	for _, r := range c.Refunds {
		body.Refunds = append(body.Refunds, refundBody{ID: r.ID, Amount: r.Amount, Reversed: r.Reversed, Kept: r.Kept, At: r.At})
	}
	return body, err
}

func reportConversion(a *twist.Attribution) rpc.Call[conversionRequest, conversionBody] {
	return func(ctx context.Context, by twist.Caller, req conversionRequest) (conversionBody, error) {
		return conversionOf(a.ReportConversion(ctx, by, attribution.Order{
			Program: attribution.ProgramID(req.ProgramID), ID: req.OrderID, Amount: req.Amount,
			Currency: req.Currency, Click: attribution.ClickID(req.ClickID), Items: itemsIn(req.Items),
			Promo: attribution.Promo(req.PromoCode), Customer: req.Customer,
		}))
	}
}

func conversion(a *twist.Attribution) rpc.Call[byID, conversionBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (conversionBody, error) {
		return conversionOf(a.Conversion(ctx, by, attribution.ConversionID(req.ID)))
	}
}

type refundRequest struct {
	byID

	RefundID string       `json:"refund_id" doc:"the merchant's own; it is the key of the refund"`
	Amount   money.Amount `json:"amount"`
}

func refund(a *twist.Attribution) rpc.Call[refundRequest, conversionBody] {
	return func(ctx context.Context, by twist.Caller, req refundRequest) (conversionBody, error) {
		return conversionOf(a.Refund(ctx, by, attribution.ConversionID(req.ID), req.RefundID, req.Amount))
	}
}

func commissions(a *twist.Attribution) rpc.Call[page, list[commissionBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[commissionBody], error) {
		rows, err := a.Commissions(ctx, by, attribution.CommissionID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(c attribution.Commission) string { return string(c.ID) }, commissionOf), err
	}
}
