package twist_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// crashing is a world with three payouts, of which one meets no fault, one is dropped until it is dead, and
// one fails on chain; and a deposit that waits to be booked.
type crashing struct {
	*world

	ids map[string]payouts.ID
}

func newCrashing(t testing.TB) crashing {
	c := crashing{newWorld(t), map[string]payouts.ID{}}
	names := []string{"fay", "gil", "hal"}
	c.fill(reserved, names...)
	for _, name := range names {
		c.ids[name] = c.payout(name, payouts.Minimum).ID
	}
	c.send("ivy", c.enter("ivy"), reserved)
	c.cluster.Tick(2 * finality) // by now a cursor that moved on would leave it behind
	c.cluster.Script(solanasim.Lands, solanasim.Vanishes, solanasim.Fails)
	return c
}

// fill gives each name an account with amount in it. It is for tests that need a thousand worlds: they
// tick once, and what signing in proves is proven elsewhere.
func (w *world) fill(amount money.Amount, names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.send(name, w.enter(name), amount)
	}
	w.cluster.Tick(finality)
	booked, err := w.Ledger.CreditDeposits(w.ctx())
	require.NoError(w.t, err)
	require.Equal(w.t, len(names), booked)
}

// enter opens an account for a name without a signature.
func (w *world) enter(name string) twist.Caller {
	w.t.Helper()
	account := identity.Account{ID: identity.AccountID(w.config.IDs.New("acct")), Wallet: identity.Wallet(wallet(name)), OpenedAt: w.clock.Now()}
	opened, err := journal.NewEvent(journal.EventID(w.config.IDs.New("evt")), journal.AccountOpened, string(account.ID), string(account.ID),
		account.OpenedAt, map[string]string{"wallet": string(account.Wallet)})
	require.NoError(w.t, err)
	require.NoError(w.t, w.store.Write(w.ctx(), func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Accounts.Add(ctx, account); err != nil {
			return err
		}
		if err := tx.Wallets.Add(ctx, account.FirstWallet()); err != nil {
			return err
		}
		return tx.Outbox.Add(ctx, opened)
	}))
	w.callers[name] = twist.Caller{Account: account.ID, Wallet: account.Wallet, Roles: []identity.Role{identity.RoleUser}}
	return w.callers[name]
}

// work is what a process does: turns of both jobs, while slots pass. In the middle nobody looks for longer
// than a transfer lives.
func (c crashing) work(p *twist.Platform) {
	for _, slots := range []int{0, 0, 2, finality, expiry, 2, finality, finality} {
		_, _ = p.Ledger.CreditDeposits(c.ctx()) // what fails is done again
		_, _ = p.Payouts.Advance(c.ctx())
		c.cluster.Tick(slots)
	}
}

// run lets a process work until it is done or dies.
func (c crashing) run(p *twist.Platform) {
	defer func() {
		if died := recover(); died != nil && died != any(errCrash) {
			panic(died)
		}
	}()
	c.work(p)
}

// requireWhole holds after every restart and rest: each payout moved nothing or its amount, ended once, and
// the books agree with one another and with the chain.
func (c crashing) requireWhole() {
	c.t.Helper()
	for name, id := range c.ids {
		detail := c.payoutOf(name, id)
		arrived := c.cluster.TwistOf(wallet(name))
		landed := 0
		for i, a := range detail.Attempts {
			require.Equal(c.t, i+1, a.N)
			if a.State == payouts.Landed {
				landed++
			}
		}
		if state := detail.Payout.State; state == payouts.Failed { // landed without effect
			require.Zero(c.t, arrived, name)
			require.Zero(c.t, landed, name)
			c.requireAvailable(name, reserved)
		} else {
			require.Equal(c.t, payouts.Settled, state, name)
			require.Equal(c.t, payouts.Minimum, arrived, name)
			require.Equal(c.t, 1, landed, name)
			c.requireAvailable(name, 0)
		}
	}
	c.requireAvailable("ivy", reserved)
	c.sound()
}

// I-07, P-07, P-28, P-29: the process dies at its k-th call of store or chain, before the call has any
// effect or after it has had all, by an error or for good; for every k. What starts afterwards, over the
// same store and cluster, finds every payout where it stands and ends it exactly once.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, kind := range []struct{ after, dies bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		t.Run(fmt.Sprintf("after_%t_dies_%t", kind.after, kind.dies), func(t *testing.T) {
			t.Parallel()
			deaths := 0
			for k := 1; ; k++ {
				fault := &plan{at: k, after: kind.after, panics: kind.dies}
				c := newCrashing(t)
				c.run(c.another(fault.into))
				if !fault.reached() {
					break
				}
				deaths++
				c.start()
				c.work(c.Platform)
				c.settle()
				c.requireWhole()
			}
			require.Greater(t, deaths, 60, "the run has fewer steps than a payout must")
		})
	}
}

// I-07: the restarted process dies again, at a step of its own, and the third one finishes.
func TestCrashAfterACrash(t *testing.T) {
	t.Parallel()
	for first := 5; first < 100; first += 17 {
		for second := 3; second < 60; second += 13 {
			c := newCrashing(t)
			for _, k := range []int{first, second} {
				c.run(c.another((&plan{at: k, after: k%2 == 0, panics: true}).into))
			}
			c.start()
			c.work(c.Platform)
			c.settle()
			c.requireWhole()
		}
	}
}
