package solanasim

import (
	"maps"

	"github.com/gagliardetto/solana-go"

	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/payouts"
)

// state is every balance after some block. No balance is negative and no sum overflows: what is given
// out is counted, and execution only moves it.
type state struct {
	sol   map[solana.PublicKey]money.Amount
	twist map[solana.PublicKey]holding // by token account
}

// holding is one token account.
type holding struct {
	owner  solana.PublicKey
	amount money.Amount
}

func newState() *state {
	return &state{sol: map[solana.PublicKey]money.Amount{}, twist: map[solana.PublicKey]holding{}}
}

func (s *state) clone() *state { return &state{sol: maps.Clone(s.sol), twist: maps.Clone(s.twist)} }

// Airdrop gives lamports to a wallet. They are final at once and no fork takes them back, as if the
// wallet had held them from the start. An address that cannot be read is payouts.ErrDestination, an
// amount that is not positive is money.ErrNegative, and more than can be counted is money.ErrOverflow.
func (c *Cluster) Airdrop(wallet payouts.Address, lamports money.Amount) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	owner, _, err := accountsOf(wallet, c.mint)
	if err != nil {
		return err
	}
	return c.give(&c.given.sol, lamports, func(s *state) (err error) {
		s.sol[owner], err = s.sol[owner].Add(lamports)
		return err
	})
}

// Mint makes new TWIST in a wallet's token account, which it opens if there is none. Like lamports of
// an Airdrop it is final at once, with the same faults.
func (c *Cluster) Mint(wallet payouts.Address, amount money.Amount) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	owner, account, err := accountsOf(wallet, c.mint)
	if err != nil {
		return err
	}
	return c.give(&c.given.twist, amount, func(s *state) error {
		sum, err := s.twist[account].amount.Add(amount)
		s.twist[account] = holding{owner: owner, amount: sum}
		return err
	})
}

// give counts what comes into being and applies it to every state that is still of use.
func (c *Cluster) give(total *money.Amount, amount money.Amount, apply func(*state) error) error {
	if !amount.Positive() {
		return money.ErrNegative.Saying("a gift of %d", int64(amount))
	}
	sum, err := total.Add(amount)
	if err != nil {
		return err
	}
	*total = sum
	var last *state
	for i := range c.chain {
		if s := c.chain[i].after; s != last { // blocks that share a state are neighbours
			if err := apply(s); err != nil {
				return err
			}
			last = s
		}
	}
	return nil
}

// TwistOf is what the wallet's token account holds at the newest slot; nothing when there is none.
func (c *Cluster) TwistOf(wallet payouts.Address) money.Amount {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, account, err := accountsOf(wallet, c.mint)
	if err != nil {
		return 0
	}
	return c.tip().after.twist[account].amount
}

// SolOf is how many lamports the wallet holds at the newest slot.
func (c *Cluster) SolOf(wallet payouts.Address) money.Amount {
	c.mu.Lock()
	defer c.mu.Unlock()
	owner, _, err := accountsOf(wallet, c.mint)
	if err != nil {
		return 0
	}
	return c.tip().after.sol[owner]
}

// amountOf takes a number off the wire, or returns money.ErrOverflow: more than that was never given.
func amountOf(units uint64) (money.Amount, error) {
	if units > uint64(money.Max) {
		return 0, money.ErrOverflow.Saying("%d", units)
	}
	return money.Amount(units), nil
}

// accountsOf reads a wallet and derives its token account, or returns payouts.ErrDestination.
func accountsOf(wallet payouts.Address, mint solana.PublicKey) (owner, account solana.PublicKey, err error) {
	if owner, err = solana.PublicKeyFromBase58(string(wallet)); err != nil {
		return owner, account, payouts.ErrDestination.Because(err)
	}
	if account, _, err = solana.FindAssociatedTokenAddress(owner, mint); err != nil {
		return owner, account, payouts.ErrDestination.Because(err)
	}
	return owner, account, nil
}
