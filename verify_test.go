package twist_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// riches are worlds in which, taken together, every kind of row stands in every state that counts. They
// are several because a walk over all numbers of one costs the square of its size.
var riches = map[string]func(w *world){
	"pools": richPools, "commissions": richCommissions, "holds": richHolds, "debts": richDebts, "payouts": richPayouts,
	"models": richModels, "wallets": richWallets, "decisions": richDecisions, "erased": richErased, "cooldowns": richCooldowns, "rebalances": richRebalances, "compounding": richCompounding, "rejections": richRejections, "final": richFinal, "bonuses": richBonuses,
}

// newRich is one of them in memory.
func newRich(t *testing.T, rich func(w *world)) *world {
	w := newWorld(t)
	rich(w)
	return w
}

// Of each world a part is sealed and a part waits.

// richPools has stakes that earn, that began to and are not settled, that wait, and that are gone.
func richPools(w *world) {
	s := sceneIn(w)
	bank := s.world.pool("bea", 0) // nobody's stake is left in it
	s.fan("fay", even)
	s.clock.Advance(day)
	s.distribute("first", testkit.TWIST(100))
	s.claim("fay", s.pool)
	s.fan("gil", testkit.TWIST(7)) // an activation that nobody has settled
	s.clock.Advance(day)
	s.distribute("second", 33_333_333_333)
	s.world.seal()
	s.fan("hal", testkit.TWIST(3)) // waits
	s.stake("ada", bank, testkit.TWIST(4))
	s.leave("ada", bank, testkit.TWIST(4))
}

// richErased has an account that was erased with a role, a pool, keys and sessions, and two whose erasures wait, one with what it gave
// up.
func richErased(w *world) {
	w.start(rooted)
	w.pool("star", 2_000)
	star, ops := w.signIn("star"), w.signIn("ops")
	w.join(star, "sue")
	require.NoError(w.t, w.Identity.GrantRole(w.ctx(), ops, star.Account, identity.RoleMerchant))
	_, err := w.Identity.MakeKey(w.ctx(), star, identity.APIKeyTerms{Name: "a shop", Scopes: []identity.Scope{identity.ScopeAccount}})
	require.NoError(w.t, err)
	w.deposit("fay", testkit.TWIST(30))
	w.stake("fay", w.pool("bea", 2_000), testkit.TWIST(5))
	w.program("shop", testkit.TWIST(50))
	w.erases("star")
	w.deposit("hal", testkit.TWIST(3))
	w.seal()
	w.signIn("gil")
	w.erases("gil")
	w.erases("hal")
}

// richCommissions has one that was shared with fans, refunded in part.
func richCommissions(w *world) {
	s := sceneIn(w)
	s.fan("fay", even)
	s.clock.Advance(day)
	kept := s.earn("kept", testkit.TWIST(150))
	require.Equal(w.t, 1, s.approve())
	s.seal()
	s.refund(kept, "part", testkit.TWIST(50))
}

// richFinal has an order of three of which one commission was final before a part of it was refunded, and later another.
func richFinal(w *world) {
	d, none := dividedIn(w, attribution.Linear, testkit.TWIST(100)), time.Duration(0)
	shop := d.signIn("shop")
	_, err := d.Attribution.ChangeProgram(d.ctx(), shop, d.program, twist.ProgramChange{Refunds: &none})
	require.NoError(w.t, err)
	sold := d.order(d.program, "1", testkit.TWIST(30), d.visit("ada", "bea", "cyd"))
	for i, part := range []string{"first", "second"} {
		if i == 1 {
			d.seal()
		}
		_, err = d.Attribution.Approve(d.ctx(), d.signIn("shop"), sold.Commissions[i].ID)
		require.NoError(w.t, err)
		d.refund(sold, part, testkit.TWIST(7))
	}
}

// richHolds has commissions that are pending, reversed before their approval, and unfunded, and an order
// that earned nothing.
func richHolds(w *world) {
	s := sceneIn(w)
	s.refund(s.earn("waits", testkit.TWIST(30)), "part", 7_777_777_777)
	s.refund(s.earn("gone", testkit.TWIST(20)), "all", testkit.TWIST(20))
	s.seal()
	s.earn("short", testkit.TWIST(100_000))
	s.order(s.program, "direct", testkit.TWIST(5), "")
	over := s.world.program("shop", 0)
	waived := s.order(over, "unpaid", testkit.TWIST(5), s.click(s.link("ada", over))).Commissions[0]
	_, err := s.Attribution.Waive(s.ctx(), s.signIn("ada"), waived.ID)
	require.NoError(s.t, err)
	s.world.changes(over, 1_000, 0)
	s.world.closes(over)
}

// richRejections has commissions that are held and rejected, of each kind that there is, that were released, and one
// that was approved early.
func richRejections(w *world) {
	s := deciding(w)
	var all [5]attribution.Commission
	for i := range all {
		order := s.earn(numbered("order", i), testkit.TWIST(10))
		s.refund(order, "part", testkit.TWIST(3))
		all[i] = s.only(order)
	}
	s.holds(all[0])
	s.holds(all[1])
	s.seal()
	_, err := s.Attribution.RejectHeld(s.ctx(), s.ops(), all[1].ID, "No.")
	require.NoError(s.t, err)
	s.rejects(all[2])
	s.releases(s.holds(all[3]))
	_, err = s.Attribution.Approve(s.ctx(), s.signIn("shop"), all[4].ID)
	require.NoError(s.t, err)
	s.start(judged)
	require.Equal(s.t, attribution.Held, s.only(s.earn("at once", testkit.TWIST(10))).State)
	s.start(rooted)
	s.holds(s.earn("held", testkit.TWIST(100_000)).Commissions[0])
	s.rejects(s.earn("short", testkit.TWIST(100_000)).Commissions[0])
}

// richDebts has one, of which earnings have repaid a part.
func richDebts(w *world) {
	s := sceneIn(w)
	spent := s.earn("spent", testkit.TWIST(100))
	require.Equal(w.t, 1, s.approve())
	s.stake("ada", s.world.pool("bea", 0), testkit.TWIST(15))
	s.seal()
	s.refund(spent, "all", testkit.TWIST(100))
	s.distribute("repays", testkit.TWIST(30))
	require.Positive(w.t, s.balances("ada").Owed)
}

// richPayouts has one that failed, one paid by a second attempt, one taken back, one that flies and one
// that waits; and a deposit that names nobody.
func richPayouts(w *world) {
	w.deposit("fay", 6*reserved)
	failed := w.payout("fay", payouts.Minimum)
	w.cluster.Script(solanasim.Fails)
	w.settle()
	require.Equal(w.t, payouts.Failed, w.payoutOf("fay", failed.ID).Payout.State)
	w.cluster.Script(solanasim.Vanishes)
	paid := w.payout("fay", payouts.Minimum)
	for range 2 {
		_, err := w.Payouts.Advance(w.ctx())
		require.NoError(w.t, err)
	}
	w.cluster.Tick(expiry)
	w.settle()
	require.Len(w.t, w.payoutOf("fay", paid.ID).Attempts, 2)
	w.seal()
	_, err := w.Payouts.Cancel(w.ctx(), w.signIn("fay"), w.payout("fay", payouts.Minimum).ID)
	require.NoError(w.t, err)
	w.payout("fay", payouts.Minimum)
	w.step(0)
	w.payout("fay", payouts.Minimum)
	w.send("ivy", twist.Caller{}, testkit.TWIST(1))
	w.cluster.Tick(finality)
	_, err = w.Ledger.CreditDeposits(w.ctx())
	require.NoError(w.t, err)
	require.Equal(w.t, map[payouts.State]int{
		payouts.Failed: 1, payouts.Settled: 1, payouts.Canceled: 1, payouts.Broadcast: 1, payouts.Requested: 1,
	}, w.states())
}

// richWallets has accounts with a wallet that joined, one that left and one that left and came back, and
// payouts that wallets agreed to.
func richWallets(w *world) {
	agree := func(by twist.Caller, amount money.Amount, to string) {
		_, err := w.withdraw(w.ctx(), by, amount, to, signed("fay", w.intend(by, amount, to, "fay")))
		require.NoError(w.t, err)
	}
	fay := settled(w)
	w.join(fay, "fox")
	require.NoError(w.t, w.part(fay, "fox"))
	agree(fay, large, "fay")
	w.seal()
	w.clock.Advance(day)
	w.join(fay, "fox")
	require.NoError(w.t, w.part(fay, "fob"))
	w.join(fay, "fob")
	w.clock.Advance(day)
	agree(fay, payouts.Minimum, "fob")
	for range 2 {
		w.payout("fay", payouts.Minimum)
	}
}

// richDecisions has large payouts that were approved and paid, approved and taken back, rejected, taken back, that go on and that
// wait.
func richDecisions(w *world) {
	w.start(supervised)
	w.deposit("fay", 9*held)
	ops := w.signIn("ops")
	approve := func() payouts.ID {
		p, err := w.Payouts.Approve(w.ctx(), ops, w.asksFor("fay", huge).ID)
		require.NoError(w.t, err)
		return p.ID
	}
	cancel := func(id payouts.ID) {
		_, err := w.Payouts.Cancel(w.ctx(), w.signIn("fay"), id)
		require.NoError(w.t, err)
	}
	reject := func() {
		_, err := w.Payouts.Reject(w.ctx(), ops, w.asksFor("fay", huge).ID, "Whose is this?")
		require.NoError(w.t, err)
	}
	pool := w.pool("ada", 0)
	for _, decide := range []func() (staking.Pool, error){
		func() (staking.Pool, error) { return w.Staking.SuspendPool(w.ctx(), ops, pool, "Whose is this?") },
		func() (staking.Pool, error) { return w.Staking.ReleasePool(w.ctx(), ops, pool) },
		func() (staking.Pool, error) { return w.Staking.SuspendPool(w.ctx(), ops, pool, "Again.") },
	} {
		_, err := decide()
		require.NoError(w.t, err)
	}
	approve()
	w.settle()
	cancel(approve())
	reject()
	w.seal()
	cancel(w.asksFor("fay", huge).ID)
	reject()
	approve()
	w.asksFor("fay", huge)
	require.Equal(w.t, map[payouts.State]int{
		payouts.Settled: 1, payouts.Canceled: 2, payouts.Rejected: 2, payouts.Approved: 1, payouts.Requested: 1,
	}, w.states())
}

// inMemory is the store of a world that newWorld made.
func (w *world) inMemory() *memory.Store {
	w.t.Helper()
	store, ok := w.store.(*memory.Store)
	require.True(w.t, ok)
	return store
}

// snapshot is everything the world stores, without blanks.
func (w *world) snapshot() []byte {
	w.t.Helper()
	w.sound()
	text, err := w.inMemory().Snapshot()
	require.NoError(w.t, err)
	var compact bytes.Buffer
	require.NoError(w.t, json.Compact(&compact, text))
	return compact.Bytes()
}

// number is one number of a snapshot: where its digits stand, and what it counts.
type number struct {
	path     string // as in Pools[0].Share
	from, to int
}

var (
	digits  = regexp.MustCompile(`^-?\d+$`)
	indexes = regexp.MustCompile(`\[\d+\]`)
)

// numbers finds every number of a snapshot: the JSON numbers, and the strings that are nothing but digits.
func numbers(t *testing.T, snapshot []byte) (found []number) {
	t.Helper()
	type level struct {
		key   string
		array bool
		n     int
	}
	var at []level
	path := func() string {
		var b strings.Builder
		for _, l := range at {
			if l.array {
				fmt.Fprintf(&b, "[%d]", l.n)
			} else {
				b.WriteString("." + l.key)
			}
		}
		return strings.TrimPrefix(b.String(), ".Rows.")
	}
	d := json.NewDecoder(bytes.NewReader(snapshot))
	d.UseNumber()
	named := false // the last token was the key of an object
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		if top := len(at) - 1; top >= 0 && !at[top].array && !named {
			if key, ok := token.(string); ok {
				at[top].key, named = key, true
				continue
			}
		}
		named = false
		end := int(d.InputOffset())
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				at = append(at, level{array: token == '['})
				continue
			}
			at = at[:len(at)-1]
		case json.Number:
			found = append(found, number{path(), end - len(token), end})
		case string:
			if digits.MatchString(token) {
				found = append(found, number{path(), end - 1 - len(token), end - 1})
			}
		}
		if top := len(at) - 1; top >= 0 && at[top].array {
			at[top].n++
		}
	}
}

// altered is the snapshot with one number moved by a step.
func (n number) altered(snapshot []byte, step int64) []byte {
	value, _ := new(big.Int).SetString(string(snapshot[n.from:n.to]), 10)
	value.Add(value, big.NewInt(step))
	return slices.Concat(snapshot[:n.from], []byte(value.String()), snapshot[n.to:])
}

// unknowable lists the numbers that no recomputation can know, with the reason. The digest of the file
// notices them too. A path stands for every row of that kind, or after a slash for those of one world.
var unknowable = map[string]string{
	"Outcomes.Request":          "a digest of what a client sent; an outcome is an answer, and decides no balance",
	"Programs.Rate":             "a setting, free to change: every commission carries the rate that decided it",
	"Programs.Window":           "a setting",
	"Programs.Hold":             "a setting",
	"Programs.Flat":             "a setting",
	"Programs.Bound":            "a setting, and it decides nothing about orders that were reported",
	"Programs.Refunds":          "a setting, and every commission carries the end that it was earned under",
	"Deposits.Arrival.Slot":     "where the chain showed it; its signature names the transfer",
	"Cursor":                    "where reading goes on; booking twice is refused, so too low only costs time",
	"Attempts.LastValidHeight":  "a fact about the chain; a wrong one delays, or asks for proofs that cannot be had",
	"Attempts.Slot":             "a fact about the chain, likewise",
	"Influencers.Terms.Version": "which terms were accepted; it decides no balance",
	"Waiting.Turn":              "in which order what waits will be sealed; turns have gaps",

	"Sessions.Renewal.Generation":    "how often somebody came back; it moves no money",
	"cooldowns/Pools[1].Epoch":       "nothing waits in this pool, and nothing was activated in it",
	"cooldowns/Pools[1].Index":       "nobody's stake is in this pool: a difference of indexes earns nothing",
	"cooldowns/Pools[2].Epoch":       "likewise",
	"cooldowns/Pools[2].Index":       "likewise",
	"pools/Pools[1].Epoch":           "nothing waits in this pool, and nothing was activated in it",
	"commissions/Pools.Epoch":        "likewise",
	"holds/Pools.Epoch":              "likewise",
	"erased/Pools[0].Epoch":          "likewise",
	"erased/Pools.Index":             "nobody is paid in these pools yet",
	"holds/Pools.Index":              "nobody's stake earns in this pool yet",
	"decisions/Pools.Epoch":          "nothing waits in this pool, and nothing was activated in it",
	"decisions/Pools.Index":          "nobody's stake earns in this pool yet",
	"final/Pools.Epoch":              "nothing waits in these pools, and nothing was activated in them",
	"final/Pools.Index":              "nobody's stake earns in these pools yet",
	"models/Pools.Epoch":             "nothing waits in these pools, and nothing was activated in them",
	"models/Pools.Index":             "nobody's stake earns in these pools yet",
	"debts/Pools[0].Epoch":           "likewise",
	"debts/Pools.Index":              "nobody's stake earns in these pools yet",
	"pools/Pools[1].Index":           "nobody's stake is in this pool: a difference of indexes earns nothing",
	"Figures.APY":                    "what is told of a pool; it is computed again each day, and no money depends on it",
	"Figures.Net":                    "likewise",
	"Figures.Before":                 "likewise",
	"Figures.Day":                    "likewise",
	"Figures.Staked":                 "likewise, and every minute",
	"Figures.Stakers":                "likewise",
	"Alerts.Score":                   "what operators look at; no sum knows it",
	"Alerts.Count":                   "likewise",
	"Alerts.Clicks":                  "likewise",
	"Alerts.Excess":                  "likewise",
	"Conducts.Marks.Amount":          "how an account staked of late; no sum knows it, and the stakes are entries",
	"holds/Commissions[2].FeeRate":   "unfunded: no entry has been made by this rate yet",
	"holds/Commissions[2].FansShare": "unfunded, likewise",
	"holds/Commissions[3].FeeRate":   "waived, likewise",
	"holds/Commissions[3].FansShare": "waived, likewise",

	"bonuses/Pools[2].Epoch":              "nothing waits in this pool, and nothing was activated in it",
	"bonuses/Pools[2].Index":              "nobody's stake is in this pool: a difference of indexes earns nothing",
	"rejections/Pools.Epoch":              "nothing waits in this pool, and nothing was activated in it",
	"rejections/Pools.Index":              "nobody's stake earns in this pool yet",
	"rejections/Commissions[6].FeeRate":   "unfunded, likewise",
	"rejections/Commissions[6].FansShare": "unfunded, likewise",
	"rejections/Commissions[7].FeeRate":   "rejected while it was unfunded, likewise",
	"rejections/Commissions[7].FansShare": "rejected while it was unfunded, likewise",
}

// unknowable reports that a number of a world is on the list.
func (n number) unknowable(of string) bool {
	kind := indexes.ReplaceAllString(n.path, "")
	return unknowable[kind] != "" || unknowable[of+"/"+kind] != "" || unknowable[of+"/"+n.path] != ""
}

// E-29, P-32: whichever single number of everything stored is altered, up or down, the digest of the file
// says so, and, the digest aside, the recomputation does, except where it is listed why it cannot.
func TestVerifyNoticesAnySingleAlteredNumber(t *testing.T) {
	t.Parallel()
	for name, rich := range riches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			snapshot := newRich(t, rich).snapshot()
			all := numbers(t, snapshot)
			require.Greater(t, len(all), 100)
			for _, n := range all {
				if strings.HasSuffix(n.path, ".Turn") { // one that meets another is noticed; this one meets none
					requireNoticed(t, name, n, n.altered(snapshot, 1_000), 1_000)
					continue
				}
				requireNoticed(t, name, n, n.altered(snapshot, 1), 1)
				if !strings.HasPrefix(n.path, "Outcomes") { // bytes of a digest: one direction is as good as two
					requireNoticed(t, name, n, n.altered(snapshot, -1), -1)
				}
			}
		})
	}
}

func requireNoticed(t *testing.T, of string, n number, altered []byte, step int64) {
	t.Helper()
	store, intact, err := memory.Restore(altered)
	if err != nil {
		return // a byte of 256, a stripe below none: it cannot even be read
	}
	if intact {
		require.Fail(t, "the digest fits", "%s %+d", n.path, step)
	}
	v, err := twist.Verify(t.Context(), store)
	require.NoError(t, err)
	if n.unknowable(of) == (len(v.Findings) > 0) {
		require.Fail(t, "the list of what cannot be known differs", "%s %+d: %v", n.path, step, v.Findings)
	}
}

// What is as it was written verifies, with nothing found.
func TestVerifyFindsNothingWhereNothingIsWrong(t *testing.T) {
	t.Parallel()
	for name, rich := range riches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newRich(t, rich)
			store, intact, err := memory.Restore(w.snapshot())
			require.NoError(t, err)
			require.True(t, intact)
			v, err := twist.Verify(t.Context(), store)
			require.NoError(t, err)
			require.Empty(t, v.Findings)
			require.Positive(t, v.Entries)
			again, err := w.Ledger.Verify(t.Context())
			require.NoError(t, err)
			require.Equal(t, again, v)
		})
	}
}
