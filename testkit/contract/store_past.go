package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
)

func positionLargest(t *testing.T, s ports.Store) {
	stakes := map[int]money.Amount{11: 5, 12: 9, 13: 5, 14: 0, 15: 7, 16: 6}
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		if err := crowd(ctx, tx, 11, 12, 13, 14, 15, 16); err != nil {
			return err
		}
		for n, staked := range stakes {
			p := position(n)
			p.Account = staking.AccountID(accountID(n))
			p.Active, p.Waiting = staked, 0
			if n%2 == 1 {
				p.Active, p.Waiting = 0, staked
			}
			if err := tx.Positions.Put(ctx, p); err != nil {
				return err
			}
		}
		if err := tx.Pools.Add(ctx, pool(1)); err != nil {
			return err
		}
		elsewhere := position(17)
		elsewhere.Pool, elsewhere.Account = pool(1).ID, position(1).Account
		return tx.Positions.Put(ctx, elsewhere)
	})
	for limit := 1; limit <= 5; limit++ {
		var found []staking.PositionID
		for behind := (staking.Standing{}); ; {
			page := view(t, s, func(ctx context.Context, v ports.View) ([]staking.Position, error) {
				return v.Positions.Largest(ctx, pool(0).ID, behind, limit)
			})
			if len(page) == 0 {
				break
			}
			for _, p := range page {
				require.Equal(t, stakes[numberOf(t, string(p.ID))], p.Staked())
				found = append(found, p.ID)
			}
			behind = page[len(page)-1].Standing()
		}
		equal := []staking.PositionID{position(13).ID, position(11).ID}
		if position(11).Standing().Digest > position(13).Standing().Digest {
			slices.Reverse(equal)
		}
		require.Equal(t, append([]staking.PositionID{position(12).ID, position(15).ID, position(16).ID}, equal...), found)
	}
	require.Empty(t, view(t, s, func(ctx context.Context, v ports.View) ([]staking.Position, error) {
		return v.Positions.Largest(ctx, pool(9).ID, staking.Standing{}, 9)
	}))
}

func numberOf(t *testing.T, id string) (n int) {
	t.Helper()
	_, err := fmt.Sscanf(id[strings.IndexByte(id, '_')+1:], "%d", &n)
	require.NoError(t, err)
	return n
}

func ledgerPast(t *testing.T, s ports.Store) {
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return tx.Ledger.RecordAll(ctx, []ledger.Entry{
			give(1, 7, 1), give(2, 5, 2), give(3, 4, 1),
			booked(4, ledger.KindStake, ledger.Move(available(1), ledger.Staked(pool(0).ID), 6)),
		})
	})
	past := func(before int64, limit int) []ports.Moved {
		return view(t, s, func(ctx context.Context, v ports.View) ([]ports.Moved, error) {
			return v.Ledger.Past(ctx, available(1), before, limit)
		})
	}
	all := past(0, 9)
	require.Len(t, all, 3)
	for i, want := range []money.Amount{-6, 4, 7} {
		require.Equal(t, want, all[i].Delta)
		require.EqualValues(t, 3-i, all[i].Version)
		entry := recorded(t, s)
		for _, r := range entry {
			if r.Entry.ID == all[i].Entry {
				require.Equal(t, r.Entry.At, all[i].At)
				require.Equal(t, r.Entry.Metadata, all[i].Metadata)
			}
		}
	}
	require.Equal(t, all[:2], past(0, 2))
	require.Equal(t, all[1:], past(3, 9))
	require.Equal(t, all[2:], past(2, 1))
	require.Empty(t, past(1, 9))
	require.Empty(t, past(0, 0))
	require.Empty(t, view(t, s, func(ctx context.Context, v ports.View) ([]ports.Moved, error) {
		return v.Ledger.Past(ctx, available(9), 0, 9)
	}))
}
