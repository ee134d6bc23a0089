package twist_test

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// alerting is what a stake costs that is refused, and what operators do about it.
func (b *bill) alerting() {
	strict := b.another(rooted, judged)
	b.deposit("ivo", testkit.TWIST(100))
	pool := b.pool("gem", 0)
	ivo := b.signIn("ivo")
	ops := b.by(b.enters("ops", phone))
	stake := func(ctx context.Context) error {
		_, err := strict.Staking.Stake(ctx, ivo, pool, staking.MinimumFloor)
		return err
	}
	for range 4 {
		require.NoError(b.t, stake(b.ctx()))
	}
	refused := func(ctx context.Context) error {
		require.ErrorIs(b.t, stake(ctx), fraud.ErrStakesBlocked)
		return nil
	}
	b.costs("Staking.Stake", "that is refused", refused)
	b.costs("Staking.Stake", "while a block holds", refused)
	var open []fraud.Alert
	b.costs("Fraud.AlertsIn", "", func(ctx context.Context) (err error) {
		open, err = strict.Fraud.AlertsIn(ctx, fraud.Open, "", 9)
		return err
	})
	b.costs("Fraud.CountOpen", "", of(func(ctx context.Context) (map[fraud.Kind]int, error) { return strict.Fraud.CountOpen(ctx) }))
	b.costs("Fraud.AlertsOf", "", of(func(ctx context.Context) ([]fraud.Alert, error) {
		return strict.Fraud.AlertsOf(ctx, ivo.Account, "", 9)
	}))
	b.costs("Fraud.Uphold", "", of(func(ctx context.Context) (fraud.Alert, error) { return strict.Fraud.Uphold(ctx, ops, open[0].ID) }))
	b.costs("Fraud.Dismiss", "", of(func(ctx context.Context) (fraud.Alert, error) { return strict.Fraud.Dismiss(ctx, ops, open[0].ID) }))
	b.judgedOrders(strict)
}

// judgedOrders is what orders cost that are looked at: of an influencer with few clicks, and of one with many.
func (b *bill) judgedOrders(strict *twist.Platform) {
	program := b.world.program("shop", testkit.TWIST(100))
	code, shop := b.link("ada", program), b.signIn("shop")
	reports := func(id string) func(ctx context.Context) error {
		click := b.click(code)
		b.clock.Advance(time.Minute)
		return func(ctx context.Context) error {
			return got(strict.Attribution.ReportConversion(ctx, shop, orderOf(program, id, testkit.TWIST(1), click)))
		}
	}
	b.costs("Attribution.ReportConversion", "a click earned, judged", reports("few"))
	b.floods(code, 30_000)
	b.clock.Advance(day)
	b.costs("Attribution.ReportConversion", "a flood earned", reports("flood"))
	b.costs("Attribution.ReportConversion", "a flood earned again", reports("again"))
}
