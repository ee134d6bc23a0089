package twist_test

import (
	"context"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// acts are all that can happen, as often as they are named. The first does nothing: into it shrinks what a
// failure does not need.
func (s *sides) acts() (names []string, acts map[string]func()) {
	acts = map[string]func(){
		"rest":         func() {},
		"stake":        func() { s.stakes(s.name(), s.pool(), s.amount()) },
		"leave":        func() { s.leaves(s.name(), s.pool(), s.amount()) },
		"leave_whole":  func() { s.leavesWhole(s.name(), s.pool()) },
		"claim":        func() { s.claims(s.name(), s.pool()) },
		"rebalance":    func() { s.rebalances(s.name(), s.drawn("plan", []string{"", "plan"}) == "plan") },
		"compound":     func() { s.compounds(s.name(), s.pool(), s.drawn("on", []string{"on", "on", "off"}) == "on") },
		"end_ticket":   func() { s.endsTicket(s.ticket(), s.drawn("end", []string{"withdraw", "cancel"}) == "cancel") },
		"run_pool":     func() { s.runsPool(s.drawn("influencer", []string{"ada", "bea", "cyd"}), s.pool()) },
		"convert":      func() { s.reports(s.order()) },
		"click":        func() { s.clicksOn(s.code(), s.visitor()) },
		"refund":       func() { s.refunds(s.conversion(), s.refundID(), s.amount()) },
		"refund_rest":  func() { s.refundsRest(s.conversion()) },
		"fund":         func() { s.funds(s.program(), s.amount()) },
		"withdraw":     func() { s.withdraws(s.program(), s.amount()) },
		"empty":        func() { s.empties(s.program()) },
		"lose":         func() { s.loses(s.drawn("payee", []string{"fay", "gil"})) },
		"send":         func() { s.sends(s.name(), s.drawn("to", everybody, "nobody"), s.amount()) },
		"request":      func() { s.requests(s.name(), s.amount()) },
		"cancel":       func() { s.cancels(s.payout()) },
		"ask_large":    func() { s.asksLarge(s.drawn("payee", []string{"fay", "gil"})) },
		"judge":        func() { s.judges(s.decider(), s.payout()) },
		"pass":         s.passes,
		"mature":       s.matures,
		"spend":        func() { s.spends(s.drawn("earner", []string{"ada", "bea"}), s.pool()) },
		"tick":         s.ticks,
		"misfortune":   s.misfortune,
		"work":         s.works,
		"read":         s.reads,
		"repeat":       s.repeats,
		"sign_in":      func() { s.signsIn(s.name()) },
		"answer_oddly": s.answersOddly,
		"refresh":      s.refreshes,
		"end":          s.endsSessions,
		"decide":       s.decidesRoles,
		"register":     func() { s.registers(s.name(), s.username(), s.text()) },
		"open_pool":    func() { s.opensPool(s.name(), s.share(), s.amount()) },
		"open_program": func() { s.opensProgram(s.name(), s.newProgram()) },
		"make_link":    s.offers,
	}
	return []string{
		"rest", "work", "work", "work", "work", "stake", "stake", "leave", "leave_whole", "claim", "rebalance", "rebalance",
		"compound", "compound", "end_ticket", "end_ticket", "run_pool", "run_pool", "convert", "convert", "convert", "convert", "click", "click", "refund", "refund", "refund_rest", "mature", "mature", "spend", "fund", "fund", "withdraw", "empty", "lose", "send", "request", "request", "cancel", "ask_large", "judge", "judge",
		"pass", "pass", "tick", "tick", "misfortune", "read", "read", "repeat", "repeat", "repeat", "repeat", "sign_in", "answer_oddly", "register",
		"open_pool", "open_program", "make_link",
	}, acts
}

// act does one thing, now and then under a key, or after its caller has gone.
func (s *sides) act() {
	names, acts := s.acts()
	act := rapid.SampledFrom(names).Draw(s.rt, "act")
	switch rapid.SampledFrom([]string{"", "", "", "", "", "", "", "", "", "", "", "", "key", "key", "key", "key", "key", "key", "gone"}).Draw(s.rt, "how") {
	case "key":
		s.key = s.someKey()
	case "gone":
		s.ended = true
	}
	acts[act]()
	s.key, s.ended = nil, false // of what makes no call
}

func (s *sides) names(names ...string) {
	for _, name := range names {
		s.signsIn(name)
	}
}

// signsIn signs in as the wallet of a name would.
func (s *sides) signsIn(name string) {
	challenge, ok := both(s, func(ctx context.Context, w *world) (identity.Challenge, error) {
		return w.Identity.Challenge(ctx, string(wallet(name)))
	})
	if ok {
		s.challenges = append(s.challenges, challenge)
		s.answers(name, challenge)
	}
}

// answers signs a challenge with the key of a name, and keeps the session's caller.
func (s *sides) answers(name string, challenge identity.Challenge) {
	message, signature := testkit.Answer(name, challenge)
	client := rapid.SampledFrom([]string{phone, phone, ""}).Draw(s.rt, "client")
	in, ok := both(s, func(ctx context.Context, w *world) (twist.SignedIn, error) {
		return w.Identity.SignIn(ctx, twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, client)
	})
	if !ok {
		return
	}
	s.keeps(in)
	if caller, ok := both(s, func(ctx context.Context, w *world) (twist.Caller, error) { return w.Identity.Verify(ctx, in.Token) }); ok {
		s.callers[name] = caller
	}
}

// answersOddly signs an old challenge, somebody else's, or an altered one.
func (s *sides) answersOddly() {
	challenge := rapid.SampledFrom(s.challenges).Draw(s.rt, "challenge")
	switch rapid.IntRange(0, 2).Draw(s.rt, "oddity") {
	case 1:
		challenge.Nonce += "x"
	case 2:
		challenge.ID = "chal_none"
	}
	s.answers(s.name(), challenge)
}

func (s *sides) registers(name, username, shown string) {
	by := s.callers[name]
	both(s, func(ctx context.Context, w *world) (twist.Profile, error) {
		return w.Identity.Register(ctx, by, twist.Registration{Username: username, DisplayName: shown, AcceptTerms: true})
	})
}

func (s *sides) opensPool(name string, share money.Bps, minimum money.Amount) {
	by := s.callers[name]
	pool, ok := both(s, func(ctx context.Context, w *world) (staking.Pool, error) {
		return w.Staking.OpenPool(ctx, by, staking.Settings{Share: share, Minimum: minimum})
	})
	if ok {
		s.pools = append(s.pools, pool.ID)
	}
}

func (s *sides) stakes(name string, pool staking.PoolID, amount money.Amount) {
	by := s.callers[name]
	both(s, func(ctx context.Context, w *world) (twist.StakeMoved, error) {
		return w.Staking.Stake(ctx, by, pool, amount)
	})
}

func (s *sides) leaves(name string, pool staking.PoolID, amount money.Amount) {
	by := s.callers[name]
	left, _ := both(s, func(ctx context.Context, w *world) (twist.StakeMoved, error) {
		return w.Staking.Leave(ctx, by, pool, amount)
	})
	for _, t := range left.Tickets {
		s.tickets, s.owners[string(t.ID)] = append(s.tickets, t.ID), name
	}
}

// endsTicket has what cooled paid, or stakes again what still cools.
func (s *sides) endsTicket(id staking.TicketID, back bool) {
	by := s.callers[s.whose(string(id))]
	if back {
		both(s, func(ctx context.Context, w *world) (twist.StakeMoved, error) {
			return w.Staking.CancelExit(ctx, by, id)
		})
		return
	}
	both(s, func(ctx context.Context, w *world) (twist.Cooled, error) { return w.Staking.Withdraw(ctx, by, id) })
}

// compounds says whether what a stake earns is staked again.
func (s *sides) compounds(name string, pool staking.PoolID, on bool) {
	by := s.callers[name]
	both(s, func(ctx context.Context, w *world) (staking.Position, error) {
		return w.Staking.SetCompounding(ctx, by, pool, on)
	})
}

// runsPool is what an influencer decides about a pool: mostly other settings, rarely its end.
func (s *sides) runsPool(name string, id staking.PoolID) {
	switch rapid.SampledFrom([]string{"cool", "cool", "cool", "pause", "resume", "resume", "resume", "close"}).Draw(s.rt, "decision") {
	case "pause":
		s.decides(name, id, (*twist.Staking).PausePool)
	case "resume":
		s.decides(name, id, (*twist.Staking).ResumePool)
	case "close":
		if rapid.IntRange(0, 7).Draw(s.rt, "really") == 7 {
			s.decides(name, id, (*twist.Staking).ClosePool)
		}
	default:
		s.cools(name, id, rapid.SampledFrom([]time.Duration{0, day, 7 * day, staking.CooldownMaximum, staking.CooldownMaximum + 1}).Draw(s.rt, "cooldown"))
	}
}

// cools announces another cooldown.
func (s *sides) cools(name string, id staking.PoolID, wait time.Duration) {
	s.decides(name, id, func(on *twist.Staking, ctx context.Context, by twist.Caller, id staking.PoolID) (staking.Pool, error) {
		return on.ChangePool(ctx, by, id, twist.PoolChange{Cooldown: &wait})
	})
}

// decides does something that only a pool's influencer may do.
func (s *sides) decides(name string, id staking.PoolID, do func(*twist.Staking, context.Context, twist.Caller, staking.PoolID) (staking.Pool, error)) {
	by := s.callers[name]
	both(s, func(ctx context.Context, w *world) (staking.Pool, error) { return do(w.Staking, ctx, by, id) })
}

func (s *sides) leavesWhole(name string, pool staking.PoolID) {
	by := s.callers[name]
	holdings, _ := both(s, func(ctx context.Context, w *world) ([]twist.Holding, error) {
		return w.Staking.Positions(ctx, by, "", 100)
	})
	for _, h := range holdings {
		if h.Position.Pool == pool {
			s.leaves(name, pool, h.Position.Staked())
		}
	}
}

func (s *sides) claims(name string, pool staking.PoolID) {
	by := s.callers[name]
	both(s, func(ctx context.Context, w *world) (twist.StakeMoved, error) { return w.Staking.Claim(ctx, by, pool) })
}

// rebalances moves what a name has staked between two pools or more, or asks what that would do.
func (s *sides) rebalances(name string, plan bool) {
	by, mode := s.callers[name], rapid.SampledFrom(staking.Modes()).Draw(s.rt, "mode")
	var between []staking.Target
	if first := rapid.IntRange(0, 100).Draw(s.rt, "share"); mode == staking.ModeCustom {
		between = targets([]staking.PoolID{s.pool(), s.pool()}, money.Bps(first*100), money.Bps(10_000-first*100))
	} else {
		between = targets([]staking.PoolID{s.pool(), s.pool()})
	}
	both(s, func(ctx context.Context, w *world) (twist.Rebalanced, error) {
		if plan {
			return w.Staking.PlanRebalance(ctx, by, mode, between)
		}
		return w.Staking.Rebalance(ctx, by, mode, between)
	})
}

func (s *sides) opensProgram(name string, n twist.NewProgram) {
	by := s.callers[name]
	program, ok := both(s, func(ctx context.Context, w *world) (attribution.Program, error) {
		return w.Attribution.OpenProgram(ctx, by, n)
	})
	if ok {
		s.programs, s.owners[string(program.ID)] = append(s.programs, program.ID), name
	}
}

func (s *sides) funds(program attribution.ProgramID, amount money.Amount) {
	by := s.callers[s.whose(string(program))]
	both(s, func(ctx context.Context, w *world) (twist.ProgramFunds, error) {
		return w.Attribution.Fund(ctx, by, program, amount)
	})
}

func (s *sides) withdraws(program attribution.ProgramID, amount money.Amount) {
	by := s.callers[s.whose(string(program))]
	both(s, func(ctx context.Context, w *world) (twist.ProgramFunds, error) {
		return w.Attribution.Withdraw(ctx, by, program, amount)
	})
}

// empties takes a budget back as a whole, so that what is earned next waits.
func (s *sides) empties(program attribution.ProgramID) {
	by := s.callers[s.whose(string(program))]
	f, ok := both(s, func(ctx context.Context, w *world) (twist.ProgramFunds, error) {
		return w.Attribution.Program(ctx, by, program)
	})
	if ok {
		s.withdraws(program, f.Budget)
	}
}

func (s *sides) linksTo(name string, program attribution.ProgramID, destination, promo string) {
	by := s.callers[name]
	wanted := attribution.NewLink{Program: program, Destination: destination, Promo: promo}
	made, ok := both(s, func(ctx context.Context, w *world) (twist.LinkMade, error) {
		return w.Attribution.MakeLink(ctx, by, wanted)
	})
	if ok {
		s.codes, s.links = append(s.codes, made.Code), append(s.links, string(made.ID))
	}
}

// offers makes a link or switches one, changes a program, or gives up what was earned.
func (s *sides) offers() {
	switch rapid.IntRange(0, 8).Draw(s.rt, "offer") {
	default:
		s.linksTo(s.name(), s.program(), s.destination(), s.promo())
	case 3:
		s.switches(s.drawn("linker", []string{"ada", "bea"}), s.linkID())
	case 4:
		s.turns(s.program())
	case 5:
		s.waives(s.drawn("waiver", []string{"ada", "bea"}))
	case 6, 7:
		s.decidesCommission(s.drawn("earner", []string{"ada", "bea"}))
	case 8:
		s.keepsPromo(s.program())
	}
}

// keepsPromo reserves a promo code, or gives one up, mostly of a program of the caller's, and looks at what there is.
func (s *sides) keepsPromo(program attribution.ProgramID) {
	by, code := s.callers[s.whose(string(program))], s.drawn("kept", []string{"TEA-10", "tea-I0", "TEAIO", "no code!"})
	both(s, func(ctx context.Context, w *world) (attribution.Reservation, error) {
		return w.Attribution.ReservePromo(ctx, by, program, code)
	})
	both(s, func(ctx context.Context, w *world) ([]twist.PromoCode, error) {
		return w.Attribution.PromoCodes(ctx, by, program, "", 9)
	})
	if rapid.Bool().Draw(s.rt, "release") {
		both(s, func(ctx context.Context, w *world) (struct{}, error) {
			return struct{}{}, w.Attribution.ReleasePromo(ctx, by, program, code)
		})
	}
	both(s, func(ctx context.Context, w *world) ([]attribution.Reservation, error) {
		return w.Attribution.Reservations(ctx, by, program, "", 9)
	})
}

// decidesCommission decides about one of the youngest commissions of a name's, as its merchant or as an operator.
func (s *sides) decidesCommission(name string) {
	by, reason := s.callers[name], rapid.SampledFrom([]string{"No.", "No.", "", "a\nb"}).Draw(s.rt, "reason")
	all, _ := both(s, func(ctx context.Context, w *world) ([]attribution.Commission, error) {
		return w.Attribution.Commissions(ctx, by, "", 1_000)
	})
	if len(all) == 0 {
		return
	}
	c := recent(all)[rapid.IntRange(0, len(recent(all))-1).Draw(s.rt, "commission")]
	merchant := s.callers[s.whose(string(c.Program))]
	decide := func(do func(*twist.Attribution, context.Context) (attribution.Commission, error)) {
		both(s, func(ctx context.Context, w *world) (attribution.Commission, error) { return do(w.Attribution, ctx) })
	}
	switch rapid.SampledFrom([]string{"approve", "reject", "hold", "release", "refuse"}).Draw(s.rt, "decision") {
	case "approve":
		decide(func(a *twist.Attribution, ctx context.Context) (attribution.Commission, error) {
			return a.Approve(ctx, merchant, c.ID)
		})
	case "reject":
		decide(func(a *twist.Attribution, ctx context.Context) (attribution.Commission, error) {
			return a.Reject(ctx, merchant, c.ID, reason)
		})
	case "hold":
		ops := s.decider()
		decide(func(a *twist.Attribution, ctx context.Context) (attribution.Commission, error) {
			return a.HoldCommission(ctx, ops, c.ID, reason)
		})
	case "release":
		ops := s.decider()
		decide(func(a *twist.Attribution, ctx context.Context) (attribution.Commission, error) {
			return a.ReleaseCommission(ctx, ops, c.ID)
		})
	default:
		ops := s.decider()
		decide(func(a *twist.Attribution, ctx context.Context) (attribution.Commission, error) {
			return a.RejectHeld(ctx, ops, c.ID, reason)
		})
	}
}

// turns changes a program, or rarely closes it.
func (s *sides) turns(id attribution.ProgramID) {
	by := s.callers[s.owners[string(id)]]
	if rapid.IntRange(0, 29).Draw(s.rt, "close") == 29 {
		both(s, func(ctx context.Context, w *world) (twist.ProgramFunds, error) {
			return w.Attribution.CloseProgram(ctx, by, id)
		})
		return
	}
	rate := money.Bps(rapid.SampledFrom([]int{0, 1, 1_000, 2_000, 10_000, 10_001}).Draw(s.rt, "rate"))
	if rapid.Bool().Draw(s.rt, "rates") {
		flat := attribution.Rate{Product: "pot", Flat: s.amount()}
		both(s, func(ctx context.Context, w *world) (twist.ProgramFunds, error) {
			return w.Attribution.SetRates(ctx, by, id, attribution.Rate{Bps: rate}, []attribution.Rate{flat, {Tier: attribution.Bronze, Bps: 1_500}})
		})
		return
	}
	change := twist.ProgramChange{Rate: &rate}
	switch rapid.IntRange(0, 2).Draw(s.rt, "change") {
	case 0:
		bound := s.binding()
		change.Binding = &bound
	case 1:
		model := s.model()
		change.Model = &model
	}
	both(s, func(ctx context.Context, w *world) (twist.ProgramFunds, error) {
		return w.Attribution.ChangeProgram(ctx, by, id, change)
	})
}

// waives gives up the youngest commission of a name's.
func (s *sides) waives(name string) {
	by := s.callers[name]
	all, _ := both(s, func(ctx context.Context, w *world) ([]attribution.Commission, error) {
		return w.Attribution.Commissions(ctx, by, "", 1_000)
	})
	if len(all) == 0 {
		return
	}
	id := all[len(all)-1].ID
	both(s, func(ctx context.Context, w *world) (attribution.Commission, error) {
		return w.Attribution.Waive(ctx, by, id)
	})
}

// switches withdraws a link or restores it, for a day or for good.
func (s *sides) switches(name string, id attribution.LinkID) {
	by := s.callers[name]
	switch rapid.SampledFrom([]string{"withdraw", "withdraw", "restore", "restore for a day"}).Draw(s.rt, "switch") {
	case "withdraw":
		both(s, func(ctx context.Context, w *world) (attribution.Link, error) {
			return w.Attribution.WithdrawLink(ctx, by, id)
		})
	case "restore":
		both(s, func(ctx context.Context, w *world) (attribution.Link, error) {
			return w.Attribution.RestoreLink(ctx, by, id, time.Time{})
		})
	default:
		both(s, func(ctx context.Context, w *world) (attribution.Link, error) {
			return w.Attribution.RestoreLink(ctx, by, id, w.clock.Now().Add(24*time.Hour))
		})
	}
}

func (s *sides) clicksOn(code, visitor string) {
	visit, ok := both(s, func(ctx context.Context, w *world) (twist.Visit, error) {
		return w.Attribution.Click(ctx, code, twist.Arrival{Browser: visitor})
	})
	if c := visit.Click; ok {
		s.clicks[c.Program], s.visitors = append(s.clicks[c.Program], c.ID), append(s.visitors, visit.Browser)
	}
}

func (s *sides) reports(order attribution.Order) {
	name := s.whose(string(order.Program))
	by := s.callers[name]
	converted, ok := both(s, func(ctx context.Context, w *world) (twist.Converted, error) {
		return w.Attribution.ReportConversion(ctx, by, order)
	})
	if converted.Conversion.Bound {
		s.seen["by_customer"]++
	}
	if id := converted.Conversion.ID; ok {
		s.conversions, s.orders, s.owners[string(id)] = append(s.conversions, id), append(s.orders, order.ID), name
	}
}

func (s *sides) refunds(id attribution.ConversionID, refund string, amount money.Amount) {
	by := s.callers[s.whose(string(id))]
	both(s, func(ctx context.Context, w *world) (twist.Converted, error) {
		return w.Attribution.Refund(ctx, by, id, refund, amount)
	})
}

func (s *sides) refundsRest(id attribution.ConversionID) {
	by := s.callers[s.whose(string(id))]
	known, ok := both(s, func(ctx context.Context, w *world) (twist.Converted, error) {
		return w.Attribution.Conversion(ctx, by, id)
	})
	if ok {
		s.refunds(id, s.unheard("rest-"), known.Conversion.Order.Amount-known.Conversion.Refunded)
	}
}

func (s *sides) requests(name string, amount money.Amount) {
	by := s.callers[name]
	p, ok := both(s, func(ctx context.Context, w *world) (payouts.Payout, error) { return w.Payouts.Request(ctx, by, amount) })
	if ok {
		s.payouts, s.owners[string(p.ID)] = append(s.payouts, p.ID), name
	}
}

func (s *sides) cancels(id payouts.ID) {
	by := s.callers[s.whose(string(id))]
	both(s, func(ctx context.Context, w *world) (payouts.Payout, error) { return w.Payouts.Cancel(ctx, by, id) })
}

// loses asks for a payout whose transfer nobody hears of again, until that is proven and the next one flies.
func (s *sides) loses(name string) {
	s.requests(name, payouts.Minimum)
	s.around(func(w *world) { w.cluster.Script(solanasim.Vanishes) })
	for _, slots := range []int{expiry, finality} {
		s.job("advance")
		s.job("advance")
		s.around(func(w *world) { w.cluster.Tick(slots) })
	}
}

// sends lets a name pay into the treasury, for itself, for somebody else or for nobody known.
func (s *sides) sends(name, to string, amount money.Amount) {
	if amount <= 0 || amount > 1_000_000_000_000 {
		return // no wallet sends that
	}
	account := payouts.AccountID(s.callers[to].Account)
	if account == "" {
		account = "acct_nobody"
	}
	s.pays(name, account, amount)
}

// pays lets the wallet of a name send tokens that name an account.
func (s *sides) pays(name string, account payouts.AccountID, amount money.Amount) {
	s.does(func(ctx context.Context, w *world) error {
		if err := w.cluster.Airdrop(wallet(name), 1_000_000); err != nil {
			return err
		}
		if err := w.cluster.Mint(wallet(name), amount); err != nil {
			return err
		}
		head, err := w.cluster.Head(ctx)
		if err != nil {
			return err
		}
		signed, err := solana.DepositTransfer{
			Account: account, Treasury: w.config.Signer.Treasury(), Mint: w.config.Mint, Amount: amount, Head: head,
		}.Sign(testkit.Key(name))
		if err != nil {
			return err
		}
		return w.cluster.Submit(ctx, signed.Raw)
	})
}

// passes lets time go by, and sometimes back: a machine's clock was corrected.
func (s *sides) passes() {
	unit := rapid.SampledFrom([]time.Duration{time.Second, 25 * time.Hour, 3 * day, hold, 1_000_001, -day}).Draw(s.rt, "unit of time")
	d := unit * time.Duration(rapid.IntRange(1, 3).Draw(s.rt, "units"))
	s.around(func(w *world) { w.clock.Advance(d) })
}

// matures lets every hold end.
func (s *sides) matures() {
	s.around(func(w *world) { w.clock.Advance(hold) })
	s.job("approve_due")
}

// spends lets a name put all it has where a refund cannot take it.
func (s *sides) spends(name string, pool staking.PoolID) {
	by := s.callers[name]
	b, ok := both(s, func(ctx context.Context, w *world) (twist.Balances, error) { return w.Ledger.Balances(ctx, by) })
	if ok {
		s.stakes(name, pool, b.Spendable)
	}
}

func (s *sides) ticks() {
	slots := rapid.SampledFrom([]int{1, 2, finality, finality, finality, expiry}).Draw(s.rt, "slots")
	s.around(func(w *world) { w.cluster.Tick(slots) })
}

// misfortune is what the cluster does to the next transactions and calls.
func (s *sides) misfortune() {
	fate := rapid.SampledFrom(fates()).Draw(s.rt, "fate")
	call := rapid.SampledFrom([]solanasim.Call{"", "", solanasim.CallHead, solanasim.CallSubmit, solanasim.CallLook, solanasim.CallArrivals, solanasim.CallReserve}).Draw(s.rt, "call")
	s.around(func(w *world) {
		w.cluster.Script(fate)
		if call != "" {
			w.cluster.Refuse(call, 1)
		}
	})
}

// works lets a job run.
func (s *sides) works() {
	s.job(rapid.SampledFrom([]string{"approve_due", "approve_due", "advance", "advance", "advance", "advance", "fund_waiting", "compound_due", "compound_due", "release_due", "collect_debts", "reviews", "bonuses", "seal", "credit_deposits"}).Draw(s.rt, "job"))
}

// repeats makes a call once more: under its key, under its key with another request, or without.
func (s *sides) repeats() {
	if len(s.again) == 0 {
		return
	}
	last := s.again[max(0, len(s.again)-30):]
	if keyed := slices.DeleteFunc(slices.Clone(last), func(r repetition) bool { return r.key == nil }); len(keyed) > 0 && rapid.Bool().Draw(s.rt, "keyed") {
		last = keyed
	}
	r := last[rapid.IntRange(0, len(last)-1).Draw(s.rt, "repeated")]
	if s.key = nil; r.key != nil {
		key := *r.key
		key.Request[0] += byte(rapid.IntRange(0, 1).Draw(s.rt, "altered"))
		s.key = &key
	}
	r.call()
}
