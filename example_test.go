package twist_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/testkit"
)

// assemble fills a Config: everything in this process, a clock that stands still and a simulated cluster.
func assemble() (*twist.Platform, *testkit.Clock, *solanasim.Cluster) {
	mint := string(testkit.Wallet("mint"))
	signer, err := solana.NewTreasury(testkit.Key("treasury"), mint)
	check(err)
	clock := testkit.NewClock(testkit.Start)
	cluster, err := solanasim.New(solanasim.Options{Mint: mint, Treasury: signer.Treasury(), Start: clock.Now()})
	check(err)
	check(cluster.Airdrop(signer.Treasury(), 1_000_000_000)) // for the fees of payouts
	site := testkit.Site()
	tokens, err := jwt.New(jwt.Options{
		Issuer: site.URI, Audience: site.URI, ChainID: site.ChainID,
		Ring: jwt.Ring{Keys: []jwt.Key{{ID: "1", Private: testkit.Key("tokens")}}},
	}, clock.Now())
	check(err)
	platform, err := twist.New(twist.Config{
		Store: memory.New(), Clicks: &memory.Clicks{}, Challenges: &memory.Challenges{}, Limiter: &memory.Limiter{}, Tokens: tokens,
		Chain: cluster, Signer: signer, Clock: clock, IDs: testkit.NewIDs(), Random: testkit.NewRandom("example"),
		Site: site, Mint: mint, Visitors: testkit.Visitors(),
	})
	check(err)
	return platform, clock, cluster
}

// signIn lets the wallet of a name answer a challenge.
func signIn(ctx context.Context, p *twist.Platform, name string) twist.Caller {
	challenge, err := p.Identity.Challenge(ctx, string(testkit.Wallet(name)))
	check(err)
	message, signature := testkit.Answer(name, challenge)
	in, err := p.Identity.SignIn(ctx, twist.Answer{Challenge: challenge.ID, Message: message, Signature: signature}, "")
	check(err)
	caller, err := p.Identity.Verify(ctx, in.Token)
	check(err)
	return caller
}

// deposit sends tokens on chain and waits until they are final and credited.
func deposit(ctx context.Context, p *twist.Platform, c *solanasim.Cluster, name string, by twist.Caller, whole int64) {
	check(c.Airdrop(wallet(name), 1_000_000))
	check(c.Mint(wallet(name), testkit.TWIST(whole)))
	head, err := c.Head(ctx)
	check(err)
	to := p.Ledger.DepositTo(by)
	signed, err := solana.DepositTransfer{
		Account: payouts.AccountID(by.Account), Treasury: to.Treasury, Mint: to.Mint, Amount: testkit.TWIST(whole), Head: head,
	}.Sign(testkit.Key(name))
	check(err)
	check(c.Submit(ctx, signed.Raw))
	c.Tick(finality)
	_, err = p.Ledger.CreditDeposits(ctx)
	check(err)
}

// check ends an example that went wrong.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

// The whole loop: a fan stakes on an influencer, whose recommendation leads to an order; after the hold the
// commission is shared, the fan claims, and the influencer is paid on chain.
func Example() {
	ctx := context.Background()
	platform, clock, cluster := assemble()
	ada, fay, shop := signIn(ctx, platform, "ada"), signIn(ctx, platform, "fay"), signIn(ctx, platform, "shop")
	deposit(ctx, platform, cluster, "fay", fay, 64)
	deposit(ctx, platform, cluster, "shop", shop, 500)

	_, err := platform.Identity.Register(ctx, ada, twist.Registration{Username: "ada", DisplayName: "Ada", AcceptTerms: true})
	check(err)
	pool, err := platform.Staking.OpenPool(ctx, ada, staking.Settings{Share: 2_000, Minimum: staking.MinimumDefault})
	check(err)
	staked, err := platform.Staking.Stake(ctx, fay, pool.ID, testkit.TWIST(64))
	check(err)
	fmt.Println("staked", staked.Pool.Staked().Decimal(9))

	program, err := platform.Attribution.OpenProgram(ctx, shop, twist.NewProgram{Name: "teapots", Rate: 2_000, Hold: attribution.DefaultHold})
	check(err)
	_, err = platform.Attribution.Fund(ctx, shop, program.ID, testkit.TWIST(300))
	check(err)
	link, err := platform.Attribution.MakeLink(ctx, ada, attribution.NewLink{Program: program.ID, Destination: "https://shop.example/teapot"})
	check(err)
	came := twist.WithOrigin(ctx, twist.Origin{IP: netip.MustParseAddr("198.51.100.7")}) // of a request, as your door saw it
	visit, err := platform.Attribution.Click(came, link.Code, twist.Arrival{Agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"})
	check(err)
	clock.Advance(time.Minute) // who orders within seconds of a click is looked at first
	order := attribution.Order{
		Program: program.ID, ID: "order-1", Amount: testkit.TWIST(1_000), Currency: attribution.Currency, Click: visit.Click.ID,
	}
	converted, err := platform.Attribution.ReportConversion(ctx, shop, order)
	check(err)
	fmt.Println("earned", converted.Commissions[0].Gross.Decimal(9), converted.Commissions[0].State)

	clock.Advance(attribution.DefaultHold)
	_, err = platform.Attribution.ApproveDue(ctx)
	check(err)
	claimed, err := platform.Staking.Claim(ctx, fay, pool.ID)
	check(err)
	fmt.Println("fans have", claimed.Rewards.Decimal(9))

	payout, err := platform.Payouts.Request(ctx, ada, testkit.TWIST(140))
	check(err)
	for range 4 { // a worker does this every few seconds
		_, err = platform.Payouts.Advance(ctx)
		check(err)
		cluster.Tick(finality)
	}
	detail, err := platform.Payouts.Payout(ctx, ada, payout.ID)
	check(err)
	fmt.Println("payout", detail.Payout.State, "on chain", cluster.TwistOf(wallet("ada")).Decimal(9))

	proof, err := platform.Ledger.Verify(ctx)
	check(err)
	books, err := platform.Ledger.Reconcile(ctx)
	check(err)
	fmt.Println("findings", len(proof.Findings), "difference", books.Difference)
	// Output:
	// staked 64
	// earned 200 pending
	// fans have 36
	// payout settled on chain 140
	// findings 0 difference 0
}

// A call under a key acts once: the same key again gives the first answer.
func ExampleWithKey() {
	ctx := context.Background()
	platform, _, cluster := assemble()
	ada, fay := signIn(ctx, platform, "ada"), signIn(ctx, platform, "fay")
	deposit(ctx, platform, cluster, "fay", fay, 10)
	_, err := platform.Identity.Register(ctx, ada, twist.Registration{Username: "ada", AcceptTerms: true})
	check(err)
	pool, err := platform.Staking.OpenPool(ctx, ada, staking.Settings{Share: 2_000, Minimum: staking.MinimumDefault})
	check(err)
	for range 2 { // the second is a retry
		call := twist.WithKey(ctx, twist.Key{Value: "a-key-of-the-client"})
		moved, err := platform.Staking.Stake(call, fay, pool.ID, testkit.TWIST(4))
		check(err)
		fmt.Println("staked", moved.Pool.Staked().Decimal(9), "replayed", twist.Replayed(call))
	}
	left, err := platform.Ledger.Balances(ctx, fay)
	check(err)
	fmt.Println("left", left.Spendable.Decimal(9))
	// Output:
	// staked 4 replayed false
	// staked 4 replayed true
	// left 6
}
