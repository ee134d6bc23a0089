package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// conducts keeps how accounts stake.
type conducts struct{ *unit }

// historyJSON is what note_stake gives; moments are microseconds. Numbers are read into integers, which
// lose nothing of them.
type historyJSON struct {
	Times     []int64           `json:"times"`
	Amounts   []int64           `json:"amounts"`
	Cleared   *int64            `json:"cleared"`
	BlockedBy fraud.AlertID     `json:"blocked_by"`
	Until     *int64            `json:"until"`
	Visitors  []fraud.AccountID `json:"visitors"`
	Visits    []int64           `json:"visits"`
	Neighbors []fraud.AccountID `json:"neighbors"`
	Near      []int64           `json:"near"`
	Shared    *int64            `json:"shared"`
	Today     int64             `json:"today"`
	Before    int64             `json:"before"`
	Opened    *int64            `json:"opened"`
}

// historyRow is the answer of note_stake.
type historyRow struct{ History document[historyJSON] }

func (r historyRow) value() historyJSON { return r.History.content }

func (j historyJSON) conduct(account fraud.AccountID) fraud.Conduct {
	c := fraud.Conduct{Account: account, ClearedAt: micro(j.Cleared), Blocked: fraud.BlockedBy{Alert: j.BlockedBy, Until: micro(j.Until)}}
	for i, at := range j.Times {
		c.Marks = append(c.Marks, fraud.Mark{At: micro(&at), Amount: money.Amount(j.Amounts[i])})
	}
	return c
}

// micro is a moment of microseconds, or the zero time for none.
func micro(at *int64) time.Time {
	if at == nil {
		return time.Time{}
	}
	return time.UnixMicro(*at).UTC()
}

// Note adds a stake and gives what it is judged by.
func (c conducts) Note(ctx context.Context, s fraud.Stake) (fraud.History, error) {
	today := int64(staking.DayOf(s.At))
	var rows []historyRow
	if err := c.run(ctx, &rows, `SELECT note_stake($1, $2, $3, $4, $5, $6, $7) || note_place($1, $3, $5, $6, $8, $9) AS history`,
		string(s.Account), string(s.Pool), s.At.UnixMicro(), int64(s.Amount), fraud.Kept, today, today-fraud.SurgeDays,
		string(s.From), string(s.Before)); err != nil {
		return fraud.History{}, err
	}
	said := rows[0].value()
	h := fraud.History{
		Conduct: said.conduct(s.Account), Crowd: fraud.Crowd{Pool: s.Pool}, SharedAt: micro(said.Shared),
		Today: money.Amount(said.Today), Before: money.Amount(said.Before), Opened: micro(said.Opened),
	}
	for i, account := range said.Visitors {
		h.Crowd.Visits = append(h.Crowd.Visits, fraud.Visit{Account: account, At: micro(&said.Visits[i])})
	}
	for i, account := range said.Neighbors {
		h.Neighbors = append(h.Neighbors, fraud.Visit{Account: account, At: micro(&said.Near[i])})
	}
	return h, nil
}

// Lock makes the row if it is missing, holds it and gives it.
func (c conducts) Lock(ctx context.Context, account fraud.AccountID) (fraud.Conduct, error) {
	var rows []historyRow
	if err := c.run(ctx, &rows, `
		INSERT INTO conducts AS c (account) VALUES ($1) ON CONFLICT (account) DO UPDATE SET account = c.account
		RETURNING jsonb_build_object('times', c.times, 'amounts', c.amounts,
			'cleared', floor(extract(epoch FROM c.cleared_at) * 1000000), 'blocked_by', c.blocked_by,
			'until', floor(extract(epoch FROM c.blocked_until) * 1000000)) AS history`, string(account)); err != nil {
		return fraud.Conduct{}, err
	}
	return rows[0].value().conduct(account), nil
}

// Put replaces what an operator found good, and the block.
func (c conducts) Put(ctx context.Context, v fraud.Conduct) error {
	return c.run(ctx, nil, `UPDATE conducts SET cleared_at = $2, blocked_by = nullif($3, ''), blocked_until = $4 WHERE account = $1`,
		string(v.Account), unlessZero(v.ClearedAt), string(v.Blocked.Alert), unlessZero(v.Blocked.Until))
}
