package postgres

import (
	"context"
	"math"
	"time"
	"unicode/utf8"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// positions keeps positions and activations.
type positions struct{ *unit }

// positionRow is a position.
type positionRow struct {
	ID           staking.PositionID
	Pool         staking.PoolID
	Account      staking.AccountID
	Active       money.Amount
	Waiting      money.Amount
	WaitingEpoch staking.Epoch
	RewardIndex  wide
	Owed         wide
	Claimed      money.Amount
	Terms        terms
	CompoundAt   *time.Time
	OpenedAt     time.Time
}

const (
	positionNames   = `id, pool, account, active, waiting, waiting_epoch, reward_index, owed, claimed, terms, compound_at, opened_at`
	positionColumns = `id, pool, account, active, waiting, waiting_epoch,
	reward_index::text AS reward_index, owed::text AS owed, claimed, array_to_string(terms, ' ') AS terms, compound_at, opened_at`
)

func (r positionRow) value() staking.Position {
	return staking.Position{
		ID: r.ID, Pool: r.Pool, Account: r.Account, Active: r.Active, Waiting: r.Waiting, WaitingEpoch: r.WaitingEpoch,
		Index: r.RewardIndex.U128, Owed: r.Owed.U128, Claimed: r.Claimed, Terms: r.Terms.Terms, CompoundAt: orZero(r.CompoundAt), OpenedAt: r.OpenedAt.UTC(),
	}
}

// activationRow is an activation.
type activationRow struct {
	Pool        staking.PoolID
	Epoch       staking.Epoch
	RewardIndex wide
	Weight      money.Amount
}

const activationColumns = `pool, epoch, reward_index::text AS reward_index, weight`

func (r activationRow) value() staking.Activation {
	return staking.Activation{Pool: r.Pool, Epoch: r.Epoch, Index: r.RewardIndex.U128, Weight: r.Weight}
}

// Find gives an account's position in a pool.
func (p positions) Find(ctx context.Context, pool staking.PoolID, account staking.AccountID) (staking.Position, bool, error) {
	return find[positionRow](ctx, p.unit, `SELECT `+positionColumns+` FROM positions WHERE pool = $1 AND account = $2`, string(pool), string(account))
}

// FindActivation gives a pool's index at the end of an epoch.
func (p positions) FindActivation(ctx context.Context, pool staking.PoolID, epoch staking.Epoch) (staking.Activation, bool, error) {
	return find[activationRow](ctx, p.unit, `SELECT `+activationColumns+` FROM activations WHERE pool = $1 AND epoch = $2`, string(pool), int64(epoch))
}

// ListByAccount pages through an account's positions.
func (p positions) ListByAccount(ctx context.Context, account staking.AccountID, after staking.PositionID, limit int) ([]staking.Position, error) {
	return list[positionRow](ctx, p.unit, `
		SELECT `+positionColumns+` FROM positions WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(account), spot(string(after)), most(limit))
}

// Largest gives the largest positions of a pool.
func (p positions) Largest(ctx context.Context, pool staking.PoolID, behind staking.Standing, limit int) ([]staking.Position, error) {
	staked, digest := int64(behind.Staked), spot(behind.Digest)
	if behind == (staking.Standing{}) {
		staked, digest = math.MaxInt64, string(utf8.MaxRune)
	}
	return list[positionRow](ctx, p.unit, `
		SELECT `+positionColumns+` FROM positions
		WHERE pool = $1 AND active + waiting > 0 AND (active + waiting, encode(sha256(id::bytea), 'hex') COLLATE "C") < ($2, $3)
		ORDER BY pool DESC, active + waiting DESC, encode(sha256(id::bytea), 'hex') COLLATE "C" DESC LIMIT $4`, string(pool), staked, digest, most(limit))
}

// FindActivations gives the activations that positions wait for, in their order.
func (p positions) FindActivations(ctx context.Context, of []staking.Position) ([]staking.Activation, error) {
	pools, epochs := make([]string, 0, len(of)), make([]int64, 0, len(of))
	for _, position := range of {
		if holds(string(position.Pool)) { // of another there is none
			pools, epochs = append(pools, string(position.Pool)), append(epochs, int64(position.WaitingEpoch))
		}
	}
	found, err := list[activationRow](ctx, p.unit, `
		SELECT DISTINCT `+activationColumns+` FROM activations JOIN unnest($1::text[], $2::bigint[]) AS k (pool, epoch) USING (pool, epoch)`,
		pools, epochs)
	if err != nil {
		return nil, err
	}
	type key struct {
		pool  staking.PoolID
		epoch staking.Epoch
	}
	known := make(map[key]staking.Activation, len(found))
	for _, a := range found {
		known[key{a.Pool, a.Epoch}] = a
	}
	all := make([]staking.Activation, len(of))
	for i, position := range of {
		all[i] = known[key{position.Pool, position.WaitingEpoch}]
	}
	return all, nil
}

// Compounding gives the positions whose turn has come.
func (p positions) Compounding(ctx context.Context, now time.Time, behind staking.Position, limit int) ([]staking.Position, error) {
	return list[positionRow](ctx, p.unit, `
		SELECT `+positionColumns+` FROM positions
		WHERE compound_at <= $1 AND (compound_at, id) > ($2, $3) ORDER BY compound_at, id LIMIT $4`,
		now, behind.CompoundAt, spot(string(behind.ID)), most(limit))
}

// All pages through all positions, pool by pool.
func (p positions) All(ctx context.Context, after staking.Position, limit int) ([]staking.Position, error) {
	pool, id := spots(string(after.Pool), string(after.ID))
	return list[positionRow](ctx, p.unit, `
		SELECT `+positionColumns+` FROM positions WHERE (pool, id) > ($1, $2) ORDER BY pool, id LIMIT $3`,
		pool, id, most(limit))
}

// AllActivations pages through all activations, pool by pool.
func (p positions) AllActivations(ctx context.Context, after staking.Activation, limit int) ([]staking.Activation, error) {
	pool, epoch := spotAt(string(after.Pool), int64(after.Epoch), math.MaxInt64)
	return list[activationRow](ctx, p.unit, `
		SELECT `+activationColumns+` FROM activations WHERE (pool, epoch) > ($1, $2) ORDER BY pool, epoch LIMIT $3`,
		pool, epoch, most(limit))
}

// Put keeps a position; what it was opened with stays.
func (p positions) Put(ctx context.Context, v staking.Position) error {
	return p.run(ctx, nil, `
		INSERT INTO positions (`+positionNames+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7::text::numeric, $8::text::numeric, $9, string_to_array($10::text, ' ')::bigint[], $11, $12)
		ON CONFLICT (pool, account) DO UPDATE SET active = excluded.active, waiting = excluded.waiting,
			waiting_epoch = excluded.waiting_epoch, reward_index = excluded.reward_index, owed = excluded.owed,
			claimed = excluded.claimed, terms = excluded.terms, compound_at = excluded.compound_at`,
		string(v.ID), string(v.Pool), string(v.Account), int64(v.Active), int64(v.Waiting), int64(v.WaitingEpoch),
		v.Index.String(), v.Owed.String(), int64(v.Claimed), v.Terms.String(), unlessZero(v.CompoundAt), v.OpenedAt)
}

// PutActivation keeps an activation, or removes one that nobody waits for.
func (p positions) PutActivation(ctx context.Context, a staking.Activation) error {
	if a.Weight == 0 {
		return p.run(ctx, nil, `DELETE FROM activations WHERE pool = $1 AND epoch = $2`, string(a.Pool), int64(a.Epoch))
	}
	return p.run(ctx, nil, `
		INSERT INTO activations (pool, epoch, reward_index, weight) VALUES ($1, $2, $3::text::numeric, $4)
		ON CONFLICT (pool, epoch) DO UPDATE SET reward_index = excluded.reward_index, weight = excluded.weight`,
		string(a.Pool), int64(a.Epoch), a.Index.String(), int64(a.Weight))
}
