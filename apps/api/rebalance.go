package api

import (
	"context"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

type rebalanceRequest struct {
	Mode  staking.Mode `json:"mode" doc:"equal: each pool the same; apy: by the APY that the pools show; custom: by the shares given"`
	Pools []targetBody `json:"pools" doc:"two to ten pools; what the caller has staked elsewhere stays as it is"`
}

type targetBody struct {
	PoolID   string    `json:"pool_id"`
	ShareBps money.Bps `json:"share_bps,omitempty" doc:"with the mode custom only: of what stands in all pools named; together exactly 10000; 0 or absent: the pool is left whole"`
}

type rebalancedBody struct {
	ID      string        `json:"rebalance_id,omitempty" doc:"absent where nothing was moved"`
	Mode    staking.Mode  `json:"mode"`
	Total   money.Amount  `json:"total_staked" doc:"in all pools named, before and after"`
	Moved   money.Amount  `json:"moved" doc:"how much of it changes its pool; it earns in the new one from the next epoch on"`
	Rewards money.Amount  `json:"rewards" doc:"paid to the caller, by positions that are left whole"`
	Pools   []shiftedBody `json:"pools" doc:"in the order of their ids"`
}

type shiftedBody struct {
	PoolID  string       `json:"pool_id"`
	Was     money.Amount `json:"staked_before"`
	Is      money.Amount `json:"staked_after"`
	Rewards money.Amount `json:"rewards"`
	EntryID string       `json:"entry_id,omitempty" doc:"absent where nothing was moved"`
}

// rebalance is a rebalance, or the question what one would do.
func rebalance(do func(context.Context, twist.Caller, staking.Mode, []staking.Target) (twist.Rebalanced, error)) rpc.Call[rebalanceRequest, rebalancedBody] {
	return func(ctx context.Context, by twist.Caller, req rebalanceRequest) (rebalancedBody, error) {
		var targets []staking.Target
		for _, t := range req.Pools {
			targets = append(targets, staking.Target{Pool: staking.PoolID(t.PoolID), Share: t.ShareBps})
		}
		r, err := do(ctx, by, req.Mode, targets)
		body := rebalancedBody{ID: r.ID, Mode: r.Mode, Total: r.Total, Moved: r.Moved, Rewards: r.Rewards, Pools: []shiftedBody{}}
		for _, s := range r.Shifts {
			body.Pools = append(body.Pools, shiftedBody{PoolID: string(s.Pool), Was: s.Was, Is: s.Is, Rewards: s.Rewards, EntryID: string(s.Entry)})
		}
		return body, err
	}
}
