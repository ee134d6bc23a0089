package twist_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit/pgtest"
)

// I-01, I-02, P-07, P-17, P-32: whatever people, workers, the clock and the chain do, right or wrong, the
// library answers the same over memory and over PostgreSQL, replays and refusals included, and keeps the same:
// every balance, every row, one chain with one head.
func TestMemoryAndPostgresAnswerAlike(t *testing.T) {
	t.Parallel()
	const enough = 20_000
	url := pgtest.Open(t, migrate)
	store, db := openStore(t, url), owner(t, url)
	each, done, seen := enough*21/20/checks(t), 0, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		db.empty()
		s := newSides(t, rt, store)
		s.seen = seen
		s.open()
		s.begin()
		for end := max(s.done+100, each); s.done < end; {
			s.act()
		}
		s.finish()
		done += s.done
	})
	require.GreaterOrEqual(t, done, enough, "operations")
	t.Logf("%d operations: %v", done, seen)
	for _, often := range []string{
		"replayed", "idempotency_key_reused", "order_conflict", "refund_conflict", "insufficient_funds", "own_pool",
		"payout_not_cancelable", "payout_below_minimum", "chain_unavailable", "store_unavailable",
		string(journal.CommissionReversed), string(journal.DebtCollected), string(journal.RewardClaimed), string(journal.Left),
		string(journal.PayoutSettled), string(journal.AttemptDead), string(journal.PayoutRejected), "payout_decided",
		string(journal.CompoundingSet), string(journal.Compounded), string(journal.CompoundRefused), string(journal.PoolPaused),
		"ticket_over", "cooldown_active", "pool_not_active", "by_customer", string(journal.PromoReleased),
	} {
		require.Positive(t, seen[often], often)
	}
}

// checks is how many sequences rapid was asked for.
func checks(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	require.NoError(t, err)
	return n
}

// sides is the library twice, each with a clock and a cluster of its own, and what both answered so far: what
// is drawn next is drawn from that.
type sides struct {
	t      testing.TB
	rt     *rapid.T
	memory *world
	stored *world

	key   *twist.Key     // the next call is made under it
	ended bool           // the next call is made when nobody waits for it any more
	done  int            // calls
	seen  map[string]int // what was answered, over all sequences

	callers     map[string]twist.Caller
	challenges  []identity.Challenge
	sessions    []identity.SessionID
	tokens      []string // of either kind
	pools       []staking.PoolID
	tickets     []staking.TicketID
	programs    []attribution.ProgramID
	codes       []string
	links       []string
	visitors    []string
	clicks      map[attribution.ProgramID][]attribution.ClickID
	orders      []string
	conversions []attribution.ConversionID
	payouts     []payouts.ID
	owners      map[string]string // the name that owns a program, a conversion or a payout
	again       []repetition
}

// repetition is a call that can be made once more, under the key that it had or another.
type repetition struct {
	key  *twist.Key
	call func()
}

func newSides(t *testing.T, rt *rapid.T, store *postgres.Store) *sides {
	drawn := probe{TB: t, rt: rt}
	return &sides{
		t: drawn, rt: rt, callers: map[string]twist.Caller{}, owners: map[string]string{},
		clicks: map[attribution.ProgramID][]attribution.ClickID{},
		memory: newWorldOver(drawn, memory.New(), &memory.Clicks{}, rooted), stored: newWorldOver(drawn, store, store.Clicks(), rooted),
	}
}

// probe is the test as a sequence sees it: what fails there is drawn again, smaller.
type probe struct {
	testing.TB

	rt *rapid.T
}

func (p probe) Errorf(format string, args ...any) { p.rt.Errorf(format, args...) }
func (p probe) FailNow()                          { p.rt.FailNow() }
func (p probe) Cleanup(f func())                  { p.rt.Cleanup(f) }

// answer is what a call gives, as its caller sees it.
type answer struct {
	Value    any
	Code     string
	Kind     fault.Kind
	Detail   string
	Replayed bool
}

// both makes a call on either side, and asks for the same answer. What nobody classified is an answer on
// neither.
func both[T any](s *sides, call func(ctx context.Context, w *world) (T, error)) (T, bool) {
	s.t.Helper()
	key, ended := s.key, s.ended
	s.key, s.ended = nil, false
	answers, _ := together(2, func(i int) (answer, error) {
		ctx := twist.WithReplays(s.t.Context())
		if key != nil {
			ctx = twist.WithKey(s.t.Context(), *key)
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		if ended {
			cancel()
		}
		value, err := call(ctx, []*world{s.memory, s.stored}[i])
		if err == nil {
			return answer{Value: value, Replayed: twist.Replayed(ctx)}, nil
		}
		f := fault.Of(err)
		if errors.Is(err, money.ErrOverflow) {
			f = money.ErrOverflow // of what, PostgreSQL does not say
		}
		return answer{Code: f.Code(), Kind: f.Kind(), Detail: f.Detail()}, err
	})
	s.done++
	require.Equal(s.t, answers[0], answers[1])
	s.see(answers[0])
	if answers[0].Code != "" {
		require.NotEqual(s.t, fault.Internal, answers[0].Kind, "%+v", answers[0])
		var none T
		return none, false
	}
	s.again = append(s.again, repetition{key, func() { both(s, call) }})
	return answers[0].Value.(T), true
}

// see counts an answer.
func (s *sides) see(a answer) {
	s.seen[cmp.Or(a.Code, "ok")]++
	if a.Replayed {
		s.seen["replayed"]++
	}
	all, ok := a.Value.(everything)
	if !ok {
		return
	}
	for _, e := range all.Events {
		s.seen[string(e.Kind)]++
	}
}

// does is both for what gives no result.
func (s *sides) does(call func(ctx context.Context, w *world) error) {
	s.t.Helper()
	both(s, func(ctx context.Context, w *world) (struct{}, error) { return struct{}{}, call(ctx, w) })
}

// around changes what is around both sides: a clock or a cluster.
func (s *sides) around(change func(w *world)) {
	change(s.memory)
	change(s.stored)
}

// open sets what most of the rest needs: two pools, and two programs with links and money.
func (s *sides) open() {
	s.names("ada", "bea", "cyd", "fay", "gil", "hal", "shop", "mart")
	for i, name := range []string{"ada", "bea"} {
		s.registers(name, name, "")
		s.opensPool(name, []money.Bps{0, 2_000}[i], staking.MinimumFloor)
	}
	for _, name := range []string{"shop", "mart"} {
		s.opensProgram(name, twist.NewProgram{Name: "tea of " + name, Rate: 2_000, Hold: hold, Binding: 30 * day})
		s.sends(name, name, 1_000_000_000_000)
		s.around(func(w *world) { w.cluster.Tick(finality) })
		s.job("credit_deposits")
		s.funds(s.programs[len(s.programs)-1], 400_000_000_000)
	}
	for i, name := range []string{"ada", "bea", "ada"} {
		s.linksTo(name, s.programs[i%2], "https://shop.example/tea?cup=1", "")
	}
}

// begin lets a stake earn, somebody come to owe and a conversion wait for its budget.
func (s *sides) begin() {
	for _, name := range []string{"fay", "gil"} {
		s.sends(name, name, 500_000_000_000)
	}
	s.around(func(w *world) { w.cluster.Tick(finality) })
	s.job("credit_deposits")
	for _, name := range []string{"fay", "gil"} {
		s.stakes(name, s.pools[1], 100_000_000_000)
	}
	s.compounds("gil", s.pools[1], true)
	s.cools("ada", s.pools[0], day)
	for _, code := range s.codes {
		s.clicksOn(code, "")
	}
	for _, program := range s.programs {
		first, next := orderOf(program, "order-1", 100_000_000_000, s.clicks[program][0]), orderOf(program, "order-3", 10_000_000_000, "")
		first.Customer, next.Customer = "customer-1", "customer-1"
		s.reports(first)
		s.reports(next) // is that of who brought the first
	}
	s.empties(s.programs[1])
	s.reports(orderOf(s.programs[1], "order-2", 100_000_000_000, s.clicks[s.programs[1]][0]))
	s.matures() // what bea earned she shares with fay; what ada earned she puts away, and owes
	s.decides("bea", s.pools[1], (*twist.Staking).PausePool)
	s.job("compound_due") // it is refused
	s.decides("bea", s.pools[1], (*twist.Staking).ResumePool)
	s.stakes("gil", s.pools[0], 20_000_000_000) // under a cooldown
	for range 2 {
		s.leaves("gil", s.pools[0], 8_000_000_000)
	}
	ticket := append(s.tickets, "tick_none")[0]
	s.endsTicket(ticket, false) // it cools
	s.around(func(w *world) { w.clock.Advance(day) })
	s.job("compound_due")
	s.endsTicket(ticket, false)
	s.claims("fay", s.pools[1])
	s.spends("ada", s.pools[1])
	for _, amount := range []money.Amount{100_000_000_000, 100_000_000_000, 1} { // one, the same, another
		if len(s.conversions) > 0 { // unless every order was reported by somebody else
			s.refunds(s.conversions[0], "all", amount)
		}
	}
	s.asksLarge("gil")
	for _, id := range s.payouts {
		s.rejects(s.operator(), id, "No.")
	}
	for _, request := range []byte{0, 0, 1} {
		key := keyOf("begun", request)
		s.key = &key
		s.stakes("gil", s.pools[1], staking.MinimumFloor)
	}
}

// jobs are what workers run, by name.
func jobs() map[string]func(ctx context.Context, w *world) (int, error) {
	return map[string]func(ctx context.Context, w *world) (int, error){
		"approve_due":     func(ctx context.Context, w *world) (int, error) { return w.Attribution.ApproveDue(ctx) },
		"fund_waiting":    func(ctx context.Context, w *world) (int, error) { return w.Attribution.FundWaiting(ctx) },
		"compound_due":    func(ctx context.Context, w *world) (int, error) { return w.Staking.CompoundDue(ctx) },
		"release_due":     func(ctx context.Context, w *world) (int, error) { return w.Staking.ReleaseDue(ctx) },
		"reviews":         func(ctx context.Context, w *world) (int, error) { return w.Attribution.SettleHeld(ctx) },
		"bonuses":         func(ctx context.Context, w *world) (int, error) { return w.Attribution.AssessBonuses(ctx) },
		"collect_debts":   func(ctx context.Context, w *world) (int, error) { return w.Attribution.CollectDebts(ctx) },
		"advance":         func(ctx context.Context, w *world) (int, error) { return w.Payouts.Advance(ctx) },
		"seal":            func(ctx context.Context, w *world) (int, error) { return w.Ledger.Seal(ctx) },
		"credit_deposits": func(ctx context.Context, w *world) (int, error) { return w.Ledger.CreditDeposits(ctx) },
	}
}

func (s *sides) job(name string) {
	s.t.Helper()
	both(s, jobs()[name])
}

// fates of what is sent to the cluster next.
func fates() []solanasim.Fate {
	return []solanasim.Fate{solanasim.Lands, solanasim.LandsLast, solanasim.Fails, solanasim.Vanishes, solanasim.Unanswered}
}
