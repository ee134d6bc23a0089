// Command embed is another team's service: it knows the library by its module path, brings its own clock
// and keys, and lets a fan sign in, deposit and stake.
package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/adapters/jwt"
	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/core/staking"
	"github.com/twist-platform/twist/core/visitor"
)

const token money.Amount = 1_000_000_000

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	treasury, mint, fan, influencer := newKey(), newKey(), newKey(), newKey()
	signer, err := solana.NewTreasury(treasury, address(mint))
	if err != nil {
		return err
	}
	clock := &memory.Clock{}
	cluster, err := solanasim.New(solanasim.Options{Mint: address(mint), Treasury: signer.Treasury(), Start: clock.Now()})
	if err != nil {
		return err
	}
	site := identity.Site{Domain: "app.example", URI: "https://app.example", ChainID: identity.Localnet, Statement: "Sign in."}
	tokens, err := jwt.New(jwt.Options{
		Issuer: site.URI, Audience: site.URI, ChainID: site.ChainID,
		Ring: jwt.Ring{Keys: []jwt.Key{{ID: "1", Private: newKey()}}},
	}, clock.Now())
	if err != nil {
		return err
	}
	visitors, err := visitor.NewKey(newKey().Seed())
	if err != nil {
		return err
	}
	platform, err := twist.New(twist.Config{
		Store: memory.New(), Clicks: &memory.Clicks{}, Challenges: &memory.Challenges{}, Limiter: &memory.Limiter{}, Tokens: tokens,
		Chain: cluster, Signer: signer, Clock: clock, IDs: memory.IDs{Clock: clock}, Random: memory.Random{},
		Site: site, Mint: address(mint), Visitors: visitors, Epoch: time.Hour,
	})
	if err != nil {
		return err
	}

	ada, err := signIn(ctx, platform, influencer)
	if err != nil {
		return err
	}
	if _, err := platform.Identity.Register(ctx, ada, twist.Registration{Username: "ada", DisplayName: "Ada", AcceptTerms: true}); err != nil {
		return err
	}
	pool, err := platform.Staking.OpenPool(ctx, ada, staking.Settings{Share: 2_000, Minimum: staking.MinimumDefault})
	if err != nil {
		return err
	}

	fay, err := signIn(ctx, platform, fan)
	if err != nil {
		return err
	}
	if err := deposit(ctx, platform, cluster, fan, fay, 40*token); err != nil {
		return err
	}
	moved, err := platform.Staking.Stake(ctx, fay, pool.ID, 25*token)
	if err != nil {
		return err
	}
	left, err := platform.Ledger.Balances(ctx, fay)
	if err != nil {
		return err
	}
	fmt.Println("staked", moved.Pool.Staked(), "left", left.Spendable)
	return nil
}

// signIn answers a challenge with a real key and gives whom the token speaks for.
func signIn(ctx context.Context, p *twist.Platform, key ed25519.PrivateKey) (twist.Caller, error) {
	challenge, err := p.Identity.Challenge(ctx, address(key))
	if err != nil {
		return twist.Caller{}, err
	}
	message := []byte(challenge.Text())
	in, err := p.Identity.SignIn(ctx, twist.Answer{Challenge: challenge.ID, Message: message, Signature: ed25519.Sign(key, message)}, "")
	if err != nil {
		return twist.Caller{}, err
	}
	return p.Identity.Verify(ctx, in.Token)
}

// deposit sends tokens on chain, as the fan's wallet would, and lets the library find them.
func deposit(ctx context.Context, p *twist.Platform, c *solanasim.Cluster, key ed25519.PrivateKey, by twist.Caller, amount money.Amount) error {
	if err := c.Airdrop(payouts.Address(address(key)), token); err != nil {
		return err
	}
	if err := c.Mint(payouts.Address(address(key)), amount); err != nil {
		return err
	}
	head, err := c.Head(ctx)
	if err != nil {
		return err
	}
	to := p.Ledger.DepositTo(by)
	signed, err := solana.DepositTransfer{
		Account: payouts.AccountID(by.Account), Treasury: to.Treasury, Mint: to.Mint, Amount: amount, Head: head,
	}.Sign(key)
	if err != nil {
		return err
	}
	if err := c.Submit(ctx, signed.Raw); err != nil {
		return err
	}
	c.Tick(solanasim.DefaultFinality + 1)
	_, err = p.Ledger.CreditDeposits(ctx)
	return err
}

func newKey() ed25519.PrivateKey {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		log.Fatal(err)
	}
	return key
}

func address(key ed25519.PrivateKey) string {
	wallet, err := identity.WalletOf(key.Public().(ed25519.PublicKey))
	if err != nil {
		log.Fatal(err)
	}
	return string(wallet)
}
