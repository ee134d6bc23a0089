package twist_test

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// killing is a world whose children are killed, and what they said before.
type killing struct {
	*world

	url     string
	db      *sql.DB // as the superuser
	sums    sums
	stage   stage
	fresh   []string          // keys of what the last child answered
	started map[string]action // not answered yet
	done    map[string]action // answered
	prints  map[string]string // of the answers
	calls   map[string]int    // by kind
	refused int
	resent  int
}

const (
	fansOfChildren = 4
	coolsFor       = 6 * time.Hour // what leaves a pool, and as long as there is between two children
	eachHas        = 2_000_000_000_000
	shopHas        = 5_000_000_000_000
)

func newKilling(t *testing.T) *killing {
	url := pgtest.Open(t, migrate, pgtest.Durable())
	store := openStore(t, url)
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	k := &killing{
		db: db, sums: sums{db: db}, world: newWorldOver(t, store, store.Clicks()), url: url,
		started: map[string]action{}, done: map[string]action{}, prints: map[string]string{}, calls: map[string]int{},
	}
	var pools []staking.PoolID
	for i, name := range influencers {
		pools = append(pools, k.pool(name, money.Bps(2_000-1_000*i)))
		k.deposit(name, eachHas)
		wait := coolsFor
		_, err := k.Staking.ChangePool(k.ctx(), k.signIn(name), pools[i], twist.PoolChange{Cooldown: &wait})
		require.NoError(t, err)
	}
	shop := k.deposit("shop", shopHas)
	program, err := k.Attribution.OpenProgram(t.Context(), shop, twist.NewProgram{Name: "no hold", Rate: 2_000, Window: 30 * day})
	require.NoError(t, err)
	k.fund("shop", program.ID, shopHas/2)
	for i := range fansOfChildren {
		k.deposit(numbered("fan", i), eachHas)
		k.stake(numbered("fan", i), pools[0], testkit.TWIST(100))
	}
	k.clock.Advance(day)
	k.stage = stage{
		Chain: serveChain(t, k.cluster), Mint: k.config.Mint, Callers: k.callers, Pools: pools,
		Program: program.ID, Click: k.click(k.link("ada", program.ID)),
	}
	return k
}

// P-07, P-17, P-28, P-29, I-01, I-02, I-06, I-07: a process under load is killed fifty times, and the server's too a
// few times. What it had answered stands, and is answered again the same; what it had not answered happens once
// when it is sent again; nothing is paid twice, and the books are sound to the unit. Whenever one has died, the
// pools' ledger accounts are exactly what positions, tickets and what has accrued make.
func TestKilledProcesses(t *testing.T) {
	t.Parallel()
	const kills = 50
	k := newKilling(t)
	for n := range kills {
		k.stage.N = n
		server := n%16 == 15
		k.live(server)
		k.requireKept(server)
	}
	k.finish()
	t.Logf("%d calls answered, %d refused, %d sent again: %v", len(k.done), k.refused, k.resent, k.calls)
	require.Greater(t, len(k.done), 10*kills, "the load was none")
	require.Positive(t, k.resent)
}

// live starts a child, lets it work for a moment and kills it. The server dies before it when it has to.
func (k *killing) live(server bool) {
	k.t.Helper()
	if rand.IntN(4) == 0 {
		k.cluster.Script(solanasim.Vanishes)
	}
	cmd, said := k.bear()
	for n := 0; n < 12 && said.Scan(); { // by then all its connections are open
		if k.hear(said.Text()) != "started" {
			n++
		}
	}
	end := time.AfterFunc(5*time.Millisecond+rand.N(115*time.Millisecond), func() {
		if server {
			k.killServer()
		}
		_ = cmd.Process.Kill()
	})
	defer end.Stop()
	for said.Scan() {
		k.hear(said.Text())
	}
	require.NoError(k.t, said.Err())
	require.ErrorContains(k.t, cmd.Wait(), "killed")
	k.cluster.Tick(rand.IntN(finality))
}

// bear starts a child and tells it what there is and what was left unanswered. It gives what it says.
func (k *killing) bear() (*exec.Cmd, *bufio.Scanner) {
	k.t.Helper()
	k.clock.Advance(coolsFor)
	k.compounds()
	k.stage.Now, k.stage.Unanswered = k.clock.Now(), nil
	for _, a := range k.started {
		k.stage.Unanswered = append(k.stage.Unanswered, a)
		k.resent++
	}
	return bear(k.t, k.url, k.stage)
}

// bear starts a child over a database and tells it what there is. It gives what it says.
func bear(t testing.TB, url string, on stage) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	itself, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), itself)
	cmd.Env, cmd.Stderr = append(os.Environ(), childDatabase+"="+url), os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	told, err := json.Marshal(on)
	require.NoError(t, err)
	_, err = in.Write(append(told, '\n'))
	require.NoError(t, err)
	return cmd, bufio.NewScanner(out)
}

// compounds says for every stake there is that what it earns is staked again. Said again it changes nothing.
func (k *killing) compounds() {
	k.t.Helper()
	for i := range fansOfChildren {
		for _, pool := range k.stage.Pools {
			_, err := k.Staking.SetCompounding(k.ctx(), k.signIn(numbered("fan", i)), pool, true)
			_, _, err = unless[any](nil, err, staking.ErrPositionNotFound)
			require.NoError(k.t, err)
		}
	}
}

// compounded is what was earned in a pool and staked there again, by the entries of turns.
func (k *killing) compounded(pool staking.PoolID) (all money.Amount) {
	k.t.Helper()
	require.NoError(k.t, k.db.QueryRowContext(k.t.Context(), `SELECT coalesce(sum((p ->> 'amount')::bigint), 0)
		FROM entries, jsonb_array_elements(postings) AS p WHERE kind = 'compound' AND p ->> 'to' = $1`, ledger.Staked(pool).String()).Scan(&all))
	return all
}

// hear takes one line of a child, and gives its first word. A line that was cut off says nothing.
func (k *killing) hear(line string) string {
	k.t.Helper()
	if !strings.HasSuffix(line, ".") {
		return ""
	}
	line = strings.TrimSuffix(line, ".")
	word, text, _ := strings.Cut(line, " ")
	var a action
	var came answered
	switch word {
	case "started":
		require.NoError(k.t, json.Unmarshal([]byte(text), &a))
		k.started[a.Key] = a
	case "done":
		require.NoError(k.t, json.Unmarshal([]byte(text), &came))
		k.answer(came.Key, came.Print)
		k.fresh = append(k.fresh, came.Key)
	case "refused":
		require.NoError(k.t, json.Unmarshal([]byte(text), &came))
		delete(k.started, came.Key)
		k.refused++
	default:
		require.Fail(k.t, "a child met what nobody foresaw", "%s", line)
	}
	return word
}

// answer takes note that a call was answered.
func (k *killing) answer(key, print string) {
	k.t.Helper()
	a, ok := k.started[key]
	require.True(k.t, ok, "%s was answered and not asked", key)
	delete(k.started, key)
	k.done[key], k.prints[key] = a, print
	k.calls[a.Kind]++
}

// requireKept holds that the answers of the last child, and some of those before, are given again.
func (k *killing) requireKept(server bool) {
	k.t.Helper()
	if server {
		k.reconnect()
	}
	k.sums.look(k.ctx())
	k.sums.require(k.t)
	some := 50
	for key := range k.done {
		if some--; some < 0 {
			break
		}
		k.fresh = append(k.fresh, key)
	}
	for _, key := range k.fresh {
		k.again(key)
	}
	k.fresh = nil
}

// again asks for an answer again.
func (k *killing) again(key string) any {
	k.t.Helper()
	answer, replayed, err := k.done[key].perform(k.ctx(), k.Platform, k.stage)
	require.NoError(k.t, err, "what was answered is lost: %+v", k.done[key])
	require.True(k.t, replayed, "what was answered happens again: %+v", k.done[key])
	require.Equal(k.t, k.prints[key], fingerprint(answer))
	return answer
}

// killServer ends a backend as the system does when it needs memory: the server ends all others, and starts
// from its log. Others may be at work on a server that was given to us.
func (k *killing) killServer() {
	if os.Getenv("TWIST_TEST_DATABASE_URL") == "" {
		_, _ = k.db.ExecContext(k.ctx(), `COPY (SELECT) TO PROGRAM 'kill -9 $PPID'`)
	}
}

// reconnect waits for the server.
func (k *killing) reconnect() {
	k.t.Helper()
	var store *postgres.Store
	require.Eventually(k.t, func() (open bool) {
		var err error
		store, err = postgres.Open(k.ctx(), k.url, postgres.Options{Volatile: true, Connections: 8})
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	k.t.Cleanup(func() { require.NoError(k.t, store.Close()) })
	k.store, k.config.Store, k.config.Clicks = store, store, store.Clicks()
	k.start()
}

// finish sends again what no child answered, lets everything come to rest, and adds all answers up.
func (k *killing) finish() {
	k.t.Helper()
	for key, a := range k.started {
		answer, _, err := a.perform(k.ctx(), k.Platform, k.stage)
		if _, ok, err := unless(answer, err, ledger.ErrInsufficientFunds, staking.ErrInsufficientStake, staking.ErrRemainder,
			staking.ErrNothingToClaim, staking.ErrPositionNotFound, staking.ErrTicketNotFound, staking.ErrTicketOver, staking.ErrCooldownActive,
			staking.ErrBelowMinimum, staking.ErrNoWeight); ok {
			k.answer(key, fingerprint(answer))
		} else {
			require.NoError(k.t, err)
		}
	}
	k.rest()
	t := tally{available: map[string]money.Amount{}, paid: map[string]money.Amount{}}
	for key, a := range k.done {
		t.count(k.t, a, k.again(key))
	}
	k.requireTally(t)
	_, err := k.Ledger.Seal(k.ctx())
	require.NoError(k.t, err)
	k.sound()
	requireVerified(k.t, k.url)
}

// rest lets everything that is under way end. What a child signed and never sent may be too old by now: the
// network refuses it, which says nothing about the payout, and it is proven dead and signed again.
func (k *killing) rest() {
	k.t.Helper()
	for range 12 {
		k.cluster.Tick(expiry / 2)
		if _, err := k.Payouts.Advance(k.ctx()); err != nil {
			require.True(k.t, passing(err), "%v", err)
		}
	}
	k.settle()
	for due := 1; due > 0; {
		_, err := k.Attribution.FundWaiting(k.ctx())
		require.NoError(k.t, err)
		due, err = k.Attribution.ApproveDue(k.ctx())
		require.NoError(k.t, err)
	}
	k.clock.Advance(coolsFor)
	_, err := k.Staking.ReleaseDue(k.ctx())
	require.NoError(k.t, err)
}

// tally is what the answers add up to.
type tally struct {
	available, paid map[string]money.Amount // what every caller has more, and has on chain
	staked, given   [2]money.Amount
	budget, earned  money.Amount
	orders, payouts int64
}

func (y *tally) count(t testing.TB, a action, answer any) {
	t.Helper()
	has := y.available[a.By]
	switch v := answer.(type) {
	case twist.StakeMoved: // in the end all that left has cooled, unless it was staked again
		if a.Kind == "stake" || a.Kind == "restake" {
			v.Principal = v.Principal.Neg()
		}
		has = sum(t, has, v.Principal, v.Rewards)
		y.staked[a.Pool] = difference(t, y.staked[a.Pool], v.Principal)
	case twist.Given:
		has, y.given[a.Pool] = difference(t, has, v.Amount), sum(t, y.given[a.Pool], v.Amount)
	case payouts.Payout:
		has = difference(t, has, v.Amount, v.Fee)
		y.paid[a.By] = sum(t, y.paid[a.By], v.Amount)
		y.payouts++
	case twist.ProgramFunds:
		moved := a.Amount
		if a.Kind == "withdraw" {
			moved = moved.Neg()
		}
		has, y.budget = difference(t, has, moved), sum(t, y.budget, moved)
	case twist.Converted:
		require.Len(t, v.Commissions, 1)
		y.earned = sum(t, y.earned, v.Commissions[0].Gross)
		y.orders++
	}
	y.available[a.By] = has
}

func (k *killing) requireTally(y tally) {
	t := k.t
	t.Helper()
	for i := range fansOfChildren {
		fan := numbered("fan", i)
		k.requireAvailable(fan, sum(t, eachHas, testkit.TWIST(100).Neg(), y.available[fan]))
		require.Equal(t, y.paid[fan], k.cluster.TwistOf(wallet(fan)))
	}
	k.requireAvailable("shop", sum(t, shopHas/2, y.available["shop"]))
	for i, pool := range k.stage.Pools {
		stood := sum(t, []money.Amount{testkit.TWIST(100 * fansOfChildren), 0}[i], k.compounded(pool))
		now := k.poolNow(pool)
		require.Equal(t, sum(t, stood, y.staked[i]), now.Staked())
		require.Zero(t, now.Cooling)
		require.GreaterOrEqual(t, now.Funded, y.given[i], "revenue comes beside it")
	}
	f := k.funds("shop", k.stage.Program)
	require.Equal(t, difference(t, sum(t, shopHas/2, y.budget), y.earned), f.Budget)
	require.Zero(t, f.Pending)
	var counted struct{ orders, payouts, settled int64 }
	require.NoError(t, k.db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM conversions),
		count(*), count(*) FILTER (WHERE state = 'settled') FROM payouts`).Scan(&counted.orders, &counted.payouts, &counted.settled))
	require.Equal(t, []int64{y.orders, y.payouts, y.payouts}, []int64{counted.orders, counted.payouts, counted.settled})
}
