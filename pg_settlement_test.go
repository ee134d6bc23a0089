package twist_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// asked is a payout that a name was granted, and whether it was taken back.
type asked struct {
	name     string
	payout   payouts.Payout
	canceled bool
}

// P-25, P-26, P-27, P-28, P-29, I-07: two processes that advance the same payouts while transfers vanish,
// fail and go unanswered, and while some payees ask twice or take theirs back: what reached a payee is
// nothing or the amount, the ledger says the same, and what was not paid is the payee's again.
func TestStormPayoutsAreMadeOnce(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	p.rounds(func(round int) {
		names := []string{numbered("fay", round), numbered("gil", round), numbered("hal", round), numbered("ivy", round)}
		for _, name := range names {
			p.deposit(name, reserved)
		}
		p.cluster.Script(solanasim.Unanswered, solanasim.Vanishes, solanasim.Fails, solanasim.Vanishes)
		granted := map[string][]asked{}
		for _, a := range inStorm(p, 2*len(names)+2, func(i int, on *twist.Platform) (asked, error) {
			if i >= 2*len(names) {
				return asked{}, p.workOn(on)
			}
			return p.ask(on, names[i%len(names)], i)
		}) {
			granted[a.name] = append(granted[a.name], a)
		}
		p.heal()
		for _, name := range names {
			p.requireOutcome(name, granted[name])
		}
	}, &p.wire.lost, &p.storm.again)
}

// ask asks for a payout of all a name has, and takes it back when it is ivy's.
func (p *stormy) ask(on *twist.Platform, name string, i int) (asked, error) {
	by := p.callers[name]
	payout, err := commits(p, on, under("%d", i), func(ctx context.Context, on *twist.Platform) (payouts.Payout, error) {
		return on.Payouts.Request(ctx, by, payouts.Minimum)
	})
	if _, ok, err := unless(payout, err, ledger.ErrInsufficientFunds); !ok {
		return asked{}, err
	}
	a := asked{name: name, payout: payout}
	if name[:3] == "ivy" {
		answer, err := commits(p, on, under("%d", i), func(ctx context.Context, on *twist.Platform) (payouts.Payout, error) {
			return on.Payouts.Cancel(ctx, by, payout.ID)
		})
		if _, a.canceled, err = unless(answer, err, payouts.ErrNotCancelable); err != nil {
			return asked{}, err
		}
	}
	return a, nil
}

// workOn is a worker that advances payouts while slots pass. What may be gone at its next turn does not
// stop it.
func (p *stormy) workOn(on *twist.Platform) error {
	for range 10 {
		if _, err := on.Payouts.Advance(p.ctx()); err != nil && !passing(err) {
			return err
		}
		p.cluster.Tick(finality / 4)
	}
	return nil
}

// heal lets everything that is under way come to rest.
func (p *stormy) heal() {
	p.t.Helper()
	for range 12 {
		p.cluster.Tick(expiry / 2)
		if _, err := p.Payouts.Advance(p.ctx()); err != nil { // an answer that the script holds back
			require.ErrorIs(p.t, err, ports.ErrChain)
		}
	}
	p.settle()
}

// requireOutcome holds that of all that a name asked for at most one payout was made, and that it ended.
func (p *stormy) requireOutcome(name string, granted []asked) {
	p.t.Helper()
	require.NotEmpty(p.t, granted, "there was enough for one")
	settled, landed := 0, 0
	for _, a := range granted {
		detail := p.payoutOf(name, a.payout.ID)
		for _, attempt := range detail.Attempts {
			if attempt.State == payouts.Landed {
				landed++
			}
		}
		switch state := detail.Payout.State; {
		case a.canceled:
			require.Equal(p.t, payouts.Canceled, state)
			require.Empty(p.t, detail.Attempts)
		case state == payouts.Settled:
			settled++
		default:
			require.Equal(p.t, payouts.Failed, state, "it rests where nobody looks")
		}
	}
	require.Equal(p.t, settled, landed)
	switch arrived := p.cluster.TwistOf(wallet(name)); settled {
	case 0:
		require.Zero(p.t, arrived)
		p.requireAvailable(name, reserved)
	default:
		require.Equal(p.t, 1, settled, "one balance made two payouts")
		require.Equal(p.t, payouts.Minimum, arrived)
		p.requireAvailable(name, 0)
	}
}

// P-09, P-27: arrivals that several processes book at the same time, each started anew whenever it fails,
// are credited once each; what names nobody is kept once.
func TestStormArrivalsAreBookedOnce(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	names := []string{"fay", "gil", "hal"}
	for _, name := range names {
		p.signIn(name)
	}
	nobody := twist.Caller{Account: "acct_nobody"}
	has, unclaimed := map[string]money.Amount{}, money.Amount(0)
	p.rounds(func(round int) {
		for i, name := range []string{"fay", "gil", "hal", "fay"} {
			amount := testkit.TWIST(int64(10*round + i + 1))
			p.send(name, p.callers[name], amount)
			has[name] = sum(t, has[name], amount)
		}
		p.send("fay", nobody, testkit.TWIST(1))
		unclaimed = sum(t, unclaimed, testkit.TWIST(1))
		p.cluster.Tick(finality)
		booked := 0
		for _, n := range inStorm(p, 6, func(_ int, on *twist.Platform) (int, error) {
			return p.scan(on)
		}) {
			booked += n
		}
		require.LessOrEqual(t, booked, 5)
		for _, name := range names {
			p.requireAvailable(name, has[name])
		}
		require.Equal(t, unclaimed, p.at(ledger.Unclaimed()))
	}, &p.wire.lost)
}

// scan books what has arrived, again and again until nothing is in the way, and gives how much of it was its
// own.
func (p *stormy) scan(on *twist.Platform) (booked int, err error) {
	ctx, cancel := context.WithTimeout(p.ctx(), patience)
	defer cancel()
	for {
		n, err := on.Ledger.CreditDeposits(ctx)
		booked += n
		if err == nil || !errors.Is(err, fault.Unavailable) || ctx.Err() != nil {
			return booked, err
		}
	}
}

// P-22: two processes that seal while others write, and that lose their sessions over it, leave one chain:
// every entry and event once, without a gap, and every head that stood goes on standing.
func TestStormSealsLeaveOneChain(t *testing.T) {
	t.Parallel()
	p := newStormy(t)
	pool := p.pool("ada", 2_000)
	fay := p.deposit("fay", testkit.TWIST(1_000))
	heads := p.verified().Head
	p.rounds(func(round int) {
		inStorm(p, 9, func(i int, on *twist.Platform) (int, error) {
			if i < 3 {
				for range 8 {
					if _, err := on.Ledger.Seal(p.ctx()); err != nil && !passing(err) {
						return 0, err
					}
				}
				return 0, nil
			}
			for k := range 3 {
				if _, err := p.move(on, under("%d-%d-%d", round, i, k), fay, pool, testkit.TWIST(1)); err != nil {
					return 0, err
				}
			}
			return 0, nil
		})
		_, err := p.Ledger.Seal(t.Context())
		require.NoError(t, err)
		v, err := twist.Verify(t.Context(), p.store, heads)
		require.NoError(t, err)
		require.Empty(t, v.Findings)
		require.Zero(t, v.Unsealed)
		require.Equal(t, v.Entries+v.Events, v.Head.Position)
		require.Equal(t, testkit.TWIST(18*int64(round+1)), p.poolNow(pool).Staked())
		heads = v.Head
	}, &p.wire.lost, &p.storm.again)
}
