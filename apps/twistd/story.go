package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/twist-platform/twist/apps/client"
	"github.com/twist-platform/twist/apps/internal/boot"
	"github.com/twist-platform/twist/apps/worker"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
)

// twist is one TWIST in base units.
const twist money.Amount = 1_000_000_000

// The amounts of the story.
const (
	fanDeposit      = 1_000 * twist
	merchantDeposit = 2_000 * twist
	fanStake        = 500 * twist
	fanLeft         = 500 * twist
	budget          = 1_500 * twist
	orderAmount     = 1_000 * twist
	refundAmount    = 500 * twist
	payoutAmount    = 50 * twist
	coldAmount      = 20 * twist
)

// story is the demo: four parties, and what they come to have.
type story struct {
	system                              *boot.System
	config                              boot.Config
	hold                                int    // days of hold of the program
	base                                string // of the API
	client                              *client.Client
	influencer, fan, merchant, operator *party

	given money.Amount // to the fans, at the approval

	shop *client.Client // the merchant's program, which calls with a key of its own
	cold *party         // the influencer with a second wallet

	pool, program, code, click, conversion, payout string
}

func newStory(ctx context.Context, env environment, adjust func(*boot.Config)) (*story, error) {
	s := &story{hold: 14}
	for name, p := range map[string]**party{
		"influencer": &s.influencer, "fan": &s.fan, "merchant": &s.merchant, "operator": &s.operator, "cold": &s.cold,
	} {
		var err error
		if *p, err = newParty(name); err != nil {
			return nil, err
		}
	}
	var err error
	s.system, s.config, err = newSystem(ctx, env, s.operator.wallet, adjust)
	return s, err
}

// scene is one step of the story: it gives what happened, in words.
type scene struct {
	name string
	run  func(context.Context) (string, error)
}

// opening is the story up to the link.
func (s *story) opening() []scene {
	return []scene{
		{"api", s.reach},
		{"sign in", s.signIn(s.influencer)},
		{"sign in", s.signIn(s.fan)},
		{"sign in", s.signIn(s.merchant)},
		{"sign in", s.signIn(s.operator)},
		{"register", s.register},
		{"open pool", s.openPool},
		{"deposit", s.deposit(s.fan, fanDeposit)},
		{"deposit", s.deposit(s.merchant, merchantDeposit)},
		{"stake", s.stake},
		{"open program", s.openProgram},
		{"fund program", s.fundProgram},
		{"make link", s.makeLink},
		{"make API key", s.makeKey},
		{"link wallet", s.linkWallet},
	}
}

// rest is the story from the first click on.
func (s *story) rest(out *report) []scene {
	return []scene{
		{"epoch", s.passEpoch},
		{"click", s.follow},
		{"conversion", s.convert},
		{"hold", s.passHold},
		{"approval", s.approve},
		{"claim", s.claim},
		{"refund", s.refund},
		{"request payout", s.requestPayout},
		{"settlement", s.settle(s.influencer, payoutAmount)},
		{"request payout", s.requestColdPayout},
		{"settlement", s.settle(s.cold, coldAmount)},
		{"balances", s.balances(out)},
		{"sign out", s.signOut},
		{"verify ledger", s.verifyLedger(out)},
		{"ledger = chain", s.reconcile(out)},
	}
}

// tell walks the whole loop.
func (s *story) tell(ctx context.Context, out *report) error {
	if err := s.walk(ctx, out, s.opening()); err != nil {
		return err
	}
	return s.walk(ctx, out, s.rest(out))
}

// walk plays scenes, and stops at the first that fails.
func (s *story) walk(ctx context.Context, out *report, scenes []scene) error {
	for _, next := range scenes {
		detail, err := next.run(ctx)
		out.add(next.name, detail, err)
		if err != nil {
			return fmt.Errorf("%s: %w", next.name, err)
		}
	}
	return nil
}

func (s *story) parties() []*party { return []*party{s.influencer, s.fan, s.merchant, s.operator} }

func (s *story) reach(ctx context.Context) (string, error) {
	_, err := s.client.HealthReady(ctx)
	return "listening on " + s.base, err
}

func (s *story) register(ctx context.Context) (string, error) {
	got, err := s.influencer.api.InfluencersRegister(ctx, client.RegisterRequest{Username: "ada", DisplayName: new("Ada"), AcceptTerms: true})
	return fmt.Sprintf("@%s is %s", got.Username, got.ID), err
}

func (s *story) openPool(ctx context.Context) (string, error) {
	got, err := s.influencer.api.PoolsOpen(ctx, s.influencer.fresh(), client.OpenPoolRequest{ShareBps: new(money.Bps(2_000)), MinStake: new(twist)})
	s.pool = got.ID
	return fmt.Sprintf("%s shares 20 %% of what @ada earns with her fans", got.ID), err
}

// deposit sends tokens on chain, lets them become final, and waits for nobody: the worker books them.
func (s *story) deposit(p *party, amount money.Amount) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if err := s.system.Sandbox.Faucet(p.wallet, amount); err != nil {
			return "", err
		}
		signature, err := s.system.Sandbox.Deposit(ctx, p.key, p.account, amount)
		if err != nil {
			return "", err
		}
		s.system.Sandbox.Tick(boot.Finality)
		if err := s.work(ctx); err != nil {
			return "", err
		}
		credited, err := s.available(ctx, p)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s sent %s TWIST on chain (%.8s…), final and credited", p.name, twists(credited), signature),
			must(credited == amount, "credited %s, sent %s", credited, amount)
	}
}

// work runs every job of the worker once.
func (s *story) work(ctx context.Context) error {
	_, err := worker.Once(ctx, s.system.Jobs())
	return err
}

func (s *story) available(ctx context.Context, p *party) (money.Amount, error) {
	got, err := p.api.MeBalances(ctx)
	return got.Available, err
}

func (s *story) stake(ctx context.Context) (string, error) {
	var answers [2]client.Stake
	for i := range answers { // the second is a retry of the first
		var err error
		if answers[i], err = s.fan.api.PoolsStake(ctx, "stake-1", s.pool, client.StakeRequest{Amount: fanStake}); err != nil {
			return "", err
		}
	}
	left, err := s.available(ctx, s.fan)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("fan staked %s TWIST once, though the request was sent twice", twists(fanStake)),
		must(answers[0].EntryID == answers[1].EntryID && left == fanLeft, "two different answers, or %s left", left)
}

func (s *story) openProgram(ctx context.Context) (string, error) {
	got, err := s.merchant.api.ProgramsOpen(ctx, s.merchant.fresh(), client.OpenProgramRequest{
		Name: "Ada's picks", CommissionBps: 2_000, HoldDays: new(int64(s.hold)),
	})
	s.program = got.ID
	return fmt.Sprintf("%s pays 20 %% of an order, after a hold of %d days", got.ID, s.hold), err
}

func (s *story) fundProgram(ctx context.Context) (string, error) {
	got, err := s.merchant.api.ProgramsFund(ctx, s.merchant.fresh(), s.program, client.AmountRequest{Amount: budget})
	return fmt.Sprintf("the budget is %s TWIST", twists(got.Budget)), err
}

func (s *story) makeLink(ctx context.Context) (string, error) {
	got, err := s.influencer.api.LinksMake(ctx, s.influencer.fresh(), client.MakeLinkRequest{
		ProgramID: s.program, Destination: "https://shop.example/teapot?colour=blue",
	})
	s.code = got.Code
	return "@ada shares " + got.Path, err
}

func (s *story) passEpoch(ctx context.Context) (string, error) {
	return "a stake counts from the next epoch on: the clock moved one epoch, and every session was refreshed", s.pass(ctx, s.config.Epoch)
}

func (s *story) passHold(ctx context.Context) (string, error) {
	return fmt.Sprintf("the clock moved %d days", s.hold), s.pass(ctx, time.Duration(s.hold)*24*time.Hour)
}

// pass lets time go by. Access tokens do not last as long: everyone refreshes them, or signs in again when that
// is too late too.
func (s *story) pass(ctx context.Context, d time.Duration) error {
	s.system.Sandbox.Advance(d)
	renew := (*party).refreshes
	if d >= identity.IdleLife {
		renew = (*party).signIn
	}
	for _, p := range s.parties() {
		if err := renew(p, ctx, s.client); err != nil {
			return err
		}
	}
	return nil
}

// browser is what the buyer's browser says that it is. A click of a program earns nobody anything.
const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

func (s *story) follow(ctx context.Context) (string, error) {
	var details client.Details
	location, err := s.client.Named(browser).LinksFollow(ctx, s.code, &details)
	if err != nil {
		return "", err
	}
	landing, err := url.Parse(location)
	if err != nil {
		return "", err
	}
	s.click = landing.Query().Get("click")
	return fmt.Sprintf("%d to %s", details.Status, location),
		must(s.click != "" && landing.Query().Get("ref") == s.code, "Location %q", location)
}
