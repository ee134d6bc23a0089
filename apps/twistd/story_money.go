package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/twist-platform/twist/apps/client"
	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/core/money"
)

// only is the commission of a conversion that has one.
func only(c client.Conversion) (client.Commission, error) {
	if len(c.Commissions) != 1 {
		return client.Commission{}, fmt.Errorf("%d commissions", len(c.Commissions))
	}
	return c.Commissions[0], nil
}

// convert reports an order, twice: the order's id makes the second a replay.
func (s *story) convert(ctx context.Context) (string, error) {
	order := client.ConversionRequest{ProgramID: s.program, OrderID: "order-1", Amount: orderAmount, Currency: "TWIST", ClickID: &s.click}
	first, err := s.shop.ConversionsReport(ctx, order)
	if err != nil {
		return "", err
	}
	var details client.Details
	again, err := s.shop.ConversionsReport(ctx, order, &details)
	if err != nil {
		return "", err
	}
	s.conversion = first.ID
	c, err := only(first)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("an order of %s TWIST earned %s, %s; reported twice, earned once", twists(orderAmount), twists(c.Gross), c.State),
		must(first.ID == again.ID && details.Replayed && c.State == client.CommissionStatePending, "%s and %s, %s", first.ID, again.ID, c.State)
}

// approve lets the worker share the commission.
func (s *story) approve(ctx context.Context) (string, error) {
	if err := s.work(ctx); err != nil {
		return "", err
	}
	got, err := s.merchant.api.ConversionsGet(ctx, s.conversion)
	if err != nil {
		return "", err
	}
	c, err := only(got)
	if err != nil {
		return "", err
	}
	s.given = c.Fans
	return fmt.Sprintf("after the hold: %s fee, %s to the fans, %s to @ada", twists(c.Fee), twists(c.Fans), twists(c.Net)),
		must(c.State == client.CommissionStateApproved && c.Fans.Positive(), "it is %s, fans have %s", c.State, c.Fans)
}

func (s *story) claim(ctx context.Context) (string, error) {
	got, err := s.fan.api.PoolsClaim(ctx, s.fan.fresh(), s.pool)
	return fmt.Sprintf("fan claimed %s TWIST of the revenue", twists(got.Rewards)), err
}

func (s *story) refund(ctx context.Context) (string, error) {
	got, err := s.merchant.api.ConversionsRefund(ctx, s.conversion, client.RefundRequest{RefundID: "refund-1", Amount: refundAmount})
	if err != nil {
		return "", err
	}
	c, err := only(got)
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
	got, err := s.influencer.api.PayoutsRequest(ctx, s.influencer.fresh(), client.PayoutRequest{Amount: payoutAmount})
	s.payout = got.ID
	return fmt.Sprintf("%s: %s TWIST and %s fee set aside, %s", got.ID, twists(payoutAmount), twists(got.Fee), got.State), err
}

// payoutState reads where the payout stands.
func (s *story) payoutState(ctx context.Context) (state client.PayoutState, signature string, err error) {
	got, err := s.influencer.api.PayoutsGet(ctx, s.payout)
	if len(got.Attempts) > 0 {
		signature = got.Attempts[len(got.Attempts)-1].Signature
	}
	return got.State, signature, err
}

// settle lets worker and cluster take turns until the payout is settled.
func (s *story) settle(to *party, amount money.Amount) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		seen := ""
		const turns = 50
		for range turns {
			state, signature, err := s.payoutState(ctx)
			if err != nil {
				return "", err
			}
			if !strings.HasSuffix(seen, string(state)) {
				seen += " → " + string(state)
			}
			if state == client.PayoutStateSettled {
				arrived := s.system.Sandbox.OnChain(to.wallet)
				return fmt.Sprintf("%s (%.8s…)", strings.TrimPrefix(seen, " → "), signature),
					must(arrived == amount, "the wallet holds %s", arrived)
			}
			if err := s.work(ctx); err != nil {
				return "", err
			}
			s.system.Sandbox.Tick(boot.Finality / 8)
		}
		return "", fmt.Errorf("not settled:%s", seen)
	}
}

func (s *story) balances(out *report) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		for _, p := range []*party{s.influencer, s.fan, s.merchant} {
			has, err := p.api.MeBalances(ctx)
			if err != nil {
				return "", err
			}
			stakes, err := p.api.MePositions(ctx, client.Page{})
			if err != nil {
				return "", err
			}
			h := holding{
				Name: p.name, Account: string(p.account), Available: has.Available, Owed: has.Owed,
				OnChain: s.system.Sandbox.OnChain(p.wallet),
			}
			for _, position := range stakes.Items {
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
		got, err := s.operator.api.OperateVerify(ctx)
		out.Ledger, out.places = ledgerProof{got.Entries, got.Events, got.Head, got.Sum}, got.Places
		if err == nil {
			err = must(got.OK, "%d findings: %v", got.FindingsCount, got.Findings)
		}
		return fmt.Sprintf("%d entries and every row recomputed: nothing differs", got.Entries), err
	}
}

func (s *story) reconcile(out *report) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		got, err := s.operator.api.OperateReconcile(ctx)
		out.Chain = chainProof{got.Reserve, got.World, got.Difference}
		if err == nil {
			err = must(out.Chain.Difference == 0, "they differ by %s", out.Chain.Difference)
		}
		return fmt.Sprintf("the treasury holds %s TWIST, exactly what the ledger owes", twists(out.Chain.Reserve)), err
	}
}
