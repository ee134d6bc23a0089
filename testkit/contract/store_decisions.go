package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// largePayout is the n-th payout, of an amount that needs a second person.
func largePayout(n int) payouts.Payout {
	p := payout(n)
	p.Amount = payouts.ApprovalFrom
	return p
}

// decidedPayout is one of these about which somebody else has decided.
func decidedPayout(n int, state payouts.State) payouts.Payout {
	p := largePayout(n)
	p.State, p.DecidedBy, p.DecidedAt = state, payouts.AccountID(accountID(1)), later(n+1)
	if state == payouts.Rejected {
		p.Reason = "Whose is this? \U0001F600"
	}
	return p
}

func payoutWaiting(t *testing.T, s ports.Store) {
	most := payout(6)
	most.Amount = payouts.ApprovalFrom - 1
	canceled := largePayout(7)
	canceled.State = payouts.Canceled
	waiting := []payouts.Payout{largePayout(2), largePayout(3), largePayout(9)}
	approved, rejected := decidedPayout(4, payouts.Approved), decidedPayout(5, payouts.Rejected)
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Payouts.Put, waiting[2], approved, most, waiting[0], rejected, waiting[1], canceled)
	})
	requirePages(t, s, waiting, func(ctx context.Context, v ports.View, after payouts.Payout, limit int) ([]payouts.Payout, error) {
		return v.Payouts.ListWaiting(ctx, after.ID, limit)
	})
	in := func(limit int, states ...payouts.State) []payouts.Payout {
		return view(t, s, func(ctx context.Context, v ports.View) ([]payouts.Payout, error) {
			return v.Payouts.ListByState(ctx, states, payouts.Payout{}, limit)
		})
	}
	require.Equal(t, []payouts.Payout{payout(0), approved}, in(2, payouts.Requested, payouts.Approved), "what waits takes nobody's place")
	require.Equal(t, []payouts.Payout{payout(0), most}, in(9, payouts.Requested))
	require.Equal(t, []payouts.Payout{rejected, canceled}, in(9, payouts.Rejected, payouts.Canceled))

	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return tx.Payouts.Put(ctx, decidedPayout(3, payouts.Approved))
	})
	require.Equal(t, []payouts.Payout{waiting[0], waiting[2]}, view(t, s, func(ctx context.Context, v ports.View) ([]payouts.Payout, error) {
		return v.Payouts.ListWaiting(ctx, "", 9)
	}))
}

func payoutSound(t *testing.T, s ports.Store) {
	for _, state := range payouts.States() {
		small, large, decided := payout(1), largePayout(1), decidedPayout(1, state)
		small.State, large.State = state, state
		own, unreasoned, needless := decided, decided, decided
		own.DecidedBy = own.Account
		unreasoned.Reason = "No."
		if state == payouts.Rejected {
			small.Reason, large.Reason, unreasoned.Reason = "No.", "No.", ""
		}
		needless.Amount = payouts.ApprovalFrom - 1
		for name, p := range map[string]payouts.Payout{
			"small": small, "large": large, "decided": decided, "own": own, "unreasoned": unreasoned, "needless": needless,
		} {
			put := func(ctx context.Context, tx ports.Tx) error { return tx.Payouts.Put(ctx, p) }
			if p.Sound() {
				abandon(t, s, put)
				continue
			}
			refuse(t, s, fault.ErrInternal, put)
			require.False(t, name == "small" && state != payouts.Rejected, "%s: a small one needs nobody", state)
		}
	}
}
