package api

import (
	"context"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

type openPoolRequest struct {
	ShareBps money.Bps     `json:"share_bps,omitempty" doc:"absent: 0, the fans get nothing"`
	MinStake *money.Amount `json:"min_stake" doc:"absent: 1 TWIST"`
}

type poolBody struct {
	ID           string        `json:"id"`
	InfluencerID string        `json:"influencer_id"`
	State        staking.State `json:"state"`
	Tier         tier          `json:"tier"`
	ShareBps     money.Bps     `json:"share_bps" doc:"what the pool gives its fans of what the influencer earns"`
	MinStake     money.Amount  `json:"min_stake"`
	TotalStaked  money.Amount  `json:"total_staked"`
	StakerCount  int64         `json:"staker_count"`
	Distributed  money.Amount  `json:"total_distributed"`
	Claimed      money.Amount  `json:"total_claimed"`
	OpenedAt     time.Time     `json:"opened_at"`
}

// tier is the name of a pool's tier.
type tier string

// tiers lists every tier, lowest first.
func tiers() []tier {
	var names []tier
	for _, t := range staking.Tiers() {
		names = append(names, tier(t.String()))
	}
	return names
}

func poolOf(p staking.Pool) poolBody {
	return poolBody{
		ID: string(p.ID), InfluencerID: string(p.Influencer), State: p.State, Tier: tier(staking.TierOf(p.Staked()).String()),
		ShareBps: p.Share, MinStake: p.Minimum, TotalStaked: p.Staked(), StakerCount: p.Stakers,
		Distributed: p.Funded, Claimed: p.Paid, OpenedAt: p.OpenedAt,
	}
}

func openPool(s *twist.Staking) rpc.Call[openPoolRequest, poolBody] {
	return func(ctx context.Context, by twist.Caller, req openPoolRequest) (poolBody, error) {
		minimum := staking.MinimumDefault
		if req.MinStake != nil {
			minimum = *req.MinStake
		}
		opened, err := s.OpenPool(ctx, by, req.ShareBps, minimum)
		return poolOf(opened), err
	}
}

func pool(s *twist.Staking) rpc.Call[byID, poolBody] {
	return func(ctx context.Context, _ twist.Caller, req byID) (poolBody, error) {
		found, err := s.Pool(ctx, staking.PoolID(req.ID))
		return poolOf(found), err
	}
}

func listPools(s *twist.Staking) rpc.Call[page, list[poolBody]] {
	return func(ctx context.Context, _ twist.Caller, req page) (list[poolBody], error) {
		rows, err := s.Pools(ctx, staking.PoolID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(p staking.Pool) string { return string(p.ID) }, poolOf), err
	}
}

// amountRequest is the request of an operation that moves an amount in or out of the thing in the path.
type amountRequest struct {
	byID

	Amount money.Amount `json:"amount"`
}

type stakeBody struct {
	EntryID   string       `json:"entry_id"`
	Principal money.Amount `json:"principal"`
	Rewards   money.Amount `json:"rewards"`
	Pool      poolBody     `json:"pool"`
	Position  positionBody `json:"position"`
}

type positionBody struct {
	ID        string        `json:"id"`
	PoolID    string        `json:"pool_id"`
	Staked    money.Amount  `json:"staked"`
	Earning   money.Amount  `json:"earning" doc:"the part that counts already; the rest does from the next epoch"`
	Claimed   money.Amount  `json:"total_claimed"`
	Claimable *money.Amount `json:"claimable,omitempty" doc:"only where the caller's own are listed"`
	OpenedAt  time.Time     `json:"opened_at"`
}

func positionOf(p staking.Position) positionBody {
	return positionBody{
		ID: string(p.ID), PoolID: string(p.Pool), Staked: p.Staked(), Earning: p.Active,
		Claimed: p.Claimed, OpenedAt: p.OpenedAt,
	}
}

func stakeOf(m twist.StakeMoved, err error) (stakeBody, error) {
	return stakeBody{
		EntryID: string(m.Entry), Principal: m.Principal, Rewards: m.Rewards,
		Pool: poolOf(m.Pool), Position: positionOf(m.Position),
	}, err
}

func stake(s *twist.Staking) rpc.Call[amountRequest, stakeBody] {
	return func(ctx context.Context, by twist.Caller, req amountRequest) (stakeBody, error) {
		return stakeOf(s.Stake(ctx, by, staking.PoolID(req.ID), req.Amount))
	}
}

func leave(s *twist.Staking) rpc.Call[amountRequest, stakeBody] {
	return func(ctx context.Context, by twist.Caller, req amountRequest) (stakeBody, error) {
		return stakeOf(s.Leave(ctx, by, staking.PoolID(req.ID), req.Amount))
	}
}

func claim(s *twist.Staking) rpc.Call[byID, stakeBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (stakeBody, error) {
		return stakeOf(s.Claim(ctx, by, staking.PoolID(req.ID)))
	}
}

func positions(s *twist.Staking) rpc.Call[page, list[positionBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[positionBody], error) {
		rows, err := s.Positions(ctx, by, staking.PositionID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(h twist.Holding) string { return string(h.Position.ID) }, func(h twist.Holding) positionBody {
			body := positionOf(h.Position)
			body.Claimable = &h.Claimable
			return body
		}), err
	}
}
