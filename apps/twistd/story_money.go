package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/core/money"
)

// commission is one of a conversion, as the API shows it.
type commission struct {
	State                           string
	Gross, Reversed, Fee, Fans, Net money.Amount
}

// conversion is what the API shows of one.
type conversion struct {
	ID          string
	Refunded    money.Amount
	Commissions []commission
}

func (c conversion) only() (commission, error) {
	if len(c.Commissions) != 1 {
		return commission{}, fmt.Errorf("%d commissions", len(c.Commissions))
	}
	return c.Commissions[0], nil
}

// convert reports an order, twice: the order's id makes the second a replay.
func (s *story) convert(ctx context.Context) (string, error) {
	order := body{"program_id": s.program, "order_id": "order-1", "amount": orderAmount, "currency": "TWIST", "click_id": s.click}
	var first, again conversion
	if err := s.client.post(ctx, "/v1/conversions", s.merchant, order, &first); err != nil {
		return "", err
	}
	a, err := s.client.send(ctx, http.MethodPost, "/v1/conversions", s.merchant, "", order)
	if err != nil {
		return "", err
	}
	if err := a.decode("the same order", &again); err != nil {
		return "", err
	}
	s.conversion = first.ID
	c, err := first.only()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("an order of %s TWIST earned %s, %s; reported twice, earned once", twists(orderAmount), twists(c.Gross), c.State),
		must(first.ID == again.ID && a.header.Get("Idempotency-Replayed") == "true" && c.State == "pending", "%s and %s, %s", first.ID, again.ID, c.State)
}

// approve lets the worker share the commission.
func (s *story) approve(ctx context.Context) (string, error) {
	if err := s.work(ctx); err != nil {
		return "", err
	}
	var got conversion
	if err := s.client.get(ctx, "/v1/conversions/"+s.conversion, s.merchant, &got); err != nil {
		return "", err
	}
	c, err := got.only()
	if err != nil {
		return "", err
	}
	s.given = c.Fans
	return fmt.Sprintf("after the hold: %s fee, %s to the fans, %s to @ada", twists(c.Fee), twists(c.Fans), twists(c.Net)),
		must(c.State == "approved" && c.Fans.Positive(), "it is %s, fans have %s", c.State, c.Fans)
}

func (s *story) claim(ctx context.Context) (string, error) {
	var got struct{ Rewards money.Amount }
	err := s.client.post(ctx, "/v1/pools/"+s.pool+"/claims", s.fan, nil, &got)
	return fmt.Sprintf("fan claimed %s TWIST of the revenue", twists(got.Rewards)), err
}

func (s *story) refund(ctx context.Context) (string, error) {
	var got conversion
	err := s.client.post(ctx, "/v1/conversions/"+s.conversion+"/refunds", s.merchant, body{"refund_id": "refund-1", "amount": refundAmount}, &got)
	if err != nil {
		return "", err
	}
	c, err := got.only()
	if err != nil {
		return "", err
	}
	kept, err := s.given.Sub(c.Fans)
	if err != nil {
		return "", err
	}
	returned, err := c.Reversed.Sub(kept)
	return fmt.Sprintf("half the order went back: %s returned to the budget; the fans keep their %s", twists(returned), twists(s.given)), err
}

func (s *story) requestPayout(ctx context.Context) (string, error) {
	var got struct {
		ID, State string
		Fee       money.Amount
	}
	err := s.client.post(ctx, "/v1/payouts", s.influencer, body{"amount": payoutAmount}, &got)
	s.payout = got.ID
	return fmt.Sprintf("%s: %s TWIST and %s fee set aside, %s", got.ID, twists(payoutAmount), twists(got.Fee), got.State), err
}

// payoutState reads where the payout stands.
func (s *story) payoutState(ctx context.Context) (state, signature string, err error) {
	var got struct {
		State    string
		Attempts []struct{ Signature string }
	}
	err = s.client.get(ctx, "/v1/payouts/"+s.payout, s.influencer, &got)
	if len(got.Attempts) > 0 {
		signature = got.Attempts[len(got.Attempts)-1].Signature
	}
	return got.State, signature, err
}

// settle lets worker and cluster take turns until the payout is settled.
func (s *story) settle(ctx context.Context) (string, error) {
	seen := ""
	const turns = 50
	for range turns {
		state, signature, err := s.payoutState(ctx)
		if err != nil {
			return "", err
		}
		if !strings.HasSuffix(seen, state) {
			seen += " → " + state
		}
		if state == "settled" {
			arrived := s.system.Sandbox.OnChain(s.influencer.wallet)
			return fmt.Sprintf("%s (%.8s…)", strings.TrimPrefix(seen, " → "), signature),
				must(arrived == payoutAmount, "the wallet holds %s", arrived)
		}
		if err := s.work(ctx); err != nil {
			return "", err
		}
		s.system.Sandbox.Tick(boot.Finality / 8)
	}
	return "", fmt.Errorf("not settled:%s", seen)
}

func (s *story) balances(out *report) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		for _, p := range []*party{s.influencer, s.fan, s.merchant} {
			var has struct{ Available, Owed money.Amount }
			if err := s.client.get(ctx, "/v1/me/balances", p, &has); err != nil {
				return "", err
			}
			var stakes struct {
				Items []struct{ Staked money.Amount }
			}
			if err := s.client.get(ctx, "/v1/me/positions", p, &stakes); err != nil {
				return "", err
			}
			h := holding{
				Name: p.name, Account: string(p.account), Available: has.Available, Owed: has.Owed,
				OnChain: s.system.Sandbox.OnChain(p.wallet),
			}
			for _, position := range stakes.Items {
				var err error
				if h.Staked, err = h.Staked.Add(position.Staked); err != nil {
					return "", err
				}
			}
			out.Balances = append(out.Balances, h)
		}
		return "read over HTTP, below", nil
	}
}

func (s *story) verifyLedger(out *report) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		var got struct {
			ledgerProof

			Places   map[string]money.Amount
			OK       bool
			Findings []struct{ Code, Where, Detail string }
		}
		err := s.client.get(ctx, "/v1/operate/verification", s.operator, &got)
		out.Ledger, out.places = got.ledgerProof, got.Places
		if err == nil {
			err = must(got.OK, "%d findings: %v", len(got.Findings), got.Findings)
		}
		return fmt.Sprintf("%d entries and every row recomputed: nothing differs", got.Entries), err
	}
}

func (s *story) reconcile(out *report) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		err := s.client.get(ctx, "/v1/operate/reconciliation", s.operator, &out.Chain)
		if err == nil {
			err = must(out.Chain.Difference == 0, "they differ by %s", out.Chain.Difference)
		}
		return fmt.Sprintf("the treasury holds %s TWIST, exactly what the ledger owes", twists(out.Chain.Reserve)), err
	}
}
