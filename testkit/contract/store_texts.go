package contract

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

// unitTexts: whoever looks by a text that no store can hold is told that nothing is there, and goes on.
func unitTexts(t *testing.T, s ports.Store) {
	for _, text := range []string{"a\x00b", "\x00", "a\xff", "\xc3\x28"} {
		require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error { return lookUp(ctx, v, text) }), "%q", text)
		write(t, s, func(ctx context.Context, tx ports.Tx) error {
			_, account := tx.Accounts.Lock(ctx, identity.AccountID(text))
			_, session := tx.Sessions.Lock(ctx, identity.SessionID(text))
			_, pool := tx.Pools.Lock(ctx, staking.PoolID(text))
			_, conversion := tx.Conversions.Lock(ctx, attribution.ConversionID(text))
			_, payout := tx.Payouts.Lock(ctx, payouts.ID(text))
			_, kept, outcome := tx.Outcomes.Lock(ctx, text, text, text)
			debts, debt := tx.Debts.Lock(ctx, attribution.AccountID(text))
			if kept || len(debts) > 0 {
				return errors.New("it gave what is not there")
			}
			return errors.Join(
				only(account, identity.ErrAccountNotFound), only(session, identity.ErrSessionNotFound),
				only(pool, staking.ErrPoolNotFound), only(conversion, attribution.ErrConversionNotFound),
				only(payout, payouts.ErrNotFound), outcome, debt,
			)
		})
	}
}

// unitPlaces: what no store can hold still has a place in the order, from which a page goes on.
func unitPlaces(t *testing.T, s ports.Store) {
	for after, some := range map[string]bool{
		"": true, "\x00": true, "pool\x00z": true, "a\xff": true, "pool_\xff": false, "pool_0000\x00": false, "pool_0000\xff": false, "\xff": false, "q\xc3\x28": false,
	} {
		require.Equal(t, some, len(view(t, s, func(ctx context.Context, v ports.View) ([]staking.Pool, error) {
			return v.Pools.List(ctx, staking.PoolID(after), 1)
		})) == 1, "%q", after)
	}
}

func lookUp(ctx context.Context, v ports.View, text string) error {
	_, account := v.Accounts.Get(ctx, identity.AccountID(text))
	_, session := v.Sessions.Get(ctx, identity.SessionID(text))
	_, program := v.Programs.Get(ctx, attribution.ProgramID(text))
	_, pool := v.Pools.Get(ctx, staking.PoolID(text))
	_, conversion := v.Conversions.Get(ctx, attribution.ConversionID(text))
	_, payout := v.Payouts.Get(ctx, payouts.ID(text))
	_, linked, link := v.Links.FindByCode(ctx, text)
	_, named, influencer := v.Influencers.FindByUsername(ctx, text)
	if linked || named {
		return errors.New("it gave what is not there")
	}
	return errors.Join(
		only(account, identity.ErrAccountNotFound), only(session, identity.ErrSessionNotFound), only(program, attribution.ErrProgramNotFound),
		only(pool, staking.ErrPoolNotFound), only(conversion, attribution.ErrConversionNotFound),
		only(payout, payouts.ErrNotFound), link, influencer,
	)
}

// only turns the error that is wanted into none.
func only(err, wanted error) error {
	switch {
	case errors.Is(err, wanted):
		return nil
	case err == nil:
		return errors.New("it gave what is not there")
	default:
		return err
	}
}
