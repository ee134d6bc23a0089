package boot

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/twist-platform/twist/adapters/memory"
	"github.com/twist-platform/twist/adapters/solana"
	"github.com/twist-platform/twist/adapters/solanasim"
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// Sandbox is the world around a system that lives in one process: what time and a public cluster are
// to a deployed one. Nothing of it is reachable over HTTP.
type Sandbox struct {
	clock    *memory.Clock
	cluster  *solanasim.Cluster
	mint     string
	treasury payouts.Address
}

// Finality is more slots than the cluster needs to make a block final.
const Finality = solanasim.DefaultFinality + 2

// Advance moves the clock forward.
func (s *Sandbox) Advance(d time.Duration) { s.clock.Advance(d) }

// Tick lets the cluster make blocks.
func (s *Sandbox) Tick(slots int) { s.cluster.Tick(slots) }

// Faucet gives a wallet TWIST out of nothing, and the SOL to send it.
func (s *Sandbox) Faucet(wallet identity.Wallet, amount money.Amount) error {
	const fees = 1_000_000_000
	if err := s.cluster.Airdrop(payouts.Address(wallet), fees); err != nil {
		return err
	}
	return s.cluster.Mint(payouts.Address(wallet), amount)
}

// OnChain is the TWIST that a wallet holds on the cluster.
func (s *Sandbox) OnChain(wallet identity.Wallet) money.Amount {
	return s.cluster.TwistOf(payouts.Address(wallet))
}

// Deposit signs a transfer from a wallet into the treasury, as its holder's wallet would, and submits
// it. The account is credited once the transfer is final and the deposits job ran.
func (s *Sandbox) Deposit(ctx context.Context, key ed25519.PrivateKey, account identity.AccountID, amount money.Amount) (payouts.Signature, error) {
	head, err := s.cluster.Head(ctx)
	if err != nil {
		return "", err
	}
	signed, err := solana.DepositTransfer{
		Account: payouts.AccountID(account), Treasury: s.treasury, Mint: s.mint, Amount: amount, Head: head,
	}.Sign(key)
	if err != nil {
		return "", err
	}
	return signed.Signature, s.cluster.Submit(ctx, signed.Raw)
}
