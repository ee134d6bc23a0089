package twist_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/clicks"
	"github.com/twist-platform/twist/core/fraud"
	"github.com/twist-platform/twist/core/ledger"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

const (
	day      = 24 * time.Hour
	hold     = 14 * day
	finality = solanasim.DefaultFinality + 1
	// expiry is more slots than a transfer can live and than it takes to prove it dead.
	expiry = 2*solanasim.BlockhashLife + 2*finality
)

// world is the library, assembled, with a clock and a cluster that tests move, and short verbs. A verb
// fails the test when the library refuses; tests of refusals call the library itself.
type world struct {
	*twist.Platform

	t       testing.TB
	clock   *testkit.Clock
	store   ports.Store
	witness *witness
	cluster *solanasim.Cluster
	config  twist.Config // what a restart assembles anew
	callers map[string]twist.Caller
}

// newWorld assembles a world in memory. Each change may replace a part of its configuration.
func newWorld(t testing.TB, changes ...func(*twist.Config)) *world {
	t.Helper()
	return newWorldOver(t, memory.New(), &memory.Clicks{}, changes...)
}

// newWorldOver assembles a world that keeps what it keeps in an empty store.
func newWorldOver(t testing.TB, store ports.Store, log ports.ClickLog, changes ...func(*twist.Config)) *world {
	t.Helper()
	mint := string(wallet("mint"))
	signer, err := solana.NewTreasury(testkit.Key("treasury"), mint)
	require.NoError(t, err)
	cluster, err := solanasim.New(solanasim.Options{Mint: mint, Treasury: signer.Treasury(), Name: t.Name(), Start: testkit.Start})
	require.NoError(t, err)
	require.NoError(t, cluster.Airdrop(signer.Treasury(), 1_000_000_000))
	tokens, err := jwt.New(jwt.Options{
		Issuer: testkit.Site().URI, Audience: testkit.Site().URI + "/v1", ChainID: testkit.Site().ChainID,
		Ring: jwt.Ring{Keys: []jwt.Key{{ID: "test", Private: testkit.Key("tokens")}}},
	}, testkit.Start)
	require.NoError(t, err)
	w := &world{t: t, clock: testkit.NewClock(testkit.Start), store: store, cluster: cluster, callers: map[string]twist.Caller{}}
	w.witness = &witness{Store: w.store}
	w.config = twist.Config{
		Store: w.witness, Clicks: log, Challenges: &memory.Challenges{}, Limiter: &memory.Limiter{}, Tokens: tokens,
		Chain: cluster, Signer: signer, Clock: w.clock, IDs: testkit.NewIDs(), Random: testkit.NewRandom(t.Name()),
		Site: testkit.Site(), Mint: mint, Visitors: testkit.Visitors(),
		Fraud: fraud.Silent(), ClickRules: clicks.Silent(), // worlds stake and click by machine; judged and strict set what is canonical
	}
	w.start(changes...)
	return w
}

// start assembles the library anew over what is stored, as after a crash.
func (w *world) start(changes ...func(*twist.Config)) {
	w.t.Helper()
	w.Platform = w.another(changes...)
}

// another is a second process over the same store and cluster.
func (w *world) another(changes ...func(*twist.Config)) *twist.Platform {
	w.t.Helper()
	config := w.config
	for _, change := range changes {
		change(&config)
	}
	p, err := twist.New(config)
	require.NoError(w.t, err)
	return p
}

func (w *world) ctx() context.Context { return w.t.Context() }

// signIn gives the caller of a name, which signs in the first time.
func (w *world) signIn(name string) twist.Caller {
	w.t.Helper()
	if caller, ok := w.callers[name]; ok {
		return caller
	}
	challenge, err := w.Identity.Challenge(w.ctx(), string(wallet(name)))
	require.NoError(w.t, err)
	message, signature := testkit.Answer(name, challenge)
	in, err := w.Identity.SignIn(w.ctx(), twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
	require.NoError(w.t, err)
	caller, err := w.Identity.Verify(w.ctx(), in.Token)
	require.NoError(w.t, err)
	w.callers[name] = caller
	return caller
}

// wallets remembers addresses: proving that one lies on the curve is most of what some tests do.
var wallets sync.Map

// wallet is the address of a name on chain.
func wallet(name string) payouts.Address {
	if known, ok := wallets.Load(name); ok {
		return known.(payouts.Address)
	}
	address := payouts.Address(testkit.Wallet(name))
	wallets.Store(name, address)
	return address
}

// send signs a transfer of a name into the treasury and submits it, with the tokens it takes.
func (w *world) send(name string, to twist.Caller, amount money.Amount) {
	w.t.Helper()
	w.submit(name, solana.DepositTransfer{Account: payouts.AccountID(to.Account), Amount: amount})
}

// submit signs a transfer of a name into the treasury, for whatever it says, and submits it.
func (w *world) submit(name string, transfer solana.DepositTransfer) {
	w.t.Helper()
	require.NoError(w.t, w.cluster.Airdrop(wallet(name), 1_000_000))
	require.NoError(w.t, w.cluster.Mint(wallet(name), transfer.Amount))
	head, err := w.cluster.Head(w.ctx())
	require.NoError(w.t, err)
	transfer.Treasury, transfer.Mint, transfer.Head = w.config.Signer.Treasury(), w.config.Mint, head
	signed, err := transfer.Sign(testkit.Key(name))
	require.NoError(w.t, err)
	require.NoError(w.t, w.cluster.Submit(w.ctx(), signed.Raw))
}

// deposit sends amount to the treasury for a name, waits until that is final and lets it be credited.
func (w *world) deposit(name string, amount money.Amount) twist.Caller {
	w.t.Helper()
	caller := w.signIn(name)
	w.send(name, caller, amount)
	w.cluster.Tick(finality)
	booked, err := w.Ledger.CreditDeposits(w.ctx())
	require.NoError(w.t, err)
	require.Equal(w.t, 1, booked)
	return caller
}

// pool registers a name as an influencer and opens its pool.
func (w *world) pool(name string, share money.Bps) staking.PoolID {
	w.t.Helper()
	by := w.signIn(name)
	_, err := w.Identity.Register(w.ctx(), by, registration(name))
	require.NoError(w.t, err)
	pool, err := w.Staking.OpenPool(w.ctx(), by, staking.Settings{Share: share, Minimum: staking.MinimumFloor})
	require.NoError(w.t, err)
	return pool.ID
}

// registration is what somebody asks for who wants a username and nothing else.
func registration(username string) twist.Registration {
	return twist.Registration{Username: username, AcceptTerms: true}
}

func (w *world) stake(name string, pool staking.PoolID, amount money.Amount) twist.StakeMoved {
	w.t.Helper()
	moved, err := w.Staking.Stake(w.ctx(), w.signIn(name), pool, amount)
	require.NoError(w.t, err)
	return moved
}

func (w *world) leave(name string, pool staking.PoolID, amount money.Amount) twist.StakeMoved {
	w.t.Helper()
	moved, err := w.Staking.Leave(w.ctx(), w.signIn(name), pool, amount)
	require.NoError(w.t, err)
	return moved
}

func (w *world) claim(name string, pool staking.PoolID) money.Amount {
	w.t.Helper()
	moved, err := w.Staking.Claim(w.ctx(), w.signIn(name), pool)
	require.NoError(w.t, err)
	return moved.Rewards
}

// program opens a program of a name at 20 % with a hold of 14 days, and funds it from a deposit.
func (w *world) program(name string, budget money.Amount) attribution.ProgramID {
	w.t.Helper()
	by := w.signIn(name)
	p, err := w.Attribution.OpenProgram(w.ctx(), by, twist.NewProgram{Name: "program of " + name, Rate: 2_000, Hold: hold})
	require.NoError(w.t, err)
	if budget > 0 {
		w.deposit(name, budget)
		w.fund(name, p.ID, budget)
	}
	return p.ID
}

func (w *world) fund(name string, program attribution.ProgramID, amount money.Amount) {
	w.t.Helper()
	_, err := w.Attribution.Fund(w.ctx(), w.signIn(name), program, amount)
	require.NoError(w.t, err)
}

// funds is the money of a program of a name.
func (w *world) funds(name string, program attribution.ProgramID) twist.ProgramFunds {
	w.t.Helper()
	f, err := w.Attribution.Program(w.ctx(), w.signIn(name), program)
	require.NoError(w.t, err)
	return f
}

func (w *world) link(name string, program attribution.ProgramID) string {
	w.t.Helper()
	link, err := w.Attribution.MakeLink(w.ctx(), w.signIn(name), attribution.NewLink{Program: program, Destination: "https://shop.example/teapot"})
	require.NoError(w.t, err)
	return link.Code
}

// passing is a click on a link of ada's that she withdraws after it: there are fewer links at a time than orders.
func (w *world) passing(program attribution.ProgramID) attribution.ClickID {
	w.t.Helper()
	by := w.signIn("ada")
	made, err := w.Attribution.MakeLink(w.ctx(), by, attribution.NewLink{Program: program, Destination: "https://shop.example/teapot"})
	require.NoError(w.t, err)
	click := w.click(made.Code)
	_, err = w.Attribution.WithdrawLink(w.ctx(), by, made.ID)
	require.NoError(w.t, err)
	return click
}

// click follows a link as a visitor who was never seen before.
func (w *world) click(code string) attribution.ClickID {
	w.t.Helper()
	visit, err := w.Attribution.Click(w.ctx(), code, twist.Arrival{})
	require.NoError(w.t, err)
	return visit.Click.ID
}

// orderOf is an order as a merchant would report it.
func orderOf(program attribution.ProgramID, id string, amount money.Amount, click attribution.ClickID) attribution.Order {
	return attribution.Order{Program: program, ID: id, Amount: amount, Currency: attribution.Currency, Click: click}
}

// order reports an order of shop's.
func (w *world) order(program attribution.ProgramID, id string, amount money.Amount, click attribution.ClickID) twist.Converted {
	w.t.Helper()
	converted, err := w.Attribution.ReportConversion(w.ctx(), w.signIn("shop"), orderOf(program, id, amount, click))
	require.NoError(w.t, err)
	return converted
}

// refund reports that a part of an order of shop's went back.
func (w *world) refund(c twist.Converted, id string, amount money.Amount) twist.Converted {
	w.t.Helper()
	refunded, err := w.Attribution.Refund(w.ctx(), w.signIn("shop"), c.Conversion.ID, id, amount)
	require.NoError(w.t, err)
	return refunded
}

// approve lets the hold pass and every commission that is due be shared.
func (w *world) approve() int {
	w.t.Helper()
	w.clock.Advance(hold)
	approved, err := w.Attribution.ApproveDue(w.ctx())
	require.NoError(w.t, err)
	return approved
}

func (w *world) payout(name string, amount money.Amount) payouts.Payout {
	w.t.Helper()
	p, err := w.Payouts.Request(w.ctx(), w.signIn(name), amount)
	require.NoError(w.t, err)
	return p
}

func (w *world) payoutOf(name string, id payouts.ID) twist.PayoutDetail {
	w.t.Helper()
	detail, err := w.Payouts.Payout(w.ctx(), w.signIn(name), id)
	require.NoError(w.t, err)
	return detail
}

// step lets every payout move as far as it can before the chain must, then slots pass.
func (w *world) step(slots int) {
	w.t.Helper()
	for range 4 {
		_, err := w.Payouts.Advance(w.ctx())
		require.NoError(w.t, err)
	}
	w.cluster.Tick(slots)
}

// settle gives worker and cluster as many turns as any payout needs, a proof of death included.
func (w *world) settle() {
	w.t.Helper()
	for range 8 {
		w.step(finality)
	}
	w.step(0)
}

// seal gives everything that waits its position.
func (w *world) seal() {
	w.t.Helper()
	sealed, err := w.Ledger.Seal(w.ctx())
	require.NoError(w.t, err)
	require.Positive(w.t, sealed)
}

func (w *world) balances(name string) twist.Balances {
	w.t.Helper()
	b, err := w.Ledger.Balances(w.ctx(), w.signIn(name))
	require.NoError(w.t, err)
	return b
}

// requireAvailable holds what stands in the name of someone who owes nothing.
func (w *world) requireAvailable(name string, amount money.Amount) {
	w.t.Helper()
	require.Equal(w.t, twist.Balances{Available: amount, Spendable: amount}, w.balances(name), name)
}

// at is what stands at an address of the ledger.
func (w *world) at(a ledger.Address) money.Amount {
	w.t.Helper()
	balance, err := ports.Read(w.ctx(), w.store, func(ctx context.Context, v ports.View) (money.Amount, error) {
		return v.Ledger.Balance(ctx, a, ledger.TWIST)
	})
	require.NoError(w.t, err)
	return balance
}

func (w *world) poolNow(id staking.PoolID) staking.Pool {
	w.t.Helper()
	pool, err := w.Staking.Pool(w.ctx(), id)
	require.NoError(w.t, err)
	return pool
}

// sound proves the books: every row recomputed, every asset zero, the chain holding what is owed, and all of
// it told.
func (w *world) sound() {
	w.t.Helper()
	v, err := w.Ledger.Verify(w.ctx())
	require.NoError(w.t, err)
	require.Empty(w.t, v.Findings)
	for asset, sum := range v.Sums {
		require.Zero(w.t, sum, asset)
	}
	require.Empty(w.t, w.witness.wrong())
	r, err := w.Ledger.Reconcile(w.ctx())
	require.NoError(w.t, err)
	require.Zero(w.t, r.Difference, "%+v", r)
}

// together runs n calls at the same moment and gives what each answered.
func together[T any](n int, call func(i int) (T, error)) ([]T, []error) {
	results, errs := make([]T, n), make([]error, n)
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-gate
			results[i], errs[i] = call(i)
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	return results, errs
}

// requireRefused holds that exactly passed calls went through and the others met the fault.
func requireRefused(t testing.TB, errs []error, passed int, refusal error) {
	t.Helper()
	ok := 0
	for _, err := range errs {
		if err == nil {
			ok++
			continue
		}
		require.ErrorIs(t, err, refusal)
	}
	require.Equal(t, passed, ok)
}

// requireAll holds that every call went through.
func requireAll(t testing.TB, errs []error) {
	t.Helper()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

// numbered is a name for each of many.
func numbered(what string, i int) string { return fmt.Sprintf("%s%02d", what, i) }
