package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// pools keeps pools.
type pools struct{ *unit }

// poolRow is a pool. Numbers of 128 bits travel as text.
type poolRow struct {
	ID          staking.PoolID
	Influencer  staking.InfluencerID
	Owner       staking.AccountID
	State       staking.State
	Suspended   string
	Share       money.Bps
	Minimum     money.Amount
	CooldownNs  time.Duration
	NextShare   money.Bps
	NextMinimum money.Amount
	NextNs      time.Duration
	Epoch       staking.Epoch
	Active      money.Amount
	Waiting     money.Amount
	Cooling     money.Amount
	RewardIndex wide
	Carry       wide
	Funded      money.Amount
	Paid        money.Amount
	Returned    money.Amount
	Stakers     int64
	OpenedAt    time.Time
	ClosedAt    *time.Time
}

const (
	poolNames = `id, influencer, owner, state, share, minimum, cooldown_ns, next_share, next_minimum, next_ns,
	epoch, active, waiting, cooling, reward_index, carry, funded, paid, returned, stakers, opened_at, closed_at, suspended`
	poolColumns = `id, influencer, owner, state, share, minimum, cooldown_ns, next_share, next_minimum, next_ns,
	epoch, active, waiting, cooling, reward_index::text AS reward_index, carry::text AS carry, funded, paid, returned, stakers, opened_at, closed_at, suspended`
)

func (r poolRow) value() staking.Pool {
	return staking.Pool{
		ID: r.ID, Influencer: r.Influencer, Owner: r.Owner, State: r.State, Suspended: r.Suspended,
		Settings: staking.Settings{Share: r.Share, Minimum: r.Minimum, Cooldown: r.CooldownNs},
		Next:     staking.Settings{Share: r.NextShare, Minimum: r.NextMinimum, Cooldown: r.NextNs},
		Epoch:    r.Epoch, Active: r.Active, Waiting: r.Waiting, Cooling: r.Cooling, Index: r.RewardIndex.U128, Carry: r.Carry.U128,
		Funded: r.Funded, Paid: r.Paid, Returned: r.Returned, Stakers: r.Stakers, OpenedAt: r.OpenedAt.UTC(), ClosedAt: orZero(r.ClosedAt),
	}
}

// Get gives a pool.
func (p pools) Get(ctx context.Context, id staking.PoolID) (staking.Pool, error) {
	return get[poolRow](ctx, p.unit, staking.ErrPoolNotFound, `SELECT `+poolColumns+` FROM pools WHERE id = $1`, string(id))
}

// GetAll gives pools in the order asked.
func (p pools) GetAll(ctx context.Context, ids []staking.PoolID) ([]staking.Pool, error) {
	found, err := list[poolRow](ctx, p.unit, `SELECT `+poolColumns+` FROM pools WHERE id = ANY ($1)`, words(ids))
	if err != nil {
		return nil, err
	}
	known := make(map[staking.PoolID]staking.Pool, len(found))
	for _, pool := range found {
		known[pool.ID] = pool
	}
	all := make([]staking.Pool, len(ids))
	for i, id := range ids {
		pool, ok := known[id]
		if !ok {
			return nil, staking.ErrPoolNotFound
		}
		all[i] = pool
	}
	return all, nil
}

// Lock gives a pool and holds it; whoever writes its positions and activations holds it first.
func (p pools) Lock(ctx context.Context, id staking.PoolID) (staking.Pool, error) {
	return get[poolRow](ctx, p.unit, staking.ErrPoolNotFound, `SELECT `+poolColumns+` FROM pools WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// FindByInfluencer gives an influencer's pool.
func (p pools) FindByInfluencer(ctx context.Context, id staking.InfluencerID) (staking.Pool, bool, error) {
	return find[poolRow](ctx, p.unit, `SELECT `+poolColumns+` FROM pools WHERE influencer = $1`, string(id))
}

// List pages through the pools.
func (p pools) List(ctx context.Context, after staking.PoolID, limit int) ([]staking.Pool, error) {
	return list[poolRow](ctx, p.unit, `SELECT `+poolColumns+` FROM pools WHERE id > $1 ORDER BY id LIMIT $2`, spot(string(after)), most(limit))
}

const poolValues = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::text::numeric, $16::text::numeric,
	$17, $18, $19, $20, $21, $22, $23`

func poolArguments(v staking.Pool) []any {
	return []any{
		string(v.ID), string(v.Influencer), string(v.Owner), string(v.State), int64(v.Share), int64(v.Minimum), int64(v.Cooldown),
		int64(v.Next.Share), int64(v.Next.Minimum), int64(v.Next.Cooldown), int64(v.Epoch), int64(v.Active), int64(v.Waiting), int64(v.Cooling),
		v.Index.String(), v.Carry.String(), int64(v.Funded), int64(v.Paid), int64(v.Returned), v.Stakers, v.OpenedAt, unlessZero(v.ClosedAt), v.Suspended,
	}
}

// Add opens a pool. Its figures say how it stands, and of days nothing until they are computed.
func (p pools) Add(ctx context.Context, v staking.Pool) error {
	return p.run(ctx, nil, `
		WITH opened AS (INSERT INTO pools (`+poolNames+`) VALUES (`+poolValues+`))
		INSERT INTO pool_figures (pool, influencer, opened_at, staked, stakers, day, apy, net, before) VALUES ($1, $2, $21, $12 + $13, $20, 0, 0, 0, 0)`, poolArguments(v)...)
}

// Put replaces a pool.
func (p pools) Put(ctx context.Context, v staking.Pool) error {
	return p.replace(ctx, staking.ErrPoolNotFound, `UPDATE pools SET (`+poolNames+`) = ROW (`+poolValues+`) WHERE id = $1`, poolArguments(v)...)
}
