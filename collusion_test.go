package twist_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// plot is a scene in which everybody may be in league: shop runs two programs, ada earns by them and fay is the fan who
// has her pool to herself; and mart runs an honest one. An operator holds and releases. What happens is drawn.
type plot struct {
	*world

	draw     *rand.Rand
	pools    [2]staking.PoolID // ada's, and one of somebody else's, where what was earned is safe
	programs []venture
	orders   []sale
	held     attribution.CommissionID // the last one that was
	payouts  []payouts.Payout
	shared   map[attribution.CommissionID]money.Amount // with fans, at the approval
	done     []string                                  // what was tried, for whoever has to find out why it failed
	worked   map[string]int                            // how often an act succeeded, over all plots
}

// venture is a program, whose, and a click that leads to it.
type venture struct {
	id       attribution.ProgramID
	merchant string
	click    attribution.ClickID
}

// sale is an order that was reported.
type sale struct {
	venture

	conversion attribution.Conversion
	commission attribution.CommissionID
}

// brought is what each has at the beginning.
func brought() map[string]money.Amount {
	return map[string]money.Amount{"ada": testkit.TWIST(1), "fay": testkit.TWIST(200), "shop": testkit.TWIST(200), "mart": testkit.TWIST(200)}
}

const (
	plotHold   = 2 * time.Hour // of every program
	plotWindow = 6 * time.Hour
)

// conspire sets the scene.
func conspire(w *world) *plot {
	w.t.Helper()
	w.start(rooted)
	p := &plot{world: w, worked: map[string]int{}, shared: map[attribution.CommissionID]money.Amount{}}
	p.pools = [2]staking.PoolID{w.pool("ada", 2_000), w.pool("bea", 0)}
	for _, name := range []string{"ada", "fay", "mart", "shop"} {
		w.deposit(name, brought()[name])
	}
	w.stake("fay", p.pools[0], testkit.TWIST(70))
	for i, merchant := range []string{"shop", "shop", "mart"} {
		window := plotWindow
		program, err := w.Attribution.OpenProgram(w.ctx(), w.signIn(merchant), twist.NewProgram{
			Name: "Plot", Rate: []money.Bps{10_000, 3_333, 5_000}[i], Hold: plotHold, Refunds: &window,
		})
		require.NoError(w.t, err)
		w.fund(merchant, program.ID, testkit.TWIST(60))
		p.programs = append(p.programs, venture{program.ID, merchant, w.click(w.link("ada", program.ID))})
	}
	w.clock.Advance(day) // what fay staked counts
	w.signIn("ops")
	return p
}

// again is the same scene, untouched, in a store of its own.
func (p *plot) again(t *testing.T, snapshot []byte, seed uint64) *plot {
	t.Helper()
	store, intact, err := memory.Restore(snapshot)
	require.NoError(t, err)
	require.True(t, intact)
	w := *p.world
	w.t, w.store, w.clock = t, store, testkit.NewClock(p.clock.Now())
	w.Platform = w.another(rooted, func(c *twist.Config) { c.Store, c.Clock = store, w.clock })
	next := *p
	next.world, next.draw = &w, rand.New(rand.NewPCG(seed, 1))
	next.held, next.orders, next.payouts, next.done, next.shared = "", nil, nil, nil, map[attribution.CommissionID]money.Amount{}
	return &next
}

// acts are what can happen, as often as they are named.
func (p *plot) acts() map[string]func() error {
	ctx := p.ctx()
	return map[string]func() error{
		"fund": func() error {
			v := p.venture()
			return got(p.Attribution.Fund(ctx, p.signIn(v.merchant), v.id, p.amount()))
		},
		"withdraw": func() error {
			v := p.venture()
			return got(p.Attribution.Withdraw(ctx, p.signIn(v.merchant), v.id, p.amount()))
		},
		"order": p.sells, "order more": p.sells, "order again": p.sells,
		"refund":      func() error { return p.refunds(p.amount()) },
		"refund more": func() error { return p.refunds(money.Amount(1 + p.draw.Int64N(1_000_000_000))) },
		"refund rest": func() error { return p.refunds(0) },
		"approve": func() error {
			s := p.sale()
			return got(p.Attribution.Approve(ctx, p.signIn(s.merchant), s.commission))
		},
		"reject": func() error {
			s := p.sale()
			return got(p.Attribution.Reject(ctx, p.signIn(s.merchant), s.commission, "No."))
		},
		"hold": func() error {
			c, err := p.Attribution.HoldCommission(ctx, p.signIn("ops"), p.sale().commission, "Why?")
			if err == nil {
				p.held = c.ID
			}
			return err
		},
		"release":     func() error { return got(p.Attribution.ReleaseCommission(ctx, p.signIn("ops"), p.held)) },
		"reject held": func() error { return got(p.Attribution.RejectHeld(ctx, p.signIn("ops"), p.held, "No.")) },
		"waive":       func() error { return got(p.Attribution.Waive(ctx, p.signIn("ada"), p.sale().commission)) },
		"mature": func() error {
			p.clock.Advance(plotHold)
			return got(p.Attribution.ApproveDue(ctx))
		},
		"job": func() error {
			return p.one(func() error { return got(p.Attribution.FundWaiting(ctx)) }, func() error { return got(p.Attribution.CollectDebts(ctx)) })
		},
		"request": func() error {
			name := p.name()
			out, err := p.Payouts.Request(ctx, p.signIn(name), max(payouts.Minimum, p.balances(name).Spendable-payouts.ProcessingFee))
			if err == nil {
				p.payouts = append(p.payouts, out)
			}
			return err
		},
		"cancel": func() error {
			if len(p.payouts) == 0 {
				return payouts.ErrNotFound
			}
			out := p.payouts[p.draw.IntN(len(p.payouts))]
			for _, name := range []string{"ada", "fay", "shop"} {
				if string(p.signIn(name).Account) == string(out.Account) {
					return got(p.Payouts.Cancel(ctx, p.signIn(name), out.ID))
				}
			}
			return payouts.ErrNotFound
		},
		"hide": func() error {
			return got(p.Staking.Stake(ctx, p.signIn("ada"), p.pools[1], p.balances("ada").Spendable))
		},
		"leave": func() error { return got(p.Staking.Leave(ctx, p.signIn("ada"), p.pools[1], p.amount()/10)) },
		"claim": func() error { return got(p.Staking.Claim(ctx, p.signIn("fay"), p.pools[0])) },
		"close": func() error {
			v := p.venture()
			if p.draw.IntN(4) > 0 {
				return attribution.ErrProgramClosed
			}
			return got(p.Attribution.CloseProgram(ctx, p.signIn(v.merchant), v.id))
		},
	}
}

func (p *plot) one(all ...func() error) error { return all[p.draw.IntN(len(all))]() }
func (p *plot) name() string                  { return []string{"ada", "fay", "shop"}[p.draw.IntN(3)] }
func (p *plot) venture() venture              { return p.programs[p.draw.IntN(len(p.programs))] }
func (p *plot) amount() money.Amount          { return money.Amount(1 + p.draw.Int64N(80_000_000_000)) }

// sale is one that was made, mostly one of the last.
func (p *plot) sale() sale {
	if len(p.orders) == 0 {
		return sale{venture: p.programs[0]}
	}
	return p.orders[p.draw.IntN(len(p.orders))]
}

func (p *plot) sells() error {
	v := p.venture()
	id := fmt.Sprintf("order-%d", len(p.orders))
	order := orderOf(v.id, id, p.amount(), v.click)
	c, err := p.Attribution.ReportConversion(p.ctx(), p.signIn(v.merchant), order)
	if err == nil && len(c.Commissions) > 0 {
		p.orders = append(p.orders, sale{v, c.Conversion, c.Commissions[0].ID})
	}
	return err
}

// refunds gives back a part of an order, or what is left of it.
func (p *plot) refunds(amount money.Amount) error {
	s := p.sale()
	if amount == 0 && s.commission != "" {
		c, err := p.Attribution.Conversion(p.ctx(), p.signIn(s.merchant), s.conversion.ID)
		require.NoError(p.t, err)
		amount = c.Conversion.Order.Amount - c.Conversion.Refunded
	}
	return got(p.Attribution.Refund(p.ctx(), p.signIn(s.merchant), s.conversion.ID, fmt.Sprintf("r%d", len(p.done)), amount))
}

// play does so much that is drawn, and looks at the books after each.
func (p *plot) play(steps int) {
	p.t.Helper()
	acts := p.acts()
	names := make([]string, 0, len(acts))
	for name := range acts {
		names = append(names, name)
	}
	slices.Sort(names)
	for range steps {
		name := names[p.draw.IntN(len(names))]
		err := acts[name]()
		p.done = append(p.done, fmt.Sprintf("%s: %v", name, err))
		if err == nil {
			p.worked[name]++
		} else if fault.Of(err).Kind() == fault.Internal {
			require.NoError(p.t, err, strings.Join(p.done, "\n"))
		}
		if wrong := p.wrong(); wrong != "" {
			require.Fail(p.t, wrong, strings.Join(p.done, "\n"))
		}
	}
}

// books is what stands at each ledger account, its stripes together, and every commission.
func (p *plot) books() (at map[ledger.Address]money.Amount, all []attribution.Commission) {
	at = map[ledger.Address]money.Amount{}
	require.NoError(p.t, p.store.Read(p.ctx(), func(ctx context.Context, v ports.View) error {
		standings, err := v.Ledger.Standings(ctx, ledger.Key{}, 10_000)
		if err != nil {
			return err
		}
		for _, s := range standings {
			at[s.Key.Address] += s.Balance
		}
		all, err = v.Commissions.All(ctx, attribution.Commission{}, 10_000)
		return err
	}))
	return at, all
}

// wrong is what nobody may ever see, or nothing.
func (p *plot) wrong() string {
	at, commissions := p.books()
	brought := brought()
	together := brought["shop"] + brought["ada"] + brought["fay"]
	var owed, receivable, all money.Amount
	box := map[payouts.AccountID]money.Amount{}
	for _, out := range p.payouts {
		box[out.Account] += at[ledger.Payout(out.ID)]
	}
	for address, n := range at {
		all += n
		switch address.Place() {
		case "account:*:owed":
			owed -= n
		case "program:*:receivable":
			receivable += n
		}
	}
	if owed > 0 {
		p.worked["owing"]++
	}
	has := func(name string) money.Amount { // what is a name's, and what it has taken out
		account := p.signIn(name).Account
		return at[ledger.Available(account)] + box[payouts.AccountID(account)]
	}
	budgets := map[string]money.Amount{}
	for _, v := range p.programs {
		budgets[v.merchant] += at[ledger.Budget(v.id)] + at[ledger.Pending(v.id)]
	}
	paid, pending := p.priced(commissions)
	for _, v := range p.programs {
		if at[ledger.Pending(v.id)] != pending[v.id] {
			return fmt.Sprintf("%s is pending of %s, and its commissions make %s", at[ledger.Pending(v.id)], v.id, pending[v.id])
		}
	}
	ada, fay := has("ada")+at[ledger.Staked(p.pools[1])], has("fay")+at[ledger.Staked(p.pools[0])]+at[ledger.Rewards(p.pools[0])]
	league, lost := has("shop")+budgets["shop"]+ada+fay, brought["mart"]-has("mart")-budgets["mart"]
	honest := p.programs[2].id
	switch {
	case all != 0:
		return fmt.Sprintf("the books sum to %s", all)
	case receivable != owed:
		return fmt.Sprintf("receivable is %s, and %s is owed", receivable, owed)
	case league-lost > together:
		return fmt.Sprintf("in league they brought %s and mart paid them %s, and they have %s", together, lost, league)
	case lost != paid[honest]+at[ledger.Receivable(honest)]:
		return fmt.Sprintf("mart has lost %s; its orders cost it %s, and %s of it is owed", lost, paid[honest], at[ledger.Receivable(honest)])
	case ada+at[ledger.Owed(p.signIn("ada").Account)] < brought["ada"] || fay < brought["fay"]:
		return fmt.Sprintf("ada has %s and fay %s: less than they brought", ada, fay)
	}
	return ""
}

// priced is what the orders of each program cost it by right, and what it has set aside: what of their commissions was
// shared and not taken back, what fans had of it, who keep that, and what stands of them.
func (p *plot) priced(all []attribution.Commission) (paid, pending map[attribution.ProgramID]money.Amount) {
	paid, pending = map[attribution.ProgramID]money.Amount{}, map[attribution.ProgramID]money.Amount{}
	for _, c := range all {
		switch {
		case c.State.Stands():
			pending[c.Program] += c.Gross - c.Reversed
		case c.State == attribution.Approved || c.State == attribution.Reversed:
			p.shared[c.ID] = max(p.shared[c.ID], c.Fans) // it only falls after its approval
			paid[c.Program] += c.Fee + p.shared[c.ID] + c.Net
		}
	}
	return paid, pending
}

// I-06, P-22, A2, A7: whatever a merchant, an influencer and a fan who are in league do, in whatever order, with refunds,
// decisions, jobs and payouts between them, they never have and have taken out more than they brought and were paid; an
// honest merchant has lost what its orders earned and not a unit more, but what is booked as owed to it; what is set aside
// is what stands of commissions; and who only
// earned or staked never has less than they brought. What is receivable is what is owed, always.
func TestNobodyInLeagueTakesOutMore(t *testing.T) {
	t.Parallel()
	const sequences = 10_000
	base := conspire(newWorld(t))
	snapshot, err := base.inMemory().Snapshot()
	require.NoError(t, err)
	for seed := range uint64(sequences) {
		p := base.again(t, snapshot, seed)
		p.play(20)
		if seed%500 == 0 {
			v, err := p.Ledger.Verify(t.Context())
			require.NoError(t, err)
			require.Empty(t, v.Findings, strings.Join(p.done, "\n"))
		}
	}
	t.Logf("%v", base.worked)
	require.Greater(t, base.worked["owing"], sequences/50)
	for act := range base.acts() {
		require.Greater(t, base.worked[act], sequences/50, act)
	}
}

// The same over PostgreSQL, where what is drawn goes on in one database.
func TestNobodyInLeagueTakesOutMoreOfPostgres(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := conspire(w)
		p.draw = rand.New(rand.NewPCG(7, 1))
		p.play(400)
		w.sound()
	})
}
