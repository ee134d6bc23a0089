package postgres

import (
	"context"
	"math"
	"time"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// payoutBook keeps payouts.
type payoutBook struct{ *unit }

// payoutRow is a payout.
type payoutRow struct {
	ID          payouts.ID
	Account     payouts.AccountID
	Destination payouts.Address
	Amount      money.Amount
	Fee         money.Amount
	State       payouts.State
	Attempt     int
	FailureCode string
	RequestedAt time.Time
	ChangedAt   time.Time
	Reason      string
	DecidedBy   payouts.AccountID
	DecidedAt   *time.Time
}

const payoutColumns = `id, account, destination, amount, fee, state, attempt, failure_code, requested_at, changed_at, reason, decided_by, decided_at`

// waits is true of the payouts that wait for a person, in the words of the index payouts_waiting. The schema
// has the amount too, as payouts.ApprovalFrom: a test holds them together.
const waits = `state = 'requested' AND amount >= 10000000000000`

func (r payoutRow) value() payouts.Payout {
	return payouts.Payout{
		ID: r.ID, Account: r.Account, Destination: r.Destination, Amount: r.Amount, Fee: r.Fee, State: r.State,
		Attempt: r.Attempt, FailureCode: r.FailureCode, RequestedAt: r.RequestedAt.UTC(), ChangedAt: r.ChangedAt.UTC(),
		Reason: r.Reason, DecidedBy: r.DecidedBy, DecidedAt: orZero(r.DecidedAt),
	}
}

// Get gives a payout.
func (p payoutBook) Get(ctx context.Context, id payouts.ID) (payouts.Payout, error) {
	return get[payoutRow](ctx, p.unit, payouts.ErrNotFound, `SELECT `+payoutColumns+` FROM payouts WHERE id = $1`, string(id))
}

// Lock gives a payout and holds it; whoever writes its attempts holds it first.
func (p payoutBook) Lock(ctx context.Context, id payouts.ID) (payouts.Payout, error) {
	return get[payoutRow](ctx, p.unit, payouts.ErrNotFound, `SELECT `+payoutColumns+` FROM payouts WHERE id = $1 FOR NO KEY UPDATE`, string(id))
}

// ListByAccount pages through an account's payouts.
func (p payoutBook) ListByAccount(ctx context.Context, account payouts.AccountID, after payouts.ID, limit int) ([]payouts.Payout, error) {
	return list[payoutRow](ctx, p.unit, `
		SELECT `+payoutColumns+` FROM payouts WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`,
		string(account), spot(string(after)), most(limit))
}

// ListByState gives the payouts in any of the states that wait for nobody, those changed first first.
func (p payoutBook) ListByState(ctx context.Context, states []payouts.State, behind payouts.Payout, limit int) ([]payouts.Payout, error) {
	return list[payoutRow](ctx, p.unit, `
		SELECT `+payoutColumns+`
		FROM (SELECT DISTINCT name FROM unnest($1::text[]) AS s (name)) AS s
		CROSS JOIN LATERAL (
			SELECT * FROM payouts WHERE state = s.name AND NOT (`+waits+`) AND (changed_at, id) > ($2, $3) ORDER BY changed_at, id LIMIT $4
		) AS p
		ORDER BY changed_at, id LIMIT $4`,
		words(states), behind.ChangedAt, spot(string(behind.ID)), most(limit))
}

// ListWaiting pages through the payouts that wait for a person.
func (p payoutBook) ListWaiting(ctx context.Context, after payouts.ID, limit int) ([]payouts.Payout, error) {
	return list[payoutRow](ctx, p.unit, `
		SELECT `+payoutColumns+` FROM payouts WHERE `+waits+` AND id > $1 ORDER BY id LIMIT $2`, spot(string(after)), most(limit))
}

// List pages through the payouts.
func (p payoutBook) List(ctx context.Context, after payouts.ID, limit int) ([]payouts.Payout, error) {
	return list[payoutRow](ctx, p.unit, `
		SELECT `+payoutColumns+` FROM payouts WHERE id > $1 ORDER BY id LIMIT $2`, spot(string(after)), most(limit))
}

// HasRequested reports a payout of the account to the destination after a moment.
func (p payoutBook) HasRequested(ctx context.Context, account payouts.AccountID, to payouts.Address, after time.Time) (bool, error) {
	_, some, err := find[existsRow](ctx, p.unit, `
		SELECT true AS exists FROM payouts WHERE account = $1 AND destination = $2 AND requested_at > $3 LIMIT 1`,
		string(account), string(to), after)
	return some, err
}

// Put keeps a payout.
func (p payoutBook) Put(ctx context.Context, v payouts.Payout) error {
	return p.run(ctx, nil, `
		INSERT INTO payouts (`+payoutColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (id) DO UPDATE SET (`+payoutColumns+`) = ROW ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		string(v.ID), string(v.Account), string(v.Destination), int64(v.Amount), int64(v.Fee), string(v.State), v.Attempt,
		v.FailureCode, v.RequestedAt, v.ChangedAt, v.Reason, string(v.DecidedBy), unlessZero(v.DecidedAt))
}

// attempts keeps attempts.
type attempts struct{ *unit }

// attemptRow is an attempt.
type attemptRow struct {
	Payout          payouts.ID
	N               int
	Signature       payouts.Signature
	Raw             []byte
	Genesis         string
	Blockhash       string
	LastValidHeight uint64
	Slot            uint64
	State           payouts.AttemptState
	Gas             money.Amount
	SignedAt        time.Time
}

const attemptColumns = `payout, n, signature, raw, genesis, blockhash, last_valid_height, slot, state, gas, signed_at`

func (r attemptRow) value() payouts.Attempt {
	return payouts.Attempt{
		Payout: r.Payout, N: r.N, Signature: r.Signature, Raw: r.Raw, Genesis: r.Genesis, Blockhash: r.Blockhash,
		LastValidHeight: r.LastValidHeight, Slot: r.Slot, State: r.State, Gas: r.Gas, SignedAt: r.SignedAt.UTC(),
	}
}

// List gives a payout's attempts.
func (a attempts) List(ctx context.Context, id payouts.ID) ([]payouts.Attempt, error) {
	return list[attemptRow](ctx, a.unit, `SELECT `+attemptColumns+` FROM attempts WHERE payout = $1 ORDER BY n`, string(id))
}

// All pages through all attempts, payout by payout.
func (a attempts) All(ctx context.Context, after payouts.Attempt, limit int) ([]payouts.Attempt, error) {
	payout, n := spotAt(string(after.Payout), int64(after.N), math.MaxInt32)
	return list[attemptRow](ctx, a.unit, `
		SELECT `+attemptColumns+` FROM attempts WHERE (payout, n) > ($1, $2) ORDER BY payout, n LIMIT $3`,
		payout, n, most(limit))
}

func attemptArguments(v payouts.Attempt) []any {
	return []any{
		string(v.Payout), v.N, string(v.Signature), v.Raw, v.Genesis, v.Blockhash, v.LastValidHeight, v.Slot, string(v.State),
		int64(v.Gas), v.SignedAt,
	}
}

// Add keeps a new attempt: the only live one of its payout.
func (a attempts) Add(ctx context.Context, v payouts.Attempt) error {
	return a.run(ctx, nil, `INSERT INTO attempts (`+attemptColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, attemptArguments(v)...)
}

// Put replaces an attempt.
func (a attempts) Put(ctx context.Context, v payouts.Attempt) error {
	return a.replace(ctx, payouts.ErrNotFound, `
		UPDATE attempts SET (`+attemptColumns+`) = ROW ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		WHERE payout = $1 AND n = $2`, attemptArguments(v)...)
}
