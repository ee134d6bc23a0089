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
	ShareBps        money.Bps     `json:"share_bps,omitempty" doc:"absent: 0, the fans get nothing"`
	MinStake        *money.Amount `json:"min_stake" doc:"absent: 1 TWIST"`
	CooldownSeconds int64         `json:"cooldown_seconds,omitempty" doc:"how long what leaves waits; absent: 0"`
}

// settingsBody is what binds from the next epoch on.
type settingsBody struct {
	ShareBps        money.Bps    `json:"share_bps"`
	MinStake        money.Amount `json:"min_stake"`
	CooldownSeconds int64        `json:"cooldown_seconds"`
}

type poolBody struct {
	ID           string        `json:"id"`
	InfluencerID string        `json:"influencer_id"`
	State        staking.State `json:"state"`
	Suspended    string        `json:"suspended,omitempty" doc:"why an operator lets nothing into the pool, whatever its state; absent: none does"`
	Tier         tier          `json:"tier"`
	ShareBps     money.Bps     `json:"share_bps" doc:"what the pool gives its fans of what the influencer earns"`
	MinStake     money.Amount  `json:"min_stake"`
	Cooldown     int64         `json:"cooldown_seconds" doc:"how long what is staked now waits when it leaves"`
	Next         *settingsBody `json:"next,omitempty" doc:"what binds from the next epoch on; absent: the same"`
	TotalStaked  money.Amount  `json:"total_staked"`
	TotalCooling money.Amount  `json:"total_cooling" doc:"what left and still waits; it earns nothing"`
	StakerCount  int64         `json:"staker_count"`
	Distributed  money.Amount  `json:"total_distributed"`
	Claimed      money.Amount  `json:"total_claimed"`
	OpenedAt     time.Time     `json:"opened_at"`
	ClosedAt     *time.Time    `json:"closed_at,omitempty" doc:"absent: it is not closed; what was earned before is shared with the fans who stay"`
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
	body := poolBody{
		ID: string(p.ID), InfluencerID: string(p.Influencer), State: p.State, Suspended: p.Suspended, Tier: tier(staking.TierOf(p.Staked()).String()),
		ShareBps: p.Share, MinStake: p.Minimum, Cooldown: int64(p.Cooldown / time.Second),
		TotalStaked: p.Staked(), TotalCooling: p.Cooling, StakerCount: p.Stakers,
		Distributed: p.Funded, Claimed: p.Paid, OpenedAt: p.OpenedAt,
	}
	if next := p.Announced(); next != p.Settings {
		body.Next = &settingsBody{next.Share, next.Minimum, int64(next.Cooldown / time.Second)}
	}
	if !p.ClosedAt.IsZero() {
		body.ClosedAt = &p.ClosedAt
	}
	return body
}

func openPool(s *twist.Staking) rpc.Call[openPoolRequest, poolBody] {
	return func(ctx context.Context, by twist.Caller, req openPoolRequest) (poolBody, error) {
		settings := staking.Settings{Share: req.ShareBps, Minimum: staking.MinimumDefault}
		if req.MinStake != nil {
			settings.Minimum = *req.MinStake
		}
		var err error
		if settings.Cooldown, err = cooldown(req.CooldownSeconds); err != nil {
			return poolBody{}, err
		}
		opened, err := s.OpenPool(ctx, by, settings)
		return poolOf(opened), err
	}
}

// cooldown is so many seconds, if a pool could ask for them.
func cooldown(seconds int64) (time.Duration, error) {
	if seconds < 0 || seconds > int64(staking.CooldownMaximum/time.Second) {
		return 0, staking.ErrCooldownRange
	}
	return time.Duration(seconds) * time.Second, nil
}

// poolChange changes the settings that stand there.
type poolChange struct {
	byID

	ShareBps        *money.Bps    `json:"share_bps,omitempty"`
	MinStake        *money.Amount `json:"min_stake,omitempty"`
	CooldownSeconds *int64        `json:"cooldown_seconds,omitempty"`
}

func changePool(s *twist.Staking) rpc.Call[poolChange, poolBody] {
	return func(ctx context.Context, by twist.Caller, req poolChange) (poolBody, error) {
		change := twist.PoolChange{Share: req.ShareBps, Minimum: req.MinStake}
		if req.CooldownSeconds != nil {
			wait, err := cooldown(*req.CooldownSeconds)
			if err != nil {
				return poolBody{}, err
			}
			change.Cooldown = &wait
		}
		changed, err := s.ChangePool(ctx, by, staking.PoolID(req.ID), change)
		return poolOf(changed), err
	}
}

// decidePool is one of the decisions about a pool that need no more than its name.
func decidePool(decide func(context.Context, twist.Caller, staking.PoolID) (staking.Pool, error)) rpc.Call[byID, poolBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (poolBody, error) {
		decided, err := decide(ctx, by, staking.PoolID(req.ID))
		return poolOf(decided), err
	}
}

type suspendRequest struct {
	byID

	Reason string `json:"reason" doc:"shown to everybody: 1 to 500 characters on one line"`
}

func suspendPool(s *twist.Staking) rpc.Call[suspendRequest, poolBody] {
	return func(ctx context.Context, by twist.Caller, req suspendRequest) (poolBody, error) {
		suspended, err := s.SuspendPool(ctx, by, staking.PoolID(req.ID), req.Reason)
		return poolOf(suspended), err
	}
}

type distributeRequest struct {
	byID

	Source string       `json:"source" doc:"names where it comes from: 1 to 64 visible ASCII characters, and the key of this distribution for ever"`
	Amount money.Amount `json:"amount"`
}

type givenBody struct {
	EntryID string       `json:"entry_id"`
	Source  string       `json:"source"`
	Amount  money.Amount `json:"amount"`
	Pool    poolBody     `json:"pool"`
}

func distribute(s *twist.Staking) rpc.Call[distributeRequest, givenBody] {
	return func(ctx context.Context, by twist.Caller, req distributeRequest) (givenBody, error) {
		g, err := s.Distribute(ctx, by, staking.PoolID(req.ID), staking.Source(req.Source), req.Amount)
		return givenBody{EntryID: string(g.Entry), Source: string(g.Source), Amount: g.Amount, Pool: poolOf(g.Pool)}, err
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
	Tickets   []ticketBody `json:"tickets" doc:"of what left, the parts that wait; or what was canceled"`
}

type positionBody struct {
	ID        string        `json:"id"`
	PoolID    string        `json:"pool_id"`
	Staked    money.Amount  `json:"staked"`
	Earning   money.Amount  `json:"earning" doc:"the part that counts already; the rest does from the next epoch"`
	Claimed   money.Amount  `json:"total_claimed"`
	Claimable *money.Amount `json:"claimable,omitempty" doc:"only where the caller's own are listed"`
	Compounds *time.Time    `json:"compounds_at,omitempty" doc:"when what it has earned is staked again next; absent: it waits to be claimed"`
	OpenedAt  time.Time     `json:"opened_at"`
}

func positionOf(p staking.Position) positionBody {
	body := positionBody{
		ID: string(p.ID), PoolID: string(p.Pool), Staked: p.Staked(), Earning: p.Active,
		Claimed: p.Claimed, OpenedAt: p.OpenedAt,
	}
	if !p.CompoundAt.IsZero() {
		body.Compounds = &p.CompoundAt
	}
	return body
}

type positionChange struct {
	byID

	AutoCompound *bool `json:"auto_compound,omitempty" doc:"whether what the stake earns is staked again, once an epoch; it ends with the stake"`
}

func changePosition(s *twist.Staking) rpc.Call[positionChange, positionBody] {
	return func(ctx context.Context, by twist.Caller, req positionChange) (positionBody, error) {
		if req.AutoCompound == nil {
			return positionBody{}, rpc.ErrBody.Saying("it changes nothing: auto_compound is true or false")
		}
		changed, err := s.SetCompounding(ctx, by, staking.PoolID(req.ID), *req.AutoCompound)
		return positionOf(changed), err
	}
}

func stakeOf(m twist.StakeMoved, err error) (stakeBody, error) {
	body := stakeBody{
		EntryID: string(m.Entry), Principal: m.Principal, Rewards: m.Rewards,
		Pool: poolOf(m.Pool), Position: positionOf(m.Position), Tickets: []ticketBody{},
	}
	for _, t := range m.Tickets {
		body.Tickets = append(body.Tickets, ticketOf(t))
	}
	return body, err
}

type stakeRequest struct {
	byID

	Amount             money.Amount `json:"amount"`
	MaxCooldownSeconds *int64       `json:"max_cooldown_seconds,omitempty" doc:"the longest cooldown that the stake may be under; absent: whatever the pool asks for"`
}

func stake(s *twist.Staking) rpc.Call[stakeRequest, stakeBody] {
	return func(ctx context.Context, by twist.Caller, req stakeRequest) (stakeBody, error) {
		most := staking.CooldownMaximum
		if req.MaxCooldownSeconds != nil {
			var err error
			if most, err = cooldown(*req.MaxCooldownSeconds); err != nil {
				return stakeBody{}, err
			}
		}
		return stakeOf(s.StakeWithin(ctx, by, staking.PoolID(req.ID), req.Amount, most))
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
