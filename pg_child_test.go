package twist_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/rpc"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/postgres"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// childDatabase is set in a process that works until it is killed.
const childDatabase = "TWIST_TEST_CHILD_DATABASE"

// stage is what a child is told: who there is, and what it has to do first.
type stage struct {
	N          int // names the child
	Now        time.Time
	Chain      string // where it answers
	Mint       string
	Callers    map[string]twist.Caller
	Pools      []staking.PoolID
	Program    attribution.ProgramID
	Click      attribution.ClickID
	Unanswered []action // by the children before
	Bonuses    bool     // it does nothing but find and pay them
}

// action is one call: what a client keeps of it so that it can send it again.
type action struct {
	Key    string
	Kind   string
	By     string
	Pool   int
	Ticket staking.TicketID
	Amount money.Amount
}

// perform makes the call under its key, and reports whether it was answered from before.
func (a action) perform(ctx context.Context, p *twist.Platform, s stage) (answer any, replayed bool, err error) {
	ctx = twist.WithKey(ctx, keyOf(a.Key, 1))
	by := s.Callers[a.By]
	switch a.Kind {
	case "stake":
		answer, err = p.Staking.Stake(ctx, by, s.Pools[a.Pool], a.Amount)
	case "leave":
		answer, err = p.Staking.Leave(ctx, by, s.Pools[a.Pool], a.Amount)
	case "claim":
		answer, err = p.Staking.Claim(ctx, by, s.Pools[a.Pool])
	case "cooled":
		answer, err = p.Staking.Withdraw(ctx, by, a.Ticket)
	case "restake":
		answer, err = p.Staking.CancelExit(ctx, by, a.Ticket)
	case "give":
		answer, err = p.Staking.Distribute(ctx, by, s.Pools[a.Pool], staking.Source(a.Key), a.Amount)
	case "payout":
		answer, err = p.Payouts.Request(ctx, by, a.Amount)
	case "fund":
		answer, err = p.Attribution.Fund(ctx, by, s.Program, a.Amount)
	case "withdraw":
		answer, err = p.Attribution.Withdraw(ctx, by, s.Program, a.Amount)
	case "order":
		answer, err = p.Attribution.ReportConversion(ctx, by, orderOf(s.Program, a.Key, a.Amount, s.Click))
	}
	return answer, twist.Replayed(ctx), err
}

// fingerprint is the digest of an answer.
func fingerprint(answer any) string {
	text, err := json.Marshal(answer)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// influencers own the pools.
var influencers = []string{"ada", "bea"}

// draw is something that somebody wants.
func draw(key string) action {
	a := action{Key: key, By: numbered("fan", rand.IntN(4)), Pool: rand.IntN(2), Amount: testkit.TWIST(int64(1 + rand.IntN(20)))}
	switch rand.IntN(14) {
	case 0, 1, 2:
		a.Kind = "stake"
	case 3, 4, 5:
		a.Kind = "leave"
	case 6:
		a.Kind = "claim"
	case 7:
		a.Kind, a.Amount = "payout", testkit.TWIST(10)
	case 8:
		a.Kind = "cooled"
	case 9:
		a.Kind = "restake"
	case 10:
		a.Kind, a.By, a.Amount = "give", influencers[a.Pool], 100_000_003
	case 11:
		a.Kind, a.By = []string{"fund", "withdraw"}[rand.IntN(2)], "shop"
	default:
		a.Kind, a.By = "order", "shop"
	}
	return a
}

// child is a process at work.
type child struct {
	*twist.Platform
	stage

	mu sync.Mutex // one line at a time
}

// says tells the parent, which has the line when Write returns, whatever becomes of this process.
func (c *child) says(word string, what any) {
	text, err := json.Marshal(what)
	if err != nil {
		text = []byte(`"` + err.Error() + `"`)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = fmt.Fprintf(os.Stdout, "%s %s.\n", word, text) // the full stop says that it is whole
}

// answered is what a call came to.
type answered struct {
	Key, Print string
}

// draws is draw, with the ticket it takes: the one that is due next of all that cool.
func (c *child) draws(key string) action {
	a := draw(key)
	if a.Kind != "cooled" && a.Kind != "restake" {
		return a
	}
	all, err := c.Staking.Tickets(context.Background(), c.Callers[a.By], "", 1_000)
	all = slices.DeleteFunc(all, func(t staking.Ticket) bool { return t.State != staking.Cooling })
	if err == nil && len(all) > 0 {
		t := slices.MinFunc(all, func(a, b staking.Ticket) int { return a.DueAt.Compare(b.DueAt) })
		a.Ticket, a.Pool = t.ID, slices.Index(c.Pools, t.Pool)
	}
	return a
}

// act makes a call until it is answered.
func (c *child) act(a action) {
	c.says("started", a)
	for {
		answer, _, err := a.perform(context.Background(), c.Platform, c.stage)
		switch {
		case err == nil:
			c.says("done", answered{a.Key, fingerprint(answer)})
		case errors.Is(err, fault.Unavailable):
			continue
		case errors.Is(err, fault.Internal):
			c.says("wrong", err.Error())
		default:
			c.says("refused", answered{Key: a.Key})
		}
		return
	}
}

// work does what the workers do, for ever.
func (c *child) work() {
	jobs := []func(context.Context) (int, error){
		c.Attribution.ApproveDue, c.Attribution.FundWaiting, c.Staking.ReleaseDue, c.Staking.CompoundDue, c.Payouts.Advance, c.Ledger.CreditDeposits, c.Ledger.Seal,
	}
	if c.Bonuses {
		jobs = []func(context.Context) (int, error){c.Attribution.AssessBonuses, c.Attribution.PayBonuses}
	}
	for {
		for _, job := range jobs {
			if _, err := job(context.Background()); err != nil && !passing(err) {
				c.says("wrong", err.Error())
			}
		}
	}
}

// noTokens is for a process in which nobody signs in.
type noTokens struct{ ports.Tokens }

// childMain is a process that is told what there is and then works until it is killed, or nobody is left who
// could kill it.
func childMain(url string) int {
	told := bufio.NewReader(os.Stdin)
	c := &child{}
	line, err := told.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &c.stage)
	}
	if err == nil {
		c.Platform, err = c.assemble(url)
	}
	if err != nil {
		c.says("wrong", err.Error())
		return 1
	}
	for i := range c.clients() {
		go func() {
			for n, a := range c.Unanswered {
				if n%6 == i {
					c.act(a)
				}
			}
			for n := 0; ; n++ {
				c.act(c.draws(fmt.Sprintf("child-%d-%d-%d", c.N, i, n)))
			}
		}()
	}
	for range 2 {
		go c.work()
	}
	_, _ = told.ReadByte() // ends with the parent
	return 0
}

// clients is how many make calls at once.
func (c *child) clients() int {
	if c.Bonuses {
		return 0
	}
	return 6
}

// assemble is the library as a program has it, over a network that answers elsewhere.
func (s stage) assemble(url string) (*twist.Platform, error) {
	ctx := context.Background()
	store, err := postgres.Open(ctx, url, postgres.Options{Volatile: true, Connections: 8})
	if err != nil {
		return nil, err
	}
	chain, err := rpc.Dial("tcp", s.Chain)
	if err != nil {
		return nil, err
	}
	signer, err := solana.NewTreasury(testkit.Key("treasury"), s.Mint)
	if err != nil {
		return nil, err
	}
	return twist.New(twist.Config{
		Store: store, Clicks: store.Clicks(), Challenges: &memory.Challenges{}, Limiter: &memory.Limiter{}, Tokens: noTokens{},
		Chain: farChain{chain}, Signer: signer, Clock: testkit.NewClock(s.Now), IDs: memory.IDs{Clock: &memory.Clock{}},
		Random: memory.Random{}, Site: testkit.Site(), Mint: s.Mint, Visitors: testkit.Visitors(), Fraud: fraud.Silent(),
	})
}
