package twist_test

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// cooldowns is what an influencer decides about a pool, and what leaves it by way of a cooldown.
func (b *bill) cooldowns() {
	zoe, gil := b.deposit("zoe", testkit.TWIST(10)), b.callers["gil"]
	pool := b.pool("zoe", 0)
	wait := time.Hour
	decide := func(do func(context.Context, twist.Caller, staking.PoolID) (staking.Pool, error)) func(context.Context) error {
		return of(func(ctx context.Context) (staking.Pool, error) { return do(ctx, zoe, pool) })
	}
	give := of(func(ctx context.Context) (twist.Given, error) {
		return b.Staking.Distribute(ctx, zoe, pool, "gift", testkit.TWIST(1))
	})
	leave := func() (id staking.TicketID) {
		b.costs("Staking.Leave", "a part, which cools", func(ctx context.Context) error {
			moved, err := b.Staking.Leave(ctx, gil, pool, testkit.TWIST(2))
			id = moved.Tickets[0].ID
			return err
		})
		return id
	}
	b.costs("Staking.ChangePool", "", of(func(ctx context.Context) (staking.Pool, error) {
		return b.Staking.ChangePool(ctx, zoe, pool, twist.PoolChange{Cooldown: &wait})
	}))
	b.clock.Advance(day)
	b.stake("gil", pool, testkit.TWIST(50))
	b.clock.Advance(day)
	b.costs("Staking.Distribute", "", give)
	b.costs("Staking.Distribute", "the same again", give)
	ticket := leave()
	b.costs("Staking.CancelExit", "", of(func(ctx context.Context) (twist.StakeMoved, error) { return b.Staking.CancelExit(ctx, gil, ticket) }))
	ticket = b.leave("gil", pool, testkit.TWIST(2)).Tickets[0].ID
	b.leave("gil", pool, testkit.TWIST(3))
	b.costs("Staking.ReleaseDue", "none is due", of(b.Staking.ReleaseDue))
	b.clock.Advance(wait)
	b.costs("Staking.Withdraw", "", of(func(ctx context.Context) (twist.Cooled, error) { return b.Staking.Withdraw(ctx, gil, ticket) }))
	b.costs("Staking.ReleaseDue", "1 is due", of(b.Staking.ReleaseDue))
	b.costs("Staking.PausePool", "", decide(b.Staking.PausePool))
	b.costs("Staking.ResumePool", "", decide(b.Staking.ResumePool))
	b.costs("Staking.Tickets", "1 row, or 50", b.listTickets)
	for range 50 {
		b.leave("gil", pool, staking.MinimumFloor)
	}
	b.same("Staking.Tickets", b.listTickets)

	b.costs("Staking.StakeWithin", "", of(func(ctx context.Context) (twist.StakeMoved, error) {
		return b.Staking.StakeWithin(ctx, gil, pool, testkit.TWIST(1), wait)
	}))
	ops := b.signInAnew("ops")
	b.costs("Staking.SuspendPool", "", of(func(ctx context.Context) (staking.Pool, error) {
		return b.Staking.SuspendPool(ctx, ops, pool, "Whose is this?")
	}))
	b.costs("Staking.ReleasePool", "", of(func(ctx context.Context) (staking.Pool, error) { return b.Staking.ReleasePool(ctx, ops, pool) }))
	b.costs("Staking.ClosePool", "", decide(b.Staking.ClosePool))
}

// rebalances is what moves stakes between pools, or stakes what they earned.
func (b *bill) rebalances() {
	b.deposit("gil", testkit.TWIST(20))
	between := []staking.PoolID{b.pool("yan", 0), b.pool("xia", 0)}
	b.stake("gil", between[0], testkit.TWIST(20))
	gil := b.callers["gil"]
	b.costs("Staking.PlanRebalance", "2 pools", of(func(ctx context.Context) (twist.Rebalanced, error) {
		return b.Staking.PlanRebalance(ctx, gil, staking.ModeEqual, targets(between))
	}))
	b.costs("Staking.Rebalance", "2 pools", of(func(ctx context.Context) (twist.Rebalanced, error) {
		return b.Staking.Rebalance(ctx, gil, staking.ModeEqual, targets(between))
	}))
	b.costs("Staking.SetCompounding", "", of(func(ctx context.Context) (staking.Position, error) {
		return b.Staking.SetCompounding(ctx, gil, between[0], true)
	}))
	b.costs("Staking.CompoundDue", "none is due", of(b.Staking.CompoundDue))
	b.clock.Advance(day)
	yan := b.deposit("yan", testkit.TWIST(1))
	_, err := b.Staking.Distribute(b.t.Context(), yan, between[0], "gift", testkit.TWIST(1))
	require.NoError(b.t, err)
	b.costs("Staking.CompoundDue", "1 is due", of(b.Staking.CompoundDue))
}

func (b *bill) listTickets(ctx context.Context) error {
	_, err := b.Staking.Tickets(ctx, b.callers["gil"], "", 100)
	return err
}
