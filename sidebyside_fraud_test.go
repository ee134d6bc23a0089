package twist_test

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// policed are both sides under the canonical rules, and the alerts that were shown so far.
type policed struct {
	*sides
	*rand.Rand

	alerts []fraud.AlertID
}

// I-16: stakes from a few addresses, and what operators make of the alerts, are answered the same over memory and over
// PostgreSQL, refusals included, and leave the same.
func TestMemoryAndPostgresJudgeAlike(t *testing.T) {
	t.Parallel()
	url := pgtest.Open(t, migrate)
	store, db := openStore(t, url), owner(t, url)
	seen := map[string]int{}
	for seed := range uint64(5) {
		db.empty()
		s := &sides{
			t: t, seen: seen, callers: map[string]twist.Caller{}, owners: map[string]string{},
			memory: newWorldOver(t, memory.New(), &memory.Clicks{}, judged), stored: newWorldOver(t, store, store.Clicks(), judged),
		}
		p := &policed{sides: s, Rand: rand.New(rand.NewPCG(seed, 7))}
		p.begin()
		for range 160 {
			p.act()
		}
		p.finish()
	}
	t.Logf("%v", seen)
	for _, often := range []string{"ok", "stakes_blocked", "alert_resolved", "alert_not_found", "alert_status_unknown", "role_too_high", "opened_address", "opened_pool", "opened_stakes"} {
		require.Positive(t, seen[often], often)
	}
}

// signsInAnew gives a name a session that is young.
func (p *policed) signsInAnew(name string) {
	p.around(func(w *world) { w.callers[name] = w.signInAnew(name) })
	p.callers[name] = p.memory.callers[name]
	require.Equal(p.t, p.stored.callers[name], p.callers[name])
}

func (p *policed) begin() {
	for _, name := range append([]string{"ops"}, everybody...) {
		p.around(func(w *world) { w.deposit(name, testkit.TWIST(5_000)) })
		p.signsInAnew(name)
	}
	for _, name := range []string{"ada", "bea"} {
		p.registers(name, name, "")
		p.opensPool(name, 2_000, staking.MinimumFloor)
	}
	p.around(func(w *world) { w.clock.Advance(20 * day) })
	for _, pool := range p.pools { // what comes from the 32nd day on is out of proportion
		p.stakes("fay", pool, testkit.TWIST(10))
	}
	p.around(func(w *world) { w.clock.Advance(12 * day) })
}

func pick[T any](p *policed, of ...T) T { return of[p.IntN(len(of))] }

// act does one thing that asks the rules or answers what they found.
func (p *policed) act() {
	by, pool := p.callers[pick(p, "cyd", "fay", "gil", "hal", "shop", "mart", "ada", "fay")], pick(p, p.pools...)
	amount := money.Amount(pick(p, 1, 10, 10, 10, 37)) * testkit.TWIST(1)
	switch p.IntN(12) {
	default:
		from := twist.Origin{RequestID: "req_1", IP: netip.MustParseAddr(pick(p, "203.0.113.7", "203.0.113.7", "203.0.113.8", "2001:db8::1", "2001:db8::2"))}
		both(p.sides, func(ctx context.Context, w *world) (twist.StakeMoved, error) {
			return w.Staking.Stake(twist.WithOrigin(ctx, from), by, pool, amount)
		})
	case 7:
		both(p.sides, func(ctx context.Context, w *world) (twist.StakeMoved, error) {
			return w.Staking.Leave(ctx, by, pool, amount)
		})
	case 8:
		both(p.sides, func(ctx context.Context, w *world) (twist.Rebalanced, error) {
			return w.Staking.Rebalance(ctx, by, staking.ModeEqual, targets(p.pools))
		})
	case 9:
		wait := pick(p, time.Second, time.Minute, time.Minute, time.Hour, 9*time.Hour, 25*time.Hour)
		p.around(func(w *world) { w.clock.Advance(wait) })
	case 10:
		p.lists(by)
	case 11:
		p.resolves()
	}
}

// lists asks for alerts in every way there is.
func (p *policed) lists(of twist.Caller) {
	status, after, limit := pick(p, append(fraud.Statuses(), "lost")...), pick(p, append(p.alerts, "")...), 1+p.IntN(5)
	found, _ := both(p.sides, func(ctx context.Context, w *world) ([]fraud.Alert, error) {
		return w.Platform.Fraud.AlertsIn(ctx, status, after, limit)
	})
	about, _ := both(p.sides, func(ctx context.Context, w *world) ([]fraud.Alert, error) {
		return w.Platform.Fraud.AlertsOf(ctx, of.Account, after, limit)
	})
	for _, a := range append(found, about...) {
		p.alerts = append(p.alerts, a.ID)
		p.seen["opened_"+string(a.Kind)]++
	}
}

// resolves lets an operator, or somebody who is none, decide about an alert.
func (p *policed) resolves() {
	p.signsInAnew("ops")
	p.signsInAnew("fay")
	by, id, uphold := p.callers[pick(p, "ops", "ops", "ops", "fay")], pick(p, append(p.alerts, "alrt_none")...), pick(p, true, false)
	both(p.sides, func(ctx context.Context, w *world) (fraud.Alert, error) {
		if uphold {
			return w.Platform.Fraud.Uphold(ctx, by, id)
		}
		return w.Platform.Fraud.Dismiss(ctx, by, id)
	})
}

// finish asks for all alerts, and for all the rest.
func (p *policed) finish() {
	for _, status := range fraud.Statuses() {
		pageBy(p.sides, 3, func(ctx context.Context, w *world, last fraud.Alert) ([]fraud.Alert, error) {
			return w.Platform.Fraud.AlertsIn(ctx, status, last.ID, 3)
		})
	}
	p.sides.finish()
}
