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

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/testkit"
)

// newRich is a world in which every kind of row stands in every state that counts.
func newRich(t *testing.T) *world {
	s := newScene(t)
	bank := s.world.pool("bea", 0) // the second pool: nobody's stake is left in it
	s.fan("fay", even)
	s.clock.Advance(day)
	spent, kept := s.earn("spent", testkit.TWIST(100)), s.earn("kept", testkit.TWIST(150))
	require.Equal(t, 2, s.approve())
	s.claim("fay", s.pool)
	s.fan("gil", testkit.TWIST(7)) // becomes an activation that nobody has settled
	s.clock.Advance(day)
	s.distribute("third", 33_333_333_333)
	s.fan("hal", testkit.TWIST(3)) // waits

	s.stake("ada", bank, testkit.TWIST(4))
	s.leave("ada", bank, testkit.TWIST(4))
	failed := s.payout("ada", payouts.Minimum)
	s.cluster.Script(solanasim.Fails)
	s.settle()
	require.Equal(t, payouts.Failed, s.payoutOf("ada", failed.ID).Payout.State)
	s.cluster.Script(solanasim.Vanishes)
	paid := s.payout("ada", payouts.Minimum)
	for range 2 {
		_, err := s.Payouts.Advance(t.Context())
		require.NoError(t, err)
	}
	s.cluster.Tick(expiry)
	s.settle()
	require.Len(t, s.payoutOf("ada", paid.ID).Attempts, 2)
	_, err := s.Payouts.Cancel(t.Context(), s.signIn("ada"), s.payout("ada", payouts.Minimum).ID)
	require.NoError(t, err)
	s.payout("ada", payouts.Minimum)
	s.step(0) // one that flies
	s.payout("ada", payouts.Minimum)

	s.refund("shop", spent, "all", testkit.TWIST(100)) // more than ada has left
	require.Positive(t, s.balances("ada").Owed)
	s.refund("shop", kept, "part", testkit.TWIST(50))
	waits := s.earn("waits", testkit.TWIST(30))
	s.refund("shop", waits, "part", 7_777_777_777)
	s.refund("shop", s.earn("gone", testkit.TWIST(20)), "all", testkit.TWIST(20))
	s.earn("short", testkit.TWIST(100_000)) // unfunded
	s.order("shop", s.program, "direct", testkit.TWIST(5), "")
	s.send("ivy", twist.Caller{}, testkit.TWIST(1))
	s.cluster.Tick(2)
	s.step(0)
	s.cluster.Tick(finality)
	_, err = s.Ledger.CreditDeposits(t.Context())
	require.NoError(t, err)
	s.sound()
	return s.world
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
// notices them too. A path without indexes speaks of all rows.
var unknowable = map[string]string{
	"Outcomes.Request":         "a digest of what a client sent; the outcome is an answer, and decides no balance",
	"Programs.Rate":            "a setting, free to change: every commission carries the rate that decided it",
	"Programs.Window":          "a setting",
	"Programs.Hold":            "a setting",
	"Pools.Share":              "a setting, free to change: every commission carries the share that decided it",
	"Pools.Minimum":            "a setting",
	"Pools[1].Epoch":           "nothing waits in this pool, and nothing was activated in it",
	"Pools[1].Index":           "nobody's stake is in this pool: a difference of indexes earns nothing",
	"Commissions[5].FeeRate":   "unfunded: no entry has been made by this rate yet",
	"Commissions[5].FansShare": "unfunded, likewise",
	"Conversions[6].Order":     "nobody's click led to this order: it earned nothing",
	"Deposits.Arrival.Slot":    "where the chain showed it; its signature names the transfer",
	"Cursor":                   "where reading goes on; booking is idempotent, so too low only costs time",
	"Attempts.LastValidHeight": "a fact about the chain; a wrong one delays or needs proofs that cannot be had",
	"Attempts.Slot":            "a fact about the chain, likewise",
}

func (n number) unknowable() bool {
	for _, path := range []string{n.path, indexes.ReplaceAllString(n.path, "")} {
		if unknowable[path] != "" {
			return true
		}
	}
	for path := range unknowable { // a structure below a row
		if strings.HasPrefix(n.path, path+".") {
			return true
		}
	}
	return false
}

// E-29, P-32: whichever single number of everything stored is altered, up or down, the digest of the file
// says so, and, the digest aside, the recomputation does, except where it is listed why it cannot.
func TestVerifyNoticesAnySingleAlteredNumber(t *testing.T) {
	t.Parallel()
	snapshot, err := newRich(t).store.Snapshot()
	require.NoError(t, err)
	all := numbers(t, snapshot)
	require.Greater(t, len(all), 1_500)
	for path := range unknowable {
		require.True(t, slices.ContainsFunc(all, func(n number) bool {
			return n.path == path || indexes.ReplaceAllString(n.path, "") == path || strings.HasPrefix(n.path, path+".")
		}), "the list names %s, which is not there", path)
	}
	const workers = 4
	for worker := range workers {
		t.Run(fmt.Sprintf("part_%d", worker), func(t *testing.T) {
			t.Parallel()
			for i := worker; i < len(all); i += workers {
				for _, step := range []int64{1, -1} {
					requireNoticed(t, all[i], all[i].altered(snapshot, step), step)
				}
			}
		})
	}
}

func requireNoticed(t *testing.T, n number, altered []byte, step int64) {
	t.Helper()
	store, intact, err := memory.Restore(altered)
	if err != nil {
		return // a byte of 256, a share below nothing: it cannot even be read
	}
	require.False(t, intact, "%s %+d: the digest fits", n.path, step)
	v, err := twist.Verify(t.Context(), store)
	require.NoError(t, err, "%s %+d", n.path, step)
	require.Equal(t, n.unknowable(), len(v.Findings) == 0, "%s %+d: %v", n.path, step, v.Findings)
}

// What is as it was written verifies, with nothing found.
func TestVerifyFindsNothingWhereNothingIsWrong(t *testing.T) {
	t.Parallel()
	w := newRich(t)
	snapshot, err := w.store.Snapshot()
	require.NoError(t, err)
	store, intact, err := memory.Restore(snapshot)
	require.NoError(t, err)
	require.True(t, intact)
	v, err := twist.Verify(t.Context(), store)
	require.NoError(t, err)
	require.Empty(t, v.Findings)
	again, err := w.Ledger.Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, again, v)
}
