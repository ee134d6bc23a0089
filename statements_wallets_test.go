package twist_test

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/testkit"
)

func (b *bill) wallets() {
	fay := b.deposit("fay", testkit.TWIST(1_000))
	var challenge identity.Challenge
	b.costs("Identity.LinkChallenge", "", func(ctx context.Context) (err error) {
		challenge, err = b.Identity.LinkChallenge(ctx, fay, string(testkit.Wallet("fob")))
		return err
	})
	b.costs("Identity.Link", "", of(func(ctx context.Context) (twist.WalletDetail, error) {
		return b.Identity.Link(ctx, fay, signed("fob", challenge))
	}))
	b.costs("Identity.Wallets", "", of(func(ctx context.Context) ([]twist.WalletDetail, error) { return b.Identity.Wallets(ctx, fay) }))
	b.clock.Advance(identity.WalletCooldown)
	asked := twist.PayoutRequest{Amount: payouts.Minimum, Destination: testkit.Wallet("fob")}
	b.costs("Payouts.Challenge", "", func(ctx context.Context) (err error) {
		challenge, err = b.Payouts.Challenge(ctx, fay, asked, "")
		return err
	})
	b.costs("Payouts.RequestTo", "a new wallet, signed for", of(func(ctx context.Context) (payouts.Payout, error) {
		return b.withdraw(ctx, fay, payouts.Minimum, "fob", signed("fay", challenge))
	}))
	b.costs("Payouts.RequestTo", "a known wallet", of(func(ctx context.Context) (payouts.Payout, error) {
		return b.Payouts.RequestTo(ctx, fay, asked)
	}))
	b.costs("Identity.Unlink", "", func(ctx context.Context) error { return b.Identity.Unlink(ctx, fay, testkit.Wallet("fob")) })
	require.Equal(b.t, []identity.Wallet{testkit.Wallet("fay")}, b.walletsOf(fay))
}

// leaving is what it takes to go.
func (b *bill) leaving() {
	gus := b.signIn("gus")
	b.costs("Identity.Export", "of somebody new", func(ctx context.Context) error {
		return b.Identity.Export(ctx, gus, func(twist.Exported) error { return nil })
	})
	var asked twist.ErasureAsked
	b.costs("Identity.ErasureChallenge", "", func(ctx context.Context) (err error) {
		asked, err = b.Identity.ErasureChallenge(ctx, gus, "")
		return err
	})
	b.costs("Identity.Erase", "", func(ctx context.Context) error { return b.Identity.Erase(ctx, gus, signed("gus", asked.Challenge), 0) })
	b.pool("hal", 2_000)
	hal := b.signIn("hal")
	challenge := b.parting(hal, "hal")
	b.costs("Identity.Erase", "an influencer with a pool", func(ctx context.Context) error { return b.Identity.Erase(ctx, hal, signed("hal", challenge), 0) })
	b.deposit("ida", payouts.Minimum)
	ida := b.signIn("ida")
	asked = b.farewell(ida, "ida")
	b.costs("Identity.Erase", "a fan with a remainder", func(ctx context.Context) error {
		return b.Identity.Erase(ctx, ida, signed("ida", asked.Challenge), asked.GivesUp)
	})
}
