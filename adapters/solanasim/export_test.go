package solanasim

import "github.com/twist-platform/twist/core/money"

// Supply is the sum over all token accounts at the newest slot.
func (c *Cluster) Supply() money.Amount {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []money.Amount
	for _, h := range c.tip().after.twist {
		all = append(all, h.amount)
	}
	sum, err := money.Sum(all...)
	if err != nil {
		panic(err)
	}
	return sum
}

// Blocks is how many blocks are kept.
func (c *Cluster) Blocks() int { return len(c.chain) }
